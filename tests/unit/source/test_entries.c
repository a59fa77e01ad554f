/* Unit tests of src/source/entries: a journal's bytes, no files. */
#include "source/entries.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void all_entries_in_their_order(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_entry_list list;
    static const char text[] =
        "{\"entries\": [{\"idx\": 7, \"when\": 30, \"tag\": \"b\", \"more\": {}},"
        " {\"tag\": \"sub/a \\u00e9..\", \"when\": 20, \"tag\": \"sub/a \\u00e8..\"},"
        " {\"tag\": \"...\", \"when\": 10}], \"version\": \"6\", \"dialect\": \"mysql\"}";

    assert_true(ep_entries_parse(&arena, "j", ep_span_of(text), &list, &err));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[0].tag, "b");
    assert_int_equal(list.items[0].created_at, 30);
    assert_int_equal(list.items[0].number, 0);
    assert_string_equal(list.items[1].tag, "sub/a \xC3\xA8.."); /* of two, the last */
    assert_int_equal(list.items[1].created_at, 20);
    assert_string_equal(list.items[2].tag, "...");
    assert_int_equal(list.items[2].number, 2);
}

/* JSON that drizzle-kit does not write, but may: as JSON.parse() reads it. */
static void remarkable_spellings(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{\"entries\":[{\"tag\":\"a\",\"when\":7}],\"x\":[{},[],\"\\u00e9\",-1.5,true,null]}",
        "{\"entries\":[],\"entries\":[{\"tag\":\"a\",\"when\":7}]}",
        "{\"entries\":[{\"tag\":\"b\",\"when\":1},{}],\"entries\":[{\"tag\":\"a\",\"when\":7}]}",
        "{\"entr\\u0069es\":[{\"tag\":\"a\",\"when\":7}]}",
        "{\"entries\":[{\"tag\":\"b\",\"when\":1}],\"entr\\u0069es\":[{\"tag\":\"a\",\"when\":7}]}",
        "{\"entries\":[{\"tag\":\"b\",\"t\\u0061g\":\"a\",\"when\":7}]}",
        "{\"entries\":[{\"tag\":5,\"tag\":\"a\",\"when\":1,\"when\":7}]}",
        "{\"entries\":[{\"tag\":\"\\u0061\",\"when\":7.0}]}",
        "{\"entries\":[{\"tag\":\"a\",\"when\":0.7e1}]}",
        "{\"entries\":[{\"tag\":\"a\",\"when\":\"7\"}],\"x\":1e5}",
        "{\"x\":\"\\ud83d\\ude00\",\"entries\":[{\"tag\":\"a\",\"when\":7,\"x\":\"\\u0000\"}]}",
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_error err = {0};
        struct ep_entry_list list;
        print_message("# %s\n", cases[i]);
        assert_true(ep_entries_parse(&arena, "j", ep_span_of(cases[i]), &list, &err));
        assert_int_equal(list.count, 1);
        assert_string_equal(list.items[0].tag, "a");
        assert_int_equal(list.items[0].created_at, 7);
        assert_int_equal(list.items[0].number, 0);
    }
}

static void no_entries(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_entry_list list = {.count = 9};
    static const char text[] = "{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":[]}";

    assert_true(ep_entries_parse(&arena, "j", ep_span_of(text), &list, &err));
    assert_int_equal(list.count, 0);
}

static bool parse_when(const char *when, int64_t *ret_when, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_entry_list list;
    const char *text = ep_arena_format(&arena, "{\"entries\": [{\"tag\": \"0000_a\"%s%s}]}",
                                       when[0] == '\0' ? "" : ",\n\"when\": ", when);
    if (!ep_entries_parse(&arena, "j", ep_span_of(text), &list, err)) {
        return false;
    }
    *ret_when = list.items[0].created_at;
    return true;
}

