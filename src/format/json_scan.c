#include "format/json_scan.h"

#include "format/json.h"

#include <ctype.h>
#include <stdint.h>

/* The byte that is next, blanks passed over; '\0' at the end or after a failure. */
static char peek(struct ep_json_scan *scan)
{
    while (!scan->failed && scan->offset < scan->text.size) {
        char byte = scan->text.data[scan->offset];
        if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t') {
            return byte;
        }
        scan->offset++;
    }
    return '\0';
}

/* Of what stands behind a backslash; 0 for what is left to ep_json_parse(): half of a pair, a NUL.
 */
static size_t escape_size(struct ep_span escape)
{
    char first = escape.size == 0 ? '\0' : escape.data[0];

    if (first != '\0' && strchr("\"\\/bfnrt", first) != NULL) {
        return 1;
    }
    if (first != 'u' || escape.size < 5 || escape.data[1] == 'd' || escape.data[1] == 'D'
        || memcmp(escape.data + 1, "0000", 4) == 0) {
        return 0;
    }
    for (size_t i = 1; i < 5; i++) {
        if (!isxdigit((unsigned char)escape.data[i])) {
            return 0;
        }
    }
    return 5;
}

/* A string in its quotes; the offset is behind it. */
static bool read_string(struct ep_json_scan *scan, struct ep_span *ret_string)
{
    if (peek(scan) != '"') {
        scan->failed = true;
        return false;
    }
    size_t start = scan->offset + 1, at = start;
    while (at < scan->text.size && scan->text.data[at] != '"') {
        size_t escaped = 0;
        if (scan->text.data[at] == '\\') {
            escaped = escape_size(ep_span_part(scan->text, at + 1, SIZE_MAX));
            scan->failed = scan->failed || escaped == 0;
        }
        scan->failed = scan->failed || (unsigned char)scan->text.data[at] < ' ';
        at += 1 + escaped;
    }
    bool has_end = at < scan->text.size;
    scan->failed = scan->failed || !has_end;
    *ret_string = ep_span_part(scan->text, start, at - start);
    scan->offset = has_end ? at + 1 : scan->text.size;
    return !scan->failed;
}

static bool take(struct ep_json_scan *scan, char byte)
{
    if (peek(scan) != byte) {
        return false;
    }
    scan->offset++;
    return true;
}

static size_t count_digits(struct ep_span text, size_t from)
{
    size_t end = from;
    while (end < text.size && text.data[end] >= '0' && text.data[end] <= '9') {
        end++;
    }
    return end - from;
}

/* The size of a number at the beginning; 0: none, or with an exponent or so many digits that
 * jansson may refuse it. */
static size_t number_size(struct ep_span text)
{
    enum { MOST_DIGITS = 300 };
    size_t sign = ep_span_starts_with(text, "-") ? 1 : 0;
    size_t whole = count_digits(text, sign);
    size_t size = sign + whole;

    if (whole == 0 || whole > MOST_DIGITS || (whole > 1 && text.data[sign] == '0')) {
        return 0;
    }
    if (size < text.size && text.data[size] == '.') {
        size_t fraction = count_digits(text, size + 1);
        size = fraction == 0 ? 0 : size + 1 + fraction;
    }
    return size > 0 && size < text.size && strchr("eE", text.data[size]) != NULL ? 0 : size;
}

/* A number, true, false or null: what else stands outside of quotes, a merge conflict, is none. */
static void skip_scalar(struct ep_json_scan *scan)
{
    static const char *const words[] = {"true", "false", "null"};
    struct ep_span rest = ep_span_part(scan->text, scan->offset, SIZE_MAX);
    size_t size = number_size(rest);

    for (size_t i = 0; i < EP_COUNT_OF(words) && size == 0; i++) {
        size = ep_span_starts_with(rest, words[i]) ? strlen(words[i]) : 0;
    }
    scan->failed = scan->failed || size == 0;
    scan->offset += size;
}

static void skip_name(struct ep_json_scan *scan)
{
    struct ep_span ignored;

    scan->failed = !read_string(scan, &ignored) || !take(scan, ':');
}

