/*
 * session.h - a session with one PostgreSQL server.
 *
 * session_private.h is the only file that includes libpq-fe.h. Everything here has a
 * deadline or can be interrupted: while ep_signals_note() is in force, a signal
 * cancels the statement on the server and the call fails with EP_FAULT_SIGNAL.
 *
 *     open -> flight, query, run_chunk ... -> close
 *
 * "Lost" means that libpq has given the connection up, whatever SQLSTATE was
 * seen before: the call fails with EP_FAULT_UNAVAILABLE, and
 * ep_session_is_lost() tells it from a statement that the server refused.
 *
 * Source: https://www.postgresql.org/docs/current/libpq.html
 */
#ifndef EP_POSTGRES_SESSION_H
#define EP_POSTGRES_SESSION_H

#include "base/event.h"
#include "postgres/conninfo.h"

#include <stdint.h>

struct ep_session;

/* Where to connect: one address of one host. */
struct ep_address {
    const char *host;    /* name for TLS and the server, or a socket folder; "" : libpq decides */
    const char *numeric; /* the address itself; "" for a socket folder or where libpq decides */
    const char *port;    /* "" : libpq's default */
};

/* Why a login did not succeed, raw: failure.h makes sense of it. */
struct ep_refusal {
    char sqlstate[6];    /* of the first error the server sent; "" when it sent none */
    char message[1024];  /* one line, without libpq's "connection to server at ..." */
    bool timed_out;      /* the deadline passed first */
    bool needs_password; /* the server wants one and none was given */
};

/*
 * Log in, by deadline_ms on ep_clock_ms(). Notices of the session go to
 * reporter, which must outlive it. On failure ret_refusal is filled in and
 * false is returned; it never holds the password.
 */
bool ep_session_open(const struct ep_conninfo *conninfo, const struct ep_address *address,
                     int64_t deadline_ms, const struct ep_reporter *reporter,
                     struct ep_session **ret_session, struct ep_refusal *ret_refusal) EP_MUST_CHECK;

/* Close and release. NULL is allowed. The server rolls an open transaction back. */
void ep_session_close(struct ep_session *session);
void ep_session_drop(struct ep_session **slot); /* for EP_CLEANUP */

bool ep_session_is_lost(const struct ep_session *session);
/* What it does is not to be relied on any more: from here on it counts as lost. */
void ep_session_abandon(struct ep_session *session);

/* 150018 for PostgreSQL 15.18; behind a pooler, of what it pretends to be. */
int ep_session_server_version(const struct ep_session *session);
/* "15.18 (Debian 15.18-0+deb12u1)" */
const char *ep_session_server_version_text(const struct ep_session *session);
/* The process id that the login announced: not the backend's own behind a pooler. */
int ep_session_backend_pid(const struct ep_session *session);

/* PQlibVersion(): 170011. */
int ep_session_libpq_version(void);

enum ep_transaction {
    EP_TRANSACTION_NONE,
    EP_TRANSACTION_OPEN,
    EP_TRANSACTION_FAILED, /* open, but only a rollback is possible */
    EP_TRANSACTION_UNKNOWN /* the session is lost */
};
enum ep_transaction ep_session_transaction(const struct ep_session *session);

/* One statement. Parameters are $1, $2 ..., sent as text; NULL is SQL's NULL. */
struct ep_query {
    const char *sql;
    const char *const *parameters;
    size_t parameter_count;
    bool apart; /* in a flight: what was refused before it does not skip it, see there */
};
#define EP_QUERY(sql_, ...)                                              \
    ((struct ep_query){.sql = (sql_),                                    \
                       .parameters = (const char *const[]){__VA_ARGS__}, \
                       .parameter_count = EP_COUNT_OF(((const char *const[]){__VA_ARGS__}))})

/* The answer to one query: rows of text, or the server's refusal. */
struct ep_result;

