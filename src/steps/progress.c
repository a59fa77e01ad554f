#include "steps/progress.h"

#include "base/text.h"
#include "format/identifier.h"
#include "system/clock.h"

#include <stdlib.h>

static bool execute(struct ep_session *session, struct ep_query query, struct ep_error *err)
{
    return ep_session_query(session, query, EP_CLOCK_NEVER, NULL, err);
}

static bool look(const struct ep_progress *progress, bool *ret_exists, struct ep_error *err)
{
    struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;

    if (!ep_session_query(
            progress->session,
            EP_QUERY("SELECT pg_catalog.to_regclass($1) IS NOT NULL", progress->table),
            EP_CLOCK_NEVER, &result, err)) {
        return false;
    }
    *ret_exists = strcmp(ep_result_word(result, 0, 0), "t") == 0;
    return true;
}

static bool create(struct ep_arena *arena, const struct ep_progress *progress, const char *schema,
                   struct ep_error *err)
{
    const char *sql =
        ep_arena_format(arena,
                        "CREATE TABLE IF NOT EXISTS %s (ledger text NOT NULL, migration text "
                        "NOT NULL, statement int NOT NULL, digest text NOT NULL, done_at "
                        "timestamptz, PRIMARY KEY (ledger, migration, statement))",
                        progress->table);
    if (!execute(progress->session, (struct ep_query){.sql = sql}, err)) {
        if (strcmp(err->sqlstate, "42501") == 0) {
            (void)ep_error_hint(err,
                                "A migration that is not one transaction needs this table: GRANT "
                                "CREATE ON SCHEMA \"%s\" TO this role.",
                                schema);
        }
        return ep_error_context(err, "creating %s", progress->table);
    }
    return true;
}

static bool read(struct ep_arena *arena, struct ep_progress *progress, struct ep_error *err)
{
    struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;
    const char *sql = ep_arena_format(arena,
                                      "SELECT statement, digest, done_at IS NOT NULL FROM %s WHERE "
                                      "ledger = $1 AND migration = $2 ORDER BY statement",
                                      progress->table);

    if (!ep_session_query(progress->session, EP_QUERY(sql, progress->ledger, progress->migration),
                          EP_CLOCK_NEVER, &result, err)) {
        return ep_error_context(err, "reading %s", progress->table);
    }
    progress->row_count = ep_result_rows(result);
    struct ep_progress_row *rows = ep_arena_array(arena, progress->row_count, sizeof(*rows));
    for (size_t i = 0; i < progress->row_count; i++) {
        rows[i] = (struct ep_progress_row){
            .statement = (size_t)strtoul(ep_result_word(result, i, 0), NULL, 10) - 1,
            .digest = ep_arena_copy(arena, ep_span_of(ep_result_word(result, i, 1))),
            .is_done = strcmp(ep_result_word(result, i, 2), "t") == 0,
        };
    }
    progress->rows = rows;
    return true;
}

bool ep_progress_enter(struct ep_arena *arena, struct ep_session *session,
                       const struct ep_ledger_table *ledger, const struct ep_migration *migration,
                       bool creates, struct ep_progress *ret_progress, struct ep_error *err)
{
    struct ep_progress progress = {
        .session = session,
        .table = ep_arena_format(arena, "%s.entrypoint_progress",
                                 ep_identifier_quote(arena, ledger->schema)),
        .ledger = ledger->quoted,
        .migration = ep_migration_name(arena, migration),
    };
    bool exists = false;

    if (!look(&progress, &exists, err)
        || (!exists && creates && !create(arena, &progress, ledger->schema, err))
        || ((exists || creates) && !read(arena, &progress, err))) {
        return false;
    }
    *ret_progress = progress;
    return true;
}

bool ep_progress_open(struct ep_arena *arena, struct ep_replica *replica,
                      const struct ep_ledger_table *ledger, const struct ep_migration *migration,
                      struct ep_progress *ret_progress, struct ep_error *err)
{
    return ep_replica_begin(replica, err)
           && ep_progress_enter(arena, replica->session, ledger, migration, true, ret_progress, err)
           && execute(replica->session, (struct ep_query){.sql = "COMMIT"}, err);
}

static int compare(const void *statement, const void *row)
{
    size_t a = *(const size_t *)statement, b = ((const struct ep_progress_row *)row)->statement;
    return (a > b) - (a < b);
}

const struct ep_progress_row *ep_progress_find(const struct ep_progress *progress, size_t statement)
{
    return progress->row_count == 0 ? NULL
                                    : bsearch(&statement, progress->rows, progress->row_count,
                                              sizeof(*progress->rows), compare);
}

bool ep_progress_intend(const struct ep_progress *progress, size_t statement, const char *digest,
                        struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const char *sql = ep_arena_format(&arena,
                                      "INSERT INTO %s (ledger, migration, statement, digest) "
                                      "VALUES ($1, $2, $3, $4) ON CONFLICT (ledger, migration, "
                                      "statement) DO UPDATE SET digest = excluded.digest",
                                      progress->table);
    const char *number = ep_arena_format(&arena, "%zu", statement + 1);

    return execute(progress->session,
                   EP_QUERY(sql, progress->ledger, progress->migration, number, digest), err)
           || ep_error_context(err, "writing to %s", progress->table);
}

bool ep_progress_done(const struct ep_progress *progress, const struct ep_progress_row *rows,
                      size_t count, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_text numbers EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text digests EP_CLEANUP(ep_text_clear) = {0};
    const char *sql = ep_arena_format(
        &arena,
        "INSERT INTO %s (ledger, migration, statement, digest, done_at) SELECT $1, $2, number, "
        "digest, pg_catalog.now() FROM ROWS FROM (pg_catalog.unnest($3::int[]), "
        "pg_catalog.unnest($4::text[])) AS done (number, digest) ON CONFLICT (ledger, "
        "migration, statement) DO UPDATE SET digest = excluded.digest, done_at = excluded.done_at",
        progress->table);

    for (size_t i = 0; i < count; i++) {
        ep_text_format(&numbers, "%s%zu", i == 0 ? "{" : ",", rows[i].statement + 1);
        ep_text_format(&digests, "%s%s", i == 0 ? "{" : ",", rows[i].digest);
    }
    ep_text_add(&numbers, "}");
    ep_text_add(&digests, "}");
    return execute(progress->session,
                   EP_QUERY(sql, progress->ledger, progress->migration, ep_text_get(&numbers),
                            ep_text_get(&digests)),
                   err)
           || ep_error_context(err, "writing to %s", progress->table);
}

bool ep_progress_forget(const struct ep_progress *progress, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const char *sql = ep_arena_format(&arena, "DELETE FROM %s WHERE ledger = $1 AND migration = $2",
                                      progress->table);

    return execute(progress->session, EP_QUERY(sql, progress->ledger, progress->migration), err)
           || ep_error_context(err, "writing to %s", progress->table);
}
