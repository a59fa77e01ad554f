#include "source/snapshot_state.h"

#include "base/check.h"
#include "format/json.h"

#include <stdbool.h>

enum { IDENTITY_MAX = 5, SCALARS_MAX = 2, EDGES_MAX = 4 };

/* How rows of one kind refer to rows of another. */
struct edge {
    const char *to;
    struct {
        const char *theirs, *ours; /* member of the row that is referred to, and of the other */
    } scalars[SCALARS_MAX];
    const char *list; /* of names of theirs, in the place of a scalar; or NULL */
    const char *pick; /* the member of an element that has the name; NULL: the element */
    const char *skip; /* elements where this is true are none; or NULL */
};

struct kind {
    const char *name;
    const char *identity[IDENTITY_MAX];
    struct edge edges[EDGES_MAX];
};

#define TO_SCHEMA                                          \
    {                                                      \
        .to = "schemas", .scalars = { {"name", "schema"} } \
    }
#define TO_TABLE                                                               \
    {                                                                          \
        .to = "tables", .scalars = { {"schema", "schema"}, {"name", "table"} } \
    }
#define TO_COLUMNS(list_, pick_, skip_)                                                          \
    {                                                                                            \
        .to = "columns", .scalars = {{"schema", "schema"}, {"table", "table"}}, .list = (list_), \
        .pick = (pick_), .skip = (skip_)                                                         \
    }

static const struct kind kinds[] = {
    {.name = "schemas", .identity = {"name"}},
    {.name = "roles", .identity = {"name"}},
    {.name = "tables", .identity = {"schema", "name"}, .edges = {TO_SCHEMA}},
    {.name = "enums", .identity = {"schema", "name"}, .edges = {TO_SCHEMA}},
    {.name = "sequences", .identity = {"schema", "name"}, .edges = {TO_SCHEMA}},
    {.name = "views", .identity = {"schema", "name"}, .edges = {TO_SCHEMA}},
    {.name = "columns",
     .identity = {"schema", "table", "name"},
     .edges = {TO_TABLE, {.to = "enums", .scalars = {{"schema", "typeSchema"}, {"name", "type"}}}}},
    {.name = "indexes",
     .identity = {"schema", "name"},
     .edges = {TO_TABLE, TO_COLUMNS("columns", "value", "isExpression")}},
    {.name = "pks",
     .identity = {"schema", "table", "name"},
     .edges = {TO_TABLE, TO_COLUMNS("columns", NULL, NULL)}},
    {.name = "uniques",
     .identity = {"schema", "table", "name"},
     .edges = {TO_TABLE, TO_COLUMNS("columns", NULL, NULL)}},
    {.name = "fks",
     .identity = {"schema", "table", "name"},
     .edges = {TO_TABLE,
               TO_COLUMNS("columns", NULL, NULL),
               {.to = "columns",
                .scalars = {{"schema", "schemaTo"}, {"table", "tableTo"}},
                .list = "columnsTo"},
               {.to = "tables", .scalars = {{"schema", "schemaTo"}, {"name", "tableTo"}}}}},
    {.name = "checks", .identity = {"schema", "table", "name"}, .edges = {TO_TABLE}},
    {.name = "policies",
     .identity = {"schema", "table", "name"},
     .edges = {TO_TABLE, {.to = "roles", .list = "roles"}}},
    {.name = "privileges",
     .identity = {"schema", "table", "grantor", "grantee", "type"},
     .edges = {TO_TABLE,
               {.to = "roles", .scalars = {{"name", "grantee"}}},
               {.to = "roles", .scalars = {{"name", "grantor"}}}}},
};

/* A rename that the rows that refer to it have to be told. */
struct rename {
    const struct kind *kind;
    json_t *from, *to; /* rows */
};

/* Those that are still to be told; each holds a reference to its rows. */
struct queue {
    struct rename *items;
    size_t count, capacity;
};

static void queue_clear(struct queue *queue)
{
    for (size_t i = 0; i < queue->count; i++) {
        json_decref(queue->items[i].from);
        json_decref(queue->items[i].to);
    }
    free(queue->items);
}

