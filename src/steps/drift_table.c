#include "steps/drift_table.h"

#include "base/text.h"

#include <stdint.h>

static void note(const struct ep_drift_notes *notes, struct ep_difference difference)
{
    struct ep_drift *drift = notes->drift;

    difference.group = notes->group;
    drift->items = ep_arena_grow(notes->arena, drift->items, drift->count, sizeof(*drift->items));
    drift->items[drift->count++] = difference;
    drift->extra_count += difference.kind == EP_DIFFERENCE_EXTRA;
}

void ep_drift_missing(const struct ep_drift_notes *notes, const char *object)
{
    note(notes, (struct ep_difference){.kind = EP_DIFFERENCE_MISSING, .object = object});
}

void ep_drift_extra(const struct ep_drift_notes *notes, const char *object)
{
    note(notes, (struct ep_difference){.kind = EP_DIFFERENCE_EXTRA, .object = object});
}

void ep_drift_compare_text(const struct ep_drift_notes *notes, const char *object,
                           const char *property, const char *expected, const char *found)
{
    if (expected != NULL && found != NULL && strcmp(expected, found) != 0) {
        note(notes, (struct ep_difference){.kind = EP_DIFFERENCE_CHANGED,
                                           .object = object,
                                           .property = property,
                                           .expected = expected,
                                           .found = found});
    }
}

void ep_drift_compare_flag(const struct ep_drift_notes *notes, const char *object,
                           const char *property, bool expected, bool found)
{
    ep_drift_compare_text(notes, object, property, expected ? "yes" : "no", found ? "yes" : "no");
}

static const char *join(struct ep_arena *arena, const struct ep_names *names)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    ep_text_add_byte(&text, '(');
    for (size_t i = 0; i < names->count; i++) {
        ep_text_add(&text, i == 0 ? "" : ", ");
        ep_text_add(&text, names->items[i][0] == '\0' ? "an expression" : names->items[i]);
    }
    ep_text_add_byte(&text, ')');
    return ep_arena_copy(arena, ep_text_span(&text));
}

void ep_drift_compare_names(const struct ep_drift_notes *notes, const char *object,
                            const char *property, const struct ep_names *expected,
                            const struct ep_names *found)
{
    if (!ep_names_equal(expected, found)) {
        ep_drift_compare_text(notes, object, property, join(notes->arena, expected),
                              join(notes->arena, found));
    }
}

static const char *name_identity(char identity)
{
    return identity == 'a' ? "always" : identity == 'd' ? "by default" : "none";
}

static void compare_column(const struct ep_drift_notes *notes, const struct ep_column *expected,
                           const struct ep_column *found)
{
    const char *object = ep_arena_format(notes->arena, "column %s", expected->name);

    ep_drift_compare_text(notes, object, "type", expected->type, found->type);
    ep_drift_compare_flag(notes, object, "not null", expected->not_null, found->not_null);
    ep_drift_compare_text(notes, object, "identity", name_identity(expected->identity),
                          name_identity(found->identity));
    ep_drift_compare_flag(notes, object, "generated", expected->generated, found->generated);
    if (expected->generated == found->generated) {
        ep_drift_compare_flag(notes, object, "default", expected->has_default, found->has_default);
    }
}

static void compare_columns(const struct ep_drift_notes *notes, const struct ep_table *expected,
                            const struct ep_table *found)
{
    for (size_t i = 0; i < expected->column_count; i++) {
        const struct ep_column *column = &expected->columns[i];
        const struct ep_column *other = ep_schema_find_column(found, column->name);
        if (other == NULL) {
            ep_drift_missing(notes, ep_arena_format(notes->arena, "column %s", column->name));
        } else {
            compare_column(notes, column, other);
        }
    }
    for (size_t i = 0; i < found->column_count; i++) {
        const char *name = found->columns[i].name;
        if (ep_schema_find_column(expected, name) == NULL) {
            ep_drift_extra(notes, ep_arena_format(notes->arena, "column %s", name));
        }
    }
}

static const char *name_constraint(struct ep_arena *arena, const struct ep_constraint *constraint)
{
    static const char *const kinds[] = {
        [EP_CONSTRAINT_PRIMARY_KEY] = "primary key",
        [EP_CONSTRAINT_UNIQUE] = "unique",
        [EP_CONSTRAINT_FOREIGN_KEY] = "foreign key",
        [EP_CONSTRAINT_CHECK] = "check",
    };

    return ep_arena_format(arena, "%s %s", kinds[constraint->kind], constraint->name);
}

