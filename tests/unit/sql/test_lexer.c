/* Unit tests of src/sql/lexer: each rule of PostgreSQL's scan.l; tests/oracle has the rest. */
#include "sql/lexer.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TOKENS_MAX = 12, LONG_SIZE = 1 << 20 };

/* A text and its tokens without whitespace; a NULL text ends them. */
struct lexing {
    const char *sql;
    struct {
        enum ep_sql_kind kind;
        const char *text;
    } tokens[TOKENS_MAX];
};

static void check_tokens(const struct lexing *expected)
{
    struct ep_span text = ep_span_of(expected->sql);
    struct ep_sql_lexer lexer = {.text = text};
    struct ep_sql_token token;
    size_t end = 0;
    size_t count = 0;

    while (ep_sql_lexer_next(&lexer, &token)) {
        struct ep_span part = ep_sql_token_text(text, token);
        assert_true(token.begin == end && token.end > end); /* no gap */
        end = token.end;
        if (token.kind == EP_SQL_WHITESPACE) {
            continue;
        }
        const char *wanted = count < TOKENS_MAX ? expected->tokens[count].text : NULL;
        if (wanted == NULL || !ep_span_equals(part, wanted)
            || token.kind != expected->tokens[count].kind) {
            fail_msg("%s: token %zu is %s \"%.*s\", not \"%s\"", expected->sql, count,
                     ep_sql_kind_words(token.kind), EP_SPAN_PRINT(part),
                     wanted == NULL ? "the end" : wanted);
        }
        count++;
    }
    assert_true(end == text.size);
    if (count < TOKENS_MAX && expected->tokens[count].text != NULL) {
        fail_msg("%s: ends before \"%s\"", expected->sql, expected->tokens[count].text);
    }
}

#define CHECK_ALL(cases)                              \
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) { \
        check_tokens(&(cases)[i]);                    \
    }

static void words(void **state)
{
    (void)state;
    static const struct lexing cases[] = {
        {"", {{0}}},
        {" \t\n\v\f\r", {{0}}},
        {"select Foo _x a1 a$b$",
         {{EP_SQL_WORD, "select"},
          {EP_SQL_WORD, "Foo"},
          {EP_SQL_WORD, "_x"},
          {EP_SQL_WORD, "a1"},
          {EP_SQL_WORD, "a$b$"}}},
        /* Any byte from 0x80 is a letter: of UTF-8, of a byte order mark, of nothing. */
        {"\xC3\xA9t\xC3\xA9 \xEF\xBB\xBFselect \xFF",
         {{EP_SQL_WORD, "\xC3\xA9t\xC3\xA9"},
          {EP_SQL_WORD, "\xEF\xBB\xBFselect"},
          {EP_SQL_WORD, "\xFF"}}},
        {"a'b'", {{EP_SQL_WORD, "a"}, {EP_SQL_STRING, "'b'"}}},
        /* The letters that could be prefixes. */
        {"e b x n u u& u&1 ee'a'",
         {{EP_SQL_WORD, "e"},
          {EP_SQL_WORD, "b"},
          {EP_SQL_WORD, "x"},
          {EP_SQL_WORD, "n"},
          {EP_SQL_WORD, "u"},
          {EP_SQL_WORD, "u"},
          {EP_SQL_OPERATOR, "&"},
          {EP_SQL_WORD, "u"},
          {EP_SQL_OPERATOR, "&"},
          {EP_SQL_NUMBER, "1"},
          {EP_SQL_WORD, "ee"},
          {EP_SQL_STRING, "'a'"}}},
    };
    CHECK_ALL(cases);
}

