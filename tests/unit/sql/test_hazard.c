/* Unit tests of src/sql/hazard: SQL, a database that is described below, and what is said. */
#include "sql/hazard.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BIG_BYTES ((int64_t)310 * 1024 * 1024)
#define LIST(array) (array), EP_COUNT_OF(array)

static const struct ep_relation_column columns[] = {
    {"id", "integer", true, true, 0},
    {"email", "text", false, false, -1},
    {"full", "text", false, false, 0},
    {"holes", "text", false, false, 40},
    {"proven", "text", false, false, -1},
    {"pending", "text", false, false, -1},
    {"state", "text", false, true, -1},
    {"mood", "mood", false, true, -1},
    {"price", "numeric(10,2)", false, false, -1},
    {"code", "character varying(20)", false, false, -1},
};
static const char *const index_columns[] = {"email", "id"};
static const struct ep_relation_index indexes[] = {{LIST(index_columns)}};
static const struct ep_relation_check checks[] = {
    {"proven_set", "proven", true},
    {"pending_set", "pending", false},
};

/* big, small and empty are tables alike but for their sizes; "gone" does not exist. */
static const struct ep_relation relations[] = {
    {{NULL, "big"}, true, 'r', BIG_BYTES, 1234567, LIST(columns), LIST(indexes), LIST(checks)},
    {{"app", "big"}, true, 'r', BIG_BYTES, -1, LIST(columns), LIST(indexes), LIST(checks)},
    {{NULL, "small"}, true, 'r', 65536, 100, LIST(columns), LIST(indexes), LIST(checks)},
    {{NULL, "empty"}, true, 'r', 0, 0, LIST(columns), LIST(indexes), LIST(checks)},
    {{NULL, "big_index"}, true, 'i', BIG_BYTES, -1, NULL, 0, NULL, 0, NULL, 0},
    {{NULL, "big_view"}, true, 'm', BIG_BYTES, -1, NULL, 0, NULL, 0, NULL, 0},
    {{NULL, "gone"}, false, 0, 0, -1, NULL, 0, NULL, 0, NULL, 0},
};
static const struct ep_relation_list facts = {LIST(relations)};

/* Each statement is a subject of its own with all that stands around it; "COMMIT" ends a
 * transaction. */
static void judge(struct ep_arena *arena, struct ep_span text, int version,
                  struct ep_hazard_list *ret_list, struct ep_hazard_subject **ret_subjects,
                  size_t *ret_count)
{
    struct ep_hazard_subject *subjects = ep_arena_array(arena, 64, sizeof(*subjects));
    struct ep_sql_cutter cutter = {.text = text};
    struct ep_sql_statement statement;
    size_t count = 0, transaction = 0;

    while (ep_sql_cutter_next(&cutter, &statement)) {
        struct ep_sql_action_list list = {0};
        ep_sql_action_read(arena, text, &statement, &list);
        transaction += ep_sql_statement_leads(&statement, "COMMIT");
        for (size_t i = 0; i < list.count; i++) {
            assert_true(count < 64);
            subjects[count++] = (struct ep_hazard_subject){
                .action = list.items[i],
                .transaction = transaction,
                .comments = ep_sql_statement_outer(text, &statement),
            };
        }
    }
    ep_hazard_judge(arena, subjects, count, &facts, version, ret_list);
    *ret_subjects = subjects;
    *ret_count = count;
}

struct judgement {
    const char *sql;
    const char *hazards; /* "name" of a danger or warning, "(name)" of a note, "name+" accepted */
};

static void check_version(const struct judgement *judgements, size_t count, int version)
{
    for (size_t i = 0; i < count; i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        struct ep_hazard_list list = {0};
        struct ep_hazard_subject *subjects = NULL;
        size_t subject_count = 0;

        judge(&arena, ep_span_of(judgements[i].sql), version, &list, &subjects, &subject_count);
        for (size_t j = 0; j < list.count; j++) {
            const struct ep_hazard *hazard = &list.items[j];
            bool is_note = hazard->severity == EP_HAZARD_NOTE;
            ep_text_format(&text, "%s%s%s%s%s", j == 0 ? "" : " ", is_note ? "(" : "",
                           hazard->rule->name, is_note ? ")" : "", hazard->is_accepted ? "+" : "");
        }
        if (strcmp(ep_text_get(&text), judgements[i].hazards) != 0) {
            fail_msg("%s\n  gives    %s\n  expected %s", judgements[i].sql, ep_text_get(&text),
                     judgements[i].hazards);
        }
    }
}

