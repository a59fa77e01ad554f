/*
 * licenses.h - the licences of what this program is linked with.
 *
 * The text is put together from the pinned sources when the program is built: see
 * mk/licenses.sh.
 */
#ifndef EP_ENTRYPOINT_LICENSES_H
#define EP_ENTRYPOINT_LICENSES_H

#include <stddef.h>

extern const char ep_licenses[];
extern const size_t ep_licenses_size; /* bytes */

#endif
