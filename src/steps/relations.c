#include "steps/relations.h"

#include "base/check.h"
#include "base/text.h"
#include "format/json.h"
#include "format/json_write.h"
#include "system/clock.h"

static const char limit_sql[] = "SELECT pg_catalog.set_config('lock_timeout', '100', true)";

enum column { KIND, BYTES, ROWS, COLUMNS, INDEXES, CHECKS };

/* $1: [{"schema": ..., "name": ...}]; $2: whether files may be measured, which needs locks. */
static const char facts_sql[] =
    "SELECT c.relkind, size.bytes, size.rows,"
    " (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'type',"
    " pg_catalog.format_type(a.atttypid, a.atttypmod), 'required', a.attnotnull,"
    " 'default', a.atthasdef, 'nulls', (SELECT pg_catalog.ceil(pg_catalog.max(s.null_frac) * 100)"
    " FROM pg_catalog.pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = c.relname"
    " AND s.attname = a.attname)))"
    " FROM pg_catalog.pg_attribute a"
    " WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),"
    " (SELECT pg_catalog.json_agg((SELECT pg_catalog.json_agg(coalesce(a.attname::text, '')"
    " ORDER BY k.position) FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY"
    " k(attnum, position) LEFT JOIN pg_catalog.pg_attribute a"
    " ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0))"
    " FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisvalid),"
    " (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', k.conname,"
    " 'column', a.attname, 'valid', k.convalidated)) FROM pg_catalog.pg_constraint k"
    " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]"
    " WHERE k.conrelid = c.oid AND k.contype = 'c' AND pg_catalog.pg_get_constraintdef(k.oid)"
    " LIKE pg_catalog.replace(pg_catalog.format('CHECK ((%I IS NOT NULL))', a.attname), '_', '\\_')"
    " || '%')"
    " FROM ROWS FROM (pg_catalog.json_to_recordset($1::json) AS (schema text, name text))"
    " WITH ORDINALITY wanted (schema, name, position)"
    " LEFT JOIN (pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace)"
    " ON c.relname = wanted.name AND CASE WHEN wanted.schema IS NULL"
    " THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = wanted.schema END"
    " LEFT JOIN LATERAL (WITH RECURSIVE part (oid) AS ("
    "SELECT coalesce((SELECT i.indrelid FROM pg_catalog.pg_index i WHERE i.indexrelid = c.oid),"
    " c.oid) UNION SELECT h.inhrelid FROM part"
    " JOIN pg_catalog.pg_inherits h ON h.inhparent = part.oid)"
    " SELECT pg_catalog.sum(b.bytes) AS bytes, CASE WHEN pg_catalog.bool_or(p.reltuples < 0"
    " OR (p.relpages = 0 AND b.bytes > 0)) THEN -1 ELSE pg_catalog.sum(p.reltuples) END AS rows"
    " FROM part JOIN pg_catalog.pg_class p ON p.oid = part.oid"
    " CROSS JOIN LATERAL (SELECT CASE"
    " WHEN p.relkind IN ('r', 'm', 't') AND $2::boolean THEN pg_catalog.pg_relation_size(p.oid)"
    " + CASE WHEN p.reltoastrelid = 0 THEN 0 ELSE pg_catalog.pg_relation_size(p.reltoastrelid) END"
    " WHEN p.relkind IN ('r', 'm', 't', 'f') THEN p.relpages"
    " * pg_catalog.current_setting('block_size')::bigint ELSE 0 END AS bytes) b) size ON true"
    " ORDER BY wanted.position";

static char *write_names(struct ep_arena *arena, const struct ep_sql_name *names, size_t count)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    json_t *list EP_CLEANUP(ep_json_drop) = json_array();

    for (size_t i = 0; i < count; i++) {
        json_t *name = json_object();
        EP_CHECK(json_object_set_new(name, "schema",
                                     names[i].schema == NULL ? json_null()
                                                             : json_string(names[i].schema))
                     == 0
                 && json_object_set_new(name, "name", json_string(names[i].name)) == 0
                 && json_array_append_new(list, name) == 0);
    }
    ep_json_write(list, &text);
    return ep_arena_copy(arena, ep_text_span(&text));
}

/* An array that the server made; NULL is an empty one. */
static bool read_array(const char *text, json_t **ret_array, struct ep_error *err)
{
    return ep_json_parse("the server's answer", ep_span_of(text == NULL ? "[]" : text), ret_array,
                         err);
}

static const char *copy(struct ep_arena *arena, json_t *value)
{
    const char *text = json_string_value(value);

    return ep_arena_copy(arena, ep_span_of(text));
}

static bool read_columns(struct ep_arena *arena, const char *text, struct ep_relation *relation,
                         struct ep_error *err)
{
    json_t *array EP_CLEANUP(ep_json_drop) = NULL;

