#include "steps/tolerance.h"

#include "base/text.h"
#include "format/identifier.h"
#include "steps/explain.h"
#include "steps/progress.h"
#include "system/clock.h"

#define SAVEPOINT "entrypoint_statement"

/* One call of ep_tolerance_run(). */
struct tolerating {
    struct ep_arena *arena;
    const struct ep_tolerance *tolerance;
    const struct ep_migration *migration;
    const struct ep_script *script;
    const struct ep_extent *extent;
    struct ep_progress progress;
    bool *used; /* for each row of progress: a statement of the file is it */
    struct ep_progress_row *done;
    size_t done_count, deferred;
};

static bool skips(const struct ep_tolerance *tolerance)
{
    return tolerance->settings->migrate_on_exists == EP_ON_EXISTS_SKIP;
}

static bool defers(const struct ep_tolerance *tolerance)
{
    return tolerance->settings->migrate_on_missing == EP_ON_MISSING_DEFER;
}

const struct ep_tolerance *ep_tolerance_of(struct ep_tolerance *tolerance,
                                           const struct ep_ledger_table *table)
{
    tolerance->table = table;
    return table->kind == EP_LEDGER_OF_NUMBERED && (skips(tolerance) || defers(tolerance))
               ? tolerance
               : NULL;
}

enum ep_tolerated ep_tolerance_find(const char *sqlstate)
{
    static const struct {
        const char *sqlstate;
        enum ep_tolerated tolerated;
    } rows[] = {
#define EP_TOLERANCE(sqlstate_, what_, name_) {(sqlstate_), EP_TOLERATED_##what_},
#include "steps/tolerance.def"
#undef EP_TOLERANCE
    };

    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        if (strcmp(rows[i].sqlstate, sqlstate) == 0) {
            return rows[i].tolerated;
        }
    }
    return EP_TOLERATED_NOT;
}

/* CREATE TABLE a with a type a gives 42710, but there is no table: kind and SQLSTATE must fit. */
static const char *sqlstates_of(enum ep_made_kind kind)
{
    switch (kind) {
    case EP_MADE_NONE:
        break;
    case EP_MADE_TABLE:
    case EP_MADE_VIEW:
    case EP_MADE_MATERIALIZED_VIEW:
    case EP_MADE_SEQUENCE:
    case EP_MADE_FOREIGN_TABLE:
    case EP_MADE_INDEX:
        return "42P07";
    case EP_MADE_COLUMN:
        return "42701";
    case EP_MADE_CONSTRAINT: /* one with an index has a relation of its name */
        return "42710 42P07";
    case EP_MADE_TRIGGER:
    case EP_MADE_TYPE:
    case EP_MADE_OTHER:
        return "42710";
    case EP_MADE_ROUTINE:
        return "42723";
    case EP_MADE_SCHEMA:
        return "42P06";
    }
    return "";
}

bool ep_tolerance_is_own(const struct ep_made *made, const char *sqlstate, const char *message)
{
    const char *quote = strchr(message, '"');
    size_t size = made->name.name == NULL ? 0 : strlen(made->name.name);

    return size > 0 && strstr(sqlstates_of(made->kind), sqlstate) != NULL && quote != NULL
           && strncmp(quote + 1, made->name.name, size) == 0 && quote[1 + size] == '"';
}

static bool command(const struct tolerating *tolerating, const char *sql, struct ep_error *err)
{
    return ep_session_query(tolerating->tolerance->session, (struct ep_query){.sql = sql},
                            EP_CLOCK_NEVER, NULL, err);
}

static const char *quote_name(struct ep_arena *arena, const struct ep_sql_name *name)
{
    const char *quoted = ep_identifier_quote(arena, name->name);

    return name->schema == NULL
               ? quoted
               : ep_arena_format(arena, "%s.%s", ep_identifier_quote(arena, name->schema), quoted);
}