static void comments(void **state)
{
    (void)state;
    static const struct lexing cases[] = {
        {"a--b;'\nc", {{EP_SQL_WORD, "a"}, {EP_SQL_LINE_COMMENT, "--b;'"}, {EP_SQL_WORD, "c"}}},
        {"--a\rb", {{EP_SQL_LINE_COMMENT, "--a"}, {EP_SQL_WORD, "b"}}},
        {"--", {{EP_SQL_LINE_COMMENT, "--"}}},
        {"---a", {{EP_SQL_LINE_COMMENT, "---a"}}},
        {"/*a*/b", {{EP_SQL_BLOCK_COMMENT, "/*a*/"}, {EP_SQL_WORD, "b"}}},
        {"/**/", {{EP_SQL_BLOCK_COMMENT, "/**/"}}},
        {"/***/*", {{EP_SQL_BLOCK_COMMENT, "/***/"}, {EP_SQL_OPERATOR, "*"}}},
        {"/*/*/", {{EP_SQL_OPEN_COMMENT, "/*/*/"}}},
        {"/*/ */", {{EP_SQL_BLOCK_COMMENT, "/*/ */"}}},
        {"/*a/*b*/c*/d", {{EP_SQL_BLOCK_COMMENT, "/*a/*b*/c*/"}, {EP_SQL_WORD, "d"}}},
        {"/*/**/**/", {{EP_SQL_BLOCK_COMMENT, "/*/**/**/"}}},
        {"/*--*/a", {{EP_SQL_BLOCK_COMMENT, "/*--*/"}, {EP_SQL_WORD, "a"}}},
        {"--/*\na", {{EP_SQL_LINE_COMMENT, "--/*"}, {EP_SQL_WORD, "a"}}},
        {"/*'*/'*/'", {{EP_SQL_BLOCK_COMMENT, "/*'*/"}, {EP_SQL_STRING, "'*/'"}}},
        {"a /*b", {{EP_SQL_WORD, "a"}, {EP_SQL_OPEN_COMMENT, "/*b"}}},
        {"/*a/*b*/", {{EP_SQL_OPEN_COMMENT, "/*a/*b*/"}}},
        {"/*", {{EP_SQL_OPEN_COMMENT, "/*"}}},
        {"/*a*", {{EP_SQL_OPEN_COMMENT, "/*a*"}}},
    };
    CHECK_ALL(cases);
}

static void strings(void **state)
{
    (void)state;
    static const struct lexing cases[] = {
        {"'a' ''", {{EP_SQL_STRING, "'a'"}, {EP_SQL_STRING, "''"}}},
        {"'it''s'", {{EP_SQL_STRING, "'it''s'"}}},
        {"''''", {{EP_SQL_STRING, "''''"}}},
        {"'a;--/*\"$$'", {{EP_SQL_STRING, "'a;--/*\"$$'"}}},
        /* A backslash is a byte like any other, except in E''. */
        {"'a\\'b", {{EP_SQL_STRING, "'a\\'"}, {EP_SQL_WORD, "b"}}},
        {"E'a\\'b'", {{EP_SQL_ESCAPE_STRING, "E'a\\'b'"}}},
        {"e'\\\\'a", {{EP_SQL_ESCAPE_STRING, "e'\\\\'"}, {EP_SQL_WORD, "a"}}},
        {"E'a''b\\''", {{EP_SQL_ESCAPE_STRING, "E'a''b\\''"}}},
        {"E'\\u12'a", {{EP_SQL_ESCAPE_STRING, "E'\\u12'"}, {EP_SQL_WORD, "a"}}},
        {"U&'a\\'b", {{EP_SQL_UNICODE_STRING, "U&'a\\'"}, {EP_SQL_WORD, "b"}}},
        {"u&'''' uescape '!'",
         {{EP_SQL_UNICODE_STRING, "u&''''"}, {EP_SQL_WORD, "uescape"}, {EP_SQL_STRING, "'!'"}}},
        {"U& 'a'", {{EP_SQL_WORD, "U"}, {EP_SQL_OPERATOR, "&"}, {EP_SQL_STRING, "'a'"}}},
        {"B'01' b'x;' X'1F' x''",
         {{EP_SQL_BIT_STRING, "B'01'"},
          {EP_SQL_BIT_STRING, "b'x;'"},
          {EP_SQL_HEX_STRING, "X'1F'"},
          {EP_SQL_HEX_STRING, "x''"}}},
        /* Two quotes are not one within these: another string follows. */
        {"B'0''1'", {{EP_SQL_BIT_STRING, "B'0'"}, {EP_SQL_STRING, "'1'"}}},
        {"X'0''1'", {{EP_SQL_HEX_STRING, "X'0'"}, {EP_SQL_STRING, "'1'"}}},
        {"N'a''b\\' n", {{EP_SQL_NATIONAL_STRING, "N'a''b\\'"}, {EP_SQL_WORD, "n"}}},
        {"'a", {{EP_SQL_OPEN_STRING, "'a"}}},
        {"'", {{EP_SQL_OPEN_STRING, "'"}}},
        {"'''", {{EP_SQL_OPEN_STRING, "'''"}}},
        {"E'a\\'", {{EP_SQL_OPEN_STRING, "E'a\\'"}}},
        {"E'\\", {{EP_SQL_OPEN_STRING, "E'\\"}}},
        {"a U&'", {{EP_SQL_WORD, "a"}, {EP_SQL_OPEN_STRING, "U&'"}}},
        {"b'0", {{EP_SQL_OPEN_STRING, "b'0"}}},
    };
    CHECK_ALL(cases);
}

