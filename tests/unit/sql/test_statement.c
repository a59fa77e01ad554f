/* Unit tests of src/sql/statement: where statements end; tests/oracle has the rest. */
#include "sql/statement.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ITEMS_MAX = 8 };

/* A text and its items, each with its own text; a NULL text ends them. */
struct cutting {
    const char *sql;
    struct {
        enum ep_sql_item item;
        const char *text;
    } items[ITEMS_MAX];
};

#define S EP_SQL_ITEM_STATEMENT
#define E EP_SQL_ITEM_EMPTY
#define M EP_SQL_ITEM_META
#define D EP_SQL_ITEM_COPY_DATA
#define B EP_SQL_ITEM_BLANK

static void check_items(const struct cutting *expected)
{
    struct ep_span text = ep_span_of(expected->sql);
    struct ep_sql_cutter cutter = {.text = text};
    struct ep_sql_statement item;
    size_t end = 0;
    size_t count = 0;

    while (ep_sql_cutter_next(&cutter, &item)) {
        struct ep_span part = ep_sql_statement_text(text, &item);
        const char *wanted = count < ITEMS_MAX ? expected->items[count].text : NULL;
        assert_true(item.outer_begin == end && item.outer_end > end); /* no gap */
        assert_true(item.begin >= end && item.end >= item.begin && item.outer_end >= item.end);
        end = item.outer_end;
        if (wanted == NULL || !ep_span_equals(part, wanted)
            || item.item != expected->items[count].item) {
            fail_msg("%s: item %zu is %d \"%.*s\", not \"%s\"", expected->sql, count,
                     (int)item.item, EP_SPAN_PRINT(part), wanted == NULL ? "the end" : wanted);
        }
        count++;
    }
    assert_true(end == text.size);
    if (count < ITEMS_MAX && expected->items[count].text != NULL) {
        fail_msg("%s: ends before \"%s\"", expected->sql, expected->items[count].text);
    }
}

#define CHECK_ALL(cases)                              \
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) { \
        check_items(&(cases)[i]);                     \
    }

static void semicolons_end_statements(void **state)
{
    (void)state;
    static const struct cutting cases[] = {
        {"", {{0}}},
        {"select 1", {{S, "select 1"}}},
        {"select 1;", {{S, "select 1;"}}},
        {"a;b", {{S, "a;"}, {S, "b"}}},
        {" a ; b ; ", {{S, "a ;"}, {S, "b ;"}, {B, ""}}},
        {"a;;b;;;", {{S, "a;"}, {E, ";"}, {S, "b;"}, {E, ";"}, {E, ";"}}},
        {";", {{E, ";"}}},
        {"/* a */ ;", {{E, ";"}}},
        {"'a;';\"b;\";$$c;$$;-- d;\ne/*f;*/;",
         {{S, "'a;';"}, {S, "\"b;\";"}, {S, "$$c;$$;"}, {S, "e/*f;*/;"}}},
        {"U&'a;'; E'\\';'; U&\"a;\"; $x$;$$;$x$;",
         {{S, "U&'a;';"}, {S, "E'\\';';"}, {S, "U&\"a;\";"}, {S, "$x$;$$;$x$;"}}},
        {"a;\r\nb;\r\n", {{S, "a;"}, {S, "b;"}, {B, ""}}},
        /* No token but still a statement: for the server to refuse. */
        {"}; $;", {{S, "};"}, {S, "$;"}}},
    };
    CHECK_ALL(cases);
}

