/* Unit tests of src/format/words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "format/words.h"

static void words_are_cut_as_a_shell_cuts_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *expected; /* each word in <>; NULL: refused */
    } cases[] = {
        {"", ""},
        {" \t ", ""},
        {"pg_dump", "<pg_dump>"},
        {" pg_dump  -Fc\t-f x ", "<pg_dump><-Fc><-f><x>"},
        {"a 'b c' d", "<a><b c><d>"},
        {"a \"b 'c'\" d", "<a><b 'c'><d>"},
        {"a\"b\"'c'd", "<abcd>"},
        {"'' \"\"", "<><>"},
        {"'a\\'", "<a\\>"},
        {"\"a\\\"b\\\\c\\d\"", "<a\"b\\c\\d>"},
        {"a\\ b \\' \\\\", "<a b><'><\\>"},
        {"sh -c 'echo \"$HOME\" | cat; exit 3'", "<sh><-c><echo \"$HOME\" | cat; exit 3>"},
        {"$HOME * ~ ; | > < & `x`", "<$HOME><*><~><;><|><>><<><&><`x`>"},
        {"a 'b", NULL},
        {"a \"b", NULL},
        {"\"a\\\"", NULL},
        {"a\\", NULL},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        const char *const *words = NULL;
        struct ep_error err = {0};
        size_t count = 0;

        print_message("# %s\n", cases[i].text);
        bool split = ep_words_split(&arena, cases[i].text, &words, &count, &err);

        assert_int_equal(split, cases[i].expected != NULL);
        assert_int_equal(err.fault, split ? EP_FAULT_NONE : EP_FAULT_CONFIG);
        for (size_t k = 0; k < count; k++) {
            ep_text_format(&text, "<%s>", words[k]);
        }
        if (split) {
            assert_string_equal(ep_text_get(&text), cases[i].expected);
            assert_null(words[count]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_cut_as_a_shell_cuts_them),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
