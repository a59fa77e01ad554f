#include "postgres/session_private.h"

/* One chunk on its way. */
struct chunk {
    int64_t deadline_ms;
    struct ep_chunk_outcome outcome;
    struct ep_error refusal; /* the server's first */
};

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

/* The rows that pg_dump and psql put behind the statement are no SQL; nobody could send them. */
static bool fail_copy_in(struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SQL, "a migration cannot COPY FROM STDIN: it has no input");
    return ep_error_hint(err, "Write the rows as INSERT statements (pg_dump --inserts).");
}

static void note_command(const char *tag, struct ep_chunk_outcome *outcome)
{
    if (strcmp(tag, "COMMIT") == 0) {
        outcome->committed = true;
    } else if (strcmp(tag, "PREPARE TRANSACTION") == 0) {
        outcome->prepared = true;
    } else if (strcmp(tag, "ROLLBACK") == 0) {
        outcome->rolled_back = true;
    }
}

/* Take note of one result of a chunk; the first refusal is the chunk's. */
static bool take_chunk_rows(struct ep_session *session, PGresult *rows, struct chunk *chunk,
                            struct ep_error *err)
{
    ExecStatusType status = PQresultStatus(rows);
    bool refused = chunk->refusal.fault != EP_FAULT_NONE;

    if (status == PGRES_COPY_IN) {
        if (!refused) {
            (void)fail_copy_in(&chunk->refusal);
        }
        (void)PQputCopyEnd(session->connection, "no input");
        return ep_session_flush(session, chunk->deadline_ms, err);
    }
    if (status == PGRES_COPY_OUT) {
        return skip_copy_out(session, chunk->deadline_ms, err);
    }
    if (status == PGRES_FATAL_ERROR) {
        if (!refused) {
            const char *position = ep_session_field(rows, PG_DIAG_STATEMENT_POSITION);
            chunk->outcome.position = strtol(position, NULL, 10);
            (void)ep_session_fail_rows(rows, &chunk->refusal);
        }
        return true; /* what the server sends after it is still to be read */
    }
    note_command(PQcmdStatus(rows), &chunk->outcome);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        chunk->outcome.completed++;
        ep_session_note_completed(session, rows);
    }
    return true;
}

static bool receive_chunk(struct ep_session *session, struct chunk *chunk, struct ep_error *err)
{
    PGresult *rows = NULL;

    if (!ep_session_flush(session, chunk->deadline_ms, err)
        || !ep_session_next_rows(session, chunk->deadline_ms, &rows, err)) {
        return false;
    }
    while (rows != NULL) {
        bool taken = take_chunk_rows(session, rows, chunk, err);
        PQclear(rows);
        if (!taken || !ep_session_next_rows(session, chunk->deadline_ms, &rows, err)) {
            return false;
        }
    }
    ep_session_release_notices(session);
    return PQstatus(session->connection) == CONNECTION_OK || ep_session_fail_lost(session, err);
}

bool ep_session_run_chunk(struct ep_session *session, const char *sql, int64_t deadline_ms,
                          struct ep_chunk_outcome *ret_outcome, struct ep_error *err)
{
    struct chunk chunk = {.deadline_ms = deadline_ms};

    if (session->broken || PQsendQuery(session->connection, sql) == 0) {
        return ep_session_fail_lost(session, err);
    }
    /* Or all rows would be in memory at once. */
    session->row_by_row = PQsetSingleRowMode(session->connection) == 1;
    session->discards = true;
    bool received = receive_chunk(session, &chunk, err);
    session->discards = false;
    if (!received) {
        return false;
    }
    *ret_outcome = chunk.outcome;
    if (chunk.refusal.fault != EP_FAULT_NONE) {
        *err = chunk.refusal;
        return false;
    }
    return true;
}