static void comments_belong_to_what_follows(void **state)
{
    (void)state;
    static const struct cutting cases[] = {
        {"-- only", {{B, ""}}},
        {"  \n", {{B, ""}}},
        {"/* a */ -- b\n c /* d */ ; -- e\n/* f */", {{S, "c /* d */ ;"}, {B, ""}}},
        {"a -- b\n", {{S, "a"}}},
        {"a; /* b", {{S, "a;"}, {B, ""}}},
    };
    CHECK_ALL(cases);

    struct ep_span text = ep_span_of("a; -- b\n c; ");
    struct ep_sql_cutter cutter = {.text = text};
    struct ep_sql_statement item;
    assert_true(ep_sql_cutter_next(&cutter, &item));
    assert_true(ep_span_equals(ep_sql_statement_outer(text, &item), "a;"));
    assert_true(ep_sql_cutter_next(&cutter, &item));
    assert_true(ep_span_equals(ep_sql_statement_outer(text, &item), " -- b\n c;"));
    assert_true(ep_sql_cutter_next(&cutter, &item));
    assert_true(ep_span_equals(ep_sql_statement_outer(text, &item), " "));
    assert_false(ep_sql_cutter_next(&cutter, &item));
    assert_int_equal(item.item, B); /* as it was */
}

static void parentheses_hold_semicolons(void **state)
{
    (void)state;
    static const struct cutting cases[] = {
        {"create rule r as on insert to t do also (insert into a values (1); delete from b); c",
         {{S, "create rule r as on insert to t do also (insert into a values (1); delete from b);"},
          {S, "c"}}},
        {"a (;(;););b", {{S, "a (;(;););"}, {S, "b"}}},
        {"a );b", {{S, "a );"}, {S, "b"}}}, /* one too many is ignored */
        {"a (;b", {{S, "a (;b"}}},
        {"a '(' \"(\" $$($$ --(\n/*(*/;b", {{S, "a '(' \"(\" $$($$ --(\n/*(*/;"}, {S, "b"}}},
        {"a [;b];", {{S, "a [;"}, {S, "b];"}}},
    };
    CHECK_ALL(cases);
}

static void bodies_hold_semicolons(void **state)
{
    (void)state;
    static const struct cutting cases[] = {
        {"create function f() returns int begin atomic select 1; select 2; end; a",
         {{S, "create function f() returns int begin atomic select 1; select 2; end;"}, {S, "a"}}},
        {"CREATE OR REPLACE PROCEDURE p() BEGIN /**/ ATOMIC END; a",
         {{S, "CREATE OR REPLACE PROCEDURE p() BEGIN /**/ ATOMIC END;"}, {S, "a"}}},
        {"create procedure p() begin atomic; ; end; a",
         {{S, "create procedure p() begin atomic; ; end;"}, {S, "a"}}},
        {"create or replace function f() begin atomic select case when a then case b when c then "
         "d end else e end; select (case when a then b end); end; a",
         {{S, "create or replace function f() begin atomic select case when a then case b when c "
              "then d end else e end; select (case when a then b end); end;"},
          {S, "a"}}},
        /* Names: the grammar allows each of these. */
        {"create function f() begin atomic select a as end; select a end; select t.end; end; a",
         {{S, "create function f() begin atomic select a as end; select a end; select t.end; end;"},
          {S, "a"}}},
        {"create function f() begin atomic select begin as case; end; a",
         {{S, "create function f() begin atomic select begin as case; end;"}, {S, "a"}}},
        {"create function begin() returns int as 'a' language sql; a",
         {{S, "create function begin() returns int as 'a' language sql;"}, {S, "a"}}},
        {"create function f() returns begin begin atomic end; a",
         {{S, "create function f() returns begin begin atomic end;"}, {S, "a"}}},
        {"create function f() begin atomic select (1; end); end; a",
         {{S, "create function f() begin atomic select (1; end); end;"}, {S, "a"}}},
        {"create function f(begin atomic int) as 'a'; b",
         {{S, "create function f(begin atomic int) as 'a';"}, {S, "b"}}},
        /* No body. */
        {"create function f() as $$ begin select 1; end; $$; a",
         {{S, "create function f() as $$ begin select 1; end; $$;"}, {S, "a"}}},
        {"begin atomic; a; end;", {{S, "begin atomic;"}, {S, "a;"}, {S, "end;"}}},
        {"begin; a; end;", {{S, "begin;"}, {S, "a;"}, {S, "end;"}}},
        {"create function f() begin select 1; end;",
         {{S, "create function f() begin select 1;"}, {S, "end;"}}},
        {"create function f() begin, atomic select 1; end;",
         {{S, "create function f() begin, atomic select 1;"}, {S, "end;"}}},
        {"create function f() begin $$$$ atomic select 1; end;",
         {{S, "create function f() begin $$$$ atomic select 1;"}, {S, "end;"}}},
        {"create temp function f() begin atomic select 1; end;",
         {{S, "create temp function f() begin atomic select 1;"}, {S, "end;"}}},
        {"create function f() \"begin\" atomic select 1; end;",
         {{S, "create function f() \"begin\" atomic select 1;"}, {S, "end;"}}},
        /* Not closed. */
        {"create function f() begin atomic select 1; a;",
         {{S, "create function f() begin atomic select 1; a;"}}},
    };
    CHECK_ALL(cases);
}

