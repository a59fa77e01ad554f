#include "steps/reconnect.h"

#include "steps/wait.h"
#include "system/clock.h"

/* Enough for a restart in the middle; a statement that brings the server down does so no more often
 * than that in one start. */
enum { SESSIONS_MAX = 2, ANSWER_MS_LEAST = 5000 };

bool ep_reconnect_run(const struct ep_reconnect *reconnect, struct ep_error *err)
{
    const struct ep_wait wait = {
        .conninfo = reconnect->conninfo,
        .timeout_ms = reconnect->timeout_ms,
        .reporter = reconnect->reporter,
        .examination = reconnect->examination,
    };
    int64_t answer_ms = wait.timeout_ms > ANSWER_MS_LEAST ? wait.timeout_ms : ANSWER_MS_LEAST;

    for (int sessions = 1;; sessions++) {
        struct ep_session *session EP_CLEANUP(ep_session_drop) = NULL;

        if (!ep_wait(&wait, &session, err)) {
            return false;
        }
        if (reconnect->work(reconnect->context, session, ep_clock_ms() + answer_ms, err)) {
            return true;
        }
        if (err->fault != EP_FAULT_UNAVAILABLE || !ep_session_is_lost(session)
            || sessions == SESSIONS_MAX) {
            return false;
        }
        ep_report(reconnect->reporter, EP_EVENT_SESSION_LOST,
                  EP_TEXT_FIELD("reason", err->summary));
        *err = (struct ep_error){0};
    }
}
