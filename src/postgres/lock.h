/*
 * lock.h - one replica at a time.
 *
 * An advisory lock of the whole database, number EP_LOCK_KEY, asked for again and
 * again rather than waited for: a session that sits in pg_advisory_lock() holds
 * a snapshot, and CREATE INDEX CONCURRENTLY in the holder waits for that
 * snapshot, which is a deadlock. Directly connected it is the session's lock.
 * Through a pooler a session's lock would stay on a backend that belongs to
 * nobody, so there it is the transaction's.
 *
 * Drizzle knows nothing of it: against a real Drizzle the ledger's table is locked too.
 */
#ifndef EP_POSTGRES_LOCK_H
#define EP_POSTGRES_LOCK_H

#include "postgres/session.h"

/* "entrypnt" in ASCII. */
#define EP_LOCK_KEY "7308907280281398900"

/* SQL: the backends that have the lock. A 64-bit key is shown as two halves, with objsubid 1. */
#define EP_LOCK_HOLDERS                                                                   \
    "SELECT l.pid FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.granted" \
    " AND l.objsubid = 1 AND l.classid::bigint = " EP_LOCK_KEY " >> 32"                   \
    " AND l.objid::bigint = " EP_LOCK_KEY " & 4294967295 AND l.database = (SELECT d.oid"  \
    " FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())"

/* Each gives one boolean: the lock is ours now. */
extern const char ep_lock_try_session[];
extern const char ep_lock_try_transaction[];

/*
 * Who holds the lock, for the log: "pid 4711 entrypoint 10.0.0.7, active for 12 s".
 * The arena's text; says so when nobody is found, and never fails.
 */
const char *ep_lock_holder(struct ep_arena *arena, struct ep_session *session);

#endif
