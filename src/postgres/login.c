#include "postgres/session_private.h"

#include "base/check.h"

#include <poll.h>

/*
 * One line of libpq's report on a failed login, taken apart: the SQLSTATE stands
 * behind the severity since we ask for verbose errors ("FATAL:  28P01: password ...").
 */
static struct ep_span cut_sqlstate(struct ep_span line, char ret_sqlstate[6])
{
    static const char marker[] = ":  ";
    size_t at = ep_span_find(line, 0, marker);
    struct ep_span code = ep_span_part(line, at == SIZE_MAX ? line.size : at + 3, 7);
    size_t valid = 0;

    while (valid < 5 && valid < code.size
           && ((code.data[valid] >= '0' && code.data[valid] <= '9')
               || (code.data[valid] >= 'A' && code.data[valid] <= 'Z'))) {
        valid++;
    }
    if (valid < 5 || code.size < 7 || code.data[5] != ':' || code.data[6] != ' ') {
        return line;
    }
    memcpy(ret_sqlstate, code.data, 5);
    ret_sqlstate[5] = '\0';
    return ep_span_part(line, at + 3 + 7, SIZE_MAX);
}

/* The report has a line for each attempt (with TLS, then without): the first that has a code. */
static void read_refusal(PGconn *connection, struct ep_refusal *refusal)
{
    struct ep_span report = ep_span_of(PQerrorMessage(connection));
    struct ep_span chosen = {0};

    for (size_t at = 0; at < report.size && refusal->sqlstate[0] == '\0';) {
        size_t end = ep_span_find_byte(report, at, '\n');
        struct ep_span line = ep_span_part(report, at, end == SIZE_MAX ? SIZE_MAX : end - at);
        size_t text = ep_span_starts_with(line, "connection to server ")
                          ? ep_span_find(line, 0, " failed: ")
                          : SIZE_MAX;
        if (text != SIZE_MAX) {
            line = ep_span_part(line, text + strlen(" failed: "), SIZE_MAX);
        }
        struct ep_span message = cut_sqlstate(line, refusal->sqlstate);
        if (chosen.size == 0 || refusal->sqlstate[0] != '\0') {
            chosen = message;
        }
        at = end == SIZE_MAX ? report.size : end + 1;
    }
    (void)snprintf(refusal->message, sizeof(refusal->message), "%.*s", EP_SPAN_PRINT(chosen));
    refusal->needs_password = PQconnectionNeedsPassword(connection) == 1;
}

enum { PARAMETERS_MAX = 64 };

struct keyword_list {
    const char *keywords[PARAMETERS_MAX + 1], *values[PARAMETERS_MAX + 1];
    size_t count;
};

static void keyword_add(struct keyword_list *list, const char *keyword, const char *value)
{
    EP_CHECK(list->count < PARAMETERS_MAX);
    if (value[0] != '\0') {
        list->keywords[list->count] = keyword;
        list->values[list->count++] = value;
    }
}

static void keyword_default(struct keyword_list *list, const struct ep_conninfo *conninfo,
                            const char *keyword, const char *value)
{
    if (ep_conninfo_find(conninfo, keyword) == NULL) {
        keyword_add(list, keyword, value);
    }
}

static PGconn *start(const struct ep_conninfo *conninfo, const struct ep_address *address)
{
    struct keyword_list list = {0};

    for (size_t i = 0; i < conninfo->parameter_count; i++) {
        if (strcmp(conninfo->parameters[i].keyword, "client_encoding") != 0) {
            keyword_add(&list, conninfo->parameters[i].keyword, conninfo->parameters[i].value);
        }
    }
    keyword_add(&list, "host", address->host);
    keyword_add(&list, "hostaddr", address->numeric);
    keyword_add(&list, "port", address->port);
    keyword_add(&list, "client_encoding", "UTF8"); /* migration files are UTF-8 */
    keyword_default(&list, conninfo, "fallback_application_name", "entrypoint");
    /* A dead peer is noticed within a minute, not after the kernel's two hours. */
    keyword_default(&list, conninfo, "keepalives_idle", "30");
    keyword_default(&list, conninfo, "keepalives_interval", "10");
    keyword_default(&list, conninfo, "keepalives_count", "3");
    return PQconnectStartParams(list.keywords, list.values, 0);
}

/* Returns false when the deadline passed. */
static bool poll_login(PGconn *connection, int64_t deadline_ms)
{
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;

    while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
        short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (ep_session_wait_socket(PQsocket(connection), events, deadline_ms, false)
            != EP_IO_READY) {
            return false;
        }
        status = PQconnectPoll(connection);
    }
    return true;
}

static struct ep_session *session_create(PGconn *connection, const struct ep_reporter *reporter)
{
    struct ep_session *session = calloc(1, sizeof(*session));
    if (session == NULL || connection == NULL) {
        ep_check_out_of_memory();
    }
    session->connection = connection;
    session->reporter = reporter;
    (void)PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
    (void)PQsetNoticeReceiver(connection, ep_session_take_notice, session);
    return session;
}

/* Whether the login succeeded; ret_timed_out when the deadline passed first. */
static bool finish_login(PGconn *connection, int64_t deadline_ms, bool *ret_timed_out)
{
    *ret_timed_out = PQstatus(connection) != CONNECTION_BAD && !poll_login(connection, deadline_ms);
    if (PQstatus(connection) != CONNECTION_OK) {
        return false;
    }
    (void)PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
    EP_CHECK(PQsetnonblocking(connection, 1) == 0);
    return true;
}

bool ep_session_open(const struct ep_conninfo *conninfo, const struct ep_address *address,
                     int64_t deadline_ms, const struct ep_reporter *reporter,
                     struct ep_session **ret_session, struct ep_refusal *ret_refusal)
{
    struct ep_session *session = session_create(start(conninfo, address), reporter);
    bool timed_out = false;

    *ret_refusal = (struct ep_refusal){0};
    if (finish_login(session->connection, deadline_ms, &timed_out)) {
        *ret_session = session;
        return true;
    }
    if (timed_out) {
        ret_refusal->timed_out = true;
        (void)snprintf(ret_refusal->message, sizeof(ret_refusal->message), "no answer in time");
    } else {
        read_refusal(session->connection, ret_refusal);
    }
    ep_session_close(session);
    return false;
}

struct ep_session *ep_session_open_second(const struct ep_session *session, int64_t deadline_ms)
{
    static const struct ep_reporter nobody = {0};
    PQconninfoOption *options = PQconninfo(session->connection);
    struct keyword_list list = {0};
    bool timed_out = false;

    for (const PQconninfoOption *option = options; option != NULL && option->keyword != NULL;
         option++) {
        if (option->val != NULL && strcmp(option->keyword, "fallback_application_name") != 0) {
            keyword_add(&list, option->keyword, option->val);
        }
    }
    keyword_add(&list, "fallback_application_name", "entrypoint: watching");
    struct ep_session *second =
        session_create(PQconnectStartParams(list.keywords, list.values, 0), &nobody);
    PQconninfoFree(options);
    if (finish_login(second->connection, deadline_ms, &timed_out)) {
        return second;
    }
    ep_session_close(second);
    return NULL;
}

void ep_session_close(struct ep_session *session)
{
    if (session != NULL) {
        ep_session_release_notices(session);
        PQfinish(session->connection);
        free(session);
    }
}

void ep_session_drop(struct ep_session **slot)
{
    ep_session_close(*slot);
}
