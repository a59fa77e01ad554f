/*
 * cut.h - what is pending, put into steps: where a transaction begins and where it ends.
 *
 * A pure function. What needs a cut: a migration that is apart (extent.h), a use of an enum value
 * that an earlier migration of the same transaction adds, transactions = each, and more
 * locks than the server has room for. With transactions = all nothing is cut.
 */
#ifndef EP_STEPS_CUT_H
#define EP_STEPS_CUT_H

#include "steps/extent.h"

enum ep_step_kind {
    EP_STEP_BEGIN,
    EP_STEP_UPGRADE, /* the ledger's table becomes one of version 1 */
    EP_STEP_NAMES,   /* rows without a name are given theirs */
    EP_STEP_RUN,     /* the migration's chunks */
    EP_STEP_RECORD,  /* its ledger row */
    EP_STEP_COMMIT,
    EP_STEP_APART /* a migration in parts, its row and all, in transactions of its own (extent.h) */
};

struct ep_step {
    enum ep_step_kind kind;
    size_t item;        /* with RUN, RECORD and APART, and BEGIN with a reason: index into items */
    const char *reason; /* with BEGIN: why a transaction ended before it; NULL with the first */
};

struct ep_cut {
    enum ep_transactions transactions;
    size_t locks_most;     /* of one transaction; 0: no limit is known */
    bool upgrades, names;  /* whether the ledger needs these steps */
    const size_t *pending; /* indices of items, in order */
    size_t pending_count;
    const struct ep_extent *extents; /* of all items, those of pending ones measured; NULL: unknown,
                                        all is one transaction */
};

/* ret_steps is the arena's; no steps when there is nothing to do. */
void ep_cut_make(struct ep_arena *arena, const struct ep_cut *cut, const struct ep_step **ret_steps,
                 size_t *ret_count);

#endif
