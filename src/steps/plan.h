/*
 * plan.h - what is to be done, decided from facts alone.
 *
 * A pure function: migrations, ledger rows and policies in, the state of each
 * migration and a list of steps out. No server, no clock, no file. The same
 * plan is shown and executed, and made anew under the lock.
 *
 * A migration was applied when a ledger row says so, rows being given out one
 * to one, in this order:
 *
 *   1  created_at is its "when" and the hash is the same
 *   2  created_at is its "when": the file was edited since
 *   3  the name is the one that drizzle-kit's "up" gives it (tables of version 1)
 *   4  created_at is its "when" in whole seconds, same hash (rows of Drizzle 1.x)
 *   5  the hash is the same, whatever created_at
 *
 * Drizzle 0.x itself only looks at the greatest created_at and runs what is
 * later. Where the two disagree the plan says so: an unapplied migration that
 * is not later is what Drizzle skips silently for ever ("out of order"), an
 * applied one that is later is what Drizzle would run a second time.
 */
#ifndef EP_STEPS_PLAN_H
#define EP_STEPS_PLAN_H

#include "ledger/drizzle.h"
#include "settings/settings.h"

struct ep_plan_policies {
    enum ep_policy edited, ahead;
    enum ep_out_of_order out_of_order;
};

enum ep_plan_state { EP_PLAN_APPLIED, EP_PLAN_PENDING, EP_PLAN_SKIPPED };

struct ep_plan_item {
    const struct ep_migration *migration;
    enum ep_plan_state state;
    const struct ep_ledger_row *row; /* that says so; NULL unless APPLIED */
    bool edited;                     /* the row has another hash, by more than line endings */
    bool out_of_order;               /* Drizzle would never run it */
};

enum ep_step_kind {
    EP_STEP_BEGIN,
    EP_STEP_RUN,    /* the migration's chunks */
    EP_STEP_RECORD, /* its ledger row */
    EP_STEP_COMMIT
};

struct ep_step {
    enum ep_step_kind kind;
    size_t item; /* with RUN and RECORD: index into items */
};

/* Something the operator should know about one migration. */
struct ep_plan_note {
    const char *tag;
    const char *text;
};

struct ep_plan {
    struct ep_plan_item *items; /* as many as migrations, in their order */
    size_t item_count;
    size_t applied_count, pending_count;
    const struct ep_step *steps; /* none when nothing is pending */
    size_t step_count;
    const struct ep_plan_note *notes;
    size_t note_count;
    /* Rows that belong to no migration here: another image's, or deleted files'. */
    size_t unknown_count;
    int64_t unknown_newest; /* the greatest created_at among them */
};

/*
 * The indices of the migrations whose row has another hash, for
 * ep_migration_hash_line_endings(): only these need their files read again.
 */
void ep_plan_find_mismatches(struct ep_arena *arena, const struct ep_migration_list *migrations,
                             const struct ep_ledger *ledger, const size_t **ret_indices,
                             size_t *ret_count);

/*
 * Make the plan. Migrations whose hash_lf or hash_crlf is the row's hash are not edited.
 *
 * Errors: EP_FAULT_SOURCE where a policy says "fail": every migration that
 * breaks it is named, up to five.
 */
bool ep_plan_make(struct ep_arena *arena, const struct ep_migration_list *migrations,
                  const struct ep_ledger *ledger, const struct ep_plan_policies *policies,
                  struct ep_plan *ret_plan, struct ep_error *err) EP_MUST_CHECK;

#endif
