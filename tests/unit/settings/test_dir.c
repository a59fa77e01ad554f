/* Unit tests of src/settings/dir: one item of the setting dirs. */
#include "settings/dir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LONG "a123456789b123456789c123456789d123456789e123456789f123456789g12"

static const struct {
    const char *item, *folder, *schema, *table; /* folder NULL: refused */
} cases[] = {
    {"drizzle", "drizzle", NULL, NULL},
    {"a/b=t", "a/b", NULL, "t"},
    {"a=s.t", "a", "s", "t"},
    {"a=b=\"s.\".\"t\"", "a=b", "s.", "t"},
    {"a=", NULL, NULL, NULL},
    {"=t", NULL, NULL, NULL},
    {"", NULL, NULL, NULL},
    {"a=s.t.u", NULL, NULL, NULL},
    {"a=s.", NULL, NULL, NULL},
    {"a=" LONG "4", NULL, NULL, NULL},
    {"a=" LONG "4.t", NULL, NULL, NULL},
    {"a=" LONG ".t", "a", LONG, "t"},
};

static void assert_text(const char *actual, const char *expected)
{
    if (expected == NULL) {
        assert_null(actual);
    } else {
        assert_non_null(actual);
        assert_string_equal(actual, expected);
    }
}

static void a_folder_may_name_its_table(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_dir dir = {0};
        print_message("# %s\n", cases[i].item);
        assert_int_equal(ep_dir_parse(&arena, cases[i].item, &dir), cases[i].folder != NULL);
        if (cases[i].folder != NULL) {
            assert_text(dir.folder, cases[i].folder);
            assert_text(dir.schema, cases[i].schema);
            assert_text(dir.table, cases[i].table);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_may_name_its_table),
    };
    return cmocka_run_group_tests_name("dir", tests, NULL, NULL);
}
