/*
 * replica.h - taking turns with other replicas: the advisory lock and the
 * transactions under it.
 *
 * Directly connected, ep_replica_lock() takes the session's lock once and the
 * transactions need none of their own. Through a pooler each transaction takes
 * the transaction's lock as it begins; for what runs outside of transactions a second
 * session holds it, in a transaction that does nothing else.
 */
#ifndef EP_STEPS_REPLICA_H
#define EP_STEPS_REPLICA_H

#include "settings/settings.h"
#include "steps/state.h"

struct ep_replica {
    struct ep_session *session;
    const struct ep_settings *settings;
    const struct ep_reporter *reporter;
    struct ep_session *holder; /* the second session, while ep_hold_lock() is in force (hold.h) */
    bool pooled;
    bool waited;         /* out: another replica had the lock; what was read before is old */
    size_t lock_room;    /* out, by ep_turn_begin(): locks that the server has room for */
    int64_t deadline_ms; /* replica_timeout, on ep_clock_ms() */
    int64_t report_ms;   /* when to say again for whom we wait; 0: at once */
    int64_t pause_ms;    /* the next pause; 0: the shortest */
};

/*
 * Take the session's lock, asking until the deadline; nothing to do through a
 * pooler. Reports EP_EVENT_LOCK_WAIT at first and every ten seconds.
 *
 * Errors: EP_FAULT_UNAVAILABLE, EP_FAULT_SIGNAL.
 */
bool ep_replica_lock(struct ep_replica *replica, struct ep_error *err) EP_MUST_CHECK;

/*
 * Begin a transaction with the time limits of the settings, and through a pooler
 * with the lock. Errors: as ep_replica_lock(), and the server's refusal.
 */
bool ep_replica_begin(struct ep_replica *replica, struct ep_error *err) EP_MUST_CHECK;

/*
 * The same with queries of the transaction behind it, in one flight where there is no pooler.
 * Refusals of these are the caller's to look for; the results must be released.
 */
bool ep_replica_begin_with(struct ep_replica *replica, const struct ep_query *queries, size_t count,
                           struct ep_result *ret_results[], struct ep_error *err) EP_MUST_CHECK;

/*
 * Somebody else is at it: report it now and then, and sleep a moment.
 *
 * Errors: EP_FAULT_UNAVAILABLE when the deadline has passed, EP_FAULT_SIGNAL.
 */
bool ep_replica_wait_turn(struct ep_replica *replica, struct ep_error *err) EP_MUST_CHECK;

/* Sleep, but for a signal: EP_FAULT_SIGNAL. */
bool ep_replica_pause(int64_t ms, struct ep_error *err) EP_MUST_CHECK;

#endif
