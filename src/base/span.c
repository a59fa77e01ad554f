#define _GNU_SOURCE /* memmem(): one pass over large migration files */
#include "base/span.h"

#include <limits.h>
#include <stdint.h>

struct ep_span ep_span_of(const char *text)
{
    return (struct ep_span){.data = text, .size = text == NULL ? 0 : strlen(text)};
}

int ep_span_print_size(struct ep_span span)
{
    return span.size > INT_MAX ? INT_MAX : (int)span.size;
}

bool ep_span_equal(struct ep_span a, struct ep_span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool ep_span_equals(struct ep_span span, const char *text)
{
    return ep_span_equal(span, ep_span_of(text));
}

bool ep_span_starts_with(struct ep_span span, const char *prefix)
{
    size_t size = strlen(prefix);
    return size == 0 || (span.size >= size && memcmp(span.data, prefix, size) == 0);
}

bool ep_span_ends_with(struct ep_span span, const char *suffix)
{
    size_t size = strlen(suffix);
    return size == 0
           || (span.size >= size && memcmp(span.data + span.size - size, suffix, size) == 0);
}

size_t ep_span_find_byte(struct ep_span span, size_t from, char byte)
{
    if (from >= span.size) {
        return SIZE_MAX;
    }
    const char *found = memchr(span.data + from, (unsigned char)byte, span.size - from);
    return found == NULL ? SIZE_MAX : (size_t)(found - span.data);
}

size_t ep_span_find(struct ep_span span, size_t from, const char *text)
{
    if (from >= span.size) {
        return SIZE_MAX;
    }
    const char *found = memmem(span.data + from, span.size - from, text, strlen(text));
    return found == NULL ? SIZE_MAX : (size_t)(found - span.data);
}

struct ep_span ep_span_part(struct ep_span span, size_t offset, size_t size)
{
    if (offset >= span.size) {
        return (struct ep_span){0};
    }
    size_t rest = span.size - offset;
    return (struct ep_span){.data = span.data + offset, .size = size < rest ? size : rest};
}

static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

struct ep_span ep_span_trim(struct ep_span span)
{
    while (span.size > 0 && is_blank(span.data[0])) {
        span.data++;
        span.size--;
    }
    while (span.size > 0 && is_blank(span.data[span.size - 1])) {
        span.size--;
    }
    return span;
}
