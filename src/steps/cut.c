#include "steps/cut.h"

/* Steps under construction. */
struct cutting {
    const struct ep_cut *cut;
    struct ep_step *steps;
    size_t count;
    bool open;          /* a transaction is */
    size_t first;       /* the number of its first extent, at least 1 */
    size_t locks;       /* that it takes */
    const char *reason; /* why the one before it ended; NULL: by itself */
};

static void add_step(struct cutting *cutting, enum ep_step_kind kind, size_t item)
{
    cutting->steps[cutting->count++] = (struct ep_step){.kind = kind, .item = item};
}

/* Where none is open nothing ends. */
static void end_transaction(struct cutting *cutting, const char *reason)
{
    if (cutting->open) {
        add_step(cutting, EP_STEP_COMMIT, 0);
        cutting->open = false;
        cutting->reason = reason;
    }
}

static void begin_transaction(struct cutting *cutting, size_t item, const struct ep_extent *extent)
{
    if (!cutting->open) {
        add_step(cutting, EP_STEP_BEGIN, item);
        cutting->steps[cutting->count - 1].reason = cutting->reason;
        cutting->open = true;
        cutting->first = extent == NULL ? 1 : extent->number;
        cutting->locks = 0;
    }
}

/* Why the transaction has to end before a migration; NULL: it need not. */
static const char *reason_to_end(const struct cutting *cutting, const struct ep_extent *extent)
{
    const struct ep_cut *cut = cutting->cut;

    if (extent == NULL || cut->transactions == EP_TRANSACTIONS_ALL) {
        return NULL;
    }
    if (cut->transactions == EP_TRANSACTIONS_EACH) {
        return "each migration has a transaction of its own";
    }
    if (extent->uses_value_of >= cutting->first) {
        return "it uses an enum value that has to be committed before";
    }
    if (cut->locks_most > 0 && cutting->locks > 0
        && cutting->locks + extent->locks > cut->locks_most) {
        return "the transaction before it holds as many locks as the server has room for "
               "(max_locks_per_transaction)";
    }
    return NULL;
}

static void add_item(struct cutting *cutting, size_t item, const struct ep_extent *extent)
{
    if (extent != NULL && extent->is_apart) {
        end_transaction(cutting, NULL);
        add_step(cutting, EP_STEP_APART, item);
        return;
    }
    const char *reason = reason_to_end(cutting, extent);
    if (reason != NULL) {
        end_transaction(cutting, reason);
    }
    begin_transaction(cutting, item, extent);
    add_step(cutting, EP_STEP_RUN, item);
    add_step(cutting, EP_STEP_RECORD, item);
    if (extent != NULL) {
        cutting->locks += extent->locks;
    }
}

void ep_cut_make(struct ep_arena *arena, const struct ep_cut *cut, const struct ep_step **ret_steps,
                 size_t *ret_count)
{
    enum { STEPS_OF_ITEM = 4, STEPS_OF_LEDGER = 4 };
    struct cutting cutting = {
        .cut = cut,
        .steps = ep_arena_array(arena, STEPS_OF_ITEM * cut->pending_count + STEPS_OF_LEDGER,
                                sizeof(struct ep_step)),
    };

    if (cut->upgrades || cut->names) {
        begin_transaction(&cutting, 0, NULL);
    }
    if (cut->upgrades) {
        add_step(&cutting, EP_STEP_UPGRADE, 0);
    }
    if (cut->names) {
        add_step(&cutting, EP_STEP_NAMES, 0);
    }
    for (size_t i = 0; i < cut->pending_count; i++) {
        size_t item = cut->pending[i];
        add_item(&cutting, item, cut->extents == NULL ? NULL : &cut->extents[item]);
    }
    end_transaction(&cutting, NULL);
    *ret_steps = cutting.steps;
    *ret_count = cutting.count;
}
