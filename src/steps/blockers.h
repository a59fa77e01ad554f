/*
 * blockers.h - who stands in the way: the sessions that hold what a migration waits for.
 *
 * While it waits the server knows exactly whom for, but only another session can ask
 * (ep_blockers_now()). Once it has given up nobody knows any more; then those count that hold a
 * lock on something that the statement names, or that the server's report on a deadlock names
 * (ep_blockers_after(), on the session itself).
 *
 * Texts are for the log: "pid 4711 (app, psql, idle in transaction for 312 s): LOCK TABLE a".
 * Passwords in a query are masked. Of sessions of other roles the server shows less.
 */
#ifndef EP_STEPS_BLOCKERS_H
#define EP_STEPS_BLOCKERS_H

#include "base/error.h"
#include "postgres/session.h"

enum { EP_BLOCKERS_BYTES = 1024 };

/* What a statement that was refused a lock needed, kept until it can be asked about. */
struct ep_blockers {
    char names[EP_BLOCKERS_BYTES]; /* an array of PostgreSQL: the names in it */
    char pids[256];                /* the same of the processes in a report on a deadlock */
};

/* Whom the backend pid waits for; "" when for nobody. Never fails: then "" too. */
void ep_blockers_now(struct ep_session *second, int pid, int64_t deadline_ms,
                     char ret_text[EP_BLOCKERS_BYTES]);

/* Take note of a refusal (55P03, 40P01); sql is what was sent. */
void ep_blockers_note(const struct ep_error *refusal, struct ep_span sql,
                      struct ep_blockers *ret_blockers);

/* Who of them is still there; the session is in no failed transaction. "" when nobody is. */
void ep_blockers_after(struct ep_session *session, const struct ep_blockers *blockers,
                       char ret_text[EP_BLOCKERS_BYTES]);

#endif
