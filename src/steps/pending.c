#include "steps/pending.h"

#include "steps/explain.h"

void ep_pending_init(struct ep_arena *arena, size_t migration_count,
                     enum ep_transactions transactions, int server_version,
                     struct ep_pending *ret_pending)
{
    *ret_pending = (struct ep_pending){
        .arena = arena,
        .extents = ep_arena_array(arena, migration_count, sizeof(struct ep_extent)),
        .measure = {.arena = arena, .transactions = transactions, .server_version = server_version},
    };
}

static bool measure(struct ep_pending *pending, const struct ep_migration *migration,
                    struct ep_extent *extent, struct ep_error *err)
{
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
    struct ep_script script = {0};

    return ep_script_load(&scratch, migration, &script, err)
           && ep_explain_check(migration, &script, err)
           && ep_extent_measure(&pending->measure, migration, &script, extent, err);
}

bool ep_pending_cut(struct ep_arena *arena, struct ep_pending *pending, struct ep_plan *plan,
                    struct ep_error *err)
{
    const struct ep_plan_policies policies = {
        .transactions = pending->measure.transactions,
        .locks_most = pending->locks_most,
    };

    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan->items[i].state == EP_PLAN_PENDING && !pending->extents[i].is_measured
            && !measure(pending, plan->items[i].migration, &pending->extents[i], err)) {
            return false;
        }
    }
    ep_plan_cut(arena, &policies, pending->extents, plan);
    return true;
}
