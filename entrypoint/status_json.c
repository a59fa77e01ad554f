#include "base/check.h"
#include "entrypoint/status_output.h"
#include "format/json.h"
#include "format/json_write.h"
#include "format/utf8.h"

/* The reference becomes the object's. */
static void set(json_t *object, const char *name, json_t *value)
{
    EP_CHECK(json_object_set_new(object, name, value) == 0);
}

static void append(json_t *array, json_t *value)
{
    EP_CHECK(json_array_append_new(array, value) == 0);
}

static json_t *make_text(const char *string)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    if (string == NULL) {
        return json_null();
    }
    ep_utf8_replace_invalid(ep_span_of(string), &text);
    return json_stringn(ep_text_get(&text), text.size);
}

/* "2026-11-21 06:28:44.123+00" as RFC 3339 has it; what PostgreSQL writes otherwise as it is. */
static json_t *make_applied_at(const struct ep_ledger_row *row)
{
    enum { DATE_SIZE = 10 };
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    if (row == NULL || row->applied_at == NULL || !ep_status_output_is_utc(row->applied_at)) {
        return make_text(row == NULL ? NULL : row->applied_at);
    }
    struct ep_span time = ep_span_of(row->applied_at);
    ep_text_append(&text, ep_span_part(time, 0, DATE_SIZE));
    ep_text_add_byte(&text, 'T');
    ep_text_append(&text,
                   ep_span_part(time, DATE_SIZE + 1, time.size - DATE_SIZE - 1 - strlen("+00")));
    ep_text_add_byte(&text, 'Z');
    return make_text(ep_text_get(&text));
}

/* The notes about one migration; NULL: about the table. */
static json_t *make_notes(const struct ep_plan *plan, const struct ep_migration *migration)
{
    json_t *notes = json_array();

    for (size_t i = 0; i < plan->note_count; i++) {
        if (plan->notes[i].migration == migration) {
            append(notes, make_text(plan->notes[i].text));
        }
    }
    return notes;
}

static json_t *make_item(const struct ep_plan *plan, const struct ep_plan_item *item)
{
    const struct ep_migration *migration = item->migration;
    json_t *object = json_object();

    set(object, "tag", make_text(migration->tag));
    set(object, "state", json_string(ep_status_output_state(item->state)));
    set(object, "created_at", json_integer(migration->created_at));
    set(object, "applied_at", make_applied_at(item->row));
    set(object, "hash", make_text(migration->hash));
    set(object, "recorded_hash", make_text(item->row == NULL ? NULL : item->row->hash));
    set(object, "edited", json_boolean(item->edited));
    set(object, "line_endings_differ", json_boolean(item->line_endings_differ));
    set(object, "out_of_order", json_boolean(item->out_of_order));
    set(object, "drizzle_runs_again", json_boolean(item->runs_again));
    set(object, "in_future", json_boolean(item->in_future));
    set(object, "notes", make_notes(plan, migration));
    return object;
}

static json_t *make_unknown(const struct ep_ledger_row *row)
{
    json_t *object = json_object();

    set(object, "id", make_text(row->id));
    set(object, "name", make_text(row->name));
    set(object, "created_at", row->has_created_at ? json_integer(row->created_at) : json_null());
    set(object, "applied_at", make_applied_at(row));
    set(object, "hash", make_text(row->hash));
    return object;
}

static json_t *make_status(const struct ep_status *status)
{
    const struct ep_plan *plan = &status->plan;
    json_t *object = json_object();
    json_t *migrations = json_array(), *unknown = json_array();

    for (size_t i = 0; i < plan->item_count; i++) {
        append(migrations, make_item(plan, &plan->items[i]));
    }
    for (size_t i = 0; i < plan->unknown_count; i++) {
        append(unknown, make_unknown(plan->unknown[i]));
    }
    set(object, "table", make_text(status->table));
    set(object, "exists", json_boolean(status->shape != EP_LEDGER_ABSENT));
    set(object, "applied", json_integer((json_int_t)plan->applied_count));
    set(object, "pending", json_integer((json_int_t)plan->pending_count));
    set(object, "skipped", json_integer((json_int_t)ep_status_output_skipped(plan)));
    set(object, "migrations", migrations);
    set(object, "unknown", unknown);
    set(object, "notes", make_notes(plan, NULL));
    return object;
}

/* The totals, and an object for each tier. */
static json_t *make_tiers(const struct ep_status_list *list)
{
    json_t *object = json_object(), *tiers = json_array();
    size_t applied = 0, pending = 0, skipped = 0;

    for (size_t i = 0; i < list->count; i++) {
        const struct ep_plan *plan = &list->items[i].plan;
        applied += plan->applied_count;
        pending += plan->pending_count;
        skipped += ep_status_output_skipped(plan);
        append(tiers, make_status(&list->items[i]));
    }
    set(object, "applied", json_integer((json_int_t)applied));
    set(object, "pending", json_integer((json_int_t)pending));
    set(object, "skipped", json_integer((json_int_t)skipped));
    set(object, "tiers", tiers);
    return object;
}

void ep_status_output_json(struct ep_text *out, const struct ep_status_list *list)
{
    json_t *document EP_CLEANUP(ep_json_drop) = NULL;

    document = list->count == 1 ? make_status(&list->items[0]) : make_tiers(list);
    ep_json_write(document, out);
    ep_text_add_byte(out, '\n');
}
