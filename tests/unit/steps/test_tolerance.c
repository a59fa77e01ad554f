/* Unit tests of src/steps/tolerance: whose existence a message tells. */
#include "steps/tolerance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    enum ep_made_kind kind;
    const char *name, *sqlstate, *message;
    bool is_own;
} cases[] = {
    {EP_MADE_TABLE, "a", "42P07", "relation \"a\" already exists", true},
    {EP_MADE_TABLE, "a", "42P07", "relation \"ab\" already exists", false},
    {EP_MADE_TABLE, "relation", "42P07", "relation \"b\" already exists", false},
    {EP_MADE_TABLE, "a", "42710", "type \"a\" already exists", false},
    {EP_MADE_TABLE, "x", "42701", "column \"x\" specified more than once", false},
    {EP_MADE_COLUMN, "x", "42701", "column \"x\" of relation \"a\" already exists", true},
    {EP_MADE_COLUMN, "a", "42701", "column \"x\" of relation \"a\" already exists", false},
    {EP_MADE_CONSTRAINT, "c", "42P07", "relation \"c\" already exists", true},
    {EP_MADE_ROUTINE, "f", "42723", "function \"f\" already exists with same argument types", true},
    {EP_MADE_NONE, NULL, "42P07", "relation \"a\" already exists", false},
    {EP_MADE_TABLE, "a", "42P07", "a", false},
};

static void only_the_statements_own_object_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        const struct ep_made made = {.kind = cases[i].kind, .name = {.name = cases[i].name}};
        print_message("# %s %s\n", cases[i].sqlstate, cases[i].message);
        assert_int_equal(ep_tolerance_is_own(&made, cases[i].sqlstate, cases[i].message),
                         cases[i].is_own);
    }
}

static void what_is_not_in_the_table_is_not_tolerated(void **state)
{
    (void)state;
    assert_int_equal(ep_tolerance_find("42P07"), EP_TOLERATED_SKIP);
    assert_int_equal(ep_tolerance_find("42P01"), EP_TOLERATED_DEFER);
    assert_int_equal(ep_tolerance_find("42601"), EP_TOLERATED_NOT);
    assert_int_equal(ep_tolerance_find("42501"), EP_TOLERATED_NOT);
    assert_int_equal(ep_tolerance_find(""), EP_TOLERATED_NOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_statements_own_object_counts),
        cmocka_unit_test(what_is_not_in_the_table_is_not_tolerated),
    };
    return cmocka_run_group_tests_name("tolerance", tests, NULL, NULL);
}
