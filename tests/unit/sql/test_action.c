/* Unit tests of src/sql/action and cursor: a text, and what its statements do. */
#include "sql/action.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* "add column app.users (email) varchar(10) -> other [name] +mark" */
static void describe(const struct ep_sql_action *action, struct ep_text *out)
{
    static const char *const marks[] = {
        "concurrently", "if-exists", "cascade", "not-valid", "using-index", "not-null",  "default",
        "computed",     "where",     "cast",    "using",     "temporary",   "of-create", "index",
    };

    ep_text_format(out, "%s %s%s%s", ep_sql_action_words(action->kind),
                   action->object.schema == NULL ? "" : action->object.schema,
                   action->object.schema == NULL ? "" : ".", action->object.name);
    for (size_t i = 0; i < action->column_count; i++) {
        ep_text_format(out, "%s%s%s", i == 0 ? " (" : ", ", action->columns[i],
                       i + 1 == action->column_count ? ")" : "");
    }
    if (action->type.size > 0) {
        ep_text_format(out, " %.*s", EP_SPAN_PRINT(action->type));
    }
    if (action->other.name != NULL) {
        ep_text_format(out, " -> %s%s%s", action->other.schema == NULL ? "" : action->other.schema,
                       action->other.schema == NULL ? "" : ".", action->other.name);
    }
    if (action->name != NULL) {
        ep_text_format(out, " [%s]", action->name);
    }
    for (size_t i = 0; i < EP_COUNT_OF(marks); i++) {
        if ((action->marks & 1U << i) != 0) {
            ep_text_format(out, " +%s", marks[i]);
        }
    }
}

static void read_all(struct ep_arena *arena, struct ep_span text, struct ep_sql_action_list *list)
{
    struct ep_sql_cutter cutter = {.text = text};
    struct ep_sql_statement statement;

    while (ep_sql_cutter_next(&cutter, &statement)) {
        ep_sql_action_read(arena, text, &statement, list);
    }
}

struct reading {
    const char *sql;
    const char *actions; /* separated by "; " */
};

static void check(const struct reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        struct ep_sql_action_list list = {0};

        read_all(&arena, ep_span_of(readings[i].sql), &list);
        for (size_t j = 0; j < list.count; j++) {
            ep_text_add(&text, j == 0 ? "" : "; ");
            describe(&list.items[j], &text);
        }
        if (strcmp(ep_text_get(&text), readings[i].actions) != 0) {
            fail_msg("%s\n  gives    %s\n  expected %s", readings[i].sql, ep_text_get(&text),
                     readings[i].actions);
        }
    }
}

static void create_table_tells_its_columns_and_constraints(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"CREATE TABLE users (id serial PRIMARY KEY, email varchar(255) NOT NULL UNIQUE)",
         "create table users; add column users (id) serial +not-null +default +computed "
         "+of-create; add primary key users (id) +of-create; add column users (email) "
         "varchar(255) +not-null +of-create; add unique users (email) +of-create"},
        {"create table IF NOT EXISTS \"App\".\"Users\" (\"a\" int)",
         "create table App.Users +if-exists; add column App.Users (a) int +if-exists +of-create"},
        {"CREATE TEMP TABLE t AS SELECT 1", "create table t +temporary"},
        {"CREATE UNLOGGED TABLE t (LIKE u INCLUDING ALL, a int)",
         "create table t; add column t (a) int +of-create"},
        {"CREATE TABLE t PARTITION OF p FOR VALUES IN (1)", "create table t"},
        {"CREATE TABLE t (a int, b int, CONSTRAINT f FOREIGN KEY (a, b) REFERENCES s.u (x, y) "
         "ON DELETE SET NULL ON UPDATE CASCADE, PRIMARY KEY (a), CHECK (a > 0))",
         "create table t; add column t (a) int +of-create; add column t (b) int +of-create; "
         "add foreign key t (a, b) -> s.u [f] +of-create; add primary key t (a) +of-create; "
         "add check t +of-create"},
        {"CREATE TABLE t (exclude int, EXCLUDE USING gist (a WITH =))",
         "create table t; add column t (exclude) int +of-create; add exclusion t +of-create"},
        {"CREATE TABLE t", "create table t"},
        {"CREATE TABLE t (", "create table t"},
        {"CREATE TABLE", ""},
        {"CREATE VIEW v AS SELECT 1", ""},
        {"CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT 1", "create materialized view v"},
        {"CREATE TYPE public.mood AS ENUM ('a')", "create type public.mood"},
    };
    check(readings, EP_COUNT_OF(readings));
}

