/*
 * hazard_state.h - what a run has done to relations so far; for hazard_judge.c.
 */
#ifndef EP_SQL_HAZARD_STATE_H
#define EP_SQL_HAZARD_STATE_H

#include "sql/action.h"
#include "sql/relation.h"

struct ep_hazard_column {
    const char *name;
    const struct ep_relation_column *fact; /* NULL: the database has none of that name */
    struct ep_span type;                   /* as it is by now; empty: not known */
    bool is_added;                         /* by this run */
    bool has_default;
    bool is_filled; /* by an UPDATE, or by the default that it was added with */
    struct ep_hazard_column *next;
};

/* A constraint of the run. */
struct ep_hazard_constraint {
    const char *name;   /* NULL: it has none */
    const char *column; /* that it says is not NULL, or NULL */
    bool is_valid;
    size_t transaction;
    struct ep_hazard_constraint *next;
};

struct ep_hazard_relation {
    struct ep_sql_name name;
    const struct ep_relation *fact; /* NULL: it was not asked for */
    bool is_created, is_dropped;    /* by this run */
    size_t altered_in;              /* the transaction; SIZE_MAX: none */
    struct ep_hazard_column *columns;
    struct ep_hazard_constraint *constraints;
    struct ep_hazard_relation *next;
};

struct ep_hazard_state {
    struct ep_arena *arena;
    const struct ep_relation_list *facts;
    struct ep_hazard_relation *relations; /* the newest first */
};

/* Whether two names can be those of one object: a schema that is not given may be any. */
bool ep_hazard_state_same(struct ep_sql_name a, struct ep_sql_name b);

/* The relation of that name; made of the facts when the run has not named it before. */
struct ep_hazard_relation *ep_hazard_state_find(struct ep_hazard_state *state,
                                                struct ep_sql_name name);
struct ep_hazard_relation *ep_hazard_state_create(struct ep_hazard_state *state,
                                                  struct ep_sql_name name);

/* The column of that name, of the facts or not. */
struct ep_hazard_column *ep_hazard_state_column(struct ep_hazard_state *state,
                                                struct ep_hazard_relation *relation,
                                                const char *name);
/* The first that an action names; NULL where it names none. */
struct ep_hazard_column *ep_hazard_state_first(struct ep_hazard_state *state,
                                               struct ep_hazard_relation *relation,
                                               const struct ep_sql_action *action);
/* It has this name from here on, and the old one is no fact any more. */
void ep_hazard_state_rename_column(struct ep_hazard_state *state,
                                   struct ep_hazard_relation *relation, const char *from,
                                   const char *to);

void ep_hazard_state_add_constraint(struct ep_hazard_state *state,
                                    struct ep_hazard_relation *relation,
                                    struct ep_hazard_constraint constraint);
/* The run's constraint of that name, or NULL. */
struct ep_hazard_constraint *ep_hazard_state_constraint(const struct ep_hazard_relation *relation,
                                                        const char *name);
/* A valid CHECK says that the column has no NULL. */
bool ep_hazard_state_is_proven(const struct ep_hazard_relation *relation, const char *column);
/* VALIDATE CONSTRAINT. */
void ep_hazard_state_validate(struct ep_hazard_state *state, struct ep_hazard_relation *relation,
                              const char *name);

#endif
