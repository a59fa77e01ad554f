/*
 * plan_output.h - what `entrypoint plan` prints.
 *
 * The JSON document is described in the manual text of the command, in commands.c.
 */
#ifndef EP_ENTRYPOINT_PLAN_OUTPUT_H
#define EP_ENTRYPOINT_PLAN_OUTPUT_H

#include "base/text.h"
#include "steps/status.h"

/* What is read with looks_ahead. Appends; whatever folders and database hold is made printable. */
void ep_plan_output_text(struct ep_text *out, const struct ep_status_list *list);

/* The statements in order, for psql: as they are written, each transaction in BEGIN and COMMIT. */
void ep_plan_output_sql(struct ep_text *out, const struct ep_status_list *list);

/* One JSON document and a newline. */
void ep_plan_output_json(struct ep_text *out, const struct ep_status_list *list);

/* How many of everything there are. */
struct ep_plan_totals {
    size_t pending, statements, transactions;
    size_t severities[EP_HAZARD_DANGER + 1]; /* without those that are accepted */
    size_t accepted;
};
void ep_plan_output_count(const struct ep_status_list *list, struct ep_plan_totals *ret_totals);

/* The migration of a step; it must be in the survey. */
const struct ep_survey_migration *ep_plan_output_find(const struct ep_survey *survey, size_t tier,
                                                      size_t item);

#endif
