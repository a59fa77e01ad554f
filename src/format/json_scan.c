#include "format/json_scan.h"

#include "format/json.h"

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

/* A string in its quotes; the offset is behind it. */
static bool read_string(struct ep_json_scan *scan, struct ep_span *ret_string)
{
    if (peek(scan) != '"') {
        scan->failed = true;
        return false;
    }
    size_t start = scan->offset + 1, at = start;
    while (at < scan->text.size && scan->text.data[at] != '"') {
        at += scan->text.data[at] == '\\' ? 2 : 1;
    }
    if (at >= scan->text.size) {
        scan->failed = true;
        return false;
    }
    *ret_string = ep_span_part(scan->text, start, at - start);
    scan->offset = at + 1;
    return true;
}

static bool take(struct ep_json_scan *scan, char byte)
{
    if (peek(scan) != byte) {
        return false;
    }
    scan->offset++;
    return true;
}

/* A number, true, false or null: what else stands outside of quotes, a merge conflict, is none. */
static void skip_scalar(struct ep_json_scan *scan)
{
    if (peek(scan) == '\0' || strchr("-0123456789tfn", peek(scan)) == NULL) {
        scan->failed = true;
        return;
    }
    while (scan->offset < scan->text.size
           && strchr(" \n\r\t,:{}[]\"", scan->text.data[scan->offset]) == NULL) {
        scan->offset++;
    }
}

void ep_json_scan_skip(struct ep_json_scan *scan)
{
    size_t depth = 0;
    struct ep_span ignored;

    do {
        char byte = peek(scan);
        if (byte == '"') {
            if (!read_string(scan, &ignored)) {
                return;
            }
        } else if (byte == '{' || byte == '[') {
            depth++;
            scan->offset++;
        } else if ((byte == '}' || byte == ']') && depth > 0) {
            depth--;
            scan->offset++;
        } else if ((byte == ',' || byte == ':') && depth > 0) {
            scan->offset++;
        } else {
            skip_scalar(scan);
        }
    } while (depth > 0 && !scan->failed);
}

bool ep_json_scan_enter(struct ep_json_scan *scan, char bracket)
{
    if (take(scan, bracket)) {
        return true;
    }
    ep_json_scan_skip(scan);
    return false;
}

bool ep_json_scan_member(struct ep_json_scan *scan, struct ep_span *ret_name)
{
    (void)take(scan, ',');
    if (take(scan, '}')) {
        return false;
    }
    if (!read_string(scan, ret_name) || !take(scan, ':')) {
        scan->failed = true;
        return false;
    }
    return true;
}

bool ep_json_scan_element(struct ep_json_scan *scan)
{
    (void)take(scan, ',');
    if (take(scan, ']')) {
        return false;
    }
    scan->failed = scan->failed || peek(scan) == '\0';
    return !scan->failed;
}

/* jansson resolves the escapes of the rare names that have some. */
static const char *unescape(struct ep_json_scan *scan, struct ep_arena *arena,
                            struct ep_span string)
{
    json_t *json EP_CLEANUP(ep_json_drop) =
        json_loadb(string.data - 1, string.size + 2, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    if (!json_is_string(json)) {
        scan->failed = true;
        return NULL;
    }
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