static bool is_same_reference(const struct ep_constraint *a, const struct ep_constraint *b)
{
    return a->kind != EP_CONSTRAINT_FOREIGN_KEY
           || (strcmp(a->to_schema, b->to_schema) == 0 && strcmp(a->to_table, b->to_table) == 0
               && ep_names_equal(&a->to_columns, &b->to_columns));
}

/* The constraint of that kind and name that is not taken yet; SIZE_MAX for none. */
static size_t find_by_name(const struct ep_table *table, const struct ep_constraint *wanted,
                           const bool *taken)
{
    for (size_t i = 0; i < table->constraint_count; i++) {
        const struct ep_constraint *constraint = &table->constraints[i];
        if (!taken[i] && constraint->kind == wanted->kind
            && (wanted->kind == EP_CONSTRAINT_PRIMARY_KEY
                || strcmp(constraint->name, wanted->name) == 0)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* The same without a name: a check has no columns by which it could be known. */
static size_t find_by_columns(const struct ep_table *table, const struct ep_constraint *wanted,
                              const bool *taken)
{
    for (size_t i = 0; i < table->constraint_count; i++) {
        const struct ep_constraint *constraint = &table->constraints[i];
        if (!taken[i] && constraint->kind == wanted->kind && wanted->kind != EP_CONSTRAINT_CHECK
            && ep_names_equal(&constraint->columns, &wanted->columns)
            && is_same_reference(constraint, wanted)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static const char *name_reference(struct ep_arena *arena, const struct ep_constraint *constraint)
{
    return ep_arena_format(arena, "%s.%s %s", constraint->to_schema, constraint->to_table,
                           join(arena, &constraint->to_columns));
}

static void compare_constraint(const struct ep_drift_notes *notes,
                               const struct ep_constraint *expected,
                               const struct ep_constraint *found)
{
    const char *object = name_constraint(notes->arena, expected);

    if (expected->kind != EP_CONSTRAINT_CHECK) {
        ep_drift_compare_names(notes, object, "columns", &expected->columns, &found->columns);
    }
    if (expected->kind == EP_CONSTRAINT_UNIQUE) {
        ep_drift_compare_flag(notes, object, "nulls not distinct", expected->nulls_not_distinct,
                              found->nulls_not_distinct);
    }
    if (expected->kind == EP_CONSTRAINT_FOREIGN_KEY) {
        ep_drift_compare_text(notes, object, "references", name_reference(notes->arena, expected),
                              name_reference(notes->arena, found));
        ep_drift_compare_text(notes, object, "on update", expected->on_update, found->on_update);
        ep_drift_compare_text(notes, object, "on delete", expected->on_delete, found->on_delete);
    }
    ep_drift_compare_flag(notes, object, "validated", true, !found->not_valid);
}

static void compare_constraints(const struct ep_drift_notes *notes, const struct ep_table *expected,
                                const struct ep_table *found)
{
    bool *taken = ep_arena_array(notes->arena, found->constraint_count, sizeof(*taken));
    bool *seen = ep_arena_array(notes->arena, expected->constraint_count, sizeof(*seen));

    /* All names first: what is left may then go by its columns. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < expected->constraint_count; i++) {
            const struct ep_constraint *constraint = &expected->constraints[i];
            if (seen[i] || (pass == 1 && !constraint->may_differ)) {
                continue;
            }
            size_t index = pass == 0 ? find_by_name(found, constraint, taken)
                                     : find_by_columns(found, constraint, taken);
            if (index != SIZE_MAX) {
                taken[index] = true;
                seen[i] = true;
                compare_constraint(notes, constraint, &found->constraints[index]);
            }
        }
    }
    for (size_t i = 0; i < expected->constraint_count; i++) {
        if (!seen[i]) {
            ep_drift_missing(notes, name_constraint(notes->arena, &expected->constraints[i]));
        }
    }
    for (size_t i = 0; i < found->constraint_count; i++) {
        if (!taken[i]) {
            ep_drift_extra(notes, name_constraint(notes->arena, &found->constraints[i]));
        }
    }
}

static size_t find_index(const struct ep_table *table, const struct ep_index *wanted,
                         const bool *taken, bool by_name)
{
    for (size_t i = 0; i < table->index_count; i++) {
        const struct ep_index *index = &table->indexes[i];
        if (!taken[i] && !index->backs_constraint
            && (by_name ? strcmp(index->name, wanted->name) == 0
                        : index->is_unique == wanted->is_unique
                              && ep_names_equal(&index->parts, &wanted->parts))) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void compare_index(const struct ep_drift_notes *notes, const struct ep_index *expected,
                          const struct ep_index *found)
{
    const char *object = ep_arena_format(notes->arena, "index %s", expected->name);

    ep_drift_compare_names(notes, object, "columns", &expected->parts, &found->parts);
    ep_drift_compare_text(notes, object, "method", expected->method, found->method);
    ep_drift_compare_flag(notes, object, "unique", expected->is_unique, found->is_unique);
    ep_drift_compare_flag(notes, object, "where", expected->has_predicate, found->has_predicate);
}

static void compare_indexes(const struct ep_drift_notes *notes, const struct ep_table *expected,
                            const struct ep_table *found)
{
    bool *taken = ep_arena_array(notes->arena, found->index_count, sizeof(*taken));
    bool *seen = ep_arena_array(notes->arena, expected->index_count, sizeof(*seen));

    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < expected->index_count; i++) {
            const struct ep_index *index = &expected->indexes[i];
            size_t at = seen[i] || (pass == 1 && !index->may_differ)
                            ? SIZE_MAX
                            : find_index(found, index, taken, pass == 0);
            if (at != SIZE_MAX) {
                taken[at] = true;
                seen[i] = true;
                compare_index(notes, index, &found->indexes[at]);
            }
        }
    }
    for (size_t i = 0; i < expected->index_count; i++) {
        if (!seen[i]) {
            ep_drift_missing(notes,
                             ep_arena_format(notes->arena, "index %s", expected->indexes[i].name));
        }
    }
    for (size_t i = 0; i < found->index_count; i++) {
        const struct ep_index *index = &found->indexes[i];
        const char *object = ep_arena_format(notes->arena, "index %s", index->name);
        if (!taken[i] && !index->backs_constraint) {
            ep_drift_extra(notes, object);
        }
        ep_drift_compare_flag(notes, object, "valid", true, !index->not_valid);
    }
}

static const struct ep_row_policy *find_policy(const struct ep_table *table, const char *name)
{
    for (size_t i = 0; i < table->policy_count; i++) {
        if (strcmp(table->policies[i].name, name) == 0) {
            return &table->policies[i];
        }
    }
    return NULL;
}

static void compare_policy(const struct ep_drift_notes *notes, const struct ep_row_policy *expected,
                           const struct ep_row_policy *found)
{
    const char *object = ep_arena_format(notes->arena, "policy %s", expected->name);

    ep_drift_compare_text(notes, object, "for", expected->command, found->command);
    ep_drift_compare_text(notes, object, "as",
                          expected->is_restrictive ? "restrictive" : "permissive",
                          found->is_restrictive ? "restrictive" : "permissive");
    if (expected->roles.count > 0) {
        ep_drift_compare_names(notes, object, "to", &expected->roles, &found->roles);
    }
    ep_drift_compare_flag(notes, object, "using", expected->has_using, found->has_using);
    ep_drift_compare_flag(notes, object, "with check", expected->has_check, found->has_check);
}

static void compare_policies(const struct ep_drift_notes *notes, const struct ep_table *expected,
                             const struct ep_table *found)
{
    ep_drift_compare_flag(notes, "row level security", "enabled", expected->row_security,
                          found->row_security);
    for (size_t i = 0; i < expected->policy_count; i++) {
        const struct ep_row_policy *policy = &expected->policies[i];
        const struct ep_row_policy *other = find_policy(found, policy->name);
        if (other == NULL) {
            ep_drift_missing(notes, ep_arena_format(notes->arena, "policy %s", policy->name));
        } else {
            compare_policy(notes, policy, other);
        }
    }
    for (size_t i = 0; i < found->policy_count; i++) {
        const char *name = found->policies[i].name;
        if (find_policy(expected, name) == NULL) {
            ep_drift_extra(notes, ep_arena_format(notes->arena, "policy %s", name));
        }
    }
}

void ep_drift_compare_table(const struct ep_drift_notes *notes, const struct ep_table *expected,
                            const struct ep_table *found)
{
    compare_columns(notes, expected, found);
    compare_constraints(notes, expected, found);
    compare_indexes(notes, expected, found);
    if (expected->knows_policies) {
        compare_policies(notes, expected, found);
    }
}
