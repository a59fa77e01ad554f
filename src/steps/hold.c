#include "steps/hold.h"

#include "postgres/lock.h"
#include "system/clock.h"

enum { SECOND_MS = 30 * 1000 }; /* for the second session's login and its answers */

/* No limit for being idle: that is all it does. */
static bool try_hold(struct ep_session *holder, bool *ret_held, struct ep_error *err)
{
    const struct ep_query queries[] = {
        {.sql = "BEGIN ISOLATION LEVEL READ COMMITTED"},
        {.sql = "SELECT pg_catalog.set_config('idle_in_transaction_session_timeout', '0', true)"},
        {.sql = ep_lock_try_transaction},
    };
    enum { COUNT = EP_COUNT_OF(queries) };
    struct ep_result *results[COUNT] = {NULL};
    bool begun = true;

    if (!ep_session_flight(holder, queries, COUNT, ep_clock_ms() + SECOND_MS, results, err)) {
        return false;
    }
    for (size_t i = 0; i < COUNT && begun; i++) {
        begun = ep_result_sqlstate(results[i])[0] == '\0' || ep_result_fail(results[i], err);
    }
    *ret_held = begun && strcmp(ep_result_word(results[COUNT - 1], 0, 0), "t") == 0;
    for (size_t i = 0; i < COUNT; i++) {
        ep_result_release(results[i]);
    }
    return begun;
}

/* Over the simple protocol: of an answer over the other one the server keeps the snapshot until
 * the next, and CREATE INDEX CONCURRENTLY would wait for that. */
static bool touch(struct ep_session *holder, struct ep_error *err)
{
    struct ep_chunk_outcome ignored = {0};

    return ep_session_run_chunk(holder, "SELECT 1", ep_clock_ms() + SECOND_MS, &ignored, err);
}

bool ep_hold_lock(struct ep_replica *replica, struct ep_error *err)
{
    struct ep_session *holder EP_CLEANUP(ep_session_drop) = NULL;
    bool held = false;

    if (!replica->pooled || replica->holder != NULL) {
        return true;
    }
    holder = ep_session_open_second(replica->session, ep_clock_ms() + SECOND_MS);
    if (holder == NULL) {
        (void)ep_fail(err, EP_FAULT_UNAVAILABLE,
                      "there is no second connection to hold the migration lock");
        return ep_error_hint(err, "Give the pool two connections at least, or connect directly, "
                                  "with ENTRYPOINT_DATABASE_URL or DATABASE_URL_UNPOOLED.");
    }
    while (!held) {
        if (!try_hold(holder, &held, err)) {
            return ep_error_context(err, "holding the lock in a second connection");
        }
        if (!held
            && (!ep_session_query(holder, (struct ep_query){.sql = "ROLLBACK"},
                                  ep_clock_ms() + SECOND_MS, NULL, err)
                || !ep_replica_wait_turn(replica, err))) {
            return false;
        }
    }
    if (!touch(holder, err)) {
        return false;
    }
    replica->holder = holder;
    holder = NULL;
    return true;
}

void ep_hold_let_go(struct ep_replica *replica)
{
    ep_session_close(replica->holder);
    replica->holder = NULL;
}

bool ep_hold_check(struct ep_replica *replica, struct ep_error *err)
{
    struct ep_error reason = {0};

    if (replica->holder == NULL || touch(replica->holder, &reason)) {
        return true;
    }
    if (reason.fault == EP_FAULT_SIGNAL) {
        *err = reason;
        return false;
    }
    ep_session_abandon(replica->session);
    return ep_fail(err, EP_FAULT_UNAVAILABLE, "the connection that holds the lock was lost: %s",
                   reason.summary);
}
