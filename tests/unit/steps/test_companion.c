/* Unit tests of src/steps/companion: where the SQL that undoes a migration is looked for. */
#include "steps/companion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    enum ep_layout layout;
    const char *tag, *path, *companion;
} cases[] = {
    {EP_LAYOUT_JOURNAL, "0000_a", "drizzle/0000_a.sql", "drizzle/0000_a.down.sql"},
    {EP_LAYOUT_JOURNAL, "x/0000_a", "drizzle/x/0000_a.sql", "drizzle/x/0000_a.down.sql"},
    {EP_LAYOUT_FOLDERS, "20240131235959_a", "d/20240131235959_a/migration.sql",
     "d/20240131235959_a/down.sql"},
    {EP_LAYOUT_NUMBERED, "001_a", "m/001_a.sql", "m/001_a.down.sql"},
    {EP_LAYOUT_NUMBERED, "001_a", "m/001_a.up.sql", "m/001_a.down.sql"},
    {EP_LAYOUT_NUMBERED, "001_a", "./001_a.sql", "./001_a.down.sql"},
};

static void each_layout_has_its_place(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        const struct ep_migration migration = {
            .layout = cases[i].layout, .tag = cases[i].tag, .path = cases[i].path};
        assert_string_equal(ep_companion_path(&arena, &migration), cases[i].companion);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_layout_has_its_place),
    };
    return cmocka_run_group_tests_name("companion", tests, NULL, NULL);
}