static void adding_a_column_tells_what_its_rows_get(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"ALTER TABLE t ADD COLUMN c text", "add column t (c) text"},
        {"ALTER TABLE t ADD c text NOT NULL", "add column t (c) text +not-null"},
        {"ALTER TABLE IF EXISTS ONLY s.t ADD COLUMN IF NOT EXISTS c text DEFAULT 'x' NOT NULL",
         "add column s.t (c) text +if-exists +not-null +default"},
        {"ALTER TABLE t ADD c int DEFAULT NULL", "add column t (c) int"},
        {"ALTER TABLE t ADD c int DEFAULT -1", "add column t (c) int +default"},
        {"ALTER TABLE t ADD c jsonb DEFAULT '{}'::jsonb NOT NULL",
         "add column t (c) jsonb +not-null +default"},
        {"ALTER TABLE t ADD c timestamp (3) with time zone DEFAULT now() NOT NULL",
         "add column t (c) timestamp (3) with time zone +not-null +default"},
        {"ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid()",
         "add column t (c) uuid +default +computed"},
        {"ALTER TABLE t ADD c timestamptz DEFAULT (now() + random() * interval '1 day')",
         "add column t (c) timestamptz +default +computed"},
        {"ALTER TABLE t ADD c varchar(3) DEFAULT 'a'::character varying(3)",
         "add column t (c) varchar(3) +default"},
        {"ALTER TABLE t ADD c text[] DEFAULT ARRAY['a', 'b']", "add column t (c) text[] +default"},
        {"ALTER TABLE t ADD c \"public\".\"mood\" DEFAULT 'sad'",
         "add column t (c) \"public\".\"mood\" +default"},
        {"ALTER TABLE t ADD c text DEFAULT \"own\"('x')",
         "add column t (c) text +default +computed"},
        {"ALTER TABLE t ADD c bigserial", "add column t (c) bigserial +default +computed"},
        {"ALTER TABLE t ADD c int GENERATED ALWAYS AS IDENTITY (START 5)",
         "add column t (c) int +default +computed"},
        {"ALTER TABLE t ADD c int GENERATED ALWAYS AS (a + 1) STORED NOT NULL",
         "add column t (c) int +not-null +default +computed"},
        {"ALTER TABLE t ADD c int GENERATED ALWAYS AS (a + 1) VIRTUAL",
         "add column t (c) int +default"},
        {"ALTER TABLE t ADD c int CONSTRAINT f REFERENCES u ON DELETE SET NULL",
         "add column t (c) int; add foreign key t (c) -> u [f] +not-valid"},
        {"ALTER TABLE t ADD c int DEFAULT 1 REFERENCES u(id)",
         "add column t (c) int +default; add foreign key t (c) -> u"},
        {"ALTER TABLE t ADD c text COLLATE \"C\" CHECK (c <> '') UNIQUE",
         "add column t (c) text; add check t; add unique t (c)"},
        {"ALTER TABLE t ADD c int DEFAULT ]", "add column t (c) int +default"},
        {"ALTER TABLE t ADD c int REFERENCES u ON DELETE SET NULL (c) NOT NULL",
         "add column t (c) int +not-null; add foreign key t (c) -> u +not-valid"},
        {"ALTER TABLE t ADD", ""},
    };
    check(readings, EP_COUNT_OF(readings));
}

