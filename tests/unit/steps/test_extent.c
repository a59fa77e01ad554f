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
    } cases[] = {
        {"SELECT 1;\n  VACUUM a", EP_TRANSACTIONS_ALL, "VACUUM cannot run in a transaction", 2, 3},
        {"-- entrypoint: transaction\nSELECT 1;--> statement-breakpoint\nCREATE DATABASE d",
         EP_TRANSACTIONS_AUTO, "CREATE DATABASE cannot run in a transaction", 3, 1},
        {"-- entrypoint: no-transaction\nSELECT 1", EP_TRANSACTIONS_ALL,
         "the file asks for no transaction, [migrate] transaction = all for one", 1, 16},
        {"\n-- entrypoint: never", EP_TRANSACTIONS_EACH, "unknown directive \"never\"", 2, 16},
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
        assert_int_not_equal(err.hint[0], '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_folder_runs_in_the_transactions_it_needs),
        cmocka_unit_test(what_cannot_be_in_a_transaction_is_refused_where_one_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