/*
 * A relation of the name may be of another kind, an index or a constraint another table's: then the
 * statement has not been done. $1 is the name as SQL has it, $2 the name alone, $3 the owner.
 */
static const char *look_up_sql(enum ep_made_kind kind)
{
    switch (kind) {
    case EP_MADE_TABLE:
        return "SELECT count(*) > 0 FROM pg_catalog.pg_class WHERE oid = "
               "pg_catalog.to_regclass($1) AND relkind IN ('r', 'p') AND $2 <> $3";
    case EP_MADE_VIEW:
        return "SELECT count(*) > 0 FROM pg_catalog.pg_class WHERE oid = "
               "pg_catalog.to_regclass($1) AND relkind = 'v' AND $2 <> $3";
    case EP_MADE_MATERIALIZED_VIEW:
        return "SELECT count(*) > 0 FROM pg_catalog.pg_class WHERE oid = "
               "pg_catalog.to_regclass($1) AND relkind = 'm' AND $2 <> $3";
    case EP_MADE_SEQUENCE:
        return "SELECT count(*) > 0 FROM pg_catalog.pg_class WHERE oid = "
               "pg_catalog.to_regclass($1) AND relkind = 'S' AND $2 <> $3";
    case EP_MADE_FOREIGN_TABLE:
        return "SELECT count(*) > 0 FROM pg_catalog.pg_class WHERE oid = "
               "pg_catalog.to_regclass($1) AND relkind = 'f' AND $2 <> $3";
    case EP_MADE_INDEX:
        return "SELECT count(*) > 0 FROM pg_catalog.pg_index JOIN pg_catalog.pg_class c ON "
               "c.oid = indexrelid WHERE indrelid = pg_catalog.to_regclass($3) AND relname = $2 "
               "AND indisvalid AND $1 <> ''";
    case EP_MADE_CONSTRAINT:
        return "SELECT count(*) > 0 FROM pg_catalog.pg_constraint WHERE conrelid = "
               "pg_catalog.to_regclass($3) AND conname = $2 AND $1 <> ''";
    case EP_MADE_NONE:
    case EP_MADE_COLUMN:
    case EP_MADE_TRIGGER:
    case EP_MADE_TYPE:
    case EP_MADE_ROUTINE:
    case EP_MADE_SCHEMA:
    case EP_MADE_OTHER:
        break;
    }
    return NULL; /* the SQLSTATE is proof enough */
}

static bool look_up(const struct tolerating *tolerating, const struct ep_made *made,
                    bool *ret_exists, struct ep_error *err)
{
    struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;
    const char *sql = look_up_sql(made->kind);

    *ret_exists = true;
    if (sql == NULL) {
        return true;
    }
    const char *owner = made->owner.name == NULL ? "" : quote_name(tolerating->arena, &made->owner);
    if (!ep_session_query(
            tolerating->tolerance->session,
            EP_QUERY(sql, quote_name(tolerating->arena, &made->name), made->name.name, owner),
            EP_CLOCK_NEVER, &result, err)) {
        return false;
    }
    *ret_exists = strcmp(ep_result_word(result, 0, 0), "t") == 0;
    return true;
}

static bool place(const struct tolerating *tolerating, const struct ep_extent_statement *statement,
                  long position, struct ep_error *err)
{
    const struct ep_sent sent = {.sql = statement->sql, .position = position};

    ep_explain_failure(tolerating->migration, tolerating->script, &sent, err);
    return false;
}

static void report(const struct tolerating *tolerating, enum ep_event_kind kind,
                   const struct ep_extent_statement *statement, const struct ep_error *why)
{
    const struct ep_extent *extent = tolerating->extent;

    ep_report(tolerating->tolerance->reporter, kind,
              EP_TEXT_FIELD("tag", tolerating->migration->tag),
              EP_INTEGER_FIELD("statement", (long long)statement->number + 1),
              EP_INTEGER_FIELD("statements", (long long)extent->statement_count),
              EP_TEXT_FIELD("place", ep_arena_format(tolerating->arena, "%s:%ld", why->place.file,
                                                     why->place.line)),
              EP_TEXT_FIELD("reason", why->summary), EP_TEXT_FIELD("sqlstate", why->sqlstate));
}

