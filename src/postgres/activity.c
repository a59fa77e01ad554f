#include "postgres/activity.h"

#include "base/text.h"
#include "postgres/lock.h"

#include <stdint.h>

/* The backend itself, or behind a pooler the one that has the lock. */
static const char backend_sql[] =
    "SELECT w.pid, p.phase, p.done, p.total FROM (SELECT a.pid"
    " FROM pg_catalog.pg_stat_activity a WHERE a.datname = pg_catalog.current_database()"
    " AND a.pid <> pg_catalog.pg_backend_pid() AND (a.pid = $1::int OR a.pid IN (" EP_LOCK_HOLDERS
    ")) ORDER BY a.pid <> $1::int LIMIT 1) w LEFT JOIN (";

/* One SELECT for each view, from the version on that has it. */
static const struct {
    int since;
    const char *sql;
} views[] = {
    {90600, "SELECT pid, 'VACUUM: ' || phase AS phase, heap_blks_scanned::numeric AS done,"
            " heap_blks_total::numeric AS total FROM pg_catalog.pg_stat_progress_vacuum"},
    {120000, " UNION ALL SELECT pid, phase,"
             " CASE WHEN phase LIKE '%waiting%' THEN lockers_done"
             " WHEN phase LIKE '%tuples%' THEN tuples_done ELSE blocks_done END,"
             " CASE WHEN phase LIKE '%waiting%' THEN lockers_total"
             " WHEN phase LIKE '%tuples%' THEN tuples_total ELSE blocks_total END"
             " FROM pg_catalog.pg_stat_progress_create_index"},
    {120000, " UNION ALL SELECT pid, command || ': ' || phase, heap_blks_scanned,"
             " heap_blks_total FROM pg_catalog.pg_stat_progress_cluster"},
    {130000, " UNION ALL SELECT pid, 'ANALYZE: ' || phase, sample_blks_scanned,"
             " sample_blks_total FROM pg_catalog.pg_stat_progress_analyze"},
    {140000, " UNION ALL SELECT pid, command || ', ' || tuples_processed || ' rows',"
             " bytes_processed, bytes_total FROM pg_catalog.pg_stat_progress_copy"},
};

static void add_progress(const struct ep_result *result, struct ep_text *text)
{
    const char *phase = ep_result_text(result, 0, 1);
    const char *done = ep_result_text(result, 0, 2);
    const char *total = ep_result_text(result, 0, 3);

    if (phase == NULL) {
        return;
    }
    ep_text_add(text, phase);
    long long of = total == NULL ? 0 : strtoll(total, NULL, 10);
    long long so_far = done == NULL ? 0 : strtoll(done, NULL, 10);
    if (of > 0 && so_far >= 0 && so_far <= of) {
        ep_text_format(text, ", %lld %%",
                       so_far > INT64_MAX / 100 ? so_far / (of / 100) : so_far * 100 / of);
    }
}

int ep_activity_ask(struct ep_session *session, int pid, int64_t deadline_ms, char *ret_text,
                    size_t size)
{
    struct ep_text sql EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;
    struct ep_error ignored = {0};
    char number[16];

    ret_text[0] = '\0';
    (void)snprintf(number, sizeof(number), "%d", pid);
    ep_text_add(&sql, backend_sql);
    for (size_t i = 0; i < EP_COUNT_OF(views); i++) {
        if (ep_session_server_version(session) >= views[i].since) {
            ep_text_add(&sql, views[i].sql);
        }
    }
    ep_text_add(&sql, ") p ON p.pid = w.pid LIMIT 1");
    if (!ep_session_query(session, EP_QUERY(ep_text_get(&sql), number), deadline_ms, &result,
                          &ignored)
        || ep_result_rows(result) == 0) {
        return 0;
    }
    add_progress(result, &text);
    (void)snprintf(ret_text, size, "%s", ep_text_get(&text));
    const char *found = ep_result_text(result, 0, 0);
    return found == NULL ? 0 : (int)strtol(found, NULL, 10);
}
