/*
 * Unit tests of the planner: a folder, ledger rows and policies in; what is
 * applied, pending or skipped, and what the operator is told, out. No server.
 */
#include "steps/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/steps/plan_scenario.h"

static const struct scenario scenarios[] = {
    {.name = "a fresh database runs everything",
     .files = {{.when = 100, .hash = "a"}, {.when = 200, .hash = "b"}},
     .states = "PP"},
    {.name = "a fresh database runs what is out of order too, as Drizzle does",
     .files = {{.when = 300, .hash = "a"}, {.when = 200, .hash = "b"}, {.when = 100, .hash = "c"}},
     .states = "PPP"},
    {.name = "nothing pending",
     .files = {{.when = 100, .hash = "a"}, {.when = 200, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "a"}, {.created_at = 200, .hash = "b"}},
     .states = "AA"},
    {.name = "rows in another order",
     .files = {{.when = 100, .hash = "a"}, {.when = 200, .hash = "b"}, {.when = 300, .hash = "c"}},
     .rows = {{.created_at = 300, .hash = "c"},
              {.created_at = 100, .hash = "a"},
              {.created_at = 200, .hash = "b"}},
     .states = "AAA"},
    {.name = "one more file",
     .files = {{.when = 100, .hash = "a"}, {.when = 200, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "a"}},
     .states = "AP"},
    {.name = "a branch merged late: the silent skip is found and applied",
     .files = {{.when = 100, .hash = "a"}, {.when = 150, .hash = "b"}, {.when = 200, .hash = "c"}},
     .rows = {{.created_at = 100, .hash = "a"}, {.created_at = 200, .hash = "c"}},
     .states = "ApA",
     .notes = 1,
     .note = "so Drizzle 0.x skips it silently; applying it now"},
    {.name = "the same, skipped by policy",
     .files = {{.when = 100, .hash = "a"}, {.when = 150, .hash = "b"}, {.when = 200, .hash = "c"}},
     .rows = {{.created_at = 100, .hash = "a"}, {.created_at = 200, .hash = "c"}},
     .policies = {.out_of_order = EP_OUT_OF_ORDER_SKIP},
     .states = "AsA",
     .notes = 1,
     .note = "skipping it"},
    {.name = "an equal \"when\": the second was not run by an earlier Drizzle",
     .files = {{.when = 100, .hash = "a"}, {.when = 100, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "a"}},
     .states = "Ap",
     .notes = 1},
    {.name = "an equal \"when\", both applied: each row is somebody's",
     .files = {{.when = 100, .hash = "a"}, {.when = 100, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "b"}, {.created_at = 100, .hash = "a"}},
     .states = "AA"},
    {.name = "an edited file",
     .files = {{.when = 100, .hash = "A"}, {.when = 200, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "a"}, {.created_at = 200, .hash = "b"}},
     .policies = {.edited = EP_POLICY_WARN},
     .states = "aA",
     .notes = 1,
     .note = "changed after it was applied"},
    {.name = "an edited file, ignored",
     .files = {{.when = 100, .hash = "A"}, {.when = 200, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "a"}, {.created_at = 200, .hash = "b"}},
     .states = "AA"},
    {.name = "only the line endings differ",
     .files = {{.when = 100, .hash = "A", .hash_lf = "a"}, {.when = 200, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "a"}, {.created_at = 200, .hash = "b"}},
     .policies = {.edited = EP_POLICY_WARN},
     .states = "AA"},
    {.name = "an edited and an unedited file of one \"when\": the hash decides whose row it is",
     .files = {{.when = 100, .hash = "x"}, {.when = 100, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "b"}, {.created_at = 100, .hash = "a"}},
     .policies = {.edited = EP_POLICY_WARN},
     .states = "aA",
     .notes = 1},
    {.name = "rows of an image that was newer",
     .files = {{.when = 100, .hash = "a"}},
     .rows = {{.created_at = 100, .hash = "a"},
              {.created_at = 200, .hash = "b"},
              {.created_at = 300, .hash = "c"}},
     .states = "A",
     .unknown = 2},
    {.name = "duplicate rows of concurrent Drizzles are not unknown",
     .files = {{.when = 100, .hash = "a"}, {.when = 200, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "a"},
              {.created_at = 100, .hash = "a"},
              {.created_at = 200, .hash = "b"},
              {.created_at = 200, .hash = "b"}},
     .states = "AA"},
    {.name = "a row inserted by hand is known by its hash",
     .files = {{.when = 100, .hash = "a"}, {.when = 200, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "a"}, {.created_at = 999, .hash = "b"}},
     .states = "AA"},
    {.name = "two files that share a hash share no row",
     .files = {{.when = 100, .hash = "same"}, {.when = 200, .hash = "same"}},
     .rows = {{.created_at = 100, .hash = "same"}},
     .states = "AP"},
    {.name = "a row without created_at: Drizzle would run all again",
     .files = {{.when = 100, .hash = "a"}, {.when = 200, .hash = "b"}},
     .rows = {{.created_at = NO_TIME, .hash = "a"}, {.created_at = 200, .hash = "b"}},
     .states = "AA",
     .notes = 1,
     .note = "without created_at"},
    {.name = "a row of Drizzle 1.x in whole seconds",
     .files = {{.when = 1700000000456, .hash = "a"}},
     .rows = {{.created_at = 1700000000000, .hash = "a"}},
     .shape = EP_LEDGER_V1,
     .states = "a",
     .notes = 1,
     .names = 1,
     .note = "would run it again"},
    {.name = "a row in whole seconds of another content is not it",
     .files = {{.when = 1700000000456, .hash = "a"}},
     .rows = {{.created_at = 1700000000000, .hash = "b"}},
     .states = "P",
     .unknown = 1},
    {.name = "a row of Drizzle 1.x by its name, edited since",
     .files = {{.when = 1700000000456, .hash = "A"}},
     .rows = {{.created_at = 1700000000000, .hash = "a", .name = "20231114221320_x"}},
     .shape = EP_LEDGER_V1,
     .policies = {.edited = EP_POLICY_WARN},
     .states = "a",
     .notes = 2,
     .note = "changed after"},
    {.name = "zero and negative times",
     .files = {{.when = -5, .hash = "a"}, {.when = 0, .hash = "b"}, {.when = 5, .hash = "c"}},
     .rows = {{.created_at = -5, .hash = "a"}, {.created_at = 0, .hash = "b"}},
     .states = "AAP"},
    {.name = "another project's rows in the same table: ours are out of order",
     .files = {{.when = 100, .hash = "a"}},
     .rows = {{.created_at = 500, .hash = "z"}},
     .states = "p",
     .notes = 1,
     .unknown = 1},
    {.name = "a \"when\" in the future",
     .files = {{.when = 100, .hash = "a"}, {.when = 9000000, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "a"}},
     .now = 1000000,
     .states = "Ap",
     .notes = 1,
     .note = "in the future"},
    {.name = "a journal in a table of version 1: the row that Drizzle 0.x wrote gets its name",
     .files = {{.when = 1700000000456, .hash = "a"}, {.when = 1700000001456, .hash = "b"}},
     .rows = {{.created_at = 1700000000456, .hash = "a", .name = "20231114221320_x"},
              {.created_at = 1700000001456, .hash = "b"}},
     .shape = EP_LEDGER_V1,
     .names = 1,
     .states = "AA"},
    {.name = "the same without the privilege: told",
     .files = {{.when = 1700000000456, .hash = "a"}},
     .rows = {{.created_at = 1700000000456, .hash = "a"}},
     .shape = EP_LEDGER_V1,
     .may_not_update = true,
     .notes = 1,
     .note = "may not UPDATE",
     .states = "A"},
    {.name = "folders on a fresh database",
     .files = {{.when = 1000, .hash = "a", .folder = "19700101000001_a"},
               {.when = 2000, .hash = "b", .folder = "19700101000002_b"}},
     .states = "PP"},
    {.name = "folders, known by their names whatever the hash",
     .files = {{.when = 1000, .hash = "A", .folder = "19700101000001_a"},
               {.when = 2000, .hash = "b", .folder = "19700101000002_b"}},
     .rows = {{.created_at = 1000, .hash = "a", .name = "19700101000001_a"},
              {.created_at = 2000, .hash = "b", .name = "19700101000002_b"}},
     .policies = {.edited = EP_POLICY_WARN},
     .shape = EP_LEDGER_V1,
     .notes = 1,
     .states = "aA"},
    {.name = "a renamed folder is another migration, as for Drizzle 1.x",
     .files = {{.when = 1000, .hash = "a", .folder = "19700101000001_new"}},
     .rows = {{.created_at = 1000, .hash = "a", .name = "19700101000001_old"}},
     .shape = EP_LEDGER_V1,
     .unknown = 1,
     .states = "P"},
    {.name = "an older folder that was merged late is applied",
     .files = {{.when = 1000, .hash = "a", .folder = "19700101000001_a"},
               {.when = 2000, .hash = "b", .folder = "19700101000002_b"},
               {.when = 3000, .hash = "c", .folder = "19700101000003_c"}},
     .rows = {{.created_at = 1000, .hash = "a", .name = "19700101000001_a"},
              {.created_at = 3000, .hash = "c", .name = "19700101000003_c"}},
     .shape = EP_LEDGER_V1,
     .notes = 1,
     .note = "later migrations were; applying",
     .states = "ApA"},
    {.name = "the same, skipped by policy",
     .files = {{.when = 1000, .hash = "a", .folder = "19700101000001_a"},
               {.when = 2000, .hash = "b", .folder = "19700101000002_b"}},
     .rows = {{.created_at = 2000, .hash = "b", .name = "19700101000002_b"}},
     .policies = {.out_of_order = EP_OUT_OF_ORDER_SKIP},
     .shape = EP_LEDGER_V1,
     .notes = 1,
     .states = "sA"},
    {.name = "folders on a table of version 0, nothing pending: it is left as it is",
     .files = {{.when = 1000, .hash = "a", .folder = "19700101000001_a"},
               {.when = 2000, .hash = "b", .folder = "19700101000002_b"}},
     .rows = {{.created_at = 1456, .hash = "a"}, {.created_at = 2456, .hash = "edited"}},
     .states = "AA"},
    {.name = "the same with one pending: it is upgraded and every row gets its name",
     .files = {{.when = 1000, .hash = "a", .folder = "19700101000001_a"},
               {.when = 2000, .hash = "b", .folder = "19700101000002_b"},
               {.when = 3000, .hash = "c", .folder = "19700101000003_c"}},
     .rows = {{.created_at = 1456, .hash = "a"},
              {.created_at = 1456, .hash = "a"},
              {.created_at = 2456, .hash = "b"}},
     .upgrades = true,
     .names = 3,
     .states = "AAP"},
    {.name = "two folders of one second are told apart by their hashes",
     .files = {{.when = 1000, .hash = "a", .folder = "19700101000001_a"},
               {.when = 1000, .hash = "b", .folder = "19700101000001_b"}},
     .rows = {{.created_at = 1456, .hash = "b"}},
     .upgrades = true,
     .names = 1,
     .notes = 1,
     .states = "pA"},
    {.name = "a row of no folder's second is known by its hash",
     .files = {{.when = 1000, .hash = "a", .folder = "19700101000001_a"}},
     .rows = {{.created_at = NO_TIME, .hash = "a"}},
     .notes = 1,
     .note = "without created_at",
     .states = "A"},
    {.name = "folders: rows that an older Drizzle wrote without a name get it",
     .files = {{.when = 1000, .hash = "a", .folder = "19700101000001_a"},
               {.when = 2000, .hash = "b", .folder = "19700101000002_b"}},
     .rows = {{.created_at = 1000, .hash = "a", .name = "19700101000001_a"},
              {.created_at = 2456, .hash = "b"}},
     .shape = EP_LEDGER_V1,
     .names = 1,
     .states = "AA"},
    {.name = "the earliest time there is, on a fresh database",
     .files = {{.when = INT64_MIN, .hash = "a"}},
     .states = "P"},
    {.name = "times before 1970 alone",
     .files = {{.when = -5, .hash = "a"}, {.when = -3, .hash = "b"}},
     .rows = {{.created_at = -5, .hash = "a"}},
     .states = "AP"},
    {.name = "a row without created_at counts as 0, whatever the others",
     .files = {{.when = 0, .hash = "b"}, {.when = 1, .hash = "c"}},
     .rows = {{.created_at = 200, .hash = "y"}, {.created_at = NO_TIME, .hash = "z"}},
     .states = "pP",
     .notes = 2,
     .unknown = 2,
     .note = "without created_at"},
    {.name = "a clock may be an hour slow",
     .files = {{.when = 3600001, .hash = "a"}, {.when = 3600002, .hash = "b"}},
     .now = 1,
     .states = "Pp",
     .notes = 1,
     .note = "in the future"},
    {.name = "an edited file, applied before it was due and due in the future: three notes",
     .files = {{.when = 9000000, .hash = "A"}},
     .rows = {{.created_at = 8999000, .hash = "a", .name = "19700101023000_x"}},
     .shape = EP_LEDGER_V1,
     .policies = {.edited = EP_POLICY_WARN},
     .now = 1000,
     .states = "a",
     .notes = 3,
     .note = "changed after"},
    {.name = "nothing to name: the privilege is not missed",
     .files = {{.when = 100, .hash = "a"}},
     .rows = {{.created_at = 100, .hash = "a", .name = "19700101000000_x"}},
     .shape = EP_LEDGER_V1,
     .may_not_update = true,
     .states = "A"},
    {.name = "a table of version 0 needs no names for a journal",
     .files = {{.when = 100, .hash = "a"}, {.when = 200, .hash = "b"}},
     .rows = {{.created_at = 100, .hash = "a"}},
     .may_not_update = true,
     .states = "AP"},
    {.name = "unknown rows have no name to be given",
     .files = {{.when = 100, .hash = "a"}},
     .rows = {{.created_at = 100, .hash = "a"}, {.created_at = 200, .hash = "z"}},
     .shape = EP_LEDGER_V1,
     .names = 1,
     .unknown = 1,
     .states = "A"},
    {.name = "an older folder that is skipped does not upgrade the table",
     .files = {{.when = 1000, .hash = "a", .folder = "19700101000001_a"},
               {.when = 2000, .hash = "b", .folder = "19700101000002_b"}},
     .rows = {{.created_at = 2456, .hash = "b"}},
     .policies = {.out_of_order = EP_OUT_OF_ORDER_SKIP},
     .notes = 1,
     .states = "sA"},
    {.name = "a journal beside folders: neither's order is the other's",
     .files = {{.when = 5000, .hash = "a"},
               {.when = 1000, .hash = "b", .folder = "19700101000001_b"},
               {.when = 6000, .hash = "c"}},
     .rows = {{.created_at = 5000, .hash = "a", .name = "19700101000005_x"},
              {.created_at = 6000, .hash = "c", .name = "19700101000006_x"}},
     .shape = EP_LEDGER_V1,
     .states = "APA"},
    {.name = "an empty folder",
     .rows = {{.created_at = 100, .hash = "a"}},
     .states = "",
     .unknown = 1},
};

