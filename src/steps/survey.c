#include "steps/survey.h"

#include "format/excerpt.h"
#include "format/utf8.h"
#include "steps/relations.h"

#include <stdint.h>

/* One call of ep_survey_make(). */
struct surveyor {
    struct ep_arena *arena;
    const struct ep_survey_request *request;
    struct ep_survey survey;
    struct ep_hazard_subject *subjects;
    size_t subject_count, subject_capacity;
};

static struct ep_hazard_subject *add_subject(struct surveyor *surveyor)
{
    if (surveyor->subject_count == surveyor->subject_capacity) {
        size_t capacity =
            surveyor->subject_capacity == 0 ? 64 : surveyor->subject_capacity * 2;
        struct ep_hazard_subject *grown =
            ep_arena_array(surveyor->arena, capacity, sizeof(*grown));
        if (surveyor->subject_count > 0) {
            memcpy(grown, surveyor->subjects, surveyor->subject_count * sizeof(*grown));
        }
        surveyor->subjects = grown;
        surveyor->subject_capacity = capacity;
    }
    return &surveyor->subjects[surveyor->subject_count++];
}

/* The line that offset is in, from behind its newline: what stands behind a statement on its last
 * line is about that one. */
static size_t skip_line(struct ep_span text, size_t offset)
{
    size_t end = ep_span_find_byte(text, offset, '\n');

    return end == SIZE_MAX ? text.size : end + 1;
}

/* From the line after the statement before to the end of its own last line. */
static struct ep_span find_comments(struct ep_span text, const struct ep_sql_statement *statement)
{
    size_t begin = statement->outer_begin == 0 ? 0 : skip_line(text, statement->outer_begin);
    size_t end = skip_line(text, statement->end);

    begin = begin > statement->begin ? statement->begin : begin;
    return ep_span_part(text, begin, end - begin);
}

/* Offsets are those of the file, whose parts the chunks are. */
static void read_chunk(struct surveyor *surveyor, struct ep_survey_migration *migration,
                       size_t number, size_t transaction, struct ep_span chunk)
{
    struct ep_sql_action_list actions = {0};
    struct ep_sql_cutter cutter = {.text = chunk};
    struct ep_sql_statement statement;
    size_t base = (size_t)(chunk.data - migration->script.text.data);

    while (chunk.size > 0 && ep_sql_cutter_next(&cutter, &statement)) {
        migration->statement_count += statement.item == EP_SQL_ITEM_STATEMENT;
        actions.count = 0;
        ep_sql_action_read(surveyor->arena, chunk, &statement, &actions);
        for (size_t i = 0; i < actions.count; i++) {
            struct ep_hazard_subject *subject = add_subject(surveyor);
            *subject = (struct ep_hazard_subject){
                .action = actions.items[i],
                .migration = number,
                .transaction = transaction,
                .comments = find_comments(chunk, &statement),
            };
            subject->action.offset += base;
        }
    }
}

static bool read_item(struct surveyor *surveyor, size_t tier, size_t item, size_t transaction,
                      struct ep_error *err)
{
    const struct ep_migration *source = surveyor->request->plans[tier].items[item].migration;
    size_t number = surveyor->survey.count++;
    struct ep_survey_migration *migration = &surveyor->survey.migrations[number];

    *migration =
        (struct ep_survey_migration){.migration = source, .tier = tier, .item = item};
    if (!ep_script_load(surveyor->arena, source, &migration->script, err)) {
        return ep_error_context(err, "migration %s", source->tag);
    }
    for (size_t i = 0; i < migration->script.chunk_count; i++) {
        read_chunk(surveyor, migration, number, transaction, migration->script.chunks[i]);
    }
    return true;
}

static bool read_plans(struct surveyor *surveyor, struct ep_error *err)
{
    const struct ep_survey_request *request = surveyor->request;
    size_t pending = 0, transaction = 0;

    for (size_t i = 0; i < request->tiers->count; i++) {
        pending += request->plans[i].pending_count;
    }
    surveyor->survey.migrations =
        ep_arena_array(surveyor->arena, pending, sizeof(*surveyor->survey.migrations));
    for (size_t i = 0; i < request->tiers->count; i++) {
        const struct ep_plan *plan = &request->plans[i];
        for (size_t j = 0; j < plan->step_count; j++) {
            const struct ep_step *step = &plan->steps[j];
            transaction += step->kind == EP_STEP_BEGIN;
            if (step->kind == EP_STEP_RUN
                && !read_item(surveyor, i, step->item, transaction, err)) {
                return false;
            }
        }
    }
    return true;
}

