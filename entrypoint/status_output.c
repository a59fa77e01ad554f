#include "entrypoint/status_output.h"

#include "format/utf8.h"

#include <inttypes.h>
#include <limits.h>
#include <time.h>

enum column { STATE, MIGRATION, CREATED, APPLIED, NOTES, COLUMNS };
enum { TIME_SIZE = 19 }; /* 2026-11-21 06:28:44 */

/* Texts of one line; none may be NULL. */
struct line {
    const char *cells[COLUMNS];
};

/* One call of ep_status_output_text(). */
struct table {
    struct ep_arena arena;
    struct line *lines;
    size_t count;
};

static void table_clear(struct table *table)
{
    ep_arena_release(&table->arena);
}

const char *ep_status_output_state(enum ep_plan_state state)
{
    switch (state) {
    case EP_PLAN_APPLIED:
        return "applied";
    case EP_PLAN_PENDING:
        return "pending";
    case EP_PLAN_SKIPPED:
        break;
    }
    return "skipped";
}

/* "2026-11-21 06:28:44"; the bare number where that is no year of four digits. */
static const char *format_created_at(struct ep_arena *arena, int64_t created_at)
{
    int64_t seconds = created_at / 1000 - (created_at % 1000 < 0 ? 1 : 0);
    time_t time = (time_t)seconds;
    struct tm parts;

    if (gmtime_r(&time, &parts) == NULL || parts.tm_year < -1900 || parts.tm_year > 9999 - 1900) {
        return ep_arena_format(arena, "%" PRId64, created_at);
    }
    return ep_arena_format(arena, "%04d-%02d-%02d %02d:%02d:%02d", parts.tm_year + 1900,
                           parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                           parts.tm_sec);
}

bool ep_status_output_is_utc(const char *time)
{
    static const char pattern[] = "dddd-dd-dd dd:dd:dd";
    size_t size = strlen(time);

    if (size < TIME_SIZE + 3 || strcmp(time + size - 3, "+00") != 0) {
        return false;
    }
    for (size_t i = 0; i < TIME_SIZE; i++) {
        bool is_digit = time[i] >= '0' && time[i] <= '9';
        if (pattern[i] == 'd' ? !is_digit : time[i] != pattern[i]) {
            return false;
        }
    }
    return true;
}

static const char *format_applied_at(struct ep_arena *arena, const struct ep_ledger_row *row)
{
    if (row == NULL || row->applied_at == NULL) {
        return "-";
    }
    if (!ep_status_output_is_utc(row->applied_at)) {
        return ep_utf8_printable(arena, ep_span_of(row->applied_at));
    }
    return ep_arena_copy(arena, (struct ep_span){.data = row->applied_at, .size = TIME_SIZE});
}

static const char *format_marks(struct ep_arena *arena, const struct ep_plan_item *item)
{
    const struct {
        bool is_set;
        const char *text;
    } marks[] = {
        {item->edited, "edited"},
        {item->line_endings_differ, "other line endings"},
        {item->out_of_order, "out of order"},
        {item->runs_again, "Drizzle 0.x would run it again"},
        {item->in_future, "\"when\" in the future"},
        {item->renamed, "renamed"},
    };
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    for (size_t i = 0; i < EP_COUNT_OF(marks); i++) {
        if (marks[i].is_set) {
            ep_text_format(&text, "%s%s", text.size > 0 ? ", " : "", marks[i].text);
        }
    }
    return ep_arena_copy(arena, ep_text_span(&text));
}

static void add_item(struct table *table, const struct ep_plan_item *item)
{
    const struct ep_migration *migration = item->migration;

    table->lines[table->count++] = (struct line){
        .cells = {
            [STATE] = ep_status_output_state(item->state),
            [MIGRATION] = ep_utf8_printable(&table->arena, ep_span_of(migration->tag)),
            [CREATED] = migration->layout == EP_LAYOUT_NUMBERED
                            ? "-"
                            : format_created_at(&table->arena, migration->created_at),
            [APPLIED] = format_applied_at(&table->arena, item->row),
            [NOTES] = format_marks(&table->arena, item),
        }};
}

