/*
 * progress.h - how far a migration came that does not run in one transaction.
 *
 * A table of our own beside the ledger, "entrypoint_progress", made when the first such
 * migration runs: a row for each of its statements that is done, or about to run outside
 * a transaction. A statement is known by its digest. The rows go in the transaction that
 * records the migration in the ledger.
 */
#ifndef EP_STEPS_PROGRESS_H
#define EP_STEPS_PROGRESS_H

#include "steps/replica.h"

/* A statement of which something is known. */
struct ep_progress_row {
    size_t statement; /* from 0 */
    const char *digest;
    bool is_done; /* false: it was about to run, outside a transaction */
};

struct ep_progress {
    struct ep_session *session;
    const char *table;  /* quoted */
    const char *ledger; /* the name of the ledger, quoted: several may share a schema */
    const char *migration;
    const struct ep_progress_row *rows; /* by statement; those found by ep_progress_open() */
    size_t row_count;
};

/*
 * Create the table where there is none and read the migration's rows, in a transaction. All
 * texts are the arena's. Errors: those of ep_replica_begin(), and the server's refusal.
 */
bool ep_progress_open(struct ep_arena *arena, struct ep_replica *replica,
                      const struct ep_ledger_table *ledger, const struct ep_migration *migration,
                      struct ep_progress *ret_progress, struct ep_error *err) EP_MUST_CHECK;

/*
 * The same in the transaction that is open. Without creates an absent table is one without rows,
 * and must not be written to.
 */
bool ep_progress_enter(struct ep_arena *arena, struct ep_session *session,
                       const struct ep_ledger_table *ledger, const struct ep_migration *migration,
                       bool creates, struct ep_progress *ret_progress,
                       struct ep_error *err) EP_MUST_CHECK;

/* The row of a statement; NULL when there is none. */
const struct ep_progress_row *ep_progress_find(const struct ep_progress *progress,
                                               size_t statement);

/* Note that a statement is about to run outside a transaction. */
bool ep_progress_intend(const struct ep_progress *progress, size_t statement, const char *digest,
                        struct ep_error *err) EP_MUST_CHECK;

/* Note that statements are done, in the transaction that is open, if one is. */
bool ep_progress_done(const struct ep_progress *progress, const struct ep_progress_row *rows,
                      size_t count, struct ep_error *err) EP_MUST_CHECK;

/* Remove the migration's rows, in the transaction that is open. */
bool ep_progress_forget(const struct ep_progress *progress, struct ep_error *err) EP_MUST_CHECK;

#endif
