#include "sql/hazard_state.h"

#include <stdint.h>

bool ep_hazard_state_same(struct ep_sql_name a, struct ep_sql_name b)
{
    if (a.name == NULL || b.name == NULL || strcmp(a.name, b.name) != 0) {
        return false;
    }
    return a.schema == NULL || b.schema == NULL || strcmp(a.schema, b.schema) == 0;
}

static bool is_asked(struct ep_sql_name fact, struct ep_sql_name name)
{
    return ep_hazard_state_same(fact, name) && (fact.schema == NULL) == (name.schema == NULL);
}

static struct ep_hazard_relation *add_relation(struct ep_hazard_state *state,
                                               struct ep_sql_name name)
{
    struct ep_hazard_relation *relation = ep_arena_allocate(state->arena, sizeof(*relation));

    *relation =
        (struct ep_hazard_relation){.name = name, .altered_in = SIZE_MAX, .next = state->relations};
    state->relations = relation;
    return relation;
}

struct ep_hazard_relation *ep_hazard_state_find(struct ep_hazard_state *state,
                                                struct ep_sql_name name)
{
    for (struct ep_hazard_relation *at = state->relations; at != NULL; at = at->next) {
        if (ep_hazard_state_same(at->name, name)) {
            return at;
        }
    }
    struct ep_hazard_relation *relation = add_relation(state, name);
    for (size_t i = 0; i < state->facts->count; i++) {
        if (is_asked(state->facts->items[i].name, name)) {
            relation->fact = &state->facts->items[i];
        }
    }
    return relation;
}

struct ep_hazard_relation *ep_hazard_state_create(struct ep_hazard_state *state,
                                                  struct ep_sql_name name)
{
    struct ep_hazard_relation *relation = add_relation(state, name);

    relation->is_created = true;
    return relation;
}

static struct ep_hazard_column *add_column(struct ep_hazard_state *state,
                                           struct ep_hazard_relation *relation, const char *name)
{
    struct ep_hazard_column *column = ep_arena_allocate(state->arena, sizeof(*column));

    *column = (struct ep_hazard_column){.name = name, .next = relation->columns};
    relation->columns = column;
    return column;
}

struct ep_hazard_column *ep_hazard_state_column(struct ep_hazard_state *state,
                                                struct ep_hazard_relation *relation,
                                                const char *name)
{
    for (struct ep_hazard_column *at = relation->columns; at != NULL; at = at->next) {
        if (strcmp(at->name, name) == 0) {
            return at;
        }
    }
    struct ep_hazard_column *column = add_column(state, relation, name);
    for (size_t i = 0; relation->fact != NULL && i < relation->fact->column_count; i++) {
        const struct ep_relation_column *fact = &relation->fact->columns[i];
        if (strcmp(fact->name, name) == 0) {
            column->fact = fact;
            column->type = ep_span_of(fact->type);
            column->has_default = fact->has_default;
        }
    }
    return column;
}

struct ep_hazard_column *ep_hazard_state_first(struct ep_hazard_state *state,
                                               struct ep_hazard_relation *relation,
                                               const struct ep_sql_action *action)
{
    return action->column_count == 0 ? NULL
                                     : ep_hazard_state_column(state, relation, action->columns[0]);
}

void ep_hazard_state_rename_column(struct ep_hazard_state *state,
                                   struct ep_hazard_relation *relation, const char *from,
                                   const char *to)
{
    ep_hazard_state_column(state, relation, from)->name = to;
    (void)add_column(state, relation, from);
}

void ep_hazard_state_add_constraint(struct ep_hazard_state *state,
                                    struct ep_hazard_relation *relation,
                                    struct ep_hazard_constraint constraint)
{
    struct ep_hazard_constraint *added = ep_arena_allocate(state->arena, sizeof(*added));

    *added = constraint;
    added->next = relation->constraints;
    relation->constraints = added;
}

struct ep_hazard_constraint *ep_hazard_state_constraint(const struct ep_hazard_relation *relation,
                                                        const char *name)
{
    for (struct ep_hazard_constraint *at = relation->constraints; at != NULL; at = at->next) {
        if (at->name != NULL && strcmp(at->name, name) == 0) {
            return at;
        }
    }
    return NULL;
}

bool ep_hazard_state_is_proven(const struct ep_hazard_relation *relation, const char *column)
{
    for (struct ep_hazard_constraint *at = relation->constraints; at != NULL; at = at->next) {
        if (at->is_valid && at->column != NULL && strcmp(at->column, column) == 0) {
            return true;
        }
    }
    for (size_t i = 0; relation->fact != NULL && i < relation->fact->check_count; i++) {
        const struct ep_relation_check *check = &relation->fact->checks[i];
        if (check->is_valid && strcmp(check->column, column) == 0) {
            return true;
        }
    }
    return false;
}

void ep_hazard_state_validate(struct ep_hazard_state *state, struct ep_hazard_relation *relation,
                              const char *name)
{
    struct ep_hazard_constraint *own = ep_hazard_state_constraint(relation, name);

    if (own != NULL) {
        own->is_valid = true;
    }
    for (size_t i = 0; relation->fact != NULL && i < relation->fact->check_count; i++) {
        const struct ep_relation_check *check = &relation->fact->checks[i];
        if (own == NULL && strcmp(check->name, name) == 0) {
            ep_hazard_state_add_constraint(state, relation,
                                           (struct ep_hazard_constraint){.name = name,
                                                                         .column = check->column,
                                                                         .is_valid = true,
                                                                         .transaction = SIZE_MAX});
        }
    }
}