/* The numbers are what Node 20 prints: String(<number>). */
static void when_is_what_javascript_makes_of_it(void **state)
{
    (void)state;
    static const struct {
        const char *when;
        int64_t value;
    } cases[] = {
        {"1795213428147", 1795213428147},
        {"0", 0},
        {"-0", 0},
        {"-1", -1},
        {"1.7e12", 1700000000000},
        {"17e11", 1700000000000},
        {"1700000000000.0", 1700000000000},
        {"1e-400", 0},
        {"9007199254740991", 9007199254740991},
        {"9007199254740992", 9007199254740992},
        {"9007199254740993", 9007199254740992},
        {"9007199254740995", 9007199254740996},
        {"-9007199254740993", -9007199254740992},
        {"18014398509481983", 18014398509481984},
        {"36028797018963968", 36028797018963970},
        {"72057594037927936", 72057594037927940},
        {"72057594037927931", 72057594037927930},
        {"144115188075855872", 144115188075855870},
        {"144115188075855904", 144115188075855900},
        {"576460752303423488", 576460752303423500},
        {"1152921504606846976", 1152921504606847000},
        {"2305843009213693696", 2305843009213693700},
        {"4611686018427387904", 4611686018427388000},
        {"-4611686018427387904", -4611686018427388000},
        {"1e18", 1000000000000000000},
        {"9.2233720368547748e18", 9223372036854775000},
        {"\"1700000000000\"", 1700000000000},
        {"\"-5\"", -5},
        {"\"9007199254740993\"", 9007199254740993}, /* goes to PostgreSQL as it is */
        {"\"9223372036854775807\"", INT64_MAX},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        int64_t value = 42;
        struct ep_error err = {0};
        print_message("# %s\n", cases[i].when);
        assert_true(parse_when(cases[i].when, &value, &err));
        assert_true(value == cases[i].value);
    }
}

static void when_that_postgresql_would_refuse(void **state)
{
    (void)state;
    static const char whole[] = "entries[0] of \"j\" (tag \"0000_a\") has a \"when\" that is not a "
                                "whole number";
    static const char large[] =
        "entries[0] of \"j\" (tag \"0000_a\") has a \"when\" that no bigint "
        "can hold";
    static const struct {
        const char *when, *summary, *detail;
    } cases[] = {
        {"", "entries[0] of \"j\" (tag \"0000_a\") has no \"when\"", ""},
        {"null", whole, "It is null."},
        {"true", whole, "It is true."},
        {"[]", whole, "It is []."},
        {"{\"a\": 1}", whole, "It is {\"a\":1.0}."},
        {"1.5", whole, "It is 1.5."},
        {"1700000000000.25", whole, "It is 1700000000000.25."},
        {"1e-3", whole, "It is 0.001."},
        {"\"\"", whole, "It is \"\"."},
        {"\"-\"", whole, "It is \"-\"."},
        {"\" 1\"", whole, "It is \" 1\"."},
        {"\"1.0\"", whole, "It is \"1.0\"."},
        {"\"NaN\"", whole, "It is \"NaN\"."},
        {"\"1\\u0000\"", whole, "It is \"1\\u0000\"."},
        {"\"2024-01-01T00:00:00.000Z 2024-01-01T00:00:00.000Z 2024-01-01T00:00:00.000Z\"", whole,
         "It is \"2024-01-01T00:00:00.000Z 2024-01-01T00:00:00.000Z 2024-01-0...."},
        {"9223372036854775807", large, "It is 9.22337203685478e18."},
        {"-9223372036854775808", large, "It is -9.22337203685478e18."},
        {"1e300", large, "It is 1e300."},
        {"-1e300", large, "It is -1e300."},
        {"\"9223372036854775808\"", large, "It is \"9223372036854775808\"."},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        int64_t value = 42;
        struct ep_error err = {0};
        print_message("# %s\n", cases[i].when);
        assert_false(parse_when(cases[i].when, &value, &err));
        assert_int_equal(value, 42);
        assert_int_equal(err.fault, EP_FAULT_SOURCE);
        assert_string_equal(err.summary, cases[i].summary);
        assert_string_equal(err.detail, cases[i].detail);
        assert_string_equal(err.place.file, "j");
        assert_int_equal(err.place.line, cases[i].when[0] == '\0' ? 1 : 2);
        assert_int_equal(err.place.column, cases[i].when[0] == '\0' ? 14 : 1);
    }
}

