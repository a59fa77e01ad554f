/* Unit tests of src/steps/explain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "steps/explain.h"

/* The script of a file's text, and a failure in one of its chunks. */
static void explained(struct ep_arena *arena, const char *text, size_t chunk, size_t completed,
                      long position, const char *sqlstate, const char *message,
                      struct ep_error *err)
{
    const struct ep_migration migration = {.tag = "0001_x", .path = "drizzle/0001_x.sql"};
    struct ep_script script = {0};

    ep_script_split(arena, ep_span_of(text), &script);
    const struct ep_sent sent = {
        .sql = script.chunks[chunk], .completed = completed, .position = position};
    (void)ep_fail(err, EP_FAULT_SQL, "%s", message);
    memcpy(err->sqlstate, sqlstate, 6);
    ep_explain_failure(&migration, &script, &sent, err);
}

#define BREAKPOINT "\n--> statement-breakpoint\n"

static void the_place_is_the_statements(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t chunk, completed;
        long position, line, column, statement, count;
        const char *excerpt;
    } cases[] = {
        {"SELECT 1;\nSELECT 1/0;\nSELECT 2;", 0, 1, 0, 2, 1, 2, 3, "SELECT 1/0;"},
        {"SELECT 1;\nSELECT x;\nSELECT 2;", 0, 1, 18, 2, 8, 2, 3, "SELECT x;"},
        {"SELECT 1;\n\n-- why\n  SELECT 1/0;", 0, 1, 0, 4, 3, 2, 2, "  SELECT 1/0;"},
        {"A;" BREAKPOINT "B; ; C" BREAKPOINT "D", 1, 1, 0, 3, 6, 3, 4, "B; ; C"},
        {"A;" BREAKPOINT "B; ; C" BREAKPOINT "D", 2, 0, 0, 5, 1, 4, 4, "D"},
        {"/* \xC5\xBE */ SELEC 1", 0, 0, 9, 1, 9, 1, 1, "/* \xC5\xBE */ SELEC 1"},
        {"SELECT (", 0, 0, 9, 1, 9, 1, 1, "SELECT ("},
        {"A;" BREAKPOINT, 1, 0, 0, 2, 25, 0, 0, "--> statement-breakpoint"},
        {"CREATE ROLE a PASSWORD\n'secret' x", 0, 0, 33, 2, 10, 1, 1, "'******' x"},
        {"SELECT 'host=h password=pw' x y", 0, 0, 31, 1, 31, 1, 1,
         "SELECT 'host=h password=*** x y"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_error err = {0};
        print_message("# %s\n", cases[i].text);
        explained(&arena, cases[i].text, cases[i].chunk, cases[i].completed, cases[i].position,
                  "22012", "division by zero", &err);
        assert_int_equal(err.place.line, cases[i].line);
        assert_int_equal(err.place.column, cases[i].column);
        assert_int_equal(err.place.statement, cases[i].statement);
        assert_int_equal(err.place.statement_count, cases[i].count);
        assert_string_equal(err.place.excerpt, cases[i].excerpt);
        assert_string_equal(err.place.migration, "0001_x");
        assert_string_equal(err.place.file, "drizzle/0001_x.sql");
        assert_string_equal(err.hint, "");
    }
}

