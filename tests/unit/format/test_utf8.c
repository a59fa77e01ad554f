/* Unit tests of src/format/utf8: against Node (tests/vectors/utf8.txt), then each function. */
#include "format/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ep_span bytes(const char *text)
{
    return ep_span_of(text);
}

static int digit(char hex)
{
    return hex <= '9' ? hex - '0' : hex - 'a' + 10;
}

/* The bytes of "c3a9"; "-" stands for none. */
static void decode(const char *hex, struct ep_text *ret_bytes)
{
    for (size_t i = 0; hex[0] != '-' && hex[i] != '\0'; i += 2) {
        ep_text_add_byte(ret_bytes, (char)(digit(hex[i]) * 16 + digit(hex[i + 1])));
    }
}

static void one_vector(const char *input_hex, const char *output_hex)
{
    struct ep_text input EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text expected EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text replaced EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text shown EP_CLEANUP(ep_text_clear) = {0};
    decode(input_hex, &input);
    decode(output_hex, &expected);
    bool is_valid = ep_span_equal(ep_text_span(&input), ep_text_span(&expected));

    ep_utf8_replace_invalid(ep_text_span(&input), &replaced);
    if (!ep_span_equal(ep_text_span(&replaced), ep_text_span(&expected))) {
        fail_msg("%s is not replaced as Node does: %s", input_hex, output_hex);
    }
    assert_int_equal(ep_utf8_find_invalid(ep_text_span(&input)) == SIZE_MAX, is_valid);
    assert_true(ep_utf8_find_invalid(ep_text_span(&replaced)) == SIZE_MAX);

    ep_utf8_append_printable(ep_text_span(&input), &shown);
    assert_int_equal(ep_utf8_count(ep_text_span(&shown)), ep_utf8_count(ep_text_span(&input)));
    assert_true(ep_utf8_find_invalid(ep_text_span(&shown)) == SIZE_MAX);
}

static void invalid_bytes_are_replaced_as_node_does(void **state)
{
    (void)state;
    FILE *file = fopen("tests/vectors/utf8.txt", "r");
    assert_non_null(file);
    char line[1024];
    char input[512];
    char output[512];
    size_t count = 0;

    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] != '#') {
            assert_int_equal(sscanf(line, "%511s %511s", input, output), 2);
            one_vector(input, output);
            count++;
        }
    }
    assert_int_equal(fclose(file), 0);
    assert_true(count >= 500);
}

static void the_first_invalid_byte_is_found_wherever_it_is(void **state)
{
    (void)state;
    char text[64];
    for (size_t size = 0; size < sizeof(text); size++) {
        memset(text, 'a', sizeof(text));
        assert_true(ep_utf8_find_invalid((struct ep_span){text, size}) == SIZE_MAX);
        for (size_t at = 0; at < size; at++) {
            text[at] = '\x80';
            assert_int_equal(ep_utf8_find_invalid((struct ep_span){text, size}), at);
            text[at] = 'a';
        }
    }
    assert_true(ep_utf8_find_invalid((struct ep_span){0}) == SIZE_MAX);
}

/* The first and last of each row of RFC 3629's table, and what lies just outside. */
static void the_limits_of_rfc_3629(void **state)
{
    (void)state;
    static const char *const valid[] = {
        "\x7F",         "\xC2\x80",     "\xDF\xBF",         "\xE0\xA0\x80",     "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
    };
    static const char *const invalid[] = {
        "\x80",         "\xBF",         "\xC0\x80",         "\xC1\xBF",         "\xC2",
        "\xC2\x7F",     "\xE0\x9F\xBF", "\xED\xA0\x80",     "\xED\xBF\xBF",     "\xE1\x80",
        "\xE1\x80\xC0", "\xF0\x8F\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
    };
    for (size_t i = 0; i < EP_COUNT_OF(valid); i++) {
        assert_true(ep_utf8_find_invalid(bytes(valid[i])) == SIZE_MAX);
        assert_int_equal(ep_utf8_count(bytes(valid[i])), 1);
    }
    for (size_t i = 0; i < EP_COUNT_OF(invalid); i++) {
        assert_int_equal(ep_utf8_find_invalid(bytes(invalid[i])), 0);
        assert_int_equal(ep_utf8_count(bytes(invalid[i])), strlen(invalid[i]));
    }
}

static void characters_are_counted_and_found(void **state)
{
    (void)state;
    struct ep_span text = bytes("a\xC3\xA9\xF0\x9F\x98\x80\xF0\x9F\x98z");

    assert_int_equal(ep_utf8_count(text), 7); /* a, e acute, a face, three bytes, z */
    assert_int_equal(ep_utf8_offset(text, 0), 0);
    assert_int_equal(ep_utf8_offset(text, 1), 1);
    assert_int_equal(ep_utf8_offset(text, 2), 3);
    assert_int_equal(ep_utf8_offset(text, 3), 7);
    assert_int_equal(ep_utf8_offset(text, 4), 8);
    assert_int_equal(ep_utf8_offset(text, 6), 10);
    assert_int_equal(ep_utf8_offset(text, 7), 11);
    assert_int_equal(ep_utf8_offset(text, 99), 11);
    assert_int_equal(ep_utf8_count((struct ep_span){0}), 0);
    assert_int_equal(ep_utf8_offset((struct ep_span){0}, 1), 0);
}

static void what_a_terminal_would_obey_is_not_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"caf\xC3\xA9 \xF0\x9F\x98\x80", "caf\xC3\xA9 \xF0\x9F\x98\x80"},
        {"a\tb\nc\rd", "a b c d"},
        {"\x1B[31m\x07\x7F", "?[31m??"},
        {"\xC2\x9B"
         "1m",
         "?1m"}, /* C1: CSI */
        {"\xE2\x80\xAE"
         "a\xE2\x81\xA6",
         "?a?"},                            /* right-to-left override, isolate */
        {"\xE2\x80\xA8\xEF\xBB\xBF", "??"}, /* line separator, byte order mark */
        {"\xE2\x80\x8D", "\xE2\x80\x8D"},   /* a joiner stays: emoji are made with it */
        {"\xF0\x9F\x98", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        assert_string_equal(ep_utf8_printable(&arena, bytes(cases[i].text)), cases[i].shown);
    }

    struct ep_text nul EP_CLEANUP(ep_text_clear) = {0};
    ep_utf8_append_printable((struct ep_span){"a\0b", 3}, &nul);
    assert_string_equal(ep_text_get(&nul), "a?b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_bytes_are_replaced_as_node_does),
        cmocka_unit_test(the_first_invalid_byte_is_found_wherever_it_is),
        cmocka_unit_test(the_limits_of_rfc_3629),
        cmocka_unit_test(characters_are_counted_and_found),
        cmocka_unit_test(what_a_terminal_would_obey_is_not_shown),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
