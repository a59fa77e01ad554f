#include "steps/catalog.h"

#include "base/text.h"
#include "steps/catalog_types.h"

#include <stdint.h>

enum query {
    SCHEMAS,
    RELATIONS,
    COLUMNS,
    SEQUENCES,
    CONSTRAINTS,
    INDEXES,
    ENUMS,
    POLICIES,
    TYPES,
    QUERIES = TYPES + EP_CATALOG_TYPE_QUERIES
};

#define IN_SCHEMAS                                              \
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" \
    " WHERE n.nspname = ANY ($1::pg_catalog.text[])"

/* "minor" is what hangs on something else: a column's sequence, a partition, an extension's. */
static const char *const sqls[TYPES] = {
    [SCHEMAS] = "SELECT nspname FROM pg_catalog.pg_namespace"
                " WHERE nspname = ANY ($1::pg_catalog.text[])",
    [RELATIONS] = "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relrowsecurity,"
                  " EXISTS (SELECT FROM pg_catalog.pg_depend d"
                  "  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
                  "  AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype IN ('a', 'e', 'i'))"
                  " FROM pg_catalog.pg_class c" IN_SCHEMAS
                  " AND c.relkind IN ('r', 'p', 'f', 'v', 'm') ORDER BY c.oid",
    [COLUMNS] = "SELECT a.attrelid, a.attnum, a.attname,"
                " pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef,"
                " a.attgenerated <> '', a.attidentity"
                " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = "
                "a.attrelid" IN_SCHEMAS " AND c.relkind IN ('r', 'p', 'f') AND a.attnum > 0"
                " AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum",
    [SEQUENCES] = "SELECT n.nspname, c.relname, s.seqincrement, s.seqmin, s.seqmax, s.seqstart,"
                  " s.seqcache, s.seqcycle,"
                  " EXISTS (SELECT FROM pg_catalog.pg_depend d"
                  "  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
                  "  AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype IN ('a', 'e', 'i'))"
                  " FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = "
                  "s.seqrelid" IN_SCHEMAS,
    [CONSTRAINTS] = "SELECT k.conrelid, k.contype, k.conname, k.conkey, k.confrelid,"
                    " tn.nspname, t.relname, k.confkey, k.confupdtype, k.confdeltype,"
                    " k.convalidated,"
                    " pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct'"
                    " FROM pg_catalog.pg_constraint k"
                    " LEFT JOIN pg_catalog.pg_class t ON t.oid = k.confrelid"
                    " LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace"
                    " LEFT JOIN pg_catalog.pg_index i"
                    "  ON i.indexrelid = k.conindid AND k.contype = 'u'"
                    " JOIN pg_catalog.pg_class c ON c.oid = k.conrelid" IN_SCHEMAS
                    " AND k.contype IN ('p', 'u', 'f', 'c') ORDER BY k.conrelid, k.conname",
    [INDEXES] = "SELECT i.indrelid, x.relname, m.amname, i.indisunique, i.indpred IS NOT NULL,"
                " i.indisvalid, i.indkey, i.indnkeyatts,"
                " EXISTS (SELECT FROM pg_catalog.pg_constraint k"
                "  WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))"
                " FROM pg_catalog.pg_index i"
                " JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid"
                " JOIN pg_catalog.pg_am m ON m.oid = x.relam"
                " JOIN pg_catalog.pg_class c ON c.oid = i.indrelid" IN_SCHEMAS
                " AND c.relkind IN ('r', 'p') ORDER BY i.indrelid, x.relname",
    [ENUMS] = "SELECT n.nspname, c.typname, e.enumlabel FROM pg_catalog.pg_enum e"
              " JOIN pg_catalog.pg_type c ON c.oid = e.enumtypid"
              " JOIN pg_catalog.pg_namespace n ON n.oid = c.typnamespace"
              " WHERE n.nspname = ANY ($1::pg_catalog.text[])"
              " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
              "  WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass"
              "  AND d.objid = c.oid AND d.deptype = 'e')"
              " ORDER BY c.oid, e.enumsortorder",
    [POLICIES] =
        "SELECT p.polrelid, p.polname, p.polcmd, p.polpermissive,"
        " p.polqual IS NOT NULL, p.polwithcheck IS NOT NULL,"
        " (SELECT pg_catalog.string_agg(CASE WHEN r.role = 0 THEN 'public'"
        "  ELSE pg_catalog.pg_get_userbyid(r.role)::pg_catalog.text END, E'\\n')"
        "  FROM pg_catalog.unnest(p.polroles) AS r (role))"
        " FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid" IN_SCHEMAS
        " ORDER BY p.polrelid, p.polname",
};

