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
    struct ep_sql_action_list actions; /* of one statement, and of the next */
    struct ep_hazard_subject *subjects;
    size_t subject_count;
};

static struct ep_hazard_subject *add_subject(struct surveyor *surveyor)
{
    surveyor->subjects = ep_arena_grow(surveyor->arena, surveyor->subjects, surveyor->subject_count,
                                       sizeof(*surveyor->subjects));
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

/* The part of a migration that a statement is in, from 0; each part is a transaction. */
static size_t find_part(const struct ep_extent *extent, size_t statement)
{
    size_t part = 0;

    while (part + 1 < extent->part_count && statement >= extent->parts[part + 1].first) {
        part++;
    }
    return part;
}

/* Offsets are made those of the file, whose parts the chunks are. */
static void read_statements(struct surveyor *surveyor, const struct ep_survey_migration *migration,
                            size_t number, size_t transaction)
{
    struct ep_extent_cursor cursor = {.script = &migration->script};
    struct ep_extent_statement statement;

    while (ep_extent_next(&cursor, &statement)) {
        struct ep_sql_action_list *actions = &surveyor->actions;
        size_t base = (size_t)(statement.chunk.data - migration->script.text.data);
        actions->count = 0;
        ep_sql_action_read(surveyor->arena, statement.chunk, &statement.item, actions);
        for (size_t i = 0; i < actions->count; i++) {
            struct ep_hazard_subject *subject = add_subject(surveyor);
            *subject = (struct ep_hazard_subject){
                .action = actions->items[i],
                .migration = number,
                .transaction = transaction + find_part(migration->extent, statement.number),
                .comments = find_comments(statement.chunk, &statement.item),
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

    *migration = (struct ep_survey_migration){
        .migration = source,
        .extent = &surveyor->request->pendings[tier].extents[item],
        .tier = tier,
        .item = item,
    };
    if (!ep_script_load(surveyor->arena, source, &migration->script, err)) {
        return ep_error_context(err, "migration %s", source->tag);
    }
    read_statements(surveyor, migration, number, transaction);
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
            bool is_apart = step->kind == EP_STEP_APART;
            transaction += step->kind == EP_STEP_BEGIN || is_apart;
            if ((step->kind == EP_STEP_RUN || is_apart)
                && !read_item(surveyor, i, step->item, transaction, err)) {
                return false;
            }
            if (is_apart) {
                transaction += request->pendings[i].extents[step->item].part_count;
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
    if (!ep_relations_read(arena, request->session, names, name_count, &facts, err)) {
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

static bool matters(const struct ep_hazard *hazard)
{
    return !hazard->is_accepted && hazard->severity != EP_HAZARD_NOTE;
}

void ep_survey_report(const struct ep_survey *survey, const struct ep_reporter *reporter)
{
    for (size_t i = 0; i < survey->hazards.count; i++) {
        const struct ep_hazard *hazard = &survey->hazards.items[i];
        if (matters(hazard)) {
            const struct ep_migration *migration = find_migration(survey, hazard)->migration;
            long line = 0, column = 0;
            ep_survey_locate(survey, hazard, &line, &column);
            ep_report(reporter, EP_EVENT_HAZARD, EP_TEXT_FIELD("tag", migration->tag),
                      EP_TEXT_FIELD("hazard", hazard->rule->name),
                      EP_TEXT_FIELD("class", ep_hazard_class_words(hazard->rule->class)),
                      EP_TEXT_FIELD("file", migration->path), EP_INTEGER_FIELD("line", line),
                      EP_INTEGER_FIELD("column", column), EP_TEXT_FIELD("message", hazard->message),
                      EP_TEXT_FIELD("remedy", hazard->remedy));
        }
    }
}

bool ep_survey_refuse(const struct ep_survey *survey, struct ep_error *err)
{
    const struct ep_hazard *first = NULL;
    size_t count = 0;

    for (size_t i = survey->hazards.count; i-- > 0;) {
        if (matters(&survey->hazards.items[i])) {
            first = &survey->hazards.items[i];
            count++;
        }
    }
    if (first == NULL) {
        return true;
    }
    const struct ep_survey_migration *migration = find_migration(survey, first);
    (void)ep_fail(err, EP_FAULT_SOURCE, "what is pending holds %zu %s: nothing was run", count,
                  count == 1 ? "hazard" : "hazards");
    ep_script_place(migration->migration, &migration->script, first->subject->action.offset, err);
    (void)ep_error_detail(err, "%s: %s.", first->rule->name, first->message);
    return ep_error_hint(err,
                         "%s Where it is meant, write \"-- entrypoint: accept %s\" before the "
                         "statement; [migrate] hazards = warn lets all of them run.",
                         first->remedy, first->rule->name);
}

bool ep_survey_enforce(const struct ep_survey_request *request, enum ep_policy policy,
                       const struct ep_reporter *reporter, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_survey survey = {0};

    if (policy == EP_POLICY_IGNORE) {
        return true;
    }
    if (!ep_survey_make(&arena, request, &survey, err)) {
        return false;
    }
    ep_survey_report(&survey, reporter);
    return policy != EP_POLICY_FAIL || ep_survey_refuse(&survey, err);
}
