#include "steps/retry.h"

#include "steps/replica.h"
#include "system/clock.h"

static bool roll_back(const struct ep_retry *retry, struct ep_error *err)
{
    return ep_session_query(retry->watch->session, (struct ep_query){.sql = "ROLLBACK"},
                            EP_CLOCK_NEVER, NULL, err);
}

/* The last try has failed: it ends with the name of who stood in the way. */
static bool give_up(const struct ep_retry *retry, struct ep_error *err)
{
    struct ep_error ignored = {0};
    char blockers[EP_BLOCKERS_BYTES] = "";

    if (roll_back(retry, &ignored)) {
        ep_watch_take_blockers(retry->watch, blockers);
    }
    if (blockers[0] != '\0') {
        (void)ep_error_detail(err, "Blocked by %s", blockers);
    }
    return ep_error_hint(err, "Another session holds a lock that the migration needs: end it, or "
                              "raise [migrate] lock_timeout or lock_retries.");
}

bool ep_retry_again(struct ep_retry *retry, struct ep_error *err)
{
    const struct ep_error refusal = *err;
    int64_t shift = retry->count < 6 ? retry->count : 6;
    int64_t pause_ms = ep_clock_jitter((int64_t)100 << shift, 20);
    char blockers[EP_BLOCKERS_BYTES];

    if (retry->count >= retry->settings->migrate_lock_retries) {
        return give_up(retry, err);
    }
    *err = (struct ep_error){0};
    if (!roll_back(retry, err)) {
        return false;
    }
    ep_watch_take_blockers(retry->watch, blockers);
    retry->count++;
    ep_report(retry->reporter, EP_EVENT_LOCK_RETRY, EP_TEXT_FIELD("sqlstate", refusal.sqlstate),
              EP_TEXT_FIELD("reason", refusal.summary),
              EP_TEXT_FIELD("blocker", blockers[0] == '\0' ? NULL : blockers),
              EP_INTEGER_FIELD("pause_ms", pause_ms), EP_INTEGER_FIELD("retry", retry->count),
              EP_INTEGER_FIELD("retries", retry->settings->migrate_lock_retries));
    return ep_replica_pause(pause_ms, err);
}
