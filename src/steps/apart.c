#include "steps/apart.h"

#include "steps/effect.h"
#include "steps/explain.h"
#include "steps/hold.h"
#include "system/clock.h"

#include <inttypes.h>

/* One call of ep_apart_run(). */
struct running {
    struct ep_arena *arena;
    const struct ep_apart *apart;
    struct ep_session *session;
    struct ep_script script;
    struct ep_progress progress;
    struct ep_extent_cursor cursor;
    size_t done; /* statements before this one are done for good */
};

static bool command(const struct running *running, const char *sql, struct ep_error *err)
{
    return ep_session_query(running->session, (struct ep_query){.sql = sql}, EP_CLOCK_NEVER, NULL,
                            err);
}

/* Where in the file: the character that the server names, or the statement's first. */
static bool place_error(const struct running *running, const struct ep_extent_statement *statement,
                        long position, struct ep_error *err)
{
    const struct ep_sent sent = {.sql = statement->sql, .position = position};

    ep_explain_failure(running->apart->migration, &running->script, &sent, err);
    (void)ep_watch_refused(running->apart->watch, err, statement->sql);
    if (!ep_session_is_lost(running->session)
        && ep_session_transaction(running->session) != EP_TRANSACTION_NONE) {
        (void)ep_error_outcome(err, "The transaction was rolled back.");
    }
    if (running->done > 0) {
        (void)ep_error_outcome(err,
                               "What %s did before stays; the next start goes on at its statement "
                               "%zu.",
                               running->apart->migration->tag, running->done + 1);
    }
    return false;
}

static bool fail_edited(const struct running *running, const struct ep_extent_statement *statement,
                        struct ep_error *err)
{
    const struct ep_apart *apart = running->apart;

    (void)ep_fail(err, EP_FAULT_SOURCE,
                  "statement %zu of migration %s was changed after it was done",
                  statement->number + 1, apart->migration->tag);
    (void)ep_error_detail(err, "The migration runs statement by statement and was interrupted; "
                               "what is done already is not run again.");
    (void)ep_error_hint(err,
                        "Restore the statements that are done and change only those behind them; "
                        "or undo by hand what was done and delete the rows of this migration "
                        "from %s.",
                        running->progress.table);
    ep_script_place(apart->migration, &running->script,
                    (size_t)(statement->sql.data - running->script.text.data), err);
    return false;
}

/* A file of which statements were removed that are done. */
static bool fail_shortened(const struct running *running, struct ep_error *err)
{
    const struct ep_apart *apart = running->apart;

    (void)ep_fail(err, EP_FAULT_SOURCE, "statements of migration %s that are done were removed",
                  apart->migration->tag);
    (void)ep_error_hint(err,
                        "Restore them; or undo by hand what was done and delete the rows of this "
                        "migration from %s.",
                        running->progress.table);
    ep_script_place(apart->migration, &running->script, running->script.text.size, err);
    return false;
}

/* Whether what is recorded as done is what the file has. */
static bool check_done(struct running *running, struct ep_error *err)
{
    struct ep_extent_cursor cursor = {.script = &running->script};
    struct ep_extent_statement statement;
    size_t count = 0, resume = 0, done = 0;

    while (ep_extent_next(&cursor, &statement)) {
        char digest[EP_DIGEST_HEX_BYTES];
        const struct ep_progress_row *row = ep_progress_find(&running->progress, statement.number);
        count++;
        if (row == NULL || !row->is_done) {
            continue;
        }
        ep_digest_sha256_hex(statement.sql, digest);
        if (strcmp(digest, row->digest) != 0) {
            return fail_edited(running, &statement, err);
        }
        done++;
        resume = statement.number + 1;
    }
    for (size_t i = 0; i < running->progress.row_count; i++) {
        if (running->progress.rows[i].is_done && running->progress.rows[i].statement >= count) {
            return fail_shortened(running, err);
        }
    }
    running->done = resume;
    if (done > 0 && resume < count) {
        ep_report(running->apart->reporter, EP_EVENT_RESUMING,
                  EP_TEXT_FIELD("tag", running->apart->migration->tag),
                  EP_INTEGER_FIELD("statement", (long long)resume + 1),
                  EP_INTEGER_FIELD("statements", (long long)count));
    }
    return true;
}

