/*
 * session_private.h - what session.c, login.c, notice.c, cancel.c, chunk.c and socket.c share.
 *
 * The only file of the program that includes libpq-fe.h.
 */
#ifndef EP_POSTGRES_SESSION_PRIVATE_H
#define EP_POSTGRES_SESSION_PRIVATE_H

#include "base/arena.h"
#include "base/check.h"
#include "postgres/session.h"

#include <libpq-fe.h>

struct ep_session {
    PGconn *connection;
    const struct ep_reporter *reporter;
    bool broken;     /* an answer is outstanding that nobody will read */
    bool row_by_row; /* libpq is still in the mode of the last chunk: see send_flight() */
    bool discards;   /* rows are thrown away as they come: a migration's SQL is on its way */
    struct ep_running running;
    struct ep_idle idle;                /* wake is NULL: nobody */
    struct ep_session_notices *notices; /* held, or NULL: see notice.c */
};

enum ep_io { EP_IO_READY, EP_IO_DEADLINE, EP_IO_SIGNAL };

/* Wait for poll(2) events on a socket; a noted signal ends the wait unless it is ignored. */
enum ep_io ep_session_wait_socket(int descriptor, short events, int64_t deadline_ms,
                                  bool ignore_signals);

/* Cancel what runs and read until the server has stopped it, so that its locks are free. */
void ep_session_cancel(struct ep_session *session);

/* Push out what libpq has buffered, reading meanwhile so that neither side blocks the other. */
bool ep_session_flush(struct ep_session *session, int64_t deadline_ms,
                      struct ep_error *err) EP_MUST_CHECK;

/* Read what the server has sent, waiting for it. */
bool ep_session_receive(struct ep_session *session, int64_t deadline_ms,
                        struct ep_error *err) EP_MUST_CHECK;

/* The next result, NULL at the end of a statement's results. The caller clears it. */
bool ep_session_next_rows(struct ep_session *session, int64_t deadline_ms, PGresult **ret_rows,
                          struct ep_error *err) EP_MUST_CHECK;

/* Record that the session is lost, or what the server refused. Both return false. */
bool ep_session_fail_lost(struct ep_session *session, struct ep_error *err);
bool ep_session_fail_rows(const PGresult *rows, struct ep_error *err);

/* A statement has succeeded; with rows, what is held of notices is taken for its own. */
void ep_session_note_completed(struct ep_session *session, const PGresult *rows);

/* libpq's notice receiver; and: what is held belongs to the statement that runs. */
void ep_session_take_notice(void *context, const PGresult *notice);
void ep_session_release_notices(struct ep_session *session);

/* A field of a refusal or notice, "" when absent. */
const char *ep_session_field(const PGresult *rows, int field);

#endif
