/*
 * explain.h - why a migration's SQL failed, said so that somebody can act on it.
 *
 * The server says what is wrong; what it cannot know is the file: which statement of how many, on
 * which line, and what usually leads to such an error (trap.def).
 */
#ifndef EP_STEPS_EXPLAIN_H
#define EP_STEPS_EXPLAIN_H

#include "source/script.h"

/* What was sent in one message, and how far it came. */
struct ep_sent {
    struct ep_span sql; /* a part of the script's text: a chunk, or a statement of one */
    size_t completed;   /* statements of it that succeeded */
    long position;      /* character of sql, from 1, that the server names; 0: none */
};

/*
 * Add to a recorded error its place in the file (passwords masked), the statement's number, and
 * the hint of the first trap that fits.
 */
void ep_explain_failure(const struct ep_migration *migration, const struct ep_script *script,
                        const struct ep_sent *sent, struct ep_error *err);

/*
 * Refuse what no server can run: commands of psql, and COPY ... FROM stdin, whose rows nobody
 * could send. To be called before anything of the script is sent.
 *
 * Errors: EP_FAULT_SQL, with the place.
 */
bool ep_explain_check(const struct ep_migration *migration, const struct ep_script *script,
                      struct ep_error *err) EP_MUST_CHECK;

/* How many statements a part of a script's text has, and the whole script. */
size_t ep_explain_count(struct ep_span sql);
size_t ep_explain_count_all(const struct ep_script *script);

/* The text of the statement that failed; empty when there is none. */
struct ep_span ep_explain_statement(const struct ep_sent *sent);

#endif