static void psql_commands_are_items(void **state)
{
    (void)state;
    static const struct cutting cases[] = {
        {"\\set a b\nselect 1;", {{M, "\\set a b"}, {S, "select 1;"}}},
        {"select 1 \\gset\nselect 2;", {{S, "select 1"}, {M, "\\gset"}, {S, "select 2;"}}},
        {"select (1 \\g\n;", {{S, "select (1"}, {M, "\\g"}, {E, ";"}}},
        {"a\\;b;", {{S, "a"}, {M, "\\;"}, {S, "b;"}}},
        {"'\\d' \"\\d\" $$\\d$$ --\\d\n/*\\d*/;", {{S, "'\\d' \"\\d\" $$\\d$$ --\\d\n/*\\d*/;"}}},
        {"\\connect - -\n", {{M, "\\connect - -"}, {B, ""}}},
        {"\\.", {{M, "\\."}}},
    };
    CHECK_ALL(cases);
}

static void copy_data_are_items(void **state)
{
    (void)state;
    static const struct cutting cases[] = {
        {"copy t from stdin;\n1\t'\n2;\n\\.\na;",
         {{S, "copy t from stdin;"}, {D, "1\t'\n2;\n\\."}, {S, "a;"}}},
        {"COPY t (a) FROM STDIN (format csv); -- x\r\n1\r\n\\.\r\na;",
         {{S, "COPY t (a) FROM STDIN (format csv);"}, {D, "1\r\n\\."}, {S, "a;"}}},
        {"copy t from stdin;\r1\r\\.\ra;", {{S, "copy t from stdin;"}, {D, "1\r\\."}, {S, "a;"}}},
        {"copy t from stdout;\n\\.\n", {{S, "copy t from stdout;"}, {D, "\\."}, {B, ""}}},
        {"copy t from stdin;\n1\n \\.\n\\.x\n",
         {{S, "copy t from stdin;"}, {D, "1\n \\.\n\\.x\n"}}},
        {"copy t from stdin;\n1\n\\.", {{S, "copy t from stdin;"}, {D, "1\n\\."}}},
        {"copy t from stdin;", {{S, "copy t from stdin;"}}},
        {"copy t from stdin;\n", {{S, "copy t from stdin;"}, {B, ""}}},
        {"copy t from stdin;  ", {{S, "copy t from stdin;"}, {B, ""}}},
        {"copy t from stdin", {{S, "copy t from stdin"}}},
        /* Two on a line: the data of both follow it. */
        {"copy t from stdin; copy u from stdin; a;\n1\n\\.\n2\n\\.\nb;",
         {{S, "copy t from stdin;"},
          {S, "copy u from stdin;"},
          {S, "a;"},
          {D, "1\n\\."},
          {D, "2\n\\."},
          {S, "b;"}}},
        {"\\copy t from stdin\n1\n\\.\na;", {{M, "\\copy t from stdin"}, {D, "1\n\\."}, {S, "a;"}}},
        {"copy t from stdin \\g\n1\n\\.\na;",
         {{S, "copy t from stdin"}, {M, "\\g"}, {D, "1\n\\."}, {S, "a;"}}},
        /* Not so: */
        {"copy t from 'stdin';\na;", {{S, "copy t from 'stdin';"}, {S, "a;"}}},
        {"copy t from \"stdin\";\na;", {{S, "copy t from \"stdin\";"}, {S, "a;"}}},
        {"copy (select a from stdin) to stdout;\na;",
         {{S, "copy (select a from stdin) to stdout;"}, {S, "a;"}}},
        {"copy t to stdout;\na;", {{S, "copy t to stdout;"}, {S, "a;"}}},
        {"copy t from program 'a';\na;", {{S, "copy t from program 'a';"}, {S, "a;"}}},
        {"select a from stdin;\na;", {{S, "select a from stdin;"}, {S, "a;"}}},
        {"\\copy t from 'stdin'\na;", {{M, "\\copy t from 'stdin'"}, {S, "a;"}}},
        {"\\copyright from stdin\na;", {{M, "\\copyright from stdin"}, {S, "a;"}}},
        {"\\i copy t from stdin\na;", {{M, "\\i copy t from stdin"}, {S, "a;"}}},
    };
    CHECK_ALL(cases);
}

