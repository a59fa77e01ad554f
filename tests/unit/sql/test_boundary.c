/*
 * Unit tests of boundaries: a statement and a server's version in; what it is to a
 * transaction, and what it leaves in the catalogs, out.
 */
#include "sql/boundary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { V10 = 100000, V11 = 110000, V12 = 120000, V13 = 130000, V14 = 140000, V15 = 150000 };
enum { V16 = 160000, V17 = 170000, V18 = 180000 };

#define N EP_BOUNDARY_NONE
#define A EP_BOUNDARY_ALONE
#define P EP_BOUNDARY_IF_PARTITIONED
#define E(effect) EP_EFFECT_##effect

static const struct {
    const char *sql;
    enum ep_boundary_kind kind;
    enum ep_boundary_effect effect;
    const char *name, *table, *value;
    int version, before; /* from version, and from 0 to below it what before_kind says */
    enum ep_boundary_kind before_kind;
} rows[] = {
    {"CREATE INDEX i ON t (a)", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"CREATE INDEX CONCURRENTLY i ON t (a)", A, E(INDEX_CREATED), "i", "t", NULL, 0, 0, N},
    {"create unique index concurrently \"I x\" on only \"S\".t using btree (a);", A,
     E(INDEX_CREATED), "\"I x\"", "\"S\".t", NULL, 0, 0, N},
    {"CREATE INDEX /* c */ CONCURRENTLY -- x\n IF NOT EXISTS i ON s . t (a)", A, E(INDEX_CREATED),
     "i", "s . t", NULL, 0, 0, N},
    {"CREATE INDEX CONCURRENTLY ON t (a)", A, E(NONE), NULL, "t", NULL, 0, 0, N},
    {"CREATE TABLE concurrently_x (a int)", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"CREATE TABLE t (a text DEFAULT 'CREATE INDEX CONCURRENTLY')", N, E(NONE), NULL, NULL, NULL, 0,
     0, N},
    {"DROP INDEX i", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"DROP INDEX CONCURRENTLY IF EXISTS s.i CASCADE", A, E(INDEX_DROPPED), "s.i", NULL, NULL, 0, 0,
     N},
    {"REINDEX INDEX CONCURRENTLY i", A, E(REINDEXED), NULL, NULL, NULL, 0, 0, N},
    {"REINDEX (VERBOSE, CONCURRENTLY) TABLE t", A, E(REINDEXED), NULL, NULL, NULL, 0, 0, N},
    {"REINDEX (CONCURRENTLY false) TABLE t", P, E(NONE), NULL, NULL, NULL, V14, V13, N},
    {"REINDEX TABLE t", P, E(NONE), NULL, NULL, NULL, V14, V13, N},
    {"REINDEX INDEX i", P, E(NONE), NULL, NULL, NULL, V14, V13, N},
    {"REINDEX SCHEMA s", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"REINDEX DATABASE d", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"REINDEX SYSTEM d", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"VACUUM", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"VACUUM (ANALYZE) t", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ANALYZE t", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"CLUSTER", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"CLUSTER (VERBOSE);", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"CLUSTER VERBOSE", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"CLUSTER t USING i", P, E(NONE), NULL, NULL, NULL, V15, V14, N},
    {"ALTER SYSTEM SET work_mem = '1MB'", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"CREATE DATABASE d", A, E(DATABASE_CREATED), "d", NULL, NULL, 0, 0, N},
    {"DROP DATABASE IF EXISTS \"D\"", A, E(DATABASE_DROPPED), "\"D\"", NULL, NULL, 0, 0, N},
    {"ALTER DATABASE d SET TABLESPACE x", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ALTER DATABASE d SET work_mem = '1MB'", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"CREATE TABLESPACE x LOCATION '/x'", A, E(TABLESPACE_CREATED), "x", NULL, NULL, 0, 0, N},
    {"DROP TABLESPACE x", A, E(TABLESPACE_DROPPED), "x", NULL, NULL, 0, 0, N},
    {"ALTER TABLESPACE x RENAME TO y", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p", A, E(SUBSCRIPTION_CREATED), "s", NULL,
     NULL, 0, 0, N},
    {"CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (create_slot = false)", N, E(NONE),
     NULL, NULL, NULL, 0, 0, N},
    {"CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (enabled=off, connect = 'false')", N,
     E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (create_slot)", A,
     E(SUBSCRIPTION_CREATED), "s", NULL, NULL, 0, 0, N},
    {"DROP SUBSCRIPTION s", A, E(SUBSCRIPTION_DROPPED), "s", NULL, NULL, 0, 0, N},
    {"ALTER SUBSCRIPTION s REFRESH PUBLICATION", A, E(NONE), NULL, NULL, NULL, V14, V13, N},
    {"ALTER SUBSCRIPTION s SET PUBLICATION p", A, E(NONE), NULL, NULL, NULL, V14, V13, N},
    {"ALTER SUBSCRIPTION s ADD PUBLICATION p WITH (refresh = false)", N, E(NONE), NULL, NULL, NULL,
     0, 0, N},
    {"ALTER SUBSCRIPTION s SET (failover = true)", A, E(NONE), NULL, NULL, NULL, V17, V16, N},
    {"ALTER SUBSCRIPTION s SET (two_phase = off)", A, E(NONE), NULL, NULL, NULL, V18, V17, N},
    {"ALTER SUBSCRIPTION s SET (binary = true)", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ALTER SUBSCRIPTION s DISABLE", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ALTER TABLE t DETACH PARTITION s.p CONCURRENTLY", A, E(PARTITION_DETACHED), "s.p", "t", NULL,
     V14, V13, N},
    {"ALTER TABLE t DETACH PARTITION p", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ALTER TABLE t DETACH PARTITION p FINALIZE", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ALTER TABLE t ADD COLUMN concurrently_x int", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ALTER TYPE \"public\".\"state\" ADD VALUE 'new'", EP_BOUNDARY_ADD_VALUE, E(VALUE_ADDED),
     "\"public\".\"state\"", NULL, "'new'", V12, V11, A},
    {"ALTER TYPE s ADD VALUE IF NOT EXISTS 'new' BEFORE 'old'", EP_BOUNDARY_ADD_VALUE,
     E(VALUE_ADDED), "s", NULL, "'new'", V12, V11, A},
    {"ALTER TYPE s RENAME VALUE 'a' TO 'b'", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ALTER TYPE s ADD ATTRIBUTE value text", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"COMMIT PREPARED 'x'", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ROLLBACK PREPARED 'x'", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"DISCARD ALL", A, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"DISCARD PLANS", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"BEGIN", EP_BOUNDARY_BEGIN, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"begin work;", EP_BOUNDARY_BEGIN, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"START TRANSACTION", EP_BOUNDARY_BEGIN, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"BEGIN ISOLATION LEVEL SERIALIZABLE", EP_BOUNDARY_CONTROL, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"COMMIT;", EP_BOUNDARY_COMMIT, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"/* x */ commit transaction", EP_BOUNDARY_COMMIT, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"END", EP_BOUNDARY_COMMIT, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"COMMIT AND CHAIN", EP_BOUNDARY_CONTROL, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ROLLBACK", EP_BOUNDARY_CONTROL, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ABORT", EP_BOUNDARY_CONTROL, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ROLLBACK WORK TO SAVEPOINT s", EP_BOUNDARY_SAVEPOINT, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"ROLLBACK TO s", EP_BOUNDARY_SAVEPOINT, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"SAVEPOINT s", EP_BOUNDARY_SAVEPOINT, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"RELEASE s", EP_BOUNDARY_SAVEPOINT, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"PREPARE TRANSACTION 'x'", EP_BOUNDARY_PREPARE, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"PREPARE q AS SELECT 1", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"DO $$ BEGIN COMMIT; END $$", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"CALL p()", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
    {"SET TRANSACTION READ ONLY", N, E(NONE), NULL, NULL, NULL, 0, 0, N},
};

static void judge(const char *sql, int version, struct ep_boundary *ret_boundary)
{
    struct ep_sql_cutter cutter = {.text = ep_span_of(sql)};
    struct ep_sql_statement statement;

    assert_true(ep_sql_cutter_next(&cutter, &statement));
    assert_int_equal(statement.item, EP_SQL_ITEM_STATEMENT);
    ep_boundary_judge(cutter.text, &statement, version, ret_boundary);
}

static void assert_span(struct ep_span span, const char *expected)
{
    if (!ep_span_equals(span, expected == NULL ? "" : expected)) {
        fail_msg("\"%.*s\" instead of \"%s\"", EP_SPAN_PRINT(span), expected);
    }
}

static void each_statement_is_judged_as_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        struct ep_boundary boundary = {0};

        print_message("# %s\n", rows[i].sql);
        judge(rows[i].sql, rows[i].version > 0 ? rows[i].version : V10, &boundary);
        assert_int_equal(boundary.kind, rows[i].kind);
        judge(rows[i].sql, V18, &boundary);
        assert_int_equal(boundary.kind, rows[i].kind);
        assert_int_equal(boundary.effect, rows[i].effect);
        assert_int_equal(boundary.what[0] == '\0', rows[i].kind == N);
        if (boundary.kind != N) {
            assert_span(boundary.name, rows[i].name);
            assert_span(boundary.table, rows[i].table);
            assert_span(boundary.value, rows[i].value);
        }
        if (rows[i].before > 0) {
            judge(rows[i].sql, rows[i].before, &boundary);
            assert_int_equal(boundary.kind, rows[i].before_kind);
        }
    }
}

static void a_value_is_used_where_it_is_a_word_of_a_string(void **state)
{
    static const struct {
        const char *sql;
        bool uses;
    } cases[] = {
        {"INSERT INTO t VALUES ('new')", true},
        {"ALTER TABLE t ALTER s SET DEFAULT E'new'", true},
        {"SELECT '{old,new}'::state[]", true},
        {"DO $$ BEGIN INSERT INTO t VALUES ('new'); END $$", true},
        {"CREATE FUNCTION f() RETURNS state LANGUAGE sql AS 'SELECT ''new''::state'", true},
        {"INSERT INTO t VALUES ('newer'), ('renew')", false},
        {"SELECT new FROM t -- 'new'", false},
        {"SELECT \"new\"", false},
    };

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_sql_cutter cutter = {.text = ep_span_of(cases[i].sql)};
        struct ep_sql_statement statement;

        print_message("# %s\n", cases[i].sql);
        assert_true(ep_sql_cutter_next(&cutter, &statement));
        assert_int_equal(ep_boundary_uses_value(cutter.text, &statement, ep_span_of("'new'")),
                         cases[i].uses);
    }
}

