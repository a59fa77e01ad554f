#include "source/schema.h"

#include "format/utf8.h"

#include <stdint.h>

enum { NAME_BYTES_MAX = 63 };

/* What tables, enumerations, sequences and views begin with. */
struct named {
    const char *schema, *name;
};

const char *ep_schema_name(struct ep_arena *arena, const char *name)
{
    struct ep_span span = ep_span_part(ep_span_of(name), 0, NAME_BYTES_MAX);

    if (name[span.size] == '\0') {
        return name;
    }
    size_t invalid = ep_utf8_find_invalid(span);
    /* Bytes that are not UTF-8 further in front are none of our business. */
    if (invalid != SIZE_MAX && span.size - invalid < 4) {
        span.size = invalid;
    }
    return ep_arena_copy(arena, span);
}

void ep_schema_add_name(struct ep_arena *arena, struct ep_names *names, const char *name)
{
    names->items = ep_arena_grow(arena, names->items, names->count, sizeof(*names->items));
    names->items[names->count++] = name;
}

#define ADD(arena, items, count) \
    ((items) = ep_arena_grow((arena), (items), (count), sizeof(*(items))), &(items)[(count)++])

struct ep_table *ep_schema_add_table(struct ep_arena *arena, struct ep_schema *schema)
{
    return ADD(arena, schema->tables, schema->table_count);
}

struct ep_column *ep_schema_add_column(struct ep_arena *arena, struct ep_table *table)
{
    return ADD(arena, table->columns, table->column_count);
}

struct ep_constraint *ep_schema_add_constraint(struct ep_arena *arena, struct ep_table *table)
{
    return ADD(arena, table->constraints, table->constraint_count);
}

struct ep_index *ep_schema_add_index(struct ep_arena *arena, struct ep_table *table)
{
    return ADD(arena, table->indexes, table->index_count);
}

struct ep_row_policy *ep_schema_add_policy(struct ep_arena *arena, struct ep_table *table)
{
    return ADD(arena, table->policies, table->policy_count);
}

struct ep_enumeration_type *ep_schema_add_enum(struct ep_arena *arena, struct ep_schema *schema)
{
    return ADD(arena, schema->enums, schema->enum_count);
}

struct ep_sequence *ep_schema_add_sequence(struct ep_arena *arena, struct ep_schema *schema)
{
    return ADD(arena, schema->sequences, schema->sequence_count);
}

struct ep_view *ep_schema_add_view(struct ep_arena *arena, struct ep_schema *schema)
{
    return ADD(arena, schema->views, schema->view_count);
}

static int compare_named(const void *a, const void *b)
{
    const struct named *left = a, *right = b;
    int order = strcmp(left->schema, right->schema);

    return order != 0 ? order : strcmp(left->name, right->name);
}

static int compare_names(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;

    return strcmp(*left, *right);
}

static void sort(void *items, size_t count, size_t size)
{
    if (count > 1) {
        qsort(items, count, size, compare_named);
    }
}

static void *find(void *items, size_t count, size_t size, const char *schema, const char *name)
{
    const struct named wanted = {.schema = schema, .name = name};

    return count == 0 ? NULL : bsearch(&wanted, items, count, size, compare_named);
}

void ep_names_sort(struct ep_names *names)
{
    if (names->count > 1) {
        qsort(names->items, names->count, sizeof(*names->items), compare_names);
    }
}

void ep_schema_sort(struct ep_schema *schema)
{
    ep_names_sort(&schema->schemas);
    sort(schema->tables, schema->table_count, sizeof(*schema->tables));
    sort(schema->enums, schema->enum_count, sizeof(*schema->enums));
    sort(schema->sequences, schema->sequence_count, sizeof(*schema->sequences));
    sort(schema->views, schema->view_count, sizeof(*schema->views));
}

struct ep_table *ep_schema_find_table(const struct ep_schema *schema, const char *schema_name,
                                      const char *name)
{
    return find(schema->tables, schema->table_count, sizeof(*schema->tables), schema_name, name);
}

struct ep_enumeration_type *ep_schema_find_enum(const struct ep_schema *schema,
                                                const char *schema_name, const char *name)
{
    return find(schema->enums, schema->enum_count, sizeof(*schema->enums), schema_name, name);
}

struct ep_sequence *ep_schema_find_sequence(const struct ep_schema *schema, const char *schema_name,
                                            const char *name)
{
    return find(schema->sequences, schema->sequence_count, sizeof(*schema->sequences), schema_name,
                name);
}

struct ep_view *ep_schema_find_view(const struct ep_schema *schema, const char *schema_name,
                                    const char *name)
{
    return find(schema->views, schema->view_count, sizeof(*schema->views), schema_name, name);
}

struct ep_column *ep_schema_find_column(const struct ep_table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, name) == 0) {
            return &table->columns[i];
        }
    }
    return NULL;
}

bool ep_names_equal(const struct ep_names *a, const struct ep_names *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->items[i], b->items[i]) != 0) {
            return false;
        }
    }
    return true;
}

bool ep_names_hold(const struct ep_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_once(struct ep_arena *arena, struct ep_names *names, const char *name)
{
    if (!ep_names_hold(names, name)) {
        ep_schema_add_name(arena, names, name);
    }
}

/* Those of more that are not among items, behind them; both are sorted by name. */
static void *merge(struct ep_arena *arena, void *items, size_t *count, const void *more,
                   size_t more_count, size_t size)
{
    const char *from = more;
    size_t before = *count;

    for (size_t i = 0; i < more_count; i++) {
        const struct named *key = (const void *)(from + i * size);
        if (find(items, before, size, key->schema, key->name) == NULL) {
            items = ep_arena_grow(arena, items, *count, size);
            memcpy((char *)items + *count * size, from + i * size, size);
            (*count)++;
        }
    }
    return items;
}

#define MERGE(arena, schema, other, items, count)                                        \
    ((schema)->items = merge((arena), (schema)->items, &(schema)->count, (other)->items, \
                             (other)->count, sizeof(*(schema)->items)))

void ep_schema_merge(struct ep_arena *arena, struct ep_schema *schema,
                     const struct ep_schema *other)
{
    MERGE(arena, schema, other, tables, table_count);
    MERGE(arena, schema, other, enums, enum_count);
    MERGE(arena, schema, other, sequences, sequence_count);
    MERGE(arena, schema, other, views, view_count);
    for (size_t i = 0; i < other->schemas.count; i++) {
        add_once(arena, &schema->schemas, other->schemas.items[i]);
    }
    schema->knows_sequences = schema->knows_sequences || other->knows_sequences;
    schema->knows_views = schema->knows_views || other->knows_views;
    ep_schema_sort(schema);
}

struct ep_names ep_schema_used(struct ep_arena *arena, const struct ep_schema *schema)
{
    struct ep_names used = {0};

    add_once(arena, &used, "public");
    for (size_t i = 0; i < schema->schemas.count; i++) {
        add_once(arena, &used, schema->schemas.items[i]);
    }
    for (size_t i = 0; i < schema->table_count; i++) {
        add_once(arena, &used, schema->tables[i].schema);
    }
    for (size_t i = 0; i < schema->enum_count; i++) {
        add_once(arena, &used, schema->enums[i].schema);
    }
    for (size_t i = 0; i < schema->sequence_count; i++) {
        add_once(arena, &used, schema->sequences[i].schema);
    }
    for (size_t i = 0; i < schema->view_count; i++) {
        add_once(arena, &used, schema->views[i].schema);
    }
    ep_names_sort(&used);
    return used;
}
