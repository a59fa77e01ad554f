/*
 * apart.h - running a migration in parts: transactions of its own, and between them the
 * statements that are refused in one.
 *
 * What is done is noted (progress.h), together with the work where that is a transaction; so a
 * run that was interrupted, or failed, goes on at the statement that was not done. Of a
 * statement outside a transaction it is noted before that it is about to run: if nothing tells
 * that it came to its end (effect.h), it is run again, and an invalid index that it left
 * is dropped first.
 */
#ifndef EP_STEPS_APART_H
#define EP_STEPS_APART_H

#include "steps/extent.h"
#include "steps/progress.h"
#include "steps/watch.h"

struct ep_apart {
    struct ep_replica *replica;
    const struct ep_tier *tier;
    const struct ep_migration *migration;
    const struct ep_extent *extent;
    const struct ep_reporter *reporter;
    struct ep_watch *watch;
};

/*
 * Run all parts that are not done, with the lock held (hold.h); no transaction is open before or
 * after. The ledger's row is the caller's to write, with ep_progress_forget() in the same
 * transaction; ret_progress is the arena's.
 *
 * Errors: EP_FAULT_SQL and those of ep_session_run_chunk(), with the place in the file;
 * EP_FAULT_SOURCE when a statement that is done was edited since.
 */
bool ep_apart_run(struct ep_arena *arena, const struct ep_apart *apart,
                  struct ep_progress *ret_progress, struct ep_error *err) EP_MUST_CHECK;

#endif
