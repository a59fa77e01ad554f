/* Unit tests of src/base/error: what a failure carries, and what is cut off it. */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_text_that_does_not_fit_says_so(void **state)
{
    (void)state;
    static char longer[sizeof(((struct ep_error *)NULL)->detail) * 2];
    struct ep_error err = {0};

    memset(longer, 'x', sizeof(longer) - 1);
    assert_false(ep_fail(&err, EP_FAULT_CONFIG, "%s", longer));
    assert_int_equal(strlen(err.summary), sizeof(err.summary) - 1);
    assert_string_equal(err.summary + sizeof(err.summary) - 5, "x...");
    assert_false(ep_error_detail(&err, "short"));
    assert_false(ep_error_detail(&err, "%s", longer));
    assert_true(strncmp(err.detail, "short xxx", 9) == 0);
    assert_string_equal(err.detail + sizeof(err.detail) - 5, "x...");
}

static void texts_of_one_kind_are_kept_apart(void **state)
{
    (void)state;
    struct ep_error err = {0};

    assert_false(ep_fail(&err, EP_FAULT_CONFIG, "no"));
    assert_false(ep_error_hint(&err, "Do this."));
    assert_false(ep_error_hint(&err, "Or that."));
    assert_false(ep_error_context(&err, "inner"));
    assert_false(ep_error_context(&err, "outer"));
    assert_string_equal(err.hint, "Do this. Or that.");
    assert_string_equal(err.context, "inner; outer");
}

static void a_signal_is_told_by_the_exit_status(void **state)
{
    (void)state;
    struct ep_error err = {.fault = EP_FAULT_SIGNAL, .signal = 15};

    assert_int_equal(ep_error_exit_status(&err), 143);
    err = (struct ep_error){.fault = EP_FAULT_CONFIG, .signal = 15};
    assert_int_equal(ep_error_exit_status(&err), 78);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_that_does_not_fit_says_so),
        cmocka_unit_test(texts_of_one_kind_are_kept_apart),
        cmocka_unit_test(a_signal_is_told_by_the_exit_status),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
