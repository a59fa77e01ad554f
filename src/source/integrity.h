/*
 * integrity.h - what is wrong with a folder of migrations, without a database.
 *
 * Beyond what reading it reports (source.h: tags and times that occur twice, SQL that
 * never runs): its snapshots among themselves and against its migrations, and
 * times that are still to come.
 *
 * Source: "drizzle-kit check", which looks for the same collisions.
 */
#ifndef EP_SOURCE_INTEGRITY_H
#define EP_SOURCE_INTEGRITY_H

#include "source/source.h"

struct ep_finding {
    const char *text; /* with the file it is about */
    bool is_note;     /* nothing is wrong: worth knowing only */
};

struct ep_finding_list {
    struct ep_finding *items;
    size_t count;
    size_t note_count;
};

/* Printable, whatever text holds. The text is copied. */
void ep_finding_add(struct ep_arena *arena, struct ep_finding_list *list, bool is_note,
                    const char *text);

/* Add what is found in one folder. now is milliseconds since 1970; 0: unknown. */
void ep_integrity_check(struct ep_arena *arena, const struct ep_source *source, int64_t now,
                        struct ep_finding_list *list);

#endif
