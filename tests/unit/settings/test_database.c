#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/* Unit tests of src/settings/database.c: which variable holds the connection string. */
#include "settings/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

enum { VARIABLES_MAX = 10 };

static struct ep_arena arena;

static int clean(void **state)
{
    ep_arena_release(&arena);
    return ep_scratch_teardown(state);
}

static void write_file(const char *path, const char *content)
{
    ep_scratch_text(path, content, 0600);
}

static bool choose(const char *const variables[], struct ep_database *ret_database,
                   struct ep_error *err)
{
    char **environment = ep_arena_array(&arena, VARIABLES_MAX + 1, sizeof(*environment));
    for (size_t i = 0; i < VARIABLES_MAX && variables[i] != NULL; i++) {
        environment[i] = ep_arena_copy(&arena, ep_span_of(variables[i]));
    }
    struct ep_settings_input input = {.environment = environment};
    struct ep_configuration configuration;
    return ep_settings_load(&arena, &input, &configuration, err)
           && ep_database_choose(&arena, &configuration, ret_database, err);
}

static void assert_text(const char *actual, const char *expected)
{
    if (expected == NULL) {
        assert_null(actual);
    } else {
        assert_non_null(actual);
        assert_string_equal(actual, expected);
    }
}

struct choice {
    const char *variables[VARIABLES_MAX];
    const char *variable, *value, *app_variable, *app_value;
};

static void assert_choices(const struct choice *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ep_database database = {0};
        struct ep_error err = {0};

        print_message("# %s\n", cases[i].variables[0]);
        assert_true(choose(cases[i].variables, &database, &err));

        assert_text(database.variable, cases[i].variable);
        assert_text(database.value, cases[i].value);
        assert_text(database.app_variable, cases[i].app_variable);
        assert_text(database.app_value, cases[i].app_value);
    }
}

static void each_candidate_is_found(void **state)
{
    (void)state;
    static const char *const names[] = {
        "ENTRYPOINT_DATABASE_URL",
        "DATABASE_URL_UNPOOLED",
        "DATABASE_UNPOOLED_URL",
        "DIRECT_DATABASE_URL",
        "DIRECT_URL",
        "POSTGRES_URL_NON_POOLING",
        "DATABASE_URL",
        "POSTGRES_URL",
    };
    for (size_t i = 0; i < EP_COUNT_OF(names); i++) {
        struct ep_database database = {0};
        struct ep_error err = {0};
        const char *variables[VARIABLES_MAX] = {0};

        /* This one and all behind it are set: this one is chosen. */
        for (size_t j = i; j < EP_COUNT_OF(names); j++) {
            variables[j - i] = ep_arena_format(&arena, "%s=value %zu", names[j], j);
        }
        assert_string_equal(ep_database_variable(i), names[i]);
        assert_true(choose(variables, &database, &err));
        assert_string_equal(database.variable, names[i]);
        assert_string_equal(database.value, ep_arena_format(&arena, "value %zu", i));
        assert_text(database.app_variable, i < 6 ? "DATABASE_URL" : NULL);
        assert_text(database.app_value, i < 6 ? "value 6" : NULL);
    }
    assert_null(ep_database_variable(EP_COUNT_OF(names)));
}

static void empty_variables_are_passed_over(void **state)
{
    (void)state;
    static const struct choice cases[] = {
        {{"DIRECT_URL=", "DATABASE_URL=b"}, "DATABASE_URL", "b", NULL, NULL},
        {{"DIRECT_URL=a", "DATABASE_URL="}, "DIRECT_URL", "a", NULL, NULL},
        {{"ENTRYPOINT_DATABASE_URL=", "POSTGRES_URL=c"}, "POSTGRES_URL", "c", NULL, NULL},
        {{"DATABASE_URL=", "PGHOST=h"}, "PG*", NULL, NULL, NULL},
    };
    assert_choices(cases, EP_COUNT_OF(cases));
}

static void without_any_libpqs_own_variables_count(void **state)
{
    (void)state;
    static const struct choice cases[] = {
        {{"PGHOST=h"}, "PG*", NULL, NULL, NULL},
        {{"PGHOSTADDR=::1"}, "PG*", NULL, NULL, NULL},
        {{"PGSERVICE=s"}, "PG*", NULL, NULL, NULL},
        {{"PGHOST=h", "DATABASE_URL=a"}, "DATABASE_URL", "a", NULL, NULL},
    };
    assert_choices(cases, EP_COUNT_OF(cases));
}

