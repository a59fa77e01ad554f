/*
 * Unit tests of extents and cuts: the files of a folder in; the transactions in which they run,
 * written as a line, out. No server, no file.
 */
#include "base/text.h"
#include "steps/cut.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MOST = 5, V11 = 110000, V15 = 150018 };

/*
 * What is expected: "[0 1]" migrations in a transaction; "<1: (2) 1 (1)>" one that is apart, whose
 * parts are a transaction of two statements, statement number 1 of the server's kind alone ("!"),
 * and so on. "-" behind a number: its own BEGIN and COMMIT are left out; "*": it has some that
 * are not.
 */
struct scenario {
    const char *name;
    const char *files[MOST];
    const char *expected;
    enum ep_transactions transactions;
    size_t locks_most;
    int version;
};

static const struct scenario scenarios[] = {
    {.name = "everything shares a transaction",
     .files = {"CREATE TABLE a ()", "CREATE TABLE b ();--> statement-breakpoint\nSELECT 1;", ""},
     .expected = "[0 1 2]"},
    {.name = "each its own",
     .files = {"CREATE TABLE a ()", "CREATE TABLE b ()"},
     .transactions = EP_TRANSACTIONS_EACH,
     .expected = "[0] [1]"},
    {.name = "an index that is built beside the work",
     .files = {"CREATE TABLE a (); CREATE TABLE b ()",
               "SELECT 1; SELECT 2;--> statement-breakpoint\nCREATE INDEX CONCURRENTLY i ON a (n)"
               "--> statement-breakpoint\nSELECT 3",
               "SELECT 4"},
     .expected = "[0] <1: (2) ! (1)> [2]"},
    {.name = "a directive against it",
     .files = {"-- entrypoint: transaction\nREINDEX TABLE a"},
     .expected = "[0]"},
    {.name = "a directive for it",
     .files =
         {"-- entrypoint: no-transaction\nSELECT 1; DO $$ BEGIN COMMIT; END $$; SELECT 2; CALL "
          "f(); VACUUM"},
     .expected = "<0: (1) ! (1) ! !>"},
    {.name = "what may be partitioned runs alone, but with all",
     .files = {"REINDEX TABLE a"},
     .expected = "<0: !>"},
    {.name = "what may be partitioned is left to the server with all",
     .files = {"REINDEX TABLE a"},
     .transactions = EP_TRANSACTIONS_ALL,
     .expected = "[0]"},
    {.name = "a value and its use in a later migration",
     .files = {"SELECT 0", "ALTER TYPE s ADD VALUE 'new'", "SELECT 2", "SELECT 'new'",
               "SELECT 'new'"},
     .expected = "[0 1 2] [3 4]"},
    {.name = "a value that nobody uses",
     .files = {"ALTER TYPE s ADD VALUE 'new'", "SELECT 'newer'",
               "ALTER TYPE s ADD VALUE 'x' BEFORE 'new'"},
     .expected = "[0 1 2]"},
    {.name = "a value with all: the server decides",
     .files = {"ALTER TYPE s ADD VALUE 'new'", "SELECT 'new'"},
     .transactions = EP_TRANSACTIONS_ALL,
     .expected = "[0 1]"},
    {.name = "two values, two commits",
     .files = {"ALTER TYPE s ADD VALUE 'a'", "ALTER TYPE s ADD VALUE 'b'; SELECT 1", "SELECT 'a'",
               "SELECT 'b'", "SELECT 'a'"},
     .expected = "[0 1] [2 3 4]"},
    {.name = "a value and its use in one migration",
     .files = {"SELECT 1; ALTER TYPE s ADD VALUE 'new'; SELECT 2; SELECT 'new'; SELECT 'new'"},
     .expected = "<0: (3) (2)>"},
    {.name = "a value on a server that adds it outside of transactions only",
     .files = {"SELECT 1; ALTER TYPE s ADD VALUE 'new'; SELECT 'new'"},
     .version = V11,
     .expected = "<0: (1) ! (1)>"},
    {.name = "COMMIT; before CONCURRENTLY, as Drizzle's users write",
     .files = {"SELECT 1;--> statement-breakpoint\nCOMMIT;--> statement-breakpoint\nCREATE INDEX "
               "CONCURRENTLY i ON a (n);--> statement-breakpoint\nBEGIN; SELECT 2"},
     .expected = "<0-: (1) ! (1)>"},
    {.name = "wrapped",
     .files = {"-- x\nBEGIN; SELECT 1; COMMIT;",
               "START TRANSACTION;--> statement-breakpoint\nSELECT "
               "1;--> statement-breakpoint\nEND"},
     .expected = "[0- 1-]"},
    {.name = "transactions of its own that cannot be left out",
     .files = {"SELECT 1; COMMIT; SELECT 2", "ROLLBACK", "BEGIN; SELECT 1; COMMIT; BEGIN; COMMIT"},
     .expected = "[0* 1* 2*]"},
    {.name = "more locks than the server has room for",
     .files = {"CREATE TABLE a (); CREATE INDEX i ON a (n); CREATE INDEX j ON a (n)",
               "CREATE TABLE b ()", "CREATE TABLE c ()", "INSERT INTO c VALUES (1)"},
     .locks_most = 14,
     .expected = "[0 1] [2 3]"},
    {.name = "more locks than there is room for, and all: nothing is cut",
     .files = {"CREATE TABLE a ()", "CREATE TABLE b ()", "CREATE TABLE c ()"},
     .locks_most = 6,
     .transactions = EP_TRANSACTIONS_ALL,
     .expected = "[0 1 2]"},
};

