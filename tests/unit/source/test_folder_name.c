/* Unit tests of src/source/folder_name: against Node (tests/vectors), then the rules by themselves.
 */
#include "source/folder_name.h"

#include "base/arena.h"
#include "system/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct lines {
    char **items;
    size_t count;
};

/* The lines of a file behind the first, which explains it. */
static struct lines read_lines(struct ep_arena *arena, const char *path)
{
    struct lines lines = {0};
    struct ep_span text;
    struct ep_error err = {0};
    assert_true(ep_file_read(arena, path, (size_t)1024 * 1024, EP_FAULT_SOURCE, &text, &err));
    lines.items = ep_arena_array(arena, text.size, sizeof(*lines.items));

    size_t start = ep_span_find_byte(text, 0, '\n') + 1;
    while (start < text.size) {
        size_t end = ep_span_find_byte(text, start, '\n');
        lines.items[lines.count++] = ep_arena_copy(arena, ep_span_part(text, start, end - start));
        start = end + 1;
    }
    return lines;
}

static void times_are_those_of_drizzle(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct lines lines = read_lines(&arena, "tests/vectors/folder_times.txt");

    assert_true(lines.count >= 300);
    for (size_t i = 0; i < lines.count; i++) {
        char *name = strchr(lines.items[i], ' ');
        int64_t created_at = 42;
        assert_non_null(name);
        *name++ = '\0';
        bool is_number = strcmp(lines.items[i], "NaN") != 0;
        int64_t expected = is_number ? strtoll(lines.items[i], NULL, 10) : 42;
        if (ep_folder_name_parse(name, &created_at) != is_number || created_at != expected) {
            fail_msg("\"%s\" is %s, not %lld", name, lines.items[i], (long long)created_at);
        }
    }
}

static void times_of_note(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t created_at;
    } cases[] = {
        {"20231114221320_a", INT64_C(1700000000000)},
        {"20261120230832", INT64_C(1795216112000)},   /* drizzle-kit of 2022 */
        {"20240230256199_x", INT64_C(1709344959000)}, /* all but the year roll over */
        {"2024010100000x_z", INT64_C(1704067200000)}, /* "0x" is second 0 */
        {"2024013123595", INT64_C(1706745545000)},    /* a digit is missing: second 5 */
        {"19691231235959_x", -1000},
        {"00000101000000_x", INT64_C(-2208988800000)}, /* 1900 */
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        int64_t created_at = 42;
        print_message("# %s\n", cases[i].name);
        assert_true(ep_folder_name_parse(cases[i].name, &created_at));
        assert_true(created_at == cases[i].created_at);
    }
    static const char wide_blank[] = "2024\xC2\xA0"
                                     "1231235959";
    static const char *const none[] = {
        "", "foo", "0000_init", "20240131_a", "1700000000_unix", wide_blank,
    };
    for (size_t i = 0; i < EP_COUNT_OF(none); i++) {
        int64_t created_at = 42;
        print_message("# %s\n", none[i]);
        assert_false(ep_folder_name_parse(none[i], &created_at));
        assert_int_equal(created_at, 42);
    }
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

/* The list is sorted by Node, so each pair of it is a test of both directions. */
static void the_order_is_that_of_drizzle(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct lines names = read_lines(&arena, "tests/vectors/locale_order.txt");

    assert_int_equal(names.count, 2000);
    for (size_t i = 0; i < names.count; i++) {
        for (size_t j = 0; j < names.count; j++) {
            const char *a = names.items[i];
            const char *b = names.items[j];
            if (sign(ep_folder_name_compare(a, b)) != (i > j) - (i < j)) {
                fail_msg("\"%s\" and \"%s\" are in the wrong order", a, b);
            }
        }
    }
}

/* Bytes that meet all the rules, and each other, often. */
static void random_name(uint32_t *seed, char ret_name[8])
{
    static const char bytes[] = "aAbB_- 09\t\x01\x1F\x7F\xC3\xA9\xE4\xFF";
    size_t size = 0;
    for (;;) {
        *seed = *seed * 1664525 + 1013904223;
        uint32_t number = *seed >> 16;
        if (size == 7 || number % 5 == 0) {
            ret_name[size] = '\0';
            return;
        }
        ret_name[size++] = bytes[number / 5 % (sizeof(bytes) - 1)];
    }
}

static void the_order_is_one(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 200000; round++) {
        char a[8];
        char b[8];
        char c[8];
        random_name(&seed, a);
        random_name(&seed, b);
        random_name(&seed, c);
        int ab = sign(ep_folder_name_compare(a, b));
        int bc = sign(ep_folder_name_compare(b, c));
        int ac = sign(ep_folder_name_compare(a, c));

        assert_int_equal(ep_folder_name_compare(a, a), 0);
        assert_int_equal(sign(ep_folder_name_compare(b, a)), -ab);
        assert_int_equal(ab == 0, strcmp(a, b) == 0); /* total */
        if (ab <= 0 && bc <= 0) {
            assert_int_equal(ac, ab < 0 || bc < 0 ? -1 : 0);
        }
        assert_int_equal(ep_folder_name_is_certain(a, b), ep_folder_name_is_certain(b, a));
    }
}

static void characters_without_weight_and_beyond_ascii(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second;
        bool is_certain;
    } cases[] = {
        {"a\tb", "a b", true}, /* blanks have a weight */
        {"a\x01z", "aza", true},
        {"a\x01"
         "b",
         "ab", true}, /* nothing but the bytes differs */
        {"t_a", "t_A", true},
        {"t_A", "t_b", true},
        {"t_a\xC3\xA9", "t_b", true}, /* decided before */
        {"\xC3\xA9_a", "\xC3\xA9_b", true},
        {"t_z", "t_\xC3\xA9", false}, /* to ICU an e */
        {"t_\xC3\xA9", "t_\xF0\x9F\x98\x80", false},
        {"t", "t\xC3\xA9", false},
        {"t_A\xC3\xA9", "t_a\xC3\xAA", false},
        {"t_a\xC3\xA9", "t_A\xC3\xA9", true},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        print_message("# case %zu\n", i);
        assert_true(ep_folder_name_compare(cases[i].first, cases[i].second) < 0);
        assert_true(ep_folder_name_compare(cases[i].second, cases[i].first) > 0);
        assert_int_equal(ep_folder_name_is_certain(cases[i].first, cases[i].second),
                         cases[i].is_certain);
    }
    assert_true(ep_folder_name_is_certain("\xC3\xA9", "\xC3\xA9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_those_of_drizzle),
        cmocka_unit_test(times_of_note),
        cmocka_unit_test(the_order_is_that_of_drizzle),
        cmocka_unit_test(the_order_is_one),
        cmocka_unit_test(characters_without_weight_and_beyond_ascii),
    };
    return cmocka_run_group_tests_name("folder_name", tests, NULL, NULL);
}
