#include "entrypoint/plan_output.h"
#include "format/utf8.h"

/* Statements from first on, as they are written; those that are not sent are left out. */
static void add_statements(struct ep_text *out, const struct ep_survey_migration *migration,
                           size_t first, size_t count)
{
    const struct ep_extent *extent = migration->extent;
    const char *start = migration->script.text.data;
    struct ep_extent_cursor cursor = {.script = &migration->script};
    struct ep_extent_statement statement;

    while (ep_extent_next(&cursor, &statement)) {
        size_t offset = (size_t)(statement.sql.data - start);
        bool is_sent =
            extent->is_apart || (offset >= extent->body_begin && offset < extent->body_end);
        if (statement.number >= first && statement.number - first < count && is_sent) {
            ep_text_append(out, statement.sql);
            ep_text_add(out, ep_span_ends_with(statement.sql, ";") ? "\n" : ";\n");
        }
    }
}

static void add_heading(struct ep_text *out, const struct ep_survey_migration *migration)
{
    ep_text_add(out, "-- ");
    ep_utf8_append_printable(ep_span_of(migration->migration->path), out);
    ep_text_add_byte(out, '\n');
}

static void add_apart(struct ep_text *out, const struct ep_survey_migration *migration)
{
    const struct ep_extent *extent = migration->extent;

    add_heading(out, migration);
    for (size_t i = 0; i < extent->part_count; i++) {
        const struct ep_extent_part *part = &extent->parts[i];
        ep_text_add(out, part->is_alone ? "" : "BEGIN;\n");
        add_statements(out, migration, part->first, part->count);
        ep_text_add(out, part->is_alone ? "" : "COMMIT;\n");
    }
}

static void add_record(struct ep_text *out, const struct ep_status *status,
                       const struct ep_survey_migration *migration)
{
    ep_text_add(out, "-- here entrypoint records ");
    ep_utf8_append_printable(ep_span_of(migration->migration->tag), out);
    ep_text_add(out, " in ");
    ep_utf8_append_printable(ep_span_of(status->table), out);
    ep_text_add_byte(out, '\n');
}

static void add_step(struct ep_text *out, const struct ep_status_list *list, size_t tier,
                     const struct ep_step *step)
{
    const struct ep_survey_migration *migration = NULL;

    switch (step->kind) {
    case EP_STEP_BEGIN:
        ep_text_add(out, "BEGIN;\n");
        break;
    case EP_STEP_COMMIT:
        ep_text_add(out, "COMMIT;\n");
        break;
    case EP_STEP_UPGRADE:
    case EP_STEP_NAMES:
        break; /* of the tracking table */
    case EP_STEP_RUN:
        migration = ep_plan_output_find(&list->survey, tier, step->item);
        add_heading(out, migration);
        add_statements(out, migration, 0, SIZE_MAX);
        break;
    case EP_STEP_RECORD:
        add_record(out, &list->items[tier], ep_plan_output_find(&list->survey, tier, step->item));
        break;
    case EP_STEP_APART:
        migration = ep_plan_output_find(&list->survey, tier, step->item);
        add_apart(out, migration);
        add_record(out, &list->items[tier], migration);
        break;
    }
}

void ep_plan_output_sql(struct ep_text *out, const struct ep_status_list *list)
{
    if (list->survey.count > 0) {
        ep_text_add(out, "\\set ON_ERROR_STOP on\n");
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct ep_plan *plan = &list->items[i].plan;
        for (size_t j = 0; j < plan->step_count && plan->pending_count > 0; j++) {
            add_step(out, list, i, &plan->steps[j]);
        }
        if (plan->pending_count > 0 && i + 1 < list->count) {
            ep_text_add(out, "RESET SESSION AUTHORIZATION;\nRESET ALL;\n");
        }
    }
}