/* Whitespace with a newline, and -- comments, may stand between the parts of a string. */
static void strings_continue_on_the_next_line(void **state)
{
    (void)state;
    static const struct lexing cases[] = {
        {"'a'\n'b'", {{EP_SQL_STRING, "'a'\n'b'"}}},
        {"'a'\r'b'", {{EP_SQL_STRING, "'a'\r'b'"}}},
        {"'a' \t\f\v\n \r\n 'b' \n 'c'", {{EP_SQL_STRING, "'a' \t\f\v\n \r\n 'b' \n 'c'"}}},
        {"'a' 'b'", {{EP_SQL_STRING, "'a'"}, {EP_SQL_STRING, "'b'"}}},
        {"'a' -- c\n'b'", {{EP_SQL_STRING, "'a' -- c\n'b'"}}},
        {"'a'\n--'c\n--\n'b'", {{EP_SQL_STRING, "'a'\n--'c\n--\n'b'"}}},
        {"'a'-- 'b'", {{EP_SQL_STRING, "'a'"}, {EP_SQL_LINE_COMMENT, "-- 'b'"}}},
        {"'a'\n/**/'b'",
         {{EP_SQL_STRING, "'a'"}, {EP_SQL_BLOCK_COMMENT, "/**/"}, {EP_SQL_STRING, "'b'"}}},
        {"'a'\n-'b'", {{EP_SQL_STRING, "'a'"}, {EP_SQL_OPERATOR, "-"}, {EP_SQL_STRING, "'b'"}}},
        {"'a'\nb", {{EP_SQL_STRING, "'a'"}, {EP_SQL_WORD, "b"}}},
        {"'a'\n", {{EP_SQL_STRING, "'a'"}}},
        /* It keeps its kind. */
        {"E'a'\n'\\';'", {{EP_SQL_ESCAPE_STRING, "E'a'\n'\\';'"}}},
        {"'a'\nE'\\''", {{EP_SQL_STRING, "'a'"}, {EP_SQL_ESCAPE_STRING, "E'\\''"}}},
        {"X'1'\n'2'", {{EP_SQL_HEX_STRING, "X'1'\n'2'"}}},
        {"U&'1'\n'2'", {{EP_SQL_UNICODE_STRING, "U&'1'\n'2'"}}},
        {"'a'\n'b", {{EP_SQL_OPEN_STRING, "'a'\n'b"}}},
    };
    CHECK_ALL(cases);
}

static void dollar_strings(void **state)
{
    (void)state;
    static const struct lexing cases[] = {
        {"$$$$", {{EP_SQL_DOLLAR_STRING, "$$$$"}}},
        {"$$a'b;--$$c", {{EP_SQL_DOLLAR_STRING, "$$a'b;--$$"}, {EP_SQL_WORD, "c"}}},
        {"$a$ $b$ $$ $A$ $a $a$", {{EP_SQL_DOLLAR_STRING, "$a$ $b$ $$ $A$ $a $a$"}}},
        {"$a$$b$a$", {{EP_SQL_DOLLAR_STRING, "$a$$b$a$"}}},
        {"$a$$a$$a$$a$", {{EP_SQL_DOLLAR_STRING, "$a$$a$"}, {EP_SQL_DOLLAR_STRING, "$a$$a$"}}},
        {"$_1\xC3\xA9$x$_1\xC3\xA9$", {{EP_SQL_DOLLAR_STRING, "$_1\xC3\xA9$x$_1\xC3\xA9$"}}},
        {"$$\n'a'\n$$\n'b'", {{EP_SQL_DOLLAR_STRING, "$$\n'a'\n$$"}, {EP_SQL_STRING, "'b'"}}},
        /* After a word, $ is part of it; after a number it is not. */
        {"a$$b$$", {{EP_SQL_WORD, "a$$b$$"}}},
        {"1$$b$$", {{EP_SQL_NUMBER, "1"}, {EP_SQL_DOLLAR_STRING, "$$b$$"}}},
        {"$ $a $",
         {{EP_SQL_OTHER, "$"}, {EP_SQL_OTHER, "$"}, {EP_SQL_WORD, "a"}, {EP_SQL_OTHER, "$"}}},
        {"$a b$", {{EP_SQL_OTHER, "$"}, {EP_SQL_WORD, "a"}, {EP_SQL_WORD, "b$"}}},
        {"$a$b", {{EP_SQL_OPEN_DOLLAR_STRING, "$a$b"}}},
        {"$a$b$a", {{EP_SQL_OPEN_DOLLAR_STRING, "$a$b$a"}}},
        {"$$$", {{EP_SQL_OPEN_DOLLAR_STRING, "$$$"}}},
    };
    CHECK_ALL(cases);
}

