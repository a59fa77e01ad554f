/* invalid.h - indexes that CREATE INDEX CONCURRENTLY left behind unfinished. */
#ifndef EP_STEPS_INVALID_H
#define EP_STEPS_INVALID_H

#include "postgres/session.h"

/*
 * Report each that nobody is building now, EP_EVENT_INVALID_INDEX. Errors: those of
 * ep_session_query().
 */
bool ep_invalid_report(struct ep_session *session, int64_t deadline_ms,
                       const struct ep_reporter *reporter, struct ep_error *err) EP_MUST_CHECK;

#endif
