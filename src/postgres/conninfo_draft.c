#include "postgres/conninfo_draft.h"

#include "base/check.h"
#include "format/utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <strings.h>

/* Characters that nobody sees, and that come with text copied from a web page or a chat. */
static const struct {
    const char *bytes, *name;
} invisible[] = {
    {"\xC2\xA0", "a no-break space (U+00A0)"},
    {"\xC2\xAD", "a soft hyphen (U+00AD)"},
    {"\xE2\x80\x8B", "a zero-width space (U+200B)"},
    {"\xE2\x80\x8C", "a zero-width non-joiner (U+200C)"},
    {"\xE2\x80\x8D", "a zero-width joiner (U+200D)"},
    {"\xE2\x80\x8E", "a left-to-right mark (U+200E)"},
    {"\xE2\x80\x8F", "a right-to-left mark (U+200F)"},
    {"\xE2\x80\xA8", "a line separator (U+2028)"},
    {"\xE2\x80\xA9", "a paragraph separator (U+2029)"},
    {"\xE2\x81\xA0", "a word joiner (U+2060)"},
    {"\xE3\x80\x80", "an ideographic space (U+3000)"},
    {"\xEF\xBB\xBF", "a byte order mark (U+FEFF)"},
};

const char ep_conninfo_encode_hint[] =
    "In a user name or password write %40 for \"@\", %2F for \"/\", %3F for \"?\", %23 for \"#\", "
    "%26 for \"&\".";

void ep_conninfo_note(struct ep_conninfo_draft *draft, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    EP_CHECK(size >= 0);
    char *note = ep_arena_allocate(draft->arena, (size_t)size + 1);
    va_start(arguments, format);
    EP_CHECK(vsnprintf(note, (size_t)size + 1, format, arguments) == size);
    va_end(arguments);

    for (size_t i = 0; i < draft->note_count; i++) {
        if (strcmp(draft->notes[i], note) == 0) {
            return;
        }
    }
    if (draft->note_count == draft->note_capacity) {
        size_t capacity = 2 * draft->note_capacity + 8;
        const char **notes = ep_arena_array(draft->arena, capacity, sizeof(*notes));
        for (size_t i = 0; i < draft->note_count; i++) {
            notes[i] = draft->notes[i];
        }
        draft->notes = notes;
        draft->note_capacity = capacity;
    }
    draft->notes[draft->note_count++] = note;
}

size_t ep_conninfo_position(const struct ep_conninfo_draft *draft, const char *at)
{
    struct ep_span before = {.data = draft->value.data, .size = (size_t)(at - draft->value.data)};
    return ep_utf8_count(before) + 1;
}

void ep_conninfo_set(struct ep_conninfo_draft *draft, const char *keyword, const char *value)
{
    for (size_t i = 0; i < draft->parameter_count; i++) {
        if (strcmp(draft->parameters[i].keyword, keyword) == 0) {
            draft->parameters[i].value = value;
            return;
        }
    }
    EP_CHECK(draft->parameter_count < EP_CONNINFO_PARAMETERS_MAX);
    draft->parameters[draft->parameter_count++] =
        (struct ep_parameter){.keyword = keyword, .value = value};
}

const char *ep_conninfo_get(const struct ep_conninfo_draft *draft, const char *keyword)
{
    for (size_t i = 0; i < draft->parameter_count; i++) {
        if (strcmp(draft->parameters[i].keyword, keyword) == 0) {
            return draft->parameters[i].value;
        }
    }
    return NULL;
}

bool ep_conninfo_same_word(struct ep_span span, const char *word)
{
    return span.size == strlen(word)
           && (span.size == 0 || strncasecmp(span.data, word, span.size) == 0);
}

const char *ep_conninfo_find_invisible(struct ep_span text)
{
    size_t first = SIZE_MAX;
    const char *name = NULL;

    for (size_t i = 0; i < EP_COUNT_OF(invisible); i++) {
        size_t found = ep_span_find(text, 0, invisible[i].bytes);
        if (found < first) {
            first = found;
            name = invisible[i].name;
        }
    }
    return name;
}

bool ep_conninfo_is_variable(struct ep_span text)
{
    static const struct {
        const char *start, *end;
    } forms[] = {{"${", "}"}, {"$(", ")"}, {"{{", "}}"}};

    for (size_t i = 0; i < EP_COUNT_OF(forms); i++) {
        if (ep_span_starts_with(text, forms[i].start) && ep_span_ends_with(text, forms[i].end)) {
            return true;
        }
    }
    /* Shorter ones, and those with small letters, may be passwords. */
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    if (text.size < 4 || text.data[0] != '$' || (text.data[1] >= '0' && text.data[1] <= '9')) {
        return false;
    }
    for (size_t i = 1; i < text.size; i++) {
        if (memchr(name, text.data[i], sizeof(name) - 1) == NULL) {
            return false;
        }
    }
    return true;
}

