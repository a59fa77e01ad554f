/*
 * report.h - what the operator reads: events and the final error, one line of
 * text or of JSON each. On GitHub the error is an annotation as well.
 *
 *     entrypoint: applied 0002_users in 14 ms
 *     {"level":"info","message":"applied
 * ...","time":"...","event":"applied","tag":"0002_users",...}
 *
 * No times in text: every platform adds its own. Each report is one write(2),
 * so that lines of several processes do not mix; a log that cannot be written
 * is no reason to fail. Whatever a server or a file says, it cannot forge a
 * line: control characters are replaced, and what follows the first line of an
 * error is indented.
 */
#ifndef EP_ENTRYPOINT_REPORT_H
#define EP_ENTRYPOINT_REPORT_H

#include "base/event.h"
#include "base/text.h"
#include "settings/settings.h"

struct ep_log {
    enum ep_log_format format; /* all but EP_LOG_FORMAT_AUTO */
    int descriptor;
    enum ep_level level; /* events below are left out */
    bool colour;         /* of the word "warning" or "error" */
    bool live;           /* progress is a line that is shown until the next one is written */
    bool shows;          /* such a line */
};

/* What "auto" depends on. */
struct ep_log_surroundings {
    bool is_railway; /* it reads JSON, and takes what comes on stderr for errors */
    bool no_color;   /* https://no-color.org */
    bool is_dumb;    /* a terminal that cannot erase a line */
    bool stdout_is_terminal;
    bool stderr_is_terminal;
};

/* Choose format, descriptor, colour and whether progress is live: a pure function. */
void ep_log_choose(struct ep_log *ret_log, enum ep_log_format format, enum ep_log_stream stream,
                   enum ep_level level, const struct ep_log_surroundings *around);

/*
 * The same, with what the environment and the descriptors say. Nothing is opened
 * or kept: it may be called once with EP_LOG_FORMAT_AUTO, EP_LOG_STREAM_AUTO and
 * EP_LEVEL_INFO for what goes wrong while the settings are read, and again with them.
 */
void ep_log_open(struct ep_log *ret_log, enum ep_log_format format, enum ep_log_stream stream,
                 enum ep_level level);

/* Writes each event to the log, which must outlive it. */
struct ep_reporter ep_log_reporter(struct ep_log *log);

/*
 * Append the message of an event: each {name} of its template replaced by that
 * field. A field without a value reads "unknown"; one that was not given is a bug.
 */
void ep_log_format_message(const struct ep_event *event, struct ep_text *ret_message);

/*
 * Write an error. As text, all that is known of it:
 *
 *     entrypoint: error: column "emial" does not exist
 *       drizzle/0007_users.sql:12:34
 *         12 | CREATE INDEX users_email ON users (emial);
 *            |                                    ^
 *       DETAIL: ...
 *       HINT: ...
 *       CONTEXT: ...
 *       STATEMENT: 3 of 7 of migration 0007_users
 *       RESULT: The transaction was rolled back.
 *       SQLSTATE: 42703 undefined_column
 *
 * As JSON, one line with the fields fault, exit_status, sqlstate, condition, file, line, column,
 * source_line, migration, statement, statement_count, detail, hint, context and outcome, those
 * that are known. For GitHub, the text and an annotation (annotation.h). A bug, and any error at
 * level debug, also names the place in this program.
 */
void ep_log_error(struct ep_log *log, const struct ep_error *err);

/*
 * Write one line about an error, at most 2 KiB, to /dev/termination-log, where
 * Kubernetes takes it for the reason why the container ended. NULL empties it:
 * what the server does is none of our doing. Nothing happens where there is no
 * such file.
 */
void ep_log_termination(const struct ep_error *err);

/* The same in another file, for tests. */
void ep_log_termination_to(const char *path, const struct ep_error *err);

#endif
