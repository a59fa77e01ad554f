#include "ledger/ledger.h"

#include "format/identifier.h"
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
 * One statement for both shapes: inside LATERAL a column that the table lacks
 * is looked up in the query outside it, so a table of version 0 gives NULL.
 */
static const char read_format[] =
    "SELECT recorded.created_at::text, recorded.hash, recorded.name, recorded.id::text,"
    " recorded.applied_at::text"
    " FROM (SELECT NULL::text AS name, NULL::text AS applied_at) AS absent,"
    " LATERAL (SELECT created_at, hash, name, id, applied_at FROM %s) AS recorded";

static const char probe_sql[] =
    "SELECT c.relkind,"
    " (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0"
    "  AND NOT a.attisdropped AND a.attname IN ('id', 'hash', 'created_at')),"
    " EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0"
    "  AND NOT a.attisdropped AND a.attname = 'name'),"
    " pg_catalog.has_table_privilege(c.oid, 'UPDATE')"
    " FROM pg_catalog.pg_namespace n"
    " LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = $2"
    " WHERE n.nspname = $1";

struct ep_query ep_ledger_probe(struct ep_arena *arena, const struct ep_ledger_table *table)
{
    const char **parameters = ep_arena_array(arena, 2, sizeof(*parameters));

    parameters[0] = table->schema;
    parameters[1] = table->table;
    return (struct ep_query){.sql = probe_sql, .parameters = parameters, .parameter_count = 2};
}

void ep_ledger_table_init(struct ep_arena *arena, const char *schema, const char *table,
                          struct ep_ledger_table *ret_table)
{
    const char *quoted_schema = ep_identifier_quote(arena, schema);
    const char *quoted =
        ep_arena_format(arena, "%s.%s", quoted_schema, ep_identifier_quote(arena, table));

    *ret_table = (struct ep_ledger_table){
        .schema = schema,
        .table = table,
        .quoted = quoted,
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
        .read = ep_arena_format(arena, read_format, quoted),
        .record_v0 = ep_arena_format(
            arena, "INSERT INTO %s (\"hash\", \"created_at\") VALUES ($1, $2)", quoted),
        .record_v1 = ep_arena_format(
            arena, "INSERT INTO %s (\"hash\", \"created_at\", \"name\") VALUES ($1, $2, $3)",
            quoted),
    };
}

/* bigint, or numeric from Drizzle's pg-proxy migrator ("1700000000123.00" is the same time). */
static bool parse_created_at(const char *text, int64_t *ret_created_at)
{
    char *end = NULL;

    if (text == NULL) {
        return false;
    }
    errno = 0;
    intmax_t value = strtoimax(text, &end, 10);
    if (end == text || errno != 0) {
        return false;
    }
    if (*end == '.') {
        end += 1 + strspn(end + 1, "0");
    }
    *ret_created_at = value;
    return *end == '\0';
}

bool ep_ledger_read_rows(struct ep_arena *arena, const struct ep_result *rows,
                         struct ep_ledger *ledger, struct ep_error *err)
{
    if (ep_result_sqlstate(rows)[0] != '\0') {
        return ep_result_fail(rows, err);
    }
    size_t count = ep_result_rows(rows);
    struct ep_ledger_row *copies = ep_arena_array(arena, count, sizeof(*copies));

    for (size_t i = 0; i < count; i++) {
        const char *hash = ep_result_text(rows, i, 1);
        const char *name = ep_result_text(rows, i, 2);
        const char *id = ep_result_text(rows, i, 3);
        const char *applied_at = ep_result_text(rows, i, 4);
        struct ep_ledger_row *row = &copies[i];

        row->has_created_at = parse_created_at(ep_result_text(rows, i, 0), &row->created_at);
        if (!row->has_created_at) {
            row->created_at = 0;
        }
        row->hash = hash == NULL ? "" : ep_arena_copy(arena, ep_span_of(hash));
        row->name = name == NULL ? NULL : ep_arena_copy(arena, ep_span_of(name));
        row->id = id == NULL ? "" : ep_arena_copy(arena, ep_span_of(id));
        row->applied_at = applied_at == NULL ? NULL : ep_arena_copy(arena, ep_span_of(applied_at));
    }
    ledger->rows = copies;
    ledger->row_count = count;
    return true;
}

bool ep_ledger_read(struct ep_arena *arena, const struct ep_ledger_table *table,
                    const struct ep_result *probe, const struct ep_result *rows,
                    struct ep_ledger *ret_ledger, struct ep_error *err)
{
    struct ep_ledger ledger = {.shape = EP_LEDGER_ABSENT};

    if (ep_result_sqlstate(probe)[0] != '\0') {
        return ep_result_fail(probe, err);
    }
    ledger.schema_exists = ep_result_rows(probe) > 0;
    const char *kind = ledger.schema_exists ? ep_result_text(probe, 0, 0) : NULL;
    if (kind == NULL) {
        *ret_ledger = ledger;
        return true;
    }
    if (strchr("rpvf", kind[0]) == NULL || strcmp(ep_result_text(probe, 0, 1), "3") != 0) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "%s is not a Drizzle tracking table", table->quoted);
        (void)ep_error_detail(err, "It has no columns id, hash and created_at.");
        return ep_error_hint(err, "Name another one with the settings [drizzle] schema and table.");
    }
    ledger.may_update = strcmp(ep_result_text(probe, 0, 3), "t") == 0;
    ledger.shape = strcmp(ep_result_text(probe, 0, 2), "t") == 0 ? EP_LEDGER_V1 : EP_LEDGER_V0;
    if (rows != NULL && !ep_ledger_read_rows(arena, rows, &ledger, err)) {
        return ep_error_context(err, "reading %s", table->quoted);
    }
    *ret_ledger = ledger;
    return true;
}

bool ep_ledger_record(struct ep_session *session, const struct ep_ledger_table *table,
                      const struct ep_ledger *ledger, const struct ep_migration *migration,
                      int64_t elapsed_ms, struct ep_error *err)
{
    (void)elapsed_ms;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    bool named = ledger->shape == EP_LEDGER_V1;
    const char *const parameters[] = {
        migration->hash,
        ep_arena_format(&arena, "%" PRId64, migration->created_at),
        ep_migration_name(&arena, migration),
    };
    const struct ep_query query = {
        .sql = named ? table->record_v1 : table->record_v0,
        .parameters = parameters,
        .parameter_count = named ? 3 : 2,
    };

    if (!ep_session_query(session, query, EP_CLOCK_NEVER, NULL, err)) {
        return ep_error_context(err, "recording it in %s", table->quoted);
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
