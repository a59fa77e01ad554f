/*
 * Unit tests of src/settings/settings.def, settings.c and suggest.c: the rows
 * themselves, then how a value is read. No file, no environment.
 */
#include "settings/settings.h"
#include "settings/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ep_arena arena;

static int teardown(void **state)
{
    (void)state;
    ep_arena_release(&arena);
    return 0;
}

static const struct ep_setting *row_of(enum ep_setting_index index)
{
    return &ep_settings_table[index];
}

static void assert_is_name(const char *name)
{
    assert_true(name[0] >= 'a' && name[0] <= 'z');
    assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
}

/* The table is data; these are the rules that make it good data. */
static void every_row_is_complete_and_in_style(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];

        print_message("# %s.%s\n", row->section, row->key);
        assert_is_name(row->section);
        assert_is_name(row->key);
        assert_true(strlen(row->summary) > 0 && strlen(row->summary) <= 60);
        assert_true(row->summary[0] >= 'a' && row->summary[0] <= 'z');
        assert_int_not_equal(row->summary[strlen(row->summary) - 1], '.');
        assert_int_equal(row->manual[strlen(row->manual) - 1], '.');
        assert_true(strlen(row->argument) > 0);
        assert_int_equal(row->min[0] == '\0', row->max[0] == '\0');
        assert_int_equal(row->fallback == NULL, row->unset != NULL);
        assert_int_equal(row->fallback == NULL, row->example != NULL);
    }
}

static void sections_are_in_one_piece(void **state)
{
    (void)state;
    for (size_t i = 1; i < EP_SETTINGS_COUNT; i++) {
        for (size_t j = 0; j + 1 < i; j++) {
            if (strcmp(ep_settings_table[i].section, ep_settings_table[j].section) == 0) {
                assert_string_equal(ep_settings_table[i].section, ep_settings_table[i - 1].section);
            }
        }
    }
}

static void names_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];

        assert_ptr_equal(ep_setting_find(row->section, row->key), row);
        assert_ptr_equal(ep_setting_find_flag(ep_span_of(ep_setting_flag(row).text)), row);
        if (row->alias != NULL) {
            assert_ptr_equal(ep_setting_find_flag(ep_span_of(row->alias)), row);
        }
        for (size_t j = 0; j < i; j++) {
            assert_true(row->letter == '\0' || row->letter != ep_settings_table[j].letter);
            assert_string_not_equal(ep_setting_variable(row).text,
                                    ep_setting_variable(&ep_settings_table[j]).text);
        }
    }
}

static void names_follow_from_section_and_key(void **state)
{
    (void)state;
    const struct ep_setting *row = row_of(EP_SETTING_migrate_out_of_order);

    assert_string_equal(ep_setting_variable(row).text, "ENTRYPOINT_MIGRATE_OUT_OF_ORDER");
    assert_string_equal(ep_setting_flag(row).text, "migrate-out-of-order");
    assert_null(ep_setting_find("migrate", "nothing"));
    assert_null(ep_setting_find("", ""));
    assert_null(ep_setting_find_flag(ep_span_of("nothing")));
}

/* A range that its own type refuses would end the program at the first value. */
static void ranges_are_sane(void **state)
{
    (void)state;
    struct ep_settings settings;
    ep_settings_defaults(&arena, &settings);

    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        struct ep_error err = {0};
        if (row->min[0] != '\0') {
            assert_true(ep_setting_assign(&arena, &settings, row, row->min, &err));
            assert_true(ep_setting_assign(&arena, &settings, row, row->max, &err));
        }
        if (row->example != NULL) {
            assert_true(ep_setting_assign(&arena, &settings, row, row->example, &err));
        }
        for (size_t j = 0; row->type->choices != NULL && row->type->choices[j] != NULL; j++) {
            assert_true(ep_setting_assign(&arena, &settings, row, row->type->choices[j], &err));
        }
    }
}

