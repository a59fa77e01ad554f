/*
 * statement.h - SQL text cut into statements, where psql and the server cut it.
 *
 *     struct ep_sql_cutter cutter = {.text = text};
 *     struct ep_sql_statement statement;
 *     while (ep_sql_cutter_next(&cutter, &statement)) {
 *         if (statement.item == EP_SQL_ITEM_STATEMENT
 *             && ep_sql_statement_leads(&statement, "CREATE INDEX CONCURRENTLY")) {
 *             ...
 *         }
 *     }
 *
 * The text falls into items, from first to last and without gaps: statements,
 * and what stands between them. Nothing is allocated, and nothing is refused:
 * what is wrong is told, for an error that says where. To look into a statement,
 * lex from its begin to its end (lexer.h).
 *
 * A statement ends at a semicolon that is not
 * - in a string, a quoted identifier or a comment,
 * - in parentheses, as between the actions of CREATE RULE ... DO (...; ...),
 * - in the body of CREATE [OR REPLACE] FUNCTION or PROCEDURE ... BEGIN ATOMIC ... END.
 *
 * The body ends at an END that follows BEGIN ATOMIC or a semicolon: the grammar
 * allows no other there, and in every other place END is that of a CASE or a
 * name. psql counts BEGIN, CASE and END instead, and miscounts where one of
 * them is a name ("SELECT stop AS end", a function named begin).
 *
 * Source: PostgreSQL 15, src/fe_utils/psqlscan.l, and routine_body_stmt_list of
 * src/backend/parser/gram.y. tests/oracle compares with both.
 */
#ifndef EP_SQL_STATEMENT_H
#define EP_SQL_STATEMENT_H

#include "sql/lexer.h"

enum ep_sql_item {
    EP_SQL_ITEM_STATEMENT, /* at least one token besides the semicolon */
    EP_SQL_ITEM_EMPTY,     /* a semicolon alone, as the second of ;; */
    EP_SQL_ITEM_META,      /* a psql command; ends a statement before it, whatever is open */
    EP_SQL_ITEM_COPY_DATA, /* lines after COPY ... FROM stdin, up to \. or the end of the text */
    EP_SQL_ITEM_BLANK      /* whitespace and comments at the end of the text */
};

enum { EP_SQL_KEYWORDS_SIZE = 128 };

struct ep_sql_statement {
    enum ep_sql_item item;
    size_t outer_begin, outer_end; /* bytes; with the whitespace and comments before it */
    size_t begin, end;             /* bytes; from the first token to the last, or the semicolon */
    size_t line, column;           /* of begin, from 1; column in characters of UTF-8 */
    bool has_semicolon;
    bool reads_stdin; /* COPY ... FROM stdin, or psql's \copy: lines of data follow */

    /* What the item left open: a quote, a comment, a parenthesis or BEGIN ATOMIC. */
    bool is_open;
    struct ep_sql_token open; /* the token that began it; the first, if several are open */

    /*
     * The words that it begins with, in capitals (ASCII), one blank between, up
     * to the first token that is no word: "CREATE UNIQUE INDEX CONCURRENTLY".
     * Names that are not quoted are among them. As many as fit, whole.
     */
    char keywords[EP_SQL_KEYWORDS_SIZE];
};

/*
 * Where cutting goes on. To begin, name the text and leave the rest zero. At
 * the outer_begin of a statement that no data precede, cutting the rest of the
 * text gives the same items.
 */
struct ep_sql_cutter {
    struct ep_span text;
    struct ep_sql_lexer lexer;
    size_t data_sections; /* how many begin at the next line */
    struct {
        size_t offset, line, column; /* line and column from 0 */
    } place;
};

/* The next item; false, with *ret_statement untouched, at the end of the text. */
bool ep_sql_cutter_next(struct ep_sql_cutter *cutter, struct ep_sql_statement *ret_statement);

/* Whether it begins with these words, given in capitals with one blank between. */
bool ep_sql_statement_leads(const struct ep_sql_statement *statement, const char *keywords);

/* The text from begin to end, and the same with what is around it. */
struct ep_span ep_sql_statement_text(struct ep_span text, const struct ep_sql_statement *statement);
struct ep_span ep_sql_statement_outer(struct ep_span text,
                                      const struct ep_sql_statement *statement);

#endif