static bool fail_left(const struct ep_chunk_outcome *outcome, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SQL,
                  outcome->prepared ? "the migration prepared the transaction it runs in"
                                    : "the migration rolled back the transaction it runs in");
    return ep_error_hint(err, outcome->prepared
                                  ? "Find it in pg_prepared_xacts and end it with ROLLBACK "
                                    "PREPARED. Then take PREPARE TRANSACTION out of the file."
                                  : "Take ROLLBACK and ABORT out of the file: a migration that "
                                    "fails is rolled back by itself.");
}

static bool send(struct running *running, const struct ep_extent_statement *statement,
                 bool in_transaction, struct ep_error *err)
{
    struct ep_text copy EP_CLEANUP(ep_text_clear) = {0};
    struct ep_chunk_outcome outcome = {0};

    const struct ep_running now = {
        .tag = running->apart->migration->tag,
        .statement = statement->number + 1,
        .statement_count = running->apart->extent->statement_count,
    };

    ep_session_set_running(running->session, &now);
    if (!ep_session_run_chunk(running->session,
                              ep_script_terminate(&running->script, statement->sql, &copy),
                              EP_CLOCK_NEVER, &outcome, err)) {
        return place_error(running, statement, outcome.position, err);
    }
    if (in_transaction && ep_session_transaction(running->session) != EP_TRANSACTION_OPEN) {
        (void)fail_left(&outcome, err);
        return place_error(running, statement, 0, err);
    }
    return true;
}

static struct ep_progress_row row_of(const struct running *running,
                                     const struct ep_extent_statement *statement)
{
    char digest[EP_DIGEST_HEX_BYTES];

    ep_digest_sha256_hex(statement->sql, digest);
    return (struct ep_progress_row){
        .statement = statement->number,
        .digest = ep_arena_copy(running->arena, ep_span_of(digest)),
        .is_done = true,
    };
}

static bool is_done(const struct running *running, size_t statement)
{
    const struct ep_progress_row *row = ep_progress_find(&running->progress, statement);
    return row != NULL && row->is_done;
}

/* Move the cursor to a statement; what lies between is BEGIN and COMMIT of the file's own. */
static struct ep_extent_statement go_to(struct running *running, size_t number)
{
    struct ep_extent_statement statement = {0};

    while (ep_extent_next(&running->cursor, &statement) && statement.number < number) {
        /* on to the next */
    }
    return statement;
}

static bool run_transaction(struct running *running, const struct ep_extent_part *part,
                            struct ep_error *err)
{
    struct ep_progress_row *rows = ep_arena_array(running->arena, part->count, sizeof(*rows));
    struct ep_extent_statement statement = {0};
    size_t count = 0;

    for (size_t i = 0; i < part->count; i++) {
        if (is_done(running, part->first + i)) {
            continue;
        }
        statement = go_to(running, part->first + i);
        if (count == 0
            && (!ep_hold_check(running->apart->replica, err)
                || !ep_replica_begin(running->apart->replica, err))) {
            return false;
        }
        if (!send(running, &statement, true, err)) {
            return false;
        }
        rows[count++] = row_of(running, &statement);
    }
    if (count == 0) {
        return true;
    }
    if (!ep_progress_done(&running->progress, rows, count, err)) {
        return false;
    }
    return command(running, "COMMIT", err) || place_error(running, &statement, 0, err);
}

static bool drop_invalid(const struct running *running, const char *index, struct ep_error *err)
{
    ep_report(running->apart->reporter, EP_EVENT_INVALID_DROPPED,
              EP_TEXT_FIELD("tag", running->apart->migration->tag), EP_TEXT_FIELD("index", index));
    return command(running,
                   ep_arena_format(running->arena, "DROP INDEX CONCURRENTLY IF EXISTS %s", index),
                   err)
           || ep_error_context(err, "dropping the invalid index %s", index);
}

