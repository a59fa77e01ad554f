/*
 * enumeration.h - names for a message: the first five, and how many more there are.
 *
 *     struct ep_enumeration loose = {0};
 *     ep_enumeration_add(&loose, "a.sql");
 *     ep_enumeration_format(arena, &loose);     "a.sql, b.sql, c.sql, d.sql, e.sql and 2 more"
 */
#ifndef EP_SOURCE_ENUMERATION_H
#define EP_SOURCE_ENUMERATION_H

#include "base/arena.h"

enum { EP_ENUMERATION_NAMED = 5 };

struct ep_enumeration {
    const char *names[EP_ENUMERATION_NAMED];
    size_t count; /* all of them */
};

/* The name is the caller's and is needed until the text is made. */
void ep_enumeration_add(struct ep_enumeration *enumeration, const char *name);

/* Printable, whatever bytes the names hold; "" for none. */
const char *ep_enumeration_format(struct ep_arena *arena, const struct ep_enumeration *enumeration);

#endif
