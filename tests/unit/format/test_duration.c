/* Unit tests of src/format/duration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/duration.h"

static void a_duration_is_a_number_and_a_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool valid;
        int64_t ms;
    } cases[] = {
        {"0s", true, 0},
        {"0ms", true, 0},
        {"250ms", true, 250},
        {"60s", true, 60000},
        {"5m", true, 300000},
        {"1h", true, 3600000},
        {"007s", true, 7000},
        {"999999999h", true, INT64_C(999999999) * 3600000},
        {"", false, 0},
        {"60", false, 0},
        {"0", false, 0},
        {"-1s", false, 0},
        {"+1s", false, 0},
        {"1.5s", false, 0},
        {" 1s", false, 0},
        {"1s ", false, 0},
        {"1 s", false, 0},
        {"s", false, 0},
        {"ms", false, 0},
        {"1S", false, 0},
        {"1sec", false, 0},
        {"1d", false, 0},
        {"1m30s", false, 0},
        {"0x10s", false, 0},
        {"1000000000s", false, 0}, /* ten digits */
        {"99999999999999999999s", false, 0},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_error err = {0};
        int64_t ms = -1;

        bool parsed = ep_duration_parse(cases[i].text, &ms, &err);

        print_message("# \"%s\"\n", cases[i].text);
        assert_int_equal(parsed, cases[i].valid);
        assert_true(ms == (cases[i].valid ? cases[i].ms : -1)); /* untouched on failure */
        assert_int_equal(err.fault, cases[i].valid ? EP_FAULT_NONE : EP_FAULT_CONFIG);
    }
}

static void a_refused_duration_says_what_to_write(void **state)
{
    (void)state;
    struct ep_error err = {0};
    int64_t ms = 0;

    assert_false(ep_duration_parse("60", &ms, &err));
    assert_string_equal(err.summary, "\"60\" is not a duration");
    assert_string_equal(err.detail, "A duration is a whole number followed by ms, s, m or h.");
    assert_string_equal(err.hint, "For seconds write \"60s\".");

    err = (struct ep_error){0};
    assert_false(ep_duration_parse("soon", &ms, &err));
    assert_string_equal(err.hint, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_duration_is_a_number_and_a_unit),
        cmocka_unit_test(a_refused_duration_says_what_to_write),
    };
    return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