static char state_letter(const struct ep_plan *plan, size_t item)
{
    static const char letters[] = {
        [EP_PLAN_APPLIED] = 'A', [EP_PLAN_PENDING] = 'P', [EP_PLAN_SKIPPED] = 'S'};
    char letter = letters[plan->items[item].state];

    for (size_t i = 0; i < plan->note_count; i++) {
        if (plan->notes[i].migration == plan->items[item].migration) {
            return (char)(letter - 'A' + 'a');
        }
    }
    return letter;
}

/* Steps follow from states: one transaction, each pending migration run and then recorded. */
static void assert_steps(const struct ep_plan *plan)
{
    size_t next = 0;

    if (plan->pending_count == 0 && plan->name_count == 0) {
        assert_int_equal(plan->step_count, 0);
        return;
    }
    assert_int_equal(plan->steps[next++].kind, EP_STEP_BEGIN);
    if (plan->upgrades) {
        assert_int_equal(plan->steps[next++].kind, EP_STEP_UPGRADE);
    }
    if (plan->name_count > 0) {
        assert_int_equal(plan->steps[next++].kind, EP_STEP_NAMES);
    }
    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan->items[i].state == EP_PLAN_PENDING) {
            assert_int_equal(plan->steps[next].kind, EP_STEP_RUN);
            assert_int_equal(plan->steps[next++].item, i);
            assert_int_equal(plan->steps[next].kind, EP_STEP_RECORD);
            assert_int_equal(plan->steps[next++].item, i);
        }
    }
    assert_int_equal(plan->steps[next++].kind, EP_STEP_COMMIT);
    assert_int_equal(next, plan->step_count);
}