static void defaults_are_the_documented_ones(void **state)
{
    (void)state;
    struct ep_settings settings;

    ep_settings_defaults(&arena, &settings);

    assert_null(settings.database_url);
    assert_int_equal(settings.wait_timeout_ms, 60000);
    assert_false(settings.migrate_dirs.is_set);
    assert_int_equal(settings.migrate_dirs.count, 0);
    assert_int_equal(settings.migrate_lock_timeout_ms, 5000);
    assert_int_equal(settings.migrate_lock_retries, 10);
    assert_int_equal(settings.migrate_statement_timeout_ms, 0);
    assert_int_equal(settings.migrate_replica_timeout_ms, 600000);
    assert_int_equal(settings.migrate_edited, EP_POLICY_WARN);
    assert_int_equal(settings.migrate_hazards, EP_POLICY_WARN);
    assert_int_equal(settings.migrate_out_of_order, EP_OUT_OF_ORDER_APPLY);
    assert_int_equal(settings.migrate_ahead, EP_POLICY_WARN);
    assert_string_equal(settings.drizzle_schema, "drizzle");
    assert_string_equal(settings.drizzle_table, "__drizzle_migrations");
    assert_int_equal(settings.verify_tables.count, 0);
    assert_true(settings.verify_tables.is_set);
    assert_int_equal(settings.server_unset_env.count, 1);
    assert_string_equal(settings.server_unset_env.items[0], "ENTRYPOINT_DATABASE_URL");
    assert_int_equal(settings.log_format, EP_LOG_FORMAT_AUTO);
    assert_int_equal(settings.log_stream, EP_LOG_STREAM_AUTO);
    assert_int_equal(settings.log_level, EP_LEVEL_INFO);
}

struct value_case {
    enum ep_setting_index index;
    const char *text;
    const char *summary; /* NULL: accepted */
    const char *hint;
};