/* One answer, and whom what is read from it belongs to. */
struct reading {
    struct ep_arena *arena;
    const struct ep_result *result;
    struct ep_schema *schema; /* its tables are in the order of their oids */
};

static const char *text_at(const struct reading *reading, size_t row, size_t column)
{
    const char *text = ep_result_text(reading->result, row, column);

    return text == NULL ? "" : ep_arena_copy(reading->arena, ep_span_of(text));
}

static bool is_true_at(const struct reading *reading, size_t row, size_t column)
{
    const char *text = ep_result_text(reading->result, row, column);

    return text != NULL && text[0] == 't';
}

static char letter_at(const struct reading *reading, size_t row, size_t column)
{
    const char *text = ep_result_text(reading->result, row, column);

    return text == NULL ? '\0' : text[0];
}

static unsigned number_at(const struct reading *reading, size_t row, size_t column)
{
    const char *text = ep_result_text(reading->result, row, column);

    return text == NULL ? 0 : (unsigned)strtoul(text, NULL, 10);
}

static struct ep_table *find_oid(const struct ep_schema *schema, unsigned oid)
{
    size_t from = 0, to = schema->table_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        struct ep_table *table = &schema->tables[middle];
        if (table->oid == oid) {
            return table;
        }
        if (table->oid < oid) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return NULL;
}

static struct ep_table *table_at(const struct reading *reading, size_t row)
{
    return find_oid(reading->schema, number_at(reading, row, 0));
}

/* "{1,3}" or "1 3" as the names of a table's columns: "" for 0, which is an expression. */
static struct ep_names read_numbers(const struct reading *reading, const struct ep_table *table,
                                    const char *text, size_t most)
{
    struct ep_names names = {0};
    const char *at = text == NULL ? "" : text;

    while (names.count < most) {
        at += strcspn(at, "0123456789");
        if (*at == '\0') {
            break;
        }
        char *end = NULL;
        long number = strtol(at, &end, 10);
        const char *name = number == 0 ? "" : "?";
        for (size_t i = 0; table != NULL && i < table->column_count; i++) {
            name = table->columns[i].number == number ? table->columns[i].name : name;
        }
        ep_schema_add_name(reading->arena, &names, name);
        at = end;
    }
    return names;
}

static void read_schema(const struct reading *reading, size_t row)
{
    ep_schema_add_name(reading->arena, &reading->schema->schemas, text_at(reading, row, 0));
}

static void read_relation(const struct reading *reading, size_t row)
{
    char kind = letter_at(reading, row, 3);

    if (kind == 'v' || kind == 'm') {
        struct ep_view *view = ep_schema_add_view(reading->arena, reading->schema);
        view->schema = text_at(reading, row, 1);
        view->name = text_at(reading, row, 2);
        view->is_materialized = kind == 'm';
        view->is_minor = is_true_at(reading, row, 5);
        return;
    }
    struct ep_table *table = ep_schema_add_table(reading->arena, reading->schema);
    table->oid = number_at(reading, row, 0);
    table->schema = text_at(reading, row, 1);
    table->name = text_at(reading, row, 2);
    table->row_security = is_true_at(reading, row, 4);
    table->knows_policies = true;
    table->is_minor = is_true_at(reading, row, 5);
}

