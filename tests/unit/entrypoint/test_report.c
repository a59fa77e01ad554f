/* Unit tests of entrypoint/report: where the log goes, and how events are worded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "entrypoint/report.h"
#include "format/json.h"
#include "tests/unit/entrypoint/captured_log.h"

#include <sys/wait.h>

/* NOTE and FIELDS as ep_report() takes them, to a captured log. */
#define REPORT(captured, kind, ...)                                             \
    do {                                                                        \
        const struct ep_reporter reporter_ = ep_log_reporter(&(captured)->log); \
        ep_report(&reporter_, (kind), __VA_ARGS__);                             \
    } while (0)

static void format_and_stream_follow_the_platform(void **state)
{
    (void)state;
    static const struct {
        enum ep_log_format format;
        enum ep_log_stream stream;
        bool is_railway;
        enum ep_log_format expected_format;
        int expected_descriptor;
    } cases[] = {
        {EP_LOG_FORMAT_AUTO, EP_LOG_STREAM_AUTO, false, EP_LOG_FORMAT_TEXT, 2},
        {EP_LOG_FORMAT_AUTO, EP_LOG_STREAM_AUTO, true, EP_LOG_FORMAT_JSON, 1},
        {EP_LOG_FORMAT_TEXT, EP_LOG_STREAM_AUTO, true, EP_LOG_FORMAT_TEXT, 1},
        {EP_LOG_FORMAT_JSON, EP_LOG_STREAM_AUTO, false, EP_LOG_FORMAT_JSON, 2},
        {EP_LOG_FORMAT_AUTO, EP_LOG_STREAM_STDERR, true, EP_LOG_FORMAT_JSON, 2},
        {EP_LOG_FORMAT_AUTO, EP_LOG_STREAM_STDOUT, false, EP_LOG_FORMAT_TEXT, 1},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        const struct ep_log_surroundings around = {.is_railway = cases[i].is_railway};
        struct ep_log log;
        ep_log_choose(&log, cases[i].format, cases[i].stream, EP_LEVEL_WARN, &around);
        assert_int_equal(log.format, cases[i].expected_format);
        assert_int_equal(log.descriptor, cases[i].expected_descriptor);
        assert_int_equal(log.level, EP_LEVEL_WARN);
        assert_false(log.colour);
    }
}

static void colour_is_for_text_on_a_terminal(void **state)
{
    (void)state;
    static const struct {
        enum ep_log_format format;
        enum ep_log_stream stream;
        struct ep_log_surroundings around;
        bool colour;
    } cases[] = {
        {EP_LOG_FORMAT_TEXT, EP_LOG_STREAM_STDERR, {.stderr_is_terminal = true}, true},
        {EP_LOG_FORMAT_TEXT, EP_LOG_STREAM_STDERR, {.stdout_is_terminal = true}, false},
        {EP_LOG_FORMAT_TEXT, EP_LOG_STREAM_STDOUT, {.stdout_is_terminal = true}, true},
        {EP_LOG_FORMAT_TEXT, EP_LOG_STREAM_STDOUT, {.stderr_is_terminal = true}, false},
        {EP_LOG_FORMAT_JSON, EP_LOG_STREAM_STDERR, {.stderr_is_terminal = true}, false},
        {EP_LOG_FORMAT_TEXT,
         EP_LOG_STREAM_STDERR,
         {.stderr_is_terminal = true, .no_color = true},
         false},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_log log;
        ep_log_choose(&log, cases[i].format, cases[i].stream, EP_LEVEL_INFO, &cases[i].around);
        assert_int_equal(log.colour, cases[i].colour);
    }
}

