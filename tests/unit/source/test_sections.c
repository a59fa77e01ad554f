/* Unit tests of src/source/sections: what dbmate, goose and sql-migrate mean by their comments. */
#include "source/sections.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *name, *text;
    enum ep_section_tool tool;
    const char *up, *down; /* NULL: it has none */
    bool alone;
    const char *problem;
} cases[] = {
    {"no directive", "CREATE TABLE a ();\n-- migrate\n", EP_SECTION_TOOL_NONE,
     "CREATE TABLE a ();\n-- migrate\n", NULL, false, NULL},
    {"an empty file", "", EP_SECTION_TOOL_NONE, "", NULL, false, NULL},
    {"dbmate", "-- comment\n-- migrate:up\nU;\n-- migrate:down\nD;\n", EP_SECTION_TOOL_DBMATE,
     "U;\n", "D;\n", false, NULL},
    {"dbmate, no down, CRLF", "--migrate:up\r\nU;\r\n", EP_SECTION_TOOL_DBMATE, "U;\r\n", NULL,
     false, NULL},
    {"dbmate without a transaction", "-- migrate:up transaction:false\nU;", EP_SECTION_TOOL_DBMATE,
     "U;", NULL, true, NULL},
    {"a comment that only begins like dbmate's", "-- migrate: the old users\nU;",
     EP_SECTION_TOOL_NONE, "-- migrate: the old users\nU;", NULL, false, NULL},
    {"dbmate, down first", "-- migrate:down\nD;\n-- migrate:up\nU;", EP_SECTION_TOOL_DBMATE, NULL,
     NULL, false, "goes down stands before"},
    {"goose",
     "-- +goose Up\n-- +goose StatementBegin\nU;\n-- +goose StatementEnd\n-- +goose Down\nD;",
     EP_SECTION_TOOL_GOOSE, "-- +goose StatementBegin\nU;\n-- +goose StatementEnd\n", "D;", false,
     NULL},
    {"goose without a transaction", "-- +goose NO TRANSACTION\n-- +goose up\nU;",
     EP_SECTION_TOOL_GOOSE, "U;", NULL, true, NULL},
    {"goose with variables", "-- +goose ENVSUB ON\n-- +goose Up\nU;", EP_SECTION_TOOL_GOOSE, NULL,
     NULL, false, "environment variables"},
    {"goose, something new", "-- +goose Sideways\n-- +goose Up\nU;", EP_SECTION_TOOL_GOOSE, NULL,
     NULL, false, "not known here"},
    {"goose, two ups", "-- +goose Up\nU;\n-- +goose Up\nV;", EP_SECTION_TOOL_GOOSE, NULL, NULL,
     false, "more than one part that goes up"},
    {"goose, two downs", "-- +goose Up\nU;\n-- +goose Down\n-- +goose Down\nV;",
     EP_SECTION_TOOL_GOOSE, NULL, NULL, false, "more than one part that goes down"},
    {"goose, only down", "-- +goose Down\nD;", EP_SECTION_TOOL_GOOSE, NULL, NULL, false,
     "no part that goes up"},
    {"sql-migrate", "  -- +migrate Up notransaction\nU;\n-- +migrate Down\nD;",
     EP_SECTION_TOOL_SQL_MIGRATE, "U;\n", "D;", true, NULL},
    {"two tools", "-- +migrate Up\nU;\n-- +goose Down\nD;", EP_SECTION_TOOL_SQL_MIGRATE, NULL, NULL,
     false, "more than one tool"},
};

static void each_text_is_divided_as_its_tool_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_sections sections;
        print_message("# %s\n", cases[i].name);
        ep_sections_find(ep_span_of(cases[i].text), &sections);
        assert_int_equal(sections.tool, cases[i].tool);
        if (cases[i].problem != NULL) {
            assert_non_null(sections.problem);
            assert_non_null(strstr(sections.problem, cases[i].problem));
            continue;
        }
        assert_null(sections.problem);
        assert_true(ep_span_equals(sections.up, cases[i].up));
        assert_int_equal(sections.has_down, cases[i].down != NULL);
        assert_true(!sections.has_down || ep_span_equals(sections.down, cases[i].down));
        assert_int_equal(sections.up_alone, cases[i].alone);
    }
}

static void the_line_to_blame_is_known(void **state)
{
    (void)state;
    struct ep_sections sections;
    ep_sections_find(ep_span_of("-- +goose Up\nU;\n-- +goose Up\n"), &sections);
    assert_int_equal(sections.problem_offset, strlen("-- +goose Up\nU;\n"));
    assert_string_equal(ep_section_tool_name(sections.tool), "goose");
    assert_string_equal(ep_section_tool_name(EP_SECTION_TOOL_NONE), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_text_is_divided_as_its_tool_does),
        cmocka_unit_test(the_line_to_blame_is_known),
    };
    return cmocka_run_group_tests_name("sections", tests, NULL, NULL);
}
