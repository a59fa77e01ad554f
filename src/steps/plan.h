/*
 * plan.h - what is to be done, decided from facts alone.
 *
 * A pure function: migrations, ledger rows and policies in, the state of each
 * migration and a list of steps out. No server, no clock, no file. The same
 * plan is shown and executed, and made anew under the lock.
 *
 * Which row stands for which migration is match.h's. Drizzle itself sees less:
 * 0.x only looks at the greatest created_at and runs what is later, 1.x only at
 * names. Where it would do something else the plan says so: an unapplied
 * migration of a journal that is not later is what Drizzle 0.x skips silently
 * for ever ("out of order"); an applied one that is later is what it would run a
 * second time; a row without a name is what Drizzle 1.x would run a second time,
 * and is given its name.
 */
#ifndef EP_STEPS_PLAN_H
#define EP_STEPS_PLAN_H

#include "ledger/ledger.h"
#include "settings/settings.h"
#include "steps/cut.h"
#include "steps/match.h"

struct ep_plan_policies {
    enum ep_policy edited, ahead;
    enum ep_out_of_order out_of_order;
    int64_t
        now; /* the time of day, milliseconds since 1970; 0: unknown, nothing is in the future */
    bool only_shown; /* the plan is not executed: what would be refused is a note, not an error */
    enum ep_transactions transactions;
    size_t locks_most; /* of one transaction; 0: no limit is known */
};

enum ep_plan_state { EP_PLAN_APPLIED, EP_PLAN_PENDING, EP_PLAN_SKIPPED };

struct ep_plan_item {
    const struct ep_migration *migration;
    enum ep_plan_state state;
    const struct ep_ledger_row *row; /* that says so; NULL unless APPLIED */
    bool edited;                     /* the row has another hash, by more than line endings */
    bool line_endings_differ;        /* the row has another hash, by these alone */
    bool out_of_order;               /* unapplied although later ones are applied */
    bool runs_again;                 /* applied, but Drizzle 0.x would run it a second time */
    bool in_future;                  /* its "when" is */
    bool renamed;                    /* a numbered file: the row has another name */
};

/* A row that is to be given its name: what ep_ledger_name() takes. */
struct ep_plan_name {
    const char *name_and_id[2];
};

/* Something the operator should know; migration NULL: not about one. */
struct ep_plan_note {
    const struct ep_migration *migration;
    const char *text;
};

struct ep_plan {
    struct ep_plan_item *items; /* as many as migrations, in their order */
    size_t item_count;
    size_t applied_count, pending_count;
    const struct ep_step *steps; /* none when there is nothing to do */
    size_t step_count;
    bool upgrades;                    /* the table is of version 0 and must be of version 1 */
    const struct ep_plan_name *names; /* rows that get one */
    size_t name_count;
    const struct ep_plan_note *notes;
    size_t note_count;
    /* Rows that belong to no migration here: another image's, deleted files', another project's. */
    const struct ep_ledger_row *const *unknown;
    size_t unknown_count;
    int64_t unknown_newest;   /* the greatest created_at among them */
    const char *unknown_last; /* of numbered files, the last name; NULL of Drizzle's */
    bool unknown_is_newer;    /* all of them are newer than all known rows: an older image runs */
};

/*
 * Make the plan from the match of migrations and ledger. Migrations whose hash_lf or hash_crlf is
 * the row's hash are not edited.
 *
 * Errors: EP_FAULT_SOURCE where a policy says "fail": every migration that
 * breaks it is named, up to five; and where a table of version 0 has to be upgraded
 * but holds rows that no migration explains, which Drizzle refuses as well; and where a table
 * of numbers is to record two files of the same number. None with only_shown.
 */
bool ep_plan_make(struct ep_arena *arena, const struct ep_migration_list *migrations,
                  const struct ep_ledger *ledger, const struct ep_match *match,
                  const struct ep_plan_policies *policies, struct ep_plan *ret_plan,
                  struct ep_error *err) EP_MUST_CHECK;

/*
 * Make the steps of a plan anew, from what its pending migrations demand: extents has as many as
 * the plan has items, those of pending ones measured. Without this the steps are those of one
 * transaction. What needs a cut: a migration that is apart, a use of an enum value that an
 * earlier migration of the same transaction adds, transactions = each, and more locks than
 * locks_most. With transactions = all nothing is cut.
 */
void ep_plan_cut(struct ep_arena *arena, const struct ep_plan_policies *policies,
                 const struct ep_extent *extents, struct ep_plan *plan);

/* Whether a ledger that does not exist yet has to be of version 1. */
enum ep_ledger_shape ep_plan_new_shape(const struct ep_migration_list *migrations);

#endif
