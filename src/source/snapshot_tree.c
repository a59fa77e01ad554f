#include "source/snapshot_tree.h"

#include "source/snapshot_fields.h"

/* What all of one snapshot is read with. */
struct reading {
    struct ep_arena *arena;
    struct ep_schema *schema;
    json_t *enums;
};

/* Of enumerations the name alone may be given: older kits wrote no "typeSchema". */
static const char *enum_schema(const struct reading *reading, const char *type)
{
    struct ep_span base = ep_span_of(type);
    const char *key = NULL;
    json_t *value = NULL;

    base = ep_span_trim(ep_span_part(base, 0, ep_span_find_byte(base, 0, '[')));
    json_object_foreach(reading->enums, key, value)
    {
        const char *name = json_string_value(json_object_get(value, "name"));
        if (name != NULL && ep_span_equals(base, name)) {
            return ep_snapshot_schema(reading->arena, value, "schema");
        }
    }
    return "";
}

static void read_column(const struct reading *reading, const json_t *from, struct ep_table *table)
{
    struct ep_arena *arena = reading->arena;
    struct ep_column *column = ep_schema_add_column(arena, table);
    const char *type = ep_snapshot_text(arena, from, "type");
    const char *schema = ep_snapshot_text(arena, from, "typeSchema");
    bool serial = false;

    type = type == NULL ? "" : type;
    schema = schema == NULL ? enum_schema(reading, type) : schema;
    column->name = ep_snapshot_name(arena, from, "name");
    column->type = ep_snapshot_type(arena, type, schema, false, &serial);
    column->not_null =
        ep_snapshot_is_true(from, "notNull") || ep_snapshot_is_true(from, "primaryKey");
    column->generated = ep_snapshot_has(from, "generated");
    column->has_default = ep_snapshot_has(from, "default") || serial || column->generated;
    column->identity = ep_snapshot_identity(from);
    if (ep_snapshot_is_true(from, "primaryKey")) {
        struct ep_constraint *key = ep_schema_add_constraint(arena, table);
        key->kind = EP_CONSTRAINT_PRIMARY_KEY;
        key->name = ep_schema_name(arena, ep_arena_format(arena, "%s_pkey", table->name));
        ep_schema_add_name(arena, &key->columns, column->name);
    }
}

static void read_constraint(struct ep_arena *arena, const json_t *from,
                            enum ep_constraint_kind kind, struct ep_table *table)
{
    struct ep_constraint *constraint = ep_schema_add_constraint(arena, table);

    constraint->kind = kind;
    constraint->name = ep_snapshot_name(arena, from, "name");
    if (kind == EP_CONSTRAINT_FOREIGN_KEY) {
        constraint->columns = ep_snapshot_names(arena, from, "columnsFrom");
        constraint->to_columns = ep_snapshot_names(arena, from, "columnsTo");
        constraint->to_schema = ep_snapshot_schema(arena, from, "schemaTo");
        constraint->to_table = ep_snapshot_name(arena, from, "tableTo");
        constraint->on_update = ep_snapshot_keyword(arena, from, "onUpdate", "no action");
        constraint->on_delete = ep_snapshot_keyword(arena, from, "onDelete", "no action");
    } else {
        constraint->columns = ep_snapshot_names(arena, from, "columns");
        constraint->nulls_not_distinct = ep_snapshot_is_true(from, "nullsNotDistinct");
    }
}

/* What is part of a primary key is not null, whatever the column says. */
static void forbid_null_in_keys(struct ep_table *table)
{
    for (size_t i = 0; i < table->constraint_count; i++) {
        const struct ep_constraint *constraint = &table->constraints[i];
        for (size_t j = 0; j < constraint->columns.count; j++) {
            struct ep_column *column = ep_schema_find_column(table, constraint->columns.items[j]);
            if (column != NULL && constraint->kind == EP_CONSTRAINT_PRIMARY_KEY) {
                column->not_null = true;
            }
        }
    }
}

