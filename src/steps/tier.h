/*
 * tier.h - the folders that share one ledger: they are migrated together, one
 * tier after the other.
 */
#ifndef EP_STEPS_TIER_H
#define EP_STEPS_TIER_H

#include "ledger/ledger.h"
#include "settings/settings.h"
#include "source/source.h"

struct ep_tier {
    struct ep_ledger_table ledger;
    struct ep_migration_list
        migrations; /* in execution order; hashes of line endings are filled in */
};

struct ep_tier_list {
    const struct ep_tier *items;
    size_t count;
};

/*
 * Read the folders of the setting dirs, and make tiers of those that stand side
 * by side and share a ledger. None where the setting is empty.
 *
 * Errors: those of ep_source_read(); EP_FAULT_CONFIG when a ledger comes again behind another one.
 */
bool ep_tier_list_read(struct ep_arena *arena, const struct ep_settings *settings,
                       const struct ep_reporter *reporter, struct ep_tier_list *ret_tiers,
                       struct ep_error *err) EP_MUST_CHECK;

#endif