/* Whether what was refused may be left out or left for later; *ret_done: left out for good. */
static bool judge(struct tolerating *tolerating, const struct ep_extent_statement *statement,
                  const struct ep_error *why, bool *ret_done, bool *ret_tolerated,
                  struct ep_error *err)
{
    const struct ep_tolerance *tolerance = tolerating->tolerance;
    enum ep_tolerated tolerated = ep_tolerance_find(why->sqlstate);

    *ret_done = false;
    *ret_tolerated = false;
    if (tolerated == EP_TOLERATED_SKIP && skips(tolerance)) {
        struct ep_made made = ep_made_read(tolerating->arena, statement->chunk, &statement->item);
        bool exists = false;
        if (ep_tolerance_is_own(&made, why->sqlstate, why->summary)
            && !look_up(tolerating, &made, &exists, err)) {
            return false;
        }
        *ret_done = *ret_tolerated = exists;
    } else if (tolerated == EP_TOLERATED_DEFER && defers(tolerance)) {
        *ret_tolerated = true;
    }
    return true;
}

static void note_done(struct tolerating *tolerating, const struct ep_extent_statement *statement,
                      const char *digest)
{
    tolerating->done[tolerating->done_count++] =
        (struct ep_progress_row){.statement = statement->number, .digest = digest, .is_done = true};
}

static bool run_statement(struct tolerating *tolerating,
                          const struct ep_extent_statement *statement, const char *digest,
                          struct ep_error *err)
{
    struct ep_text copy EP_CLEANUP(ep_text_clear) = {0};
    struct ep_chunk_outcome outcome = {0};
    struct ep_error why = {0};
    bool is_done = false, is_tolerated = false;

    ep_watch_running(tolerating->tolerance->watch, statement->number + 1);
    if (!command(tolerating, "SAVEPOINT " SAVEPOINT, err)) {
        return false;
    }
    if (ep_session_run_chunk(tolerating->tolerance->session,
                             ep_script_terminate(tolerating->script, statement->sql, &copy),
                             EP_CLOCK_NEVER, &outcome, &why)) {
        note_done(tolerating, statement, digest);
        return command(tolerating, "RELEASE SAVEPOINT " SAVEPOINT, err);
    }
    if (why.fault != EP_FAULT_SQL || ep_session_is_lost(tolerating->tolerance->session)
        || ep_tolerance_find(why.sqlstate) == EP_TOLERATED_NOT) {
        *err = why;
        return place(tolerating, statement, outcome.position, err);
    }
    if (!command(tolerating, "ROLLBACK TO SAVEPOINT " SAVEPOINT, err)
        || !judge(tolerating, statement, &why, &is_done, &is_tolerated, err)) {
        return false;
    }
    (void)place(tolerating, statement, outcome.position, &why);
    if (!is_tolerated) {
        *err = why;
        return false;
    }
    if (is_done) {
        note_done(tolerating, statement, digest);
        report(tolerating, EP_EVENT_STATEMENT_SKIPPED, statement, &why);
    } else {
        tolerating->deferred++;
        report(tolerating, EP_EVENT_STATEMENT_DEFERRED, statement, &why);
    }
    return command(tolerating, "RELEASE SAVEPOINT " SAVEPOINT, err);
}

/* Statements are known by their text: those that were added or moved since change nothing. */
static bool was_done(struct tolerating *tolerating, const char *digest)
{
    for (size_t i = 0; i < tolerating->progress.row_count; i++) {
        const struct ep_progress_row *row = &tolerating->progress.rows[i];
        if (row->is_done && !tolerating->used[i] && strcmp(row->digest, digest) == 0) {
            tolerating->used[i] = true;
            return true;
        }
    }
    return false;
}