static struct ep_script script_of(struct ep_arena *arena, const char *text)
{
    struct ep_script script;
    ep_script_split(arena, ep_span_of(text), &script);
    return script;
}

static void write_apart(struct ep_text *line, size_t item, const struct ep_extent *extent)
{
    ep_text_format(line, "<%zu%s:", item, extent->unwrapped ? "-" : "");
    for (size_t i = 0; i < extent->part_count; i++) {
        if (extent->parts[i].is_alone) {
            ep_text_add(line, " !");
        } else {
            ep_text_format(line, " (%zu)", extent->parts[i].count);
        }
    }
    ep_text_add(line, ">");
}

static void write_step(struct ep_text *line, const struct ep_step *step,
                       const struct ep_extent *extents)
{
    const char *blank = line->size == 0 || line->data[line->size - 1] == '[' ? "" : " ";

    switch (step->kind) {
    case EP_STEP_BEGIN:
        ep_text_format(line, "%s[", blank);
        break;
    case EP_STEP_RUN:
        ep_text_format(line, "%s%zu%s%s", blank, step->item,
                       extents[step->item].unwrapped ? "-" : "",
                       extents[step->item].controls ? "*" : "");
        break;
    case EP_STEP_COMMIT:
        ep_text_add(line, "]");
        break;
    case EP_STEP_APART:
        ep_text_add(line, blank);
        write_apart(line, step->item, &extents[step->item]);
        break;
    case EP_STEP_RECORD:
    case EP_STEP_UPGRADE:
    case EP_STEP_NAMES:
        break;
    }
}

static void run_scenario(const struct scenario *scenario)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_text line EP_CLEANUP(ep_text_clear) = {0};
    struct ep_extent_measure measure = {
        .arena = &arena,
        .transactions = scenario->transactions,
        .server_version = scenario->version == 0 ? V15 : scenario->version,
    };
    struct ep_extent extents[MOST] = {{0}};
    size_t pending[MOST] = {0}, count = 0, step_count = 0;
    const struct ep_step *steps = NULL;
    struct ep_error err = {0};

    for (; count < MOST && scenario->files[count] != NULL; count++) {
        const struct ep_migration migration = {.tag = "x", .path = "x.sql"};
        const struct ep_script script = script_of(&arena, scenario->files[count]);
        assert_true(ep_extent_measure(&measure, &migration, &script, &extents[count], &err));
        pending[count] = count;
    }
    const struct ep_cut cut = {.transactions = scenario->transactions,
                               .locks_most = scenario->locks_most,
                               .pending = pending,
                               .pending_count = count,
                               .extents = extents};
    ep_cut_make(&arena, &cut, &steps, &step_count);
    for (size_t i = 0; i < step_count; i++) {
        write_step(&line, &steps[i], extents);
    }
    assert_string_equal(ep_text_get(&line), scenario->expected);
}

static void each_folder_runs_in_the_transactions_it_needs(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(scenarios); i++) {
        print_message("# %s\n", scenarios[i].name);
        run_scenario(&scenarios[i]);
    }
}

