#include "steps/invalid.h"

/* Of a partitioned table an index is invalid as long as it lacks a partition: that is no accident.
 * Whoever builds one has its table locked as no other statement and no autovacuum of an idle
 * database does for long. */
static const char invalid_sql[] =
    "SELECT i.indexrelid::pg_catalog.regclass, i.indrelid::pg_catalog.regclass"
    " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
    " WHERE NOT i.indisvalid AND c.relkind = 'i' AND NOT EXISTS (SELECT 1"
    " FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
    " WHERE l.locktype = 'relation' AND l.relation = i.indrelid AND l.granted"
    " AND l.mode = 'ShareUpdateExclusiveLock' AND a.state = 'active'"
    " AND a.datname = pg_catalog.current_database() AND a.query ~* 'index')"
    " ORDER BY 1";

bool ep_invalid_report(struct ep_session *session, int64_t deadline_ms,
                       const struct ep_reporter *reporter, struct ep_error *err)
{
    struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;

    if (!ep_session_query(session, (struct ep_query){.sql = invalid_sql}, deadline_ms, &result,
                          err)) {
        return false;
    }
    for (size_t i = 0; i < ep_result_rows(result); i++) {
        ep_report(reporter, EP_EVENT_INVALID_INDEX,
                  EP_TEXT_FIELD("index", ep_result_text(result, i, 0)),
                  EP_TEXT_FIELD("table", ep_result_text(result, i, 1)));
    }
    return true;
}
