/*
 * drift_table.h - how one table differs from what a snapshot says of it, and the list
 * that differences are noted in; for drift.c.
 */
#ifndef EP_STEPS_DRIFT_TABLE_H
#define EP_STEPS_DRIFT_TABLE_H

#include "steps/drift.h"

/* Where a comparison notes what it finds. */
struct ep_drift_notes {
    struct ep_arena *arena;
    struct ep_drift *drift;
    const char *group; /* of what is noted */
};

void ep_drift_missing(const struct ep_drift_notes *notes, const char *object);
void ep_drift_extra(const struct ep_drift_notes *notes, const char *object);

/* Unless both say the same; a text that is NULL is unknown, and no difference. */
void ep_drift_compare_text(const struct ep_drift_notes *notes, const char *object,
                           const char *property, const char *expected, const char *found);
void ep_drift_compare_flag(const struct ep_drift_notes *notes, const char *object,
                           const char *property, bool expected, bool found);
void ep_drift_compare_names(const struct ep_drift_notes *notes, const char *object,
                            const char *property, const struct ep_names *expected,
                            const struct ep_names *found);

/* Everything that belongs to a table that both have. */
void ep_drift_compare_table(const struct ep_drift_notes *notes, const struct ep_table *expected,
                            const struct ep_table *found);

#endif
