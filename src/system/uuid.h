/*
 * uuid.h - random identifiers.
 */
#ifndef EP_SYSTEM_UUID_H
#define EP_SYSTEM_UUID_H

#include "base/error.h"

/* "1b4e28ba-2fa1-4d2b-883f-0016d3cca427" and NUL. */
enum { EP_UUID_BYTES = 37 };

/*
 * A random UUID (version 4), in lower case, as Node's randomUUID() makes them.
 *
 * Errors: EP_FAULT_SYSTEM when the kernel has no random numbers.
 * Source: RFC 9562, 5.4.
 */
bool ep_uuid_make(char ret_uuid[EP_UUID_BYTES], struct ep_error *err) EP_MUST_CHECK;

#endif
