#include "entrypoint/plan_output.h"

#include "base/check.h"
#include "format/utf8.h"

const struct ep_survey_migration *ep_plan_output_find(const struct ep_survey *survey, size_t tier,
                                                      size_t item)
{
    size_t i = 0;

    while (i < survey->count
           && (survey->migrations[i].tier != tier || survey->migrations[i].item != item)) {
        i++;
    }
    EP_CHECK(i < survey->count);
    return &survey->migrations[i];
}

/* The transactions of a migration in parts, and that of its row. */
static size_t count_parts(const struct ep_extent *extent)
{
    size_t count = 1;

    for (size_t i = 0; i < extent->part_count; i++) {
        count += !extent->parts[i].is_alone;
    }
    return count;
}

void ep_plan_output_count(const struct ep_status_list *list, struct ep_plan_totals *ret_totals)
{
    const struct ep_survey *survey = &list->survey;
    struct ep_plan_totals totals = {.pending = survey->count};

    for (size_t i = 0; i < list->count; i++) {
        const struct ep_plan *plan = &list->items[i].plan;
        for (size_t j = 0; j < plan->step_count; j++) {
            const struct ep_step *step = &plan->steps[j];
            totals.transactions += step->kind == EP_STEP_BEGIN;
            if (step->kind == EP_STEP_APART) {
                totals.transactions += count_parts(&list->pendings[i].extents[step->item]);
            }
        }
    }
    for (size_t i = 0; i < survey->count; i++) {
        totals.statements += survey->migrations[i].extent->statement_count;
    }
    for (size_t i = 0; i < survey->hazards.count; i++) {
        const struct ep_hazard *hazard = &survey->hazards.items[i];
        totals.accepted += hazard->is_accepted;
        totals.severities[hazard->severity] += !hazard->is_accepted;
    }
    *ret_totals = totals;
}

/* One call of ep_plan_output_text(). */
struct printing {
    struct ep_arena arena;
    struct ep_text *out;
    const struct ep_status_list *list;
};

static void printing_clear(struct printing *printing)
{
    ep_arena_release(&printing->arena);
}

static void add_printable(struct ep_text *out, const char *text)
{
    ep_utf8_append_printable(ep_span_of(text), out);
}

static void add_hazards(struct printing *printing, const struct ep_survey_migration *migration)
{
    const struct ep_survey *survey = &printing->list->survey;

    for (size_t i = 0; i < survey->hazards.count; i++) {
        const struct ep_hazard *hazard = &survey->hazards.items[i];
        if (&survey->migrations[hazard->subject->migration] != migration) {
            continue;
        }
        ep_text_format(printing->out, "    %s%s: %s: ", hazard->is_accepted ? "accepted " : "",
                       ep_hazard_severity_words(hazard->severity),
                       ep_survey_place(&printing->arena, survey, hazard));
        add_printable(printing->out, hazard->message);
        ep_text_format(printing->out, " (%s)\n", hazard->rule->name);
        if (!hazard->is_accepted) {
            ep_text_add(printing->out, "        ");
            add_printable(printing->out, hazard->remedy);
            ep_text_add_byte(printing->out, '\n');
        }
    }
}

static void add_migration(struct printing *printing, const struct ep_survey_migration *migration)
{
    size_t count = migration->extent->statement_count;

    ep_text_add(printing->out, "  ");
    add_printable(printing->out, migration->migration->tag);
    ep_text_format(printing->out, ": %zu %s", count, count == 1 ? "statement" : "statements");
}

static void add_part(struct ep_text *out, const struct ep_extent_part *part)
{
    if (part->is_alone) {
        ep_text_format(out, "    statement %zu outside of a transaction\n", part->first + 1);
    } else if (part->count == 1) {
        ep_text_format(out, "    statement %zu in a transaction\n", part->first + 1);
    } else {
        ep_text_format(out, "    statements %zu to %zu in a transaction\n", part->first + 1,
                       part->first + part->count);
    }
}

