/* Unit tests of src/steps/creation: whether a text creates a certain table. */
#include "steps/creation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *text;
    bool creates;
} cases[] = {
    {"CREATE TABLE schema_migrations (a text)", true},
    {"create unlogged table if not exists Schema_Migrations (a text);", true},
    {"-- x\nSELECT 1; CREATE /* y */ TABLE public.schema_migrations (a text)", true},
    {"CREATE TABLE \"public\" . \"schema_migrations\" (a text)", true},
    {"CREATE TABLE other.schema_migrations (a text)", false},
    {"CREATE TABLE public.other (a text)", false},
    {"CREATE TABLE \"Schema_Migrations\" (a text)", false},
    {"CREATE TEMP TABLE schema_migrations (a text)", false},
    {"CREATE TABLE", false},
    {"CREATE TABLE IF", false},
    {"DROP TABLE schema_migrations", false},
    {"SELECT 'CREATE TABLE schema_migrations'", false},
    {"", false},
};

static void only_a_create_table_of_that_name_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        print_message("# %s\n", cases[i].text);
        assert_int_equal(ep_creation_find(ep_span_of(cases[i].text), "public", "schema_migrations"),
                         cases[i].creates);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_create_table_of_that_name_counts),
    };
    return cmocka_run_group_tests_name("creation", tests, NULL, NULL);
}
