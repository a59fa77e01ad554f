/*
 * survey.h - what is about to run, looked at before it does: how many statements,
 * and which of them are hazards (sql/hazard.h), with what the database holds.
 */
#ifndef EP_STEPS_SURVEY_H
#define EP_STEPS_SURVEY_H

#include "source/script.h"
#include "sql/hazard.h"
#include "steps/pending.h"
#include "steps/tier.h"

/* A pending migration, in the order in which they run. */
struct ep_survey_migration {
    const struct ep_migration *migration;
    const struct ep_extent *extent;
    size_t tier, item; /* indices into the tiers, and into the items of its plan */
    struct ep_script script;
};

struct ep_survey {
    struct ep_survey_migration *migrations;
    size_t count;
    struct ep_hazard_list hazards; /* their subjects' migration is an index into migrations */
};

/* plans and pendings have one for each tier; the plans are cut. */
struct ep_survey_request {
    struct ep_session *session;
    const struct ep_tier_list *tiers;
    const struct ep_plan *plans;
    const struct ep_pending *pendings;
};

/*
 * Read the files of what is pending and judge them. The database is asked once, and
 * only if they touch what was there before. All memory is the arena's.
 *
 * Errors: those of ep_script_load() and ep_relations_read().
 */
bool ep_survey_make(struct ep_arena *arena, const struct ep_survey_request *request,
                    struct ep_survey *ret_survey, struct ep_error *err) EP_MUST_CHECK;

/* Where a hazard is: "drizzle/0001_a.sql:3:1". */
const char *ep_survey_place(struct ep_arena *arena, const struct ep_survey *survey,
                            const struct ep_hazard *hazard);
/* The same as numbers, from 1. */
void ep_survey_locate(const struct ep_survey *survey, const struct ep_hazard *hazard,
                      long *ret_line, long *ret_column);

/* Report the warnings and dangers that nobody has accepted, each as an event. */
void ep_survey_report(const struct ep_survey *survey, const struct ep_reporter *reporter);

/* Fails when a warning or danger is among the hazards that nobody has accepted: EP_FAULT_SOURCE,
 * with the place of the first. */
bool ep_survey_refuse(const struct ep_survey *survey, struct ep_error *err) EP_MUST_CHECK;

/*
 * [migrate] hazards, before anything is run: report, and refuse where the policy is "fail".
 * Nothing is looked at where it is "off", or where nothing is pending.
 *
 * Errors: those of ep_survey_refuse() and ep_survey_make().
 */
bool ep_survey_enforce(const struct ep_survey_request *request, enum ep_policy policy,
                       const struct ep_reporter *reporter, struct ep_error *err) EP_MUST_CHECK;

#endif
