#include "format/secret.h"

#include <ctype.h>
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
        for (size_t i = 0; i < value.size; i++) {
            text->data[from + i] = value.data[i] == '\n' ? '\n' : '*';
        }
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

/* "PASSWORD" at this place, in any case of letters, as a word of its own. */
static bool is_sql_word(struct ep_span text, size_t at)
{
    static const char word[] = "PASSWORD";

    if (text.size - at <= strlen(word)
        || (at > 0
            && (isalnum((unsigned char)text.data[at - 1])
                || strchr("_'\"", text.data[at - 1]) != NULL))) {
        return false;
    }
    for (size_t i = 0; word[i] != '\0'; i++) {
        if (toupper((unsigned char)text.data[at + i]) != word[i]) {
            return false;
        }
    }
    return true;
}

/* At an opening quote: its bytes. Within another string each quote is doubled. */
static struct ep_span quote_at(struct ep_span text, size_t at)
{
    size_t size = 0;

    if (at < text.size && text.data[at] == '$') {
        size_t end = ep_span_find_byte(text, at + 1, '$');
        return ep_span_part(text, at, end == SIZE_MAX ? 0 : end + 1 - at);
    }
    while (at + size < text.size && text.data[at + size] == '\'') {
        size++;
    }
    return ep_span_part(text, at, size % 2 == 1 ? 1 : size);
}

/* Behind blanks and the letters that may stand before a quote: E, N, U&. */
static size_t skip_to_quote(struct ep_span text, size_t at)
{
    while (at < text.size && is_blank(text.data[at])) {
        at++;
    }
    size_t letter = at;
    while (letter < text.size && strchr("EeNnUu&", text.data[letter]) != NULL) {
        letter++;
    }
    return letter - at <= 2 ? letter : at;
}

/* Where the string ends that begins at from: at its quote, where that is not doubled or escaped. */
static size_t sql_string_end(struct ep_span text, size_t from, struct ep_span quote, bool escapes)
{
    size_t at = from;

    while (at + quote.size <= text.size) {
        bool closes = memcmp(text.data + at, quote.data, quote.size) == 0;
        bool doubled = closes && quote.data[0] == '\'' && at + 2 * quote.size <= text.size
                       && memcmp(text.data + at + quote.size, quote.data, quote.size) == 0;
        if (closes && !doubled) {
            return at;
        }
        bool escaped = escapes && text.data[at] == '\\';
        at += doubled ? 2 * quote.size : escaped ? 2 : 1;
    }
    return text.size; /* cut off */
}

static void mask_sql(struct ep_text *text)
{
    struct ep_span span = ep_text_span(text);

    for (size_t at = 0; at < span.size; at++) {
        if (!is_sql_word(span, at)) {
            continue;
        }
        size_t begin = skip_to_quote(span, at + strlen("PASSWORD"));
        struct ep_span quote = quote_at(span, begin);
        if (quote.size > 0) {
            bool escapes = toupper((unsigned char)span.data[begin - 1]) == 'E';
            begin += quote.size;
            at = sql_string_end(span, begin, quote, escapes);
            mask(text, begin, at);
        }
    }
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
    mask_sql(text);
}
