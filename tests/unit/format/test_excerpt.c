/* Unit tests of src/format/excerpt: line, column, what is shown and where the caret is. */
#include "format/excerpt.h"

#include "format/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ep_error at(struct ep_span text, size_t offset)
{
    struct ep_error err = {0};
    (void)ep_fail(&err, EP_FAULT_SQL, "test");
    assert_false(ep_excerpt_place(&err, "a.sql", text, offset));
    assert_string_equal(err.place.file, "a.sql");
    return err;
}

static void line_column_text_and_caret(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t offset;
        long line, column;
        const char *excerpt;
        long caret;
    } cases[] = {
        {"", 0, 1, 1, "", 1},
        {"", 7, 1, 1, "", 1},
        {"select x", 7, 1, 8, "select x", 8},
        {"select x", 99, 1, 9, "select x", 9},
        {"a\nbc\nd", 3, 2, 2, "bc", 2},
        {"a\nbc\nd", 4, 2, 3, "bc", 3}, /* the line's end belongs to the line */
        {"a\nbc\nd", 5, 3, 1, "d", 1},
        {"a\n", 2, 2, 1, "", 1},
        {"a\r\nbc\r\nd", 4, 2, 2, "bc", 2}, /* as on Windows */
        {"a\r\nbc\r\nd", 5, 2, 3, "bc", 3}, /* its \r */
        {"a\r\nbc\r\nd", 6, 2, 3, "bc", 3}, /* its \n */
        {"a\r\nbc\r\nd", 7, 3, 1, "d", 1},
        {"a\rbc\rd", 3, 2, 2, "bc", 2}, /* as on a Macintosh of old */
        {"a\r", 2, 2, 1, "", 1},
        {"a\n\r\n\nb", 5, 4, 1, "b", 1},
        {"\t\tx", 2, 1, 3, "  x", 3},
        {"a\x1B[0m x", 6, 1, 7, "a?[0m x", 7},
        {"\xC3\xA9\xF0\x9F\x98\x80x", 6, 1, 3, "\xC3\xA9\xF0\x9F\x98\x80x", 3},
        {"\xC3\xA9\xF0\x9F\x98\x80x", 4, 1, 2, "\xC3\xA9\xF0\x9F\x98\x80x",
         2}, /* inside the face */
        {"a\xE9"
         "b",
         1, 1, 2,
         "a\xEF\xBF\xBD"
         "b",
         2},
        {"a\x80\x80"
         "b",
         2, 1, 3,
         "a\xEF\xBF\xBD\xEF\xBF\xBD"
         "b",
         3},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_error err = at(ep_span_of(cases[i].text), cases[i].offset);
        assert_int_equal(err.place.line, cases[i].line);
        assert_int_equal(err.place.column, cases[i].column);
        assert_string_equal(err.place.excerpt, cases[i].excerpt);
        assert_int_equal(err.place.caret, cases[i].caret);
    }
}

/* The character above the caret of a shown line. */
static struct ep_span pointed_at(const struct ep_error *err)
{
    struct ep_span shown = ep_span_of(err->place.excerpt);
    size_t start = ep_utf8_offset(shown, (size_t)err->place.caret - 1);
    struct ep_span rest = ep_span_part(shown, start, SIZE_MAX);
    return ep_span_part(rest, 0, ep_utf8_offset(rest, 1));
}

static void a_long_line_is_cut_around_the_column(void **state)
{
    (void)state;
    static char line[100000];
    memset(line, 'x', sizeof(line));

    for (size_t offset = 0; offset < sizeof(line); offset += offset < 600 ? 1 : 4999) {
        line[offset] = '!';
        struct ep_error err = at((struct ep_span){line, sizeof(line)}, offset);
        assert_int_equal(err.place.column, offset + 1);
        assert_true(ep_span_equals(pointed_at(&err), "!"));
        assert_true(ep_span_ends_with(ep_span_of(err.place.excerpt), "...")
                    || offset + 130 > sizeof(line));
        line[offset] = 'x';
    }
    struct ep_error end = at((struct ep_span){line, sizeof(line)}, sizeof(line));
    assert_true(ep_span_starts_with(ep_span_of(end.place.excerpt), "..."));
    assert_int_equal(end.place.caret, strlen(end.place.excerpt) + 1);
}

/* Whatever a line is made of, what is shown is whole characters and the caret is within. */
static void any_characters_fit(void **state)
{
    (void)state;
    static const char *const units[] = {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\x80",
                                        "\xC2\x9B", "\xEF\xBB\xBF", "\xF0\x9F\x98",     "\t"};
    for (size_t i = 0; i < EP_COUNT_OF(units); i++) {
        for (size_t count = 1; count < 700; count = count * 3 / 2 + 1) {
            struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
            for (size_t j = 0; j < count; j++) {
                ep_text_add(&text, units[i]);
            }
            size_t mark = text.size;
            ep_text_add(&text, "!");
            for (size_t j = 0; j < count; j++) {
                ep_text_add(&text, units[i]);
            }
            struct ep_error err = at(ep_text_span(&text), mark);
            assert_true(ep_utf8_find_invalid(ep_span_of(err.place.excerpt)) == SIZE_MAX);
            assert_true(ep_span_equals(pointed_at(&err), "!"));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_column_text_and_caret),
        cmocka_unit_test(a_long_line_is_cut_around_the_column),
        cmocka_unit_test(any_characters_fit),
    };
    return cmocka_run_group_tests_name("excerpt", tests, NULL, NULL);
}
