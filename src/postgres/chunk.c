#include "postgres/session_private.h"

/* Data that a COPY TO STDOUT sends: nobody asked for it. */
static bool skip_copy_out(struct ep_session *session, int64_t deadline_ms, struct ep_error *err)
{
    for (;;) {
        char *row = NULL;
        int size = PQgetCopyData(session->connection, &row, 1);
        PQfreemem(row);
        if (size < 0) {
            return true; /* the end, or a failure that the next result tells */
        }
        if (size == 0 && !ep_session_receive(session, deadline_ms, err)) {
            return false;
        }
    }
}

static void note_command(const char *tag, struct ep_chunk_outcome *outcome)
{
    if (strcmp(tag, "COMMIT") == 0) {
        outcome->committed = true;
    } else if (strcmp(tag, "ROLLBACK") == 0 || strcmp(tag, "PREPARE TRANSACTION") == 0) {
        outcome->rolled_back = true;
    }
}

/* Take note of one result of a chunk; the first refusal is the chunk's. */
static bool take_chunk_rows(struct ep_session *session, PGresult *rows, int64_t deadline_ms,
                            struct ep_chunk_outcome *outcome, struct ep_error *err)
{
    ExecStatusType status = PQresultStatus(rows);

    if (status == PGRES_COPY_IN) {
        (void)PQputCopyEnd(session->connection, "a migration has no input to copy from");
        return ep_session_flush(session, deadline_ms, err);
    }
    if (status == PGRES_COPY_OUT) {
        return skip_copy_out(session, deadline_ms, err);
    }
    if (status == PGRES_FATAL_ERROR && err->fault == EP_FAULT_NONE) {
        outcome->position = strtol(ep_session_field(rows, PG_DIAG_STATEMENT_POSITION), NULL, 10);
        (void)ep_session_fail_rows(rows, err);
        return true; /* the results after it are still to be read */
    }
    note_command(PQcmdStatus(rows), outcome);
    return true;
}

bool ep_session_run_chunk(struct ep_session *session, const char *sql, int64_t deadline_ms,
                          struct ep_chunk_outcome *ret_outcome, struct ep_error *err)
{
    struct ep_error refusal = {0};
    PGresult *rows = NULL;

    *ret_outcome = (struct ep_chunk_outcome){0};
    if (session->broken || PQsendQuery(session->connection, sql) == 0) {
        return ep_session_fail_lost(session, err);
    }
    /* Row by row: a migration may select a whole table, and nobody reads it. */
    (void)PQsetSingleRowMode(session->connection);
    if (!ep_session_flush(session, deadline_ms, err)
        || !ep_session_next_rows(session, deadline_ms, &rows, err)) {
        return false;
    }
    while (rows != NULL) {
        bool taken = take_chunk_rows(session, rows, deadline_ms, ret_outcome, &refusal);
        PQclear(rows);
        if (!taken) {
            *err = refusal;
            return false;
        }
        if (!ep_session_next_rows(session, deadline_ms, &rows, err)) {
            return false;
        }
    }
    if (PQstatus(session->connection) == CONNECTION_BAD) {
        return ep_session_fail_lost(session, err);
    }
    if (refusal.fault != EP_FAULT_NONE) {
        *err = refusal;
        return false;
    }
    return true;
}