static void a_value_is_accepted_or_refused_with_the_reason(void **state)
{
    (void)state;
    static const char long_name[] =
        "a123456789b123456789c123456789d123456789e123456789f123456789g123";
    static const struct value_case cases[] = {
        {EP_SETTING_wait_timeout_ms, "250ms", NULL, NULL},
        {EP_SETTING_wait_timeout_ms, "0s", NULL, NULL},
        {EP_SETTING_wait_timeout_ms, "24h", NULL, NULL},
        {EP_SETTING_wait_timeout_ms, "25h", "duration \"25h\" is out of range",
         "Use a value from 0s to 24h."},
        {EP_SETTING_wait_timeout_ms, "60", "\"60\" is not a duration", NULL},
        {EP_SETTING_wait_timeout_ms, "", "\"\" is not a duration", NULL},
        {EP_SETTING_migrate_lock_retries, "0", NULL, NULL},
        {EP_SETTING_migrate_lock_retries, "1000", NULL, NULL},
        {EP_SETTING_migrate_lock_retries, "1001", "number \"1001\" is out of range",
         "Use a value from 0 to 1000."},
        {EP_SETTING_migrate_lock_retries, "", "\"\" is not a whole number",
         "Use a value from 0 to 1000."},
        {EP_SETTING_migrate_lock_retries, "-1", "\"-1\" is not a whole number", NULL},
        {EP_SETTING_migrate_lock_retries, "3x", "\"3x\" is not a whole number", NULL},
        {EP_SETTING_migrate_lock_retries, " 3", "\" 3\" is not a whole number", NULL},
        {EP_SETTING_migrate_lock_retries, "12345678901234567890",
         "\"12345678901234567890\" is not a whole number", NULL},
        {EP_SETTING_migrate_edited, "fail", NULL, NULL},
        {EP_SETTING_migrate_hazards, "off", NULL, NULL},
        {EP_SETTING_migrate_hazards, "ignore", "unknown value \"ignore\"",
         "Possible values: off, warn, fail."},
        {EP_SETTING_migrate_edited, "fial", "unknown value \"fial\"",
         "Did you mean \"fail\"? Possible values: ignore, warn, fail."},
        {EP_SETTING_migrate_edited, "", "unknown value \"\"",
         "Possible values: ignore, warn, fail."},
        {EP_SETTING_migrate_out_of_order, "skip", NULL, NULL},
        {EP_SETTING_migrate_out_of_order, "warn", "unknown value \"warn\"",
         "Possible values: apply, fail, skip."},
        {EP_SETTING_log_format, "json", NULL, NULL},
        {EP_SETTING_log_stream, "stdout", NULL, NULL},
        {EP_SETTING_log_level, "Debug", "unknown value \"Debug\"",
         "Did you mean \"debug\"? Possible values: debug, info, warn, error."},
        {EP_SETTING_drizzle_schema, "Weird name", NULL, NULL},
        {EP_SETTING_drizzle_schema, "", "name is empty", ""},
        {EP_SETTING_drizzle_table, long_name + 1, NULL, NULL},
        {EP_SETTING_drizzle_table, long_name,
         "name \"a123456789b123456789c123456789d123456789e123456789f123456789g123\" is too long",
         ""},
        {EP_SETTING_database_required, "maybe", "unknown value \"maybe\"",
         "Possible values: no, yes."},
        {EP_SETTING_hooks_before_migrate, "pg_dump 'a b' c", NULL, NULL},
        {EP_SETTING_hooks_before_migrate, "pg_dump 'a b", "a single quote is not closed",
         "Close it, or write a backslash before it."},
        {EP_SETTING_migrate_dirs, "drizzle migrations=app.done", NULL, NULL},
        {EP_SETTING_migrate_dirs, "drizzle, =done", "\"=done\" is no folder with its table",
         "Write folder, folder=table or folder=schema.table."},
        {EP_SETTING_migrate_dirs, "drizzle=a.b.c", "\"drizzle=a.b.c\" is no folder with its table",
         NULL},
        {EP_SETTING_verify_tables, "users public.orders", NULL, NULL},
        {EP_SETTING_verify_tables, "", NULL, NULL},
        {EP_SETTING_verify_tables, "a.b.c", "\"a.b.c\" is not a table name", NULL},
        {EP_SETTING_verify_tables, "users, public.", "\"public.\" is not a table name", NULL},
        {EP_SETTING_verify_tables, ".users", "\".users\" is not a table name", NULL},
        {EP_SETTING_verify_tables, "\"User\" \"a.b\".c", NULL, NULL},
        {EP_SETTING_verify_tables, "\"User", "\"\"User\" is not a table name",
         "Write name or schema.name, in the case that it has in the database."},
        {EP_SETTING_verify_tables, long_name,
         "\"a123456789b123456789c123456789d123456789e123456789f123456789g123\" is not a table name",
         NULL},
        {EP_SETTING_verify_tables, long_name + 1, NULL, NULL},
        {EP_SETTING_database_url, "postgresql://u:p@h/d?a=b;c#d", NULL, NULL},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_settings settings;
        struct ep_error err = {0};
        ep_settings_defaults(&arena, &settings);

        print_message("# \"%s\"\n", cases[i].text);
        bool accepted =
            ep_setting_assign(&arena, &settings, row_of(cases[i].index), cases[i].text, &err);

        assert_int_equal(accepted, cases[i].summary == NULL);
        assert_int_equal(err.fault, accepted ? EP_FAULT_NONE : EP_FAULT_CONFIG);
        if (!accepted) {
            assert_string_equal(err.summary, cases[i].summary);
        }
        if (cases[i].hint != NULL) {
            assert_string_equal(err.hint, cases[i].hint);
        }
    }
}

static void values_arrive_in_their_fields(void **state)
{
    (void)state;
    struct ep_settings settings;
    struct ep_error err = {0};
    ep_settings_defaults(&arena, &settings);

    assert_true(
        ep_setting_assign(&arena, &settings, row_of(EP_SETTING_wait_timeout_ms), "5m", &err));
    assert_true(
        ep_setting_assign(&arena, &settings, row_of(EP_SETTING_migrate_lock_retries), "7", &err));
    assert_true(
        ep_setting_assign(&arena, &settings, row_of(EP_SETTING_migrate_ahead), "fail", &err));
    assert_true(ep_setting_assign(&arena, &settings, row_of(EP_SETTING_log_level), "error", &err));
    assert_true(
        ep_setting_assign(&arena, &settings, row_of(EP_SETTING_log_stream), "stdout", &err));

    assert_int_equal(settings.wait_timeout_ms, 300000);
    assert_int_equal(settings.migrate_lock_retries, 7);
    assert_int_equal(settings.migrate_ahead, EP_POLICY_FAIL);
    assert_int_equal(settings.log_level, EP_LEVEL_ERROR);
    assert_int_equal(settings.log_stream, EP_LOG_STREAM_STDOUT);
}

