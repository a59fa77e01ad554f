/*
 * pending.h - what the pending migrations of one tier demand of transactions, measured once
 * in a run, and the plan cut accordingly.
 */
#ifndef EP_STEPS_PENDING_H
#define EP_STEPS_PENDING_H

#include "steps/plan.h"

struct ep_pending {
    struct ep_arena *arena;    /* that outlives the plans */
    struct ep_extent *extents; /* as many as the tier has migrations */
    struct ep_extent_measure measure;
    size_t locks_most; /* of one transaction; 0: no limit is known */
};

void ep_pending_init(struct ep_arena *arena, size_t migration_count,
                     enum ep_transactions transactions, int server_version,
                     struct ep_pending *ret_pending);

/*
 * Read the files of what is pending and was not measured yet, then make the steps of the plan.
 *
 * Errors: those of ep_script_load(), ep_explain_check() and ep_extent_measure().
 */
bool ep_pending_cut(struct ep_arena *arena, struct ep_pending *pending, struct ep_plan *plan,
                    struct ep_error *err) EP_MUST_CHECK;

#endif