#define CHECK(judgements) check_version((judgements), EP_COUNT_OF(judgements), 150018)

static void lost_data(void **state)
{
    (void)state;
    static const struct judgement judgements[] = {
        {"DROP TABLE big", "drop-table"},
        {"DROP TABLE small", "drop-table"},
        {"DROP TABLE empty", "(drop-table)"},
        {"DROP TABLE IF EXISTS gone", ""},
        {"CREATE TABLE own (a int); DROP TABLE own", ""},
        {"DROP TABLE big; CREATE TABLE big (a int); DROP TABLE big", "drop-table"},
        {"ALTER TABLE small DROP COLUMN email", "drop-column"},
        {"ALTER TABLE empty DROP email", "(drop-column)"},
        {"ALTER TABLE big DROP COLUMN IF EXISTS nothing", ""},
        {"ALTER TABLE big ADD a int; ALTER TABLE big DROP a", ""},
        {"TRUNCATE small CASCADE", "truncate"},
        {"TRUNCATE empty", ""},
        {"DELETE FROM small", "delete-all"},
        {"DELETE FROM small WHERE id = 1", ""},
        {"DELETE FROM empty", ""},
        {"DROP SCHEMA app CASCADE", "drop-cascade"},
        {"DROP SCHEMA app", ""},
        {"DROP TYPE mood CASCADE", "drop-cascade"},
        {"DROP TYPE mood", ""},
        {"DROP EXTENSION citext CASCADE", "drop-cascade"},
        {"DROP OWNED BY joe", "drop-cascade"},
        {"DROP DATABASE d", "drop-database"},
        {"ALTER TABLE small ALTER price TYPE numeric(10, 1)", "lossy-type (type-rewrite)"},
        {"ALTER TABLE small ALTER code SET DATA TYPE varchar(5) USING code::varchar(5)",
         "lossy-type (type-rewrite)"},
        {"ALTER TABLE empty ALTER price TYPE int", ""},
    };
    CHECK(judgements);
}

static void statements_that_fail(void **state)
{
    (void)state;
    static const struct judgement judgements[] = {
        {"ALTER TABLE small ADD COLUMN a text NOT NULL", "required-column"},
        {"ALTER TABLE small ADD COLUMN a text PRIMARY KEY",
         "required-column (unique-not-using-index)"},
        {"ALTER TABLE small ADD COLUMN a text NOT NULL DEFAULT ''", ""},
        {"ALTER TABLE small ADD COLUMN a text", ""},
        {"ALTER TABLE empty ADD COLUMN a text NOT NULL", ""},
        {"CREATE TABLE own (a int); ALTER TABLE own ADD b int NOT NULL", ""},
        {"ALTER TABLE small ADD COLUMN IF NOT EXISTS id int NOT NULL", ""},
        {"ALTER TABLE small ALTER holes SET NOT NULL", "(set-not-null) null-values"},
        {"ALTER TABLE small ALTER email SET NOT NULL", "(set-not-null) null-values"},
        {"ALTER TABLE small ALTER full SET NOT NULL", "(set-not-null)"},
        {"ALTER TABLE small ALTER id SET NOT NULL", ""},
        {"UPDATE small SET email = '' WHERE email IS NULL; ALTER TABLE small ALTER email SET NOT "
         "NULL",
         "(set-not-null)"},
        {"ALTER TABLE small ADD a int DEFAULT 0; ALTER TABLE small ALTER a SET NOT NULL",
         "(set-not-null)"},
        {"ALTER TABLE small ADD a int; ALTER TABLE small ALTER a SET NOT NULL",
         "(set-not-null) null-values"},
        {"ALTER TABLE empty ALTER email SET NOT NULL", ""},
        {"ALTER TABLE small ALTER state TYPE mood USING state::mood",
         "default-not-cast (type-rewrite)"},
        {"ALTER TABLE small ALTER mood TYPE other USING mood::text::other",
         "default-not-cast (type-rewrite)"},
        {"ALTER TABLE small ALTER mood TYPE text", "(type-rewrite)"},
        {"ALTER TABLE small ALTER state DROP DEFAULT, ALTER state TYPE mood USING state::mood",
         "(type-rewrite)"},
        {"ALTER TABLE small ALTER email TYPE mood USING email::mood", "(type-rewrite)"},
        {"DROP TYPE mood; CREATE TYPE public.mood AS ENUM ('a')", "enum-recreated"},
        {"CREATE TYPE mood AS ENUM ('a')", ""},
    };
    CHECK(judgements);
}