static void known_traps_have_a_hint(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate, *message, *text, *hint;
    } cases[] = {
        {"55P04", "unsafe use of new value \"b\" of enum type \"e\"", "SELECT 'b'::e",
         "transaction = auto"},
        {"25001", "CREATE INDEX CONCURRENTLY cannot run inside a transaction block",
         "CREATE INDEX CONCURRENTLY i ON t (x)", "no-transaction"},
        {"25001", "VACUUM cannot be executed from a function", "SELECT f()",
         "of its own, in no function"},
        {"42501", "permission denied for database app", "CREATE SCHEMA IF NOT EXISTS s",
         "GRANT CREATE ON DATABASE"},
        {"42501", "permission denied for schema public", "CREATE TABLE t ()",
         "GRANT CREATE ON SCHEMA public"},
        {"42501", "permission denied for table t", "SELECT * FROM t", ""},
        {"42501", "must be owner of table t", "ALTER TABLE t", "Only the owner"},
        {"42P07", "relation \"t\" already exists", "CREATE TABLE t ()", "entrypoint mark 0001_x."},
        {"42701", "column \"c\" of relation \"t\" already exists", "ALTER TABLE t ADD c int",
         "entrypoint mark 0001_x."},
        {"42710", "type \"e\" already exists", "CREATE TYPE e AS ENUM ()",
         "entrypoint mark 0001_x."},
        {"3F000", "no schema has been selected to create in",
         "SELECT pg_catalog.set_config('search_path', '', false);CREATE TABLE t ()", "pg_dump"},
        {"42P01", "relation \"t\" does not exist",
         "SELECT pg_catalog.set_config('search_path', '', false);TABLE t", "pg_dump"},
        {"42P01", "relation \"t\" does not exist", "TABLE t", ""},
        {"3F000", "no schema has been selected to create in", "CREATE TABLE t ()",
         "options=-csearch_path"},
        {"42601", "unterminated /* comment at or near \"/*\n\"",
         "-- Current sql file was generated after introspecting the database\n/*\nCREATE TABLE t "
         "();",
         "entrypoint mark 0001_x. Where it is to make them: take /* and */ out"},
        {"42601", "unterminated quoted string at or near \"'a\n\"", "SELECT 'a" BREAKPOINT "b'",
         "cut at each"},
        {"42601",
         "syntax error at or near \"\xEF\xBB\xBF"
         "CREATE\"",
         ";\xEF\xBB\xBF"
         "CREATE",
         "byte order mark"},
        {"42601", "syntax error at or near \"TABEL\"", "CREATE TABEL t ()", ""},
        {"42704", "type \"vector\" does not exist", "CREATE TABLE t (v vector)",
         "CREATE EXTENSION IF NOT EXISTS vector;"},
        {"23502", "column \"c\" of relation \"t\" contains null values",
         "ALTER TABLE t ADD c int NOT NULL", "DEFAULT"},
        {"23502", "null value in column \"c\" of relation \"t\" violates not-null constraint",
         "INSERT INTO t VALUES (NULL)", ""},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_error err = {0};
        size_t chunk = 0;
        print_message("# %s %s: %s\n", cases[i].sqlstate, cases[i].text, cases[i].hint);
        explained(&arena, cases[i].text, chunk, 0, 0, cases[i].sqlstate, cases[i].message, &err);
        if (cases[i].hint[0] == '\0') {
            assert_string_equal(err.hint, "");
        } else {
            assert_non_null(strstr(err.hint, cases[i].hint));
        }
        assert_null(strstr(err.hint, "{"));
    }
}

static void the_servers_own_hint_stays(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const struct ep_migration migration = {.tag = "0001_x", .path = "x.sql"};
    struct ep_script script = {0};
    struct ep_error err = {0};

    ep_script_split(&arena, ep_span_of("SELECT 'b'::e"), &script);
    (void)ep_fail(&err, EP_FAULT_SQL, "unsafe use of new value");
    (void)ep_error_hint(&err, "New enum values must be committed before they can be used.");
    memcpy(err.sqlstate, "55P04", 6);
    ep_explain_failure(&migration, &script, &(struct ep_sent){.sql = script.chunks[0]}, &err);
    assert_ptr_equal(strstr(err.hint, "New enum values must be committed before"), err.hint);
    assert_non_null(strstr(err.hint, "transaction = auto"));
}

static void what_no_server_can_run_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *summary, *hint;
        long line, column;
    } cases[] = {
        {"SELECT 1;", NULL, NULL, 0, 0},
        {"SELECT '\\d';\n-- \\d\n/* \\d */ SELECT $$\n\\d\n$$;", NULL, NULL, 0, 0},
        {"SET standard_conforming_strings = off; SELECT '\\' \\d';", NULL, NULL, 0, 0},
        {"COPY t FROM '/tmp/x';", NULL, NULL, 0, 0},
        {"COPY t TO stdout;", NULL, NULL, 0, 0},
        {"SELECT 1;\n\\connect app\n", "\"\\connect\" is a command of psql, not SQL", "as SQL", 2,
         1},
        {"\\restrict abc\nSELECT 1;", "\"\\restrict\" is a command of psql, not SQL", "pg_dump", 1,
         1},
        {"\\copy t from x", "\"\\copy\" is a command of psql, not SQL", "INSERT", 1, 1},
        {"SELECT 1" BREAKPOINT "  COPY public.t (a, b) FROM stdin;\n1\t2\n\\.\n",
         "a migration cannot COPY FROM STDIN: it has no input", "INSERT", 3, 3},
    };
    const struct ep_migration migration = {.tag = "0001_x", .path = "x.sql"};

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_script script = {0};
        struct ep_error err = {0};
        print_message("# %s\n", cases[i].text);
        ep_script_split(&arena, ep_span_of(cases[i].text), &script);
        assert_int_equal(ep_explain_check(&migration, &script, &err), cases[i].summary == NULL);
        if (cases[i].summary != NULL) {
            assert_string_equal(err.summary, cases[i].summary);
            assert_non_null(strstr(err.hint, cases[i].hint));
            assert_int_equal(err.place.line, cases[i].line);
            assert_int_equal(err.place.column, cases[i].column);
            assert_int_equal(ep_error_exit_status(&err), 65);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_place_is_the_statements),
        cmocka_unit_test(known_traps_have_a_hint),
        cmocka_unit_test(the_servers_own_hint_stays),
        cmocka_unit_test(what_no_server_can_run_is_refused),
    };
    return cmocka_run_group_tests_name("steps/explain", tests, NULL, NULL);
}