static void progress_is_live_on_a_terminal_that_can_erase(void **state)
{
    (void)state;
    static const struct {
        enum ep_log_format format;
        struct ep_log_surroundings around;
        bool live;
    } cases[] = {
        {EP_LOG_FORMAT_TEXT, {.stderr_is_terminal = true}, true},
        {EP_LOG_FORMAT_TEXT, {.stderr_is_terminal = true, .no_color = true}, true},
        {EP_LOG_FORMAT_TEXT, {.stderr_is_terminal = true, .is_dumb = true}, false},
        {EP_LOG_FORMAT_TEXT, {.stderr_is_terminal = false}, false},
        {EP_LOG_FORMAT_JSON, {.stderr_is_terminal = true}, false},
        {EP_LOG_FORMAT_GITHUB, {.stderr_is_terminal = true}, false},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_log log;
        ep_log_choose(&log, cases[i].format, EP_LOG_STREAM_AUTO, EP_LEVEL_INFO, &cases[i].around);
        assert_int_equal(log.live, cases[i].live);
        assert_int_equal(ep_log_reporter(&log).live, cases[i].live);
    }
}

static void a_live_line_is_replaced_and_erased(void **state)
{
    struct captured_log *captured = *state;
    const struct ep_field fields[] = {
        EP_TEXT_FIELD("tag", "0002"), EP_INTEGER_FIELD("statement", 3),
        EP_INTEGER_FIELD("statement_count", 7), EP_INTEGER_FIELD("elapsed_s", 11),
        EP_TEXT_FIELD("about", ", a text so long that an ordinary terminal has no place for it")};
    captured->log.live = true;
    const struct ep_reporter reporter = ep_log_reporter(&captured->log);

    for (size_t i = 0; i < 2; i++) {
        ep_report_fields(&reporter, EP_EVENT_PROGRESS, fields, EP_COUNT_OF(fields));
        assert_string_equal(captured_log_line(captured),
                            "\r\x1B[Kentrypoint: 0002: statement 3 of 7, 11 s, a text so long that "
                            "an ordinary termi");
    }
    ep_report(&reporter, EP_EVENT_APPLYING, EP_TEXT_FIELD("tag", "0003"));
    assert_string_equal(captured_log_line(captured), "\r\x1B[Kentrypoint: applying 0003\n");
    ep_report(&reporter, EP_EVENT_APPLYING, EP_TEXT_FIELD("tag", "0004"));
    assert_string_equal(captured_log_line(captured), "entrypoint: applying 0004\n");
}

static void on_github_no_line_is_a_command_by_accident(void **state)
{
    struct captured_log *captured = *state;
    captured->log.format = EP_LOG_FORMAT_GITHUB;
    REPORT(captured, EP_EVENT_NOTICE, EP_TEXT_FIELD("severity", "NOTICE"),
           EP_TEXT_FIELD("message", "##[group]x"));
    assert_string_equal(captured_log_line(captured), "entrypoint: NOTICE: ## [group]x\n");
}

static void the_environment_says_where_we_are(void **state)
{
    (void)state;
    static const char *const variables[] = {"RAILWAY_ENVIRONMENT", "RAILWAY_PROJECT_ID",
                                            "RAILWAY_SERVICE_ID"};
    struct ep_log log;
    for (size_t i = 0; i < EP_COUNT_OF(variables); i++) {
        assert_int_equal(setenv(variables[i], "x", 1), 0);
        ep_log_open(&log, EP_LOG_FORMAT_AUTO, EP_LOG_STREAM_AUTO, EP_LEVEL_INFO);
        assert_int_equal(log.format, EP_LOG_FORMAT_JSON);
        assert_int_equal(log.descriptor, 1);
        assert_int_equal(setenv(variables[i], "", 1), 0);
        ep_log_open(&log, EP_LOG_FORMAT_AUTO, EP_LOG_STREAM_AUTO, EP_LEVEL_INFO);
        assert_int_equal(log.format, EP_LOG_FORMAT_TEXT);
        assert_int_equal(log.descriptor, 2);
        assert_int_equal(unsetenv(variables[i]), 0);
    }
}

