#include "format/utf8.h"

#include <stdint.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* The number of bytes below 0x80 at the start. Most SQL is nothing else: eight at a time. */
static size_t ascii_size(const char *data, size_t size)
{
    size_t done = 0;
    uint64_t word;

    while (size - done >= sizeof(word)) {
        memcpy(&word, data + done, sizeof(word));
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
        done += sizeof(word);
    }
    while (done < size && (unsigned char)data[done] < 0x80) {
        done++;
    }
    return done;
}

/* The number of bytes that a lead byte announces, and the range of the second; 0: not a lead. */
static size_t announced_size(unsigned char lead, unsigned char *ret_low, unsigned char *ret_high)
{
    /* Narrower where the rest would be overlong, a surrogate or above U+10FFFF. */
    *ret_low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *ret_high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return 0;
    }
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/*
 * The number of bytes at the start of a text that is not empty: those of one
 * character, or of one maximal invalid subpart, i.e. as many as could have been
 * the beginning of a character, at least one.
 */
static size_t unit_size(struct ep_span text, bool *ret_valid)
{
    unsigned char low;
    unsigned char high;
    size_t announced = announced_size((unsigned char)text.data[0], &low, &high);
    size_t size = 1;

    while (size < announced && size < text.size) {
        unsigned char byte = (unsigned char)text.data[size];
        if (byte < low || byte > high) {
            break;
        }
        size++;
        low = 0x80;
        high = 0xBF;
    }
    *ret_valid = size == announced;
    return size;
}

size_t ep_utf8_find_invalid(struct ep_span text)
{
    bool valid = true;

    for (size_t offset = 0; offset < text.size;) {
        offset += ascii_size(text.data + offset, text.size - offset);
        if (offset < text.size) {
            size_t size = unit_size(ep_span_part(text, offset, SIZE_MAX), &valid);
            if (!valid) {
                return offset;
            }
            offset += size;
        }
    }
    return SIZE_MAX;
}

void ep_utf8_replace_invalid(struct ep_span text, struct ep_text *ret_text)
{
    bool valid = true;

    for (;;) {
        size_t invalid = ep_utf8_find_invalid(text);
        ep_text_append(ret_text, ep_span_part(text, 0, invalid));
        if (invalid == SIZE_MAX) {
            return;
        }
        text = ep_span_part(text, invalid, SIZE_MAX);
        text = ep_span_part(text, unit_size(text, &valid), SIZE_MAX);
        ep_text_add(ret_text, REPLACEMENT);
    }
}

/* As unit_size(), but the bytes of an invalid sequence stand each for itself. */
static size_t character_size(struct ep_span text, bool *ret_valid)
{
    size_t size = unit_size(text, ret_valid);
    return *ret_valid ? size : 1;
}

size_t ep_utf8_count(struct ep_span text)
{
    size_t count = 0;
    bool valid = true;

    for (size_t offset = 0; offset < text.size; count++) {
        offset += character_size(ep_span_part(text, offset, SIZE_MAX), &valid);
    }
    return count;
}

size_t ep_utf8_offset(struct ep_span text, size_t number)
{
    size_t offset = 0;
    bool valid = true;

    while (number > 0 && offset < text.size) {
        offset += character_size(ep_span_part(text, offset, SIZE_MAX), &valid);
        number--;
    }
    return offset;
}

static bool is_between(struct ep_span character, const char *first, const char *last)
{
    return character.size == strlen(first) && memcmp(character.data, first, character.size) >= 0
           && memcmp(character.data, last, character.size) <= 0;
}

/* Whether a character beyond ASCII would be unseen, break the line or reorder it. */
static bool is_unprintable(struct ep_span character)
{
    static const char *const ranges[][2] = {
        {"\xC2\x80", "\xC2\x9F"},         /* C1 */
        {"\xE2\x80\x8E", "\xE2\x80\x8F"}, /* U+200E, U+200F: direction marks */
        {"\xE2\x80\xA8", "\xE2\x80\xAE"}, /* U+2028 to U+202E: separators, embeddings, overrides */
        {"\xE2\x81\xA6", "\xE2\x81\xA9"}, /* U+2066 to U+2069: isolates */
        {"\xEF\xBB\xBF", "\xEF\xBB\xBF"}, /* U+FEFF: byte order mark */
    };
    for (size_t i = 0; i < EP_COUNT_OF(ranges); i++) {
        if (is_between(character, ranges[i][0], ranges[i][1])) {
            return true;
        }
    }
    return false;
}

/* The number of bytes at the start that are printed as they are: nearly all. */
static size_t plain_size(struct ep_span text)
{
    size_t size = 0;
    while (size < text.size && text.data[size] >= ' ' && text.data[size] <= '~') {
        size++;
    }
    return size;
}

static void append_printable_character(struct ep_span character, bool valid,
                                       struct ep_text *ret_text)
{
    char first = character.data[0];

    if (!valid) {
        ep_text_add(ret_text, REPLACEMENT);
    } else if (first == '\t' || first == '\n' || first == '\r') {
        ep_text_add_byte(ret_text, ' ');
    } else if (character.size == 1 || is_unprintable(character)) {
        ep_text_add_byte(ret_text, '?');
    } else {
        ep_text_append(ret_text, character);
    }
}

void ep_utf8_append_printable(struct ep_span text, struct ep_text *ret_text)
{
    bool valid = true;

    for (size_t offset = 0; offset < text.size;) {
        size_t plain = plain_size(ep_span_part(text, offset, SIZE_MAX));
        ep_text_append(ret_text, ep_span_part(text, offset, plain));
        offset += plain;
        if (offset < text.size) {
            struct ep_span rest = ep_span_part(text, offset, SIZE_MAX);
            size_t size = character_size(rest, &valid);
            append_printable_character(ep_span_part(rest, 0, size), valid, ret_text);
            offset += size;
        }
    }
}

const char *ep_utf8_printable(struct ep_arena *arena, struct ep_span text)
{
    struct ep_text printable EP_CLEANUP(ep_text_clear) = {0};
    ep_utf8_append_printable(text, &printable);
    return ep_arena_copy(arena, ep_text_span(&printable));
}
