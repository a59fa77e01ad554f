/*
 * batch.h - whole migrations and their rows on their way at once, in the open transaction.
 *
 * The statements of the files travel one by one in a pipeline: each is refused for itself, so an
 * error still has its place, and of a transaction that fails nothing stays. What is in flight
 * is bounded by its size.
 *
 * Only migrations whose extent is_plain may be sent so. The file's own division into chunks has
 * no meaning here.
 */
#ifndef EP_STEPS_BATCH_H
#define EP_STEPS_BATCH_H

#include "ledger/ledger.h"
#include "steps/extent.h"
#include "steps/watch.h"

/* One statement that was sent and is not answered. */
struct ep_batch_entry {
    const struct ep_migration *migration;
    const struct ep_extent *extent;
    int64_t *elapsed_ms; /* of the migration; with its row, else NULL */
    bool is_ours;        /* the row in the ledger, or the name of the session */
    size_t offset, size; /* bytes of the file */
    size_t number;       /* of the statement, from 0 */
    size_t cost;         /* bytes in flight */
};

struct ep_batch {
    struct ep_session *session;
    const struct ep_ledger_table *table;
    const struct ep_ledger *ledger;
    struct ep_watch *watch;
    const struct ep_reporter *reporter;
    bool open;   /* a pipeline is */
    bool closed; /* it is, for what is to be sent */
    struct ep_batch_entry *entries;
    size_t first, count, capacity; /* those that are not answered */
    size_t in_flight, unpushed;    /* bytes */
    int64_t since_ms;              /* when the last row was answered */
};

/* Whether a migration may be sent with others. */
bool ep_batch_fits(const struct ep_batch *batch, const struct ep_migration *migration,
                   const struct ep_extent *extent);

/*
 * Send a migration and its row. ret_elapsed_ms is set when they are answered; it, the migration and
 * the extent must stay up to ep_batch_finish().
 *
 * Errors: those of ep_script_load(), and of whatever was sent before: EP_FAULT_SQL with the
 * place in the file, EP_FAULT_UNAVAILABLE, EP_FAULT_SIGNAL.
 */
bool ep_batch_add(struct ep_batch *batch, const struct ep_migration *migration,
                  const struct ep_extent *extent, int64_t *ret_elapsed_ms,
                  struct ep_error *err) EP_MUST_CHECK;

/*
 * Give the session the name that others see: "entrypoint: applying 0003_x 4/9", up to the end of
 * the transaction. To be called before the migration is added. Errors: as ep_batch_add().
 */
bool ep_batch_name(struct ep_batch *batch, const struct ep_migration *migration, size_t number,
                   size_t count, struct ep_error *err) EP_MUST_CHECK;

/* Await all answers; nothing to do when nothing was sent. Errors: as ep_batch_add(). */
bool ep_batch_finish(struct ep_batch *batch, struct ep_error *err) EP_MUST_CHECK;

/* Forget what was sent, and the memory. */
void ep_batch_clear(struct ep_batch *batch);

#endif
