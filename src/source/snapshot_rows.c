#include "source/snapshot_rows.h"

#include "source/snapshot_fields.h"

static void read_schema(struct ep_arena *arena, const json_t *row, struct ep_schema *schema)
{
    const char *name = ep_snapshot_name(arena, row, "name");

    if (strcmp(name, "public") != 0) {
        ep_schema_add_name(arena, &schema->schemas, name);
    }
}

static void read_table(struct ep_arena *arena, const json_t *row, struct ep_schema *schema)
{
    struct ep_table *table = ep_schema_add_table(arena, schema);

    table->schema = ep_snapshot_schema(arena, row, "schema");
    table->name = ep_snapshot_name(arena, row, "name");
    table->row_security = ep_snapshot_is_true(row, "isRlsEnabled");
    table->knows_policies = true;
}

static void read_enum(struct ep_arena *arena, const json_t *row, struct ep_schema *schema)
{
    struct ep_enumeration_type *type = ep_schema_add_enum(arena, schema);

    type->schema = ep_snapshot_schema(arena, row, "schema");
    type->name = ep_snapshot_name(arena, row, "name");
    type->values = ep_snapshot_texts(arena, row, "values");
}

static void read_sequence(struct ep_arena *arena, const json_t *row, struct ep_schema *schema)
{
    struct ep_sequence *sequence = ep_schema_add_sequence(arena, schema);

    sequence->schema = ep_snapshot_schema(arena, row, "schema");
    sequence->name = ep_snapshot_name(arena, row, "name");
    sequence->increment = ep_snapshot_text(arena, row, "incrementBy");
    sequence->min = ep_snapshot_text(arena, row, "minValue");
    sequence->max = ep_snapshot_text(arena, row, "maxValue");
    sequence->start = ep_snapshot_text(arena, row, "startWith");
    sequence->cache = ep_snapshot_text(arena, row, "cacheSize");
    sequence->cycle = ep_snapshot_is_true(row, "cycle");
}

static void read_view(struct ep_arena *arena, const json_t *row, struct ep_schema *schema)
{
    struct ep_view *view = ep_schema_add_view(arena, schema);

    view->schema = ep_snapshot_schema(arena, row, "schema");
    view->name = ep_snapshot_name(arena, row, "name");
    view->is_materialized = ep_snapshot_is_true(row, "materialized");
}

static void read_column(struct ep_arena *arena, const json_t *row, struct ep_table *table)
{
    struct ep_column *column = ep_schema_add_column(arena, table);
    const char *type = ep_snapshot_text(arena, row, "type");
    const char *schema = ep_snapshot_text(arena, row, "typeSchema");
    bool serial = false;

    schema = schema == NULL || strcmp(schema, "pg_catalog") == 0 ? "" : schema;
    column->name = ep_snapshot_name(arena, row, "name");
    column->type =
        ep_snapshot_type(arena, type == NULL ? "" : type, schema,
                         json_number_value(json_object_get(row, "dimensions")) > 0, &serial);
    column->not_null = ep_snapshot_is_true(row, "notNull");
    column->generated = ep_snapshot_has(row, "generated");
    column->has_default = ep_snapshot_has(row, "default") || serial || column->generated;
    column->identity = ep_snapshot_identity(row);
}

static void read_constraint(struct ep_arena *arena, const json_t *row, enum ep_constraint_kind kind,
                            struct ep_table *table)
{
    struct ep_constraint *constraint = ep_schema_add_constraint(arena, table);

    constraint->kind = kind;
    constraint->name = ep_snapshot_name(arena, row, "name");
    constraint->may_differ = ep_snapshot_may_differ(row);
    constraint->columns = ep_snapshot_names(arena, row, "columns");
    constraint->nulls_not_distinct = ep_snapshot_is_true(row, "nullsNotDistinct");
    if (kind == EP_CONSTRAINT_FOREIGN_KEY) {
        constraint->to_columns = ep_snapshot_names(arena, row, "columnsTo");
        constraint->to_schema = ep_snapshot_schema(arena, row, "schemaTo");
        constraint->to_table = ep_snapshot_name(arena, row, "tableTo");
        constraint->on_update = ep_snapshot_keyword(arena, row, "onUpdate", "no action");
        constraint->on_delete = ep_snapshot_keyword(arena, row, "onDelete", "no action");
    }
}

static void read_primary_key(struct ep_arena *arena, const json_t *row, struct ep_table *table)
{
    read_constraint(arena, row, EP_CONSTRAINT_PRIMARY_KEY, table);
}

static void read_unique(struct ep_arena *arena, const json_t *row, struct ep_table *table)
{
    read_constraint(arena, row, EP_CONSTRAINT_UNIQUE, table);
}

static void read_foreign_key(struct ep_arena *arena, const json_t *row, struct ep_table *table)
{
    read_constraint(arena, row, EP_CONSTRAINT_FOREIGN_KEY, table);
}

static void read_check(struct ep_arena *arena, const json_t *row, struct ep_table *table)
{
    read_constraint(arena, row, EP_CONSTRAINT_CHECK, table);
}

static void read_policy(struct ep_arena *arena, const json_t *row, struct ep_table *table)
{
    ep_snapshot_policy(arena, row, "roles", table);
    table->row_security = true;
}

/* Roles and privileges are the cluster's, not the schema's. */
static const struct {
    const char *type;
    void (*read)(struct ep_arena *arena, const json_t *row, struct ep_schema *schema);
} kinds[] = {
    {"schemas", read_schema},     {"tables", read_table}, {"enums", read_enum},
    {"sequences", read_sequence}, {"views", read_view},
};

static const struct {
    const char *type;
    void (*read)(struct ep_arena *arena, const json_t *row, struct ep_table *table);
} table_kinds[] = {
    {"columns", read_column},  {"pks", read_primary_key}, {"uniques", read_unique},
    {"fks", read_foreign_key}, {"checks", read_check},    {"indexes", ep_snapshot_index},
    {"policies", read_policy},
};

static const char *type_of(const json_t *row)
{
    const char *type = json_string_value(json_object_get(row, "entityType"));

    return type == NULL ? "" : type;
}

static void read_part(struct ep_arena *arena, const json_t *row, struct ep_schema *schema)
{
    for (size_t i = 0; i < EP_COUNT_OF(table_kinds); i++) {
        if (strcmp(table_kinds[i].type, type_of(row)) == 0) {
            struct ep_table *table =
                ep_schema_find_table(schema, ep_snapshot_schema(arena, row, "schema"),
                                     ep_snapshot_name(arena, row, "table"));
            if (table != NULL) {
                table_kinds[i].read(arena, row, table);
            }
            return;
        }
    }
}

void ep_snapshot_rows_read(struct ep_arena *arena, const json_t *rows, struct ep_schema *schema)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        for (size_t j = 0; j < EP_COUNT_OF(kinds); j++) {
            if (strcmp(kinds[j].type, type_of(row)) == 0) {
                kinds[j].read(arena, row, schema);
            }
        }
    }
    ep_schema_sort(schema);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        read_part(arena, json_array_get(rows, i), schema);
    }
    schema->knows_sequences = true;
    schema->knows_views = true;
}