static bool finalize(const struct running *running, const struct ep_boundary *boundary,
                     struct ep_error *err)
{
    return command(running,
                   ep_arena_format(running->arena,
                                   "ALTER TABLE %.*s DETACH PARTITION %.*s FINALIZE",
                                   EP_SPAN_PRINT(boundary->table), EP_SPAN_PRINT(boundary->name)),
                   err);
}

/*
 * What is there before a statement runs: whether it is needed any more. An index that is there
 * is its work only if the statement was about to run.
 */
static bool prepare(const struct running *running, const struct ep_extent_statement *statement,
                    const struct ep_boundary *boundary, const char **ret_done, struct ep_error *err)
{
    bool intended = ep_progress_find(&running->progress, statement->number) != NULL;
    struct ep_effect effect = {.state = EP_EFFECT_STATE_UNKNOWN};

    *ret_done = NULL;
    if (!intended && boundary->effect != EP_EFFECT_INDEX_CREATED) {
        return true;
    }
    for (;;) {
        if (!ep_effect_look_up(running->arena, running->session, boundary, statement->sql, &effect,
                               err)) {
            return false;
        }
        if (effect.state == EP_EFFECT_STATE_RUNNING) {
            if (!ep_replica_wait_turn(running->apart->replica, err)) {
                return false;
            }
        } else if (effect.state == EP_EFFECT_STATE_INVALID) {
            if (!drop_invalid(running, effect.object, err)) {
                return false;
            }
        } else {
            break;
        }
    }
    if (effect.state == EP_EFFECT_STATE_HALFWAY && intended) {
        *ret_done = "it was half done and is finished";
        return finalize(running, boundary, err);
    }
    if (effect.state == EP_EFFECT_STATE_DONE && intended) {
        *ret_done = "its effect is there";
    }
    return true;
}

static void report_done(const struct running *running, size_t number, const char *reason)
{
    ep_report(running->apart->reporter, EP_EVENT_STATEMENT_DONE,
              EP_TEXT_FIELD("tag", running->apart->migration->tag),
              EP_INTEGER_FIELD("statement", (long long)number + 1),
              EP_INTEGER_FIELD("statements", (long long)running->apart->extent->statement_count),
              EP_TEXT_FIELD("reason", reason));
}

/* What to know of a build that failed half-way. */
static bool explain_alone(const struct running *running, const struct ep_boundary *boundary,
                          struct ep_error *err)
{
    if (boundary->effect == EP_EFFECT_INDEX_CREATED && strcmp(err->sqlstate, "42P07") != 0) {
        (void)ep_error_outcome(err,
                               "The index %.*s may be left invalid: the next start drops it and "
                               "builds it anew.",
                               EP_SPAN_PRINT(boundary->name));
    }
    if (boundary->effect == EP_EFFECT_REINDEXED) {
        (void)ep_error_outcome(err, "A copy of an index (its name ends in _ccnew or _ccold) may be "
                                    "left invalid: the next start drops it.");
    }
    if (strcmp(err->sqlstate, "25001") == 0 && running->apart->replica->pooled) {
        (void)ep_error_hint(err, "The pooler put it into a transaction: connect directly, with "
                                 "ENTRYPOINT_DATABASE_URL or DATABASE_URL_UNPOOLED.");
    }
    return false;
}

/*
 * Limits of the session for what runs outside a transaction. None for locks: CREATE INDEX
 * CONCURRENTLY waits for others without keeping anybody from work. Through a pooler such a
 * setting would stay on a connection that is somebody else's next.
 */