static void queue_add(struct queue *queue, const struct kind *kind, json_t *from, json_t *to)
{
    if (queue->count == queue->capacity) {
        size_t capacity = queue->capacity == 0 ? 16 : queue->capacity * 2;
        struct rename *items = realloc(queue->items, capacity * sizeof(*items));
        if (items == NULL) {
            ep_check_out_of_memory();
        }
        queue->items = items;
        queue->capacity = capacity;
    }
    queue->items[queue->count++] =
        (struct rename){.kind = kind, .from = json_incref(from), .to = json_incref(to)};
}

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < EP_COUNT_OF(kinds) && name != NULL; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* The identity of a row as a text that no other of its kind has; free() it. */
static char *identity_of(const struct kind *kind, const json_t *row)
{
    json_t *list EP_CLEANUP(ep_json_drop) = json_array();

    for (size_t i = 0; i < IDENTITY_MAX && kind->identity[i] != NULL; i++) {
        json_t *value = json_object_get(row, kind->identity[i]);
        EP_CHECK(json_array_append_new(list, value == NULL ? json_null() : json_incref(value))
                 == 0);
    }
    char *text = json_dumps(list, JSON_COMPACT | JSON_ENCODE_ANY);
    if (text == NULL) {
        ep_check_out_of_memory();
    }
    return text;
}

static json_t *rows_of(const struct ep_snapshot_state *state, const struct kind *kind)
{
    return json_object_get(state->kinds, kind->name);
}

static void put(const struct ep_snapshot_state *state, json_t *row)
{
    const struct kind *kind = find_kind(json_string_value(json_object_get(row, "entityType")));

    if (kind != NULL) {
        char *identity = identity_of(kind, row);
        EP_CHECK(json_object_set(rows_of(state, kind), identity, row) == 0);
        free(identity);
    }
}

void ep_snapshot_state_clear(struct ep_snapshot_state *state)
{
    json_decref(state->kinds);
    state->kinds = NULL;
}

static void make_kinds(struct ep_snapshot_state *state)
{
    state->kinds = json_object();
    for (size_t i = 0; i < EP_COUNT_OF(kinds); i++) {
        EP_CHECK(json_object_set_new(state->kinds, kinds[i].name, json_object()) == 0);
    }
}

static void put_copy(const struct ep_snapshot_state *state, const json_t *row)
{
    json_t *copy EP_CLEANUP(ep_json_drop) = json_deep_copy(row);

    put(state, copy);
}

void ep_snapshot_state_init(struct ep_snapshot_state *state, const json_t *rows)
{
    make_kinds(state);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        put_copy(state, json_array_get(rows, i));
    }
}

json_t *ep_snapshot_state_rows(const struct ep_snapshot_state *state)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < EP_COUNT_OF(kinds); i++) {
        const char *identity = NULL;
        json_t *row = NULL;
        json_object_foreach(rows_of(state, &kinds[i]), identity, row)
        {
            EP_CHECK(json_array_append(rows, row) == 0);
        }
    }
    return rows;
}

static bool same(const json_t *row, const char *member, const json_t *other,
                 const char *other_member)
{
    json_t *a = json_object_get(row, member), *b = json_object_get(other, other_member);

    return a != NULL && b != NULL && json_equal(a, b);
}

/* Put the new name into the list of a row; false when the old one is not in it. */
static bool rename_in_list(json_t *row, const struct edge *edge, const struct rename *rename)
{
    json_t *list = json_object_get(row, edge->list);
    json_t *old = json_object_get(rename->from, "name");
    json_t *name = json_object_get(rename->to, "name");
    bool changed = false;

    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *element = json_array_get(list, i);
        json_t *value = edge->pick == NULL ? element : json_object_get(element, edge->pick);
        if ((edge->skip != NULL && json_is_true(json_object_get(element, edge->skip)))
            || value == NULL || !json_equal(value, old)) {
            continue;
        }
        changed = true;
        EP_CHECK((edge->pick == NULL ? json_array_set(list, i, name)
                                     : json_object_set(element, edge->pick, name))
                 == 0);
    }
    return changed;
}

/* Whether a reference is to what is renamed, as far as it is no list. */
static bool is_to(const json_t *row, const struct edge *edge, const struct rename *rename)
{
    for (size_t i = 0; i < SCALARS_MAX && edge->scalars[i].ours != NULL; i++) {
        if (!same(row, edge->scalars[i].ours, rename->from, edge->scalars[i].theirs)) {
            return false;
        }
    }
    return true;
}

/* Let one reference of a row follow a rename. */
static void follow(json_t *row, const struct edge *edge, const struct rename *rename)
{
    if (edge->list != NULL && !rename_in_list(row, edge, rename)) {
        return;
    }
    for (size_t i = 0; i < SCALARS_MAX && edge->scalars[i].ours != NULL; i++) {
        json_t *value = json_object_get(rename->to, edge->scalars[i].theirs);
        EP_CHECK(json_object_set(row, edge->scalars[i].ours, value) == 0);
    }
}

