#include "format/json.h"

#include "base/check.h"
#include "format/defect.h"
#include "format/excerpt.h"
#include "format/utf8.h"

#include <stdint.h>

static void *allocate(size_t size)
{
    void *memory = malloc(size);

    if (memory == NULL) {
        ep_check_out_of_memory();
    }
    return memory;
}

void ep_json_install(void)
{
    json_set_alloc_funcs(allocate, free);
}

void ep_json_drop(json_t **slot)
{
    json_decref(*slot);
}

/* jansson counts the bytes that it took; the last of these is where it noticed. */
static size_t noticed_at(const json_error_t *error, struct ep_span text)
{
    if (json_error_code(error) == json_error_premature_end_of_input || error->position <= 0) {
        return text.size;
    }
    return (size_t)error->position - 1;
}

static bool fail_malformed(const char *file, struct ep_span text, const json_error_t *error,
                           struct ep_error *err)
{
    struct ep_text reason EP_CLEANUP(ep_text_clear) = {0};
    ep_utf8_append_printable(ep_span_of(error->text), &reason); /* it quotes the file */

    (void)ep_fail(err, EP_FAULT_SOURCE, "\"%s\" is not valid JSON: %s", file, ep_text_get(&reason));
    if (ep_span_find(text, 0, "\n<<<<<<< ") != SIZE_MAX) {
        (void)ep_error_hint(err, "It holds a merge conflict: resolve what stands between "
                                 "\"<<<<<<<\" and \">>>>>>>\".");
    }
    return ep_excerpt_place(err, file, text, noticed_at(error, text));
}

bool ep_json_parse(const char *file, struct ep_span text, json_t **ret_json, struct ep_error *err)
{
    size_t offset = 0;
    if (ep_defect_find(text, &offset) != EP_DEFECT_NONE) {
        return ep_defect_fail(err, EP_FAULT_SOURCE, file, text);
    }
    if (ep_span_trim(text).size == 0) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "\"%s\" is empty", file);
        return ep_error_place(err, file, 0, 0);
    }

    json_error_t error;
    json_t *json =
        json_loadb(text.data, text.size, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, &error);
    if (json == NULL) {
        return fail_malformed(file, text, &error, err);
    }
    *ret_json = json;
    return true;
}

/* The offset of the quote that ends the string which starts at offset; SIZE_MAX: it does not end.
 */
static size_t string_end(struct ep_span text, size_t offset)
{
    for (size_t i = offset + 1; i < text.size; i++) {
        if (text.data[i] == '\\') {
            i++;
        } else if (text.data[i] == '"') {
            return i;
        }
    }
    return SIZE_MAX;
}

size_t ep_json_find_element(struct ep_span text, const char *member, size_t index)
{
    size_t found = SIZE_MAX;
    size_t depth = 0;
    size_t elements = 0;    /* of the array, so far */
    bool is_member = false; /* at depth 1: of this name */
    bool is_array = false;  /* inside the array */
    bool is_start = false;  /* inside the array: an element is next */
    struct ep_span string = {0};

    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') {
            continue;
        }
        if (is_array && is_start && byte != ']') {
            found = elements == index ? i : found;
            elements++;
            is_start = false;
        }
        if (byte == '"') {
            size_t end = string_end(text, i);
            if (end == SIZE_MAX) {
                break;
            }
            string = ep_span_part(text, i + 1, end - i - 1);
            i = end;
        } else if (byte == ':' && depth == 1) {
            is_member = ep_span_equals(string, member);
            found = is_member ? SIZE_MAX : found; /* of several, the last counts */
        } else if (byte == '[' || byte == '{') {
            if (byte == '[' && depth == 1 && is_member) {
                is_array = is_start = true;
                elements = 0;
            }
            depth++;
        } else if ((byte == ']' || byte == '}') && depth > 0) {
            depth--;
            is_array = is_array && depth >= 2;
        } else if (byte == ',' && depth == 2) {
            is_start = is_array;
        }
    }
    return found;
}