static void altering_a_table_is_an_action_for_each_clause(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"ALTER TABLE t DROP COLUMN a, DROP IF EXISTS b CASCADE, DROP CONSTRAINT c",
         "drop column t (a); drop column t (b) +if-exists +cascade"},
        {"ALTER TABLE t ALTER COLUMN a SET NOT NULL, ALTER b DROP NOT NULL, ALTER c SET DEFAULT "
         "f(1, 2), ALTER d DROP DEFAULT, ALTER e SET STATISTICS 5",
         "set not null t (a); drop not null t (b); set default t (c); drop default t (d)"},
        {"ALTER TABLE t ALTER a TYPE numeric(10, 2)", "set type t (a) numeric(10, 2)"},
        {"ALTER TABLE t ALTER a SET DATA TYPE varchar(9) COLLATE \"C\" USING lower(a)",
         "set type t (a) varchar(9) +using"},
        {"ALTER TABLE \"t\" ALTER COLUMN \"a\" SET DATA TYPE \"public\".\"m\" USING "
         "\"a\"::\"public\".\"m\";",
         "set type t (a) \"public\".\"m\" +cast"},
        {"ALTER TABLE t ALTER a TYPE int USING (a::int), ALTER b TYPE int USING a::int",
         "set type t (a) int +cast; set type t (b) int +using"},
        {"ALTER TABLE t ALTER a TYPE int USING a::text::int", "set type t (a) int +using"},
        {"ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0 AND (b IS NOT NULL)) NOT VALID",
         "add check t [k] +not-valid"},
        {"ALTER TABLE t ADD CONSTRAINT k CHECK (\"a\" IS NOT NULL) NOT VALID",
         "add check t (a) [k] +not-valid"},
        {"ALTER TABLE t ADD CHECK ((a IS NOT NULL))", "add check t (a)"},
        {"ALTER TABLE t ADD CHECK (a IS NOT NULL OR b)", "add check t"},
        {"ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (\"a\") REFERENCES \"public\".\"u\"(\"id\") "
         "ON DELETE no action ON UPDATE no action NOT VALID",
         "add foreign key t (a) -> public.u [f] +not-valid"},
        {"ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (a, b)", "add unique t (a, b)"},
        {"ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX i", "add unique t [k] +using-index"},
        {"ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a)", "add primary key t (a) [k]"},
        {"ALTER TABLE t ADD CONSTRAINT k EXCLUDE USING gist (a WITH &&)", "add exclusion t [k]"},
        {"ALTER TABLE t ADD CONSTRAINT k NOT NULL a", "set not null t (a) [k]"},
        {"ALTER TABLE t VALIDATE CONSTRAINT k", "validate constraint t [k]"},
        {"ALTER TABLE s.t RENAME TO u", "rename table s.t -> s.u"},
        {"ALTER TABLE t RENAME a TO b", "rename column t (a) -> b"},
        {"ALTER TABLE t RENAME COLUMN \"A\" TO \"B\"", "rename column t (A) -> B"},
        {"ALTER TABLE t RENAME CONSTRAINT a TO b", ""},
        {"ALTER TABLE t SET SCHEMA s", "set schema t -> s.t"},
        {"ALTER TABLE t SET TABLESPACE s", "rewrite table t"},
        {"ALTER TABLE t SET UNLOGGED", "rewrite table t"},
        {"ALTER TABLE t SET (fillfactor = 70)", ""},
        {"ALTER TABLE t ATTACH PARTITION s.p FOR VALUES IN (1)", "attach partition t -> s.p"},
        {"ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "detach partition t -> p +concurrently"},
        {"ALTER TABLE t OWNER TO x, ENABLE ROW LEVEL SECURITY", ""},
        {"ALTER TABLE t ) , ( DROP COLUMN a", ""},
        {"ALTER TABLE t * DROP a", "drop column t (a)"},
        {"ALTER TABLE t ALTER CONSTRAINT k DEFERRABLE, DROP a", "drop column t (a)"},
        {"ALTER TABLE t ALTER", ""},
        {"ALTER TABLE 5", ""},
    };
    check(readings, EP_COUNT_OF(readings));
}