static void journals_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *summary;
        long line, column;
    } cases[] = {
        {"[]", "\"j\" has no array \"entries\"", 0, 0},
        {"{}", "\"j\" has no array \"entries\"", 0, 0},
        {"{\"entries\": {}}", "\"j\" has no array \"entries\"", 0, 0},
        {"{\"entries\": null}", "\"j\" has no array \"entries\"", 0, 0},
        {"{\"Entries\": []}", "\"j\" has no array \"entries\"", 0, 0},
        {"{\"entries\": [\n{\"tag\": \"a\", \"when\": 1}, 7]}",
         "entries[1] of \"j\" is not an object", 2, 26},
        {"{\"entries\": [\n{\"when\": 1}]}", "entries[0] of \"j\" has no \"tag\"", 2, 1},
        {"{\"entries\": [\n{\"when\": 1}, {\"tag\": \"a\", \"when\": 1}]}",
         "entries[0] of \"j\" has no \"tag\"", 2, 1},
        {"{\"entries\": [{\n\"tag\": 5}]}",
         "entries[0] of \"j\" has a \"tag\" that is not a string", 2, 1},
        {"{\"entries\": [{\n\"tag\": null}]}",
         "entries[0] of \"j\" has a \"tag\" that is not a string", 2, 1},
        {"{\"entries\": [{\n\"tag\": \"\"}]}", "entries[0] of \"j\" has an empty \"tag\"", 2, 1},
        {"{\"entries\": [{\n\"tag\": \"a\\u0000b\"}]}",
         "entries[0] of \"j\" has a \"tag\" with a NUL character", 2, 1},
        {"{\"entries\": [{\n\"tag\": \"/a\"}]}",
         "entries[0] of \"j\" has a \"tag\" that leaves the folder", 2, 1},
        {"{\"entries\": [{\n\"tag\": \"..\"}]}",
         "entries[0] of \"j\" has a \"tag\" that leaves the folder", 2, 1},
        {"{\"entries\": [{\n\"tag\": \"../a\"}]}",
         "entries[0] of \"j\" has a \"tag\" that leaves the folder", 2, 1},
        {"{\"entries\": [{\n\"tag\": \"a/../b\"}]}",
         "entries[0] of \"j\" has a \"tag\" that leaves the folder", 2, 1},
        {"{\"entr\\u0069es\": [{\n\"tag\": \"a/..\"}]}",
         "entries[0] of \"j\" has a \"tag\" that leaves the folder", 0, 0},
        {"{\"entries\": [],\n}", "\"j\" is not valid JSON: string or '}' expected near '}'", 2, 1},
        {"", "\"j\" is empty", 0, 0},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_entry_list list = {.count = 42};
        struct ep_error err = {0};
        print_message("# %s\n", cases[i].summary);
        assert_false(ep_entries_parse(&arena, "j", ep_span_of(cases[i].text), &list, &err));
        assert_int_equal(list.count, 42);
        assert_int_equal(err.fault, EP_FAULT_SOURCE);
        assert_string_equal(err.summary, cases[i].summary);
        assert_string_equal(err.place.file, "j");
        assert_int_equal(err.place.line, cases[i].line);
        assert_int_equal(err.place.column, cases[i].column);
    }
}

static void a_tag_is_printable_in_messages(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_entry_list list;
    struct ep_error err = {0};
    static const char text[] = "{\"entries\": [{\"tag\": \"\\u001b[31m\\n\"}]}";

    assert_false(ep_entries_parse(&arena, "j", ep_span_of(text), &list, &err));
    assert_string_equal(err.summary, "entries[0] of \"j\" (tag \"?[31m \") has no \"when\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_entries_in_their_order),
        cmocka_unit_test(remarkable_spellings),
        cmocka_unit_test(no_entries),
        cmocka_unit_test(when_is_what_javascript_makes_of_it),
        cmocka_unit_test(when_that_postgresql_would_refuse),
        cmocka_unit_test(journals_that_are_refused),
        cmocka_unit_test(a_tag_is_printable_in_messages),
    };
    return cmocka_run_group_tests_name("entries", tests, NULL, NULL);
}
