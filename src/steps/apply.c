#include "steps/apply.h"

#include "base/text.h"
#include "steps/explain.h"
#include "system/clock.h"

#include <stdint.h>

static void explain(const struct ep_apply *apply, const struct ep_migration *migration,
                    const struct ep_script *script, const struct ep_sent *sent,
                    struct ep_error *err)
{
    ep_explain_failure(migration, script, sent, err);
    (void)ep_watch_refused(apply->watch, err, ep_explain_statement(sent));
}

static bool transaction_is_ours(const struct ep_apply *apply, bool *ret_ours, struct ep_error *err)
{
    struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;

    if (!ep_session_query(apply->session,
                          (struct ep_query){.sql = "SELECT pg_catalog.txid_current()"},
                          EP_CLOCK_NEVER, &result, err)) {
        return false;
    }
    *ret_ours = strcmp(ep_result_word(result, 0, 0), apply->transaction_id) == 0;
    return true;
}

static bool fail_rolled_back(struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SQL, "the migration rolled back the transaction it runs in");
    return ep_error_hint(err, "Take ROLLBACK and ABORT out of the file: a migration that fails is "
                              "rolled back by itself.");
}

/* Its locks stay too, that on the ledger among them. */
static bool fail_prepared(struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SQL, "the migration prepared the transaction it runs in");
    return ep_error_hint(err,
                         "Find it in pg_prepared_xacts and end it with ROLLBACK PREPARED: until "
                         "then it locks the tracking table. Then take PREPARE TRANSACTION out "
                         "of the file.");
}

/*
 * Did the chunk leave the transaction? The command tags tell, but for ROLLBACK,
 * which is also the tag of ROLLBACK TO SAVEPOINT: then the transaction's number does.
 */
static bool check_transaction(struct ep_apply *apply, const struct ep_migration *migration,
                              const struct ep_chunk_outcome *outcome, struct ep_error *err)
{
    bool open = ep_session_transaction(apply->session) == EP_TRANSACTION_OPEN;
    bool same = open && !apply->own_transaction;

    if (outcome->prepared) {
        apply->prepared = true;
        return fail_prepared(err);
    }
    if (same && !outcome->committed && !outcome->rolled_back) {
        return true;
    }
    if (outcome->rolled_back) {
        if (same && !outcome->committed && !transaction_is_ours(apply, &same, err)) {
            return false;
        }
        return same && !outcome->committed ? true : fail_rolled_back(err);
    }
    if (!open && !outcome->committed && !apply->own_transaction) {
        return fail_rolled_back(err); /* gone, and nobody said how: never assume the best */
    }
    if (outcome->committed && !apply->own_transaction) {
        apply->own_transaction = true;
        ep_report(apply->reporter, EP_EVENT_OWN_TRANSACTION, EP_TEXT_FIELD("tag", migration->tag));
    }
    return true;
}

/* What is sent of a chunk: what lies within the body. */
static struct ep_span body_of(const struct ep_script *script, const struct ep_extent *extent,
                              struct ep_span chunk)
{
    size_t begin = (size_t)(chunk.data - script->text.data), end = begin + chunk.size;
    size_t from = begin < extent->body_begin ? extent->body_begin : begin;
    size_t to = end > extent->body_end ? extent->body_end : end;

    return from < to ? ep_span_part(script->text, from, to - from)
                     : ep_span_part(script->text, to, 0);
}

static void report_begin(const struct ep_apply *apply, const struct ep_migration *migration,
                         const struct ep_extent *extent)
{
    ep_report(apply->reporter, EP_EVENT_APPLYING, EP_TEXT_FIELD("tag", migration->tag));
    if (extent->unwrapped) {
        ep_report(apply->reporter, EP_EVENT_OWN_BOUNDARIES, EP_TEXT_FIELD("tag", migration->tag),
                  EP_TEXT_FIELD("how", "in our transaction"));
    }
}

/* A message has so many bytes, and what is left of its last statement. */
enum { PORTION_BYTES = 256 * 1024 };

/*
 * What is sent in one message: libpq holds that three times over, so of a large chunk some whole
 * statements. Not where transactions end within it: behind a COMMIT those of one message share
 * another.
 */
