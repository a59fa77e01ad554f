#include "steps/drift.h"

#include "steps/drift_table.h"

static const char *name_object(const struct ep_drift_notes *notes, const char *what,
                               const char *schema, const char *name)
{
    return ep_arena_format(notes->arena, "%s %s.%s", what, schema, name);
}

static void compare_schemas(const struct ep_drift_notes *notes, const struct ep_schema *expected,
                            const struct ep_schema *found)
{
    for (size_t i = 0; i < expected->schemas.count; i++) {
        if (!ep_names_hold(&found->schemas, expected->schemas.items[i])) {
            ep_drift_missing(
                notes, ep_arena_format(notes->arena, "schema %s", expected->schemas.items[i]));
        }
    }
}

static void compare_enums(const struct ep_drift_notes *notes, const struct ep_schema *expected,
                          const struct ep_schema *found)
{
    for (size_t i = 0; i < expected->enum_count; i++) {
        const struct ep_enumeration_type *type = &expected->enums[i];
        const struct ep_enumeration_type *other =
            ep_schema_find_enum(found, type->schema, type->name);
        const char *object = name_object(notes, "enum", type->schema, type->name);
        if (other == NULL) {
            ep_drift_missing(notes, object);
        } else {
            ep_drift_compare_names(notes, object, "values", &type->values, &other->values);
        }
    }
    for (size_t i = 0; i < found->enum_count; i++) {
        const struct ep_enumeration_type *type = &found->enums[i];
        if (ep_schema_find_enum(expected, type->schema, type->name) == NULL) {
            ep_drift_extra(notes, name_object(notes, "enum", type->schema, type->name));
        }
    }
}

static void compare_sequence(const struct ep_drift_notes *notes, const struct ep_sequence *expected,
                             const struct ep_sequence *found)
{
    const char *object = name_object(notes, "sequence", expected->schema, expected->name);

    ep_drift_compare_text(notes, object, "increment", expected->increment, found->increment);
    ep_drift_compare_text(notes, object, "minimum", expected->min, found->min);
    ep_drift_compare_text(notes, object, "maximum", expected->max, found->max);
    ep_drift_compare_text(notes, object, "start", expected->start, found->start);
    ep_drift_compare_text(notes, object, "cache", expected->cache, found->cache);
    ep_drift_compare_flag(notes, object, "cycle", expected->cycle, found->cycle);
}

static void compare_sequences(const struct ep_drift_notes *notes, const struct ep_schema *expected,
                              const struct ep_schema *found)
{
    for (size_t i = 0; i < expected->sequence_count; i++) {
        const struct ep_sequence *sequence = &expected->sequences[i];
        const struct ep_sequence *other =
            ep_schema_find_sequence(found, sequence->schema, sequence->name);
        if (other == NULL) {
            ep_drift_missing(notes,
                             name_object(notes, "sequence", sequence->schema, sequence->name));
        } else {
            compare_sequence(notes, sequence, other);
        }
    }
    for (size_t i = 0; i < found->sequence_count; i++) {
        const struct ep_sequence *sequence = &found->sequences[i];
        if (!sequence->is_minor
            && ep_schema_find_sequence(expected, sequence->schema, sequence->name) == NULL) {
            ep_drift_extra(notes, name_object(notes, "sequence", sequence->schema, sequence->name));
        }
    }
}

static const char *view_kind(const struct ep_view *view)
{
    return view->is_materialized ? "materialized view" : "view";
}

static void compare_views(const struct ep_drift_notes *notes, const struct ep_schema *expected,
                          const struct ep_schema *found)
{
    for (size_t i = 0; i < expected->view_count; i++) {
        const struct ep_view *view = &expected->views[i];
        const struct ep_view *other = ep_schema_find_view(found, view->schema, view->name);
        const char *object = name_object(notes, view_kind(view), view->schema, view->name);
        if (other == NULL) {
            ep_drift_missing(notes, object);
        } else {
            ep_drift_compare_text(notes, object, "kind", view_kind(view), view_kind(other));
        }
    }
    for (size_t i = 0; i < found->view_count; i++) {
        const struct ep_view *view = &found->views[i];
        if (!view->is_minor && ep_schema_find_view(expected, view->schema, view->name) == NULL) {
            ep_drift_extra(notes, name_object(notes, view_kind(view), view->schema, view->name));
        }
    }
}

static void compare_tables(const struct ep_drift_notes *notes, const struct ep_schema *expected,
                           const struct ep_schema *found)
{
    for (size_t i = 0; i < expected->table_count; i++) {
        const struct ep_table *table = &expected->tables[i];
        const struct ep_table *other = ep_schema_find_table(found, table->schema, table->name);
        struct ep_drift_notes about = *notes;
        about.group = ep_arena_format(notes->arena, "%s.%s", table->schema, table->name);
        if (other == NULL) {
            ep_drift_missing(&about, "table");
        } else {
            ep_drift_compare_table(&about, table, other);
        }
    }
    for (size_t i = 0; i < found->table_count; i++) {
        const struct ep_table *table = &found->tables[i];
        if (!table->is_minor
            && ep_schema_find_table(expected, table->schema, table->name) == NULL) {
            struct ep_drift_notes about = *notes;
            about.group = ep_arena_format(notes->arena, "%s.%s", table->schema, table->name);
            ep_drift_extra(&about, "table");
        }
    }
}

void ep_drift_compare(struct ep_arena *arena, const struct ep_schema *expected,
                      const struct ep_schema *found, struct ep_drift *ret_drift)
{
    struct ep_drift drift = {0};
    const struct ep_drift_notes notes = {.arena = arena, .drift = &drift, .group = ""};

    compare_schemas(&notes, expected, found);
    compare_enums(&notes, expected, found);
    if (expected->knows_sequences) {
        compare_sequences(&notes, expected, found);
    }
    if (expected->knows_views) {
        compare_views(&notes, expected, found);
    }
    compare_tables(&notes, expected, found);
    *ret_drift = drift;
}