static void locks_count_by_the_size_of_the_table(void **state)
{
    (void)state;
    static const struct judgement judgements[] = {
        {"CREATE INDEX i ON big (id)", "index-not-concurrent"},
        {"CREATE INDEX i ON app.big (id)", "index-not-concurrent"},
        {"CREATE INDEX i ON small (id)", "(index-not-concurrent)"},
        {"CREATE INDEX i ON empty (id)", ""},
        {"CREATE INDEX CONCURRENTLY i ON big (id)", ""},
        {"CREATE TABLE own (a int); CREATE INDEX i ON own (a)", ""},
        {"CREATE TABLE IF NOT EXISTS big (a int UNIQUE); CREATE INDEX i ON big (id)",
         "index-not-concurrent"},
        {"CREATE TABLE IF NOT EXISTS gone (a int); CREATE INDEX i ON gone (a)", ""},
        {"CREATE INDEX i ON unheard_of (a)", "index-not-concurrent"},
        {"DROP INDEX big_index", "(drop-index-not-concurrent)"},
        {"DROP INDEX CONCURRENTLY big_index", ""},
        {"REINDEX TABLE big; REINDEX INDEX big_index",
         "reindex-not-concurrent reindex-not-concurrent"},
        {"REINDEX TABLE CONCURRENTLY big", ""},
        {"ALTER TABLE big ALTER full SET NOT NULL", "set-not-null"},
        {"ALTER TABLE big ALTER proven SET NOT NULL", ""},
        {"ALTER TABLE big ALTER pending SET NOT NULL", "set-not-null null-values"},
        {"ALTER TABLE big VALIDATE CONSTRAINT pending_set; ALTER TABLE big ALTER pending SET NOT "
         "NULL",
         ""},
        {"ALTER TABLE big ADD CONSTRAINT c CHECK (full IS NOT NULL) NOT VALID; COMMIT; ALTER TABLE "
         "big VALIDATE CONSTRAINT c; ALTER TABLE big ALTER full SET NOT NULL",
         ""},
        {"ALTER TABLE big ADD CONSTRAINT c CHECK (id > 0) NOT VALID; ALTER TABLE big VALIDATE "
         "CONSTRAINT c",
         "validate-same-transaction"},
        {"ALTER TABLE big ADD CONSTRAINT c CHECK (id > 0)", "check-not-valid"},
        {"ALTER TABLE small ADD CONSTRAINT c CHECK (id > 0)", "(check-not-valid)"},
        {"ALTER TABLE big ADD CONSTRAINT c CHECK (id > 0) NOT VALID", ""},
        {"ALTER TABLE big ADD FOREIGN KEY (email) REFERENCES small", "foreign-key-not-valid"},
        {"ALTER TABLE big ADD FOREIGN KEY (email) REFERENCES small NOT VALID", ""},
        {"ALTER TABLE big ADD UNIQUE (email)", "unique-not-using-index"},
        {"ALTER TABLE big ADD PRIMARY KEY (id)", "unique-not-using-index"},
        {"ALTER TABLE big ADD CONSTRAINT u UNIQUE USING INDEX i", ""},
        {"ALTER TABLE big ADD EXCLUDE USING gist (id WITH =)", "exclusion-constraint"},
        {"ALTER DOMAIN d ADD CHECK (VALUE > 0)", "domain-constraint"},
        {"ALTER DOMAIN d ADD CHECK (VALUE > 0) NOT VALID", ""},
        {"UPDATE big SET email = ''", "update-all"},
        {"UPDATE big SET email = '' WHERE id < 1000", ""},
        {"UPDATE small SET email = ''", "(update-all)"},
        {"ALTER TABLE big ADD a int; UPDATE big SET a = 1 WHERE id < 5", "update-under-lock"},
        {"ALTER TABLE big ADD a int; COMMIT; UPDATE big SET a = 1 WHERE id < 5", ""},
        {"REFRESH MATERIALIZED VIEW big_view", "refresh-not-concurrent"},
        {"REFRESH MATERIALIZED VIEW CONCURRENTLY big_view", ""},
        {"CREATE MATERIALIZED VIEW v AS SELECT 1; REFRESH MATERIALIZED VIEW v", ""},
        {"ALTER TABLE small ATTACH PARTITION big DEFAULT", "attach-partition"},
        {"ALTER TABLE big ATTACH PARTITION empty DEFAULT", ""},
        {"ALTER TABLE big DETACH PARTITION small", "(detach-not-concurrent)"},
        {"ALTER TABLE big DETACH PARTITION small CONCURRENTLY", ""},
        {"LOCK TABLE big", "lock-table"},
        {"LOCK TABLE big IN SHARE ROW EXCLUSIVE MODE; LOCK TABLE big IN ROW SHARE MODE",
         "lock-table"},
    };
    CHECK(judgements);
}

