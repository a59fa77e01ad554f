/*
 * defect.h - why the text of a file cannot be used as it is.
 *
 * The three ways in which an editor or a shell spoils a text file. Neither
 * PostgreSQL nor a JSON parser says clearly what is wrong with one of these.
 */
#ifndef EP_FORMAT_DEFECT_H
#define EP_FORMAT_DEFECT_H

#include "base/error.h"
#include "base/span.h"

enum ep_defect {
    EP_DEFECT_NONE,
    EP_DEFECT_BOM,     /* starts with a byte order mark: PostgreSQL answers with a syntax error */
    EP_DEFECT_NUL,     /* holds a NUL byte: the rest would silently be cut off */
    EP_DEFECT_INVALID, /* not UTF-8: Drizzle would store U+FFFD in the place of the characters */
};

/* The first defect of a text and the byte where it is; ret_offset is set only if there is one. */
enum ep_defect ep_defect_find(struct ep_span text, size_t *ret_offset);

/*
 * Record what is wrong with a text and how to mend it: summary, hint and place.
 * Returns false, so that it can end a return chain.
 */
bool ep_defect_fail(struct ep_error *err, enum ep_fault fault, const char *file,
                    struct ep_span text);

#endif
