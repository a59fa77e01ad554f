#include "steps/presence.h"

#include "base/text.h"
#include "format/json.h"
#include "source/enumeration.h"
#include "source/snapshot.h"
#include "source/snapshot_names.h"
#include "system/file.h"

/*
 * Subqueries in the place of joins: planned in a tenth of a millisecond, and index scans for one
 * table as for a thousand. Only what is missing is answered. System columns are among those
 * found, so that a table without others has some.
 */
static const char query_sql[] =
    "SELECT wanted.place, pg_catalog.array_to_json(found.columns)"
    " FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]),"
    " pg_catalog.unnest($2::pg_catalog.text[]), pg_catalog.unnest($3::pg_catalog.text[]))"
    " WITH ORDINALITY AS wanted (schema, name, columns, place),"
    " LATERAL (SELECT (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text)"
    "  FROM pg_catalog.pg_attribute a WHERE a.attrelid = (SELECT c.oid"
    "   FROM pg_catalog.pg_class c WHERE c.relname = wanted.name"
    "   AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relnamespace ="
    "    (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = wanted.schema)))"
    "  AS columns OFFSET 0) AS found"
    " WHERE (found.columns @> wanted.columns::pg_catalog.text[]) IS NOT TRUE"
    " ORDER BY wanted.place";

static bool expect(struct ep_arena *arena, const struct ep_migration *migration,
                   enum ep_policy policy, const struct ep_reporter *reporter,
                   struct ep_schema *schema, struct ep_error *err)
{
    struct ep_error cause = {0};
    const char *folder = ep_snapshot_folder(arena, migration);
    const char *path = ep_snapshot_path(arena, migration);

    if (path == NULL || ep_file_type(path) == EP_FILE_ABSENT
        || ep_snapshot_names_read(arena, folder, path, schema, &cause)) {
        return true;
    }
    if (policy == EP_POLICY_FAIL) {
        *err = cause;
        return false;
    }
    ep_report(reporter, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", cause.summary));
    return true;
}

bool ep_presence_expect(struct ep_arena *arena, const struct ep_tier_list *tiers,
                        enum ep_policy policy, const struct ep_reporter *reporter,
                        const struct ep_schema **ret_expected, struct ep_error *err)
{
    struct ep_schema *schema = ep_arena_allocate(arena, sizeof(*schema));

    for (size_t i = 0; i < tiers->count && policy != EP_POLICY_IGNORE; i++) {
        const struct ep_migration_list *migrations = &tiers->items[i].migrations;
        for (size_t j = 0; j < migrations->count; j++) {
            const struct ep_migration *migration = &migrations->items[j];
            bool is_newest =
                j + 1 == migrations->count || !ep_snapshot_same_folder(migration, migration + 1);
            if (is_newest && !expect(arena, migration, policy, reporter, schema, err)) {
                return false;
            }
        }
    }
    *ret_expected = schema->table_count == 0 ? NULL : schema;
    return true;
}

static void add_quoted(struct ep_text *text, const char *name)
{
    ep_text_add_byte(text, '"');
    for (; *name != '\0'; name++) {
        ep_text_add(text, *name == '"' || *name == '\\' ? "\\" : "");
        ep_text_add_byte(text, *name);
    }
    ep_text_add_byte(text, '"');
}

/* '{"id","email"}', an array as text; once more for an array of them. */
static void add_columns(struct ep_text *text, const struct ep_table *table)
{
    struct ep_text inner EP_CLEANUP(ep_text_clear) = {0};

    ep_text_add_byte(&inner, '{');
    for (size_t i = 0; i < table->column_count; i++) {
        ep_text_add(&inner, i == 0 ? "" : ",");
        add_quoted(&inner, table->columns[i].name);
    }
    ep_text_add_byte(&inner, '}');
    add_quoted(text, ep_text_get(&inner));
}

struct ep_query ep_presence_query(struct ep_arena *arena, const struct ep_schema *expected)
{
    enum { SCHEMAS, NAMES, COLUMNS, PARAMETERS };
    struct ep_text texts[PARAMETERS] = {0};
    const char **parameters = ep_arena_array(arena, PARAMETERS, sizeof(*parameters));

    for (size_t i = 0; i < expected->table_count; i++) {
        for (size_t j = 0; j < PARAMETERS; j++) {
            ep_text_add_byte(&texts[j], i == 0 ? '{' : ',');
        }
        add_quoted(&texts[SCHEMAS], expected->tables[i].schema);
        add_quoted(&texts[NAMES], expected->tables[i].name);
        add_columns(&texts[COLUMNS], &expected->tables[i]);
    }
    for (size_t j = 0; j < PARAMETERS; j++) {
        ep_text_add_byte(&texts[j], '}');
        parameters[j] = ep_arena_copy(arena, ep_text_span(&texts[j]));
        ep_text_clear(&texts[j]);
    }
    return (struct ep_query){
        .sql = query_sql, .parameters = parameters, .parameter_count = PARAMETERS};
}

/* Those of a table's columns that are not in a JSON array of names. */
static void add_missing(struct ep_arena *arena, const struct ep_table *table, const char *json,
                        struct ep_names *missing)
{
    json_t *list EP_CLEANUP(ep_json_drop) = json_loads(json, 0, NULL);

    for (size_t i = 0; i < table->column_count; i++) {
        const char *name = table->columns[i].name;
        bool found = false;
        for (size_t j = 0; j < json_array_size(list) && !found; j++) {
            found = strcmp(json_string_value(json_array_get(list, j)), name) == 0;
        }
        if (!found) {
            ep_schema_add_name(
                arena, missing,
                ep_arena_format(arena, "column %s.%s.%s", table->schema, table->name, name));
        }
    }
}

bool ep_presence_read(struct ep_arena *arena, const struct ep_result *result,
                      const struct ep_schema *expected, struct ep_names *ret_missing,
                      struct ep_error *err)
{
    struct ep_names missing = {0};

    if (ep_result_sqlstate(result)[0] != '\0') {
        return ep_result_fail(result, err);
    }
    for (size_t i = 0; i < ep_result_rows(result); i++) {
        size_t place = strtoul(ep_result_text(result, i, 0), NULL, 10);
        const struct ep_table *table = &expected->tables[place - 1];
        const char *json = ep_result_text(result, i, 1);
        if (json == NULL) {
            ep_schema_add_name(arena, &missing,
                               ep_arena_format(arena, "table %s.%s", table->schema, table->name));
        } else {
            add_missing(arena, table, json, &missing);
        }
    }
    *ret_missing = missing;
    return true;
}

bool ep_presence_verify(const struct ep_names *missing, enum ep_policy policy,
                        const struct ep_reporter *reporter, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_enumeration named = {0};

    if (missing->count == 0) {
        return true;
    }
    for (size_t i = 0; i < missing->count; i++) {
        ep_enumeration_add(&named, missing->items[i]);
    }
    const char *names = ep_enumeration_format(&arena, &named);
    if (policy != EP_POLICY_FAIL) {
        ep_report(reporter, EP_EVENT_SNAPSHOT_MISSING, EP_TEXT_FIELD("names", names),
                  EP_INTEGER_FIELD("count", (long long)missing->count));
        return true;
    }
    (void)ep_fail(err, EP_FAULT_VERIFY, "what the newest snapshot has is missing: %s", names);
    return ep_error_hint(err, "Somebody changed the database by hand, or a migration was recorded "
                              "without being run: \"entrypoint check\" shows all differences.");
}
