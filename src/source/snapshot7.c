#include "source/snapshot7.h"

#include "base/check.h"

#include <stdbool.h>

/* How a member's value is built up of objects with a schema of their own. */
enum nesting {
    PLAIN,   /* taken as it is */
    OBJECT,  /* one such object */
    OBJECTS, /* an object whose members are such objects, whatever their names */
    LIST,    /* an array of such objects */
};

struct member {
    const char *name;
    const char *preset; /* JSON, used when it is absent; or NULL */
    enum nesting nesting;
    const struct shape *shape;
};

struct shape {
    const struct member *members;
    size_t count;
    bool is_strict; /* drizzle-kit refuses other members; if not, it drops them */
};

#define SHAPE(name, strict)            \
    static const struct shape name = { \
        .members = name##_members, .count = EP_COUNT_OF(name##_members), .is_strict = (strict)}

static const struct member sequence_members[] = {
    {.name = "name"},      {.name = "increment"}, {.name = "minValue"}, {.name = "maxValue"},
    {.name = "startWith"}, {.name = "cache"},     {.name = "cycle"},    {.name = "schema"},
};
SHAPE(sequence, true);

static const struct member identity_members[] = {
    {.name = "name"},     {.name = "increment"}, {.name = "minValue"},
    {.name = "maxValue"}, {.name = "startWith"}, {.name = "cache"},
    {.name = "cycle"},    {.name = "schema"},    {.name = "type"},
};
SHAPE(identity, false);

static const struct member generated_members[] = {{.name = "type"}, {.name = "as"}};
SHAPE(generated, false);

static const struct member column_members[] = {
    {.name = "name"},
    {.name = "type"},
    {.name = "typeSchema"},
    {.name = "primaryKey"},
    {.name = "notNull"},
    {.name = "default"},
    {.name = "isUnique"},
    {.name = "uniqueName"},
    {.name = "nullsNotDistinct"},
    {.name = "generated", .nesting = OBJECT, .shape = &generated},
    {.name = "identity", .nesting = OBJECT, .shape = &identity},
};
SHAPE(column, true);

static const struct member index_column_members[] = {
    {.name = "expression"}, {.name = "isExpression"}, {.name = "asc"},
    {.name = "nulls"},      {.name = "opclass"},
};
SHAPE(index_column, false);

static const struct member table_index_members[] = {
    {.name = "name"},
    {.name = "columns", .nesting = LIST, .shape = &index_column},
    {.name = "isUnique"},
    {.name = "with"},
    {.name = "method", .preset = "\"btree\""},
    {.name = "where"},
    {.name = "concurrently", .preset = "false"},
};
SHAPE(table_index, true);

static const struct member foreign_key_members[] = {
    {.name = "name"},     {.name = "tableFrom"}, {.name = "columnsFrom"}, {.name = "tableTo"},
    {.name = "schemaTo"}, {.name = "columnsTo"}, {.name = "onUpdate"},    {.name = "onDelete"},
};
SHAPE(foreign_key, true);

static const struct member primary_key_members[] = {{.name = "name"}, {.name = "columns"}};
SHAPE(primary_key, true);

static const struct member unique_members[] = {
    {.name = "name"}, {.name = "columns"}, {.name = "nullsNotDistinct"}};
SHAPE(unique, true);

static const struct member policy_members[] = {
    {.name = "name"},  {.name = "as"},        {.name = "for"}, {.name = "to"},
    {.name = "using"}, {.name = "withCheck"}, {.name = "on"},  {.name = "schema"},
};
SHAPE(policy, true);

static const struct member check_members[] = {{.name = "name"}, {.name = "value"}};
SHAPE(check, true);

static const struct member table_members[] = {
    {.name = "name"},
    {.name = "schema"},
    {.name = "columns", .nesting = OBJECTS, .shape = &column},
    {.name = "indexes", .nesting = OBJECTS, .shape = &table_index},
    {.name = "foreignKeys", .nesting = OBJECTS, .shape = &foreign_key},
    {.name = "compositePrimaryKeys", .nesting = OBJECTS, .shape = &primary_key},
    {.name = "uniqueConstraints", .preset = "{}", .nesting = OBJECTS, .shape = &unique},
    {.name = "policies", .preset = "{}", .nesting = OBJECTS, .shape = &policy},
    {.name = "checkConstraints", .preset = "{}", .nesting = OBJECTS, .shape = &check},
    {.name = "isRLSEnabled", .preset = "false"},
};
SHAPE(table, true);

static const struct member enumeration_members[] = {
    {.name = "name"}, {.name = "schema"}, {.name = "values"}};
SHAPE(enumeration, true);

static const struct member role_members[] = {
    {.name = "name"}, {.name = "createDb"}, {.name = "createRole"}, {.name = "inherit"}};
SHAPE(role, true);

static const struct member view_with_members[] = {
    {.name = "checkOption"},
    {.name = "securityBarrier"},
    {.name = "securityInvoker"},
    {.name = "fillfactor"},
    {.name = "toastTupleTarget"},
    {.name = "parallelWorkers"},
    {.name = "autovacuumEnabled"},
    {.name = "vacuumIndexCleanup"},
    {.name = "vacuumTruncate"},
    {.name = "autovacuumVacuumThreshold"},
    {.name = "autovacuumVacuumScaleFactor"},
    {.name = "autovacuumVacuumCostDelay"},
    {.name = "autovacuumVacuumCostLimit"},
    {.name = "autovacuumFreezeMinAge"},
    {.name = "autovacuumFreezeMaxAge"},
    {.name = "autovacuumFreezeTableAge"},
    {.name = "autovacuumMultixactFreezeMinAge"},
    {.name = "autovacuumMultixactFreezeMaxAge"},
    {.name = "autovacuumMultixactFreezeTableAge"},
    {.name = "logAutovacuumMinDuration"},
    {.name = "userCatalogTable"},
};
SHAPE(view_with, true);

static const struct member view_members[] = {
    {.name = "name"},
    {.name = "schema"},
    {.name = "columns", .nesting = OBJECTS, .shape = &column},
    {.name = "definition"},
    {.name = "materialized"},
    {.name = "with", .nesting = OBJECT, .shape = &view_with},
    {.name = "isExisting"},
    {.name = "withNoData"},
    {.name = "using"},
    {.name = "tablespace"},
};
SHAPE(view, true);

static const struct member internal_column_members[] = {{.name = "isArray"},
                                                        {.name = "dimensions"},
                                                        {.name = "rawType"},
                                                        {.name = "isDefaultAnExpression"}};
SHAPE(internal_column, false);

static const struct member internal_table_members[] = {
    {.name = "columns", .nesting = OBJECTS, .shape = &internal_column}};
SHAPE(internal_table, false);

static const struct member internal_members[] = {
    {.name = "tables", .nesting = OBJECTS, .shape = &internal_table}};
SHAPE(internal, false);

static const struct member snapshot_members[] = {
    {.name = "version"},
    {.name = "dialect"},
    {.name = "tables", .nesting = OBJECTS, .shape = &table},
    {.name = "enums", .nesting = OBJECTS, .shape = &enumeration},
    {.name = "schemas"},
    {.name = "views", .preset = "{}", .nesting = OBJECTS, .shape = &view},
    {.name = "sequences", .preset = "{}", .nesting = OBJECTS, .shape = &sequence},
    {.name = "roles", .preset = "{}", .nesting = OBJECTS, .shape = &role},
    {.name = "policies", .preset = "{}", .nesting = OBJECTS, .shape = &policy},
    {.name = "_meta"},
    {.name = "internal", .nesting = OBJECT, .shape = &internal},
};
SHAPE(snapshot, false);

static json_t *arrange_value(json_t *value, const struct member *member);

static bool is_known(const struct shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (strcmp(shape->members[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add(json_t *object, const char *name, json_t *value)
{
    EP_CHECK(json_object_set_new(object, name, value) == 0);
}

/* The members of an object into another: those that the shape knows in its order, then others. */
static void arrange_members(json_t *from, const struct shape *shape, json_t *into)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct member *member = &shape->members[i];
        json_t *value = json_object_get(from, member->name);
        if (value != NULL) {
            add(into, member->name, arrange_value(value, member));
        } else if (member->preset != NULL) {
            add(into, member->name, json_loads(member->preset, JSON_DECODE_ANY, NULL));
        }
    }
    if (!shape->is_strict) {
        return;
    }
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(from, name, value)
    {
        if (!is_known(shape, name)) {
            add(into, name, json_incref(value));
        }
    }
}

static json_t *arrange_object(json_t *from, const struct shape *shape)
{
    if (!json_is_object(from)) {
        return json_incref(from);
    }
    json_t *into = json_object();
    arrange_members(from, shape, into);
    return into;
}

static json_t *arrange_objects(json_t *from, const struct shape *shape)
{
    if (!json_is_object(from)) {
        return json_incref(from);
    }
    json_t *into = json_object();
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(from, name, value)
    {
        add(into, name, arrange_object(value, shape));
    }
    return into;
}

static json_t *arrange_list(json_t *from, const struct shape *shape)
{
    if (!json_is_array(from)) {
        return json_incref(from);
    }
    json_t *into = json_array();
    for (size_t i = 0; i < json_array_size(from); i++) {
        EP_CHECK(json_array_append_new(into, arrange_object(json_array_get(from, i), shape)) == 0);
    }
    return into;
}

static json_t *arrange_value(json_t *value, const struct member *member)
{
    switch (member->nesting) {
    case PLAIN:
        return json_incref(value);
    case OBJECT:
        return arrange_object(value, member->shape);
    case OBJECTS:
        return arrange_objects(value, member->shape);
    case LIST:
        return arrange_list(value, member->shape);
    }
    return NULL;
}

static json_t *empty_schema(void)
{
    return json_loads("{\"version\": \"7\", \"dialect\": \"postgresql\", \"tables\": {}, "
                      "\"enums\": {}, \"schemas\": {}, \"_meta\": {}}",
                      0, NULL);
}

json_t *ep_snapshot7_follow(json_t *previous, const char *id, const char *prev_id)
{
    json_t *from = previous == NULL ? empty_schema() : json_incref(previous);
    json_t *into = json_object();

    add(into, "id", json_string(id));
    add(into, "prevId", json_string(prev_id));
    arrange_members(from, &snapshot, into);
    add(into, "_meta", json_loads("{\"columns\": {}, \"schemas\": {}, \"tables\": {}}", 0, NULL));
    json_decref(from);
    return into;
}
