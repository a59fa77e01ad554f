#include "postgres/pipeline.h"

#include "postgres/session_private.h"
#include "system/clock.h"

#include <limits.h>

bool ep_pipeline_begin(struct ep_session *session, struct ep_error *err)
{
    PGresult *rows = NULL;

    if (session->broken || PQenterPipelineMode(session->connection) == 0) {
        return ep_session_fail_lost(session, err);
    }
    session->discards = true;
    if (!session->row_by_row) {
        return true;
    }
    /* See send_flight(): the mode ends with the next command, which is this one. */
    if (PQpipelineSync(session->connection) == 0 || !ep_session_flush(session, EP_CLOCK_NEVER, err)
        || !ep_session_next_rows(session, EP_CLOCK_NEVER, &rows, err)) {
        return err->fault != EP_FAULT_NONE ? false : ep_session_fail_lost(session, err);
    }
    PQclear(rows);
    session->row_by_row = false;
    return true;
}

bool ep_pipeline_send(struct ep_session *session, const struct ep_query *query,
                      struct ep_error *err)
{
    bool sent = PQsendQueryParams(session->connection, query->sql, (int)query->parameter_count,
                                  NULL, query->parameters, NULL, NULL, 0)
                == 1;

    /* Or the server kept the answers to itself, and nobody could tell which statement runs. */
    sent = sent && PQsendFlushRequest(session->connection) == 1;
    return sent || ep_session_fail_lost(session, err);
}

bool ep_pipeline_push(struct ep_session *session, struct ep_error *err)
{
    if (PQsendFlushRequest(session->connection) == 0) {
        return ep_session_fail_lost(session, err);
    }
    return ep_session_flush(session, EP_CLOCK_NEVER, err);
}

bool ep_pipeline_receive(struct ep_session *session, long *ret_position, struct ep_error *err)
{
    PGresult *rows = NULL;

    if (!ep_session_next_rows(session, EP_CLOCK_NEVER, &rows, err)) {
        return false;
    }
    if (rows == NULL || PQstatus(session->connection) == CONNECTION_BAD) {
        PQclear(rows);
        return ep_session_fail_lost(session, err);
    }
    ExecStatusType status = PQresultStatus(rows);
    bool refused = status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED;
    if (refused) {
        *ret_position = strtol(ep_session_field(rows, PG_DIAG_STATEMENT_POSITION), NULL, 10);
        (void)ep_session_fail_rows(rows, err);
    } else {
        ep_session_note_completed(session, rows);
    }
    PQclear(rows);
    if (refused) {
        return false;
    }
    for (bool more = true; more;) {
        if (!ep_session_next_rows(session, EP_CLOCK_NEVER, &rows, err)) {
            return false;
        }
        more = rows != NULL; /* rows that nobody asked for come one by one */
        PQclear(rows);
    }
    return true;
}

bool ep_pipeline_close(struct ep_session *session, struct ep_error *err)
{
    if (PQpipelineSync(session->connection) == 0) {
        return ep_session_fail_lost(session, err);
    }
    return ep_session_flush(session, EP_CLOCK_NEVER, err);
}

bool ep_pipeline_end(struct ep_session *session, struct ep_error *err)
{
    PGresult *rows = NULL;
    bool synced = false;

    session->discards = false;
    ep_session_release_notices(session);

    while (!synced) {
        if (!ep_session_next_rows(session, EP_CLOCK_NEVER, &rows, err)) {
            return false;
        }
        synced = PQresultStatus(rows) == PGRES_PIPELINE_SYNC;
        PQclear(rows);
        if (PQstatus(session->connection) == CONNECTION_BAD) {
            return ep_session_fail_lost(session, err);
        }
    }
    return PQexitPipelineMode(session->connection) == 1 || ep_session_fail_lost(session, err);
}
