#include "postgres/lock.h"

#include "system/clock.h"

const char ep_lock_try_session[] = "SELECT pg_catalog.pg_try_advisory_lock(" EP_LOCK_KEY ")";
const char ep_lock_try_transaction[] =
    "SELECT pg_catalog.pg_try_advisory_xact_lock(" EP_LOCK_KEY ")";

/* What a migrating replica is doing stands in its application_name; that may wait in its turn. */
static const char holder_sql[] =
    "SELECT 'pid ' || a.pid || coalesce(' ' || nullif(a.application_name, ''), '')"
    " || coalesce(' from ' || host(a.client_addr), '') || coalesce(', ' || a.state, '')"
    " || coalesce(' for ' || extract(epoch FROM now() - a.state_change)::bigint || ' s', '')"
    " || coalesce((SELECT ', which waits for ' || pg_catalog.string_agg(DISTINCT 'pid ' || b.pid"
    " || coalesce(' ' || nullif(s.application_name, ''), '') || coalesce(', ' || s.state, ''),"
    " '; ') FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids(a.pid)) b(pid)"
    " LEFT JOIN pg_catalog.pg_stat_activity s ON s.pid = b.pid), '')"
    " FROM pg_catalog.pg_stat_activity a WHERE a.pid IN (" EP_LOCK_HOLDERS ") LIMIT 1";

const char *ep_lock_holder(struct ep_arena *arena, struct ep_session *session)
{
    struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;
    struct ep_error ignored = {0};
    int64_t deadline_ms = ep_clock_ms() + 5000;

    if (!ep_session_query(session, (struct ep_query){.sql = holder_sql}, deadline_ms, &result,
                          &ignored)
        || ep_result_rows(result) == 0 || ep_result_text(result, 0, 0) == NULL) {
        return "holder unknown";
    }
    return ep_arena_copy(arena, ep_span_of(ep_result_text(result, 0, 0)));
}
