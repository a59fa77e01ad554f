/*
 * text.h - a text under construction.
 *
 * Grows as needed, is NUL-terminated at all times once something was appended,
 * and may hold NUL bytes. Appending never fails: see ep_check_out_of_memory().
 *
 *     struct ep_text line EP_CLEANUP(ep_text_clear) = {0};
 *     ep_text_format(&line, "%s: %d\n", name, count);
 */
#ifndef EP_BASE_TEXT_H
#define EP_BASE_TEXT_H

#include "base/span.h"

struct ep_text {
    char *data;  /* NULL until something is appended; use ep_text_get() to read */
    size_t size; /* bytes, without the NUL at the end */
    size_t capacity;
};

/* Release the memory; the text is empty and usable again. */
void ep_text_clear(struct ep_text *text);

/* Make it empty, keeping the memory. */
void ep_text_reset(struct ep_text *text);

void ep_text_append(struct ep_text *text, struct ep_span span);
void ep_text_add(struct ep_text *text, const char *string);
void ep_text_add_byte(struct ep_text *text, char byte);
void ep_text_format(struct ep_text *text, const char *format, ...) EP_PRINTF(2, 3);

/* The NUL-terminated content, "" when empty; valid until the next change. */
const char *ep_text_get(const struct ep_text *text);
struct ep_span ep_text_span(const struct ep_text *text);

#endif