void ep_result_release(struct ep_result *result); /* NULL is allowed */
void ep_result_drop(struct ep_result **slot);     /* for EP_CLEANUP */
size_t ep_result_rows(const struct ep_result *result);
/* The first column of that very name; SIZE_MAX: there is none. */
size_t ep_result_column(const struct ep_result *result, const char *name);
/* NULL is SQL's NULL, and what is not there: no server is trusted to answer what was asked. The
 * text lives as long as the result. */
const char *ep_result_text(const struct ep_result *result, size_t row, size_t column);
/* The same for what cannot be NULL in PostgreSQL's answer: "" then. */
const char *ep_result_word(const struct ep_result *result, size_t row, size_t column);

/* "" when the statement succeeded; else its SQLSTATE, or "-----" when it was skipped because an
 * earlier one of the flight was refused. */
const char *ep_result_sqlstate(const struct ep_result *result);

/* Record why the server refused; returns false. The fault is ep_failure_fault()'s. */
bool ep_result_fail(const struct ep_result *result, struct ep_error *err);

/*
 * Send all queries, then read all answers: one round trip. They run in order; after the
 * first that the server refuses the rest are skipped. Outside a transaction they
 * are one implicit transaction; a query that is apart begins another one.
 *
 * ret_results[i] answers queries[i]; all are set on success, which includes
 * refused ones, and must be released. On failure none is.
 *
 * Errors: EP_FAULT_UNAVAILABLE (lost, or the deadline passed), EP_FAULT_SIGNAL.
 */
bool ep_session_flight(struct ep_session *session, const struct ep_query *queries, size_t count,
                       int64_t deadline_ms, struct ep_result *ret_results[],
                       struct ep_error *err) EP_MUST_CHECK;

/* One query that must succeed: a refusal is an error too. ret_result may be NULL. */
bool ep_session_query(struct ep_session *session, struct ep_query query, int64_t deadline_ms,
                      struct ep_result **ret_result, struct ep_error *err) EP_MUST_CHECK;

/* Which statement of which migration runs, for notices and whoever watches. */
struct ep_running {
    const char *tag;        /* NULL: none of a migration */
    size_t statement;       /* from 1; counted up as a chunk's statements succeed */
    size_t statement_count; /* of the migration */
    int64_t since_ms;       /* on ep_clock_ms() */
};

/* Say what is about to run; NULL: nothing of a migration. tag must stay valid. */
void ep_session_set_running(struct ep_session *session, const struct ep_running *running);
const struct ep_running *ep_session_running(const struct ep_session *session);

/*
 * Somebody who is woken while the server's answer is awaited, from due_ms on. wake() returns when
 * to be woken next. It must not use the session, and what it takes of time delays the answer.
 */
struct ep_idle {
    int64_t (*wake)(void *context);
    void *context;
    int64_t due_ms; /* on ep_clock_ms(); EP_CLOCK_NEVER: not at all */
};
void ep_session_set_idle(struct ep_session *session, const struct ep_idle *idle); /* or NULL */

/*
 * A second session with the same server, database and role as the first, by deadline_ms. Its
 * notices are thrown away. NULL when it cannot be had, for whatever reason.
 */
struct ep_session *ep_session_open_second(const struct ep_session *session, int64_t deadline_ms);

/* What a chunk of SQL did to the transaction, by the server's command tags. */
struct ep_chunk_outcome {
    bool committed;   /* a COMMIT or END was among its statements */
    bool rolled_back; /* a ROLLBACK or ABORT was; also ROLLBACK TO SAVEPOINT */
    bool prepared;    /* a PREPARE TRANSACTION was */
    long position;    /* on refusal: character of the chunk, from 1; 0: not told */
    size_t completed; /* statements that succeeded */
};

/*
 * Run one chunk of a migration over the simple protocol: any number of statements,
 * or none. Rows are thrown away. A COPY FROM STDIN is refused.
 *
 * Errors: EP_FAULT_SQL, EP_FAULT_UNAVAILABLE, EP_FAULT_SIGNAL.
 */
bool ep_session_run_chunk(struct ep_session *session, const char *sql, int64_t deadline_ms,
                          struct ep_chunk_outcome *ret_outcome, struct ep_error *err) EP_MUST_CHECK;

#endif
