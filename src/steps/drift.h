/*
 * drift.h - how a database differs from what its migrations describe.
 *
 * A pure function of two schemas. Differences are grouped: those of one table
 * follow each other, those of other objects stand for themselves.
 *
 * What PostgreSQL writes in its own way is not compared as text: of defaults, checks,
 * predicates and expressions only that they are there. Where drizzle-kit names a
 * constraint by itself, one of the same kind on the same columns is the same.
 */
#ifndef EP_STEPS_DRIFT_H
#define EP_STEPS_DRIFT_H

#include "source/schema.h"

enum ep_difference_kind {
    EP_DIFFERENCE_EXTRA,   /* only in the database */
    EP_DIFFERENCE_MISSING, /* only in the snapshot */
    EP_DIFFERENCE_CHANGED  /* in both, and different */
};

struct ep_difference {
    enum ep_difference_kind kind;
    const char *group;            /* "public.users": of a table; "": of the database */
    const char *object;           /* "column email", "table", "enum public.mood" */
    const char *property;         /* "type", "not null"; with CHANGED */
    const char *expected, *found; /* what the snapshot and the database have; with CHANGED */
};

struct ep_drift {
    struct ep_difference *items;
    size_t count;
    size_t extra_count; /* those that are only in the database */
};

/* A column's type could not be understood by the server: then it is this text, and a difference. */
#define EP_TYPE_UNKNOWN "unknown to the database"

/* Both are sorted; types have been put into the server's words. Texts are the arena's. */
void ep_drift_compare(struct ep_arena *arena, const struct ep_schema *expected,
                      const struct ep_schema *found, struct ep_drift *ret_drift);

#endif