static void the_file_stands_behind_the_first_variable(void **state)
{
    (void)state;
    static const struct choice cases[] = {
        {{"ENTRYPOINT_DATABASE_URL=a", "DIRECT_URL=b", "DATABASE_URL=c"},
         "ENTRYPOINT_DATABASE_URL",
         "a",
         "DATABASE_URL",
         "c"},
        {{"DIRECT_URL=b", "DATABASE_URL=c"},
         "[database] url in entrypoint.ini",
         "from file",
         "DATABASE_URL",
         "c"},
        {{"ENTRYPOINT_DATABASE_URL=", "PGHOST=h"},
         "[database] url in entrypoint.ini",
         "from file",
         NULL,
         NULL},
    };
    write_file("entrypoint.ini", "[database]\nurl = from file\n");
    assert_choices(cases, EP_COUNT_OF(cases));
}

static void a_file_that_a_variable_names_holds_the_value(void **state)
{
    (void)state;
    static const struct choice cases[] = {
        {{"DATABASE_URL_FILE=secret"}, "DATABASE_URL_FILE", "in a file", NULL, NULL},
        {{"DIRECT_URL=a", "DATABASE_URL_FILE=secret"},
         "DIRECT_URL",
         "a",
         "DATABASE_URL_FILE",
         "in a file"},
        {{"ENTRYPOINT_DATABASE_URL_FILE=secret", "DATABASE_URL=c"},
         "ENTRYPOINT_DATABASE_URL_FILE",
         "in a file",
         "DATABASE_URL",
         "c"},
    };
    write_file("secret", "in a file\n");
    assert_choices(cases, EP_COUNT_OF(cases));
}

static void what_cannot_be_used_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *variables[VARIABLES_MAX];
        const char *summary;
    } cases[] = {
        {{0}, "no connection string"},
        {{"PGUSER=u", "PGPASSWORD=p"}, "no connection string"},
        {{"PGHOST="}, "no connection string"},
        {{"DATABASE_URL="}, "connection string is empty: DATABASE_URL"},
        {{"ENTRYPOINT_DATABASE_URL="}, "connection string is empty: ENTRYPOINT_DATABASE_URL"},
        {{"POSTGRES_URL=", "DIRECT_URL="}, "connection string is empty: DIRECT_URL"},
        {{"DATABASE_URL_FILE=secret"}, "connection string is empty: DATABASE_URL_FILE"},
        {{"DATABASE_URL_FILE="}, "connection string is empty: DATABASE_URL_FILE"},
        {{"DATABASE_URL_FILE=nul"}, "file \"nul\" contains a NUL byte"},
        {{"DIRECT_URL=a", "DIRECT_URL_FILE=b"}, "both DIRECT_URL and DIRECT_URL_FILE are set"},
        {{"DIRECT_URL=a", "DATABASE_URL=a", "DATABASE_URL_FILE=b"},
         "both DATABASE_URL and DATABASE_URL_FILE are set"},
    };

    write_file("secret", "\n");
    ep_scratch_write("nul", "p\0", 2, 0600);
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_database database;
        struct ep_error err = {0};

        assert_false(choose(cases[i].variables, &database, &err));

        assert_int_equal(err.fault, EP_FAULT_CONFIG);
        assert_string_equal(err.summary, cases[i].summary);
        assert_true(strlen(err.hint) > 0);
    }
}

static void without_any_the_hint_names_the_usual_one(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    struct ep_database database;
    struct ep_error err = {0};

    assert_false(choose(none, &database, &err));

    assert_non_null(strstr(err.hint, "DATABASE_URL"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_candidate_is_found, ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(empty_variables_are_passed_over, ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(without_any_libpqs_own_variables_count, ep_scratch_setup,
                                        clean),
        cmocka_unit_test_setup_teardown(the_file_stands_behind_the_first_variable, ep_scratch_setup,
                                        clean),
        cmocka_unit_test_setup_teardown(a_file_that_a_variable_names_holds_the_value,
                                        ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(what_cannot_be_used_is_refused, ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(without_any_the_hint_names_the_usual_one, ep_scratch_setup,
                                        clean),
    };
    return cmocka_run_group_tests_name("database", tests, NULL, NULL);
}
