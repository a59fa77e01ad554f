/*
 * Unit tests of entrypoint/help.c, manual.c, config_output.c and
 * src/settings/document.c: nothing is forgotten, nothing is too wide, and what
 * is written as an INI file can be read again.
 */
#include "base/error.h"
#include "entrypoint/config_output.h"
#include "entrypoint/help.h"
#include "format/ini.h"
#include "settings/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_has(const struct ep_text *text, const char *part)
{
    if (strstr(ep_text_get(text), part) == NULL) {
        print_message("# missing: %s\n", part);
    }
    assert_non_null(strstr(ep_text_get(text), part));
}

static void assert_lacks(const struct ep_text *text, const char *part)
{
    assert_null(strstr(ep_text_get(text), part));
}

/* No line wider than a terminal, none with blanks at its end, no tabs; the last one is ended. */
static void assert_tidy(const struct ep_text *text)
{
    const char *line = ep_text_get(text);
    assert_int_equal(line[text->size - 1], '\n');
    while (*line != '\0') {
        size_t size = strcspn(line, "\n");
        if (size > 80) {
            print_message("# %.*s\n", (int)size, line);
        }
        assert_true(size <= 80);
        assert_true(size == 0 || line[size - 1] != ' ');
        assert_true(strcspn(line, "\t") >= size);
        line += size + 1;
    }
}

static void everything_is_in_the_help(void **state)
{
    (void)state;
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    ep_help_text(&text, NULL);

    assert_tidy(&text);
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        assert_has(&text, ep_commands[i].summary);
    }
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        assert_has(&text, ep_setting_variable(row).text);
        if ((row->marks & EP_SETTING_SECRET) == 0) {
            assert_has(&text, ep_setting_flag(row).text);
        }
    }
    for (size_t i = 0; ep_fault_row(i) != NULL; i++) {
        assert_has(&text, ep_fault_row(i)->meaning);
    }
    assert_has(&text, "  -t, --timeout, --wait-timeout=DURATION\n"
                      "        How long to wait until PostgreSQL accepts a login\n"
                      "        [ENTRYPOINT_WAIT_TIMEOUT; default: 60s; 0s to 24h]\n");
    assert_has(&text, "default: warn; ignore, warn or fail]\n");
    assert_has(&text, "POSTGRES_URL_NON_POOLING\n");
    assert_lacks(&text, "--database-url");
    assert_lacks(&text, "--markdown");
}

static void each_command_has_a_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        ep_help_page(&text, EP_HELP_TEXT, &ep_commands[i]);
        assert_tidy(&text);
        assert_has(&text, "Usage: entrypoint [OPTIONS] ");
        assert_has(&text, "-c, --config=FILE");
    }
}

static void a_commands_page_has_its_settings_only(void **state)
{
    (void)state;
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    ep_help_text(&text, ep_command_find("wait"));
    assert_has(&text, "--wait-timeout");
    assert_lacks(&text, "--migrate-dirs");

    ep_text_reset(&text);
    ep_help_text(&text, ep_command_find("apply"));
    assert_has(&text, "--migrate-dirs");
    assert_has(&text, "Alias: apply");
    assert_lacks(&text, "--server-unset-env");

    ep_text_reset(&text);
    ep_help_text(&text, ep_command_find("help"));
    assert_has(&text, "--markdown");
    assert_lacks(&text, "--wait-timeout");
}

static void the_manual_page_is_complete(void **state)
{
    (void)state;
    static const char *const headings[] = {
        "\n.SH NAME\n",        "\n.SH SYNOPSIS\n", "\n.SH DESCRIPTION\n", "\n.SH COMMANDS\n",
        "\n.SH OPTIONS\n",     "\n.SH SETTINGS\n", "\n.SH ENVIRONMENT\n", "\n.SH FILES\n",
        "\n.SH EXIT STATUS\n", "\n.SH EXAMPLES\n", "\n.SH SEE ALSO\n",
    };
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    ep_help_page(&text, EP_HELP_MAN, NULL);

    const char *position = ep_text_get(&text);
    for (size_t i = 0; i < EP_COUNT_OF(headings); i++) {
        position = strstr(position, headings[i]);
        assert_non_null(position);
    }
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        assert_has(&text, ep_setting_variable(&ep_settings_table[i]).text);
    }
    assert_has(&text, "\n.TP\n\\fB[wait] timeout\\fR = \\fIDURATION\\fR\n");
    assert_has(&text, "\\fB\\-t\\fR, \\fB\\-\\-timeout\\fR, \\fB\\-\\-wait\\-timeout\\fR");
    assert_has(&text, "\n.TP\n.B 78\n");
    assert_has(&text, "\"entrypoint " EP_VERSION "\"");
}

static void text_for_the_manual_page_is_escaped(void **state)
{
    (void)state;
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    ep_document_prose(&text, ".TH 'a' --b \\c");
    assert_string_equal(ep_text_get(&text), "\\&.TH \\(aqa\\(aq \\-\\-b \\ec\n");
}

static void text_is_wrapped_behind_its_prefix(void **state)
{
    (void)state;
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    ep_document_wrap(&text, "; ", "");
    assert_string_equal(ep_text_get(&text), "");
    ep_document_wrap(&text, "; ",
                     "123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
                     "12345678 x");
    assert_string_equal(ep_text_get(&text),
                        "; 123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
                        "12345678\n; x\n");
}