static void read_column(const struct reading *reading, size_t row)
{
    struct ep_table *table = table_at(reading, row);

    if (table != NULL) {
        struct ep_column *column = ep_schema_add_column(reading->arena, table);
        column->number = (int)number_at(reading, row, 1);
        column->name = text_at(reading, row, 2);
        column->type = text_at(reading, row, 3);
        column->not_null = is_true_at(reading, row, 4);
        column->has_default = is_true_at(reading, row, 5);
        column->generated = is_true_at(reading, row, 6);
        column->identity = letter_at(reading, row, 7);
    }
}

static void read_sequence(const struct reading *reading, size_t row)
{
    struct ep_sequence *sequence = ep_schema_add_sequence(reading->arena, reading->schema);

    sequence->schema = text_at(reading, row, 0);
    sequence->name = text_at(reading, row, 1);
    sequence->increment = text_at(reading, row, 2);
    sequence->min = text_at(reading, row, 3);
    sequence->max = text_at(reading, row, 4);
    sequence->start = text_at(reading, row, 5);
    sequence->cache = text_at(reading, row, 6);
    sequence->cycle = is_true_at(reading, row, 7);
    sequence->is_minor = is_true_at(reading, row, 8);
}

static enum ep_constraint_kind constraint_kind(char letter)
{
    switch (letter) {
    case 'p':
        return EP_CONSTRAINT_PRIMARY_KEY;
    case 'u':
        return EP_CONSTRAINT_UNIQUE;
    case 'f':
        return EP_CONSTRAINT_FOREIGN_KEY;
    default:
        return EP_CONSTRAINT_CHECK;
    }
}

static const char *action_name(char letter)
{
    switch (letter) {
    case 'c':
        return "cascade";
    case 'n':
        return "set null";
    case 'd':
        return "set default";
    case 'r':
        return "restrict";
    default:
        return "no action";
    }
}

static void read_constraint(const struct reading *reading, size_t row)
{
    struct ep_table *table = table_at(reading, row);

    if (table == NULL) {
        return;
    }
    const struct ep_table *to = find_oid(reading->schema, number_at(reading, row, 4));
    struct ep_constraint *constraint = ep_schema_add_constraint(reading->arena, table);
    constraint->kind = constraint_kind(letter_at(reading, row, 1));
    constraint->name = text_at(reading, row, 2);
    constraint->columns =
        read_numbers(reading, table, ep_result_text(reading->result, row, 3), SIZE_MAX);
    constraint->to_schema = text_at(reading, row, 5);
    constraint->to_table = text_at(reading, row, 6);
    constraint->to_columns =
        read_numbers(reading, to, ep_result_text(reading->result, row, 7), SIZE_MAX);
    constraint->on_update = action_name(letter_at(reading, row, 8));
    constraint->on_delete = action_name(letter_at(reading, row, 9));
    constraint->not_valid = !is_true_at(reading, row, 10);
    constraint->nulls_not_distinct = is_true_at(reading, row, 11);
}

static void read_index(const struct reading *reading, size_t row)
{
    struct ep_table *table = table_at(reading, row);

    if (table != NULL) {
        struct ep_index *index = ep_schema_add_index(reading->arena, table);
        index->name = text_at(reading, row, 1);
        index->method = text_at(reading, row, 2);
        index->is_unique = is_true_at(reading, row, 3);
        index->has_predicate = is_true_at(reading, row, 4);
        index->not_valid = !is_true_at(reading, row, 5);
        index->parts = read_numbers(reading, table, ep_result_text(reading->result, row, 6),
                                    number_at(reading, row, 7));
        index->backs_constraint = is_true_at(reading, row, 8);
    }
}

/* The labels of one enumeration follow each other. */
static void read_label(const struct reading *reading, size_t row)
{
    struct ep_schema *schema = reading->schema;
    struct ep_enumeration_type *type =
        schema->enum_count == 0 ? NULL : &schema->enums[schema->enum_count - 1];

    if (type == NULL || strcmp(type->schema, ep_result_text(reading->result, row, 0)) != 0
        || strcmp(type->name, ep_result_text(reading->result, row, 1)) != 0) {
        type = ep_schema_add_enum(reading->arena, schema);
        type->schema = text_at(reading, row, 0);
        type->name = text_at(reading, row, 1);
    }
    ep_schema_add_name(reading->arena, &type->values, text_at(reading, row, 2));
}

