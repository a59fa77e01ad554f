#include "format/secret.h"

#include <stdint.h>

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static size_t find_blank(struct ep_span text, size_t from)
{
    while (from < text.size && !is_blank(text.data[from])) {
        from++;
    }
    return from;
}

static void mask(struct ep_text *text, size_t from, size_t end)
{
    struct ep_span value = ep_span_part(ep_text_span(text), from, end - from);

    if (!ep_span_equals(value, "password") && !ep_span_equals(value, "PASSWORD")) {
        memset(text->data + from, '*', value.size);
    }
}

/* A password may hold any byte, unescaped as well: the last "@" ends it, or where the text was cut.
 */
static void mask_uri(struct ep_text *text, size_t from)
{
    struct ep_span span = ep_text_span(text);
    struct ep_span word = ep_span_part(span, from, find_blank(span, from) - from);
    size_t colon = ep_span_find_byte(word, 0, ':');
    size_t end = word.size;

    while (end > 0 && word.data[end - 1] != '@') {
        end--;
    }
    if (end == 0 && ep_span_ends_with(word, "...")) {
        end = word.size - strlen("...") + 1;
    }
    if (colon < end) {
        mask(text, from + colon + 1, from + end - 1);
    }
}

/* Up to a blank or "&"; between single quotes, as in key=value pairs, up to the second. */
static void mask_value(struct ep_text *text, size_t from)
{
    struct ep_span span = ep_text_span(text);
    bool quoted = from < span.size && span.data[from] == '\'';
    size_t end = quoted ? ep_span_find_byte(span, from + 1, '\'') : find_blank(span, from);
    size_t next = ep_span_find_byte(span, from, '&');

    if (!quoted && next < end) {
        end = next;
    }
    mask(text, quoted ? from + 1 : from, end == SIZE_MAX ? span.size : end);
}

void ep_secret_mask(struct ep_text *text)
{
    static const char uri[] = "://";
    static const char parameter[] = "password=";
    struct ep_span span = ep_text_span(text);

    for (size_t at = ep_span_find(span, 0, uri); at != SIZE_MAX;
         at = ep_span_find(span, at + 1, uri)) {
        mask_uri(text, at + strlen(uri));
    }
    for (size_t at = ep_span_find(span, 0, parameter); at != SIZE_MAX;
         at = ep_span_find(span, at + 1, parameter)) {
        mask_value(text, at + strlen(parameter));
    }
}
