#include "steps/replica.h"

#include "postgres/lock.h"
#include "system/clock.h"
#include "system/signals.h"

#include <inttypes.h>
#include <limits.h>
#include <poll.h>

enum { REPORT_EVERY_MS = 10 * 1000, PAUSE_FIRST_MS = 50, PAUSE_MOST_MS = 1000 };

static const char limits_sql[] =
    "SELECT pg_catalog.set_config('lock_timeout', $1, true),"
    " pg_catalog.set_config('statement_timeout', $2, true),"
    " pg_catalog.set_config('idle_in_transaction_session_timeout', '300000', true)";
/* A server whose client has died stops within two seconds instead of finishing the statement.
 * One that cannot notice, on Windows say, would refuse the value. */
static const char limits_14_sql[] =
    "SELECT pg_catalog.set_config('lock_timeout', $1, true),"
    " pg_catalog.set_config('statement_timeout', $2, true),"
    " pg_catalog.set_config('idle_in_transaction_session_timeout', '300000', true),"
    " pg_catalog.set_config('client_connection_check_interval',"
    " CASE WHEN pg_catalog.version() LIKE '%linux%' THEN '2000' ELSE '0' END, true)";

bool ep_replica_pause(int64_t ms, struct ep_error *err)
{
    int64_t end_ms = ep_clock_ms() + ms;

    for (int64_t left_ms = ms; left_ms > 0 && ep_signals_noted() == 0;
         left_ms = end_ms - ep_clock_ms()) {
        struct pollfd signalled = {.fd = ep_signals_fd(), .events = POLLIN};
        (void)poll(&signalled, 1, left_ms > INT_MAX ? INT_MAX : (int)left_ms);
    }
    if (ep_signals_noted() != 0) {
        (void)ep_fail(err, EP_FAULT_SIGNAL, "stopped by signal %d", ep_signals_noted());
        err->signal = ep_signals_noted();
        return false;
    }
    return true;
}

bool ep_replica_wait_turn(struct ep_replica *replica, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    int64_t now_ms = ep_clock_ms();
    int64_t pause_ms = replica->pause_ms == 0 ? PAUSE_FIRST_MS : replica->pause_ms;

    replica->waited = true;
    if (now_ms >= replica->deadline_ms) {
        (void)ep_fail(err, EP_FAULT_UNAVAILABLE,
                      "another replica held the migration lock for longer than %" PRId64 " s",
                      replica->settings->migrate_replica_timeout_ms / 1000);
        (void)ep_error_detail(err, "It is %s.", ep_lock_holder(&arena, replica->session));
        return ep_error_hint(err, "See what it is doing in pg_stat_activity, or raise [migrate] "
                                  "replica_timeout.");
    }
    if (now_ms >= replica->report_ms) {
        ep_report(replica->reporter, EP_EVENT_LOCK_WAIT,
                  EP_TEXT_FIELD("holder", ep_lock_holder(&arena, replica->session)));
        replica->report_ms = now_ms + REPORT_EVERY_MS;
    }
    replica->pause_ms = pause_ms * 2 < PAUSE_MOST_MS ? pause_ms * 2 : PAUSE_MOST_MS;
    return ep_replica_pause(ep_clock_jitter(pause_ms, 20), err);
}

static bool is_true(const struct ep_result *result)
{
    return strcmp(ep_result_word(result, 0, 0), "t") == 0;
}

bool ep_replica_lock(struct ep_replica *replica, struct ep_error *err)
{
    while (!replica->pooled) {
        struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;
        if (!ep_session_query(replica->session, (struct ep_query){.sql = ep_lock_try_session},
                              EP_CLOCK_NEVER, &result, err)) {
            return false;
        }
        if (is_true(result)) {
            return true;
        }
        if (!ep_replica_wait_turn(replica, err)) {
            return false;
        }
    }
    return true;
}

enum { BEGIN, LIMITS, LOCK };

/* BEGIN and limits. A session whose default is repeatable read would not see what others
 * committed while we waited for the ledger's lock. */
static void begin_queries(struct ep_arena *arena, const struct ep_replica *replica,
                          struct ep_query *ret_queries)
{
    const struct ep_settings *settings = replica->settings;
    const char **limits = ep_arena_array(arena, 2, sizeof(*limits));
    bool is_14 = ep_session_server_version(replica->session) >= 140000;

    limits[0] = ep_arena_format(arena, "%" PRId64, settings->migrate_lock_timeout_ms);
    limits[1] = ep_arena_format(arena, "%" PRId64, settings->migrate_statement_timeout_ms);
    ret_queries[BEGIN] = (struct ep_query){.sql = "BEGIN ISOLATION LEVEL READ COMMITTED"};
    ret_queries[LIMITS] = (struct ep_query){
        .sql = is_14 ? limits_14_sql : limits_sql, .parameters = limits, .parameter_count = 2};
}

static bool check_begun(struct ep_result *const results[], size_t count, struct ep_error *err)
{
    bool begun = true;

    for (size_t i = 0; i < count && begun; i++) {
        begun = ep_result_sqlstate(results[i])[0] == '\0' || ep_result_fail(results[i], err);
    }
    return begun;
}

static void release(struct ep_result *results[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ep_result_release(results[i]);
    }
}

static bool needs_lock(const struct ep_replica *replica)
{
    return replica->pooled && replica->holder == NULL;
}

/* Through a pooler with the lock, in the same flight. */
static bool try_begin(struct ep_replica *replica, bool *ret_locked, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_query queries[] = {[LOCK] = {.sql = ep_lock_try_transaction}};
    size_t count = needs_lock(replica) ? LOCK + 1 : LOCK;
    struct ep_result *results[EP_COUNT_OF(queries)] = {NULL};

    begin_queries(&arena, replica, queries);
    if (!ep_session_flight(replica->session, queries, count, EP_CLOCK_NEVER, results, err)) {
        return false;
    }
    bool begun = check_begun(results, count, err);
    *ret_locked = begun && (count == LOCK || is_true(results[LOCK]));
    release(results, count);
    return begun;
}

bool ep_replica_begin_with(struct ep_replica *replica, const struct ep_query *queries, size_t count,
                           struct ep_result *ret_results[], struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_query *all = ep_arena_array(&arena, LOCK + count, sizeof(*all));
    struct ep_result **results = ep_arena_array(&arena, LOCK + count, sizeof(struct ep_result *));

    if (needs_lock(replica)) {
        return ep_replica_begin(replica, err)
               && ep_session_flight(replica->session, queries, count, EP_CLOCK_NEVER, ret_results,
                                    err);
    }
    begin_queries(&arena, replica, all);
    memcpy(all + LOCK, queries, count * sizeof(*all));
    if (!ep_session_flight(replica->session, all, LOCK + count, EP_CLOCK_NEVER, results, err)) {
        return false;
    }
    bool begun = check_begun(results, LOCK, err);
    release(results, begun ? LOCK : LOCK + count);
    if (begun) {
        memcpy(ret_results, results + LOCK, count * sizeof(struct ep_result *));
    }
    return begun;
}

bool ep_replica_begin(struct ep_replica *replica, struct ep_error *err)
{
    bool locked = false;

    for (;;) {
        if (!try_begin(replica, &locked, err)) {
            return false;
        }
        if (locked) {
            return true;
        }
        /* Asked again in a new transaction: one that waits must not hold a snapshot. */
        if (!ep_session_query(replica->session, (struct ep_query){.sql = "ROLLBACK"},
                              EP_CLOCK_NEVER, NULL, err)
            || !ep_replica_wait_turn(replica, err)) {
            return false;
        }
    }
}