static const char *command_name(char letter)
{
    switch (letter) {
    case 'r':
        return "select";
    case 'a':
        return "insert";
    case 'w':
        return "update";
    case 'd':
        return "delete";
    default:
        return "all";
    }
}

static void read_policy(const struct reading *reading, size_t row)
{
    struct ep_table *table = table_at(reading, row);

    if (table == NULL) {
        return;
    }
    struct ep_row_policy *policy = ep_schema_add_policy(reading->arena, table);
    policy->name = text_at(reading, row, 1);
    policy->command = command_name(letter_at(reading, row, 2));
    policy->is_restrictive = !is_true_at(reading, row, 3);
    policy->has_using = is_true_at(reading, row, 4);
    policy->has_check = is_true_at(reading, row, 5);
    for (const char *at = text_at(reading, row, 6); *at != '\0';) {
        size_t size = strcspn(at, "\n");
        struct ep_span name = {.data = at, .size = size};
        ep_schema_add_name(reading->arena, &policy->roles, ep_arena_copy(reading->arena, name));
        at += size + (at[size] == '\n');
    }
    ep_names_sort(&policy->roles);
}

static bool read_answers(struct ep_arena *arena, struct ep_result *const results[QUERIES],
                         struct ep_schema *schema, struct ep_error *err)
{
    static void (*const readers[TYPES])(const struct reading *reading, size_t row) = {
        [SCHEMAS] = read_schema,     [RELATIONS] = read_relation,     [COLUMNS] = read_column,
        [SEQUENCES] = read_sequence, [CONSTRAINTS] = read_constraint, [INDEXES] = read_index,
        [ENUMS] = read_label,        [POLICIES] = read_policy,
    };

    for (size_t i = 0; i < TYPES; i++) {
        const struct reading reading = {.arena = arena, .result = results[i], .schema = schema};
        if (ep_result_sqlstate(results[i])[0] != '\0') {
            return ep_result_fail(results[i], err);
        }
        for (size_t row = 0; row < ep_result_rows(results[i]); row++) {
            readers[i](&reading, row);
        }
    }
    ep_schema_sort(schema);
    return true;
}

/* '{"public","app"}', which PostgreSQL reads as an array of text. */
static const char *format_array(struct ep_arena *arena, const struct ep_names *names)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    ep_text_add_byte(&text, '{');
    for (size_t i = 0; i < names->count; i++) {
        ep_text_add(&text, i == 0 ? "\"" : ",\"");
        for (const char *at = names->items[i]; *at != '\0'; at++) {
            ep_text_add(&text, *at == '"' || *at == '\\' ? "\\" : "");
            ep_text_add_byte(&text, *at);
        }
        ep_text_add_byte(&text, '"');
    }
    ep_text_add_byte(&text, '}');
    return ep_arena_copy(arena, ep_text_span(&text));
}

bool ep_catalog_read(struct ep_arena *arena, struct ep_session *session, struct ep_schema *expected,
                     int64_t deadline_ms, struct ep_catalog *ret_catalog, struct ep_error *err)
{
    struct ep_names used = ep_schema_used(arena, expected);
    struct ep_names types = ep_catalog_types_collect(arena, expected);
    const char *const schemas[] = {format_array(arena, &used)};
    struct ep_query queries[QUERIES];
    struct ep_result *results[QUERIES] = {NULL};
    struct ep_catalog catalog = {0};

    for (size_t i = 0; i < TYPES; i++) {
        queries[i] = (struct ep_query){.sql = sqls[i], .parameters = schemas, .parameter_count = 1};
    }
    ep_catalog_types_ask(arena, &types, &queries[TYPES]);
    if (!ep_session_flight(session, queries, QUERIES, deadline_ms, results, err)) {
        return false;
    }
    bool read = read_answers(arena, results, &catalog.schema, err);
    if (read) {
        catalog.types_refused = ep_catalog_types_read(arena, &types, &results[TYPES], expected);
        *ret_catalog = catalog;
    }
    for (size_t i = 0; i < QUERIES; i++) {
        ep_result_release(results[i]);
    }
    return read;
}
