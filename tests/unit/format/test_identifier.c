/* Unit tests of src/format/identifier: names as SQL quotes them, and as settings write them. */
#include "format/identifier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_quoted_name_is_one_identifier(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};

    assert_string_equal(ep_identifier_quote(&arena, "users"), "\"users\"");
    assert_string_equal(ep_identifier_quote(&arena, "a\"; DROP TABLE b; --"),
                        "\"a\"\"; DROP TABLE b; --\"");
    assert_string_equal(ep_identifier_quote(&arena, ""), "\"\"");
}

static void a_name_is_cut_at_the_dot_that_is_not_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *schema, *name; /* name NULL: refused */
    } cases[] = {
        {"users", NULL, "users"},
        {"app.users", "app", "users"},
        {"\"a.b\".c", "a.b", "c"},
        {"\"say \"\"hi\"\"\"", NULL, "say \"hi\""},
        {"App.\"Users\"", "App", "Users"},
        {"", NULL, NULL},
        {".a", NULL, NULL},
        {"a.", NULL, NULL},
        {"a.b.c", NULL, NULL},
        {"\"a", NULL, NULL},
        {"\"a\"b", NULL, NULL},
        {"\"\"", NULL, NULL},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        const char *schema = NULL;
        const char *name = NULL;

        print_message("# %s\n", cases[i].text);
        bool split = ep_identifier_split(&arena, cases[i].text, &schema, &name);
        assert_int_equal(split, cases[i].name != NULL);
        if (split) {
            assert_string_equal(name, cases[i].name);
            assert_string_equal(schema == NULL ? "" : schema,
                                cases[i].schema == NULL ? "" : cases[i].schema);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quoted_name_is_one_identifier),
        cmocka_unit_test(a_name_is_cut_at_the_dot_that_is_not_quoted),
    };
    return cmocka_run_group_tests_name("identifier", tests, NULL, NULL);
}