static bool is_sent(const struct tolerating *tolerating,
                    const struct ep_extent_statement *statement)
{
    size_t offset = (size_t)(statement->sql.data - tolerating->script->text.data);

    return offset >= tolerating->extent->body_begin && offset < tolerating->extent->body_end;
}

static bool run_statements(struct tolerating *tolerating, struct ep_error *err)
{
    struct ep_extent_cursor cursor = {.script = tolerating->script};
    struct ep_extent_statement statement;

    while (ep_extent_next(&cursor, &statement)) {
        char digest[EP_DIGEST_HEX_BYTES];
        if (!is_sent(tolerating, &statement)) {
            continue; /* BEGIN or COMMIT around all of it */
        }
        ep_digest_sha256_hex(statement.sql, digest);
        const char *copy = ep_arena_copy(tolerating->arena, ep_span_of(digest));
        if (was_done(tolerating, digest)) {
            note_done(tolerating, &statement, copy);
        } else if (!run_statement(tolerating, &statement, copy, err)) {
            return false;
        }
    }
    return true;
}

/* What is done, anew: under the numbers that the statements have in the file as it is. */
static bool write_progress(struct tolerating *tolerating, struct ep_error *err)
{
    const struct ep_tolerance *tolerance = tolerating->tolerance;

    if (tolerating->progress.row_count > 0 && !ep_progress_forget(&tolerating->progress, err)) {
        return false;
    }
    if (tolerating->deferred == 0) {
        return true;
    }
    ep_report(tolerance->reporter, EP_EVENT_FILE_DEFERRED,
              EP_TEXT_FIELD("tag", tolerating->migration->tag),
              EP_INTEGER_FIELD("deferred", (long long)tolerating->deferred),
              EP_INTEGER_FIELD("statements", (long long)tolerating->extent->statement_count));
    return ep_progress_enter(tolerating->arena, tolerance->session, tolerance->table,
                             tolerating->migration, true, &tolerating->progress, err)
           && (tolerating->done_count == 0
               || ep_progress_done(&tolerating->progress, tolerating->done, tolerating->done_count,
                                   err));
}

bool ep_tolerance_is_for(const struct ep_tolerance *tolerance, const struct ep_migration *migration,
                         const struct ep_script *script, const struct ep_extent *extent,
                         int server_version)
{
    struct ep_extent_cursor cursor = {.script = script};
    struct ep_extent_statement statement;

    if (tolerance == NULL || migration->layout != EP_LAYOUT_NUMBERED || extent->controls
        || extent->is_apart) {
        return false;
    }
    while (ep_extent_next(&cursor, &statement)) {
        struct ep_boundary boundary;
        ep_boundary_judge(statement.chunk, &statement.item, server_version, &boundary);
        if (boundary.kind == EP_BOUNDARY_SAVEPOINT) {
            return false; /* ours would release theirs */
        }
    }
    return true;
}

bool ep_tolerance_run(const struct ep_tolerance *tolerance, const struct ep_migration *migration,
                      const struct ep_script *script, const struct ep_extent *extent,
                      size_t *ret_deferred, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct tolerating tolerating = {
        .arena = &arena,
        .tolerance = tolerance,
        .migration = migration,
        .script = script,
        .extent = extent,
        .done = ep_arena_array(&arena, extent->statement_count, sizeof(struct ep_progress_row)),
    };

    if (!ep_progress_enter(&arena, tolerance->session, tolerance->table, migration, false,
                           &tolerating.progress, err)) {
        return false;
    }
    tolerating.used =
        ep_arena_array(&arena, tolerating.progress.row_count, sizeof(*tolerating.used));
    if (!run_statements(&tolerating, err) || !write_progress(&tolerating, err)) {
        return false;
    }
    *ret_deferred = tolerating.deferred;
    return true;
}
