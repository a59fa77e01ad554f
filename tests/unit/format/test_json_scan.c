/*
 * Unit tests of format/json_scan: what it finds, what it passes over, and what it refuses.
 */
#include "format/json_scan.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The texts of member "a" wherever the outermost object has it, and of its array's elements. */
static void collect(struct ep_json_scan *scan, struct ep_arena *arena, struct ep_text *found)
{
    struct ep_span member;

    if (!ep_json_scan_enter(scan, '{')) {
        return;
    }
    while (ep_json_scan_member(scan, &member)) {
        if (ep_span_equals(member, "a")) {
            const char *text = ep_json_scan_text(scan, arena);
            ep_text_format(found, "%s;", text == NULL ? "-" : text);
        } else if (ep_span_equals(member, "list")) {
            if (ep_json_scan_enter(scan, '[')) {
                while (ep_json_scan_element(scan)) {
                    const char *text = ep_json_scan_text(scan, arena);
                    ep_text_format(found, "[%s]", text == NULL ? "-" : text);
                }
            }
        } else {
            ep_json_scan_skip(scan);
        }
    }
}

static const struct {
    const char *text, *found; /* found NULL: refused */
} cases[] = {
    {"{\"a\":\"x\"}", "x;"},
    {" {\n\t\"a\" : \"x\" , \"b\":[1,{\"a\":\"inner\"},\"]\"], \"a\":\"y\" } ", "x;y;"},
    {"{\"b\":{\"c\":\"}\\\"{\"},\"a\":\"x\"}", "x;"},
    {"{\"a\":\"caf\\u00e9 \\\"q\\\" \\\\\"}", "caf\xc3\xa9 \"q\" \\;"},
    {"{\"a\":1,\"a\":null,\"a\":{\"x\":[]},\"a\":[true]}", "-;-;-;-;"},
    {"{\"list\":[\"x\",1,[],\"y\"]}", "[x][-][-][y]"},
    {"{\"list\":[],\"a\":\"x\"}", "x;"},
    {"{\"list\":{\"a\":\"no\"},\"a\":\"x\"}", "x;"},
    {"{}", ""},
    {"[]", ""},
    {"{\"a\":\"x\"", NULL},
    {"{\"a\":\"x", NULL},
    {"{\"a\"", NULL},
    {"{\"a\" \"x\"}", NULL},
    {"{\"list\":[\"x\"", NULL},
    {"{\"b\":[1,2", NULL},
    {"{\"b\":\n<<<<<<< HEAD\n1}", NULL},
    {"{\"b\":{\n<<<<<<< HEAD\n}}", NULL},
    {"{\"a\":\"\\q\"}", NULL},
    {"{\"a\":\"x\"} ,", NULL},
    {"{,\"a\":\"x\"}", NULL},
    {"{\"a\":\"x\",}", NULL},
    {"{\"a\":\"x\" \"b\":1}", NULL},
    {"{\"a\":\"x\n\"}", NULL},
    {"{\"b\":\"x\n\"}", NULL},
    {"{\"list\":[\"x\",]}", NULL},
    {"{\"list\":[,\"x\"]}", NULL},
    {"{\"list\":[\"x\" \"y\"]}", NULL},
    {"{\"list\":[\"x\"}", NULL},
    {"{\"b\":[1,{\"c\":{},\"d\":[]},true,false,null,-1.50,0]}", ""},
    {"{\"b\":[1 2]}", NULL},
    {"{\"b\":[1}]", NULL},
    {"{\"b\":[1,]}", NULL},
    {"{\"b\":{\"c\":1,}}", NULL},
    {"{\"b\":{\"c\"}}", NULL},
    {"{\"b\":{1:2}}", NULL},
    {"{\"b\":[1:2]}", NULL},
    {"{\"b\":{]}", NULL},
    {"{\"b\":truer}", NULL},
    {"{\"b\":01}", NULL},
    {"{\"b\":1.}", NULL},
    {"{\"b\":-}", NULL},
    {"{\"b\":1e3}", NULL},
    {"{\"b\":\"\\u00e9\\n\"}", ""},
    {"{\"b\":\"\\u00g9\"}", NULL},
    {"{\"b\":\"\\u00e\"}", NULL},
    {"{\"b\":\"\\u0000\"}", NULL},
    {"{\"b\":\"\\ud83d\\ude00\"}", NULL},
    {"", NULL},
};

static void texts_are_found_and_broken_ones_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_text found EP_CLEANUP(ep_text_clear) = {0};
        struct ep_json_scan scan = {.text = ep_span_of(cases[i].text)};

        print_message("# %s\n", cases[i].text);
        collect(&scan, &arena, &found);
        assert_int_equal(ep_json_scan_end(&scan), cases[i].found != NULL);
        if (cases[i].found != NULL) {
            assert_string_equal(ep_text_get(&found), cases[i].found);
        }
    }
}

/* What ep_json_parse() makes of them: the deepest that is passed over, and one more, which is its
 * to judge. */
static void nesting_has_a_limit(void **state)
{
    (void)state;
    for (size_t levels = 63; levels <= 65; levels++) {
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        for (size_t i = 0; i < 2 * levels; i++) {
            ep_text_add_byte(&text, i < levels ? '[' : ']');
        }
        struct ep_json_scan scan = {.text = ep_text_span(&text)};
        ep_json_scan_skip(&scan);
        assert_int_equal(ep_json_scan_end(&scan), levels <= 64);
    }
}

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
        bool read;
    } numbers[] = {
        {" 0", 0, true},
        {"-12 ", -12, true},
        {"1700000000000", 1700000000000, true},
        {"999999999999999", 999999999999999, true},
        {"1000000000000000", 0, false},
        {"1.0", 0, false},
        {"1e3", 0, false},
        {"01", 0, false},
        {"--1", 0, false},
        {"-", 0, false},
        {"\"1\"", 0, false},
        {"", 0, false},
    };

    for (size_t i = 0; i < EP_COUNT_OF(numbers); i++) {
        struct ep_json_scan scan = {.text = ep_span_of(numbers[i].text)};
        int64_t value = 0;
        print_message("# %s\n", numbers[i].text);
        assert_int_equal(ep_json_scan_whole(&scan, &value), numbers[i].read);
        assert_int_equal(ep_json_scan_end(&scan), numbers[i].read);
        assert_true(value == numbers[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_found_and_broken_ones_refused),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
