#include "steps/batch.h"

#include "base/check.h"
#include "base/text.h"
#include "postgres/pipeline.h"
#include "steps/explain.h"
#include "system/clock.h"

#include <stdlib.h>

/* Pushed when so much is queued; above the most, answers are awaited down to the half of it. */
enum { PUSH_BYTES = 32 * 1024, MOST_BYTES = 256 * 1024, OVERHEAD_BYTES = 128 };

void ep_batch_clear(struct ep_batch *batch)
{
    free(batch->entries);
    batch->entries = NULL;
    batch->first = batch->count = batch->capacity = 0;
    batch->in_flight = batch->unpushed = 0;
    batch->open = false;
    batch->closed = false;
}

bool ep_batch_fits(const struct ep_batch *batch, const struct ep_migration *migration,
                   const struct ep_extent *extent)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_query query = {0};

    return extent->is_plain && !extent->is_apart && !extent->controls && !extent->unwrapped
           && ep_ledger_record_query(&arena, batch->table, batch->ledger, migration, &query);
}

static void push_entry(struct ep_batch *batch, const struct ep_batch_entry *entry)
{
    if (batch->first + batch->count == batch->capacity) {
        size_t capacity = batch->count * 2 < 64 ? 64 : batch->count * 2;
        struct ep_batch_entry *entries = calloc(capacity, sizeof(*entries));
        if (entries == NULL) {
            ep_check_out_of_memory();
        }
        if (batch->count > 0) {
            memcpy(entries, batch->entries + batch->first, batch->count * sizeof(*entries));
        }
        free(batch->entries);
        batch->entries = entries;
        batch->first = 0;
        batch->capacity = capacity;
    }
    batch->entries[batch->first + batch->count++] = *entry;
    batch->in_flight += entry->cost;
    batch->unpushed += entry->cost;
}

/* The file is read again: what was sent of it is not kept. */
static void explain(const struct ep_batch *batch, const struct ep_batch_entry *entry, long position,
                    struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_script script = {0};
    struct ep_error ignored = {0};

    if (entry->is_ours || !ep_script_load(&arena, entry->migration, &script, &ignored)) {
        (void)ep_error_context(err, "migration %s", entry->migration->tag);
        return;
    }
    const struct ep_sent sent = {
        .sql = ep_span_part(script.text, entry->offset, entry->size),
        .position = position,
    };
    ep_explain_failure(entry->migration, &script, &sent, err);
    (void)ep_watch_refused(batch->watch, err, sent.sql);
}

/* After a refusal the session is to be of use, for a rollback. */
static void abandon(struct ep_batch *batch)
{
    struct ep_error ignored = {0};

    if (batch->open && !ep_session_is_lost(batch->session)) {
        bool ended = (batch->closed || ep_pipeline_close(batch->session, &ignored))
                     && ep_pipeline_end(batch->session, &ignored);
        (void)ended; /* a session that is lost then is found so by whoever uses it next */
    }
    ep_session_set_running(batch->session, NULL);
    ep_batch_clear(batch);
}

static void note_running(struct ep_batch *batch, const struct ep_batch_entry *entry)
{
    if (entry->is_ours) {
        ep_session_set_running(batch->session, NULL);
    } else {
        const struct ep_running running = {
            .tag = entry->migration->tag,
            .statement = entry->number + 1,
            .statement_count = entry->extent->statement_count,
        };
        ep_session_set_running(batch->session, &running);
    }
}

static bool receive(struct ep_batch *batch, struct ep_error *err)
{
    const struct ep_batch_entry entry = batch->entries[batch->first];
    long position = 0;

    note_running(batch, &entry);
    if (!ep_pipeline_receive(batch->session, &position, err)) {
        explain(batch, &entry, position, err);
        abandon(batch);
        return false;
    }
    if (entry.elapsed_ms != NULL) {
        int64_t now_ms = ep_clock_ms();
        *entry.elapsed_ms = now_ms - batch->since_ms;
        batch->since_ms = now_ms;
    }
    batch->first++;
    batch->count--;
    batch->in_flight -= entry.cost;
    return true;
}

static bool push(struct ep_batch *batch, struct ep_error *err)
{
    batch->unpushed = 0;
    if (!ep_pipeline_push(batch->session, err)) {
        abandon(batch);
        return false;
    }
    return true;
}

