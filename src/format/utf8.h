/*
 * utf8.h - UTF-8 as RFC 3629 and the WHATWG Encoding Standard define it.
 *
 * A character is a Unicode code point. Text that is not UTF-8 is no error here:
 * it is found, counted, replaced or shown.
 */
#ifndef EP_FORMAT_UTF8_H
#define EP_FORMAT_UTF8_H

#include "base/arena.h"
#include "base/text.h"

/* The offset of the first byte that is not part of valid UTF-8; SIZE_MAX when all of it is. */
size_t ep_utf8_find_invalid(struct ep_span text);

/*
 * Append text with each maximal invalid subpart replaced by U+FFFD, as Node's
 * Buffer.toString() does (WHATWG Encoding Standard, "replacement" error mode).
 */
void ep_utf8_replace_invalid(struct ep_span text, struct ep_text *ret_text);

/* The number of characters; each byte of an invalid sequence counts as one. */
size_t ep_utf8_count(struct ep_span text);

/* The offset of character number (from 0), or text.size when there are fewer. */
size_t ep_utf8_offset(struct ep_span text, size_t number);

/*
 * Append text for a terminal or a log line, as many characters as it has:
 * \t, \n and \r become a blank; other control characters (C0, DEL, C1), the
 * byte order mark, line separators and what changes the direction of writing
 * become "?"; each byte of an invalid sequence becomes U+FFFD.
 */
void ep_utf8_append_printable(struct ep_span text, struct ep_text *ret_text);

/* The same as a NUL-terminated text of the arena. */
const char *ep_utf8_printable(struct ep_arena *arena, struct ep_span text);

#endif
