/*
 * json_write.h - JSON as JavaScript writes it: JSON.stringify(value, null, 2).
 *
 * What drizzle-kit writes, byte for byte: two blanks for each level, no newline
 * at the end, the shortest digits of a double, members whose names are array
 * indices ("0", "17") first and in their order, all others as they were added.
 * Text is written as it is, except for quotes, backslashes and what is below
 * U+0020.
 *
 * Source: ECMA-262, JSON.stringify(), Number::toString(), OrdinaryOwnPropertyKeys().
 */
#ifndef EP_FORMAT_JSON_WRITE_H
#define EP_FORMAT_JSON_WRITE_H

#include "base/text.h"

#include <jansson.h>

/* Append value. Its depth is that of what ep_json_parse() accepts, or little more. */
void ep_json_write(json_t *value, struct ep_text *ret_text);

/* Append a finite number as JavaScript's String() has it: "5", "1.5", "1e+21", "-1e-7". */
void ep_json_write_number(double number, struct ep_text *ret_text);

#endif
