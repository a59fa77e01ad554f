/*
 * hazard_key.h - which indexes and foreign keys a run makes; for hazard_judge.c.
 *
 * Only at the run's end is it known which foreign keys have no index.
 */
#ifndef EP_SQL_HAZARD_KEY_H
#define EP_SQL_HAZARD_KEY_H

#include "sql/hazard_report.h"

/* Columns of a relation, as an action of the run names them. */
struct ep_hazard_key {
    const struct ep_hazard_relation *relation;
    const struct ep_hazard_subject *subject;
};

struct ep_hazard_key_list {
    struct ep_hazard_key *items;
    size_t count;
};

struct ep_hazard_keys {
    struct ep_hazard_key_list indexes, foreign_keys;
};

/* Room for as many of each as there are actions. */
void ep_hazard_keys_init(struct ep_arena *arena, size_t count, struct ep_hazard_keys *ret_keys);

void ep_hazard_key_add(struct ep_hazard_key_list *list, const struct ep_hazard_relation *relation,
                       const struct ep_hazard_subject *subject);

/* Report the foreign keys that no index begins with, of the run or of the facts. */
void ep_hazard_keys_judge(const struct ep_hazard_keys *keys, struct ep_hazard_report *report);

#endif