static void add_unknown(struct table *table, const struct ep_ledger_row *row)
{
    struct ep_arena *arena = &table->arena;

    table->lines[table->count++] = (struct line){
        .cells = {
            [STATE] = "unknown",
            [MIGRATION] = row->name == NULL ? "-" : ep_utf8_printable(arena, ep_span_of(row->name)),
            [CREATED] = row->has_created_at ? format_created_at(arena, row->created_at) : "-",
            [APPLIED] = format_applied_at(arena, row),
            [NOTES] = row->is_hashless
                          ? "not in this image"
                          : ep_arena_format(arena, "not in this image: row %s, hash %.12s",
                                            ep_utf8_printable(arena, ep_span_of(row->id)),
                                            ep_utf8_printable(arena, ep_span_of(row->hash))),
        }};
}

static void add_table(struct ep_text *out, const struct table *table)
{
    size_t widths[COLUMNS] = {0};

    for (size_t i = 0; i < table->count; i++) {
        for (size_t column = 0; column < COLUMNS; column++) {
            size_t width = ep_utf8_count(ep_span_of(table->lines[i].cells[column]));
            widths[column] = width > widths[column] ? width : widths[column];
        }
    }
    for (size_t i = 0; i < table->count; i++) {
        const char *const *cells = table->lines[i].cells;
        size_t last = cells[NOTES][0] == '\0' ? APPLIED : NOTES;
        for (size_t column = 0; column <= last; column++) {
            size_t width = ep_utf8_count(ep_span_of(cells[column]));
            ep_text_add(out, cells[column]);
            for (; column < last && width < widths[column] + 2; width++) {
                ep_text_add_byte(out, ' ');
            }
        }
        ep_text_add_byte(out, '\n');
    }
}

static void add_notes(struct ep_text *out, const struct ep_status *status)
{
    for (size_t i = 0; i < status->plan.note_count; i++) {
        const struct ep_plan_note *note = &status->plan.notes[i];
        const char *about = note->migration == NULL ? status->table : note->migration->tag;
        ep_text_add(out, i == 0 ? "\n" : "");
        ep_utf8_append_printable(ep_span_of(about), out);
        ep_text_add(out, ": ");
        ep_utf8_append_printable(ep_span_of(note->text), out);
        ep_text_add_byte(out, '\n');
    }
}

size_t ep_status_output_skipped(const struct ep_plan *plan)
{
    return plan->item_count - plan->applied_count - plan->pending_count;
}

static void add_summary(struct ep_text *out, const struct ep_status *status)
{
    const struct ep_plan *plan = &status->plan;

    ep_text_format(out, "%zu applied, %zu pending", plan->applied_count, plan->pending_count);
    if (ep_status_output_skipped(plan) > 0) {
        ep_text_format(out, ", %zu skipped", ep_status_output_skipped(plan));
    }
    if (plan->unknown_count > 0) {
        ep_text_format(out, ", %zu not in this image", plan->unknown_count);
    }
    ep_text_add(out, "; table ");
    ep_utf8_append_printable(ep_span_of(status->table), out);
    ep_text_format(out, "%s\n",
                   status->shape == EP_LEDGER_ABSENT ? ", which does not exist yet" : "");
}

static void add_tier(struct ep_text *out, const struct ep_status *status)
{
    const struct ep_plan *plan = &status->plan;
    size_t most = 1 + plan->item_count + plan->unknown_count;
    struct table table EP_CLEANUP(table_clear) = {0};

    table.lines = ep_arena_array(&table.arena, most, sizeof(*table.lines));
    table.lines[table.count++] =
        (struct line){.cells = {"STATE", "MIGRATION", "CREATED", "APPLIED", "NOTES"}};
    for (size_t i = 0; i < plan->item_count; i++) {
        add_item(&table, &plan->items[i]);
    }
    for (size_t i = 0; i < plan->unknown_count; i++) {
        add_unknown(&table, plan->unknown[i]);
    }
    if (table.count > 1) {
        add_table(out, &table);
        add_notes(out, status);
        ep_text_add_byte(out, '\n');
    }
    add_summary(out, status);
}

static void add_totals(struct ep_text *out, const struct ep_status_list *list)
{
    size_t applied = 0, pending = 0;

    for (size_t i = 0; i < list->count; i++) {
        applied += list->items[i].plan.applied_count;
        pending += list->items[i].plan.pending_count;
    }
    ep_text_format(out, "%zu applied, %zu pending in %zu tables\n", applied, pending, list->count);
}

void ep_status_output_text(struct ep_text *out, const struct ep_status_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        add_tier(out, &list->items[i]);
        if (list->count > 1) {
            ep_text_add_byte(out, '\n');
        }
    }
    if (list->count != 1) {
        add_totals(out, list);
    }
}
