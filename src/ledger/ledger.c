#include "ledger/ledger.h"

#include "base/check.h"
#include "format/identifier.h"
#include "ledger/numbered.h"
#include "system/clock.h"

#include <errno.h>
#include <inttypes.h>

/* The layout is drizzle-orm's own, so that a dump of either database reads the same. */
static const char create_format[] = "CREATE TABLE IF NOT EXISTS %s (\n"
                                    "\tid SERIAL PRIMARY KEY,\n"
                                    "\thash text NOT NULL,\n"
                                    "\tcreated_at bigint%s\n"
                                    ")";
static const char columns_v1[] = ",\n"
                                 "\tname text,\n"
                                 "\tapplied_at timestamp with time zone DEFAULT now()";

/*
 * Functions without a FROM: in a session that has just begun, a look into a catalog by a
 * query costs the server a millisecond, as it reads what it needs to plan it.
 */
static const char probe_sql[] =
    "SELECT pg_catalog.to_regnamespace($1) IS NOT NULL, pg_catalog.to_regclass($2) IS NOT NULL,"
    " pg_catalog.has_table_privilege(pg_catalog.to_regclass($2), 'UPDATE')";

struct ep_query ep_ledger_probe(struct ep_arena *arena, const struct ep_ledger_table *table)
{
    const char **parameters = ep_arena_array(arena, 2, sizeof(*parameters));

    parameters[0] = table->quoted_schema;
    parameters[1] = table->quoted;
    if (table->kind == EP_LEDGER_OF_NUMBERED) {
        return (struct ep_query){
            .sql = ep_numbered_ledger_probe, .parameters = parameters, .parameter_count = 2};
    }
    return (struct ep_query){.sql = probe_sql, .parameters = parameters, .parameter_count = 2};
}

void ep_ledger_table_init(struct ep_arena *arena, enum ep_ledger_kind kind, const char *schema,
                          const char *table, struct ep_ledger_table *ret_table)
{
    const char *quoted_schema = ep_identifier_quote(arena, schema);
    const char *quoted =
        ep_arena_format(arena, "%s.%s", quoted_schema, ep_identifier_quote(arena, table));

    *ret_table = (struct ep_ledger_table){
        .kind = kind,
        .schema = schema,
        .table = table,
        .quoted = quoted,
        .quoted_schema = quoted_schema,
        .create_schema = ep_arena_format(arena, "CREATE SCHEMA IF NOT EXISTS %s", quoted_schema),
        .create_v0 = ep_arena_format(arena, create_format, quoted, ""),
        .create_v1 = ep_arena_format(arena, create_format, quoted, columns_v1),
        .upgrade_name =
            ep_arena_format(arena, "ALTER TABLE %s ADD COLUMN IF NOT EXISTS \"name\" text", quoted),
        .upgrade_applied_at =
            ep_arena_format(arena,
                            "ALTER TABLE %s ADD COLUMN IF NOT EXISTS \"applied_at\" "
                            "timestamp with time zone DEFAULT now()",
                            quoted),
        .name_upgraded = ep_arena_format(
            arena, "UPDATE %s SET \"name\" = $1, \"applied_at\" = NULL WHERE \"id\"::text = $2",
            quoted),
        .name_repaired =
            ep_arena_format(arena, "UPDATE %s SET \"name\" = $1 WHERE \"id\"::text = $2", quoted),
        .lock = ep_arena_format(arena, "LOCK TABLE %s IN ACCESS EXCLUSIVE MODE", quoted),
        .read = ep_arena_format(arena, "SELECT * FROM %s", quoted),
        .record_v0 = ep_arena_format(
            arena, "INSERT INTO %s (\"hash\", \"created_at\") VALUES ($1, $2)", quoted),
        .record_v1 = ep_arena_format(
            arena, "INSERT INTO %s (\"hash\", \"created_at\", \"name\") VALUES ($1, $2, $3)",
            quoted),
    };
    if (kind == EP_LEDGER_OF_NUMBERED) {
        ep_numbered_table_init(arena, ret_table);
    }
}

/* bigint, or numeric from Drizzle's pg-proxy migrator ("1700000000123.00" is the same time). */
static bool parse_created_at(const char *text, int64_t *ret_created_at)
{
    char *end = NULL;

    errno = 0;
    intmax_t value = strtoimax(text, &end, 10);
    if (end == text || errno != 0) {
        return false;
    }
    if (*end == '.') {
        end += 1 + strspn(end + 1, "0");
    }
    if (*end != '\0') {
        return false;
    }
    *ret_created_at = value;
    return true;
}

/* Where the columns are; SIZE_MAX for one that the table does not have. */
struct columns {
    size_t id, hash, created_at, name, applied_at;
};

/* NULL as it is. */
static const char *copy(struct ep_arena *arena, const char *text)
{
    return text == NULL ? NULL : ep_arena_copy(arena, ep_span_of(text));
}

static void read_row(struct ep_arena *arena, const struct ep_result *rows, size_t i,
                     const struct columns *columns, struct ep_ledger_row *ret_row)
{
    struct ep_ledger_row row = {
        .id = copy(arena, ep_result_word(rows, i, columns->id)),
        .hash = copy(arena, ep_result_word(rows, i, columns->hash)),
        .name = copy(arena, ep_result_text(rows, i, columns->name)),
        .applied_at = copy(arena, ep_result_text(rows, i, columns->applied_at)),
    };

    row.has_created_at =
        parse_created_at(ep_result_word(rows, i, columns->created_at), &row.created_at);
    *ret_row = row;
}

