/*
 * migrate.h - applying what is pending, once, whatever else is going on.
 *
 *     lock      the advisory lock, asked for until replica_timeout
 *     read      the state again, if somebody else held it meanwhile
 *     survey    hazards (survey.h), when anything is pending
 *     hook      before_migrate, when anything is pending
 *     create    the ledger's schema and table, if absent
 *     begin     a transaction: time limits, ACCESS EXCLUSIVE on the ledger (a
 *               Drizzle started now waits), its rows read once more, a new plan
 *     run       each migration's chunks, then its row
 *     commit    as a message of its own, so that no interruption can leave the
 *               server committing behind our back
 *     discard   what the migrations set in the session, and the lock
 *
 * What is pending shares one transaction unless something demands a cut (cut.h); a migration
 * that holds what PostgreSQL refuses in a transaction runs by itself, in parts (apart.h).
 * Behind a cut what is left is planned anew, if the ledger has changed.
 *
 * A lock that is not granted in time, or a deadlock, undoes the transaction, which
 * is tried again whole. While this runs signals are noted (signals.h): the
 * statement is cancelled and the server rolls back.
 *
 * A migration that commits by itself is told and carried on with, each statement
 * then being its own transaction, as under Drizzle; one that rolls back is an
 * error: never a row for work that was undone.
 */
#ifndef EP_STEPS_MIGRATE_H
#define EP_STEPS_MIGRATE_H

#include "steps/hook.h"
#include "steps/plan.h"
#include "steps/state.h"

struct ep_migrate {
    struct ep_session *session;
    const struct ep_settings *settings;
    const struct ep_state_request *request;
    const struct ep_reporter *reporter;
    struct ep_hooks *hooks; /* NULL: none; learns what happens */
    bool closes;            /* the session is of no use afterwards: it is not made as new */
    bool only_shown;        /* for ep_migrate_plan(): nothing is refused, see plan.h */
};

/*
 * The plan of one tier for a state; reads the files again whose hash differs, to see whether
 * only line endings do. Errors: EP_FAULT_SOURCE.
 */
bool ep_migrate_plan(struct ep_arena *arena, const struct ep_migrate *migrate,
                     const struct ep_tier *tier, const struct ep_ledger *ledger,
                     struct ep_plan *ret_plan, struct ep_error *err) EP_MUST_CHECK;

/*
 * Apply everything pending, one tier after the other, all under one lock: those behind one
 * that fails are not begun. state is what was read when the plan was found to
 * have pending migrations. ret_applied is how many this call applied: fewer
 * when another replica was faster.
 *
 * Errors: EP_FAULT_SQL with the place in the file; EP_FAULT_SOURCE;
 * EP_FAULT_DENIED; EP_FAULT_HOOK; EP_FAULT_UNAVAILABLE (replica or lock not granted in time,
 * session lost); EP_FAULT_SIGNAL. After any of them the session is of no further use.
 */
bool ep_migrate_run(const struct ep_migrate *migrate, const struct ep_state *state,
                    size_t *ret_applied, struct ep_error *err) EP_MUST_CHECK;

#endif
