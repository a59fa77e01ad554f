#define _GNU_SOURCE /* what scratch.h needs */
/* Unit tests of entrypoint/report_error: the final error, as text, JSON and termination message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "entrypoint/report.h"
#include "format/json.h"
#include "format/utf8.h"
#include "system/file.h"
#include "tests/unit/entrypoint/captured_log.h"
#include "tests/unit/scratch.h"

/* As a migration with a misspelt column fails. */
static struct ep_error sql_error(void)
{
    struct ep_error err = {0};
    (void)ep_fail(&err, EP_FAULT_SQL, "column \"emial\" does not exist");
    (void)ep_error_detail(&err, "There is a column named \"email\".");
    (void)ep_error_hint(&err, "Perhaps you meant \"users.email\".");
    (void)ep_error_context(&err, "PL/pgSQL function f() line 3");
    (void)ep_error_context(&err, "committing");
    (void)ep_error_outcome(&err, "The transaction was rolled back.");
    (void)ep_error_place(&err, "drizzle/0007_users.sql", 12, 37);
    static const char line[] = "CREATE INDEX users_email ON users (emial);";
    memcpy(err.place.excerpt, line, sizeof(line));
    err.place.caret = 36;
    (void)snprintf(err.place.migration, sizeof(err.place.migration), "0007_users");
    err.place.statement = 3;
    err.place.statement_count = 7;
    memcpy(err.sqlstate, "42703", 6);
    return err;
}

static const char *written(struct captured_log *captured, const struct ep_error *err)
{
    ep_log_error(&captured->log, err);
    return captured_log_line(captured);
}

static void text_says_all_that_is_known(void **state)
{
    struct ep_error err = sql_error();
    assert_string_equal(written(*state, &err),
                        "entrypoint: error: column \"emial\" does not exist\n"
                        "  drizzle/0007_users.sql:12:37\n"
                        "    12 | CREATE INDEX users_email ON users (emial);\n"
                        "       |                                    ^\n"
                        "  DETAIL: There is a column named \"email\".\n"
                        "  HINT: Perhaps you meant \"users.email\".\n"
                        "  CONTEXT: PL/pgSQL function f() line 3; committing\n"
                        "  STATEMENT: 3 of 7 of migration 0007_users\n"
                        "  RESULT: The transaction was rolled back.\n"
                        "  SQLSTATE: 42703 undefined_column\n");
}

static void text_leaves_out_what_is_not(void **state)
{
    struct captured_log *captured = *state;
    struct ep_error err = {0};
    (void)ep_fail(&err, EP_FAULT_CONFIG, "\"60\" is not a duration");
    assert_string_equal(written(captured, &err), "entrypoint: error: \"60\" is not a duration\n");

    (void)ep_error_place(&err, "entrypoint.ini", 0, 0);
    assert_string_equal(written(captured, &err), "entrypoint: error: \"60\" is not a duration\n"
                                                 "  entrypoint.ini\n");
    (void)ep_error_place(&err, "entrypoint.ini", 3, 0);
    assert_string_equal(written(captured, &err), "entrypoint: error: \"60\" is not a duration\n"
                                                 "  entrypoint.ini:3\n");
    memcpy(err.place.excerpt, "timeout = 60", 13);
    assert_string_equal(written(captured, &err), "entrypoint: error: \"60\" is not a duration\n"
                                                 "  entrypoint.ini:3\n"
                                                 "     3 | timeout = 60\n");
}

