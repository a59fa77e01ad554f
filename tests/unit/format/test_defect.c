/* Unit tests of src/format/defect. */
#include "format/defect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    struct ep_span text;
    enum ep_defect defect;
    size_t offset;
    long line, column;
    const char *summary;
    const char *hint; /* a part of it */
} cases[] = {
    {{"\xEF\xBB\xBFx\n", 5}, EP_DEFECT_BOM, 0, 1, 1, "\"f\" starts with a byte order mark", "BOM"},
    {{"\xEF\xBB\xBF\0", 4}, EP_DEFECT_BOM, 0, 1, 1, "\"f\" starts with a byte order mark", "BOM"},
    {{"ab\nc\0d", 6}, EP_DEFECT_NUL, 4, 2, 2, "\"f\" holds a NUL byte", "tr -d"},
    {{"ab\ncaf\xE9", 7},
     EP_DEFECT_INVALID,
     6,
     2,
     4,
     "\"f\" is not UTF-8: invalid byte 0xE9",
     "WINDOWS-1252"},
    {{"a\xFF\0", 3}, EP_DEFECT_INVALID, 1, 1, 2, "\"f\" is not UTF-8: invalid byte 0xFF", "1252"},
    {{"ab\0\xFF", 4}, EP_DEFECT_NUL, 2, 1, 3, "\"f\" holds a NUL byte", "tr -d"},
    {{"\xFF\xFES\0", 4},
     EP_DEFECT_INVALID,
     0,
     1,
     1,
     "\"f\" is not UTF-8: invalid byte 0xFF",
     "-f UTF-16"},
    {{"\xFE\xFF\0S", 4},
     EP_DEFECT_INVALID,
     0,
     1,
     1,
     "\"f\" is not UTF-8: invalid byte 0xFE",
     "-f UTF-16"},
    {{"S\0E\0", 4}, EP_DEFECT_NUL, 1, 1, 2, "\"f\" holds a NUL byte", "-f UTF-16"},
};

static void each_defect_is_found_where_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        size_t offset = 99;
        assert_int_equal(ep_defect_find(cases[i].text, &offset), cases[i].defect);
        assert_int_equal(offset, cases[i].offset);
    }
}

static void each_defect_is_told_with_its_place_and_remedy(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_error err = {0};
        assert_false(ep_defect_fail(&err, EP_FAULT_SOURCE, "f", cases[i].text));
        assert_int_equal(err.fault, EP_FAULT_SOURCE);
        assert_string_equal(err.summary, cases[i].summary);
        assert_non_null(strstr(err.hint, cases[i].hint));
        assert_string_equal(err.place.file, "f");
        assert_int_equal(err.place.line, cases[i].line);
        assert_int_equal(err.place.column, cases[i].column);
    }
}

static void sound_text_has_none(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "select 1", "\xC3\xA9", "a\xEF\xBB\xBF", "\r\n\t\x1B"};
    for (size_t i = 0; i < EP_COUNT_OF(texts); i++) {
        size_t offset = 99;
        assert_int_equal(ep_defect_find(ep_span_of(texts[i]), &offset), EP_DEFECT_NONE);
        assert_int_equal(offset, 99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_defect_is_found_where_it_is),
        cmocka_unit_test(each_defect_is_told_with_its_place_and_remedy),
        cmocka_unit_test(sound_text_has_none),
    };
    return cmocka_run_group_tests_name("defect", tests, NULL, NULL);
}
