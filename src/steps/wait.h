/*
 * wait.h - until PostgreSQL answers a login, or waiting is pointless.
 *
 * Every round tries each address of each host in order, each for at most five
 * seconds, until one accepts a login. What a failure means decides whether there
 * is another round (failure.h, patience.h); how long the pause is depends on
 * whether anybody answered: nothing listening is asked often, a server that
 * said no is spared.
 *
 * Reports EP_EVENT_WAITING at the first failure and at each change of reason,
 * EP_EVENT_STILL_WAITING every ten seconds, EP_EVENT_CONNECTED at the end.
 */
#ifndef EP_STEPS_WAIT_H
#define EP_STEPS_WAIT_H

#include "postgres/session.h"
#include "steps/examination.h"

struct ep_wait {
    const struct ep_conninfo *conninfo;
    int64_t timeout_ms; /* from now, on the monotonic clock; 0 tries once */
    const struct ep_reporter *reporter;
    struct ep_examination *examination; /* to finish after the first try; NULL: there is none */
};

/*
 * Errors: EP_FAULT_UNAVAILABLE when the timeout passed and the last reason was
 * transient; EP_FAULT_DENIED, EP_FAULT_CONFIG when the reason is final, or would
 * have been had there been time; EP_FAULT_SIGNAL when a signal was noted (see
 * signals.h; with phase "leave" the process is gone before). The summary is
 * "could not connect to <address>: <reason>", the detail says how long and how
 * often was tried, SQLSTATE is set where the server gave one. Those of the examination too.
 */
bool ep_wait(const struct ep_wait *wait, struct ep_session **ret_session,
             struct ep_error *err) EP_MUST_CHECK;

#endif
