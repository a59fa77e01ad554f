#include "source/entries.h"

#include "format/defect.h"
#include "format/excerpt.h"
#include "format/json.h"
#include "format/json_scan.h"
#include "format/utf8.h"

#include <errno.h>

/* What the functions below read from, and where they complain. */
struct journal {
    struct ep_arena *arena;
    const char *file;
    struct ep_span text;
    struct ep_error *err;
};

bool ep_entries_place(struct ep_error *err, const char *file, struct ep_span text, size_t number,
                      const char *member)
{
    size_t start = ep_json_find_element(text, "entries", number);
    if (start == SIZE_MAX) { /* "entries" is spelled with an escape */
        return ep_error_place(err, file, 0, 0);
    }
    size_t end = ep_json_find_element(text, "entries", number + 1);
    struct ep_span entry = ep_span_part(text, start, end - start);
    struct ep_text quoted EP_CLEANUP(ep_text_clear) = {0};
    ep_text_format(&quoted, "\"%s\"", member);
    size_t found = ep_span_find(entry, 0, ep_text_get(&quoted));
    return ep_excerpt_place(err, file, text, start + (found == SIZE_MAX ? 0 : found));
}

/* An absolute path, or one with a ".." in it. */
static bool leaves_folder(struct ep_span tag)
{
    if (ep_span_starts_with(tag, "/")) {
        return true;
    }
    for (size_t start = 0; start <= tag.size;) {
        size_t slash = ep_span_find_byte(tag, start, '/');
        size_t end = slash == SIZE_MAX ? tag.size : slash;
        if (ep_span_equals(ep_span_part(tag, start, end - start), "..")) {
            return true;
        }
        start = end + 1;
    }
    return false;
}

/* What is wrong with a tag, or NULL. */
static const char *text_fault(struct ep_span tag)
{
    if (tag.size == 0) {
        return "has an empty \"tag\"";
    }
    if (ep_span_find_byte(tag, 0, '\0') != SIZE_MAX) {
        return "has a \"tag\" with a NUL character";
    }
    return leaves_folder(tag) ? "has a \"tag\" that leaves the folder" : NULL;
}

static const char *tag_fault(const json_t *value)
{
    if (value == NULL) {
        return "has no \"tag\"";
    }
    if (!json_is_string(value)) {
        return "has a \"tag\" that is not a string";
    }
    return text_fault(
        (struct ep_span){.data = json_string_value(value), .size = json_string_length(value)});
}

/*
 * JavaScript's String() of a double from 2^53 on: the fewest digits that are
 * read back as the same double, then zeros. A whole number of that size has at
 * least 16 digits, and 17 always suffice.
 */
static bool parse_large(double value, int64_t *ret_value)
{
    char digits[32];
    int precision = 14; /* digits behind the point */
    (void)snprintf(digits, sizeof(digits), "%.*e", precision, value);
    while (strtod(digits, NULL) != value && precision < 16) {
        precision++;
        (void)snprintf(digits, sizeof(digits), "%.*e", precision, value);
    }

    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    const char *exponent = strchr(digits, 'e');
    for (const char *digit = digits; digit < exponent; digit++) {
        if (*digit != '.') {
            ep_text_add_byte(&text, *digit);
        }
    }
    for (long zeros = strtol(exponent + 1, NULL, 10) - precision; zeros > 0; zeros--) {
        ep_text_add_byte(&text, '0');
    }
    errno = 0;
    *ret_value = strtoll(ep_text_get(&text), NULL, 10);
    return errno == 0;
}

enum when { WHEN_USABLE, WHEN_NOT_WHOLE, WHEN_TOO_LARGE };

static enum when parse_number(double value, int64_t *ret_value)
{
    static const double exact = 9007199254740992.0;    /* 2^53: below, an integer is itself */
    static const double range = 9300000000000000000.0; /* a little more than a bigint holds */

