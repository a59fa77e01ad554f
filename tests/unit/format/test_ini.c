/* Unit tests of src/format/ini.c: which lines are visited, which are refused. */
#include "base/text.h"
#include "format/ini.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Write down every visit: "[section]@1", "section.key=value@2". */
static bool record(void *context, const struct ep_ini_entry *entry, struct ep_error *err)
{
    struct ep_text *out = context;
    if (entry->key == NULL) {
        assert_null(entry->value);
        ep_text_format(out, "[%s]@%ld\n", entry->section, entry->line);
        return true;
    }
    ep_text_format(out, "%s.%s=%s@%ld\n", entry->section, entry->key, entry->value, entry->line);
    if (strcmp(entry->key, "refuse") == 0) {
        return ep_fail(err, EP_FAULT_USAGE, "refused");
    }
    return true;
}

static bool parse(const char *content, struct ep_text *out, struct ep_error *err)
{
    struct ep_ini_visitor visitor = {.visit = record, .context = out};
    return ep_ini_parse(ep_span_of(content), "some.ini", &visitor, err);
}

static void assert_visits(const char *content, const char *visits)
{
    struct ep_text out EP_CLEANUP(ep_text_clear) = {0};
    struct ep_error err = {0};

    assert_true(parse(content, &out, &err));
    assert_string_equal(ep_text_get(&out), visits);
    assert_int_equal(err.fault, EP_FAULT_NONE);
}

static void sections_come_first_then_values(void **state)
{
    (void)state;
    assert_visits("", "");
    assert_visits("\n\n", "");
    assert_visits("[wait]\ntimeout = 60s\n[log]\nlevel=info\n",
                  "[wait]@1\n[log]@3\nwait.timeout=60s@2\nlog.level=info@4\n");
    assert_visits("key = before any section", ".key=before any section@1\n");
    assert_visits("[empty]", "[empty]@1\n");
}

static void blanks_line_ends_and_marks_do_not_matter(void **state)
{
    (void)state;
    assert_visits("\xEF\xBB\xBF[a]\r\nb=1\r\n", "[a]@1\na.b=1@2\n");
    assert_visits("  [a]  \n\t b \t=\t 1 2 \t\n", "[a]@1\na.b=1 2@2\n");
    assert_visits("[a] ; comment\nb:1\nc=\n", "[a]@1\na.b=1@2\na.c=@3\n");
}

static void comments_are_whole_lines_only(void **state)
{
    (void)state;
    assert_visits("; x = 1\n# y = 2\n  ;[z]\n", "");
    assert_visits("[a]\nb = 1 ; 2 # 3\nc=p#w;d\n", "[a]@1\na.b=1 ; 2 # 3@2\na.c=p#w;d@3\n");
}

static void lines_are_not_continued(void **state)
{
    (void)state;
    assert_visits("[a]\nb = 1\n c = 2\n", "[a]@1\na.b=1@2\na.c=2@3\n");
}

static void a_long_value_stays_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {190, 198, 200, 509, 510, 511, 512, 513, 4096, 65000};
    for (size_t i = 0; i < EP_COUNT_OF(sizes); i++) {
        struct ep_text content EP_CLEANUP(ep_text_clear) = {0};
        struct ep_text visits EP_CLEANUP(ep_text_clear) = {0};
        ep_text_add(&content, "[a]\nb=");
        ep_text_add(&visits, "[a]@1\na.b=");
        for (size_t j = 0; j < sizes[i]; j++) {
            ep_text_add_byte(&content, (char)('a' + j % 26));
            ep_text_add_byte(&visits, (char)('a' + j % 26));
        }
        ep_text_add(&content, "\nc=2");
        ep_text_add(&visits, "@2\na.c=2@3\n");

        print_message("# %zu bytes\n", sizes[i]);
        assert_visits(ep_text_get(&content), ep_text_get(&visits));
    }
}

static void what_is_no_line_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        long line;
        const char *summary;
    } cases[] = {
        {"[a]\nword\n", 2, "line is neither a section nor a value"},
        {"\n\n[a\n", 3, "section line without \"]\""},
        {"[]\n", 1, "malformed section name"},
        {"[a b]\n", 1, "malformed section name"},
        {"[a123456789b123456789c123456789d123456789e123456789]\n", 1, "malformed section name"},
        {"[wait] timeout = 5s\n", 1, "text behind the section on the same line"},
        {"[a]\n= 1\n", 2, "malformed key"},
        {"[a]\npostgres//u:secret@h/d?x=y\n", 2, "malformed key"},
        {"[a]\nb c = 1\n", 2, "malformed key"},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_text out EP_CLEANUP(ep_text_clear) = {0};
        struct ep_error err = {0};

        print_message("# %s\n", cases[i].summary);
        assert_false(parse(cases[i].content, &out, &err));

        assert_int_equal(err.fault, EP_FAULT_CONFIG);
        assert_string_equal(err.summary, cases[i].summary);
        assert_string_equal(err.place.file, "some.ini");
        assert_int_equal(err.place.line, cases[i].line);
        assert_null(strstr(err.summary, "secret"));
    }
}

static void a_nul_byte_is_refused(void **state)
{
    (void)state;
    static const char utf16[] = "[\0a\0]\0\n\0";
    struct ep_text out EP_CLEANUP(ep_text_clear) = {0};
    struct ep_ini_visitor visitor = {.visit = record, .context = &out};
    struct ep_error err = {0};

    assert_false(ep_ini_parse((struct ep_span){.data = utf16, .size = sizeof(utf16) - 1},
                              "some.ini", &visitor, &err));

    assert_string_equal(err.summary, "file contains a NUL byte");
    assert_string_equal(err.place.file, "some.ini");
    assert_string_equal(ep_text_get(&out), "");
}

static void a_visitor_that_refuses_ends_the_reading(void **state)
{
    (void)state;
    struct ep_text out EP_CLEANUP(ep_text_clear) = {0};
    struct ep_error err = {0};

    assert_false(parse("a=1\nrefuse=2\nc=3\n", &out, &err));

    assert_string_equal(ep_text_get(&out), ".a=1@1\n.refuse=2@2\n");
    assert_int_equal(err.fault, EP_FAULT_USAGE);
    assert_string_equal(err.place.file, "some.ini");
    assert_int_equal(err.place.line, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_come_first_then_values),
        cmocka_unit_test(blanks_line_ends_and_marks_do_not_matter),
        cmocka_unit_test(comments_are_whole_lines_only),
        cmocka_unit_test(lines_are_not_continued),
        cmocka_unit_test(a_long_value_stays_whole),
        cmocka_unit_test(what_is_no_line_is_refused_with_its_place),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(a_visitor_that_refuses_ends_the_reading),
    };
    return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