static void tables_written_anew(void **state)
{
    (void)state;
    static const struct judgement judgements[] = {
        {"ALTER TABLE big ADD a uuid DEFAULT gen_random_uuid()", "column-rewrite"},
        {"ALTER TABLE big ADD a bigserial", "column-rewrite"},
        {"ALTER TABLE big ADD a int DEFAULT 1", ""},
        {"ALTER TABLE big ADD a timestamptz DEFAULT now() NOT NULL", ""},
        {"ALTER TABLE small ADD a bigserial", "(column-rewrite)"},
        {"ALTER TABLE big ALTER id TYPE bigint", "type-rewrite"},
        {"ALTER TABLE big ALTER code TYPE text", ""},
        {"ALTER TABLE big ALTER code TYPE varchar(40)", ""},
        {"ALTER TABLE big ALTER code TYPE varchar(10)", "type-rewrite"},
        {"ALTER TABLE big ALTER code TYPE text USING lower(code)", "type-rewrite"},
        {"ALTER TABLE big ALTER nothing TYPE text", ""},
        {"ALTER TABLE big ADD a int; ALTER TABLE big ALTER a TYPE bigint", "type-rewrite"},
        {"ALTER TABLE empty ALTER id TYPE bigint", ""},
        {"VACUUM FULL big; CLUSTER big; ALTER TABLE big SET LOGGED",
         "table-rewrite table-rewrite table-rewrite"},
    };
    CHECK(judgements);
    static const struct judgement old[] = {
        {"ALTER TABLE big ADD a int DEFAULT 1", "column-rewrite"},
        {"ALTER TABLE big ALTER proven SET NOT NULL", "set-not-null null-values"},
    };
    check_version(old, EP_COUNT_OF(old), 100023);
    static const struct judgement faulty[] = {
        {"CREATE INDEX CONCURRENTLY i ON small (id)", "index-corruption"},
        {"CREATE INDEX CONCURRENTLY i ON empty (id)", ""},
    };
    check_version(faulty, EP_COUNT_OF(faulty), 140003);
}

