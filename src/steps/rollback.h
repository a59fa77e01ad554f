/*
 * rollback.h - undoing the newest migrations, with the SQL that somebody wrote for that.
 *
 * The newest are the last of the last tier. All of it is one transaction, under the
 * locks that migrating takes: either all of the chosen migrations are undone and their
 * rows gone, or nothing has changed. What cannot be undone is found out before
 * anything is sent.
 */
#ifndef EP_STEPS_ROLLBACK_H
#define EP_STEPS_ROLLBACK_H

#include "settings/settings.h"
#include "steps/state.h"

struct ep_rollback {
    const struct ep_conninfo *conninfo;
    const struct ep_settings *settings;
    const struct ep_state_request *state;
    size_t steps;   /* how many; 0: as to says */
    const char *to; /* everything behind the migration of this tag; NULL: as steps says */
    const struct ep_reporter *reporter;
};

/*
 * Wait for a login and undo.
 *
 * Errors: EP_FAULT_USAGE for a tag that no applied migration has, or more than one, and for more
 * steps than there are applied migrations; EP_FAULT_SOURCE for companions that are missing or not
 * possible (companion.h), and where the database has newer migrations than this image;
 * EP_FAULT_SQL with the place in the companion; those of ep_wait() and ep_replica_lock().
 */
bool ep_rollback_run(struct ep_arena *arena, const struct ep_rollback *rollback,
                     struct ep_error *err) EP_MUST_CHECK;

#endif
