/*
 * check.h - does the database still look like what its migrations describe?
 *
 * For each folder the newest applied migration counts, and its snapshot alone: an
 * older one would show as drift what later migrations did. Two round trips after the
 * login, whatever the size: the ledgers, then the catalogs. Nothing is locked or written.
 */
#ifndef EP_STEPS_CHECK_H
#define EP_STEPS_CHECK_H

#include "steps/drift.h"
#include "steps/state.h"

struct ep_check_request {
    const struct ep_conninfo *conninfo;
    const struct ep_settings *settings;
    const struct ep_state_request *state;
    const struct ep_reporter *reporter;
};

/* Of one folder of Drizzle's. */
struct ep_check_source {
    const char *folder;
    const struct ep_migration *newest; /* applied; NULL: none is */
    size_t pending_count;              /* of its migrations; they are not looked at */
    const char *snapshot;              /* its path */
    long version;                      /* of its format */
    const char *reason;                /* why it cannot be checked; NULL: it was */
};

struct ep_check {
    const struct ep_check_source *sources;
    size_t source_count;
    size_t unchecked_count;    /* of sources that have a reason */
    size_t table_count;        /* of the snapshots */
    const char *types_refused; /* why no types were compared; NULL: they were */
    struct ep_drift drift;     /* without what is extra, if a source was not checked */
};

/*
 * Wait for a login, read and compare. Texts are the arena's.
 *
 * Errors: those of ep_wait() and ep_state_read(); EP_FAULT_UNAVAILABLE while a replica
 * migrates. That a snapshot is missing or stale is no error here, but a reason.
 */
bool ep_check_run(struct ep_arena *arena, const struct ep_check_request *request,
                  struct ep_check *ret_check, struct ep_error *err) EP_MUST_CHECK;

#endif
