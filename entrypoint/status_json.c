#include "entrypoint/json_value.h"
#include "entrypoint/status_output.h"
#include "format/json.h"
#include "format/json_write.h"
#include "format/utf8.h"

/* "2026-11-21 06:28:44.123+00" as RFC 3339 has it; what PostgreSQL writes otherwise as it is. */
static json_t *make_applied_at(const struct ep_ledger_row *row)
{
    enum { DATE_SIZE = 10 };
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    if (row == NULL || row->applied_at == NULL || !ep_status_output_is_utc(row->applied_at)) {
        return ep_json_value_text(row == NULL ? NULL : row->applied_at);
    }
    struct ep_span time = ep_span_of(row->applied_at);
    ep_text_append(&text, ep_span_part(time, 0, DATE_SIZE));
    ep_text_add_byte(&text, 'T');
    ep_text_append(&text,
                   ep_span_part(time, DATE_SIZE + 1, time.size - DATE_SIZE - 1 - strlen("+00")));
    ep_text_add_byte(&text, 'Z');
    return ep_json_value_text(ep_text_get(&text));
}

/* The notes about one migration; NULL: about the table. */
static json_t *make_notes(const struct ep_plan *plan, const struct ep_migration *migration)
{
    json_t *notes = json_array();

    for (size_t i = 0; i < plan->note_count; i++) {
        if (plan->notes[i].migration == migration) {
            ep_json_value_append(notes, ep_json_value_text(plan->notes[i].text));
        }
    }
    return notes;
}

static json_t *make_item(const struct ep_plan *plan, const struct ep_plan_item *item)
{
    const struct ep_migration *migration = item->migration;
    json_t *object = json_object();

    ep_json_value_set(object, "tag", ep_json_value_text(migration->tag));
    ep_json_value_set(object, "state", json_string(ep_status_output_state(item->state)));
    ep_json_value_set(object, "created_at",
                      migration->layout == EP_LAYOUT_NUMBERED
                          ? json_null()
                          : json_integer(migration->created_at));
    ep_json_value_set(object, "applied_at", make_applied_at(item->row));
    ep_json_value_set(object, "hash", ep_json_value_text(migration->hash));
    ep_json_value_set(
        object, "recorded_hash",
        ep_json_value_text(item->row == NULL || item->row->is_hashless ? NULL : item->row->hash));
    ep_json_value_set(object, "edited", json_boolean(item->edited));
    ep_json_value_set(object, "line_endings_differ", json_boolean(item->line_endings_differ));
    ep_json_value_set(object, "out_of_order", json_boolean(item->out_of_order));
    ep_json_value_set(object, "drizzle_runs_again", json_boolean(item->runs_again));
    ep_json_value_set(object, "in_future", json_boolean(item->in_future));
    ep_json_value_set(object, "renamed", json_boolean(item->renamed));
    ep_json_value_set(object, "notes", make_notes(plan, migration));
    return object;
}

static json_t *make_unknown(const struct ep_ledger_row *row)
{
    json_t *object = json_object();

    ep_json_value_set(object, "id", ep_json_value_text(row->id));
    ep_json_value_set(object, "name", ep_json_value_text(row->name));
    ep_json_value_set(object, "created_at",
                      row->has_created_at ? json_integer(row->created_at) : json_null());
    ep_json_value_set(object, "applied_at", make_applied_at(row));
    ep_json_value_set(object, "hash", ep_json_value_text(row->is_hashless ? NULL : row->hash));
    return object;
}

static json_t *make_status(const struct ep_status *status)
{
    const struct ep_plan *plan = &status->plan;
    json_t *object = json_object();
    json_t *migrations = json_array(), *unknown = json_array();

    for (size_t i = 0; i < plan->item_count; i++) {
        ep_json_value_append(migrations, make_item(plan, &plan->items[i]));
    }
    for (size_t i = 0; i < plan->unknown_count; i++) {
        ep_json_value_append(unknown, make_unknown(plan->unknown[i]));
    }
    ep_json_value_set(object, "table", ep_json_value_text(status->table));
    ep_json_value_set(object, "exists", json_boolean(status->shape != EP_LEDGER_ABSENT));
    ep_json_value_set(object, "applied", json_integer((json_int_t)plan->applied_count));
    ep_json_value_set(object, "pending", json_integer((json_int_t)plan->pending_count));
    ep_json_value_set(object, "skipped", json_integer((json_int_t)ep_status_output_skipped(plan)));
    ep_json_value_set(object, "migrations", migrations);
    ep_json_value_set(object, "unknown", unknown);
    ep_json_value_set(object, "notes", make_notes(plan, NULL));
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
        ep_json_value_append(tiers, make_status(&list->items[i]));
    }
    ep_json_value_set(object, "applied", json_integer((json_int_t)applied));
    ep_json_value_set(object, "pending", json_integer((json_int_t)pending));
    ep_json_value_set(object, "skipped", json_integer((json_int_t)skipped));
    ep_json_value_set(object, "tiers", tiers);
    return object;
}

void ep_status_output_json(struct ep_text *out, const struct ep_status_list *list)
{
    json_t *document EP_CLEANUP(ep_json_drop) = NULL;

    document = list->count == 1 ? make_status(&list->items[0]) : make_tiers(list);
    ep_json_write(document, out);
    ep_text_add_byte(out, '\n');
}