static void quoted_identifiers(void **state)
{
    (void)state;
    static const struct lexing cases[] = {
        {"\"a;'\"\"b\"c", {{EP_SQL_QUOTED_IDENTIFIER, "\"a;'\"\"b\""}, {EP_SQL_WORD, "c"}}},
        {"\"\"", {{EP_SQL_QUOTED_IDENTIFIER, "\"\""}}}, /* the server refuses it later */
        {"\"a\\\"", {{EP_SQL_QUOTED_IDENTIFIER, "\"a\\\""}}},
        {"\"a\"\n\"b\"",
         {{EP_SQL_QUOTED_IDENTIFIER, "\"a\""}, {EP_SQL_QUOTED_IDENTIFIER, "\"b\""}}},
        {"U&\"a\"\"\" u&\"\"",
         {{EP_SQL_UNICODE_IDENTIFIER, "U&\"a\"\"\""}, {EP_SQL_UNICODE_IDENTIFIER, "u&\"\""}}},
        {"e\"a\"", {{EP_SQL_WORD, "e"}, {EP_SQL_QUOTED_IDENTIFIER, "\"a\""}}},
        {"a\"b", {{EP_SQL_WORD, "a"}, {EP_SQL_OPEN_IDENTIFIER, "\"b"}}},
        {"\"b\"\"", {{EP_SQL_OPEN_IDENTIFIER, "\"b\"\""}}},
        {"U&\"", {{EP_SQL_OPEN_IDENTIFIER, "U&\""}}},
    };
    CHECK_ALL(cases);
}

