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
        assert_int_equal(scan.failed, cases[i].found == NULL);
        if (cases[i].found != NULL) {
            assert_string_equal(ep_text_get(&found), cases[i].found);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_found_and_broken_ones_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