bool ep_survey_make(struct ep_arena *arena, const struct ep_survey_request *request,
                    struct ep_survey *ret_survey, struct ep_error *err)
{
    struct surveyor surveyor = {.arena = arena, .request = request};
    struct ep_relation_list facts = {0};
    const struct ep_sql_name *names = NULL;
    size_t name_count = 0;

    if (!read_plans(&surveyor, err)) {
        return false;
    }
    ep_hazard_names(arena, surveyor.subjects, surveyor.subject_count, &names, &name_count);
    if (!ep_relations_read(arena, request->session, names, name_count, request->deadline_ms, &facts,
                           err)) {
        return false;
    }
    ep_hazard_judge(arena, surveyor.subjects, surveyor.subject_count, &facts,
                    ep_session_server_version(request->session), &surveyor.survey.hazards);
    *ret_survey = surveyor.survey;
    return true;
}

static const struct ep_survey_migration *find_migration(const struct ep_survey *survey,
                                                        const struct ep_hazard *hazard)
{
    return &survey->migrations[hazard->subject->migration];
}

void ep_survey_locate(const struct ep_survey *survey, const struct ep_hazard *hazard,
                      long *ret_line, long *ret_column)
{
    const struct ep_survey_migration *migration = find_migration(survey, hazard);
    struct ep_error place = {0};

    (void)ep_fail(&place, EP_FAULT_SOURCE, "a place");
    ep_script_place(migration->migration, &migration->script, hazard->subject->action.offset,
                    &place);
    *ret_line = place.place.line;
    *ret_column = place.place.column;
}

const char *ep_survey_place(struct ep_arena *arena, const struct ep_survey *survey,
                            const struct ep_hazard *hazard)
{
    const char *path = find_migration(survey, hazard)->migration->path;
    long line = 0, column = 0;

    ep_survey_locate(survey, hazard, &line, &column);
    return ep_arena_format(arena, "%s:%ld:%ld", ep_utf8_printable(arena, ep_span_of(path)), line,
                           column);
}

bool ep_survey_enforce(struct ep_arena *arena, const struct ep_survey *survey,
                       enum ep_policy policy, const struct ep_reporter *reporter,
                       struct ep_error *err)
{
    const struct ep_hazard *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < survey->hazards.count; i++) {
        const struct ep_hazard *hazard = &survey->hazards.items[i];
        if (hazard->is_accepted || hazard->severity == EP_HAZARD_NOTE) {
            continue;
        }
        first = first == NULL ? hazard : first;
        count++;
        ep_report(reporter, EP_EVENT_HAZARD,
                  EP_TEXT_FIELD("tag", find_migration(survey, hazard)->migration->tag),
                  EP_TEXT_FIELD("hazard", hazard->rule->name),
                  EP_TEXT_FIELD("class", ep_hazard_class_words(hazard->rule->class)),
                  EP_TEXT_FIELD("place", ep_survey_place(arena, survey, hazard)),
                  EP_TEXT_FIELD("message", hazard->message),
                  EP_TEXT_FIELD("remedy", hazard->remedy));
    }
    if (count == 0 || policy != EP_POLICY_FAIL) {
        return true;
    }
    const struct ep_survey_migration *migration = find_migration(survey, first);
    (void)ep_fail(err, EP_FAULT_SOURCE, "%zu %s in what is pending, and nothing was run", count,
                  count == 1 ? "hazard is" : "hazards are");
    ep_script_place(migration->migration, &migration->script, first->subject->action.offset, err);
    (void)ep_error_detail(err, "%s: %s.", first->rule->name, first->message);
    return ep_error_hint(err,
                         "%s Or write \"-- entrypoint: accept %s\" before the statement if it is "
                         "meant; or set [migrate] hazards = warn.",
                         first->remedy, first->rule->name);
}
