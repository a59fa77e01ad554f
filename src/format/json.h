/*
 * json.h - JSON files, read by jansson.
 *
 * As JavaScript's JSON.parse() reads them: every number is a double, the last of
 * several members of one name counts. Stricter in that a number too large for a
 * double, half of a surrogate pair and a NUL in a member's name are errors.
 */
#ifndef EP_FORMAT_JSON_H
#define EP_FORMAT_JSON_H

#include "base/error.h"
#include "base/span.h"

#include <jansson.h>

/* No memory for jansson ends the process, as everywhere else: what would be built lacks members
 * otherwise, and nobody notices. First thing in main(). */
void ep_json_install(void);

/* json_decref() for EP_CLEANUP. */
void ep_json_drop(json_t **slot);

/*
 * Parse text, the content of file (named in errors only): an object or an
 * array. Nesting beyond jansson's 2048 levels is refused. The caller owns the
 * result.
 *
 * Errors: EP_FAULT_SOURCE with the place: empty, a byte order mark, NUL or
 * invalid byte, malformed.
 */
bool ep_json_parse(const char *file, struct ep_span text, json_t **ret_json,
                   struct ep_error *err) EP_MUST_CHECK;

/*
 * Where a text that ep_json_parse() accepted has element index (from 0) of the
 * array that is the member of its outermost object with this name; SIZE_MAX
 * when there is none. For error places: jansson keeps no positions.
 */
size_t ep_json_find_element(struct ep_span text, const char *member, size_t index);

#endif