static void the_caret_stays_below_its_column_on_any_line(void **state)
{
    struct captured_log *captured = *state;
    static const struct {
        long line;
        long caret;
        const char *expected;
    } cases[] = {
        {1, 1, "     1 | CRATE\n       | ^\n"},
        {1, 5, "     1 | CRATE\n       |     ^\n"},
        {1234567, 2, "1234567 | CRATE\n        |  ^\n"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_error err = {0};
        (void)ep_fail(&err, EP_FAULT_SQL, "syntax error");
        (void)ep_error_place(&err, "x.sql", cases[i].line, cases[i].caret);
        memcpy(err.place.excerpt, "CRATE", 6);
        err.place.caret = cases[i].caret;
        assert_non_null(strstr(written(captured, &err), cases[i].expected));
    }
}

static void lines_of_a_detail_are_indented(void **state)
{
    struct ep_error err = {0};
    (void)ep_fail(&err, EP_FAULT_SQL, "cannot drop table users");
    (void)ep_error_detail(&err, "view a depends on table users\r\n"
                                "view b depends on table users\n\n"
                                "entrypoint: Migrations complete\n");
    assert_string_equal(written(*state, &err), "entrypoint: error: cannot drop table users\n"
                                               "  DETAIL: view a depends on table users\n"
                                               "    view b depends on table users\n"
                                               "    entrypoint: Migrations complete\n");
}

/* Bytes of every kind in every text: no line but the first begins like one of ours. */
static void nothing_forges_a_line(void **state)
{
    struct captured_log *captured = *state;
    static const char evil[] = "a\nentrypoint: b\r\x1B[2K\x07\xC2\x85\xE2\x80\xA8\xFE"
                               "entrypoint: c";
    struct ep_error err = {0};
    (void)ep_fail(&err, EP_FAULT_SQL, "%s", evil);
    (void)ep_error_detail(&err, "%s", evil);
    (void)ep_error_hint(&err, "%s", evil);
    (void)ep_error_context(&err, "%s", evil);
    (void)ep_error_outcome(&err, "%s", evil);
    (void)snprintf(err.place.migration, sizeof(err.place.migration), "%s", evil);
    err.place.statement = 1;
    (void)ep_error_place(&err, evil, 1, 1);
    memcpy(err.place.excerpt, evil, sizeof(evil));
    err.place.caret = 1;
    memcpy(err.sqlstate, "\n\x1B\n\x1B\n", 6);

    for (const char *line = written(captured, &err); *line != '\0';) {
        size_t size = strcspn(line, "\n");
        assert_int_equal(line[size], '\n');
        for (size_t i = 0; i < size; i++) {
            assert_true((unsigned char)line[i] >= ' ' && line[i] != 0x7F);
        }
        assert_true(line == captured->written || strncmp(line, "  ", 2) == 0);
        line += size + 1;
    }
    assert_int_equal(ep_utf8_find_invalid(ep_span_of(captured->written)), SIZE_MAX);

    captured->log.format = EP_LOG_FORMAT_JSON;
    const char *line = written(captured, &err);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void a_bug_is_located(void **state)
{
    struct captured_log *captured = *state;
    struct ep_error err = {0};
    (void)ep_fail(&err, EP_FAULT_BUG, "expected one row");
    assert_non_null(strstr(written(captured, &err), "\n  LOCATION: tests/unit/entrypoint/"));

    struct ep_error sql = sql_error();
    captured->log.level = EP_LEVEL_DEBUG;
    assert_non_null(strstr(written(captured, &sql), ", sql_error()\n"));
    captured->log.format = EP_LOG_FORMAT_JSON;
    assert_non_null(strstr(written(captured, &sql), "\"location\":\"tests/unit/entrypoint/"));
}

static void an_error_is_written_at_any_level(void **state)
{
    struct captured_log *captured = *state;
    struct ep_error err = sql_error();
    captured->log.level = EP_LEVEL_ERROR;
    captured->log.colour = true;
    assert_non_null(strstr(written(captured, &err), "entrypoint: \x1B[1;31merror\x1B[0m: column"));
}

static const char *text_of(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    return text == NULL ? "(absent)" : text;
}

static void json_has_a_field_for_each_part(void **state)
{
    struct captured_log *captured = *state;
    struct ep_error err = sql_error();
    captured->log.format = EP_LOG_FORMAT_JSON;

    json_t *json EP_CLEANUP(ep_json_drop) = json_loads(written(captured, &err), 0, NULL);

    assert_non_null(json);
    assert_string_equal(text_of(json, "level"), "error");
    assert_string_equal(text_of(json, "message"), "column \"emial\" does not exist");
    assert_string_equal(text_of(json, "event"), "failed");
    assert_string_equal(text_of(json, "fault"), "sql");
    assert_int_equal(json_integer_value(json_object_get(json, "exit_status")), 65);
    assert_string_equal(text_of(json, "sqlstate"), "42703");
    assert_string_equal(text_of(json, "file"), "drizzle/0007_users.sql");
    assert_int_equal(json_integer_value(json_object_get(json, "line")), 12);
    assert_int_equal(json_integer_value(json_object_get(json, "column")), 37);
    assert_string_equal(text_of(json, "source_line"), "CREATE INDEX users_email ON users (emial);");
    assert_string_equal(text_of(json, "detail"), "There is a column named \"email\".");
    assert_string_equal(text_of(json, "hint"), "Perhaps you meant \"users.email\".");
    assert_string_equal(text_of(json, "context"), "PL/pgSQL function f() line 3; committing");
    assert_string_equal(text_of(json, "outcome"), "The transaction was rolled back.");
    assert_string_equal(text_of(json, "condition"), "undefined_column");
    assert_string_equal(text_of(json, "migration"), "0007_users");
    assert_int_equal(json_integer_value(json_object_get(json, "statement")), 3);
    assert_int_equal(json_integer_value(json_object_get(json, "statement_count")), 7);
    assert_int_equal(json_object_size(json), 19); /* and the time */
}

static void json_leaves_out_what_is_not_known(void **state)
{
    struct captured_log *captured = *state;
    struct ep_error err = {0};
    (void)ep_fail(&err, EP_FAULT_SIGNAL, "stopped by SIGTERM");
    err.signal = 15;
    captured->log.format = EP_LOG_FORMAT_JSON;

    json_t *json EP_CLEANUP(ep_json_drop) = json_loads(written(captured, &err), 0, NULL);

    assert_non_null(json);
    assert_int_equal(json_object_size(json), 6);
    assert_int_equal(json_integer_value(json_object_get(json, "exit_status")), 143);
}

static void termination_is(const char *path, const char *expected)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_span content;
    assert_true(ep_file_read(&arena, path, 4096, EP_FAULT_SYSTEM, &content, &err));
    assert_string_equal(content.data, expected);
}

static void the_termination_message_is_one_line(void **state)
{
    (void)state;
    struct ep_error err = sql_error();
    ep_scratch_text("log",
                    "of an earlier start, and longer than what follows it in this file: "
                    "entrypoint: x; drizzle/0007_users.sql:12:37; SQLSTATE 42703\n",
                    0644);

    ep_log_termination_to("log", &err);
    termination_is("log", "entrypoint: column \"emial\" does not exist; "
                          "drizzle/0007_users.sql:12:37; SQLSTATE 42703; exit status 65\n");

    err = (struct ep_error){0};
    (void)ep_fail(&err, EP_FAULT_NOT_FOUND, "program \"node\"\nwas not found");
    ep_log_termination_to("log", &err);
    termination_is("log", "entrypoint: program \"node\" was not found; exit status 127\n");

    ep_log_termination_to("log", NULL);
    termination_is("log", "");
}

static void the_termination_message_fits(void **state)
{
    (void)state;
    struct ep_error err = sql_error();
    memset(err.summary, 0xFF, sizeof(err.summary) - 1); /* each byte becomes three */
    memset(err.place.file, 0xFE, sizeof(err.place.file) - 1);
    ep_scratch_text("log", "", 0644);

    ep_log_termination_to("log", &err);

    char content[4096];
    struct ep_span line = {.data = content, .size = ep_file_peek("log", 0, content, 4096)};
    assert_true(line.size > 1024 && line.size <= 2048);
    assert_int_equal(ep_utf8_find_invalid(line), SIZE_MAX);
    assert_true(ep_span_ends_with(line, "; SQLSTATE 42703; exit status 65\n"));
}

static void without_a_termination_log_nothing_is_made(void **state)
{
    (void)state;
    struct ep_error err = sql_error();
    ep_log_termination_to("absent", &err);
    ep_log_termination_to("absent", NULL);
    assert_int_equal(ep_file_type("absent"), EP_FILE_ABSENT);
}

#define SCRATCH(test) cmocka_unit_test_setup_teardown(test, ep_scratch_setup, ep_scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAPTURED(text_says_all_that_is_known),
        CAPTURED(text_leaves_out_what_is_not),
        CAPTURED(the_caret_stays_below_its_column_on_any_line),
        CAPTURED(lines_of_a_detail_are_indented),
        CAPTURED(nothing_forges_a_line),
        CAPTURED(a_bug_is_located),
        CAPTURED(an_error_is_written_at_any_level),
        CAPTURED(json_has_a_field_for_each_part),
        CAPTURED(json_leaves_out_what_is_not_known),
        SCRATCH(the_termination_message_is_one_line),
        SCRATCH(the_termination_message_fits),
        SCRATCH(without_a_termination_log_nothing_is_made),
    };
    return cmocka_run_group_tests_name("report_error", tests, NULL, NULL);
}
