/*
 * activity.h - how far a statement is that runs in another session, as far as PostgreSQL knows:
 * CREATE INDEX, CLUSTER and VACUUM FULL, COPY, VACUUM, ANALYZE.
 */
#ifndef EP_POSTGRES_ACTIVITY_H
#define EP_POSTGRES_ACTIVITY_H

#include "postgres/session.h"

/*
 * Write "building index: scanning table, 43 %" of the backend pid, or "" where the server says
 * nothing. Through a pooler pid is of no session: then whoever has our lock is meant.
 *
 * Returns the backend's process id, 0 when there is none to be seen.
 */
int ep_activity_ask(struct ep_session *session, int pid, int64_t deadline_ms, char *ret_text,
                    size_t size);

#endif
