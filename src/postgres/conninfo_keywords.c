#include "postgres/conninfo_draft.h"

#include "base/text.h"

#include <ctype.h>
#include <stdint.h>

static const char quote_hint[] =
    "Write key=value pairs; a value with blanks stands between single quotes, as in "
    "password='two words', with \\' for a quote and \\\\ for a backslash.";

static size_t skip_blanks(struct ep_span text, size_t from)
{
    while (from < text.size && isspace((unsigned char)text.data[from])) {
        from++;
    }
    return from;
}

/*
 * The value at *at: quoted or up to a blank, a backslash makes the next byte
 * plain. Moves *at past it; false when a quote is not closed.
 */
static bool read_value(struct ep_span text, size_t *at, struct ep_text *value)
{
    bool is_quoted = *at < text.size && text.data[*at] == '\'';
    size_t i = *at + is_quoted;

    for (; i < text.size; i++) {
        char byte = text.data[i];
        if (is_quoted ? byte == '\'' : isspace((unsigned char)byte)) {
            break;
        }
        if (byte == '\\') {
            i++;
            if (i == text.size) {
                break;
            }
            byte = text.data[i];
        }
        ep_text_add_byte(value, byte);
    }
    if (is_quoted && i >= text.size) {
        return false;
    }
    *at = i + is_quoted;
    return true;
}

static bool read_pair(struct ep_conninfo_draft *draft, struct ep_span text, size_t *at,
                      struct ep_error *err)
{
    struct ep_text value EP_CLEANUP(ep_text_clear) = {0};
    size_t start = *at;
    size_t end = start;

    while (end < text.size && text.data[end] != '=' && !isspace((unsigned char)text.data[end])) {
        end++;
    }
    struct ep_conninfo_pair pair = {.key = ep_span_part(text, start, end - start)};
    size_t equals = skip_blanks(text, end);
    if (equals == text.size || text.data[equals] != '=') {
        return ep_conninfo_refuse(err, quote_hint, "the word at character %zu has no \"=\"",
                                  ep_conninfo_position(draft, text.data + start));
    }
    size_t value_start = skip_blanks(text, equals + 1);
    *at = value_start;
    if (!read_value(text, at, &value)) {
        return ep_conninfo_refuse(err, quote_hint, "the quote at character %zu is not closed",
                                  ep_conninfo_position(draft, text.data + value_start));
    }
    /* "password= host=h" is a password of "host=h" to libpq; nobody means that. */
    if (value_start > equals + 1 && text.data[value_start - 1] != '='
        && ep_span_find_byte(ep_text_span(&value), 0, '=') != SIZE_MAX) {
        return ep_conninfo_refuse(err, "Write '' for an empty value, and no blanks after \"=\".",
                                  "%s has no value", ep_conninfo_label(draft, &pair));
    }
    pair.value = ep_span_of(ep_arena_copy(draft->arena, ep_text_span(&value)));
    return ep_conninfo_assign(draft, &pair, err);
}

bool ep_conninfo_read_keywords(struct ep_conninfo_draft *draft, struct ep_span text,
                               struct ep_error *err)
{
    for (size_t at = skip_blanks(text, 0); at < text.size; at = skip_blanks(text, at)) {
        if (!read_pair(draft, text, &at, err)) {
            return false;
        }
    }
    ep_conninfo_note(draft, "the value is written as key=value: Node's drivers cannot read it, "
                            "write postgresql://user:password@host:5432/database");
    return true;
}
