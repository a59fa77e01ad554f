#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/*
 * Unit tests of src/settings/load.c and variable.c: which source gives a value,
 * and what is said when it cannot. Files live in a folder of their own.
 */
#include "base/text.h"
#include "settings/load.h"
#include "settings/variable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

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

enum { VARIABLES_MAX = 8 };

/* What a test starts the program with. */
struct given {
    const char *variables[VARIABLES_MAX];
    const char *config_path;
    enum ep_setting_index flag;
    const char *flag_text; /* NULL: no flag */
};

static bool load(const struct given *given, struct ep_configuration *ret_configuration,
                 struct ep_error *err)
{
    char **environment = ep_arena_array(&arena, VARIABLES_MAX + 1, sizeof(*environment));
    for (size_t i = 0; i < VARIABLES_MAX && given->variables[i] != NULL; i++) {
        environment[i] = ep_arena_copy(&arena, ep_span_of(given->variables[i]));
    }
    struct ep_settings_input *input = ep_arena_allocate(&arena, sizeof(*input));
    input->environment = environment;
    input->config_path = given->config_path;
    input->flags[given->flag] = given->flag_text;
    return ep_settings_load(&arena, input, ret_configuration, err);
}

static struct ep_configuration loaded(const struct given *given)
{
    struct ep_configuration configuration;
    struct ep_error err = {0};
    bool is_loaded = load(given, &configuration, &err);
    if (!is_loaded) {
        print_message("# %s; %s\n", err.summary, err.context);
    }
    assert_true(is_loaded);
    return configuration;
}

static struct ep_error refused(const struct given *given)
{
    struct ep_configuration configuration;
    struct ep_error err = {0};
    assert_false(load(given, &configuration, &err));
    return err;
}

static void without_anything_the_defaults_count(void **state)
{
    (void)state;
    struct ep_configuration configuration = loaded(&(struct given){0});

    assert_int_equal(configuration.settings.wait_timeout_ms, 60000);
    assert_string_equal(configuration.values[EP_SETTING_wait_timeout_ms].text, "60s");
    assert_string_equal(configuration.values[EP_SETTING_wait_timeout_ms].origin, "default");
    assert_null(configuration.values[EP_SETTING_migrate_dirs].text);
    assert_null(configuration.file);
    assert_int_equal(configuration.note_count, 0);
}

static void flag_before_environment_before_file_before_default(void **state)
{
    (void)state;
    struct given given = {0};
    struct ep_configuration configuration;
    const struct ep_setting_value *value = &configuration.values[EP_SETTING_wait_timeout_ms];

    write_file("entrypoint.ini", "; first line\n[wait]\ntimeout = 1s\n");
    configuration = loaded(&given);
    assert_int_equal(configuration.settings.wait_timeout_ms, 1000);
    assert_string_equal(value->origin, "file entrypoint.ini:3");
    assert_string_equal(configuration.file, "entrypoint.ini");

    given.variables[0] = "ENTRYPOINT_WAIT_TIMEOUT=2s";
    configuration = loaded(&given);
    assert_int_equal(configuration.settings.wait_timeout_ms, 2000);
    assert_string_equal(value->origin, "environment ENTRYPOINT_WAIT_TIMEOUT");

    given.flag = EP_SETTING_wait_timeout_ms;
    given.flag_text = "3s";
    configuration = loaded(&given);
    assert_int_equal(configuration.settings.wait_timeout_ms, 3000);
    assert_string_equal(value->origin, "flag --wait-timeout");
    assert_string_equal(value->text, "3s");
}

static void every_setting_has_a_variable_a_key_and_a_flag(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        const char *value = row->example == NULL ? row->fallback : row->example;
        struct ep_text ini EP_CLEANUP(ep_text_clear) = {0};
        struct given given = {0};

        ep_text_format(&ini, "[%s]\n%s = %s\n", row->section, row->key, value);
        write_file("entrypoint.ini", ep_text_get(&ini));
        struct ep_configuration configuration = loaded(&given);
        if (value[0] != '\0') {
            assert_string_equal(configuration.values[i].origin, "file entrypoint.ini:2");
            assert_string_equal(configuration.values[i].text, value);
        }

        given.variables[0] = ep_arena_format(&arena, "%s=%s", ep_setting_variable(row).text, value);
        configuration = loaded(&given);
        assert_int_equal(strncmp(configuration.values[i].origin, "environment ", 12), 0);
        assert_int_equal(configuration.note_count, 0);
    }
}