static void an_empty_value_is_used_where_it_is_the_whole_string(void **state)
{
    (void)state;
    struct ep_sql_cutter cutter = {.text = ep_span_of("INSERT INTO t VALUES ('')")};
    struct ep_sql_statement statement;

    assert_true(ep_sql_cutter_next(&cutter, &statement));
    assert_true(ep_boundary_uses_value(cutter.text, &statement, ep_span_of("''")));
}

static void a_directive_stands_before_the_first_statement(void **state)
{
    static const struct {
        const char *text;
        enum ep_directive directive;
        const char *word;
    } cases[] = {
        {"SELECT 1", EP_DIRECTIVE_NONE, ""},
        {"-- entrypoint: no-transaction\nSELECT 1", EP_DIRECTIVE_NO_TRANSACTION, "no-transaction"},
        {"\n-- Custom SQL\n--entrypoint:transaction \r\nSELECT 1", EP_DIRECTIVE_TRANSACTION,
         "transaction"},
        {"/* a */ -- entrypoint: no transaction", EP_DIRECTIVE_UNKNOWN, "no transaction"},
        {"SELECT 1; -- entrypoint: no-transaction", EP_DIRECTIVE_NONE, ""},
        {"/* -- entrypoint: transaction */ SELECT 1", EP_DIRECTIVE_NONE, ""},
        {"-- see entrypoint: transaction", EP_DIRECTIVE_NONE, ""},
        {"-- entrypoint: accept drop-table\nDROP TABLE t", EP_DIRECTIVE_NONE, ""},
        {"-- entrypoint: accept drop-table\n-- entrypoint: no-transaction",
         EP_DIRECTIVE_NO_TRANSACTION, "no-transaction"},
        {"", EP_DIRECTIVE_NONE, ""},
    };

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_span word = {0};
        print_message("# %s\n", cases[i].text);
        assert_int_equal(ep_directive_find(ep_span_of(cases[i].text), &word), cases[i].directive);
        assert_span(word, cases[i].word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_statement_is_judged_as_the_table_says),
        cmocka_unit_test(a_value_is_used_where_it_is_a_word_of_a_string),
        cmocka_unit_test(an_empty_value_is_used_where_it_is_the_whole_string),
        cmocka_unit_test(a_directive_stands_before_the_first_statement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
