/*
 * mark.h - recording migrations as applied without running them.
 *
 * For a database that has what they do already: one built by "drizzle-kit push",
 * or one in which somebody did it by hand. The rows are those that Drizzle would
 * write. Takes the locks that migrating takes; all of the rows are
 * written, or none.
 */
#ifndef EP_STEPS_MARK_H
#define EP_STEPS_MARK_H

#include "settings/settings.h"
#include "source/migration.h"
#include "steps/state.h"

struct ep_mark {
    const struct ep_conninfo *conninfo;
    const struct ep_settings *settings;
    const struct ep_state_request *state;
    const char *const *tags; /* which; NULL: every one that is not recorded */
    size_t tag_count;
    const struct ep_reporter *reporter;
};

/* Of the arena, in the order of the tiers and of their lists. */
struct ep_marked {
    const struct ep_migration **items;
    size_t count;
};

/*
 * Wait for a login and record. Policies of migrating are not asked: what is
 * marked is known to be unusual.
 *
 * Errors: EP_FAULT_USAGE for a tag that no migration has, or more than one, before
 * connecting, and for one that is recorded already; those of ep_wait() and
 * ep_migrate_run() otherwise, EP_FAULT_SQL excepted.
 */
bool ep_mark_run(struct ep_arena *arena, const struct ep_mark *mark, struct ep_marked *ret_marked,
                 struct ep_error *err) EP_MUST_CHECK;

#endif