static void a_list_that_is_set_to_nothing_is_set(void **state)
{
    (void)state;
    assert_false(loaded(&(struct given){0}).settings.migrate_dirs.is_set);
    struct ep_configuration configuration =
        loaded(&(struct given){.variables = {"ENTRYPOINT_MIGRATE_DIRS="}});
    assert_true(configuration.settings.migrate_dirs.is_set);
    assert_int_equal(configuration.settings.migrate_dirs.count, 0);
    assert_string_equal(configuration.values[EP_SETTING_migrate_dirs].text, "");

    write_file("entrypoint.ini", "[migrate]\ndirs =\n");
    assert_true(loaded(&(struct given){0}).settings.migrate_dirs.is_set);
}

static void a_named_file_takes_the_place_of_the_usual_one(void **state)
{
    (void)state;
    write_file("entrypoint.ini", "[wait]\ntimeout = 1s\n");
    write_file("other.ini", "[log]\nlevel = debug\n");
    struct given given = {.variables = {"ENTRYPOINT_CONFIG=other.ini"}};
    struct ep_configuration configuration = loaded(&given);

    assert_string_equal(configuration.file, "other.ini");
    assert_int_equal(configuration.settings.wait_timeout_ms, 60000);
    assert_int_equal(configuration.settings.log_level, EP_LEVEL_DEBUG);
    assert_string_equal(configuration.values[EP_SETTING_log_level].origin, "file other.ini:2");

    given.config_path = "entrypoint.ini";
    assert_string_equal(loaded(&given).file, "entrypoint.ini");
    given = (struct given){.variables = {"ENTRYPOINT_CONFIG="}};
    assert_string_equal(loaded(&given).file, "entrypoint.ini");
}

static void a_named_file_must_exist(void **state)
{
    (void)state;
    struct ep_error err = refused(&(struct given){.config_path = "missing.ini"});
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_string_equal(err.context, "flag --config");

    err = refused(&(struct given){.variables = {"ENTRYPOINT_CONFIG=missing.ini"}});
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_string_equal(err.context, "environment ENTRYPOINT_CONFIG");
}

static void a_file_that_is_too_large_is_refused(void **state)
{
    (void)state;
    struct ep_text content EP_CLEANUP(ep_text_clear) = {0};
    for (size_t i = 0; i < 65 * 1024; i++) {
        ep_text_add_byte(&content, i % 64 == 63 ? '\n' : ';');
    }
    write_file("entrypoint.ini", ep_text_get(&content));

    assert_int_equal(refused(&(struct given){0}).fault, EP_FAULT_CONFIG);
}

static void a_wrong_value_in_the_file_says_where(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        long line;
        const char *summary, *hint, *context;
    } cases[] = {
        {"[wait]\n\ntimeout = 48h\n", 3, "duration \"48h\" is out of range",
         "Use a value from 0s to 24h.", "[wait] timeout"},
        {"[log]\nlevel = warning\n", 2, "unknown value \"warning\"",
         "Possible values: debug, info, warn, error.", "[log] level"},
        {"[wait]\ntimeout = \"60s\"\n", 2, "value is quoted",
         "Write it without quotes; nothing in a value needs them.", "[wait] timeout"},
        {"[wait]\ntimeout = 1s\n[log]\n[wait]\ntimeout = 1s\n", 5, "setting is given twice", "",
         "[wait] timeout"},
        {"[wiat]\ntimeout = 1s\n", 1, "unknown section [wiat]", "Did you mean [wait]?", ""},
        {"[server]\n[weather]\n", 2, "unknown section [weather]", "", ""},
        {"[wait]\ntimout = 1s\n", 2, "unknown setting \"timout\" in section [wait]",
         "Did you mean \"timeout\"?", ""},
        {"[migrate]\nLock-Timeout = 1s\n", 2,
         "unknown setting \"Lock-Timeout\" in section [migrate]", "Did you mean \"lock_timeout\"?",
         ""},
        {"[migrate]\ntables = a\n", 2, "unknown setting \"tables\" in section [migrate]",
         "There is one in section [verify].", ""},
        {"[migrate]\nnothing = a\n", 2, "unknown setting \"nothing\" in section [migrate]", "", ""},
        {"dirs = drizzle\n", 1, "setting \"dirs\" stands before any section",
         "There is one in section [migrate].", ""},
        {"[wait]\ntimeout 60s\n", 2, "line is neither a section nor a value", NULL, ""},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        write_file("entrypoint.ini", cases[i].content);
        struct ep_error err = refused(&(struct given){0});

        print_message("# %s\n", cases[i].summary);
        assert_int_equal(err.fault, EP_FAULT_CONFIG);
        assert_string_equal(err.summary, cases[i].summary);
        assert_string_equal(err.place.file, "entrypoint.ini");
        assert_int_equal(err.place.line, cases[i].line);
        assert_string_equal(err.context, cases[i].context);
        if (cases[i].hint != NULL) {
            assert_string_equal(err.hint, cases[i].hint);
        }
    }
}