static void each_scenario_is_planned_as_described(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(scenarios); i++) {
        const struct scenario *scenario = &scenarios[i];
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_error err = {0};
        struct ep_plan plan = {0};
        struct input input;
        char letters[MOST + 1] = "";
        size_t applied = 0, pending = 0;
        struct ep_plan_policies policies = scenario->policies;

        print_message("# %s\n", scenario->name);
        fill(scenario, &input);
        policies.now = scenario->now;
        assert_true(plan_of(&arena, &input.list, &input.ledger, &policies, &plan, &err));
        for (size_t j = 0; j < plan.item_count; j++) {
            letters[j] = state_letter(&plan, j);
            applied += plan.items[j].row != NULL;
            pending += plan.items[j].state == EP_PLAN_PENDING;
        }
        assert_string_equal(letters, scenario->states);
        assert_int_equal(plan.note_count, scenario->notes);
        assert_int_equal(plan.unknown_count, scenario->unknown);
        assert_int_equal(plan.name_count, scenario->names);
        assert_int_equal(plan.upgrades, scenario->upgrades);
        assert_int_equal(plan.applied_count, applied);
        assert_int_equal(plan.pending_count, pending);
        assert_true(plan.unknown_count > 0 || !plan.unknown_is_newer);
        assert_null(plan.unknown_last);
        if (scenario->note != NULL) {
            assert_non_null(strstr(plan.notes[0].text, scenario->note));
        }
        assert_steps(&plan);
    }
}

