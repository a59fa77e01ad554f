/* duration.h - "250ms", "60s", "5m", "1h". */
#ifndef EP_FORMAT_DURATION_H
#define EP_FORMAT_DURATION_H

#include "base/error.h"

#include <stdint.h>

/*
 * Read a whole number followed by ms, s, m or h as milliseconds. No sign, no
 * fraction, no blanks; a bare number is refused so that nobody has to guess its
 * unit. At most nine digits.
 *
 * Errors: EP_FAULT_CONFIG.
 */
bool ep_duration_parse(const char *text, int64_t *ret_ms, struct ep_error *err) EP_MUST_CHECK;

#endif