static struct ep_span first_portion(const struct ep_extent *extent, struct ep_span sql)
{
    struct ep_sql_cutter cutter = {.text = sql};
    struct ep_sql_statement item;

    if (extent->controls || sql.size <= PORTION_BYTES) {
        return sql;
    }
    while (ep_sql_cutter_next(&cutter, &item)) {
        if (item.outer_end >= PORTION_BYTES && item.has_semicolon) {
            return ep_span_part(sql, 0, item.outer_end);
        }
    }
    return sql;
}

static bool run_body(struct ep_apply *apply, const struct ep_migration *migration,
                     const struct ep_script *script, const struct ep_extent *extent,
                     struct ep_span body, size_t statements, struct ep_error *err)
{
    struct ep_text copy EP_CLEANUP(ep_text_clear) = {0};

    for (bool more = true; more;) { /* a body without statements is sent as well */
        struct ep_chunk_outcome outcome = {0};
        struct ep_span sql = first_portion(extent, body);
        const struct ep_running running = {
            .tag = migration->tag,
            .statement = statements + 1,
            .statement_count = extent->statement_count,
        };
        ep_session_set_running(apply->session, &running);
        if (!ep_session_run_chunk(apply->session, ep_script_terminate(script, sql, &copy),
                                  EP_CLOCK_NEVER, &outcome, err)
            || !check_transaction(apply, migration, &outcome, err)) {
            const struct ep_sent sent = {
                .sql = sql, .completed = outcome.completed, .position = outcome.position};
            explain(apply, migration, script, &sent, err);
            return false;
        }
        more = sql.size < body.size;
        statements += more ? ep_explain_count(sql) : 0;
        body = ep_span_part(body, sql.size, SIZE_MAX);
    }
    return true;
}

static bool run_chunks(struct ep_apply *apply, const struct ep_migration *migration,
                       const struct ep_script *script, const struct ep_extent *extent,
                       struct ep_error *err)
{
    size_t statements = 0;

    for (size_t i = 0; i < script->chunk_count; i++) {
        struct ep_span chunk = script->chunks[i];
        struct ep_span body = body_of(script, extent, chunk);
        size_t left_out = (size_t)(body.data - chunk.data);
        size_t before = statements + ep_explain_count(ep_span_part(chunk, 0, left_out));

        if (!run_body(apply, migration, script, extent, body, before, err)) {
            return false;
        }
        statements += i + 1 < script->chunk_count ? ep_explain_count(chunk) : 0;
    }
    return true;
}

bool ep_apply_run(struct ep_apply *apply, const struct ep_migration *migration,
                  const struct ep_extent *extent, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_script script = {0};

    apply->own_transaction = false;
    apply->prepared = false;
    apply->deferred = 0;
    if (!ep_script_load(&arena, migration, &script, err)) {
        return false;
    }
    report_begin(apply, migration, extent);
    bool tolerates = ep_tolerance_is_for(apply->tolerance, migration, &script, extent,
                                         ep_session_server_version(apply->session));
    const struct ep_running running = {
        .tag = migration->tag, .statement = 1, .statement_count = extent->statement_count};
    ep_session_set_running(apply->session, &running);
    bool done = tolerates ? ep_tolerance_run(apply->tolerance, migration, &script, extent,
                                             &apply->deferred, err)
                          : run_chunks(apply, migration, &script, extent, err);
    ep_session_set_running(apply->session, NULL);
    return done;
}

bool ep_apply_record(struct ep_apply *apply, const struct ep_migration *migration,
                     int64_t elapsed_ms, struct ep_error *err)
{
    if (!ep_ledger_record(apply->session, apply->table, apply->ledger, migration, elapsed_ms,
                          err)) {
        return ep_error_context(err, "migration %s", migration->tag);
    }
    if (apply->own_transaction && ep_session_transaction(apply->session) != EP_TRANSACTION_NONE) {
        return ep_session_query(apply->session, (struct ep_query){.sql = "COMMIT"}, EP_CLOCK_NEVER,
                                NULL, err);
    }
    return true;
}