static void the_tables_of_the_readme_stand_between_markers(void **state)
{
    (void)state;
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    ep_help_page(&text, EP_HELP_MARKDOWN, NULL);

    assert_has(&text, "<!-- commands -->\n| Command |");
    assert_has(&text, "|\n<!-- /commands -->\n");
    assert_has(&text, "<!-- settings -->\n| INI file |");
    assert_has(&text, "|\n<!-- /settings -->\n");
    assert_has(&text, "<!-- exit statuses -->\n| Status |");
    assert_has(&text, "|\n<!-- /exit statuses -->\n");
    assert_has(&text, "| `[wait] timeout` | `ENTRYPOINT_WAIT_TIMEOUT` | `--wait-timeout`, "
                      "`--timeout`, `-t` | `60s` | how long to wait until PostgreSQL accepts a "
                      "login: `0s` to `24h` |\n");
    assert_has(&text, "| 78 | a setting or the connection string is unusable |\n");
}

/* Take the ";" away from ";key = value"; comments have a blank behind it. */
static void uncomment(struct ep_text *out, const struct ep_text *ini)
{
    const char *line = ep_text_get(ini);
    while (*line != '\0') {
        size_t size = strcspn(line, "\n");
        bool is_setting = size > 1 && line[0] == ';' && line[1] != ' ';
        size_t from = is_setting ? 1 : 0;
        ep_text_append(out, (struct ep_span){.data = line + from, .size = size - from});
        ep_text_add_byte(out, '\n');
        line += size + 1;
    }
}

static bool check_entry(void *context, const struct ep_ini_entry *entry, struct ep_error *err)
{
    size_t *count = context;
    (void)err;
    if (entry->key != NULL) {
        const struct ep_setting *row = ep_setting_find(entry->section, entry->key);
        assert_non_null(row);
        assert_string_equal(entry->value, row->fallback == NULL ? row->example : row->fallback);
        (*count)++;
    }
    return true;
}

static void the_example_file_is_nothing_but_comments_and_can_be_read(void **state)
{
    (void)state;
    struct ep_text ini EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text uncommented EP_CLEANUP(ep_text_clear) = {0};
    size_t count = 0;
    struct ep_ini_visitor visitor = {.visit = check_entry, .context = &count};
    struct ep_error err = {0};

    ep_help_page(&ini, EP_HELP_INI, NULL);
    assert_tidy(&ini);
    assert_true(ep_ini_parse(ep_text_span(&ini), "entrypoint.ini", &visitor, &err));
    assert_int_equal(count, 0);

    uncomment(&uncommented, &ini);
    assert_true(ep_ini_parse(ep_text_span(&uncommented), "entrypoint.ini", &visitor, &err));
    assert_int_equal(count, EP_SETTINGS_COUNT);
}

static void the_version_is_that_of_the_build(void **state)
{
    (void)state;
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    ep_help_version(&text);
    assert_string_equal(ep_text_get(&text), "entrypoint " EP_VERSION "\n");
}

static struct ep_configuration configuration_of(struct ep_arena *arena)
{
    struct ep_configuration configuration = {0};
    ep_settings_defaults(arena, &configuration.settings);
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        configuration.values[i] =
            (struct ep_setting_value){.text = ep_settings_table[i].fallback, .origin = "default"};
    }
    return configuration;
}

static void config_shows_values_and_where_they_came_from(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_configuration configuration = configuration_of(&arena);
    configuration.values[EP_SETTING_wait_timeout_ms] =
        (struct ep_setting_value){.text = "7s", .origin = "flag --wait-timeout"};
    configuration.values[EP_SETTING_migrate_dirs] =
        (struct ep_setting_value){.text = "a\nb", .origin = "environment ENTRYPOINT_MIGRATE_DIRS"};

    ep_config_output_text(&text, &configuration, NULL);

    assert_has(&text, "database.url               (unset)                  default\n");
    assert_has(&text, "wait.timeout               7s                       flag --wait-timeout\n");
    assert_has(&text, "migrate.dirs               a?b                      environment "
                      "ENTRYPOINT_MIGRATE_DIRS\n");
    assert_has(&text, "verify.tables              (empty)                  default\n");
}

static void config_does_not_show_secrets(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_configuration configuration = configuration_of(&arena);
    struct ep_database database = {.variable = "DATABASE_URL", .value = "hunter2"};

    ep_config_output_text(&text, &configuration, &database);
    assert_has(&text, "database.url               (set)                    environment "
                      "DATABASE_URL\n");
    assert_lacks(&text, "hunter2");

    ep_text_reset(&text);
    configuration.values[EP_SETTING_database_url] =
        (struct ep_setting_value){.text = "hunter2", .origin = "file entrypoint.ini:2"};
    ep_config_output_text(&text, &configuration, &database);
    assert_has(&text,
               "database.url               (set)                    file entrypoint.ini:2\n");
    assert_lacks(&text, "hunter2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_in_the_help),
        cmocka_unit_test(each_command_has_a_page),
        cmocka_unit_test(a_commands_page_has_its_settings_only),
        cmocka_unit_test(the_manual_page_is_complete),
        cmocka_unit_test(text_for_the_manual_page_is_escaped),
        cmocka_unit_test(text_is_wrapped_behind_its_prefix),
        cmocka_unit_test(the_tables_of_the_readme_stand_between_markers),
        cmocka_unit_test(the_example_file_is_nothing_but_comments_and_can_be_read),
        cmocka_unit_test(the_version_is_that_of_the_build),
        cmocka_unit_test(config_shows_values_and_where_they_came_from),
        cmocka_unit_test(config_does_not_show_secrets),
    };
    return cmocka_run_group_tests_name("help", tests, NULL, NULL);
}