static void servers_that_still_run(void **state)
{
    (void)state;
    static const struct judgement judgements[] = {
        {"ALTER TABLE big RENAME TO huge", "rename-table"},
        {"ALTER TABLE empty RENAME TO huge", "rename-table"},
        {"ALTER TABLE big RENAME TO huge; CREATE INDEX ON huge (id)",
         "rename-table index-not-concurrent"},
        {"ALTER TABLE big RENAME TO old; CREATE TABLE big (a int); DROP TABLE old",
         "rename-table drop-table"},
        {"ALTER TABLE big SET SCHEMA app", "rename-table"},
        {"ALTER TABLE big RENAME email TO mail", "rename-column"},
        {"ALTER TABLE big RENAME email TO mail; ALTER TABLE big DROP mail",
         "rename-column drop-column"},
        {"ALTER TABLE big ADD a int; ALTER TABLE big RENAME a TO b", ""},
        {"CREATE TABLE own (a int); ALTER TABLE own RENAME a TO b; ALTER TABLE own RENAME TO c",
         ""},
        {"ALTER SCHEMA app RENAME TO b", "rename-schema"},
        {"ALTER TYPE mood RENAME VALUE 'a' TO 'b'", "rename-enum-value"},
        {"ALTER VIEW big_view RENAME TO w", "rename-table"},
        {"DROP MATERIALIZED VIEW big_view", "(drop-view)"},
        {"DROP VIEW IF EXISTS gone", ""},
        {"ALTER TABLE big ALTER id DROP NOT NULL", "(drop-not-null)"},
    };
    CHECK(judgements);
}

static void advice(void **state)
{
    (void)state;
    static const struct judgement judgements[] = {
        {"ALTER TABLE big ADD FOREIGN KEY (holes) REFERENCES small NOT VALID",
         "(foreign-key-without-index)"},
        {"ALTER TABLE big ADD FOREIGN KEY (email) REFERENCES small NOT VALID", ""},
        {"ALTER TABLE big ADD FOREIGN KEY (id, email) REFERENCES small NOT VALID", ""},
        {"ALTER TABLE big ADD FOREIGN KEY (holes) REFERENCES small NOT VALID; CREATE INDEX "
         "CONCURRENTLY ON big (holes, id)",
         ""},
        {"CREATE TABLE own (a int REFERENCES small)", "(foreign-key-without-index)"},
        {"CREATE TABLE own (a int PRIMARY KEY REFERENCES small)", ""},
        {"CREATE TABLE own (a int REFERENCES small); CREATE INDEX ON own ((a + 1))",
         "(foreign-key-without-index)"},
        {"CREATE TABLE own (a int); ALTER TABLE own ADD FOREIGN KEY (a) REFERENCES small; CREATE "
         "INDEX ON \"public\".\"own\" USING btree (\"a\")",
         ""},
        {"ALTER TABLE small ADD a json", "(json-column)"},
        {"ALTER TABLE small ADD a jsonb", ""},
        {"CREATE TABLE own (a json)", ""},
    };
    CHECK(judgements);
}

static void what_is_accepted_is_told_apart(void **state)
{
    (void)state;
    static const struct judgement judgements[] = {
        {"-- entrypoint: accept drop-table\nDROP TABLE big", "drop-table+"},
        {"DROP TABLE big -- entrypoint: accept drop-table\n;", "drop-table+"},
        {"-- entrypoint: accept drop-column\nDROP TABLE big", "drop-table"},
        {"-- entrypoint: accept drop-table-x\nDROP TABLE big", "drop-table"},
        {"-- entrypoint: accept rename-table drop-table\r\nDROP TABLE big", "drop-table+"},
        {"/* -- entrypoint: accept drop-table */ DROP TABLE big", "drop-table"},
        {"-- entrypoint: accept drop-table\nDROP TABLE big; DROP TABLE small",
         "drop-table+ drop-table"},
        {"-- entrypoint: accept\nDROP TABLE big", "drop-table"},
    };
    CHECK(judgements);
}