static void what_cannot_be_in_a_transaction_is_refused_where_one_is_asked_for(void **state)
{
    static const struct {
        const char *text;
        enum ep_transactions transactions;
        const char *summary;
        long line, column;
        const char *hint;
    } cases[] = {
        {"SELECT 1;\n  VACUUM a", EP_TRANSACTIONS_ALL, "VACUUM cannot run in a transaction", 2, 3,
         "Set [migrate] transaction = auto: it then runs alone"},
        {"-- entrypoint: transaction\nSELECT 1;--> statement-breakpoint\nCREATE DATABASE d",
         EP_TRANSACTIONS_AUTO, "CREATE DATABASE cannot run in a transaction", 3, 1,
         "Take \"-- entrypoint: transaction\" out of the file."},
        {"-- entrypoint: no-transaction\nSELECT 1", EP_TRANSACTIONS_ALL,
         "the file asks for no transaction, [migrate] transaction = all for one", 1, 16,
         "Set [migrate] transaction = auto, or take the line out."},
        {"\n-- entrypoint: never", EP_TRANSACTIONS_EACH, "unknown directive \"never\"", 2, 16,
         "Write \"-- entrypoint: no-transaction\" or"},
    };

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_extent_measure measure = {
            .arena = &arena, .transactions = cases[i].transactions, .server_version = V15};
        const struct ep_migration migration = {.tag = "x", .path = "x.sql"};
        const struct ep_script script = script_of(&arena, cases[i].text);
        struct ep_extent extent = {0};
        struct ep_error err = {0};

        assert_false(ep_extent_measure(&measure, &migration, &script, &extent, &err));
        assert_int_equal(err.fault, EP_FAULT_SOURCE);
        assert_string_equal(err.summary, cases[i].summary);
        assert_string_equal(err.place.file, "x.sql");
        assert_int_equal(err.place.line, cases[i].line);
        assert_int_equal(err.place.column, cases[i].column);
        assert_non_null(strstr(err.hint, cases[i].hint));
        assert_int_equal(err.detail[0] == '\0', strstr(err.summary, "unknown") != NULL);
    }
}

/*
 * What is kept of one migration. parts: "0+2" two statements from number 0 on in a transaction,
 * "2!" one alone; body: what is sent when it is not apart.
 */
struct facts {
    const char *text;
    const char *parts, *reason, *body;
    size_t statements, locks;
    bool is_plain, controls, unwrapped;
    int version;
};