static void keywords_are_in_capitals(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *keywords;
    } cases[] = {
        {"create Unique INDEX concurrently \"a\" on b", "CREATE UNIQUE INDEX CONCURRENTLY"},
        {" -- a\n/* b */ drop /* c */\n index--d\nconcurrently", "DROP INDEX CONCURRENTLY"},
        {"alter table a add b", "ALTER TABLE A ADD B"},
        {"vacuum;", "VACUUM"},
        {"reindex (verbose) table a", "REINDEX"},
        {"(select 1)", ""},
        {"\"select\" 1", ""},
        {"select 1, a", "SELECT"},
        {"select'a'", "SELECT"},
        {"\xC3\xA9t\xC3\xA9 a", "\xC3\xA9T\xC3\xA9 A"},
        {";", ""},
        {"\\d a", ""},
        {"-- select", ""},
        /* 127 bytes and no more; a word is whole or not there, nor is what follows it. */
        {"a1234567890123456789012345678901234567890123456789012345678901234567890123456789"
         "01234567890123456789012345678901234567890123456 b",
         "A1234567890123456789012345678901234567890123456789012345678901234567890123456789"
         "01234567890123456789012345678901234567890123456"},
        {"a b1234567890123456789012345678901234567890123456789012345678901234567890123456789"
         "01234567890123456789012345678901234567890123456 c",
         "A"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_sql_cutter cutter = {.text = ep_span_of(cases[i].sql)};
        struct ep_sql_statement item;
        assert_true(ep_sql_cutter_next(&cutter, &item));
        assert_string_equal(item.keywords, cases[i].keywords);
    }

    struct ep_sql_statement item = {.keywords = "CREATE INDEX CONCURRENTLY"};
    assert_true(ep_sql_statement_leads(&item, "CREATE"));
    assert_true(ep_sql_statement_leads(&item, "CREATE INDEX CONCURRENTLY"));
    assert_false(ep_sql_statement_leads(&item, "CREATE IND"));
    assert_false(ep_sql_statement_leads(&item, "CREATE INDEX CONCURRENTLY IF"));
    assert_false(ep_sql_statement_leads(&item, "INDEX"));
}

static void lines_and_columns(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        size_t line, column;
    } cases[] = {
        {"a", 1, 1},
        {"x; a", 1, 4},
        {"x;\na", 2, 1},
        {"x;\r\n  a", 2, 3},
        {"x;\r a", 2, 2},
        {"x;\r", 2, 1},
        {"x;\n\r\n\r\ra", 5, 1},
        {"'\n';\n\ta", 3, 2},
        {"'\xC3\xA9\xF0\x9F\x98\x80'; a", 1, 7},
        {"\xC3\xA9;\n-- \xC3\xA9\n\xC3\xA9 \xC3\xA9; a", 3, 6},
        {"copy t from stdin;\n1\n\\.\n a", 4, 2},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_sql_cutter cutter = {.text = ep_span_of(cases[i].sql)};
        struct ep_sql_statement item;
        while (ep_sql_cutter_next(&cutter, &item)) {
        }
        assert_int_equal(item.line, cases[i].line);
        assert_int_equal(item.column, cases[i].column);
    }
}

