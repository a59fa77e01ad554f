/*
 * entries.h - what a journal says, from its bytes alone.
 *
 * Only entries[].tag and entries[].when are read, as by Drizzle. Entries are
 * named as JavaScript names them: the first is entries[0].
 */
#ifndef EP_SOURCE_ENTRIES_H
#define EP_SOURCE_ENTRIES_H

#include "base/arena.h"
#include "base/error.h"

#include <stdint.h>

struct ep_entry {
    const char *tag;    /* any bytes but NUL; never empty, never leads out of the folder */
    int64_t created_at; /* "when" as PostgreSQL's bigint gets it from Drizzle */
    size_t number;      /* its index in the journal */
};

struct ep_entry_list {
    struct ep_entry *items;
    size_t count;
};

/*
 * Parse text, the content of the journal file (named in errors only), into the
 * entries in their order. No file is touched.
 *
 * "when" is the text that JavaScript makes of the number: above 2^53 only the
 * 15 to 17 digits that tell it apart from its neighbours, then zeros. A string
 * of digits, with a sign or not, is taken to the letter.
 *
 * Errors: EP_FAULT_SOURCE with the place in the journal.
 */
bool ep_entries_parse(struct ep_arena *arena, const char *file, struct ep_span text,
                      struct ep_entry_list *ret_list, struct ep_error *err) EP_MUST_CHECK;

/*
 * Fill the place of a recorded error: entry number of a journal that could be
 * parsed, at its member ("tag" or "when") if it has that. Returns false.
 */
bool ep_entries_place(struct ep_error *err, const char *file, struct ep_span text, size_t number,
                      const char *member);

#endif