    if (!read_array(text, &array, err)) {
        return false;
    }
    size_t count = json_array_size(array);
    struct ep_relation_column *columns = ep_arena_array(arena, count, sizeof(*columns));
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_array_get(array, i);
        json_t *nulls = json_object_get(object, "nulls");
        columns[i] = (struct ep_relation_column){
            .name = copy(arena, json_object_get(object, "name")),
            .type = copy(arena, json_object_get(object, "type")),
            .is_not_null = json_is_true(json_object_get(object, "required")),
            .has_default = json_is_true(json_object_get(object, "default")),
            .null_percent = json_is_number(nulls) ? (int)json_number_value(nulls) : -1,
        };
    }
    relation->columns = columns;
    relation->column_count = count;
    return true;
}

static bool read_indexes(struct ep_arena *arena, const char *text, struct ep_relation *relation,
                         struct ep_error *err)
{
    json_t *array EP_CLEANUP(ep_json_drop) = NULL;

    if (!read_array(text, &array, err)) {
        return false;
    }
    size_t count = json_array_size(array);
    struct ep_relation_index *indexes = ep_arena_array(arena, count, sizeof(*indexes));
    for (size_t i = 0; i < count; i++) {
        json_t *names = json_array_get(array, i);
        size_t size = json_array_size(names);
        const char **columns = ep_arena_array(arena, size, sizeof(*columns));
        for (size_t j = 0; j < size; j++) {
            columns[j] = copy(arena, json_array_get(names, j));
        }
        indexes[i] = (struct ep_relation_index){.columns = columns, .column_count = size};
    }
    relation->indexes = indexes;
    relation->index_count = count;
    return true;
}

static bool read_checks(struct ep_arena *arena, const char *text, struct ep_relation *relation,
                        struct ep_error *err)
{
    json_t *array EP_CLEANUP(ep_json_drop) = NULL;

    if (!read_array(text, &array, err)) {
        return false;
    }
    size_t count = json_array_size(array);
    struct ep_relation_check *checks = ep_arena_array(arena, count, sizeof(*checks));
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_array_get(array, i);
        checks[i] = (struct ep_relation_check){
            .name = copy(arena, json_object_get(object, "name")),
            .column = copy(arena, json_object_get(object, "column")),
            .is_valid = json_is_true(json_object_get(object, "valid")),
        };
    }
    relation->checks = checks;
    relation->check_count = count;
    return true;
}

static bool read_relation(struct ep_arena *arena, const struct ep_result *result, size_t row,
                          struct ep_relation *relation, struct ep_error *err)
{
    const char *kind = ep_result_text(result, row, KIND);
    const char *bytes = ep_result_text(result, row, BYTES);
    const char *rows = ep_result_text(result, row, ROWS);

    relation->rows = -1;
    if (kind == NULL) {
        return true;
    }
    relation->exists = true;
    relation->kind = kind[0];
    relation->bytes = bytes == NULL ? 0 : strtoll(bytes, NULL, 10);
    relation->rows = rows == NULL ? -1 : (int64_t)strtod(rows, NULL);
    return read_columns(arena, ep_result_text(result, row, COLUMNS), relation, err)
           && read_indexes(arena, ep_result_text(result, row, INDEXES), relation, err)
           && read_checks(arena, ep_result_text(result, row, CHECKS), relation, err);
}

/* *ret_result is NULL when the server refused; *ret_locked says that a lock was the reason. */
static bool ask(struct ep_session *session, const char *names, bool measured,
                struct ep_result **ret_result, bool *ret_locked, struct ep_error *err)
{
    const struct ep_query queries[] = {
        {.sql = limit_sql},
        EP_QUERY(facts_sql, names, measured ? "t" : "f"),
    };
    struct ep_result *results[EP_COUNT_OF(queries)] = {NULL};

    if (!ep_session_flight(session, queries, EP_COUNT_OF(queries), EP_CLOCK_NEVER, results, err)) {
        return false;
    }
    const char *sqlstate = ep_result_sqlstate(results[1]);
    *ret_locked = strcmp(sqlstate, "55P03") == 0;
    if (sqlstate[0] == '\0') {
        *ret_result = results[1];
    } else {
        ep_result_release(results[1]);
    }
    ep_result_release(results[0]);
    return true;
}

bool ep_relations_read(struct ep_arena *arena, struct ep_session *session,
                       const struct ep_sql_name *names, size_t count,
                       struct ep_relation_list *ret_list, struct ep_error *err)
{
    struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;
    struct ep_relation *items = ep_arena_array(arena, count, sizeof(*items));
    bool is_locked = false;

    *ret_list = (struct ep_relation_list){0};
    if (count == 0) {
        return true;
    }
    const char *text = write_names(arena, names, count);
    if (!ask(session, text, true, &result, &is_locked, err)
        || (is_locked && !ask(session, text, false, &result, &is_locked, err))) {
        return false;
    }
    if (result == NULL || ep_result_rows(result) != count) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        items[i].name = names[i];
        if (!read_relation(arena, result, i, &items[i], err)) {
            return false;
        }
    }
    *ret_list = (struct ep_relation_list){.items = items, .count = count};
    return true;
}