static void is_name(struct ep_span name)
{
    assert_true(name.size > 0 && name.size <= 32);
    for (size_t i = 0; i < name.size; i++) {
        assert_non_null(memchr("abcdefghijklmnopqrstuvwxyz_", name.data[i], 27));
    }
}

/* The fields that a template asks for; what stands between them is plain text. */
static size_t fields_of(const char *template, struct ep_arena *arena, struct ep_field fields[16])
{
    size_t count = 0;
    for (const char *rest = template; *rest != '\0'; rest++) {
        assert_true(*rest >= ' ' && *rest <= '~' && *rest != '}' && *rest != '%');
        if (*rest == '{') {
            struct ep_span name = {.data = rest + 1, .size = strcspn(rest + 1, "{}")};
            assert_int_equal(name.data[name.size], '}');
            is_name(name);
            assert_true(count < 16);
            fields[count++] = EP_TEXT_FIELD(ep_arena_copy(arena, name), "value");
            rest = name.data + name.size;
        }
    }
    return count;
}

static void every_template_is_well_formed(void **state)
{
    struct captured_log *captured = *state;
    const struct ep_reporter reporter = ep_log_reporter(&captured->log);
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const struct ep_event_row *row = NULL;
    size_t kind = 0;

    for (; (row = ep_event_row(kind)) != NULL; kind++) {
        struct ep_field fields[16] = {{.name = "other", .type = EP_FIELD_INTEGER, .integer = 1}};
        size_t count = fields_of(row->message, &arena, fields);
        assert_true(strlen(row->message) > 0 && strlen(row->message) <= 120);
        assert_int_not_equal(row->message[strlen(row->message) - 1], '.');
        assert_true(row->level >= EP_LEVEL_DEBUG && row->level <= EP_LEVEL_ERROR);

        captured->log.level = row->level;
        captured->log.format = EP_LOG_FORMAT_TEXT;
        ep_report_fields(&reporter, (enum ep_event_kind)kind, fields, count);
        const char *line = captured_log_line(captured);
        print_message("# %s", line);
        assert_ptr_equal(strstr(line, "entrypoint: "), line);
        assert_null(strpbrk(line, "{}"));
        assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);

        captured->log.format = EP_LOG_FORMAT_JSON;
        ep_report_fields(&reporter, (enum ep_event_kind)kind, fields, count);
        json_t *json EP_CLEANUP(ep_json_drop) = json_loads(captured_log_line(captured), 0, NULL);
        assert_non_null(json);
        assert_int_equal(json_object_size(json), 4 + count);
    }
    assert_int_equal(kind, EP_EVENT_FAILED + 1);
}

