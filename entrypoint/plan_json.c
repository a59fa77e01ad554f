#include "entrypoint/json_value.h"
#include "entrypoint/plan_output.h"
#include "format/json.h"
#include "format/json_write.h"

static json_t *make_parts(const struct ep_extent *extent)
{
    json_t *parts = json_array();

    for (size_t i = 0; i < extent->part_count; i++) {
        json_t *part = json_object();
        ep_json_value_set_number(part, "first", extent->parts[i].first + 1);
        ep_json_value_set_number(part, "count", extent->parts[i].count);
        ep_json_value_set(part, "alone", json_boolean(extent->parts[i].is_alone));
        ep_json_value_append(parts, part);
    }
    return parts;
}

static json_t *make_step(const struct ep_status_list *list, size_t tier, const struct ep_step *step)
{
    static const char *const kinds[] = {
        [EP_STEP_BEGIN] = "begin", [EP_STEP_UPGRADE] = "upgrade", [EP_STEP_NAMES] = "names",
        [EP_STEP_RUN] = "run",     [EP_STEP_RECORD] = "record",   [EP_STEP_COMMIT] = "commit",
        [EP_STEP_APART] = "apart",
    };
    json_t *object = json_object();

    ep_json_value_set_text(object, "kind", kinds[step->kind]);
    if (step->kind == EP_STEP_BEGIN) {
        ep_json_value_set_text(object, "reason", step->reason);
    }
    if (step->kind == EP_STEP_RUN || step->kind == EP_STEP_RECORD || step->kind == EP_STEP_APART) {
        const struct ep_survey_migration *migration =
            ep_plan_output_find(&list->survey, tier, step->item);
        ep_json_value_set_text(object, "tag", migration->migration->tag);
        if (step->kind != EP_STEP_RECORD) {
            ep_json_value_set_text(object, "file", migration->migration->path);
            ep_json_value_set_number(object, "statements", migration->extent->statement_count);
        }
        if (step->kind == EP_STEP_APART) {
            ep_json_value_set_text(object, "reason", migration->extent->reason);
            ep_json_value_set(object, "parts", make_parts(migration->extent));
        }
    }
    return object;
}

static json_t *make_tier(const struct ep_status_list *list, size_t tier)
{
    const struct ep_status *status = &list->items[tier];
    json_t *object = json_object(), *steps = json_array(), *notes = json_array();

    for (size_t i = 0; i < status->plan.step_count; i++) {
        ep_json_value_append(steps, make_step(list, tier, &status->plan.steps[i]));
    }
    for (size_t i = 0; i < status->plan.note_count; i++) {
        ep_json_value_append(notes, ep_json_value_text(status->plan.notes[i].text));
    }
    ep_json_value_set_text(object, "table", status->table);
    ep_json_value_set(object, "exists", json_boolean(status->shape != EP_LEDGER_ABSENT));
    ep_json_value_set_number(object, "applied", status->plan.applied_count);
    ep_json_value_set_number(object, "pending", status->plan.pending_count);
    ep_json_value_set(object, "steps", steps);
    ep_json_value_set(object, "notes", notes);
    return object;
}

static json_t *make_hazard(const struct ep_survey *survey, const struct ep_hazard *hazard)
{
    const struct ep_migration *migration = survey->migrations[hazard->subject->migration].migration;
    json_t *object = json_object();
    long line = 0, column = 0;

    ep_survey_locate(survey, hazard, &line, &column);
    ep_json_value_set_text(object, "hazard", hazard->rule->name);
    ep_json_value_set_text(object, "class", ep_hazard_class_words(hazard->rule->class));
    ep_json_value_set_text(object, "severity", ep_hazard_severity_words(hazard->severity));
    ep_json_value_set(object, "accepted", json_boolean(hazard->is_accepted));
    ep_json_value_set_text(object, "tag", migration->tag);
    ep_json_value_set_text(object, "file", migration->path);
    ep_json_value_set(object, "line", json_integer(line));
    ep_json_value_set(object, "column", json_integer(column));
    ep_json_value_set_text(object, "object", hazard->object);
    ep_json_value_set_text(object, "message", hazard->message);
    ep_json_value_set_text(object, "remedy", hazard->remedy);
    return object;
}

void ep_plan_output_json(struct ep_text *out, const struct ep_status_list *list)
{
    json_t *document EP_CLEANUP(ep_json_drop) = json_object();
    json_t *tiers = json_array(), *hazards = json_array();
    struct ep_plan_totals totals;

    ep_plan_output_count(list, &totals);
    for (size_t i = 0; i < list->count; i++) {
        ep_json_value_append(tiers, make_tier(list, i));
    }
    for (size_t i = 0; i < list->survey.hazards.count; i++) {
        ep_json_value_append(hazards, make_hazard(&list->survey, &list->survey.hazards.items[i]));
    }
    ep_json_value_set_number(document, "pending", totals.pending);
    ep_json_value_set_number(document, "statements", totals.statements);
    ep_json_value_set_number(document, "transactions", totals.transactions);
    ep_json_value_set(document, "tiers", tiers);
    ep_json_value_set_number(document, "dangers", totals.severities[EP_HAZARD_DANGER]);
    ep_json_value_set_number(document, "warnings", totals.severities[EP_HAZARD_WARNING]);
    ep_json_value_set_number(document, "notes", totals.severities[EP_HAZARD_NOTE]);
    ep_json_value_set_number(document, "accepted", totals.accepted);
    ep_json_value_set(document, "hazards", hazards);
    ep_json_write(document, out);
    ep_text_add_byte(out, '\n');
}
