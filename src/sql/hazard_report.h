/*
 * hazard_report.h - wording a hazard and weighing it; for hazard_judge.c.
 */
#ifndef EP_SQL_HAZARD_REPORT_H
#define EP_SQL_HAZARD_REPORT_H

#include "sql/hazard.h"
#include "sql/hazard_state.h"

struct ep_hazard_report {
    struct ep_arena *arena;
    struct ep_hazard_list list;
};

/* What a rule's message may name; NULL: the action's own, where it has one. */
struct ep_hazard_words {
    const char *object, *type, *other, *detail;
};

/*
 * Note a hazard, unless its relation is one that the run created or the database
 * does not have, or that is too small to matter. relation NULL: it is about none.
 */
void ep_hazard_report_add(struct ep_hazard_report *report, enum ep_hazard_id id,
                          const struct ep_hazard_subject *subject,
                          const struct ep_hazard_relation *relation, struct ep_hazard_words words);

/* Whether the relation was there before the run, as far as is known. */
bool ep_hazard_report_is_old(const struct ep_hazard_relation *relation);

#endif