/* The last item of a text, what it left open, and whether it has a semicolon. */
static void what_is_open_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        enum ep_sql_kind kind;
        const char *open; /* NULL: nothing; otherwise the text from where it began */
        bool has_semicolon;
    } cases[] = {
        {"a", 0, NULL, false},
        {"a;", 0, NULL, true},
        {"a; b -- c", 0, NULL, false},
        {"a; 'b", EP_SQL_OPEN_STRING, "'b", false},
        {"a; \"b;", EP_SQL_OPEN_IDENTIFIER, "\"b;", false},
        {"a; b $x$ c;", EP_SQL_OPEN_DOLLAR_STRING, "$x$ c;", false},
        {"a; b /* c;", EP_SQL_OPEN_COMMENT, "/* c;", false},
        {"a; /* c;", EP_SQL_OPEN_COMMENT, "/* c;", false},
        {"a (b (c) (d; e", EP_SQL_PUNCTUATION, "(b (c) (d; e", false},
        {"a (b) (c; 'd", EP_SQL_PUNCTUATION, "(c; 'd", false},
        {"create function f() begin atomic (b; $$", EP_SQL_WORD, "begin atomic (b; $$", false},
        {"create function f() begin atomic b; end", 0, NULL, false},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_span text = ep_span_of(cases[i].sql);
        struct ep_sql_cutter cutter = {.text = text};
        struct ep_sql_statement item;
        while (ep_sql_cutter_next(&cutter, &item)) {
        }
        assert_int_equal(item.is_open, cases[i].open != NULL);
        assert_int_equal(item.has_semicolon, cases[i].has_semicolon);
        if (cases[i].open != NULL) {
            assert_int_equal(item.open.kind, cases[i].kind);
            assert_true(
                ep_span_equals(ep_span_part(text, item.open.begin, SIZE_MAX), cases[i].open));
        }
    }
}

static void a_command_ends_what_is_open(void **state)
{
    (void)state;
    struct ep_sql_cutter cutter = {.text = ep_span_of("select (1 \\g\nb;")};
    struct ep_sql_statement item;

    assert_true(ep_sql_cutter_next(&cutter, &item));
    assert_true(item.is_open && item.open.begin == 7 && !item.has_semicolon);
    assert_true(ep_sql_cutter_next(&cutter, &item));
    assert_int_equal(item.item, M);
    assert_true(ep_sql_cutter_next(&cutter, &item));
    assert_true(!item.is_open && item.has_semicolon);
}

/* On one line: each is found, in one pass. */
static void many_statements(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    for (size_t i = 0; i < COUNT; i++) {
        ep_text_format(&text, "insert into t values (%zu, 'a;b'); ", i);
    }
    struct ep_sql_cutter cutter = {.text = ep_text_span(&text)};
    struct ep_sql_statement item;
    size_t count = 0;
    while (ep_sql_cutter_next(&cutter, &item)) {
        count++;
        assert_int_equal(item.line, 1);
        assert_int_equal(item.column, item.begin + 1);
    }
    assert_int_equal(count, COUNT + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(semicolons_end_statements),
        cmocka_unit_test(comments_belong_to_what_follows),
        cmocka_unit_test(parentheses_hold_semicolons),
        cmocka_unit_test(bodies_hold_semicolons),
        cmocka_unit_test(psql_commands_are_items),
        cmocka_unit_test(copy_data_are_items),
        cmocka_unit_test(keywords_are_in_capitals),
        cmocka_unit_test(lines_and_columns),
        cmocka_unit_test(what_is_open_is_told),
        cmocka_unit_test(a_command_ends_what_is_open),
        cmocka_unit_test(many_statements),
    };
    return cmocka_run_group_tests_name("sql statement", tests, NULL, NULL);
}