static void a_wrong_value_elsewhere_says_where(void **state)
{
    (void)state;
    struct ep_error err = refused(&(struct given){.variables = {"ENTRYPOINT_WAIT_TIMEOUT=60"}});
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_string_equal(err.context, "environment ENTRYPOINT_WAIT_TIMEOUT");

    err = refused(&(struct given){.flag = EP_SETTING_log_level, .flag_text = "all"});
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_string_equal(err.context, "flag --log-level");
    assert_string_equal(err.summary, "unknown value \"all\"");
}

static void a_wrong_value_counts_even_when_it_is_overridden(void **state)
{
    (void)state;
    write_file("entrypoint.ini", "[wait]\ntimeout = soon\n");
    struct ep_error err = refused(&(struct given){.variables = {"ENTRYPOINT_WAIT_TIMEOUT=1s"}});
    assert_string_equal(err.place.file, "entrypoint.ini");
}

static void a_connection_string_of_four_kilobytes_survives_the_file(void **state)
{
    (void)state;
    struct ep_text url EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text ini EP_CLEANUP(ep_text_clear) = {0};
    ep_text_add(&url, "postgresql://user:p;a#s ; # =:[w]@host/db?options=");
    while (url.size < 4096) {
        ep_text_add(&url, "-csearch_path%3Dx;#");
    }
    ep_text_format(&ini, "[database]\nurl = %s\n[wait]\ntimeout = 7s\n", ep_text_get(&url));
    write_file("entrypoint.ini", ep_text_get(&ini));

    struct ep_configuration configuration = loaded(&(struct given){0});

    assert_string_equal(configuration.settings.database_url, ep_text_get(&url));
    assert_int_equal(configuration.settings.wait_timeout_ms, 7000);
}

static void an_empty_secret_is_unset(void **state)
{
    (void)state;
    write_file("entrypoint.ini", "[database]\nurl = from-file\n");
    struct ep_configuration configuration =
        loaded(&(struct given){.variables = {"ENTRYPOINT_DATABASE_URL="}});
    assert_string_equal(configuration.settings.database_url, "from-file");
    assert_string_equal(configuration.values[EP_SETTING_database_url].origin,
                        "file entrypoint.ini:2");

    write_file("entrypoint.ini", "[database]\nurl =\n");
    configuration = loaded(&(struct given){0});
    assert_null(configuration.settings.database_url);
    assert_string_equal(configuration.values[EP_SETTING_database_url].origin, "default");
}

static void a_secret_may_be_in_a_file_of_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *content, *value;
    } cases[] = {{"secret value", "secret value"},
                 {"value\n", "value"},
                 {"value\r\n", "value"},
                 {"value\n\n", "value\n"},
                 {" value ", " value "}};
    struct given given = {.variables = {"ENTRYPOINT_DATABASE_URL_FILE=secret"}};

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        write_file("secret", cases[i].content);
        struct ep_configuration configuration = loaded(&given);
        assert_string_equal(configuration.settings.database_url, cases[i].value);
        assert_string_equal(configuration.values[EP_SETTING_database_url].origin,
                            "environment ENTRYPOINT_DATABASE_URL_FILE");
        assert_int_equal(configuration.note_count, 0);
    }
    write_file("secret", "\n");
    assert_null(loaded(&given).settings.database_url);
}