static bool send(struct ep_batch *batch, const struct ep_query *query,
                 const struct ep_batch_entry *entry, struct ep_error *err)
{
    if (!ep_pipeline_send(batch->session, query, err)) {
        abandon(batch);
        return false;
    }
    push_entry(batch, entry);
    if (batch->unpushed >= PUSH_BYTES && !push(batch, err)) {
        return false;
    }
    if (batch->in_flight >= MOST_BYTES) {
        if (batch->unpushed > 0 && !push(batch, err)) {
            return false;
        }
        while (batch->in_flight > MOST_BYTES / 2) {
            if (!receive(batch, err)) {
                return false;
            }
        }
    }
    return true;
}

static bool begin(struct ep_batch *batch, struct ep_error *err)
{
    if (!batch->open) {
        if (!ep_pipeline_begin(batch->session, err)) {
            return false;
        }
        batch->open = true;
        batch->since_ms = ep_clock_ms();
    }
    return true;
}

static bool send_statements(struct ep_batch *batch, const struct ep_script *script,
                            struct ep_batch_entry *entry, struct ep_error *err)
{
    struct ep_extent_cursor cursor = {.script = script};
    struct ep_extent_statement statement;
    struct ep_text copy EP_CLEANUP(ep_text_clear) = {0};

    while (ep_extent_next(&cursor, &statement)) {
        const struct ep_query query = {.sql = ep_script_terminate(script, statement.sql, &copy)};
        entry->offset = (size_t)(statement.sql.data - script->text.data);
        entry->size = statement.sql.size;
        entry->number = statement.number;
        entry->cost = statement.sql.size + OVERHEAD_BYTES;
        if (!send(batch, &query, entry, err)) {
            return false;
        }
    }
    return true;
}

bool ep_batch_add(struct ep_batch *batch, const struct ep_migration *migration,
                  const struct ep_extent *extent, int64_t *ret_elapsed_ms, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_script script = {0};
    struct ep_query row = {0};
    struct ep_batch_entry entry = {
        .migration = migration,
        .extent = extent,
    };

    if (!ep_script_load(&arena, migration, &script, err)) {
        abandon(batch);
        return false;
    }
    ep_report(batch->reporter, EP_EVENT_APPLYING, EP_TEXT_FIELD("tag", migration->tag));
    EP_CHECK(ep_ledger_record_query(&arena, batch->table, batch->ledger, migration, &row));
    if (!begin(batch, err) || !send_statements(batch, &script, &entry, err)) {
        return false;
    }
    entry.is_ours = true;
    entry.elapsed_ms = ret_elapsed_ms;
    entry.cost = 2 * OVERHEAD_BYTES;
    return send(batch, &row, &entry, err);
}

bool ep_batch_name(struct ep_batch *batch, const struct ep_migration *migration, size_t number,
                   size_t count, struct ep_error *err)
{
    struct ep_text sql EP_CLEANUP(ep_text_clear) = {0};
    const struct ep_batch_entry entry = {
        .migration = migration, .is_ours = true, .cost = 2 * OVERHEAD_BYTES};

    ep_text_add(&sql, "SET LOCAL application_name = E'entrypoint: applying ");
    for (const char *at = migration->tag; at[0] != '\0'; at++) {
        if (at[0] == '\'' || at[0] == '\\') {
            ep_text_add_byte(&sql, at[0]);
        }
        ep_text_add_byte(&sql, at[0]);
    }
    ep_text_format(&sql, " %zu/%zu'", number, count);
    const struct ep_query query = {.sql = ep_text_get(&sql)};
    return begin(batch, err) && send(batch, &query, &entry, err);
}

bool ep_batch_finish(struct ep_batch *batch, struct ep_error *err)
{
    if (!batch->open) {
        return true;
    }
    batch->closed = true;
    if (!ep_pipeline_close(batch->session, err)) {
        abandon(batch);
        return false;
    }
    while (batch->count > 0) {
        if (!receive(batch, err)) {
            return false;
        }
    }
    ep_session_set_running(batch->session, NULL);
    bool ended = ep_pipeline_end(batch->session, err);
    ep_batch_clear(batch);
    return ended;
}