static void other_statements(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"DROP TABLE a, s.b CASCADE; drop table if exists \"C\" restrict",
         "drop table a [TABLE] +cascade; drop table s.b [TABLE] +cascade; drop table C [TABLE] "
         "+if-exists"},
        {"DROP INDEX CONCURRENTLY IF EXISTS s.i",
         "drop index s.i [INDEX] +concurrently +if-exists"},
        {"DROP SCHEMA s CASCADE", "drop schema s [SCHEMA] +cascade"},
        {"DROP TYPE mood", "drop type mood [TYPE]"},
        {"DROP MATERIALIZED VIEW v; DROP SEQUENCE q; DROP DATABASE d",
         "drop view v [MATERIALIZED VIEW]; drop other q [SEQUENCE]; drop database d [DATABASE]"},
        {"DROP OWNED BY joe", "drop schema joe [OWNED BY]"},
        {"DROP FUNCTION f(int)", ""},
        {"TRUNCATE ONLY a, b * RESTART IDENTITY CASCADE",
         "truncate a +cascade; truncate b +cascade"},
        {"TRUNCATE TABLE a", "truncate a"},
        {"CREATE UNIQUE INDEX i ON ONLY s.t USING btree (a DESC NULLS LAST, \"B\" text_ops, "
         "lower(c), d) WHERE a IS NULL",
         "create index s.t (a, B) [i]"},
        {"CREATE INDEX CONCURRENTLY IF NOT EXISTS \"i\" ON \"t\" USING gin (\"a\" jsonb_path_ops)",
         "create index t (a) [i] +concurrently +if-exists"},
        {"CREATE INDEX ON t ((a || b))", "create index t"},
        {"REINDEX (VERBOSE, CONCURRENTLY) TABLE t; REINDEX INDEX CONCURRENTLY i; REINDEX INDEX i",
         "reindex t +concurrently; reindex i +concurrently +index; reindex i +index"},
        {"REFRESH MATERIALIZED VIEW CONCURRENTLY v; REFRESH MATERIALIZED VIEW v WITH NO DATA",
         "refresh materialized view v +concurrently; refresh materialized view v"},
        {"CLUSTER VERBOSE t USING i; VACUUM FULL t; VACUUM (FULL, ANALYZE) t; VACUUM t",
         "rewrite table t; rewrite table t; rewrite table t"},
        {"LOCK TABLE a, b IN ACCESS EXCLUSIVE MODE; LOCK c; LOCK d IN ROW EXCLUSIVE MODE",
         "lock table a; lock table b; lock table c"},
        {"ALTER TYPE mood RENAME VALUE 'a' TO 'b'", "rename value mood"},
        {"ALTER TYPE mood ADD VALUE 'a'", ""},
        {"ALTER DOMAIN d ADD CHECK (VALUE > 0) NOT VALID; ALTER DOMAIN d SET NOT NULL",
         "add constraint to domain d +not-valid; add constraint to domain d"},
        {"ALTER SCHEMA a RENAME TO b; ALTER VIEW v RENAME TO w",
         "rename schema a -> b; rename view v -> w"},
        {"UPDATE t SET a = 1, (b, c) = (2, 3), d = f(a, b) WHERE id > 5",
         "update t (a, b, c, d) +where"},
        {"UPDATE ONLY s.t AS x SET a = (SELECT 1 WHERE true)", "update s.t (a)"},
        {"DELETE FROM t; DELETE FROM t USING u WHERE t.id = u.id", "delete t; delete t +where"},
        {"VACUUM FULL FREEZE VERBOSE ANALYZE t", "rewrite table t"},
        {"CREATE INDEX i; CREATE INDEX i ON; DELETE FROM; ALTER DOMAIN d SET DEFAULT 1", ""},
        {"WITH x AS (DELETE FROM u RETURNING *) DELETE FROM t WHERE id IN (SELECT id FROM x)",
         "delete t +where"},
        {"INSERT INTO t VALUES ('DROP TABLE t') -- DROP TABLE t", ""},
        {"CREATE FUNCTION f() RETURNS void AS $$ DROP TABLE t $$ LANGUAGE sql", ""},
        {"SELECT 1; COPY t FROM stdin;\nDROP TABLE t\n\\.\n", ""},
    };
    check(readings, EP_COUNT_OF(readings));
}