    if (value > -exact && value < exact) {
        *ret_value = (int64_t)value;
        return (double)*ret_value == value ? WHEN_USABLE : WHEN_NOT_WHOLE;
    }
    bool fits = value > -range && value < range && parse_large(value, ret_value);
    return fits ? WHEN_USABLE : WHEN_TOO_LARGE;
}

static enum when parse_string(struct ep_span text, int64_t *ret_value)
{
    size_t sign = ep_span_starts_with(text, "-") || ep_span_starts_with(text, "+") ? 1 : 0;
    if (text.size == sign || strspn(text.data + sign, "0123456789") != text.size - sign) {
        return WHEN_NOT_WHOLE;
    }
    errno = 0;
    *ret_value = strtoll(text.data, NULL, 10);
    return errno == 0 ? WHEN_USABLE : WHEN_TOO_LARGE;
}

static enum when parse_when(const json_t *value, int64_t *ret_value)
{
    if (json_is_string(value)) {
        return parse_string(
            (struct ep_span){.data = json_string_value(value), .size = json_string_length(value)},
            ret_value);
    }
    return json_is_real(value) ? parse_number(json_real_value(value), ret_value) : WHEN_NOT_WHOLE;
}

/* The value as the journal has it, or at least its beginning. */
static void detail_value(const json_t *value, struct ep_error *err)
{
    enum { SHOWN_CHARACTERS = 60 };
    char *json = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    struct ep_span all = ep_span_of(json);
    struct ep_span shown = ep_span_part(all, 0, ep_utf8_offset(all, SHOWN_CHARACTERS));
    struct ep_text printable EP_CLEANUP(ep_text_clear) = {0};

    ep_utf8_append_printable(shown, &printable);
    (void)ep_error_detail(err, "It is %s%s.", ep_text_get(&printable),
                          shown.size < all.size ? "..." : "");
    free(json);
}

static bool fail_tag(const struct journal *journal, size_t number, const json_t *value)
{
    (void)ep_fail(journal->err, EP_FAULT_SOURCE, "entries[%zu] of \"%s\" %s", number, journal->file,
                  tag_fault(value));
    if (value != NULL) {
        detail_value(value, journal->err);
    }
    (void)ep_error_hint(journal->err, "The tag is the name of the entry's file without \".sql\".");
    return ep_entries_place(journal->err, journal->file, journal->text, number, "tag");
}

static bool fail_when(const struct journal *journal, const struct ep_entry *entry,
                      const json_t *value, enum when when)
{
    const char *tag = ep_utf8_printable(journal->arena, ep_span_of(entry->tag));
    const char *fault = when == WHEN_TOO_LARGE ? "has a \"when\" that no bigint can hold"
                                               : "has a \"when\" that is not a whole number";

    (void)ep_fail(journal->err, EP_FAULT_SOURCE, "entries[%zu] of \"%s\" (tag \"%s\") %s",
                  entry->number, journal->file, tag, value == NULL ? "has no \"when\"" : fault);
    if (value != NULL) {
        detail_value(value, journal->err);
    }
    (void)ep_error_hint(journal->err, "Drizzle tells by it which migrations are applied. Write "
                                      "the time of its generation in milliseconds since 1970, as "
                                      "drizzle-kit does.");
    return ep_entries_place(journal->err, journal->file, journal->text, entry->number, "when");
}

static bool parse_entry(const struct journal *journal, const json_t *value, size_t number,
                        struct ep_entry *ret_entry)
{
    if (!json_is_object(value)) {
        (void)ep_fail(journal->err, EP_FAULT_SOURCE, "entries[%zu] of \"%s\" is not an object",
                      number, journal->file);
        return ep_entries_place(journal->err, journal->file, journal->text, number, "tag");
    }
    const json_t *tag = json_object_get(value, "tag");
    if (tag_fault(tag) != NULL) {
        return fail_tag(journal, number, tag);
    }
    struct ep_entry entry = {.number = number};
    entry.tag = ep_arena_copy(journal->arena, ep_span_of(json_string_value(tag)));

