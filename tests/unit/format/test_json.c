/* Unit tests of src/format/json. */
#include "format/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static json_t *parsed(const char *text)
{
    json_t *json = NULL;
    struct ep_error err = {0};
    if (!ep_json_parse("f.json", ep_span_of(text), &json, &err)) {
        fail_msg("%s: %s", text, err.summary);
    }
    return json;
}

static void numbers_are_doubles_and_the_last_member_counts(void **state)
{
    (void)state;
    json_t *json EP_CLEANUP(ep_json_drop) =
        parsed("{\"a\": 1, \"b\": 9007199254740993, \"a\": 1.7e12, \"c\": \"x\\u0000y\"}");

    assert_true(json_real_value(json_object_get(json, "a")) == 1.7e12);
    assert_true(json_real_value(json_object_get(json, "b")) == 9007199254740992.0);
    assert_int_equal(json_string_length(json_object_get(json, "c")), 3);
    assert_int_equal(json_object_size(json), 3);
}

static void malformed_text_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        struct ep_span text;
        long line, column;
        const char *summary;
        const char *excerpt;
    } cases[] = {
        {{"", 0}, 0, 0, "\"f.json\" is empty", ""},
        {{NULL, 0}, 0, 0, "\"f.json\" is empty", ""},
        {{" \n ", 3}, 0, 0, "\"f.json\" is empty", ""},
        {{"{\n \"a\": 1,\n}\n", 13},
         3,
         1,
         "\"f.json\" is not valid JSON: string or '}' expected near '}'",
         "}"},
        {{"{\n \"a\": nul\n}", 13},
         2,
         9,
         "\"f.json\" is not valid JSON: invalid token near 'nul'",
         " \"a\": nul"},
        {{"{\"a\": 1", 7},
         1,
         8,
         "\"f.json\" is not valid JSON: '}' expected near end of file",
         "{\"a\": 1"},
        {{"{\"a", 3},
         1,
         4,
         "\"f.json\" is not valid JSON: premature end of input near '\"a'",
         "{\"a"},
        {{"{} x", 4}, 1, 4, "\"f.json\" is not valid JSON: end of file expected near 'x'", "{} x"},
        {{"42", 2}, 1, 2, "\"f.json\" is not valid JSON: '[' or '{' expected near '42'", "42"},
        {{"[NaN]", 5}, 1, 4, "\"f.json\" is not valid JSON: invalid token near 'NaN'", "[NaN]"},
        {{"[1e999]", 7},
         1,
         6,
         "\"f.json\" is not valid JSON: real number overflow near '1e999'",
         "[1e999]"},
        {{"[\"\xC3\xA9\" \xC3\xA9]", 9},
         1,
         6,
         "\"f.json\" is not valid JSON: ']' expected near '\xC3\xA9'",
         "[\"\xC3\xA9\" \xC3\xA9]"},
        {{"[\"\x1B\"]", 5},
         1,
         2,
         "\"f.json\" is not valid JSON: control character 0x1b near '\"'",
         "[\"?\"]"},
        {{"\xEF\xBB\xBF{}", 5}, 1, 1, "\"f.json\" starts with a byte order mark", "?{}"},
        {{"{}\0", 3}, 1, 3, "\"f.json\" holds a NUL byte", "{}?"},
        {{"[\"caf\xE9\"]", 8},
         1,
         6,
         "\"f.json\" is not UTF-8: invalid byte 0xE9",
         "[\"caf\xEF\xBF\xBD\"]"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        json_t *json = NULL;
        struct ep_error err = {0};
        assert_false(ep_json_parse("f.json", cases[i].text, &json, &err));
        assert_null(json);
        assert_int_equal(err.fault, EP_FAULT_SOURCE);
        assert_string_equal(err.summary, cases[i].summary);
        assert_string_equal(err.place.file, "f.json");
        assert_int_equal(err.place.line, cases[i].line);
        assert_int_equal(err.place.column, cases[i].column);
        assert_string_equal(err.place.excerpt, cases[i].excerpt);
    }
}

static void a_merge_conflict_is_recognised(void **state)
{
    (void)state;
    json_t *json = NULL;
    struct ep_error err = {0};
    assert_false(ep_json_parse("f.json", ep_span_of("{\n<<<<<<< HEAD\n\"a\": 1\n"), &json, &err));
    assert_non_null(strstr(err.hint, "merge conflict"));
    assert_int_equal(err.place.line, 2);
    assert_string_equal(err.place.excerpt, "<<<<<<< HEAD");
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    static char text[2 * 3000 + 1];
    json_t *json = NULL;
    struct ep_error err = {0};

    memset(text, '[', 3000);
    memset(text + 3000, ']', 3000);
    assert_false(ep_json_parse("f.json", ep_span_of(text), &json, &err));
    assert_non_null(strstr(err.summary, "maximum parsing depth reached"));
}

static void elements_are_found_by_their_number(void **state)
{
    (void)state;
    static const char text[] = "{\"x\": [9, [\"entries\"]], \"entries\": [0], \"y\": \"\\\"[\",\n"
                               " \"entries\" : [ {\"entries\": [1, 2]} , \"a,[\\\"\",[3,[4]],5 ]}";
    struct ep_span span = ep_span_of(text);
    static const char *const elements[] = {"{\"entries\"", "\"a,", "[3", "5 ]"};

    for (size_t i = 0; i < EP_COUNT_OF(elements); i++) {
        size_t found = ep_json_find_element(span, "entries", i);
        assert_true(found < span.size);
        assert_memory_equal(text + found, elements[i], strlen(elements[i]));
    }
    assert_true(ep_json_find_element(span, "entries", 4) == SIZE_MAX);
    assert_true(ep_json_find_element(span, "y", 0) == SIZE_MAX);
    assert_int_equal(ep_json_find_element(span, "x", 1), 10);
    assert_true(ep_json_find_element(ep_span_of("{\"entries\": []}"), "entries", 0) == SIZE_MAX);
    assert_true(ep_json_find_element(ep_span_of("[[1]]"), "entries", 0) == SIZE_MAX);
    assert_int_equal(ep_json_find_element(ep_span_of("{\"entries\": [1, \"a"), "entries", 1), 16);
    assert_true(ep_json_find_element(ep_span_of("{\"entries"), "entries", 0) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_doubles_and_the_last_member_counts),
        cmocka_unit_test(malformed_text_is_told_with_its_place),
        cmocka_unit_test(a_merge_conflict_is_recognised),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(elements_are_found_by_their_number),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
