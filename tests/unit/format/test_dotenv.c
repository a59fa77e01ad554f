/* Unit tests of src/format/dotenv; tests/integration/env_file.bats compares it with the real Node.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "format/dotenv.h"

static struct ep_arena arena;

static int clean(void **state)
{
    (void)state;
    ep_arena_release(&arena);
    return 0;
}

/* The entries as "name=value|name=value". */
static const char *parsed(const char *content)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    const struct ep_dotenv_entry *entries = NULL;
    struct ep_error err = {0};
    size_t count = 0;

    assert_true(ep_dotenv_parse(&arena, ep_span_of(content), ".env", &entries, &count, &err));
    for (size_t i = 0; i < count; i++) {
        ep_text_format(&text, "%s%s=%s", i == 0 ? "" : "|", entries[i].name, entries[i].value);
    }
    return ep_arena_copy(&arena, ep_text_span(&text));
}

static void values_end_with_their_line_unless_they_are_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        const char *expected;
    } cases[] = {
        {"", ""},
        {"A=1", "A=1"},
        {"A=1\nB=2\n", "A=1|B=2"},
        {"A=1\r\nB=2\r\n", "A=1|B=2"},
        {"A=1\rB=2", "A=1B=2"},
        {"A=", "A="},
        {"A=\nB=2", "A=|B=2"},
        {"A=  \nB=1", "A=|B=1"},
        {" A = 1 ", "A=1"},
        {"\tA\t=\t1\t", "A=1"},
        {"A=x=y", "A=x=y"},
        {"A=1 # comment", "A=1"},
        {"A=1#comment", "A=1"},
        {"A=#comment\nB=1", "A=|B=1"},
        {"# comment\nA=1", "A=1"},
        {"A=1\n  # B=2\n", "A=1"},
        {"A=1\n \n\t\nB=2", "A=1|B=2"},
        {"A=1\nA=2", "A=1|A=2"},
        {"export A=1", "A=1"},
        {"export  A=1", "A=1"},
        {"exportA=1", "exportA=1"},
        {"export A", ""},
        {"no equals sign\nA=1", "A=1"},
        {"A: 1\nB=2", "B=2"},
        {"=1\nA=1", "A=1"},
        {"a.b-c=1", "a.b-c=1"},
        {"A=\"x y\" # c", "A=x y"},
        {"A='x # y'", "A=x # y"},
        {"A=`it's \"x\"`", "A=it's \"x\""},
        {"A=\"one\ntwo\"\nB=1", "A=one\ntwo|B=1"},
        {"A=\"one\r\ntwo\"", "A=one\ntwo"},
        {"A=\"one\\ntwo\"", "A=one\ntwo"},
        {"A=\"\\\\n\"", "A=\\\n"},
        {"A='one\\ntwo'", "A=one\\ntwo"},
        {"A=one\\ntwo", "A=one\\ntwo"},
        {"A=\"x\"y\nB=1", "A=x|B=1"},
        {"A=\"\"", "A="},
        {"A=x\"y\"", "A=x\"y\""},
        {"A=\"x\nB=1", "A=\"x|B=1"},
        {"A=\"x", "A=\"x"},
        {"A=\"", "A=\""},
        {"A=\v1\f", "A=\v1\f"},
        {"A=\xff\xc3\r\xa9", "A=\xEF\xBF\xBD\xC3\xA9"},
        {"DATABASE_URL=postgresql://u:p%40@h:5/d?sslmode=require",
         "DATABASE_URL=postgresql://u:p%40@h:5/d?sslmode=require"},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        print_message("# %zu: %s\n", i, cases[i].content);
        assert_string_equal(parsed(cases[i].content), cases[i].expected);
    }
}

static void a_nul_byte_is_refused(void **state)
{
    (void)state;
    const struct ep_dotenv_entry *entries = NULL;
    struct ep_error err = {0};
    size_t count = 0;
    const struct ep_span utf16 = {.data = "A\0=\0001\0", .size = 6};

    assert_false(ep_dotenv_parse(&arena, utf16, ".env", &entries, &count, &err));
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_string_equal(err.place.file, ".env");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(values_end_with_their_line_unless_they_are_quoted, clean),
        cmocka_unit_test_teardown(a_nul_byte_is_refused, clean),
    };
    return cmocka_run_group_tests_name("dotenv", tests, NULL, NULL);
}
