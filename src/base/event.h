/*
 * event.h - what the program tells its operator while it works.
 *
 * Library code does not print. It reports events: a kind and a few named
 * fields. The table below gives each kind its level and its words, entrypoint/
 * writes it as text or JSON; both carry the same fields.
 *
 *     ep_report(reporter, EP_EVENT_APPLIED, EP_TEXT_FIELD("tag", tag),
 *               EP_INTEGER_FIELD("elapsed_ms", elapsed_ms));
 *
 * A field's text belongs to the caller and is valid during the report only.
 * Failures are not events: they travel as struct ep_error to main().
 */
#ifndef EP_BASE_EVENT_H
#define EP_BASE_EVENT_H

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>

enum ep_level { EP_LEVEL_DEBUG, EP_LEVEL_INFO, EP_LEVEL_WARN, EP_LEVEL_ERROR };

/* Kind, level, and the message: {name} stands for the field of that name. */
#define EP_EVENT_LIST(X)                                                                           \
    X(SETTING_NOTE, WARN, "{note}")                                                                \
    X(ENV_FILE, INFO, "variables added from {file}: {count}")                                      \
    X(ENV_FILE_ABSENT, INFO, "no variables added: {file} does not exist")                          \
    X(DATABASE_ABSENT, INFO, "no connection string, and none is required: no migrations")          \
    X(DATABASE, INFO, "database {database} at {address} as {user} (from {variable})")              \
    X(DATABASE_NOTE, WARN, "{variable}: {note}")                                                   \
    X(WAITING, INFO, "waiting for {address}: {reason}")                                            \
    X(STILL_WAITING, INFO, "still waiting for {address} after {elapsed_s} s: {reason}")            \
    X(CONNECTED, INFO, "connected to PostgreSQL {server_version} at {address} in {elapsed_ms} ms") \
    X(SESSION_LOST, WARN, "connection lost, connecting again: {reason}")                           \
    X(POOLER, INFO, "connected through a pooler: using transaction-level locks")                   \
    X(SOURCE, INFO, "found {count} migrations in {folder} ({layout})")                             \
    X(SOURCE_NOTE, WARN, "{note}")                                                                 \
    X(PLAN_NOTE, WARN, "{tag}: {note}")                                                            \
    X(HAZARD, WARN, "{file}:{line}:{column}: {message} ({hazard}). {remedy}")                      \
    X(AHEAD, WARN,                                                                                 \
      "{count} applied migrations are not in this image, the newest from {newest}: {meaning}")     \
    X(UP_TO_DATE, INFO, "nothing to migrate: {applied} migrations applied, none pending")          \
    X(LOCK_WAIT, INFO, "another replica is migrating, waiting for it: {holder}")                   \
    X(SKIPPED, INFO, "skipped {count} migrations that are applied already")                        \
    X(SKIPPED_ONE, DEBUG, "skipped {tag}: applied already")                                        \
    X(MIGRATING, INFO, "Running database migrations: {pending} pending")                           \
    X(UPGRADE, INFO, "upgrading {table} to the columns of Drizzle 1.x")                            \
    X(NAMED, INFO, "gave {count} rows of {table} the names that Drizzle 1.x looks for")            \
    X(APPLYING, INFO, "applying {tag}")                                                            \
    X(APPLIED, INFO, "applied {tag} in {elapsed_ms} ms")                                           \
    X(OWN_TRANSACTION, WARN,                                                                       \
      "{tag}: it commits by itself; what follows in it runs outside our transaction")              \
    X(OWN_BOUNDARIES, WARN, "{tag}: its own BEGIN and COMMIT are not sent; it runs {how}")         \
    X(CUT, INFO, "committing before {tag}: {reason}")                                              \
    X(APART, INFO, "{tag}: runs statement by statement: {reason}")                                 \
    X(RESUMING, INFO, "{tag}: going on at statement {statement} of {statements}")                  \
    X(STATEMENT_DONE, INFO, "{tag}: statement {statement} of {statements} was done: {reason}")     \
    X(INVALID_DROPPED, WARN, "{tag}: dropping the invalid index {index}, to build it anew")        \
    X(INVALID_INDEX, WARN,                                                                         \
      "index {index} of table {table} is invalid: drop it, or REINDEX INDEX CONCURRENTLY")         \
    X(NOTICE, INFO, "{severity}: {message}")                                                       \
    X(STATEMENT_NOTICE, INFO,                                                                      \
      "{tag}, statement {statement} of {statement_count}: {severity}: {message}")                  \
    X(PROGRESS, INFO, "{tag}: statement {statement} of {statement_count}, {elapsed_s} s{about}")   \
    X(LOCK_RETRY, WARN,                                                                            \
      "blocked by {blocker}: {sqlstate} {reason}; rolled back, trying again in {pause_ms} ms "     \
      "(retry {retry} of {retries})")                                                              \
    X(COMPLETE, INFO, "Migrations complete: {applied} applied in {elapsed_ms} ms, {total} in all") \
    X(STATEMENT_SKIPPED, INFO,                                                                     \
      "{tag}: statement {statement} of {statements} is skipped ({place}): {reason}")               \
    X(STATEMENT_DEFERRED, WARN,                                                                    \
      "{tag}: statement {statement} of {statements} is left to the next start ({place}): "         \
      "{reason}")                                                                                  \
    X(FILE_DEFERRED, WARN,                                                                         \
      "{tag}: {deferred} of {statements} statements are not done, so it stays pending")            \
    X(ROLLING_BACK, INFO, "rolling back {tag}")                                                    \
    X(ROLLED_BACK, INFO, "rolled back {tag} in {elapsed_ms} ms")                                   \
    X(ROLLBACK_COMPLETE, INFO, "Rollback complete: {count} rolled back in {elapsed_ms} ms")        \
    X(TABLE_PRESENT, INFO, "table {table}: present")                                               \
    X(TABLE_MISSING, ERROR, "table {table}: missing")                                              \
    X(SNAPSHOT_MISSING, WARN, "missing, though the newest snapshot has it: {names}")               \
    X(HOOK, INFO, "running {hook}: {command}")                                                     \
    X(HOOK_OUTPUT, INFO, "{hook}: {line}")                                                         \
    X(HOOK_DONE, INFO, "{hook} finished in {elapsed_ms} ms")                                       \
    X(HOOK_FAILED, WARN, "{reason}")                                                               \
    X(START_SERVER, INFO, "starting {server}")                                                     \
    X(FAILED, ERROR, "{summary}")