static void numbers(void **state)
{
    (void)state;
    static const struct lexing cases[] = {
        {"1 23. .5 1.5",
         {{EP_SQL_NUMBER, "1"},
          {EP_SQL_NUMBER, "23."},
          {EP_SQL_NUMBER, ".5"},
          {EP_SQL_NUMBER, "1.5"}}},
        {"1e5 1E+5 1.5e-10 .5e1 1.e1",
         {{EP_SQL_NUMBER, "1e5"},
          {EP_SQL_NUMBER, "1E+5"},
          {EP_SQL_NUMBER, "1.5e-10"},
          {EP_SQL_NUMBER, ".5e1"},
          {EP_SQL_NUMBER, "1.e1"}}},
        {"1..10", {{EP_SQL_NUMBER, "1"}, {EP_SQL_PUNCTUATION, ".."}, {EP_SQL_NUMBER, "10"}}},
        {"1...2", {{EP_SQL_NUMBER, "1"}, {EP_SQL_PUNCTUATION, ".."}, {EP_SQL_NUMBER, ".2"}}},
        {"1.2.3", {{EP_SQL_NUMBER, "1.2"}, {EP_SQL_NUMBER, ".3"}}},
        {"-1", {{EP_SQL_OPERATOR, "-"}, {EP_SQL_NUMBER, "1"}}},
        {"a.1", {{EP_SQL_WORD, "a"}, {EP_SQL_NUMBER, ".1"}}},
        {"1a 1.a 1e 1_0 0x1F",
         {{EP_SQL_NUMBER_JUNK, "1a"},
          {EP_SQL_NUMBER_JUNK, "1.a"},
          {EP_SQL_NUMBER_JUNK, "1e"},
          {EP_SQL_NUMBER_JUNK, "1_0"},
          {EP_SQL_NUMBER_JUNK, "0x1F"}}},
        {"1e5a 1e+5a 1e5$ 1e+5$", /* $ goes on with a word, and begins none */
         {{EP_SQL_NUMBER_JUNK, "1e5a"},
          {EP_SQL_NUMBER_JUNK, "1e+5a"},
          {EP_SQL_NUMBER_JUNK, "1e5$"},
          {EP_SQL_NUMBER, "1e+5"},
          {EP_SQL_OTHER, "$"}}},
        {"1e+ 1e-a",
         {{EP_SQL_NUMBER_JUNK, "1e+"}, {EP_SQL_NUMBER_JUNK, "1e-"}, {EP_SQL_WORD, "a"}}},
        {"1e-E'\\''", {{EP_SQL_NUMBER_JUNK, "1e-"}, {EP_SQL_ESCAPE_STRING, "E'\\''"}}},
        {"1ea+", {{EP_SQL_NUMBER_JUNK, "1ea"}, {EP_SQL_OPERATOR, "+"}}},
        {"1x'a'", {{EP_SQL_NUMBER_JUNK, "1x"}, {EP_SQL_STRING, "'a'"}}},
        {"$1 $23,$1a $1$2",
         {{EP_SQL_PARAMETER, "$1"},
          {EP_SQL_PARAMETER, "$23"},
          {EP_SQL_PUNCTUATION, ","},
          {EP_SQL_PARAMETER_JUNK, "$1a"},
          {EP_SQL_PARAMETER, "$1"},
          {EP_SQL_PARAMETER, "$2"}}},
        {"$1.5", {{EP_SQL_PARAMETER, "$1"}, {EP_SQL_NUMBER, ".5"}}},
    };
    CHECK_ALL(cases);
}

static void operators(void **state)
{
    (void)state;
    static const struct lexing cases[] = {
        {"+ <> -> ->> @> ?| !~~* ~=",
         {{EP_SQL_OPERATOR, "+"},
          {EP_SQL_OPERATOR, "<>"},
          {EP_SQL_OPERATOR, "->"},
          {EP_SQL_OPERATOR, "->>"},
          {EP_SQL_OPERATOR, "@>"},
          {EP_SQL_OPERATOR, "?|"},
          {EP_SQL_OPERATOR, "!~~*"},
          {EP_SQL_OPERATOR, "~="}}},
        {"`#%^&", {{EP_SQL_OPERATOR, "`#%^&"}}},
        /* A comment begins within. */
        {"+--a\n+", {{EP_SQL_OPERATOR, "+"}, {EP_SQL_LINE_COMMENT, "--a"}, {EP_SQL_OPERATOR, "+"}}},
        {"@---a", {{EP_SQL_OPERATOR, "@"}, {EP_SQL_LINE_COMMENT, "---a"}}},
        {"*/*a*/", {{EP_SQL_OPERATOR, "*"}, {EP_SQL_BLOCK_COMMENT, "/*a*/"}}},
        {"<//*a*/", {{EP_SQL_OPERATOR, "</"}, {EP_SQL_BLOCK_COMMENT, "/*a*/"}}},
        {"@/*--*/", {{EP_SQL_OPERATOR, "@"}, {EP_SQL_BLOCK_COMMENT, "/*--*/"}}},
        {"*/ -/", {{EP_SQL_OPERATOR, "*/"}, {EP_SQL_OPERATOR, "-/"}}},
        /* + and - end no operator but one that is not of the standard. */
        {"2*-1",
         {{EP_SQL_NUMBER, "2"},
          {EP_SQL_OPERATOR, "*"},
          {EP_SQL_OPERATOR, "-"},
          {EP_SQL_NUMBER, "1"}}},
        {"=-+", {{EP_SQL_OPERATOR, "="}, {EP_SQL_OPERATOR, "-"}, {EP_SQL_OPERATOR, "+"}}},
        {"+-+", {{EP_SQL_OPERATOR, "+"}, {EP_SQL_OPERATOR, "-"}, {EP_SQL_OPERATOR, "+"}}},
        {"<+-=", {{EP_SQL_OPERATOR, "<+-="}}},
        {"@- +@-+", {{EP_SQL_OPERATOR, "@-"}, {EP_SQL_OPERATOR, "+@-+"}}},
        {"=-/**/",
         {{EP_SQL_OPERATOR, "="}, {EP_SQL_OPERATOR, "-"}, {EP_SQL_BLOCK_COMMENT, "/**/"}}},
        {"=+--@", {{EP_SQL_OPERATOR, "="}, {EP_SQL_OPERATOR, "+"}, {EP_SQL_LINE_COMMENT, "--@"}}},
        {"(,)[].;:",
         {{EP_SQL_PUNCTUATION, "("},
          {EP_SQL_PUNCTUATION, ","},
          {EP_SQL_PUNCTUATION, ")"},
          {EP_SQL_PUNCTUATION, "["},
          {EP_SQL_PUNCTUATION, "]"},
          {EP_SQL_PUNCTUATION, "."},
          {EP_SQL_PUNCTUATION, ";"},
          {EP_SQL_PUNCTUATION, ":"}}},
        {":::=", {{EP_SQL_PUNCTUATION, "::"}, {EP_SQL_PUNCTUATION, ":="}}},
        {":==", {{EP_SQL_PUNCTUATION, ":="}, {EP_SQL_OPERATOR, "="}}},
        {"...", {{EP_SQL_PUNCTUATION, ".."}, {EP_SQL_PUNCTUATION, "."}}},
        /* No variable of psql's: a slice. */
        {"a[1:b]",
         {{EP_SQL_WORD, "a"},
          {EP_SQL_PUNCTUATION, "["},
          {EP_SQL_NUMBER, "1"},
          {EP_SQL_PUNCTUATION, ":"},
          {EP_SQL_WORD, "b"},
          {EP_SQL_PUNCTUATION, "]"}}},
    };
    CHECK_ALL(cases);
}

