/*
 * compare.h - what src/sql makes of a text, compared with what an oracle makes of it.
 *
 * Each disagreement is a line on stdout, and counted.
 */
#ifndef ORACLE_COMPARE_H
#define ORACLE_COMPARE_H

#include "base/arena.h"
#include "sql/statement.h"

struct figures {
    size_t files, bytes;
    size_t stops, psql_disagreements;
    size_t statements, accepted, runs, parser_disagreements;
    size_t tokens, lexer_disagreements;
};

/* One text under comparison. */
struct subject {
    struct ep_arena arena;
    const char *name;
    struct ep_span text;
    bool is_real; /* from a file, not made up */
    struct ep_sql_statement *items;
    size_t count;
    struct figures *figures;
};

/* "name:line: what: the text there" */
void say(const struct subject *subject, size_t offset, const char *what);

/* Each stop of psql's scanner, what psql would send, and whether anything is open at the end. */
void compare_with_psql(struct subject *subject);

/*
 * Each statement alone must be one statement to the parser, or be refused; the
 * longest runs of those that are not refused must be cut as we do.
 */
void compare_with_parser(struct subject *subject);

/* Beginning, end and kind of each token of each statement that the lexer does not refuse. */
void compare_with_lexer(struct subject *subject);

#endif
