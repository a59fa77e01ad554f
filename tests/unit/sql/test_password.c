/* Unit tests of src/sql/password. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sql/password.h"

static void passwords_are_masked_and_nothing_moves(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *masked;
    } cases[] = {
        {"", ""},
        {"CREATE ROLE a PASSWORD 'pw';", "CREATE ROLE a PASSWORD '**';"},
        {"CREATE ROLE a PASSWORD\n\t'p\n''w' LOGIN;", "CREATE ROLE a PASSWORD\n\t'*****' LOGIN;"},
        {"ALTER ROLE a password/* x */E'p\\'w'", "ALTER ROLE a password/* x */E'****'"},
        {"PASSWORD $$pw$$", "PASSWORD $$**$$"},
        {"PASSWORD $x$pw$x$ y", "PASSWORD $x$**$x$ y"},
        {"PASSWORD U&'pw' y", "PASSWORD U&'**' y"},
        {"PASSWORD '' y", "PASSWORD '' y"},
        {"PASSWORD 'never closed", "PASSWORD '************"},
        {"PASSWORD $$never closed", "PASSWORD $$************"},
        {"PASSWORD", "PASSWORD"},
        {"PASSWORD NULL VALID UNTIL 'tomorrow'", "PASSWORD NULL VALID UNTIL 'tomorrow'"},
        {"\"password\" 'x'", "\"password\" 'x'"},
        {"'PASSWORD' 'x'", "'PASSWORD' 'x'"},
        {"-- PASSWORD 'x'", "-- PASSWORD 'x'"},
        {"OPTIONS (user 'u', password 'pw')", "OPTIONS (user 'u', password '**')"},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_text masked EP_CLEANUP(ep_text_clear) = {0};
        print_message("# %s\n", cases[i].masked);
        ep_sql_mask_passwords(ep_span_of(cases[i].sql), &masked);
        assert_string_equal(ep_text_get(&masked), cases[i].masked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_are_masked_and_nothing_moves),
    };
    return cmocka_run_group_tests_name("sql/password", tests, NULL, NULL);
}
