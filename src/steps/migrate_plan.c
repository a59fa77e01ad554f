#include "steps/migrate.h"
#include "system/clock.h"

bool ep_migrate_plan(struct ep_arena *arena, const struct ep_migrate *migrate,
                     const struct ep_tier *tier, const struct ep_ledger *ledger,
                     struct ep_plan *ret_plan, struct ep_error *err)
{
    const struct ep_plan_policies policies = {
        .edited = migrate->only_shown ? EP_POLICY_WARN : migrate->settings->migrate_edited,
        .ahead = migrate->settings->migrate_ahead,
        .out_of_order = migrate->settings->migrate_out_of_order,
        .now = ep_clock_unix_ms(),
        .only_shown = migrate->only_shown,
    };
    struct ep_match match;
    const size_t *mismatches = NULL;
    size_t count = 0;

    ep_match_make(arena, &tier->migrations, ledger, &match);
    ep_match_find_mismatches(arena, &tier->migrations, &match, &mismatches, &count);
    bool made = true;
    for (size_t i = 0; i < count && made; i++) {
        made = ep_migration_hash_line_endings(arena, &tier->migrations.items[mismatches[i]], err);
    }
    made = made && ep_plan_make(arena, &tier->migrations, ledger, &match, &policies, ret_plan, err);
    for (size_t i = 0; i < count; i++) { /* the migrations live longer than the arena */
        struct ep_migration *migration = &tier->migrations.items[mismatches[i]];
        migration->hash_lf = migration->hash_crlf = NULL;
    }
    return made;
}