void ep_json_scan_skip(struct ep_json_scan *scan)
{
    enum { MOST_LEVELS = 64 };
    uint64_t objects = 0; /* a bit for each level, the lowest for the innermost: an object */
    size_t depth = 0;
    struct ep_span ignored;

    do {
        char byte = peek(scan);
        if (byte == '{' || byte == '[') {
            scan->failed = depth == MOST_LEVELS;
            scan->offset++;
            objects = objects << 1 | (byte == '{');
            depth++;
            byte = peek(scan);
            if (byte != '}' && byte != ']') {
                if ((objects & 1) != 0) {
                    skip_name(scan);
                }
                continue;
            }
        } else if (byte == '"') {
            (void)read_string(scan, &ignored);
        } else {
            skip_scalar(scan);
        }
        while (depth > 0 && take(scan, (objects & 1) != 0 ? '}' : ']')) {
            objects >>= 1;
            depth--;
        }
        if (depth > 0) {
            scan->failed = scan->failed || !take(scan, ',');
            if ((objects & 1) != 0) {
                skip_name(scan);
            }
        }
    } while (depth > 0 && !scan->failed);
}

bool ep_json_scan_enter(struct ep_json_scan *scan, char bracket)
{
    if (take(scan, bracket)) {
        scan->is_start = true;
        return true;
    }
    ep_json_scan_skip(scan);
    return false;
}

/* Whether the object or array goes on; a comma stands between two, and nowhere else. */
static bool goes_on(struct ep_json_scan *scan, char bracket)
{
    bool is_start = scan->is_start;

    scan->is_start = false;
    if (scan->failed || take(scan, bracket)) {
        return false;
    }
    scan->failed = !is_start && !take(scan, ',');
    return !scan->failed;
}

bool ep_json_scan_member(struct ep_json_scan *scan, struct ep_span *ret_name)
{
    if (!goes_on(scan, '}')) {
        return false;
    }
    scan->failed = !read_string(scan, ret_name) || !take(scan, ':');
    return !scan->failed;
}

bool ep_json_scan_element(struct ep_json_scan *scan)
{
    return goes_on(scan, ']');
}

bool ep_json_scan_end(struct ep_json_scan *scan)
{
    (void)peek(scan);
    scan->failed = scan->failed || scan->offset < scan->text.size;
    return !scan->failed;
}

/* jansson resolves the escapes of the rare names that have some. */
static const char *unescape(struct ep_json_scan *scan, struct ep_arena *arena,
                            struct ep_span string)
{
    json_t *json EP_CLEANUP(ep_json_drop) =
        json_loadb(string.data - 1, string.size + 2, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    /* GCOVR_EXCL_START: read_string() has let pass only escapes that jansson reads, too. */
    if (!json_is_string(json)) {
        scan->failed = true;
        return NULL;
    }
    /* GCOVR_EXCL_STOP */
    return ep_arena_copy(arena, ep_span_of(json_string_value(json)));
}

const char *ep_json_scan_text(struct ep_json_scan *scan, struct ep_arena *arena)
{
    struct ep_span string;

    if (peek(scan) != '"') {
        ep_json_scan_skip(scan);
        return NULL;
    }
    if (!read_string(scan, &string)) {
        return NULL;
    }
    return ep_span_find_byte(string, 0, '\\') == SIZE_MAX ? ep_arena_copy(arena, string)
                                                          : unescape(scan, arena, string);
}

bool ep_json_scan_whole(struct ep_json_scan *scan, int64_t *ret_value)
{
    enum { MOST_DIGITS = 15 };
    size_t sign = peek(scan) == '-' ? 1 : 0;
    struct ep_span digits = ep_span_part(scan->text, scan->offset + sign, SIZE_MAX);
    size_t size = number_size(digits);
    int64_t value = 0;

    if (scan->failed || size == 0 || size > MOST_DIGITS || count_digits(digits, 0) != size) {
        scan->failed = true;
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        value = value * 10 + (digits.data[i] - '0');
    }
    scan->offset += sign + size;
    *ret_value = sign == 1 ? -value : value;
    return true;
}
