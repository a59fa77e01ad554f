/*
 * span.h - a run of bytes that somebody else owns.
 *
 * Passed by value, for reading. Not NUL-terminated, may hold any byte. data may
 * be NULL only when size is 0. A span never outlives what it points into.
 */
#ifndef EP_BASE_SPAN_H
#define EP_BASE_SPAN_H

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>

struct ep_span {
    const char *data;
    size_t size; /* bytes */
};

/* For "%.*s"; sizes above INT_MAX are cut. */
#define EP_SPAN_PRINT(span) ep_span_print_size(span), ((span).size > 0 ? (span).data : "")

/* The bytes of a NUL-terminated text, without the NUL; NULL gives the empty span. */
struct ep_span ep_span_of(const char *text);

int ep_span_print_size(struct ep_span span);
bool ep_span_equal(struct ep_span a, struct ep_span b);
bool ep_span_equals(struct ep_span span, const char *text);
bool ep_span_starts_with(struct ep_span span, const char *prefix);
bool ep_span_ends_with(struct ep_span span, const char *suffix);

/* Offset of the first occurrence of a byte or text at or after from; SIZE_MAX when there is none.
 */
size_t ep_span_find_byte(struct ep_span span, size_t from, char byte);
size_t ep_span_find(struct ep_span span, size_t from, const char *text);

/* The part from offset, at most size bytes; offsets past the end give the empty span. */
struct ep_span ep_span_part(struct ep_span span, size_t offset, size_t size);

/* Without blanks (space, \t, \n, \v, \f, \r) at both ends. */
struct ep_span ep_span_trim(struct ep_span span);

#endif