static const struct facts facts[] = {
    {"", .body = "", .is_plain = true},
    {" -- nothing\n;;", .body = " -- nothing\n;;", .is_plain = true},
    {"SELECT 1;; -- x\n", .body = "SELECT 1;; -- x\n", .statements = 1},
    {"CREATE TABLE a (); CREATE UNLOGGED TABLE b ()",
     .body = "CREATE TABLE a (); CREATE UNLOGGED TABLE b ()", .statements = 2, .locks = 12,
     .is_plain = true},
    {"CREATE INDEX i ON a (n);--> statement-breakpoint\nCREATE UNIQUE INDEX u ON a (n)",
     .body = "CREATE INDEX i ON a (n);--> statement-breakpoint\nCREATE UNIQUE INDEX u ON a (n)",
     .statements = 2, .locks = 2, .is_plain = true},
    {"CREATE VIEW v AS SELECT 1; ALTER TABLE a ADD n int; DROP TABLE b; INSERT INTO a VALUES (1)",
     .body = "CREATE VIEW v AS SELECT 1; ALTER TABLE a ADD n int; DROP TABLE b; INSERT INTO a "
             "VALUES (1)",
     .statements = 4, .locks = 7, .is_plain = true},
    {"COPY a FROM stdin;\n1\n\\.\n", .body = "COPY a FROM stdin;\n1\n\\.\n", .statements = 2},
    {"SET a = 1; TABLE a", .body = "SET a = 1; TABLE a", .statements = 2},
    {"TABLE a; SET a = 1", .body = "TABLE a; SET a = 1", .statements = 2},
    {"SET a = 'open", .body = "SET a = 'open", .statements = 1},
    {"SET a = 1\n\\d", .body = "SET a = 1\n\\d", .statements = 2},
    {"BEGIN; SET a = 1; COMMIT;", .body = " SET a = 1; ", .statements = 3, .unwrapped = true},
    {"-- x\nBEGIN;--> statement-breakpoint\nSET a = 1;--> statement-breakpoint\nEND -- y",
     .body = "--> statement-breakpoint\nSET a = 1;--> statement-breakpoint\n", .statements = 3,
     .unwrapped = true},
    {"BEGIN; SET a = 1", .body = "BEGIN; SET a = 1", .statements = 2, .controls = true},
    {"SET a = 1; BEGIN; COMMIT", .body = "SET a = 1; BEGIN; COMMIT", .statements = 3,
     .controls = true},
    {"BEGIN; COMMIT; SET a = 1", .body = "BEGIN; COMMIT; SET a = 1", .statements = 3,
     .controls = true},
    {"BEGIN; BEGIN; COMMIT", .body = "BEGIN; BEGIN; COMMIT", .statements = 3, .controls = true},
    {"COMMIT; COMMIT", .body = "COMMIT; COMMIT", .statements = 2, .controls = true},
    {"BEGIN; ROLLBACK; COMMIT", .body = "BEGIN; ROLLBACK; COMMIT", .statements = 3,
     .controls = true},
    {"BEGIN; ROLLBACK", .body = "BEGIN; ROLLBACK", .statements = 2, .controls = true},
    {"-- entrypoint: transaction\nBEGIN; SET a = 1; COMMIT", .body = " SET a = 1; ",
     .statements = 3, .unwrapped = true},
    {"COPY a FROM stdin;\nVACUUM\n\\.\n", .body = "COPY a FROM stdin;\nVACUUM\n\\.\n",
     .statements = 2},
    {"SET a = 1; COMMIT; VACUUM", .parts = "0+1 2!", .reason = "VACUUM", .statements = 3,
     .unwrapped = true},
    {"PREPARE TRANSACTION 'x'", .body = "PREPARE TRANSACTION 'x'", .statements = 1,
     .controls = true},
    {"SAVEPOINT a; RELEASE a", .body = "SAVEPOINT a; RELEASE a", .statements = 2},
    {"VACUUM", .parts = "0!", .reason = "VACUUM", .statements = 1},
    {"SET a = 1; SET b = 1; CREATE DATABASE d; VACUUM; SET c = 1; SET d = 1; SET e = 1",
     .parts = "0+2 2! 3! 4+3", .reason = "CREATE DATABASE", .statements = 7, .locks = 2},
    {"SET a = 1; SET b = 1; BEGIN; SET c = 1; COMMIT; VACUUM; COMMIT", .parts = "0+2 3+1 5!",
     .reason = "VACUUM", .statements = 7, .unwrapped = true},
    {"VACUUM; VACUUM; VACUUM; VACUUM; VACUUM; VACUUM; VACUUM; VACUUM; VACUUM; VACUUM; VACUUM; "
     "VACUUM; VACUUM; VACUUM; VACUUM; VACUUM; VACUUM",
     .parts = "0! 1! 2! 3! 4! 5! 6! 7! 8! 9! 10! 11! 12! 13! 14! 15! 16!", .reason = "VACUUM",
     .statements = 17},
    {"REINDEX TABLE a; SET a = 1", .parts = "0! 1+1", .reason = "REINDEX of a partitioned table",
     .statements = 2},
    {"-- entrypoint: no-transaction\nSET a = 1; DO 'x'; CALL p(); SET b = 1; SET c = 1",
     .parts = "0+1 1! 2! 3+1 4+1", .reason = "\"-- entrypoint: no-transaction\"", .statements = 5},
    {"-- entrypoint: no-transaction\nVACUUM", .parts = "0!", .reason = "VACUUM", .statements = 1},
    {"-- entrypoint: no-transaction\n", .parts = "", .reason = "\"-- entrypoint: no-transaction\""},
    {"ALTER TYPE s ADD VALUE 'a'; SET a = 'a'; ALTER TYPE s ADD VALUE 'b'; SET a = 'a'; SET a = "
     "'b'",
     .parts = "0+1 1+3 4+1", .reason = "a use of the enum value that it adds", .statements = 5,
     .locks = 4, .is_plain = true},
    {"-- entrypoint: transaction\nALTER TYPE s ADD VALUE 'a'; SET a = 'a'",
     .body = "-- entrypoint: transaction\nALTER TYPE s ADD VALUE 'a'; SET a = 'a'", .statements = 2,
     .locks = 2, .is_plain = true},
    {"ALTER TYPE s ADD VALUE", .body = "ALTER TYPE s ADD VALUE", .statements = 1, .locks = 2,
     .is_plain = true},
    {"SET a = 'a'; ALTER TYPE s ADD VALUE 'a'; SET b = 1", .version = V11, .parts = "0+1 1! 2+1",
     .reason = "ALTER TYPE ... ADD VALUE", .statements = 3, .locks = 2, .is_plain = true},
};