enum ep_event_kind {
#define X(kind, level, message) EP_EVENT_##kind,
    EP_EVENT_LIST(X)
#undef X
};

enum ep_field_type { EP_FIELD_TEXT, EP_FIELD_INTEGER };

struct ep_field {
    const char *name;
    enum ep_field_type type;
    const char *text; /* with EP_FIELD_TEXT; NULL: the field is left out */
    long long integer;
};

#define EP_TEXT_FIELD(name_, text_) \
    ((struct ep_field){.name = (name_), .type = EP_FIELD_TEXT, .text = (text_)})
#define EP_INTEGER_FIELD(name_, integer_) \
    ((struct ep_field){.name = (name_), .type = EP_FIELD_INTEGER, .integer = (integer_)})

struct ep_event {
    enum ep_event_kind kind;
    const struct ep_field *fields;
    size_t field_count;
};

/* Who listens. report may be NULL: nobody does. */
struct ep_reporter {
    void (*report)(void *context, const struct ep_event *event);
    void *context;
    bool live; /* EP_EVENT_PROGRESS is shown in place: it may come every second */
};

/* At least one field must be given. */
#define ep_report(reporter, kind, ...)                                           \
    ep_report_fields((reporter), (kind), (const struct ep_field[]){__VA_ARGS__}, \
                     EP_COUNT_OF(((const struct ep_field[]){__VA_ARGS__})))

void ep_report_fields(const struct ep_reporter *reporter, enum ep_event_kind kind,
                      const struct ep_field *fields, size_t field_count);

/* The row of EP_EVENT_LIST for a kind; NULL past the end. */
struct ep_event_row {
    const char *name; /* "APPLIED" */
    enum ep_level level;
    const char *message;
};
const struct ep_event_row *ep_event_row(size_t kind);

#endif