static void what_is_no_sql(void **state)
{
    (void)state;
    static const struct lexing cases[] = {
        {"\\d foo; bar\nselect", {{EP_SQL_META, "\\d foo; bar"}, {EP_SQL_WORD, "select"}}},
        {"a \\gset\r\nb", {{EP_SQL_WORD, "a"}, {EP_SQL_META, "\\gset"}, {EP_SQL_WORD, "b"}}},
        {"\\.", {{EP_SQL_META, "\\."}}},
        {"\\", {{EP_SQL_META, "\\"}}},
        {"a\\;b\\:c\\\n",
         {{EP_SQL_WORD, "a"},
          {EP_SQL_META, "\\;"},
          {EP_SQL_WORD, "b"},
          {EP_SQL_META, "\\:"},
          {EP_SQL_WORD, "c"},
          {EP_SQL_META, "\\"}}},
        {"{}\x01\x7F",
         {{EP_SQL_OTHER, "{"},
          {EP_SQL_OTHER, "}"},
          {EP_SQL_OTHER, "\x01"},
          {EP_SQL_OTHER, "\x7F"}}},
    };
    CHECK_ALL(cases);
}

static void nul_is_a_byte(void **state)
{
    (void)state;
    struct ep_sql_lexer lexer = {.text = {.data = "a\0'\0'", .size = 5}};
    struct ep_sql_token token;

    assert_true(ep_sql_lexer_next(&lexer, &token));
    assert_int_equal(token.kind, EP_SQL_WORD);
    assert_true(ep_sql_lexer_next(&lexer, &token));
    assert_int_equal(token.kind, EP_SQL_OTHER);
    assert_true(ep_sql_lexer_next(&lexer, &token));
    assert_int_equal(token.kind, EP_SQL_STRING);
    assert_true(token.begin == 2 && token.end == 5);
    assert_false(ep_sql_lexer_next(&lexer, &token));
    assert_true(token.begin == 2 && token.end == 5);
}

static void the_empty_span_has_no_tokens(void **state)
{
    (void)state;
    struct ep_sql_lexer lexer = {0};
    struct ep_sql_token token;

    assert_false(ep_sql_lexer_next(&lexer, &token));
}

static void assert_same(struct ep_sql_token a, struct ep_sql_token b)
{
    assert_true(a.kind == b.kind && a.begin == b.begin && a.end == b.end);
}