bool ep_conninfo_refuse_variable(const struct ep_conninfo_draft *draft, const char *what,
                                 struct ep_span raw, struct ep_error *err)
{
    return ep_conninfo_refuse(
        err,
        "Shells and platforms replace variables, this program does not; if it is no variable, "
        "write %24 for \"$\".",
        "%s at character %zu is a variable that was not replaced", what,
        ep_conninfo_position(draft, raw.data));
}

/* The value of a hexadecimal digit, or -1. */
static int hexadecimal(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* The byte of an escape at the start of text, or -1. */
static int escaped_byte(struct ep_span text)
{
    if (text.size < 3 || text.data[0] != '%') {
        return -1;
    }
    int high = hexadecimal(text.data[1]);
    int low = hexadecimal(text.data[2]);
    return high < 0 || low < 0 ? -1 : 16 * high + low;
}

/* Copies raw to text; counts the escapes and the "%" that are none. */
static void decode(const struct ep_conninfo_piece *piece, struct ep_text *text, size_t *escapes,
                   size_t *strays)
{
    for (size_t i = 0; i < piece->raw.size; i++) {
        char byte = piece->raw.data[i];
        int escaped = escaped_byte(ep_span_part(piece->raw, i, SIZE_MAX));
        if (escaped >= 0) {
            ep_text_add_byte(text, (char)(unsigned char)escaped);
            *escapes += 1;
            i += 2;
        } else {
            ep_text_add_byte(text, byte == '+' && piece->plus_is_blank ? ' ' : byte);
            *strays += byte == '%';
        }
    }
}

static bool holds_control_character(struct ep_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte < 0x20 || byte == 0x7F) {
            return true;
        }
    }
    return false;
}

/* A name with one of these reaches no database, and garbles the log. */
static bool check_public(const struct ep_conninfo_piece *piece, struct ep_span text,
                         struct ep_error *err)
{
    const char *name = ep_conninfo_find_invisible(text);
    if (name != NULL) {
        return ep_conninfo_refuse(err, "Remove it: type the value instead of pasting it.",
                                  "%s at character %zu holds %s", piece->what, piece->position,
                                  name);
    }
    if (holds_control_character(text)) {
        return ep_conninfo_refuse(err, "Remove line ends and tabs, also those written as %0A.",
                                  "%s at character %zu holds a control character", piece->what,
                                  piece->position);
    }
    if (ep_utf8_find_invalid(text) != SIZE_MAX) {
        return ep_conninfo_refuse(err, "Write each byte of the character's UTF-8 form as %XX.",
                                  "%s at character %zu is not valid UTF-8 once its %%XX are read",
                                  piece->what, piece->position);
    }
    return true;
}

static void note_about_secret(struct ep_conninfo_draft *draft,
                              const struct ep_conninfo_piece *piece, struct ep_span text)
{
    if (text.size > 0 && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r')) {
        ep_conninfo_note(draft, "%s ends in a line end, written as %%0A or %%0D", piece->what);
    }
    if (ep_conninfo_find_invisible(text) != NULL) {
        ep_conninfo_note(draft, "%s holds an invisible character, such as a no-break space",
                         piece->what);
    }
    if (piece->is_encoded && ep_utf8_find_invalid(text) != SIZE_MAX) {
        ep_conninfo_note(draft, "%s is not UTF-8 once its %%XX are read: Node's drivers refuse it",
                         piece->what);
    }
}

bool ep_conninfo_decode(struct ep_conninfo_draft *draft, const struct ep_conninfo_piece *piece,
                        const char **ret_text, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    size_t escapes = 0;
    size_t strays = 0;

    if (piece->is_encoded) {
        decode(piece, &text, &escapes, &strays);
    } else {
        ep_text_append(&text, piece->raw);
    }
    if (ep_span_find_byte(ep_text_span(&text), 0, '\0') != SIZE_MAX) {
        return ep_conninfo_refuse(err, "No text of PostgreSQL can hold a zero byte.",
                                  "%s at character %zu holds %%00", piece->what, piece->position);
    }
    if (strays > 0 && escapes > 0) {
        return ep_conninfo_refuse(err, "Write %25 for each \"%\" that stands for itself.",
                                  "%s at character %zu holds a \"%%\" that is not followed by two "
                                  "hexadecimal digits",
                                  piece->what, piece->position);
    }
    if (strays > 0) {
        ep_conninfo_note(draft,
                         "%s holds a \"%%\" that is not followed by two hexadecimal digits: taken "
                         "as it is; postgres.js refuses it, write %%25",
                         piece->what);
    }
    if (piece->is_secret) {
        note_about_secret(draft, piece, ep_text_span(&text));
    } else if (!check_public(piece, ep_text_span(&text), err)) {
        return false;
    }
    *ret_text = ep_arena_copy(draft->arena, ep_text_span(&text));
    return true;
}
