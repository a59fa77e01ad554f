#include "source/snapshot_fields.h"

#include "format/identifier.h"

#include <ctype.h>
#include <stdint.h>

static const char *text_of(struct ep_arena *arena, const json_t *value)
{
    if (json_is_string(value)) {
        return ep_arena_copy(arena, ep_span_of(json_string_value(value)));
    }
    if (json_is_number(value)) {
        return ep_arena_format(arena, "%.0f", json_number_value(value));
    }
    return NULL;
}

const char *ep_snapshot_text(struct ep_arena *arena, const json_t *object, const char *member)
{
    return text_of(arena, json_object_get(object, member));
}

const char *ep_snapshot_name(struct ep_arena *arena, const json_t *object, const char *member)
{
    const char *text = ep_snapshot_text(arena, object, member);

    return text == NULL ? "" : ep_schema_name(arena, text);
}

const char *ep_snapshot_schema(struct ep_arena *arena, const json_t *object, const char *member)
{
    const char *name = ep_snapshot_name(arena, object, member);

    return name[0] == '\0' ? "public" : name;
}

const char *ep_snapshot_keyword(struct ep_arena *arena, const json_t *object, const char *member,
                                const char *fallback)
{
    const char *text = ep_snapshot_text(arena, object, member);

    if (text == NULL || text[0] == '\0') {
        return fallback;
    }
    char *copy = ep_arena_copy(arena, ep_span_of(text));
    for (char *at = copy; *at != '\0'; at++) {
        *at = (char)tolower((unsigned char)*at);
    }
    return copy;
}

bool ep_snapshot_is_true(const json_t *object, const char *member)
{
    return json_is_true(json_object_get(object, member));
}

bool ep_snapshot_has(const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);

    return value != NULL && !json_is_null(value);
}

static void add_text(struct ep_arena *arena, struct ep_names *names, const json_t *value)
{
    const char *text = text_of(arena, value);

    if (text != NULL) {
        ep_schema_add_name(arena, names, text);
    }
}

struct ep_names ep_snapshot_texts(struct ep_arena *arena, const json_t *object, const char *member)
{
    json_t *list = json_object_get(object, member);
    struct ep_names names = {0};
    const char *key = NULL;
    json_t *value = NULL;

    for (size_t i = 0; i < json_array_size(list); i++) {
        add_text(arena, &names, json_array_get(list, i));
    }
    json_object_foreach(list, key, value)
    {
        add_text(arena, &names, value);
    }
    return names;
}

struct ep_names ep_snapshot_names(struct ep_arena *arena, const json_t *object, const char *member)
{
    struct ep_names names = ep_snapshot_texts(arena, object, member);

    for (size_t i = 0; i < names.count; i++) {
        names.items[i] = ep_schema_name(arena, names.items[i]);
    }
    return names;
}

struct ep_names ep_snapshot_parts(struct ep_arena *arena, const json_t *index)
{
    const json_t *list = json_object_get(index, "columns");
    struct ep_names parts = {0};

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *value = json_array_get(list, i);
        const char *name = text_of(arena, value);
        if (name == NULL) {
            name = ep_snapshot_name(arena, value,
                                    ep_snapshot_has(value, "value") ? "value" : "expression");
        }
        ep_schema_add_name(
            arena, &parts,
            ep_snapshot_is_true(value, "isExpression") ? "" : ep_schema_name(arena, name));
    }
    return parts;
}

const char *ep_snapshot_type(struct ep_arena *arena, const char *type, const char *schema,
                             bool is_array, bool *ret_serial)
{
    static const struct {
        const char *serial, *type;
    } serials[] = {
        {"serial", "integer"},  {"bigserial", "bigint"}, {"smallserial", "smallint"},
        {"serial4", "integer"}, {"serial8", "bigint"},   {"serial2", "smallint"},
    };
    struct ep_span span = ep_span_of(type);
    size_t bracket = ep_span_find_byte(span, 0, '[');

    is_array = is_array || bracket != SIZE_MAX;
    const char *base = ep_arena_copy(arena, ep_span_trim(ep_span_part(span, 0, bracket)));
    if (schema[0] != '\0') {
        base = ep_arena_format(arena, "%s.%s", ep_identifier_quote(arena, schema),
                               ep_identifier_quote(arena, ep_schema_name(arena, base)));
    }
    *ret_serial = false;
    for (size_t i = 0; i < EP_COUNT_OF(serials) && !is_array; i++) {
        if (strcmp(base, serials[i].serial) == 0) {
            *ret_serial = true;
            return serials[i].type;
        }
    }
    return is_array ? ep_arena_format(arena, "%s[]", base) : base;
}

struct ep_names ep_snapshot_roles(struct ep_arena *arena, const json_t *policy, const char *member)
{
    static const char *const relative[] = {"current_user", "current_role", "session_user"};
    struct ep_names roles = ep_snapshot_names(arena, policy, member);

    for (size_t i = 0; i < EP_COUNT_OF(relative); i++) {
        if (ep_names_hold(&roles, relative[i])) {
            return (struct ep_names){0};
        }
    }
    ep_names_sort(&roles);
    return roles;
}

char ep_snapshot_identity(const json_t *column)
{
    const char *type =
        json_string_value(json_object_get(json_object_get(column, "identity"), "type"));

    if (type == NULL) {
        return '\0';
    }
    return strcmp(type, "always") == 0 ? 'a' : 'd';
}

bool ep_snapshot_may_differ(const json_t *object)
{
    return json_is_false(json_object_get(object, "nameExplicit"));
}

void ep_snapshot_index(struct ep_arena *arena, const json_t *index, struct ep_table *table)
{
    struct ep_index *added = ep_schema_add_index(arena, table);

    added->name = ep_snapshot_name(arena, index, "name");
    added->may_differ = ep_snapshot_may_differ(index);
    added->parts = ep_snapshot_parts(arena, index);
    added->method = ep_snapshot_keyword(arena, index, "method", NULL);
    added->is_unique = ep_snapshot_is_true(index, "isUnique");
    added->has_predicate = ep_snapshot_has(index, "where");
}

void ep_snapshot_policy(struct ep_arena *arena, const json_t *policy, const char *roles,
                        struct ep_table *table)
{
    struct ep_row_policy *added = ep_schema_add_policy(arena, table);
    const char *as = ep_snapshot_keyword(arena, policy, "as", "permissive");

    added->name = ep_snapshot_name(arena, policy, "name");
    added->command = ep_snapshot_keyword(arena, policy, "for", "all");
    added->is_restrictive = strcmp(as, "restrictive") == 0;
    added->roles = ep_snapshot_roles(arena, policy, roles);
    added->has_using = ep_snapshot_has(policy, "using");
    added->has_check = ep_snapshot_has(policy, "withCheck");
}
