#include "format/excerpt.h"

#include "base/check.h"
#include "format/utf8.h"

#include <stdint.h>

enum {
    EXCERPT_BYTES = sizeof(((struct ep_place *)NULL)->excerpt) - 1,
    BEFORE_BYTES = 100,           /* shown before the column of a line that is cut */
    RAW_BYTES = 4 * EXCERPT_BYTES /* at most three bytes become one: enough of them fill it */
};

/* The line that a byte is in. */
struct line {
    struct ep_span text; /* without its end */
    long number;         /* from 1 */
    size_t offset;       /* of the byte, within the line; at most text.size */
};

static bool is_line_end(struct ep_span text, size_t i)
{
    return text.data[i] == '\n'
           || (text.data[i] == '\r' && (i + 1 == text.size || text.data[i + 1] != '\n'));
}

static struct line find_line(struct ep_span text, size_t offset)
{
    long number = 1;
    size_t start = 0;
    for (size_t i = 0; i < offset; i++) {
        if (is_line_end(text, i)) {
            number++;
            start = i + 1;
        }
    }
    size_t end = start;
    while (end < text.size && text.data[end] != '\n' && text.data[end] != '\r') {
        end++;
    }
    return (struct line){.text = ep_span_part(text, start, end - start),
                         .number = number,
                         .offset = (offset < end ? offset : end) - start};
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* The start of the character that the byte at offset is a part of. */
static size_t character_start(struct ep_span text, size_t offset)
{
    for (size_t back = 0; back <= 3 && back <= offset && offset < text.size; back++) {
        size_t start = offset - back;
        if (!is_continuation(text.data[start])) {
            bool spans = start + ep_utf8_offset(ep_span_part(text, start, SIZE_MAX), 1) > offset;
            return spans ? start : offset;
        }
    }
    return offset;
}

/* The last bytes of a printable text, at most size, starting with a whole character. */
static struct ep_span tail(struct ep_span text, size_t size)
{
    size_t from = text.size > size ? text.size - size : 0;
    while (from < text.size && is_continuation(text.data[from])) {
        from++;
    }
    return ep_span_part(text, from, SIZE_MAX);
}

/* The first bytes of a printable text that is longer than size, ending with a whole character. */
static struct ep_span head(struct ep_span text, size_t size)
{
    while (size > 0 && is_continuation(text.data[size])) {
        size--;
    }
    return ep_span_part(text, 0, size);
}

static void append(struct ep_place *place, size_t *used, struct ep_span text)
{
    EP_CHECK(text.size <= EXCERPT_BYTES - *used);
    if (text.size > 0) {
        memcpy(place->excerpt + *used, text.data, text.size);
    }
    *used += text.size;
    place->excerpt[*used] = '\0';
}

static void show(const struct line *line, struct ep_place *place)
{
    static const struct ep_span dots = {.data = "...", .size = 3};
    struct ep_text before_text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text after_text EP_CLEANUP(ep_text_clear) = {0};

    size_t raw_before = line->offset < RAW_BYTES ? line->offset : RAW_BYTES;
    ep_utf8_append_printable(ep_span_part(line->text, line->offset - raw_before, raw_before),
                             &before_text);
    ep_utf8_append_printable(ep_span_part(line->text, line->offset, RAW_BYTES), &after_text);
    struct ep_span before = ep_text_span(&before_text);
    struct ep_span after = ep_text_span(&after_text);
    bool fits = before.size + after.size <= EXCERPT_BYTES;
    size_t used = 0;

    if (!fits && before.size > BEFORE_BYTES) {
        append(place, &used, dots);
        before = tail(before, BEFORE_BYTES);
    }
    append(place, &used, before);
    place->caret = (long)ep_utf8_count((struct ep_span){.data = place->excerpt, .size = used}) + 1;
    if (after.size <= EXCERPT_BYTES - used) {
        append(place, &used, after);
    } else {
        append(place, &used, head(after, EXCERPT_BYTES - used - dots.size));
        append(place, &used, dots);
    }
}

bool ep_excerpt_place(struct ep_error *err, const char *file, struct ep_span text, size_t offset)
{
    struct line line = find_line(text, offset < text.size ? offset : text.size);
    line.offset = character_start(line.text, line.offset);
    size_t column = ep_utf8_count(ep_span_part(line.text, 0, line.offset)) + 1;

    (void)ep_error_place(err, file, line.number, (long)column);
    show(&line, &err->place);
    return false;
}
