/*
 * dotenv.h - "NAME=value" lines of a .env file, as Node's --env-file reads them.
 *
 * A value ends with its line, or where "#" begins a comment. In double quotes,
 * single quotes or backticks it may hold "#" and more lines; in double quotes
 * "\n" is a line break, no other escape exists, and what follows the closing
 * quote is passed over. A quote that is not closed belongs to the value. Blanks
 * around names and values go, "export " before a name too, and every CR. A line
 * without "=" or without a name is passed over.
 *
 * Node's releases differ where a file is malformed. Here a comment may be indented,
 * a value of nothing but blanks is empty, and a line is malformed for itself only;
 * in these Node 24 contradicts itself, and 20 takes tabs and lines without "=" for
 * part of the next name.
 */
#ifndef EP_FORMAT_DOTENV_H
#define EP_FORMAT_DOTENV_H

#include "base/arena.h"
#include "base/error.h"

struct ep_dotenv_entry {
    const char *name;
    const char *value;
};

/*
 * The lines in their order; of two with one name the later one counts, which is the
 * caller's to see to. What is not UTF-8 is replaced by U+FFFD, as Node does. file is
 * the name for the error's place. The memory is the arena's.
 *
 * Errors: EP_FAULT_CONFIG: a NUL byte, as UTF-16 has them.
 */
bool ep_dotenv_parse(struct ep_arena *arena, struct ep_span content, const char *file,
                     const struct ep_dotenv_entry **ret_entries, size_t *ret_count,
                     struct ep_error *err) EP_MUST_CHECK;

#endif
