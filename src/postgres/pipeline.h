/*
 * pipeline.h - many statements on their way at once, their answers read in order.
 *
 *     begin -> send, send, receive, send ... -> close -> receive ... -> end
 *
 * After the first that the server refuses the rest is skipped. What was sent and not
 * answered is kept in memory by libpq: whoever sends much has to receive meanwhile. No
 * statement may be a COPY. Rows are kept until they are received, then thrown away.
 *
 * Errors of all: EP_FAULT_UNAVAILABLE (lost), EP_FAULT_SIGNAL.
 */
#ifndef EP_POSTGRES_PIPELINE_H
#define EP_POSTGRES_PIPELINE_H

#include "postgres/session.h"

bool ep_pipeline_begin(struct ep_session *session, struct ep_error *err) EP_MUST_CHECK;

/* Queue a statement; it goes out with the next push, receive or end, or when libpq's buffer is
 * full. */
bool ep_pipeline_send(struct ep_session *session, const struct ep_query *query,
                      struct ep_error *err) EP_MUST_CHECK;

/* Send what is queued, and ask the server to answer what it has done. */
bool ep_pipeline_push(struct ep_session *session, struct ep_error *err) EP_MUST_CHECK;

/*
 * The next answer; what is awaited must have been pushed. A refusal is an error too:
 * ret_position is then the character of the statement, from 1, or 0, and the pipeline
 * has to be closed and ended.
 */
bool ep_pipeline_receive(struct ep_session *session, long *ret_position,
                         struct ep_error *err) EP_MUST_CHECK;

/* Send what is queued: nothing more will be. */
bool ep_pipeline_close(struct ep_session *session, struct ep_error *err) EP_MUST_CHECK;

/* End it, after ep_pipeline_close(); answers that are outstanding are thrown away. */
bool ep_pipeline_end(struct ep_session *session, struct ep_error *err) EP_MUST_CHECK;

#endif