static void the_message_says_of_what_and_how_large(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *message, *remedy;
    } cases[] = {
        {"DROP TABLE big", "table big is dropped, about 1,234,567 rows, 310 MB", "Release servers"},
        {"DROP TABLE app.big", "table app.big is dropped, 310 MB", "Release"},
        {"CREATE INDEX i ON nobody (a)", "an index of nobody (of unknown size) is built", "CREATE"},
        {"ALTER TABLE big ALTER holes SET NOT NULL", "all of big (about 1,234,567 rows, 310 MB) is",
         "ADD CONSTRAINT ... CHECK (holes IS NOT NULL) NOT VALID"},
        {"ALTER TABLE big ALTER id TYPE \"public\".\"x\"",
         "big (about 1,234,567 rows, 310 MB) is written anew for column id, which becomes "
         "\"public\".\"x\", while",
         "Add a column"},
        {"DROP SCHEMA a CASCADE", "DROP SCHEMA a CASCADE takes everything", "Drop what"},
        {"ALTER TABLE big RENAME email TO mail", "column email of big becomes mail: servers",
         "Add a column"},
        {"TRUNCATE small CASCADE",
         "all rows of small are deleted, about 100 rows, 64 kB, and those of every table", "Keep"},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_hazard_list list = {0};
        struct ep_hazard_subject *subjects = NULL;
        size_t count = 0;

        judge(&arena, ep_span_of(cases[i].sql), 150018, &list, &subjects, &count);
        assert_true(list.count >= 1);
        if (!ep_span_starts_with(ep_span_of(list.items[0].message), cases[i].message)
            || !ep_span_starts_with(ep_span_of(list.items[0].remedy), cases[i].remedy)) {
            fail_msg("%s\n  %s\n  %s", cases[i].sql, list.items[0].message, list.items[0].remedy);
        }
    }
}

static void only_what_was_there_before_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *names;
    } cases[] = {
        {"CREATE TABLE a (b int REFERENCES c); CREATE INDEX ON a (b)", ""},
        {"CREATE TABLE IF NOT EXISTS a (b int)", ""},
        {"CREATE TABLE IF NOT EXISTS a (b int); CREATE INDEX ON a (b)", "a"},
        {"ALTER TABLE a ADD b int; ALTER TABLE \"a\" DROP c; UPDATE s.a SET b = 1", "a s.a"},
        {"ALTER TABLE a ATTACH PARTITION b DEFAULT; DROP INDEX i", "a b i"},
        {"DROP TYPE t; DROP SCHEMA s; SELECT 1", ""},
        {"DROP TABLE a; CREATE TABLE a (b int); DROP TABLE a", "a"},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        struct ep_hazard_list list = {0};
        struct ep_hazard_subject *subjects = NULL;
        const struct ep_sql_name *names = NULL;
        size_t count = 0, name_count = 0;

        judge(&arena, ep_span_of(cases[i].sql), 150018, &list, &subjects, &count);
        ep_hazard_names(&arena, subjects, count, &names, &name_count);
        for (size_t j = 0; j < name_count; j++) {
            ep_text_format(&text, "%s%s%s%s", j == 0 ? "" : " ",
                           names[j].schema == NULL ? "" : names[j].schema,
                           names[j].schema == NULL ? "" : ".", names[j].name);
        }
        assert_string_equal(ep_text_get(&text), cases[i].names);
    }
}

/* README.md, and whoever writes "accept", rely on the names. */
static void each_rule_is_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_HAZARD_RULE_COUNT; i++) {
        const struct ep_hazard_rule *rule = &ep_hazard_rules[i];
        assert_int_equal(strspn(rule->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(rule->name));
        assert_int_equal(rule->remedy[strlen(rule->remedy) - 1], '.');
        assert_true(strchr(rule->message, '\n') == NULL && strchr(rule->remedy, '\n') == NULL);
        assert_true(ep_hazard_class_words(rule->class)[0] != '\0');
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(rule->name, ep_hazard_rules[j].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost_data),
        cmocka_unit_test(statements_that_fail),
        cmocka_unit_test(locks_count_by_the_size_of_the_table),
        cmocka_unit_test(tables_written_anew),
        cmocka_unit_test(servers_that_still_run),
        cmocka_unit_test(advice),
        cmocka_unit_test(what_is_accepted_is_told_apart),
        cmocka_unit_test(the_message_says_of_what_and_how_large),
        cmocka_unit_test(only_what_was_there_before_is_asked_for),
        cmocka_unit_test(each_rule_is_complete),
    };
    return cmocka_run_group_tests_name("hazard", tests, NULL, NULL);
}
