/* Unit tests of entrypoint/annotation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "entrypoint/annotation.h"

static void the_error_is_at_its_place(void **state)
{
    (void)state;
    struct ep_error err = {0};
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    (void)ep_fail(&err, EP_FAULT_SQL, "column \"emial\" does not exist");
    memcpy(err.sqlstate, "42703", 6);
    (void)ep_error_hint(&err, "100%% sure?\r\n  Perhaps: users.email, or not.");
    (void)ep_error_outcome(&err, "The transaction was rolled back.");
    (void)ep_error_place(&err, "a,b:c%/0007.sql", 12, 34);

    ep_annotation_add(&text, &err, "");

    assert_string_equal(ep_text_get(&text),
                        "::error file=a%2Cb%3Ac%25/0007.sql,line=12,col=34::column \"emial\" does "
                        "not exist (42703 undefined_column)%0AHINT: 100%25 sure?%0APerhaps: "
                        "users.email, or not.%0ARESULT: The transaction was rolled back.\n");
}

static void a_file_is_named_relative_to_the_workspace(void **state)
{
    (void)state;
    static const struct {
        const char *workspace, *expected;
    } cases[] = {
        {"", "::error file=/w/x/a.sql,line=1::odd\n"},
        {"/w/x", "::error file=a.sql,line=1::odd\n"},
        {"/w", "::error file=x/a.sql,line=1::odd\n"},
        {"/w/", "::error file=/w/x/a.sql,line=1::odd\n"},
        {"/w/xy", "::error file=/w/x/a.sql,line=1::odd\n"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_error err = {0};
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        (void)ep_fail(&err, EP_FAULT_SOURCE, "odd");
        (void)ep_error_place(&err, "/w/x/a.sql", 1, 0);
        ep_annotation_add(&text, &err, cases[i].workspace);
        assert_string_equal(ep_text_get(&text), cases[i].expected);
    }
}

static void an_event_with_a_place_is_a_warning(void **state)
{
    (void)state;
    const struct ep_field fields[] = {EP_TEXT_FIELD("tag", "a"), EP_TEXT_FIELD("file", "/w/a.sql"),
                                      EP_INTEGER_FIELD("line", 3), EP_INTEGER_FIELD("column", 7)};
    const struct ep_event event = {
        .kind = EP_EVENT_HAZARD, .fields = fields, .field_count = EP_COUNT_OF(fields)};
    const struct ep_event placeless = {
        .kind = EP_EVENT_APPLYING, .fields = fields, .field_count = 1};
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    assert_false(ep_annotation_add_event(&text, &placeless, ep_span_of("x"), ""));
    assert_int_equal(text.size, 0);
    assert_true(ep_annotation_add_event(&text, &event, ep_span_of("100%\nsure"), "/w"));
    assert_string_equal(ep_text_get(&text), "::warning file=a.sql,line=3,col=7::100%25 sure\n");
}

static void without_a_place_it_is_an_error_all_the_same(void **state)
{
    (void)state;
    struct ep_error err = {0};
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    (void)ep_fail(&err, EP_FAULT_CONFIG, "postgres://u:secret@h\n::set-env name=x::y");
    ep_annotation_add(&text, &err, "");
    assert_string_equal(ep_text_get(&text),
                        "::error::postgres://u:******@h%0A::set-env name=x::y\n");
}

static void lines_that_are_no_commands_do_not_look_like_any(void **state)
{
    (void)state;
    static const struct {
        const char *line, *defused;
    } cases[] = {
        {"", ""},
        {"entrypoint: x\n", "entrypoint: x\n"},
        {"  a: b\n  ::error::x\n", "  a: b\n  . ::error::x\n"},
        {"::stop-commands::x", ". ::stop-commands::x"},
        {"a ##[group]##[x]\n\n", "a ## [group]## [x]\n\n"},
        {"a :: b", "a :: b"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        ep_text_add(&text, cases[i].line);
        ep_annotation_defuse(&text);
        assert_string_equal(ep_text_get(&text), cases[i].defused);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_error_is_at_its_place),
        cmocka_unit_test(a_file_is_named_relative_to_the_workspace),
        cmocka_unit_test(an_event_with_a_place_is_a_warning),
        cmocka_unit_test(without_a_place_it_is_an_error_all_the_same),
        cmocka_unit_test(lines_that_are_no_commands_do_not_look_like_any),
    };
    return cmocka_run_group_tests_name("annotation", tests, NULL, NULL);
}
