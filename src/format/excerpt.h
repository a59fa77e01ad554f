/*
 * excerpt.h - showing the operator a place in a file.
 *
 * Lines end with \n, \r\n or a \r that stands alone, as editors count them.
 */
#ifndef EP_FORMAT_EXCERPT_H
#define EP_FORMAT_EXCERPT_H

#include "base/error.h"
#include "base/span.h"

/*
 * Fill the place of an error that is recorded: the file, and for the byte at
 * offset of its text the line, the column, the line's text and the caret.
 *
 * The excerpt is printable (format/utf8.h), one character for each of the line;
 * of a line that does not fit, what surrounds the column, with "..." where it
 * was cut. An offset past the end means the end; one inside a character, the
 * character.
 *
 * Returns false, so that it can end a return chain.
 */
bool ep_excerpt_place(struct ep_error *err, const char *file, struct ep_span text, size_t offset);

#endif
