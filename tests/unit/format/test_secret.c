/* Unit tests of src/format/secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/secret.h"

static void passwords_are_masked_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *text, *masked;
    } cases[] = {
        {"", ""},
        {"nothing here", "nothing here"},
        {"program \"postgres://u:pw@h/d\" was not found",
         "program \"postgres://u:**@h/d\" was not found"},
        {"postgres://u:p@w@h/d", "postgres://u:***@h/d"},
        {"postgres://u:a/b?c#d\"e@h/d?x=y", "postgres://u:*********@h/d?x=y"},
        {"postgres://u:\xC5\xBE@h", "postgres://u:**@h"},
        {"postgres://u@h:5432/d", "postgres://u@h:5432/d"},
        {"postgres://h:5432/d", "postgres://h:5432/d"},
        {"postgres://u:a token too lo...", "postgres://u:a token too lo..."},
        {"postgres://u:token-too-lo...", "postgres://u:************..."},
        {"postgres://u:@h/d", "postgres://u:@h/d"},
        {"postgres://:pw@h/d", "postgres://:**@h/d"},
        {"see http://h:80/x or mail me@h", "see http://h:80/x or mail me@h"},
        {"a://u:one@h b://u:two@h", "a://u:***@h b://u:***@h"},
        {"://", "://"},
        {"://:@", "://:@"},
        {"postgres://user:password@host", "postgres://user:password@host"},
        {"postgresql://USER:PASSWORD@HOST", "postgresql://USER:PASSWORD@HOST"},
        {"host=h password=pw user=u", "host=h password=** user=u"},
        {"password='two words' user=u", "password='*********' user=u"},
        {"password='open", "password='****"},
        {"jdbc:postgresql://h/d?user=u&password=pw&x=y",
         "jdbc:postgresql://h/d?user=u&password=**&x=y"},
        {"password=", "password="},
        {"CREATE ROLE a PASSWORD 'pw' LOGIN", "CREATE ROLE a PASSWORD '**' LOGIN"},
        {"alter role a encrypted password\tE'p\\'w''x' x",
         "alter role a encrypted password\tE'*******' x"},
        {"PASSWORD 'it''s' x", "PASSWORD '*****' x"},
        {"PASSWORD $x$p$w$x$ x", "PASSWORD $x$***$x$ x"},
        {"PASSWORD 'cut o...", "PASSWORD '********"},
        {"SQL statement \"CREATE ROLE a PASSWORD ''pw'' LOGIN\"",
         "SQL statement \"CREATE ROLE a PASSWORD ''**'' LOGIN\""},
        {"PASSWORD 'a\nb' c\nd", "PASSWORD '*\n*' c\nd"},
        {"OPTIONS (user 'u', password 'pw')", "OPTIONS (user 'u', password '**')"},
        {"PASSWORD NULL, 'x'", "PASSWORD NULL, 'x'"},
        {"column \"password\" of 'x'", "column \"password\" of 'x'"},
        {"VALUES ('password', 'x')", "VALUES ('password', 'x')"},
        {"old_password 'x'", "old_password 'x'"},
        {"PASSWORD", "PASSWORD"},
        {"PASSWORD '", "PASSWORD '"},
        {"PASSWORD $", "PASSWORD $"},
        {"sslpassword=pw", "sslpassword=**"},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

        print_message("# %s\n", cases[i].masked);
        ep_text_add(&text, cases[i].text);
        ep_secret_mask(&text);
        assert_string_equal(ep_text_get(&text), cases[i].masked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_are_masked_and_nothing_else),
    };
    return cmocka_run_group_tests_name("format/secret", tests, NULL, NULL);
}