static void text_has_the_level_unless_it_is_info(void **state)
{
    struct captured_log *captured = *state;

    REPORT(captured, EP_EVENT_APPLIED, EP_TEXT_FIELD("tag", "0002_users"),
           EP_INTEGER_FIELD("elapsed_ms", 14));
    assert_string_equal(captured_log_line(captured), "entrypoint: applied 0002_users in 14 ms\n");
    REPORT(captured, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", "odd"));
    assert_string_equal(captured_log_line(captured), "entrypoint: warning: odd\n");
    REPORT(captured, EP_EVENT_TABLE_MISSING, EP_TEXT_FIELD("table", "groups"));
    assert_string_equal(captured_log_line(captured), "entrypoint: error: table groups: missing\n");
}

static void only_the_level_is_coloured(void **state)
{
    struct captured_log *captured = *state;
    captured->log.colour = true;

    REPORT(captured, EP_EVENT_APPLYING, EP_TEXT_FIELD("tag", "0002"));
    assert_string_equal(captured_log_line(captured), "entrypoint: applying 0002\n");
    REPORT(captured, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", "odd"));
    assert_string_equal(captured_log_line(captured), "entrypoint: \x1B[33mwarning\x1B[0m: odd\n");
    REPORT(captured, EP_EVENT_TABLE_MISSING, EP_TEXT_FIELD("table", "groups"));
    assert_string_equal(captured_log_line(captured),
                        "entrypoint: \x1B[1;31merror\x1B[0m: table groups: missing\n");
}

/* The line with its time, which differs each time, replaced by T. */
static const char *without_time(const char *line, char ret_line[4096])
{
    const char *time = strstr(line, "\"time\":\"");
    assert_non_null(time);
    time += strlen("\"time\":\"");
    assert_int_equal(strcspn(time, "\""), strlen("2026-11-21T06:28:44.123Z"));
    (void)snprintf(ret_line, 4096, "%.*sT%s", (int)(time - line), line, strchr(time, '"'));
    return ret_line;
}

static void json_has_the_same_fields(void **state)
{
    struct captured_log *captured = *state;
    char line[4096];
    captured->log.format = EP_LOG_FORMAT_JSON;
    captured->log.colour = true; /* of no effect */

    REPORT(captured, EP_EVENT_APPLIED, EP_TEXT_FIELD("tag", "0002_\"users\""),
           EP_INTEGER_FIELD("elapsed_ms", 14));
    assert_string_equal(without_time(captured_log_line(captured), line),
                        "{\"level\":\"info\",\"message\":\"applied 0002_\\\"users\\\" in 14 ms\","
                        "\"time\":\"T\",\"event\":\"applied\",\"tag\":\"0002_\\\"users\\\"\","
                        "\"elapsed_ms\":14}\n");

    REPORT(captured, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", "caf\xC3\xA9 \xFF"));
    assert_string_equal(without_time(captured_log_line(captured), line),
                        "{\"level\":\"warn\",\"message\":\"caf\xC3\xA9 \xEF\xBF\xBD\","
                        "\"time\":\"T\",\"event\":\"source_note\","
                        "\"note\":\"caf\xC3\xA9 \xEF\xBF\xBD\"}\n");
}

static void a_field_cannot_take_the_place_of_the_message(void **state)
{
    struct captured_log *captured = *state;
    char line[4096];
    captured->log.format = EP_LOG_FORMAT_JSON;

    REPORT(captured, EP_EVENT_NOTICE, EP_TEXT_FIELD("severity", "NOTICE"),
           EP_TEXT_FIELD("message", "skipped"));
    assert_string_equal(without_time(captured_log_line(captured), line),
                        "{\"level\":\"info\",\"message\":\"NOTICE: skipped\",\"time\":\"T\","
                        "\"event\":\"notice\",\"severity\":\"NOTICE\","
                        "\"notice_message\":\"skipped\"}\n");
}

static void a_field_without_a_value_is_left_out(void **state)
{
    struct captured_log *captured = *state;
    REPORT(captured, EP_EVENT_LOCK_WAIT, EP_TEXT_FIELD("holder", NULL));
    assert_string_equal(captured_log_line(captured),
                        "entrypoint: another replica is migrating, waiting for it: unknown\n");

    captured->log.format = EP_LOG_FORMAT_JSON;
    REPORT(captured, EP_EVENT_LOCK_WAIT, EP_TEXT_FIELD("holder", NULL));
    assert_null(strstr(captured_log_line(captured), "\"holder\""));
}

static void a_server_cannot_forge_a_line(void **state)
{
    struct captured_log *captured = *state;
    static const char evil[] = "x\nentrypoint: Migrations complete\r\n\x1B[2J\x07\xC2\x9B\xFF";

    REPORT(captured, EP_EVENT_NOTICE, EP_TEXT_FIELD("severity", "NOTICE"),
           EP_TEXT_FIELD("message", evil));
    assert_string_equal(captured_log_line(captured),
                        "entrypoint: NOTICE: x entrypoint: Migrations complete  ?[2J??\xEF\xBF\xBD"
                        "\n");

    captured->log.format = EP_LOG_FORMAT_JSON;
    REPORT(captured, EP_EVENT_NOTICE, EP_TEXT_FIELD("severity", "NOTICE"),
           EP_TEXT_FIELD("message", evil));
    const char *line = captured_log_line(captured);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_null(strchr(line, '\x1B'));
}

static void a_placeholder_in_a_value_is_text(void **state)
{
    struct captured_log *captured = *state;
    REPORT(captured, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", "{tag} %s {"));
    assert_string_equal(captured_log_line(captured), "entrypoint: warning: {tag} %s {\n");
}

static void a_long_value_is_cut(void **state)
{
    struct captured_log *captured = *state;
    char *value = calloc(1, 20001);
    assert_non_null(value);
    memset(value, 'x', 20000);
    REPORT(captured, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", value));
    const char *line = captured_log_line(captured);
    assert_int_equal(strlen(line), strlen("entrypoint: warning: ") + 4096 + 4);
    assert_string_equal(line + strlen(line) - 5, "x...\n");

    /* An odd offset, so that the cut falls into a character. */
    for (size_t i = 1; i < 20000; i += 2) {
        memcpy(value + i, "\xC3\xA9", 2);
    }
    value[19999] = '\0';
    captured->log.format = EP_LOG_FORMAT_JSON;
    REPORT(captured, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", value));
    json_t *json EP_CLEANUP(ep_json_drop) = json_loads(captured_log_line(captured), 0, NULL);
    assert_non_null(json);
    free(value);
}

static void levels_below_are_left_out(void **state)
{
    struct captured_log *captured = *state;
    captured->log.level = EP_LEVEL_ERROR;
    REPORT(captured, EP_EVENT_APPLYING, EP_TEXT_FIELD("tag", "0002"));
    REPORT(captured, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", "odd"));
    REPORT(captured, EP_EVENT_TABLE_MISSING, EP_TEXT_FIELD("table", "groups"));
    assert_non_null(strstr(captured_log_line(captured), "groups"));
}

static void a_field_that_was_forgotten_is_a_bug(void **state)
{
    struct captured_log *captured = *state;
    pid_t id = fork();
    assert_true(id >= 0);
    if (id == 0) {
        (void)close(STDERR_FILENO);
        REPORT(captured, EP_EVENT_APPLIED, EP_TEXT_FIELD("tag", "0002"));
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(id, &status, 0), id);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 70);
}

static void a_log_that_cannot_be_written_does_no_harm(void **state)
{
    struct captured_log *captured = *state;
    struct ep_log closed = captured->log;
    closed.descriptor = -1;
    const struct ep_reporter reporter = ep_log_reporter(&closed);
    ep_report(&reporter, EP_EVENT_APPLYING, EP_TEXT_FIELD("tag", "0002"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format_and_stream_follow_the_platform),
        cmocka_unit_test(colour_is_for_text_on_a_terminal),
        cmocka_unit_test(progress_is_live_on_a_terminal_that_can_erase),
        cmocka_unit_test(the_environment_says_where_we_are),
        CAPTURED(a_live_line_is_replaced_and_erased),
        CAPTURED(on_github_no_line_is_a_command_by_accident),
        CAPTURED(every_template_is_well_formed),
        CAPTURED(text_has_the_level_unless_it_is_info),
        CAPTURED(only_the_level_is_coloured),
        CAPTURED(json_has_the_same_fields),
        CAPTURED(a_field_cannot_take_the_place_of_the_message),
        CAPTURED(a_field_without_a_value_is_left_out),
        CAPTURED(a_server_cannot_forge_a_line),
        CAPTURED(a_placeholder_in_a_value_is_text),
        CAPTURED(a_long_value_is_cut),
        CAPTURED(levels_below_are_left_out),
        CAPTURED(a_field_that_was_forgotten_is_a_bug),
        CAPTURED(a_log_that_cannot_be_written_does_no_harm),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
