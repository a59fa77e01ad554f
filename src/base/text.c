#include "base/text.h"

#include "base/check.h"

#include <stdarg.h>
#include <stdint.h>

void ep_text_clear(struct ep_text *text)
{
    free(text->data);
    *text = (struct ep_text){0};
}

void ep_text_reset(struct ep_text *text)
{
    text->size = 0;
    if (text->data != NULL) {
        text->data[0] = '\0';
    }
}

/* Make room for size more bytes and the NUL. */
static void reserve(struct ep_text *text, size_t size)
{
    if (size > SIZE_MAX / 2 - text->size - 1) {
        ep_check_out_of_memory();
    }
    size_t needed = text->size + size + 1;
    if (needed <= text->capacity) {
        return;
    }
    size_t capacity = text->capacity < 64 ? 64 : text->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    char *data = realloc(text->data, capacity);
    if (data == NULL) {
        ep_check_out_of_memory();
    }
    text->data = data;
    text->capacity = capacity;
}

void ep_text_append(struct ep_text *text, struct ep_span span)
{
    reserve(text, span.size);
    if (span.size > 0) {
        memcpy(text->data + text->size, span.data, span.size);
    }
    text->size += span.size;
    text->data[text->size] = '\0';
}

void ep_text_add(struct ep_text *text, const char *string)
{
    ep_text_append(text, ep_span_of(string));
}

void ep_text_add_byte(struct ep_text *text, char byte)
{
    ep_text_append(text, (struct ep_span){.data = &byte, .size = 1});
}

void ep_text_format(struct ep_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);

    EP_CHECK(size >= 0);
    reserve(text, (size_t)size);
    EP_CHECK(vsnprintf(text->data + text->size, (size_t)size + 1, format, again) == size);
    va_end(again);
    text->size += (size_t)size;
}

const char *ep_text_get(const struct ep_text *text)
{
    return text->data == NULL ? "" : text->data;
}

struct ep_span ep_text_span(const struct ep_text *text)
{
    return (struct ep_span){.data = text->data, .size = text->size};
}