static bool limit_session(const struct running *running, struct ep_error *err)
{
    const struct ep_replica *replica = running->apart->replica;
    const char *timeout = ep_arena_format(running->arena, "%" PRId64,
                                          replica->settings->migrate_statement_timeout_ms);
    const char *name =
        ep_arena_format(running->arena, "entrypoint: applying %s", running->apart->migration->tag);
    bool is_14 = ep_session_server_version(running->session) >= 140000;

    if (replica->pooled) {
        return true;
    }
    return ep_session_query(
        running->session,
        EP_QUERY(is_14 ? "SELECT pg_catalog.set_config('lock_timeout', '0', false),"
                         " pg_catalog.set_config('statement_timeout', $1, false),"
                         " pg_catalog.set_config('application_name', $2, false),"
                         " pg_catalog.set_config('client_connection_check_interval',"
                         " CASE WHEN pg_catalog.version() LIKE '%linux%' THEN '2000' ELSE '0' END,"
                         " false)"
                       : "SELECT pg_catalog.set_config('lock_timeout', '0', false),"
                         " pg_catalog.set_config('statement_timeout', $1, false),"
                         " pg_catalog.set_config('application_name', $2, false)",
                 timeout, name),
        EP_CLOCK_NEVER, NULL, err);
}

/* DISCARD ALL has given up our lock, too. */
static bool recover(const struct running *running, const struct ep_boundary *boundary,
                    struct ep_error *err)
{
    return strcmp(boundary->what, "DISCARD ALL") != 0
           || (ep_replica_lock(running->apart->replica, err) && limit_session(running, err));
}

static bool run_alone(struct running *running, size_t number, struct ep_error *err)
{
    struct ep_boundary boundary = {.what = ""};
    const char *done = NULL;

    if (is_done(running, number)) {
        return true;
    }
    if (!ep_hold_check(running->apart->replica, err)) {
        return false;
    }
    struct ep_extent_statement statement = go_to(running, number);
    struct ep_progress_row row = row_of(running, &statement);
    if (statement.item.item == EP_SQL_ITEM_STATEMENT) {
        ep_boundary_judge(statement.chunk, &statement.item,
                          ep_session_server_version(running->session), &boundary);
    }
    if (!prepare(running, &statement, &boundary, &done, err)
        || (done == NULL && !ep_progress_intend(&running->progress, number, row.digest, err))) {
        return place_error(running, &statement, 0, err);
    }
    if (done != NULL) {
        report_done(running, number, done);
    } else if (!send(running, &statement, false, err)) {
        return explain_alone(running, &boundary, err);
    }
    return ep_progress_done(&running->progress, &row, 1, err) && recover(running, &boundary, err);
}

static void report_begin(const struct ep_apart *apart)
{
    ep_report(apart->reporter, EP_EVENT_APPLYING, EP_TEXT_FIELD("tag", apart->migration->tag));
    ep_report(apart->reporter, EP_EVENT_APART, EP_TEXT_FIELD("tag", apart->migration->tag),
              EP_TEXT_FIELD("reason", apart->extent->reason));
    if (apart->extent->unwrapped) {
        ep_report(apart->reporter, EP_EVENT_OWN_BOUNDARIES,
                  EP_TEXT_FIELD("tag", apart->migration->tag),
                  EP_TEXT_FIELD("how", "statement by statement"));
    }
}

static bool run_parts(struct running *running, struct ep_error *err)
{
    const struct ep_extent *extent = running->apart->extent;

    for (size_t i = 0; i < extent->part_count; i++) {
        const struct ep_extent_part *part = &extent->parts[i];
        if (part->is_alone ? !run_alone(running, part->first, err)
                           : !run_transaction(running, part, err)) {
            return false;
        }
        if (running->done < part->first + part->count) {
            running->done = part->first + part->count;
        }
    }
    return true;
}

bool ep_apart_run(struct ep_arena *arena, const struct ep_apart *apart,
                  struct ep_progress *ret_progress, struct ep_error *err)
{
    struct running running = {
        .arena = arena,
        .apart = apart,
        .session = apart->replica->session,
    };

    running.cursor.script = &running.script;
    if (!ep_script_load(arena, apart->migration, &running.script, err)) {
        return false;
    }
    report_begin(apart);
    if (!ep_progress_open(arena, apart->replica, &apart->tier->ledger, apart->migration,
                          &running.progress, err)
        || !check_done(&running, err) || !limit_session(&running, err)) {
        return false;
    }
    bool done = run_parts(&running, err);
    ep_session_set_running(running.session, NULL);
    *ret_progress = running.progress;
    return done;
}