static void read_table(const struct reading *reading, const json_t *from)
{
    static const struct {
        const char *member;
        enum ep_constraint_kind kind;
    } kinds[] = {
        {"compositePrimaryKeys", EP_CONSTRAINT_PRIMARY_KEY},
        {"uniqueConstraints", EP_CONSTRAINT_UNIQUE},
        {"foreignKeys", EP_CONSTRAINT_FOREIGN_KEY},
        {"checkConstraints", EP_CONSTRAINT_CHECK},
    };
    struct ep_arena *arena = reading->arena;
    struct ep_table *table = ep_schema_add_table(arena, reading->schema);
    const char *key = NULL;
    json_t *value = NULL;

    table->schema = ep_snapshot_schema(arena, from, "schema");
    table->name = ep_snapshot_name(arena, from, "name");
    json_object_foreach(json_object_get(from, "columns"), key, value)
    {
        read_column(reading, value, table);
    }
    for (size_t i = 0; i < EP_COUNT_OF(kinds); i++) {
        json_object_foreach(json_object_get(from, kinds[i].member), key, value)
        {
            read_constraint(arena, value, kinds[i].kind, table);
        }
    }
    forbid_null_in_keys(table);
    json_object_foreach(json_object_get(from, "indexes"), key, value)
    {
        ep_snapshot_index(arena, value, table);
    }
    json_object_foreach(json_object_get(from, "policies"), key, value)
    {
        ep_snapshot_policy(arena, value, "to", table);
    }
    table->knows_policies = json_object_get(from, "isRLSEnabled") != NULL;
    table->row_security = ep_snapshot_is_true(from, "isRLSEnabled") || table->policy_count > 0;
}

static void read_enum(const struct reading *reading, const json_t *from)
{
    struct ep_enumeration_type *type = ep_schema_add_enum(reading->arena, reading->schema);

    type->schema = ep_snapshot_schema(reading->arena, from, "schema");
    type->name = ep_snapshot_name(reading->arena, from, "name");
    type->values = ep_snapshot_texts(reading->arena, from, "values");
}

static void read_sequence(const struct reading *reading, const json_t *from)
{
    struct ep_arena *arena = reading->arena;
    struct ep_sequence *sequence = ep_schema_add_sequence(arena, reading->schema);

    sequence->schema = ep_snapshot_schema(arena, from, "schema");
    sequence->name = ep_snapshot_name(arena, from, "name");
    sequence->increment = ep_snapshot_text(arena, from, "increment");
    sequence->min = ep_snapshot_text(arena, from, "minValue");
    sequence->max = ep_snapshot_text(arena, from, "maxValue");
    sequence->start = ep_snapshot_text(arena, from, "startWith");
    sequence->cache = ep_snapshot_text(arena, from, "cache");
    sequence->cycle = ep_snapshot_is_true(from, "cycle");
}

/* One that is only declared as existing is not drizzle-kit's to create. */
static void read_view(const struct reading *reading, const json_t *from)
{
    if (!ep_snapshot_is_true(from, "isExisting")) {
        struct ep_view *view = ep_schema_add_view(reading->arena, reading->schema);
        view->schema = ep_snapshot_schema(reading->arena, from, "schema");
        view->name = ep_snapshot_name(reading->arena, from, "name");
        view->is_materialized = ep_snapshot_is_true(from, "materialized");
    }
}

void ep_snapshot_tree_read(struct ep_arena *arena, const json_t *snapshot, struct ep_schema *schema)
{
    const struct reading reading = {
        .arena = arena, .schema = schema, .enums = json_object_get(snapshot, "enums")};
    const char *key = NULL;
    json_t *value = NULL;

    json_object_foreach(json_object_get(snapshot, "tables"), key, value)
    {
        read_table(&reading, value);
    }
    json_object_foreach(reading.enums, key, value)
    {
        read_enum(&reading, value);
    }
    json_object_foreach(json_object_get(snapshot, "sequences"), key, value)
    {
        read_sequence(&reading, value);
    }
    json_object_foreach(json_object_get(snapshot, "views"), key, value)
    {
        read_view(&reading, value);
    }
    schema->schemas = ep_snapshot_names(arena, snapshot, "schemas");
    schema->knows_sequences = json_object_get(snapshot, "sequences") != NULL;
    schema->knows_views = json_object_get(snapshot, "views") != NULL;
}