static void rows_are_given_the_names_of_their_migrations(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_migration migrations[] = {
        {.tag = "0000_a", .created_at = 1000, .hash = "a"},
        {.tag = "0001_b", .created_at = 2000, .hash = "b"},
    };
    const struct ep_ledger_row rows[] = {
        {.id = "7", .hash = "b", .created_at = 2000, .has_created_at = true},
        {.id = "8", .hash = "z", .created_at = 9000, .has_created_at = true},
        {.id = "9", .hash = "a", .created_at = 1000, .has_created_at = true},
    };
    const struct ep_migration_list list = {.items = migrations, .count = 2};
    const struct ep_ledger ledger = {
        .shape = EP_LEDGER_V1, .rows = rows, .row_count = 3, .may_update = true};
    const struct ep_plan_policies policies = {0};
    struct ep_error err = {0};
    struct ep_plan plan = {0};

    assert_true(plan_of(&arena, &list, &ledger, &policies, &plan, &err));
    assert_int_equal(plan.name_count, 2);
    assert_string_equal(plan.names[0].name_and_id[0], "19700101000002_b");
    assert_string_equal(plan.names[0].name_and_id[1], "7");
    assert_string_equal(plan.names[1].name_and_id[0], "19700101000001_a");
    assert_string_equal(plan.names[1].name_and_id[1], "9");
    assert_ptr_equal(plan.unknown[0], &rows[1]);
}