static bool read_rows(struct ep_arena *arena, const struct ep_ledger_table *table,
                      const struct ep_result *rows, struct ep_ledger *ledger, struct ep_error *err)
{
    if (ep_result_sqlstate(rows)[0] != '\0') {
        return ep_result_fail(rows, err);
    }
    const struct columns columns = {
        .id = ep_result_column(rows, "id"),
        .hash = ep_result_column(rows, "hash"),
        .created_at = ep_result_column(rows, "created_at"),
        .name = ep_result_column(rows, "name"),
        .applied_at = ep_result_column(rows, "applied_at"),
    };
    if (columns.id == SIZE_MAX || columns.hash == SIZE_MAX || columns.created_at == SIZE_MAX) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "%s is not a Drizzle tracking table", table->quoted);
        (void)ep_error_detail(err, "It has no columns id, hash and created_at.");
        return ep_error_hint(err, "Name another one with the settings [drizzle] schema and table.");
    }
    ledger->shape = columns.name == SIZE_MAX ? EP_LEDGER_V0 : EP_LEDGER_V1;
    ledger->row_count = ep_result_rows(rows);
    struct ep_ledger_row *copies = ep_arena_array(arena, ledger->row_count, sizeof(*copies));
    for (size_t i = 0; i < ledger->row_count; i++) {
        read_row(arena, rows, i, &columns, &copies[i]);
    }
    ledger->rows = copies;
    return true;
}

static bool is_true(const struct ep_result *result, size_t column)
{
    return strcmp(ep_result_word(result, 0, column), "t") == 0;
}

bool ep_ledger_read(struct ep_arena *arena, const struct ep_ledger_table *table,
                    const struct ep_result *probe, const struct ep_result *rows,
                    struct ep_ledger *ret_ledger, struct ep_error *err)
{
    struct ep_ledger ledger = {.shape = EP_LEDGER_ABSENT};

    if (table->kind == EP_LEDGER_OF_NUMBERED) {
        return ep_numbered_ledger_read(arena, table, probe, rows, ret_ledger, err);
    }
    if (ep_result_sqlstate(probe)[0] != '\0') {
        (void)ep_result_fail(probe, err);
        return ep_error_context(err, "looking for %s", table->quoted);
    }
    ledger.schema_exists = is_true(probe, 0);
    ledger.may_update = is_true(probe, 2);
    if (is_true(probe, 1) && rows != NULL && !read_rows(arena, table, rows, &ledger, err)) {
        return ep_error_context(err, "reading %s", table->quoted);
    }
    *ret_ledger = ledger;
    return true;
}

bool ep_ledger_record_query(struct ep_arena *arena, const struct ep_ledger_table *table,
                            const struct ep_ledger *ledger, const struct ep_migration *migration,
                            struct ep_query *ret_query)
{
    bool named = ledger->shape == EP_LEDGER_V1;
    const char **parameters = ep_arena_array(arena, 3, sizeof(*parameters));

    if (table->kind == EP_LEDGER_OF_NUMBERED) {
        return false;
    }
    parameters[0] = migration->hash;
    parameters[1] = ep_arena_format(arena, "%" PRId64, migration->created_at);
    parameters[2] = named ? ep_migration_name(arena, migration) : NULL;
    *ret_query = (struct ep_query){
        .sql = named ? table->record_v1 : table->record_v0,
        .parameters = parameters,
        .parameter_count = named ? 3 : 2,
    };
    return true;
}

bool ep_ledger_record(struct ep_session *session, const struct ep_ledger_table *table,
                      const struct ep_ledger *ledger, const struct ep_migration *migration,
                      int64_t elapsed_ms, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_query query = {0};

    if (table->kind == EP_LEDGER_OF_NUMBERED) {
        return ep_numbered_ledger_record(session, table, ledger, migration, elapsed_ms, err);
    }
    EP_CHECK(ep_ledger_record_query(&arena, table, ledger, migration, &query));
    if (!ep_session_query(session, query, EP_CLOCK_NEVER, NULL, err)) {
        return ep_error_context(err, "recording it in %s", table->quoted);
    }
    return true;
}

bool ep_ledger_remove(struct ep_session *session, const struct ep_ledger_table *table,
                      const struct ep_ledger *ledger, const struct ep_ledger_row *row,
                      struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const char *sql =
        ep_arena_format(&arena, "DELETE FROM %s WHERE \"id\"::text = $1", table->quoted);

    if (!ep_session_query(session,
                          EP_QUERY(ledger->names == NULL ? sql : ledger->names->remove, row->id),
                          EP_CLOCK_NEVER, NULL, err)) {
        return ep_error_context(err, "removing a row of %s", table->quoted);
    }
    return true;
}

bool ep_ledger_upgrade(struct ep_session *session, const struct ep_ledger_table *table,
                       struct ep_error *err)
{
    if (!ep_session_query(session, (struct ep_query){.sql = table->upgrade_name}, EP_CLOCK_NEVER,
                          NULL, err)
        || !ep_session_query(session, (struct ep_query){.sql = table->upgrade_applied_at},
                             EP_CLOCK_NEVER, NULL, err)) {
        return ep_error_context(err, "upgrading %s", table->quoted);
    }
    return true;
}

bool ep_ledger_name(struct ep_session *session, const struct ep_ledger_table *table,
                    const char *const name_and_id[2], bool upgraded, struct ep_error *err)
{
    const struct ep_query query = {
        .sql = upgraded ? table->name_upgraded : table->name_repaired,
        .parameters = name_and_id,
        .parameter_count = 2,
    };

    if (!ep_session_query(session, query, EP_CLOCK_NEVER, NULL, err)) {
        return ep_error_context(err, "naming a row of %s", table->quoted);
    }
    return true;
}
