/*
 * retry.h - a lock that was not granted: the transaction is undone and tried again whole.
 */
#ifndef EP_STEPS_RETRY_H
#define EP_STEPS_RETRY_H

#include "settings/settings.h"
#include "steps/watch.h"

struct ep_retry {
    struct ep_watch *watch; /* that was told of the refusal */
    const struct ep_settings *settings;
    const struct ep_reporter *reporter;
    int64_t count; /* retries so far */
};

/*
 * Roll back, name who has the lock (EP_EVENT_LOCK_RETRY), give them some time and clear err, which
 * holds the refusal. Returns false when lock_retries are used up: then err stays, and says who
 * has the lock. Errors besides: EP_FAULT_SIGNAL, EP_FAULT_UNAVAILABLE.
 */
bool ep_retry_again(struct ep_retry *retry, struct ep_error *err) EP_MUST_CHECK;

#endif
