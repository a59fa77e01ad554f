/*
 * apply.h - the SQL of one migration, and its row.
 */
#ifndef EP_STEPS_APPLY_H
#define EP_STEPS_APPLY_H

#include "ledger/ledger.h"
#include "steps/extent.h"
#include "steps/tolerance.h"
#include "steps/watch.h"

struct ep_apply {
    struct ep_session *session;
    const struct ep_ledger_table *table;
    const struct ep_ledger *ledger; /* what is known of it */
    const struct ep_reporter *reporter;
    struct ep_watch *watch;
    const char *transaction_id;           /* of the transaction that was begun for it */
    bool own_transaction;                 /* out: the migration has committed by itself */
    const struct ep_tolerance *tolerance; /* NULL: nothing is tolerated */
    size_t deferred; /* out: statements that are left to the next start: it is no row's */
    bool prepared;   /* out: it has left the transaction prepared on the server */
};

/*
 * Run a migration's chunks in the open transaction, without the BEGIN and COMMIT that may
 * stand around all of it. A chunk that leaves it is
 * noticed: by COMMIT, which is told and sets own_transaction; by ROLLBACK and
 * PREPARE TRANSACTION, which are errors.
 *
 * Errors: EP_FAULT_SQL and the others of ep_session_run_chunk(), with the place in the
 * file; EP_FAULT_SOURCE from ep_script_load().
 */
bool ep_apply_run(struct ep_apply *apply, const struct ep_migration *migration,
                  const struct ep_extent *extent, struct ep_error *err) EP_MUST_CHECK;

/*
 * Insert the migration's row. After a migration of its own transactions the row
 * is committed as well: nothing is open when this returns.
 */
bool ep_apply_record(struct ep_apply *apply, const struct ep_migration *migration,
                     int64_t elapsed_ms, struct ep_error *err) EP_MUST_CHECK;

#endif
