/*
 * status.h - what is applied and what is pending, to be shown: nothing is locked
 * and nothing is written. Needs USAGE on the ledger's schema and SELECT on the
 * ledger.
 */
#ifndef EP_STEPS_STATUS_H
#define EP_STEPS_STATUS_H

#include "steps/state.h"
#include "steps/survey.h"

struct ep_status_request {
    const struct ep_conninfo *conninfo;
    const struct ep_settings *settings;
    const struct ep_state_request *state;
    const struct ep_reporter *reporter;
    bool looks_ahead; /* for plan: what is pending is cut into transactions, and surveyed */
};

/* Of one tier. */
struct ep_status {
    const char *table;          /* the ledger's, quoted */
    enum ep_ledger_shape shape; /* EP_LEDGER_ABSENT: nothing was ever applied */
    struct ep_plan plan;        /* made with only_shown */
};

struct ep_status_list {
    const struct ep_status *items;
    size_t count;
    struct ep_survey survey;           /* with looks_ahead */
    const struct ep_pending *pendings; /* as many as items */
};

/*
 * Wait for a login, read the ledgers and make the plans, which are the arena's.
 *
 * Errors: those of ep_wait() and ep_state_read(); EP_FAULT_SOURCE when a file
 * cannot be read again; EP_FAULT_UNAVAILABLE while a replica, or a Drizzle, migrates and
 * has the ledger locked.
 */
bool ep_status_read(struct ep_arena *arena, const struct ep_status_request *request,
                    struct ep_status_list *ret_list, struct ep_error *err) EP_MUST_CHECK;

#endif
