/*
 * reconnect.h - work that needs a session, done again when the session is lost.
 *
 * Waits until a login succeeds and does the work. A session that is lost on the
 * way is opened again, once: the work begins anew and decides by what the
 * database says then.
 */
#ifndef EP_STEPS_RECONNECT_H
#define EP_STEPS_RECONNECT_H

#include "postgres/session.h"
#include "steps/examination.h"

struct ep_reconnect {
    const struct ep_conninfo *conninfo;
    int64_t timeout_ms; /* of ep_wait() */
    const struct ep_reporter *reporter;
    struct ep_examination *examination; /* of ep_wait() */
    /* deadline_ms is for answers that need no waiting for anybody. */
    bool (*work)(void *context, struct ep_session *session, int64_t deadline_ms,
                 struct ep_error *err);
    void *context;
};

/* Errors: those of ep_wait() and of the work. */
bool ep_reconnect_run(const struct ep_reconnect *reconnect, struct ep_error *err) EP_MUST_CHECK;

#endif
