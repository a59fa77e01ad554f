/*
 * error.h - one failure, described well enough to act on.
 *
 * A function that can fail returns bool (true: it worked) and takes a
 * `struct ep_error *err` as its last parameter. On success err is untouched.
 * On failure it is filled in once, by the function that noticed, and the
 * callers only add context on the way up. Only entrypoint/ prints it.
 *
 * The texts follow PostgreSQL's split: a one-line summary (lower case, no
 * final period), an optional detail and an optional hint (full sentences).
 *
 * Memory: a value type of about 5 KiB with no pointers to free. Texts that do
 * not fit are cut and end in "...". Zero-initialise it: `struct ep_error err = {0};`
 */
#ifndef EP_BASE_ERROR_H
#define EP_BASE_ERROR_H

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What the operator must do, and the exit status that says so. One list feeds
 * the enum, the exit statuses, --help, the manual page and the README.
 */
#define EP_FAULT_LIST(X)                                                                  \
    X(NONE, 0, "done, or the server was started in this process's place")                 \
    X(PENDING, 1, "migrations are pending: status --exit-code")                           \
    X(DRIFT, 1, "the database or the folder is not as it should be: check")               \
    X(USAGE, 64, "the command line is wrong")                                             \
    X(SQL, 65, "a migration's SQL failed; it was rolled back")                            \
    X(SOURCE, 66, "a migration folder, journal or file is missing, malformed or refused") \
    X(VERIFY, 69, "a critical table is missing")                                          \
    X(BUG, 70, "an assertion failed inside this program")                                 \
    X(SYSTEM, 71, "the operating system refused a request")                               \
    X(HOOK, 73, "the hook before_migrate failed; nothing was migrated")                   \
    X(UNAVAILABLE, 75, "the deadline passed; trying again later may help")                \
    X(DENIED, 77, "authentication failed or a permission is missing")                     \
    X(CONFIG, 78, "a setting or the connection string is unusable")                       \
    X(NOT_EXECUTABLE, 126, "the server program cannot be executed")                       \
    X(NOT_FOUND, 127, "the server program was not found")                                 \
    X(SIGNAL, 128, "stopped by signal n: the status is 128 + n")

enum ep_fault {
#define X(name, exit_status, meaning) EP_FAULT_##name,
    EP_FAULT_LIST(X)
#undef X
};

/* A place in this program. Paths are relative to the project root. */
struct ep_where {
    const char *file;
    int line;
    const char *function;
};
#define EP_HERE ((struct ep_where){__FILE__, __LINE__, __func__})

/* A place in an input file; file "" means none is known. */
struct ep_place {
    char file[512];
    long line;                       /* from 1; 0: only the file is known */
    long column;                     /* from 1, in characters; 0: only the line is known */
    char excerpt[240];               /* the line's text around the column, one line, may be cut */
    long caret;                      /* from 1: the column within excerpt; 0: no caret */
    char migration[256];             /* whose SQL it is; "" if it is no migration's */
    long statement, statement_count; /* "3 of 7" of that migration, from 1; 0: not known */
};

struct ep_error {
    enum ep_fault fault;   /* EP_FAULT_NONE until something fails */
    int errnum;            /* errno at the time, or 0 */
    int signal;            /* with EP_FAULT_SIGNAL: its number */
    char sqlstate[6];      /* five characters and NUL; "" if not from the server */
    struct ep_where where; /* which line of this program noticed */
    struct ep_place place; /* where in the operator's files */
    char summary[512];
    char detail[1536];
    char hint[768];
    char context[512]; /* outermost last: "PL/pgSQL function f() line 3; committing" */
    char outcome[512]; /* what it leaves behind: what was rolled back, what stays */
};

/*
 * Record a failure and return false, so that a caller can write
 *
 *     return ep_fail(err, EP_FAULT_SOURCE, "journal \"%s\" has no entries", path);
 *
 * err must be unused (fault NONE): overwriting an error is a bug and ends the program.
 */
#define ep_fail(err, fault, ...) ep_error_raise((err), EP_HERE, (fault), __VA_ARGS__)

/* As ep_fail, adding ": " and the text of errno, which is kept in errnum. */
#define ep_fail_errno(err, fault, ...) ep_error_raise_errno((err), EP_HERE, (fault), __VA_ARGS__)

/* The same for a helper that fails on behalf of its caller, who passes EP_HERE. */
bool ep_error_raise(struct ep_error *err, struct ep_where where, enum ep_fault fault,
                    const char *format, ...) EP_PRINTF(4, 5);
bool ep_error_raise_errno(struct ep_error *err, struct ep_where where, enum ep_fault fault,
                          const char *format, ...) EP_PRINTF(4, 5);

/* Add to a recorded failure. Each returns false, so that they can end a return chain. */
bool ep_error_detail(struct ep_error *err, const char *format, ...) EP_PRINTF(2, 3);
bool ep_error_hint(struct ep_error *err, const char *format, ...) EP_PRINTF(2, 3);
bool ep_error_context(struct ep_error *err, const char *format, ...) EP_PRINTF(2, 3);
bool ep_error_outcome(struct ep_error *err, const char *format, ...) EP_PRINTF(2, 3);

/* Say where in which file it went wrong; line and column as in struct ep_place. */
bool ep_error_place(struct ep_error *err, const char *file, long line, long column);

/* The exit status for a failure, 0..192: see EP_FAULT_LIST; 128 + n for a signal. */
int ep_error_exit_status(const struct ep_error *err);

/* One row of EP_FAULT_LIST for the documentation; NULL past the end. */
struct ep_fault_row {
    const char *name;
    int exit_status;
    const char *meaning;
};
const struct ep_fault_row *ep_fault_row(size_t index);

#endif