static void a_do_block_does_what_is_written_in_it(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"DO $$ BEGIN\n ALTER TABLE \"t\" ADD CONSTRAINT \"f\" FOREIGN KEY (\"a\") REFERENCES "
         "\"public\".\"u\"(\"id\");\nEXCEPTION\n WHEN duplicate_object THEN null;\nEND $$;",
         "add foreign key t (a) -> public.u [f]"},
        {"DO LANGUAGE plpgsql $x$ BEGIN IF NOT EXISTS (SELECT 1) THEN DROP TABLE a; ELSE DROP "
         "TABLE b; END IF; FOR i IN 1..2 LOOP TRUNCATE c; END LOOP; END $x$",
         "drop table a [TABLE]; drop table b [TABLE]; truncate c"},
        {"DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$", ""},
        {"DO 'BEGIN DROP TABLE t; END'", ""},
        {"DO $$ BEGIN DO $a$ DROP TABLE t $a$; END $$", ""},
    };
    check(readings, EP_COUNT_OF(readings));
}

static void names_are_those_that_the_server_makes_of_them(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"DROP TABLE Users", "drop table users [TABLE]"},
        {"DROP TABLE \"Us\"\"ers\".\"A.b\"", "drop table Us\"ers.A.b [TABLE]"},
        {"DROP TABLE db.s.t", "drop table s.t [TABLE]"},
        {"DROP TABLE a23456789012345678901234567890123456789012345678901234567890123XXX",
         "drop table a23456789012345678901234567890123456789012345678901234567890123 [TABLE]"},
        {"DROP TABLE \"a2345678901234567890123456789012345678901234567890123456789012\303\244\"",
         "drop table a2345678901234567890123456789012345678901234567890123456789012 [TABLE]"},
        {"DROP TABLE /* x */ a -- b\n . c", "drop table a.c [TABLE]"},
        {"DROP TABLE 'a'", ""},
    };
    check(readings, EP_COUNT_OF(readings));
}

static void an_action_knows_its_place(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_sql_action_list list = {0};
    const char *sql = "SELECT 1;\n-- a\nALTER TABLE t\n  DROP a,\n  DROP b;\n"
                      "DO $$ BEGIN DROP TABLE u; END $$";

    read_all(&arena, ep_span_of(sql), &list);
    assert_int_equal(list.count, 3);
    if (list.items == NULL) {
        return; /* for the analyzer, which does not know that an assertion ends a test */
    }
    assert_true(strncmp(sql + list.items[0].offset, "ALTER TABLE t", 13) == 0);
    assert_true(strncmp(sql + list.items[1].offset, "DROP b", 6) == 0);
    assert_true(strncmp(sql + list.items[2].offset, "DROP TABLE u", 12) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(create_table_tells_its_columns_and_constraints),
        cmocka_unit_test(adding_a_column_tells_what_its_rows_get),
        cmocka_unit_test(altering_a_table_is_an_action_for_each_clause),
        cmocka_unit_test(other_statements),
        cmocka_unit_test(a_do_block_does_what_is_written_in_it),
        cmocka_unit_test(names_are_those_that_the_server_makes_of_them),
        cmocka_unit_test(an_action_knows_its_place),
    };
    return cmocka_run_group_tests_name("action", tests, NULL, NULL);
}