static size_t count_texts(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

static void what_is_kept_of_a_migration_is_what_it_demands(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(facts); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_text parts EP_CLEANUP(ep_text_clear) = {0};
        struct ep_extent_measure measure = {
            .arena = &arena, .server_version = facts[i].version == 0 ? V15 : facts[i].version};
        const struct ep_migration migration = {.tag = "x", .path = "x.sql"};
        const struct ep_script script = script_of(&arena, facts[i].text);
        struct ep_extent extent = {0};
        struct ep_error err = {0};

        print_message("# %zu\n", i);
        assert_true(ep_extent_measure(&measure, &migration, &script, &extent, &err));
        assert_true(extent.is_measured);
        assert_int_equal(extent.number, 1);
        assert_int_equal(extent.uses_value_of, 0);
        assert_int_equal(measure.value_count, /* of a value that is committed nothing is kept */
                         facts[i].version == 0 ? count_texts(facts[i].text, "ADD VALUE") : 0);
        assert_int_equal(extent.statement_count, facts[i].statements);
        assert_int_equal(extent.locks, facts[i].locks);
        assert_int_equal(extent.controls, facts[i].controls);
        assert_int_equal(extent.unwrapped, facts[i].unwrapped);
        assert_int_equal(extent.is_apart, facts[i].parts != NULL);
        assert_string_equal(extent.reason, facts[i].reason == NULL ? "" : facts[i].reason);
        if (!extent.is_apart) {
            struct ep_span body =
                ep_span_part(script.text, extent.body_begin, extent.body_end - extent.body_begin);
            assert_string_equal(ep_arena_copy(&arena, body), facts[i].body);
            assert_int_equal(extent.is_plain, facts[i].is_plain);
            continue;
        }
        for (size_t j = 0; j < extent.part_count; j++) {
            const struct ep_extent_part *part = &extent.parts[j];
            ep_text_format(&parts, "%s%zu", j == 0 ? "" : " ", part->first);
            if (part->is_alone) {
                assert_int_equal(part->count, 1);
                ep_text_add(&parts, "!");
            } else {
                ep_text_format(&parts, "+%zu", part->count);
            }
        }
        assert_string_equal(ep_text_get(&parts), facts[i].parts);
    }
}

/* Each of these alone can travel with others; anything else cannot. */
static void only_what_answers_shortly_is_plain(void **state)
{
    static const char *const plain[] = {"CREATE VIEW v AS SELECT 1",
                                        "ALTER TABLE a ADD b int",
                                        "DROP TABLE a",
                                        "INSERT INTO a",
                                        "UPDATE a SET b = 1",
                                        "DELETE FROM a",
                                        "COMMENT ON TABLE a IS 'x'",
                                        "GRANT a TO b",
                                        "REVOKE a FROM b",
                                        "SET a = 1",
                                        "TRUNCATE a",
                                        "DO 'x'",
                                        "ANALYZE",
                                        "LOCK TABLE a",
                                        "MERGE INTO a",
                                        "REFRESH MATERIALIZED VIEW a"};
    static const char *const others[] = {"SELECT 1",         "WITH a AS (SELECT 1) SELECT 1",
                                         "COPY a TO stdout", "CALL p()",
                                         "EXPLAIN x",        "VALUES (1)",
                                         "TABLE a",          "SHOW a",
                                         "(SELECT 1)",       "SETTING",
                                         "\"SET\" a = 1"};
    (void)state;

    for (size_t i = 0; i < EP_COUNT_OF(plain) + EP_COUNT_OF(others); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_extent_measure measure = {.arena = &arena, .server_version = V15};
        const struct ep_migration migration = {.tag = "x", .path = "x.sql"};
        bool is_plain = i < EP_COUNT_OF(plain);
        const char *text = is_plain ? plain[i] : others[i - EP_COUNT_OF(plain)];
        const struct ep_script script = script_of(&arena, text);
        struct ep_extent extent = {0};
        struct ep_error err = {0};

        print_message("# %s\n", text);
        assert_true(ep_extent_measure(&measure, &migration, &script, &extent, &err));
        assert_int_equal(extent.is_plain, is_plain);
    }
}