static void a_secret_file_that_is_no_use_is_refused(void **state)
{
    (void)state;
    struct given given = {.variables = {"ENTRYPOINT_DATABASE_URL_FILE=secret"}};
    struct ep_error err = refused(&given);
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_string_equal(err.context, "environment ENTRYPOINT_DATABASE_URL_FILE");

    write_file("secret", "x");
    given.variables[1] = "ENTRYPOINT_DATABASE_URL=y";
    err = refused(&given);
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_string_equal(err.summary,
                        "both ENTRYPOINT_DATABASE_URL and ENTRYPOINT_DATABASE_URL_FILE are set");

    given.variables[1] = "ENTRYPOINT_DATABASE_URL=";
    assert_string_equal(loaded(&given).settings.database_url, "x");
    given =
        (struct given){.variables = {"ENTRYPOINT_DATABASE_URL=y", "ENTRYPOINT_DATABASE_URL_FILE="}};
    assert_string_equal(loaded(&given).settings.database_url, "y");
}

/* The error would name the path. */
static void a_connection_string_in_the_place_of_a_path_is_not_repeated(void **state)
{
    (void)state;
    static const char *const variables[] = {
        "ENTRYPOINT_DATABASE_URL_FILE=postgresql://user:hunter2@host/db",
        "ENTRYPOINT_DATABASE_URL_FILE=host=h password=hunter2",
    };
    for (size_t i = 0; i < EP_COUNT_OF(variables); i++) {
        struct ep_error err = refused(&(struct given){.variables = {variables[i]}});
        assert_string_equal(err.summary, "connection string in the place of a path");
        assert_null(strstr(err.summary, "hunter2"));
        assert_null(strstr(err.detail, "hunter2"));
        assert_null(strstr(err.hint, "hunter2"));
    }
}

static void unknown_variables_are_noted(void **state)
{
    (void)state;
    struct ep_configuration configuration = loaded(&(struct given){
        .variables = {"ENTRYPOINT_WAIT_TIMOUT=1s", "ENTRYPOINT_FOO=secret", "ENTRYPOINT=x",
                      "OTHER_WAIT_TIMOUT=1s", "ENTRYPOINT_CONFG=x", "ENTRYPOINT_LOG_LEVEL=warn",
                      "ENTRYPOINT_WAIT_TIMEOUT_FILE=x", "ENTRYPOINT_"}});

    assert_int_equal(configuration.note_count, 5);
    assert_string_equal(configuration.notes[0],
                        "unknown variable ENTRYPOINT_WAIT_TIMOUT is ignored: did you mean "
                        "ENTRYPOINT_WAIT_TIMEOUT?");
    assert_string_equal(configuration.notes[1], "unknown variable ENTRYPOINT_FOO is ignored");
    assert_string_equal(configuration.notes[2], "unknown variable ENTRYPOINT_CONFG is ignored: did "
                                                "you mean ENTRYPOINT_CONFIG?");
    assert_string_equal(configuration.notes[3],
                        "unknown variable ENTRYPOINT_WAIT_TIMEOUT_FILE is ignored: did you mean "
                        "ENTRYPOINT_WAIT_TIMEOUT?");
}

/* What Kubernetes and Docker set for a service called "entrypoint". */
static void links_to_a_service_are_not_noted(void **state)
{
    (void)state;
    struct ep_configuration configuration = loaded(&(struct given){
        .variables = {"ENTRYPOINT_SERVICE_HOST=10.0.0.1", "ENTRYPOINT_SERVICE_PORT=80",
                      "ENTRYPOINT_PORT=tcp://10.0.0.1:80", "ENTRYPOINT_PORT_80_TCP_ADDR=10.0.0.1",
                      "ENTRYPOINT_SERVICE_PORT_HTTP=80", "ENTRYPOINT_PORT_80_TCP=tcp://10.0.0.1:80",
                      "ENTRYPOINT_CONFIG="}});
    assert_int_equal(configuration.note_count, 0);
}

static void of_two_variables_of_one_name_the_first_counts(void **state)
{
    (void)state;
    struct ep_configuration configuration = loaded(
        &(struct given){.variables = {"ENTRYPOINT_WAIT_TIMEOUT=1s", "ENTRYPOINT_WAIT_TIMEOUT=2s"}});
    assert_int_equal(configuration.settings.wait_timeout_ms, 1000);

    static char entry[] = "AB=1", also[] = "A=2";
    char *const environment[] = {entry, also, NULL};
    assert_string_equal(ep_variable_find(environment, "A"), "2");
    assert_null(ep_variable_find(environment, "B"));
}

