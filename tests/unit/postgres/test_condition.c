/* Unit tests of src/postgres/condition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "postgres/condition.h"

#include "base/compiler.h"

#define EP_CONDITION(sqlstate_, name_) {(sqlstate_), (name_)},
static const struct {
    const char *sqlstate, *name;
} rows[] = {
#include "postgres/condition.def"
};
#undef EP_CONDITION

static void each_row_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        assert_int_equal(strlen(rows[i].sqlstate), 5);
        assert_true(i == 0 || strcmp(rows[i - 1].sqlstate, rows[i].sqlstate) < 0);
        assert_string_equal(ep_condition_name(rows[i].sqlstate), rows[i].name);
    }
}

static void the_names_are_postgresqls(void **state)
{
    (void)state;
    assert_string_equal(ep_condition_name("42P01"), "undefined_table");
    assert_string_equal(ep_condition_name("55P04"), "unsafe_new_enum_value_usage");
    assert_string_equal(ep_condition_name("00000"), "successful_completion");
    assert_string_equal(ep_condition_name("XX002"), "index_corrupted");
}

static void what_is_not_known_has_no_name(void **state)
{
    (void)state;
    assert_string_equal(ep_condition_name(""), "");
    assert_string_equal(ep_condition_name("-----"), "");
    assert_string_equal(ep_condition_name("42P0"), "");
    assert_string_equal(ep_condition_name("ZZZZZ"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_found),
        cmocka_unit_test(the_names_are_postgresqls),
        cmocka_unit_test(what_is_not_known_has_no_name),
    };
    return cmocka_run_group_tests_name("postgres/condition", tests, NULL, NULL);
}