static void a_refused_value_leaves_the_old_one(void **state)
{
    (void)state;
    struct ep_settings settings;
    struct ep_error err = {0};
    ep_settings_defaults(&arena, &settings);

    assert_false(
        ep_setting_assign(&arena, &settings, row_of(EP_SETTING_wait_timeout_ms), "2 days", &err));

    assert_int_equal(settings.wait_timeout_ms, 60000);
    assert_string_equal(err.context, ""); /* the caller's to add */
}

static void a_list_is_split_at_blanks_and_commas(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count;
        const char *items[3];
    } cases[] = {
        {"", 0, {0}},
        {" , ,, ", 0, {0}},
        {"drizzle", 1, {"drizzle"}},
        {"a b c", 3, {"a", "b", "c"}},
        {"a,b, c", 3, {"a", "b", "c"}},
        {"\ta ,\tb,", 2, {"a", "b"}},
        {",./db/drizzle", 1, {"./db/drizzle"}},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_settings settings;
        struct ep_error err = {0};
        ep_settings_defaults(&arena, &settings);

        print_message("# \"%s\"\n", cases[i].text);
        assert_true(ep_setting_assign(&arena, &settings, row_of(EP_SETTING_migrate_dirs),
                                      cases[i].text, &err));

        assert_true(settings.migrate_dirs.is_set);
        assert_int_equal(settings.migrate_dirs.count, cases[i].count);
        for (size_t j = 0; j < cases[i].count; j++) {
            assert_string_equal(settings.migrate_dirs.items[j], cases[i].items[j]);
        }
    }
}

static void the_nearest_word_is_suggested(void **state)
{
    (void)state;
    static const char *const known[] = {"run", "wait", "migrate", "verify", "config", "help"};
    static const struct {
        const char *word;
        const char *nearest;
    } cases[] = {
        {"migrat", "migrate"},
        {"migrrate", "migrate"},
        {"imgrate", "migrate"},
        {"MIGRATE", "migrate"},
        {"wiat", "wait"},
        {"veryfi", "verify"},
        {"hlep", "help"},
        {"node", ""},
        {"", ""},
        {"x", ""},
        {"sh", ""},
        {"server", ""},
        {"ru", "run"},
        {"configuration", ""},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_suggestion suggestion = {.word = ep_span_of(cases[i].word)};
        for (size_t j = 0; j < EP_COUNT_OF(known); j++) {
            ep_suggest_offer(&suggestion, known[j]);
        }
        print_message("# \"%s\"\n", cases[i].word);
        assert_string_equal(suggestion.nearest, cases[i].nearest);
    }
}

static void long_words_are_never_near(void **state)
{
    (void)state;
    char word[200];
    memset(word, 'a', sizeof(word));
    word[199] = '\0';
    struct ep_suggestion suggestion = {.word = ep_span_of(word)};

    ep_suggest_offer(&suggestion, word);
    ep_suggest_offer(&suggestion, "aaaa");
    assert_string_equal(suggestion.nearest, "");

    suggestion.word.size = EP_SUGGEST_SIZE - 1;
    ep_suggest_offer(&suggestion, word + 199 - (EP_SUGGEST_SIZE - 1));
    assert_int_equal(strlen(suggestion.nearest), EP_SUGGEST_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete_and_in_style),
        cmocka_unit_test(sections_are_in_one_piece),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(names_follow_from_section_and_key),
        cmocka_unit_test_teardown(ranges_are_sane, teardown),
        cmocka_unit_test_teardown(defaults_are_the_documented_ones, teardown),
        cmocka_unit_test_teardown(a_value_is_accepted_or_refused_with_the_reason, teardown),
        cmocka_unit_test_teardown(values_arrive_in_their_fields, teardown),
        cmocka_unit_test_teardown(a_refused_value_leaves_the_old_one, teardown),
        cmocka_unit_test_teardown(a_list_is_split_at_blanks_and_commas, teardown),
        cmocka_unit_test(the_nearest_word_is_suggested),
        cmocka_unit_test(long_words_are_never_near),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
