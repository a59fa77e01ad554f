#include "postgres/session_private.h"
#include "system/clock.h"

#include <poll.h>

/* How long the server may take to confirm a cancel before the connection is just closed. */
enum { CANCEL_MS = 1000 };

#ifdef LIBPQ_HAS_ASYNC_CANCEL
/* Encrypted like the session itself, and bounded in time. */
static void send_cancel(struct ep_session *session, int64_t deadline_ms)
{
    PGcancelConn *cancel = PQcancelCreate(session->connection);

    if (cancel != NULL && PQcancelStart(cancel) == 1) {
        PostgresPollingStatusType status = PGRES_POLLING_WRITING;
        while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
            short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
            if (ep_session_wait_socket(PQcancelSocket(cancel), events, deadline_ms, true)
                != EP_IO_READY) {
                break;
            }
            status = PQcancelPoll(cancel);
        }
    }
    PQcancelFinish(cancel);
}
#else
static void send_cancel(struct ep_session *session, int64_t deadline_ms)
{
    char ignored[256];
    PGcancel *cancel = PQgetCancel(session->connection);

    (void)deadline_ms; /* libpq before 17 has no time limit here */
    if (cancel != NULL) {
        (void)PQcancel(cancel, ignored, sizeof(ignored));
    }
    PQfreeCancel(cancel);
}
#endif

/*
 * Throw one result away. In the middle of a COPY libpq would give the same one again for ever.
 * Returns false when what comes next has not arrived, or when nothing comes.
 */
static bool discard_result(PGconn *connection)
{
    PGresult *rows = PQgetResult(connection);
    ExecStatusType status = PQresultStatus(rows);
    bool is_end = rows == NULL;
    char *row = NULL;
    int size = 1;

    PQclear(rows);
    if (is_end) {
        return PQpipelineStatus(connection) != PQ_PIPELINE_OFF
               && PQtransactionStatus(connection) == PQTRANS_ACTIVE;
    }
    if (status == PGRES_COPY_IN) {
        (void)PQputCopyEnd(connection, "stopped");
        return PQflush(connection) == 0;
    }
    while (status == PGRES_COPY_OUT && size > 0) {
        size = PQgetCopyData(connection, &row, 1);
        PQfreemem(row);
    }
    return size != 0;
}

static void drain(struct ep_session *session, int64_t deadline_ms)
{
    PGconn *connection = session->connection;

    while (PQtransactionStatus(connection) == PQTRANS_ACTIVE) {
        if (ep_session_wait_socket(PQsocket(connection), POLLIN, deadline_ms, true) != EP_IO_READY
            || PQconsumeInput(connection) == 0) {
            return;
        }
        while (PQisBusy(connection) == 0 && discard_result(connection)) {
            /* on to the next */
        }
    }
}

void ep_session_cancel(struct ep_session *session)
{
    int64_t deadline_ms = ep_clock_ms() + CANCEL_MS;

    /* In a pipeline the server skips all that follows the cancelled statement, up to a Sync. */
    if (PQpipelineStatus(session->connection) != PQ_PIPELINE_OFF
        && PQpipelineSync(session->connection) == 1) {
        (void)PQflush(session->connection);
    }
    send_cancel(session, deadline_ms);
    drain(session, deadline_ms);
}
