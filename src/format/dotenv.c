#include "format/dotenv.h"

#include "format/utf8.h"

#include <stdint.h>

static const struct ep_span nothing = {.data = "", .size = 0};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n';
}

/* Fewer bytes than ep_span_trim() takes for blanks: \v and \f belong to the value. */
static struct ep_span trim(struct ep_span text)
{
    while (text.size > 0 && is_blank(text.data[0])) {
        text = ep_span_part(text, 1, SIZE_MAX);
    }
    while (text.size > 0 && is_blank(text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

/* Up to the next byte of that kind, or up to the end. */
static struct ep_span part_before(struct ep_span text, char byte)
{
    return ep_span_part(text, 0, ep_span_find_byte(text, 0, byte));
}

/* What follows the first line ending at or after from. */
static struct ep_span next_line(struct ep_span text, size_t from)
{
    size_t end = ep_span_find_byte(text, from, '\n');
    return end == SIZE_MAX ? nothing : ep_span_part(text, end + 1, SIZE_MAX);
}

/* Any CR goes, not only those before LF. */
static struct ep_span without_carriage_returns(struct ep_arena *arena, struct ep_span content)
{
    char *kept = ep_arena_allocate(arena, content.size);
    size_t size = 0;
    for (size_t i = 0; i < content.size; i++) {
        if (content.data[i] != '\r') {
            kept[size++] = content.data[i];
        }
    }
    return (struct ep_span){.data = kept, .size = size};
}

static const char *with_line_breaks(struct ep_arena *arena, struct ep_span text)
{
    char *copy = ep_arena_copy(arena, text);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool is_break = text.data[i] == '\\' && i + 1 < text.size && text.data[i + 1] == 'n';
        copy[size++] = is_break ? '\n' : text.data[i];
        i += is_break ? 1 : 0;
    }
    copy[size] = '\0';
    return copy;
}

/* The value at the beginning of text, which is behind the "="; moves text behind its line. */
static const char *take_value(struct ep_arena *arena, struct ep_span *text)
{
    size_t start = 0;
    while (start < text->size && (text->data[start] == ' ' || text->data[start] == '\t')) {
        start++;
    }
    struct ep_span rest = ep_span_part(*text, start, SIZE_MAX);
    char quote = rest.size > 0 ? rest.data[0] : '\0';

    if (quote == '"' || quote == '\'' || quote == '`') {
        size_t end = ep_span_find_byte(rest, 1, quote);
        if (end == SIZE_MAX) {
            *text = next_line(rest, 0);
            return ep_arena_copy(arena, part_before(rest, '\n'));
        }
        struct ep_span value = ep_span_part(rest, 1, end - 1);
        *text = next_line(rest, end + 1);
        return quote == '"' ? with_line_breaks(arena, value) : ep_arena_copy(arena, value);
    }
    *text = next_line(rest, 0);
    return ep_arena_copy(arena, trim(part_before(part_before(rest, '\n'), '#')));
}

/* The name in what stands before a "=". */
static struct ep_span name_of(struct ep_span text)
{
    static const char keyword[] = "export ";
    struct ep_span name = trim(text);
    return ep_span_starts_with(name, keyword) ? trim(ep_span_part(name, strlen(keyword), SIZE_MAX))
                                              : name;
}

bool ep_dotenv_parse(struct ep_arena *arena, struct ep_span content, const char *file,
                     const struct ep_dotenv_entry **ret_entries, size_t *ret_count,
                     struct ep_error *err)
{
    struct ep_text decoded EP_CLEANUP(ep_text_clear) = {0};
    if (ep_span_find_byte(content, 0, '\0') != SIZE_MAX) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "file contains a NUL byte");
        (void)ep_error_hint(err, "Save it as UTF-8.");
        return ep_error_place(err, file, 0, 0);
    }
    ep_utf8_replace_invalid(without_carriage_returns(arena, content), &decoded);

    struct ep_span text = trim(ep_text_span(&decoded));
    /* An entry takes two bytes at least. */
    struct ep_dotenv_entry *entries = ep_arena_array(arena, text.size / 2 + 1, sizeof(*entries));
    size_t count = 0;
    while (text.size > 0) {
        struct ep_span line = part_before(text, '\n');
        size_t equals = ep_span_find_byte(line, 0, '=');
        struct ep_span name = name_of(ep_span_part(line, 0, equals));
        if (equals == SIZE_MAX || name.size == 0 || ep_span_starts_with(trim(line), "#")) {
            text = next_line(text, 0);
            continue;
        }
        text = ep_span_part(text, equals + 1, SIZE_MAX);
        entries[count++] = (struct ep_dotenv_entry){.name = ep_arena_copy(arena, name),
                                                    .value = take_value(arena, &text)};
    }
    *ret_entries = entries;
    *ret_count = count;
    return true;
}