static void add_apart(struct printing *printing, const struct ep_survey_migration *migration)
{
    const struct ep_extent *extent = migration->extent;

    add_migration(printing, migration);
    ep_text_format(printing->out, ", in parts%s%s\n", extent->reason[0] == '\0' ? "" : ": ",
                   extent->reason);
    for (size_t i = 0; i < extent->part_count; i++) {
        add_part(printing->out, &extent->parts[i]);
    }
    add_hazards(printing, migration);
}

static void add_step(struct printing *printing, size_t tier, const struct ep_step *step)
{
    const struct ep_status *status = &printing->list->items[tier];
    const struct ep_survey *survey = &printing->list->survey;
    struct ep_text *out = printing->out;

    switch (step->kind) {
    case EP_STEP_BEGIN:
        ep_text_add(out, "BEGIN");
        if (step->reason != NULL) {
            ep_text_format(out, " (%s)", step->reason);
        }
        ep_text_add_byte(out, '\n');
        break;
    case EP_STEP_COMMIT:
        ep_text_add(out, "COMMIT\n");
        break;
    case EP_STEP_UPGRADE:
        ep_text_add(out, "  the tracking table gets the columns of Drizzle 1.x\n");
        break;
    case EP_STEP_NAMES:
        ep_text_format(out, "  %zu of its rows get the names that Drizzle 1.x looks for\n",
                       status->plan.name_count);
        break;
    case EP_STEP_RUN:
        add_migration(printing, ep_plan_output_find(survey, tier, step->item));
        ep_text_add_byte(out, '\n');
        add_hazards(printing, ep_plan_output_find(survey, tier, step->item));
        break;
    case EP_STEP_APART:
        add_apart(printing, ep_plan_output_find(survey, tier, step->item));
        break;
    case EP_STEP_RECORD:
        break; /* goes without saying */
    }
}

static void add_tier(struct printing *printing, size_t tier)
{
    const struct ep_status *status = &printing->list->items[tier];
    const struct ep_plan *plan = &status->plan;
    struct ep_text *out = printing->out;

    add_printable(out, status->table);
    ep_text_format(out, ": %zu applied, %zu pending%s\n", plan->applied_count, plan->pending_count,
                   status->shape == EP_LEDGER_ABSENT && plan->step_count > 0
                       ? ", the table is made first"
                       : "");
    for (size_t i = 0; i < plan->step_count; i++) {
        add_step(printing, tier, &plan->steps[i]);
    }
    for (size_t i = 0; i < plan->note_count; i++) {
        const struct ep_plan_note *note = &plan->notes[i];
        add_printable(out, note->migration == NULL ? status->table : note->migration->tag);
        ep_text_add(out, ": ");
        add_printable(out, note->text);
        ep_text_add_byte(out, '\n');
    }
    ep_text_add_byte(out, '\n');
}

static void add_count(struct ep_text *out, size_t count, const char *one, const char *many)
{
    ep_text_format(out, "%zu %s", count, count == 1 ? one : many);
}

static void add_totals(struct ep_text *out, const struct ep_status_list *list)
{
    struct ep_plan_totals totals;

    ep_plan_output_count(list, &totals);
    if (totals.pending == 0) {
        ep_text_add(out, "nothing is pending\n");
        return;
    }
    add_count(out, totals.pending, "migration, ", "migrations, ");
    add_count(out, totals.statements, "statement, ", "statements, ");
    add_count(out, totals.transactions, "transaction; ", "transactions; ");
    add_count(out, totals.severities[EP_HAZARD_DANGER], "danger, ", "dangers, ");
    add_count(out, totals.severities[EP_HAZARD_WARNING], "warning, ", "warnings, ");
    add_count(out, totals.severities[EP_HAZARD_NOTE], "note", "notes");
    if (totals.accepted > 0) {
        ep_text_format(out, ", %zu accepted", totals.accepted);
    }
    ep_text_add_byte(out, '\n');
}

void ep_plan_output_text(struct ep_text *out, const struct ep_status_list *list)
{
    struct printing printing EP_CLEANUP(printing_clear) = {.out = out, .list = list};

    for (size_t i = 0; i < list->count; i++) {
        add_tier(&printing, i);
    }
    add_totals(out, list);
}
