/* Unit tests of src/format/json_write: what JSON.stringify(JSON.parse(text), null, 2) gives. */
#include "format/json_write.h"

#include "format/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void numbers_are_those_of_javascript(void **state)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {5, "5"},
        {-17, "-17"},
        {1.5, "1.5"},
        {0.1, "0.1"},
        {-0.000001, "-0.000001"},
        {1e-7, "1e-7"},
        {1.25e-7, "1.25e-7"},
        {100, "100"},
        {1795247648727, "1795247648727"},
        {9007199254740993.0, "9007199254740992"},
        {123456789012345680000.0, "123456789012345680000"},
        {1e21, "1e+21"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {5e-324, "5e-324"},
        {0.30000000000000004, "0.30000000000000004"},
        {5.684341886080802e-14, "5.684341886080802e-14"}, /* 2^-44 */
        {9.5367431640625e-07, "9.5367431640625e-7"},
        {4.35, "4.35"},
        {1e23, "1e+23"},
    };

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        ep_json_write_number(cases[i].number, &text);
        assert_string_equal(ep_text_get(&text), cases[i].text);
    }
}

static void values_are_laid_out_as_by_json_stringify(void **state)
{
    static const struct {
        const char *json, *expected;
    } cases[] = {
        {"{}", "{}"},
        {"[ ]", "[]"},
        {"{\"a\":{},\"b\":[]}", "{\n  \"a\": {},\n  \"b\": []\n}"},
        {"[1,[2.50,null],true,false]",
         "[\n  1,\n  [\n    2.5,\n    null\n  ],\n  true,\n  false\n]"},
        {"{\"b\":1,\"a\":1,\"b\":2}", "{\n  \"b\": 2,\n  \"a\": 1\n}"},
        {"{\"x\":0,\"10\":0,\"9\":0,\"01\":0,\"4294967295\":0,\"4294967294\":0,\"\":0}",
         "{\n  \"9\": 0,\n  \"10\": 0,\n  \"4294967294\": 0,\n  \"x\": 0,\n  \"01\": 0,\n"
         "  \"4294967295\": 0,\n  \"\": 0\n}"},
        {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f\\u00e9\\ud83d\\ude00\\u2028\"]",
         "[\n  "
         "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\xc3\xa9\xf0\x9f\x98\x80\xe2\x80\xa8\"\n]"},
    };

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        json_t *json EP_CLEANUP(ep_json_drop) = NULL;
        struct ep_error err = {0};

        assert_true(ep_json_parse("x.json", ep_span_of(cases[i].json), &json, &err));
        ep_json_write(json, &text);
        assert_string_equal(ep_text_get(&text), cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_javascript),
        cmocka_unit_test(values_are_laid_out_as_by_json_stringify),
    };
    return cmocka_run_group_tests_name("json_write", tests, NULL, NULL);
}