    const json_t *when_value = json_object_get(value, "when");
    enum when when = parse_when(when_value, &entry.created_at);
    if (when != WHEN_USABLE) {
        return fail_when(journal, &entry, when_value, when);
    }
    *ret_entry = entry;
    return true;
}

static bool parse_entries(const struct journal *journal, const json_t *json,
                          struct ep_entry_list *ret_list)
{
    const json_t *entries = json_object_get(json, "entries"); /* of an array: NULL */
    if (!json_is_array(entries)) {
        (void)ep_fail(journal->err, EP_FAULT_SOURCE, "\"%s\" has no array \"entries\"",
                      journal->file);
        (void)ep_error_hint(journal->err, "Restore the journal as drizzle-kit wrote it.");
        return ep_error_place(journal->err, journal->file, 0, 0);
    }
    size_t count = json_array_size(entries);
    struct ep_entry *items = ep_arena_array(journal->arena, count, sizeof(*items));
    for (size_t i = 0; i < count; i++) {
        if (!parse_entry(journal, json_array_get(entries, i), i, &items[i])) {
            return false;
        }
    }
    *ret_list = (struct ep_entry_list){.items = items, .count = count};
    return true;
}

static bool is_escaped(struct ep_span name)
{
    return ep_span_find_byte(name, 0, '\\') != SIZE_MAX;
}

static bool scan_entry(struct ep_json_scan *scan, struct ep_arena *arena, struct ep_entry *entry)
{
    struct ep_span member;
    bool has_when = false;

    if (!ep_json_scan_enter(scan, '{')) {
        return false;
    }
    while (ep_json_scan_member(scan, &member)) {
        if (is_escaped(member)) {
            return false;
        }
        if (ep_span_equals(member, "tag")) {
            entry->tag = ep_json_scan_text(scan, arena);
        } else if (ep_span_equals(member, "when")) {
            has_when = ep_json_scan_whole(scan, &entry->created_at);
        } else {
            ep_json_scan_skip(scan);
        }
    }
    return has_when && entry->tag != NULL && text_fault(ep_span_of(entry->tag)) == NULL;
}

/*
 * A journal in which nothing is remarkable, as drizzle-kit writes it. False: parse_entries() says
 * what is wrong with it, if anything is. At every start of a container this is read in full; a tree
 * of ten thousand entries took half of the start.
 */
static bool scan_entries(struct ep_arena *arena, struct ep_span text,
                         struct ep_entry_list *ret_list)
{
    struct ep_json_scan scan = {.text = text};
    struct ep_entry_list list = {0};
    struct ep_span member;
    bool found = false;

    if (!ep_json_scan_enter(&scan, '{')) {
        return false;
    }
    while (ep_json_scan_member(&scan, &member)) {
        if (is_escaped(member)) {
            return false;
        }
        if (!ep_span_equals(member, "entries")) {
            ep_json_scan_skip(&scan);
            continue;
        }
        if (found || !ep_json_scan_enter(&scan, '[')) {
            return false;
        }
        while (ep_json_scan_element(&scan)) {
            list.items = ep_arena_grow(arena, list.items, list.count, sizeof(*list.items));
            list.items[list.count] = (struct ep_entry){.number = list.count};
            if (!scan_entry(&scan, arena, &list.items[list.count++])) {
                return false;
            }
        }
        found = true;
    }
    *ret_list = list;
    return found && ep_json_scan_end(&scan);
}

bool ep_entries_parse(struct ep_arena *arena, const char *file, struct ep_span text,
                      struct ep_entry_list *ret_list, struct ep_error *err)
{
    struct journal journal = {.arena = arena, .file = file, .text = text, .err = err};
    json_t *json EP_CLEANUP(ep_json_drop) = NULL;
    struct ep_entry_list list;
    size_t ignored;

    if (ep_defect_find(text, &ignored) == EP_DEFECT_NONE && scan_entries(arena, text, &list)) {
        *ret_list = list;
        return true;
    }
    return ep_json_parse(file, text, &json, err) && parse_entries(&journal, json, ret_list);
}