static void an_env_file_adds_to_the_environment_and_overrides_nothing(void **state)
{
    (void)state;
    struct given given = {.variables = {"ENTRYPOINT_DATABASE_ENV_FILE=.env", "KEPT=given"}};
    write_file(".env", "KEPT=file\nADDED=1\nADDED=2\nENTRYPOINT_WAIT_TIMEOUT=7s\n"
                       "ENTRYPOINT_CONFIG=other.ini\n");

    struct ep_configuration configuration = loaded(&given);

    assert_true(configuration.env_file.exists);
    assert_int_equal(configuration.env_file.count, 3);
    assert_string_equal(ep_variable_find(configuration.environment, "KEPT"), "given");
    assert_string_equal(ep_variable_find(configuration.environment, "ADDED"), "2");
    assert_int_equal(configuration.settings.wait_timeout_ms, 7000);
    assert_string_equal(configuration.values[EP_SETTING_wait_timeout_ms].origin,
                        "ENTRYPOINT_WAIT_TIMEOUT in .env");
    assert_int_equal(configuration.note_count, 1);
    assert_string_equal(configuration.notes[0],
                        "variable ENTRYPOINT_CONFIG in .env is ignored: it comes too late");
}

static void an_env_file_is_named_by_flag_environment_or_file(void **state)
{
    (void)state;
    struct given given = {0};
    write_file("a", "A=1\n");
    write_file("b", "A=2\n");
    write_file("c", "A=3\n");

    assert_null(loaded(&given).env_file.path);
    write_file("entrypoint.ini", "[database]\nenv_file = a\n");
    assert_string_equal(ep_variable_find(loaded(&given).environment, "A"), "1");
    given.variables[0] = "ENTRYPOINT_DATABASE_ENV_FILE=b";
    assert_string_equal(ep_variable_find(loaded(&given).environment, "A"), "2");
    given.flag = EP_SETTING_database_env_file;
    given.flag_text = "c";
    assert_string_equal(ep_variable_find(loaded(&given).environment, "A"), "3");
    given.flag_text = "";
    assert_null(loaded(&given).env_file.path);
}

static void an_env_file_may_be_absent_but_not_unreadable(void **state)
{
    (void)state;
    struct given given = {.flag = EP_SETTING_database_env_file, .flag_text = "absent"};

    assert_false(loaded(&given).env_file.exists);
    given.flag_text = ".";
    struct ep_error err = refused(&given);
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_string_equal(err.context, "[database] env_file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_anything_the_defaults_count, ep_scratch_setup,
                                        clean),
        cmocka_unit_test_setup_teardown(flag_before_environment_before_file_before_default,
                                        ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(every_setting_has_a_variable_a_key_and_a_flag,
                                        ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(a_list_that_is_set_to_nothing_is_set, ep_scratch_setup,
                                        clean),
        cmocka_unit_test_setup_teardown(a_named_file_takes_the_place_of_the_usual_one,
                                        ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(a_named_file_must_exist, ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(a_file_that_is_too_large_is_refused, ep_scratch_setup,
                                        clean),
        cmocka_unit_test_setup_teardown(a_wrong_value_in_the_file_says_where, ep_scratch_setup,
                                        clean),
        cmocka_unit_test_setup_teardown(a_wrong_value_elsewhere_says_where, ep_scratch_setup,
                                        clean),
        cmocka_unit_test_setup_teardown(a_wrong_value_counts_even_when_it_is_overridden,
                                        ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(a_connection_string_of_four_kilobytes_survives_the_file,
                                        ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(an_empty_secret_is_unset, ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(a_secret_may_be_in_a_file_of_its_own, ep_scratch_setup,
                                        clean),
        cmocka_unit_test_setup_teardown(a_secret_file_that_is_no_use_is_refused, ep_scratch_setup,
                                        clean),
        cmocka_unit_test_setup_teardown(a_connection_string_in_the_place_of_a_path_is_not_repeated,
                                        ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(unknown_variables_are_noted, ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(links_to_a_service_are_not_noted, ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(an_env_file_adds_to_the_environment_and_overrides_nothing,
                                        ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(an_env_file_is_named_by_flag_environment_or_file,
                                        ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(an_env_file_may_be_absent_but_not_unreadable,
                                        ep_scratch_setup, clean),
        cmocka_unit_test_setup_teardown(of_two_variables_of_one_name_the_first_counts,
                                        ep_scratch_setup, clean),
    };
    return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