/* Let a row follow, and note that its own identity has changed by it. */
static void follow_all(json_t *row, const struct kind *kind, const struct rename *rename,
                       struct queue *queue)
{
    for (size_t i = 0; i < EDGES_MAX && kind->edges[i].to != NULL; i++) {
        if (strcmp(kind->edges[i].to, rename->kind->name) != 0
            || !is_to(row, &kind->edges[i], rename)) {
            continue;
        }
        json_t *before EP_CLEANUP(ep_json_drop) = json_copy(row);
        char *old = identity_of(kind, row);
        follow(row, &kind->edges[i], rename);
        char *identity = identity_of(kind, row);
        if (strcmp(old, identity) != 0) {
            queue_add(queue, kind, before, row);
        }
        free(identity);
        free(old);
    }
}

/* Whether rows of a kind can refer to one of another. */
static bool refers(const struct kind *kind, const struct kind *to)
{
    for (size_t i = 0; i < EDGES_MAX && kind->edges[i].to != NULL; i++) {
        if (strcmp(kind->edges[i].to, to->name) == 0) {
            return true;
        }
    }
    return false;
}

/* Carry a rename to all that refers to it, and from there on; then find all rows by what they are.
 */
static void cascade(struct ep_snapshot_state *state, const struct kind *kind, json_t *from,
                    json_t *to)
{
    struct queue queue EP_CLEANUP(queue_clear) = {0};

    queue_add(&queue, kind, from, to);
    for (size_t done = 0; done < queue.count; done++) {
        struct rename rename = queue.items[done];
        for (size_t i = 0; i < EP_COUNT_OF(kinds); i++) {
            const char *identity = NULL;
            json_t *row = NULL;
            if (!refers(&kinds[i], rename.kind)) {
                continue;
            }
            json_object_foreach(rows_of(state, &kinds[i]), identity, row)
            {
                follow_all(row, &kinds[i], &rename, &queue);
            }
        }
    }
    json_t *rows EP_CLEANUP(ep_json_drop) = ep_snapshot_state_rows(state);
    json_decref(state->kinds);
    make_kinds(state);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        put(state, json_array_get(rows, i));
    }
}

/* The kind and the identity in a key, the latter as identity_of() has it; free() it. */
static char *read_key(const json_t *delta, const struct kind **ret_kind)
{
    const json_t *key = json_object_get(delta, "key");
    const char *text = json_string_value(key);
    json_error_t ignored;

    *ret_kind = find_kind(text);
    if (*ret_kind == NULL || strlen(text) + 1 > json_string_length(key)) {
        return NULL;
    }
    json_t *list EP_CLEANUP(ep_json_drop) = json_loads(text + strlen(text) + 1, 0, &ignored);
    return list == NULL ? NULL : json_dumps(list, JSON_COMPACT);
}

static void set_members(struct ep_snapshot_state *state, const struct kind *kind, json_t *row,
                        json_t *members)
{
    json_t *before EP_CLEANUP(ep_json_drop) = json_copy(row);
    const char *name = NULL;
    json_t *value = NULL;
    char *old = identity_of(kind, row);

    json_object_foreach(members, name, value)
    {
        if (json_object_get(row, name) != NULL) {
            EP_CHECK(json_object_set_new(row, name, json_deep_copy(value)) == 0);
        }
    }
    char *identity = identity_of(kind, row);
    if (strcmp(old, identity) != 0) {
        json_t *held EP_CLEANUP(ep_json_drop) = json_incref(row);
        cascade(state, kind, before, held);
    }
    free(identity);
    free(old);
}

static void create(const struct ep_snapshot_state *state, const json_t *row)
{
    const struct kind *kind = find_kind(json_string_value(json_object_get(row, "entityType")));

    if (kind != NULL) {
        char *identity = identity_of(kind, row);
        if (json_object_get(rows_of(state, kind), identity) == NULL) {
            put_copy(state, row);
        }
        free(identity);
    }
}

static void change(struct ep_snapshot_state *state, const json_t *delta, const char *op)
{
    const struct kind *kind = NULL;
    char *identity = read_key(delta, &kind);
    json_t *row = identity == NULL ? NULL : json_object_get(rows_of(state, kind), identity);

    if (row != NULL && strcmp(op, "drop") == 0) {
        (void)json_object_del(rows_of(state, kind), identity);
    } else if (row != NULL) {
        set_members(state, kind, row, json_object_get(delta, "set"));
    }
    free(identity);
}

void ep_snapshot_state_apply(struct ep_snapshot_state *state, const json_t *deltas)
{
    for (size_t i = 0; i < json_array_size(deltas); i++) {
        const json_t *delta = json_array_get(deltas, i);
        const char *op = json_string_value(json_object_get(delta, "op"));
        if (op != NULL && strcmp(op, "create") == 0) {
            create(state, json_object_get(delta, "row"));
        } else if (op != NULL) {
            change(state, delta, op);
        }
    }
}