/* What a migration uses of those before it: the latest decides where the cut has to be. */
static void of_several_values_the_latest_counts(void **state)
{
    static const char *const files[] = {
        "ALTER TYPE s ADD VALUE 'a'; ALTER TYPE s ADD VALUE 'b'; ALTER TYPE s ADD VALUE 'c';"
        "ALTER TYPE s ADD VALUE 'd'; ALTER TYPE s ADD VALUE 'e'; ALTER TYPE s ADD VALUE 'f';"
        "ALTER TYPE s ADD VALUE 'g'; ALTER TYPE s ADD VALUE 'h'; ALTER TYPE s ADD VALUE 'i'",
        "ALTER TYPE s ADD VALUE 'z'",
        "SET x = 'i'",
        "SET x = 'z'; SET x = 'a'",
        "SET x = 'a z'",
        "ALTER TYPE s ADD VALUE 'y'; SET x = 'a'",
        "ALTER TYPE s ADD VALUE",
        "SET x = 'none of them'; SELECT a"};
    static const size_t uses[] = {0, 0, 1, 2, 2, 1, 0, 0};
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_extent_measure measure = {.arena = &arena, .server_version = V15};
    const struct ep_migration migration = {.tag = "x", .path = "x.sql"};

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(files); i++) {
        struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
        struct ep_text file EP_CLEANUP(ep_text_clear) = {0};
        struct ep_extent extent = {0};
        struct ep_error err = {0};

        print_message("# %s\n", files[i]);
        ep_text_add(&file, files[i]);
        const struct ep_script script = script_of(&scratch, ep_text_get(&file));
        assert_true(ep_extent_measure(&measure, &migration, &script, &extent, &err));
        assert_int_equal(extent.number, i + 1);
        assert_int_equal(extent.uses_value_of, uses[i]);
        assert_false(extent.is_apart);
    }
    assert_int_equal(measure.count, EP_COUNT_OF(files));
    assert_int_equal(measure.value_count, 12);
}

/* A file of another tool's says it in that tool's words; a directive of ours has the last word. */
static void what_another_tool_says_of_transactions_holds(void **state)
{
    static const struct {
        const char *text;
        enum ep_transactions transactions;
        bool succeeds, is_apart;
    } cases[] = {
        {"SET a = 1;\nSET b = 1", EP_TRANSACTIONS_AUTO, true, true},
        {"-- entrypoint: transaction\nSET a = 1", EP_TRANSACTIONS_AUTO, true, false},
        {"-- entrypoint: transaction\nSET a = 1", EP_TRANSACTIONS_ALL, true, false},
        {"SET a = 1;\nSET b = 1", EP_TRANSACTIONS_ALL, false, false},
    };

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_extent_measure measure = {
            .arena = &arena, .transactions = cases[i].transactions, .server_version = V15};
        const struct ep_migration migration = {.tag = "x", .path = "x.sql"};
        struct ep_script script = script_of(&arena, cases[i].text);
        struct ep_extent extent = {0};
        struct ep_error err = {0};

        script.no_transaction = true;
        assert_int_equal(ep_extent_measure(&measure, &migration, &script, &extent, &err),
                         cases[i].succeeds);
        assert_int_equal(extent.is_apart, cases[i].is_apart);
        assert_int_equal(err.place.line, cases[i].succeeds ? 0 : 1);
        assert_int_equal(err.place.column, cases[i].succeeds ? 0 : 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_folder_runs_in_the_transactions_it_needs),
        cmocka_unit_test(what_cannot_be_in_a_transaction_is_refused_where_one_is_asked_for),
        cmocka_unit_test(what_is_kept_of_a_migration_is_what_it_demands),
        cmocka_unit_test(only_what_answers_shortly_is_plain),
        cmocka_unit_test(of_several_values_the_latest_counts),
        cmocka_unit_test(what_another_tool_says_of_transactions_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