/*
 * What must hold for any folder and any ledger: after the pending ones have been recorded,
 * nothing is pending; and Drizzle 0.x itself would run nothing more.
 */
static void after_the_pending_ones_nothing_is_pending(void **state)
{
    (void)state;
    static const char *const hashes[] = {"a", "b", "c", "d"};
    uint32_t seed = 1;

    for (int round = 0; round < 20000; round++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_migration migrations[MOST] = {0};
        struct ep_ledger_row rows[2 * MOST] = {0};
        struct ep_migration_list list = {.items = migrations};
        struct ep_ledger ledger = {.rows = rows};
        const struct ep_plan_policies policies = {0};
        struct ep_error err = {0};
        struct ep_plan first = {0}, second = {0};
        uint32_t bits[3 * MOST];
        int64_t greatest = INT64_MIN;

        for (size_t i = 0; i < EP_COUNT_OF(bits); i++) {
            seed = seed * 1664525 + 1013904223;
            bits[i] = seed >> 16;
        }
        list.count = bits[0] % MOST;
        ledger.row_count = bits[1] % MOST;
        for (size_t i = 0; i < list.count; i++) {
            migrations[i].tag = "0000_x";
            migrations[i].created_at = bits[2 + i] % 7;
            (void)snprintf(migrations[i].hash, sizeof(migrations[i].hash), "%s",
                           hashes[bits[2 + i] / 7 % 4]);
            /* Equal in both, they could not be told apart by anybody. */
            for (size_t j = 0; j < i; j++) {
                if (migrations[j].created_at == migrations[i].created_at
                    && strcmp(migrations[j].hash, migrations[i].hash) == 0) {
                    migrations[i].created_at = 7 + (int64_t)i;
                }
            }
        }
        for (size_t i = 0; i < ledger.row_count; i++) {
            rows[i] = (struct ep_ledger_row){.created_at = bits[8 + i] % 7,
                                             .has_created_at = true,
                                             .hash = hashes[bits[8 + i] / 7 % 4]};
        }
        assert_true(plan_of(&arena, &list, &ledger, &policies, &first, &err));
        for (size_t i = 0; i < first.item_count; i++) {
            if (first.items[i].state == EP_PLAN_PENDING) {
                rows[ledger.row_count++] =
                    (struct ep_ledger_row){.created_at = migrations[i].created_at,
                                           .has_created_at = true,
                                           .hash = migrations[i].hash};
            }
        }
        assert_true(plan_of(&arena, &list, &ledger, &policies, &second, &err));
        assert_int_equal(second.pending_count, 0);
        assert_int_equal(second.unknown_count, first.unknown_count);
        for (size_t i = 0; i < ledger.row_count; i++) {
            greatest = rows[i].created_at > greatest ? rows[i].created_at : greatest;
        }
        for (size_t i = 0; i < list.count; i++) {
            /* Known by its hash alone, it may be later than all rows: that is told, not mended. */
            assert_true(migrations[i].created_at <= greatest || second.note_count > 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_scenario_is_planned_as_described),
        cmocka_unit_test(rows_are_given_the_names_of_their_migrations),
        cmocka_unit_test(after_the_pending_ones_nothing_is_pending),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