/* From any token on, a new lexer and a copy of the old one find the same. */
static void lexing_resumes_at_any_token(void **state)
{
    (void)state;
    struct ep_span text = ep_span_of("a +-+-+ E'\\''\n'b' $x$ $x$ 1e5;-- c\n@-- d");
    struct ep_sql_lexer lexer = {.text = text};
    struct ep_sql_token token;
    struct ep_sql_token again;

    for (size_t begin = 0;; begin = token.end) {
        struct ep_sql_lexer copy = lexer;
        struct ep_sql_lexer fresh = {.text = text, .offset = begin};
        if (!ep_sql_lexer_next(&lexer, &token)) {
            assert_true(begin == text.size);
            break;
        }
        assert_true(ep_sql_lexer_next(&copy, &again));
        assert_same(token, again);
        assert_true(ep_sql_lexer_next(&fresh, &again));
        assert_same(token, again);
    }
}

/* What would take hours if each byte of it were looked at again for each token. */
static void long_runs_take_linear_time(void **state)
{
    (void)state;
    static const char *const units[] = {"+", "+-",  "$",   "$a", "$a$", "/*",
                                        "'", "'\n", "1e+", "(",  ";"};

    for (size_t i = 0; i < EP_COUNT_OF(units); i++) {
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        while (text.size < LONG_SIZE) {
            ep_text_add(&text, units[i]);
        }
        struct ep_sql_lexer lexer = {.text = ep_text_span(&text)};
        struct ep_sql_token token = {0};
        while (ep_sql_lexer_next(&lexer, &token)) {
        }
        assert_true(token.end == text.size);
    }
}

static void words_are_compared_without_case(void **state)
{
    (void)state;
    assert_true(ep_sql_word_is(ep_span_of("select"), "SELECT"));
    assert_true(ep_sql_word_is(ep_span_of("SeLeCt"), "SELECT"));
    assert_true(ep_sql_word_is(ep_span_of("\xC3\xA9"), "\xC3\xA9"));
    assert_false(ep_sql_word_is(ep_span_of("selec"), "SELECT"));
    assert_false(ep_sql_word_is(ep_span_of("selects"), "SELECT"));
    assert_false(ep_sql_word_is(ep_span_of("\xC3\xA9"), "\xC3\x89")); /* ASCII only */
    assert_false(ep_sql_word_is(ep_span_of("{"), "["));
    assert_true(ep_sql_word_is(ep_span_of(""), ""));
}

static void kinds_have_words_and_classes(void **state)
{
    (void)state;
    size_t blank = 0;
    size_t open = 0;

    for (int kind = 0; kind <= EP_SQL_OPEN_IDENTIFIER; kind++) {
        bool is_unterminated = ep_span_starts_with(
            ep_span_of(ep_sql_kind_words((enum ep_sql_kind)kind)), "unterminated ");
        assert_int_equal(ep_sql_kind_is_open((enum ep_sql_kind)kind), is_unterminated);
        open += is_unterminated ? 1 : 0;
        blank += ep_sql_kind_is_blank((enum ep_sql_kind)kind) ? 1 : 0;
    }
    assert_int_equal(open, 4);
    assert_int_equal(blank, 4);
    assert_true(ep_sql_kind_is_blank(EP_SQL_WHITESPACE));
    assert_true(ep_sql_kind_is_blank(EP_SQL_LINE_COMMENT));
    assert_true(ep_sql_kind_is_blank(EP_SQL_OPEN_COMMENT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(comments),
        cmocka_unit_test(strings),
        cmocka_unit_test(strings_continue_on_the_next_line),
        cmocka_unit_test(dollar_strings),
        cmocka_unit_test(quoted_identifiers),
        cmocka_unit_test(numbers),
        cmocka_unit_test(operators),
        cmocka_unit_test(what_is_no_sql),
        cmocka_unit_test(nul_is_a_byte),
        cmocka_unit_test(the_empty_span_has_no_tokens),
        cmocka_unit_test(lexing_resumes_at_any_token),
        cmocka_unit_test(long_runs_take_linear_time),
        cmocka_unit_test(words_are_compared_without_case),
        cmocka_unit_test(kinds_have_words_and_classes),
    };
    return cmocka_run_group_tests_name("sql lexer", tests, NULL, NULL);
}
