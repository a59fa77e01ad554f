/*
 * clock.h - time that only goes forward, and the time of day for the log.
 */
#ifndef EP_SYSTEM_CLOCK_H
#define EP_SYSTEM_CLOCK_H

#include "base/compiler.h"

#include <stdint.h>

/* No deadline: later than any ep_clock_ms(). */
#define EP_CLOCK_NEVER INT64_MAX

/* Milliseconds on the monotonic clock; the start is arbitrary. */
int64_t ep_clock_ms(void);

/* Milliseconds since 1970, by the clock that may be set. */
int64_t ep_clock_unix_ms(void);

/* ms varied at random by up to percent (0 to 100) in either direction. */
int64_t ep_clock_jitter(int64_t ms, int percent);

/* "2026-11-21T06:28:44.123Z" and NUL: UTC, as RFC 3339 writes it. */
enum { EP_CLOCK_STAMP_BYTES = 25 };
void ep_clock_stamp(char ret_stamp[EP_CLOCK_STAMP_BYTES]);

#endif
