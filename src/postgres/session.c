#include "postgres/session_private.h"

#include "base/check.h"
#include "postgres/failure.h"
#include "system/clock.h"
#include "system/signals.h"

#include <limits.h>
#include <poll.h>

struct ep_result {
    PGresult *rows;
};

static int first_line_length(const char *message)
{
    size_t length = strcspn(message, "\n");
    return length > INT_MAX ? INT_MAX : (int)length;
}

bool ep_session_fail_lost(struct ep_session *session, struct ep_error *err)
{
    const char *message = PQerrorMessage(session->connection);

    session->broken = true;
    if (message[0] == '\0') {
        message = "server closed the connection unexpectedly";
    }
    return ep_fail(err, EP_FAULT_UNAVAILABLE, "connection to PostgreSQL lost: %.*s",
                   first_line_length(message), message);
}

/* Never include parameters: they may be secrets. */
bool ep_session_fail_rows(const PGresult *rows, struct ep_error *err)
{
    const char *sqlstate = ep_session_field(rows, PG_DIAG_SQLSTATE);
    const char *primary = ep_session_field(rows, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = ep_session_field(rows, PG_DIAG_MESSAGE_DETAIL);
    const char *hint = ep_session_field(rows, PG_DIAG_MESSAGE_HINT);
    const char *context = ep_session_field(rows, PG_DIAG_CONTEXT);

    if (primary[0] == '\0') { /* libpq noticed, not the server */
        primary = PQresultErrorMessage(rows);
    }
    (void)ep_fail(err, ep_failure_fault_of_sqlstate(sqlstate), "%s", primary);
    (void)snprintf(err->sqlstate, sizeof(err->sqlstate), "%s", sqlstate);
    if (detail[0] != '\0') {
        (void)ep_error_detail(err, "%s", detail);
    }
    if (hint[0] != '\0') {
        (void)ep_error_hint(err, "%s", hint);
    }
    if (context[0] != '\0') {
        (void)ep_error_context(err, "%s", context);
    }
    return false;
}

static bool fail_signal(struct ep_session *session, struct ep_error *err)
{
    session->broken = true;
    ep_session_cancel(session);
    (void)ep_fail(err, EP_FAULT_SIGNAL, "stopped by signal %d", ep_signals_noted());
    err->signal = ep_signals_noted();
    return false;
}

static bool fail_io(struct ep_session *session, enum ep_io io, struct ep_error *err)
{
    if (io == EP_IO_SIGNAL) {
        return fail_signal(session, err);
    }
    session->broken = true;
    return ep_fail(err, EP_FAULT_UNAVAILABLE, "PostgreSQL did not answer in time");
}

bool ep_session_flush(struct ep_session *session, int64_t deadline_ms, struct ep_error *err)
{
    int left = PQflush(session->connection);

    while (left == 1) {
        enum ep_io io = ep_session_wait_socket(PQsocket(session->connection), POLLIN | POLLOUT,
                                               deadline_ms, false);
        if (io != EP_IO_READY) {
            return fail_io(session, io, err);
        }
        if (PQconsumeInput(session->connection) == 0) {
            return ep_session_fail_lost(session, err);
        }
        left = PQflush(session->connection);
    }
    return left == 0 ? true : ep_session_fail_lost(session, err);
}

/*
 * Until the deadline, with somebody woken meanwhile whose turn comes before it. Who is always due
 * does not keep the answer from being seen.
 */
static enum ep_io wait_answer(struct ep_session *session, int64_t deadline_ms)
{
    struct ep_idle *idle = &session->idle;

    ep_session_release_notices(session); /* nothing is left that could be another statement's */
    for (;;) {
        int64_t least_ms = ep_clock_ms() + 1;
        int64_t due_ms = idle->due_ms < least_ms ? least_ms : idle->due_ms;
        bool wakes = idle->wake != NULL && due_ms < deadline_ms;
        enum ep_io io = ep_session_wait_socket(PQsocket(session->connection), POLLIN,
                                               wakes ? due_ms : deadline_ms, false);
        if (io != EP_IO_DEADLINE || !wakes) {
            return io;
        }
        idle->due_ms = idle->wake(idle->context);
    }
}

void ep_session_set_idle(struct ep_session *session, const struct ep_idle *idle)
{
    static const struct ep_idle nobody = {0};

    session->idle = *(idle == NULL ? &nobody : idle);
}

void ep_session_set_running(struct ep_session *session, const struct ep_running *running)
{
    static const struct ep_running nothing = {0};

    session->running = *(running == NULL ? &nothing : running);
    session->running.since_ms = ep_clock_ms();
    if (running != NULL) {
        ep_session_release_notices(session);
    }
}

const struct ep_running *ep_session_running(const struct ep_session *session)
{
    return &session->running;
}

void ep_session_note_completed(struct ep_session *session, const PGresult *rows)
{
    struct ep_running *running = &session->running;

    if (PQresultStatus(rows) != PGRES_COMMAND_OK) {
        ep_session_release_notices(session); /* raised between its rows */
    }
    if (running->tag != NULL && running->statement < running->statement_count) {
        running->statement++;
        running->since_ms = ep_clock_ms();
        ep_session_release_notices(session);
    }
}

/*
 * libpq had no memory for the result of a sync. It notes that and waits on, for an answer that it
 * has had (pqParseInput3() of PostgreSQL 14 to 18, message 'Z').
 */
static bool lacks_memory(const struct ep_session *session)
{
    static const char words[] = "out of memory";
    const char *text = PQerrorMessage(session->connection);
    size_t size = strlen(text);
    size -= size > 0 && text[size - 1] == '\n';

    if (size < sizeof(words) - 1) {
        return false;
    }
    size_t before = size - (sizeof(words) - 1);
    return strncmp(text + before, words, sizeof(words) - 1) == 0
           && (before == 0 || text[before - 1] == '\n'); /* not the server's, "ERROR:  ..." */
}

/* Called when there is nothing whole to read. */
bool ep_session_receive(struct ep_session *session, int64_t deadline_ms, struct ep_error *err)
{
    if (lacks_memory(session)) {
        ep_check_out_of_memory();
    }
    enum ep_io io = wait_answer(session, deadline_ms);
    if (io != EP_IO_READY) {
        return fail_io(session, io, err);
    }
    return PQconsumeInput(session->connection) == 1 ? true : ep_session_fail_lost(session, err);
}

bool ep_session_next_rows(struct ep_session *session, int64_t deadline_ms, PGresult **ret_rows,
                          struct ep_error *err)
{
    while (PQisBusy(session->connection) != 0) {
        if (!ep_session_receive(session, deadline_ms, err)) {
            return false;
        }
    }
    *ret_rows = PQgetResult(session->connection);
    return true;
}

static struct ep_result *result_create(PGresult *rows)
{
    struct ep_result *result = calloc(1, sizeof(*result));
    if (result == NULL) {
        ep_check_out_of_memory();
    }
    result->rows = rows;
    return result;
}

void ep_result_release(struct ep_result *result)
{
    if (result != NULL) {
        PQclear(result->rows);
        free(result);
    }
}

void ep_result_drop(struct ep_result **slot)
{
    ep_result_release(*slot);
}

size_t ep_result_rows(const struct ep_result *result)
{
    return (size_t)PQntuples(result->rows);
}

size_t ep_result_column(const struct ep_result *result, const char *name)
{
    for (int i = 0; i < PQnfields(result->rows); i++) {
        if (strcmp(PQfname(result->rows, i), name) == 0) {
            return (size_t)i;
        }
    }
    return SIZE_MAX;
}

const char *ep_result_text(const struct ep_result *result, size_t row, size_t column)
{
    bool is_there =
        row < (size_t)PQntuples(result->rows) && column < (size_t)PQnfields(result->rows);

    return !is_there || PQgetisnull(result->rows, (int)row, (int)column) == 1
               ? NULL
               : PQgetvalue(result->rows, (int)row, (int)column);
}

const char *ep_result_word(const struct ep_result *result, size_t row, size_t column)
{
    const char *text = ep_result_text(result, row, column);

    return text == NULL ? "" : text;
}

static bool succeeded(const PGresult *rows)
{
    ExecStatusType status = PQresultStatus(rows);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

const char *ep_result_sqlstate(const struct ep_result *result)
{
    if (succeeded(result->rows)) {
        return "";
    }
    const char *sqlstate = ep_session_field(result->rows, PG_DIAG_SQLSTATE);
    return sqlstate[0] == '\0' ? "-----" : sqlstate;
}

bool ep_result_fail(const struct ep_result *result, struct ep_error *err)
{
    return ep_session_fail_rows(result->rows, err);
}

/*
 * libpq leaves the mode of a simple query when the next command in a pipeline comes to an end,
 * which is one too late: a Sync in front, which costs no round trip, is that command.
 */
static bool send_flight(struct ep_session *session, const struct ep_query *queries, size_t count)
{
    bool sent = PQenterPipelineMode(session->connection) == 1;

    if (sent && session->row_by_row) {
        sent = PQpipelineSync(session->connection) == 1;
    }
    for (size_t i = 0; i < count && sent; i++) {
        EP_CHECK(queries[i].parameter_count <= INT_MAX);
        sent = (i == 0 || !queries[i].apart || PQpipelineSync(session->connection) == 1)
               && PQsendQueryParams(session->connection, queries[i].sql,
                                    (int)queries[i].parameter_count, NULL, queries[i].parameters,
                                    NULL, NULL, 0)
                      == 1;
    }
    return sent && PQpipelineSync(session->connection) == 1;
}

static bool receive_sync(struct ep_session *session, int64_t deadline_ms, struct ep_error *err)
{
    PGresult *rows = NULL;

    if (!ep_session_next_rows(session, deadline_ms, &rows, err)) {
        return false;
    }
    bool synced = PQresultStatus(rows) == PGRES_PIPELINE_SYNC;
    PQclear(rows);
    return synced || ep_session_fail_lost(session, err);
}

/* Each query gives one result and a NULL; then comes the result of the sync. */
static bool receive_flight(struct ep_session *session, const struct ep_query *queries, size_t count,
                           int64_t deadline_ms, struct ep_result *results[], struct ep_error *err)
{
    PGresult *rows = NULL;

    if (session->row_by_row && !receive_sync(session, deadline_ms, err)) {
        return false;
    }
    session->row_by_row = false;
    for (size_t i = 0; i < count; i++) {
        if ((i > 0 && queries[i].apart && !receive_sync(session, deadline_ms, err))
            || !ep_session_next_rows(session, deadline_ms, &rows, err)) {
            return false;
        }
        if (rows == NULL) {
            return ep_session_fail_lost(session, err);
        }
        results[i] = result_create(rows);
        if (!ep_session_next_rows(session, deadline_ms, &rows, err)) {
            return false;
        }
        PQclear(rows);
        if (PQstatus(session->connection) == CONNECTION_BAD) {
            return ep_session_fail_lost(session, err);
        }
    }
    if (!receive_sync(session, deadline_ms, err)) {
        return false;
    }
    return PQexitPipelineMode(session->connection) == 1 || ep_session_fail_lost(session, err);
}

bool ep_session_flight(struct ep_session *session, const struct ep_query *queries, size_t count,
                       int64_t deadline_ms, struct ep_result *ret_results[], struct ep_error *err)
{
    for (size_t i = 0; i < count; i++) {
        ret_results[i] = NULL;
    }
    if (session->broken || !send_flight(session, queries, count)) {
        return ep_session_fail_lost(session, err);
    }
    if (ep_session_flush(session, deadline_ms, err)
        && receive_flight(session, queries, count, deadline_ms, ret_results, err)) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        ep_result_release(ret_results[i]);
        ret_results[i] = NULL;
    }
    return false;
}

bool ep_session_query(struct ep_session *session, struct ep_query query, int64_t deadline_ms,
                      struct ep_result **ret_result, struct ep_error *err)
{
    struct ep_result *result = NULL;

    if (!ep_session_flight(session, &query, 1, deadline_ms, &result, err)) {
        return false;
    }
    EP_CHECK(result != NULL);
    bool refused = !succeeded(result->rows);
    if (refused) {
        (void)ep_result_fail(result, err);
    }
    if (refused || ret_result == NULL) {
        ep_result_release(result);
    } else {
        *ret_result = result;
    }
    return !refused;
}

bool ep_session_is_lost(const struct ep_session *session)
{
    return session->broken || PQstatus(session->connection) == CONNECTION_BAD;
}

void ep_session_abandon(struct ep_session *session)
{
    session->broken = true;
}

int ep_session_server_version(const struct ep_session *session)
{
    return PQserverVersion(session->connection);
}

const char *ep_session_server_version_text(const struct ep_session *session)
{
    const char *text = PQparameterStatus(session->connection, "server_version");
    return text == NULL ? "unknown" : text;
}

int ep_session_backend_pid(const struct ep_session *session)
{
    return PQbackendPID(session->connection);
}

int ep_session_libpq_version(void)
{
    return PQlibVersion();
}

enum ep_transaction ep_session_transaction(const struct ep_session *session)
{
    if (ep_session_is_lost(session)) {
        return EP_TRANSACTION_UNKNOWN;
    }
    switch (PQtransactionStatus(session->connection)) {
    case PQTRANS_IDLE:
        return EP_TRANSACTION_NONE;
    case PQTRANS_INTRANS:
        return EP_TRANSACTION_OPEN;
    case PQTRANS_INERROR:
        return EP_TRANSACTION_FAILED;
    case PQTRANS_ACTIVE:
    case PQTRANS_UNKNOWN:
        break;
    }
    return EP_TRANSACTION_UNKNOWN; /* GCOVR_EXCL_LINE: nobody asks while a command is active */
}
