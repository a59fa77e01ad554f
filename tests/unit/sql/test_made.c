/* Unit tests of src/sql/made: the one object that a statement makes. */
#include "sql/made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *sql;
    enum ep_made_kind kind;
    const char *schema, *name, *owner;
} cases[] = {
    {"CREATE TABLE A (n int)", EP_MADE_TABLE, NULL, "a", NULL},
    {"create unlogged table if not exists \"S\".\"A\" ()", EP_MADE_TABLE, "S", "A", NULL},
    {"CREATE UNIQUE INDEX i ON ONLY s.t (n)", EP_MADE_INDEX, NULL, "i", "t"},
    {"CREATE INDEX ON t (n)", EP_MADE_NONE, NULL, NULL, NULL},
    {"CREATE MATERIALIZED VIEW v AS SELECT 1", EP_MADE_MATERIALIZED_VIEW, NULL, "v", NULL},
    {"CREATE TRIGGER g AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
     EP_MADE_TRIGGER, NULL, "g", "t"},
    {"CREATE TYPE e AS ENUM ('a')", EP_MADE_TYPE, NULL, "e", NULL},
    {"CREATE FUNCTION f(int) RETURNS int", EP_MADE_ROUTINE, NULL, "f", NULL},
    {"CREATE OR REPLACE FUNCTION f() RETURNS int", EP_MADE_NONE, NULL, NULL, NULL},
    {"CREATE SCHEMA s AUTHORIZATION r", EP_MADE_SCHEMA, NULL, "s", NULL},
    {"CREATE SCHEMA s CREATE TABLE a ()", EP_MADE_NONE, NULL, NULL, NULL},
    {"CREATE TEMP TABLE a ()", EP_MADE_NONE, NULL, NULL, NULL},
    {"CREATE DATABASE d", EP_MADE_NONE, NULL, NULL, NULL},
    {"ALTER TABLE t ADD COLUMN IF NOT EXISTS c int DEFAULT f(1, 2)", EP_MADE_COLUMN, NULL, "c",
     "t"},
    {"ALTER TABLE ONLY s.t ADD c numeric(1, 2)", EP_MADE_COLUMN, NULL, "c", "t"},
    {"ALTER TABLE t ADD CONSTRAINT c CHECK (a IN (1, 2))", EP_MADE_CONSTRAINT, NULL, "c", "t"},
    {"ALTER TABLE t ADD c int, ADD d int", EP_MADE_NONE, NULL, NULL, NULL},
    {"ALTER TABLE t ADD UNIQUE (c)", EP_MADE_NONE, NULL, NULL, NULL},
    {"ALTER TABLE t * ADD c int", EP_MADE_COLUMN, NULL, "c", "t"},
    {"ALTER TABLE t RENAME TO u", EP_MADE_NONE, NULL, NULL, NULL},
    {"DO $$ BEGIN END $$", EP_MADE_NONE, NULL, NULL, NULL},
    {"CREATE", EP_MADE_NONE, NULL, NULL, NULL},
    {"ALTER TABLE", EP_MADE_NONE, NULL, NULL, NULL},
    {"ALTER TABLE t ADD", EP_MADE_NONE, NULL, NULL, NULL},
};

static void assert_name(const char *actual, const char *expected)
{
    if (expected == NULL) {
        assert_null(actual);
    } else {
        assert_non_null(actual);
        assert_string_equal(actual, expected);
    }
}

static void only_one_object_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_span text = ep_span_of(cases[i].sql);
        struct ep_sql_cutter cutter = {.text = text};
        struct ep_sql_statement statement;
        print_message("# %s\n", cases[i].sql);
        assert_true(ep_sql_cutter_next(&cutter, &statement));
        struct ep_made made = ep_made_read(&arena, text, &statement);
        assert_int_equal(made.kind, cases[i].kind);
        if (made.kind != EP_MADE_NONE) {
            assert_name(made.name.schema, cases[i].schema);
            assert_name(made.name.name, cases[i].name);
            assert_name(made.owner.name, cases[i].owner);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_one_object_is_one),
    };
    return cmocka_run_group_tests_name("made", tests, NULL, NULL);
}
