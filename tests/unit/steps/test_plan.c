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

/*
 * Migration i of a case: its "when" and its hash, both as small as readable. Without a folder it
 * is a journal's, with the tag 000i_x.
 */
struct file {
    int64_t when;
    const char *hash, *hash_lf;
    const char *folder;
};

struct row {
    int64_t created_at; /* NO_TIME: NULL */
    const char *hash, *name;
};

enum { MOST = 8 };
#define NO_TIME INT64_MIN

struct scenario {
    const char *name;
    struct file files[MOST];
    struct row rows[MOST];
    enum ep_ledger_shape shape;
    struct ep_plan_policies policies;
    const char
        *states; /* a letter for each file: A applied, P pending, S skipped; lower case: noted */
    size_t notes, unknown, names;
    bool upgrades, may_not_update;
    int64_t now;
    const char *note; /* part of the first note */
};

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

struct input {
    struct ep_migration migrations[MOST];
    struct ep_ledger_row rows[MOST];
    struct ep_migration_list list;
    struct ep_ledger ledger;
};

static void fill(const struct scenario *scenario, struct input *input)
{
    static const char *const tags[MOST] = {"0000_x", "0001_x", "0002_x", "0003_x",
                                           "0004_x", "0005_x", "0006_x", "0007_x"};

    *input =
        (struct input){.list = {.items = input->migrations},
                       .ledger = {.rows = input->rows, .may_update = !scenario->may_not_update}};
    for (size_t i = 0; i < MOST && scenario->files[i].hash != NULL; i++) {
        struct ep_migration *migration = &input->migrations[input->list.count++];
        const char *folder = scenario->files[i].folder;
        migration->layout = folder == NULL ? EP_LAYOUT_JOURNAL : EP_LAYOUT_FOLDERS;
        migration->tag = folder == NULL ? tags[i] : folder;
        migration->created_at = scenario->files[i].when;
        (void)snprintf(migration->hash, sizeof(migration->hash), "%s", scenario->files[i].hash);
        migration->hash_lf = scenario->files[i].hash_lf;
    }
    for (size_t i = 0; i < MOST && scenario->rows[i].hash != NULL; i++) {
        const struct row *row = &scenario->rows[i];
        bool has_time = row->created_at != NO_TIME;
        input->rows[input->ledger.row_count++] =
            (struct ep_ledger_row){.id = "1",
                                   .created_at = has_time ? row->created_at : 0,
                                   .has_created_at = has_time,
                                   .hash = row->hash,
                                   .name = row->name};
    }
    input->ledger.shape = scenario->shape;
    if (scenario->shape == EP_LEDGER_ABSENT && input->ledger.row_count > 0) {
        input->ledger.shape = EP_LEDGER_V0;
    }
}

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

static bool plan_of(struct ep_arena *arena, const struct ep_migration_list *migrations,
                    const struct ep_ledger *ledger, const struct ep_plan_policies *policies,
                    struct ep_plan *ret_plan, struct ep_error *err)
{
    struct ep_match match;

    ep_match_make(arena, migrations, ledger, &match);
    return ep_plan_make(arena, migrations, ledger, &match, policies, ret_plan, err);
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

static void what_is_only_shown_is_never_refused(void **state)
{
    (void)state;
    static const struct scenario scenario = {
        .files = {{.when = 100, .hash = "A"},
                  {.when = 150, .hash = "b"},
                  {.when = 200, .hash = "c"},
                  {.when = 300, .hash = "d", .folder = "20240131235959_d"}},
        .rows = {{.created_at = 100, .hash = "a"},
                 {.created_at = 200, .hash = "c"},
                 {.created_at = 250, .hash = "x"}},
        .policies = {.edited = EP_POLICY_FAIL,
                     .ahead = EP_POLICY_FAIL,
                     .out_of_order = EP_OUT_OF_ORDER_FAIL,
                     .only_shown = true},
    };
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_plan plan = {0};
    struct input input;

    fill(&scenario, &input);
    assert_true(plan_of(&arena, &input.list, &input.ledger, &scenario.policies, &plan, &err));
    assert_true(plan.items[0].edited);
    assert_true(plan.items[1].out_of_order);
    assert_int_equal(plan.items[1].state, EP_PLAN_PENDING);
    assert_int_equal(plan.unknown_count, 1);
    assert_string_equal(plan.unknown[0]->hash, "x");
    assert_int_equal(plan.note_count, 3);
    assert_non_null(strstr(plan.notes[1].text, "migrating refuses it"));
    assert_non_null(strstr(plan.notes[2].text, "cannot be upgraded"));
    assert_null(plan.notes[2].migration);
}

static void policies_that_fail_name_the_migrations(void **state)
{
    (void)state;
    static const struct {
        struct ep_plan_policies policies;
        const char *summary;
    } cases[] = {
        {{.edited = EP_POLICY_FAIL}, "1 migration changed after it was applied: 0000_x"},
        {{.out_of_order = EP_OUT_OF_ORDER_FAIL},
         "2 migrations not applied although newer ones are: 0001_x, 0002_x"},
        {{.ahead = EP_POLICY_FAIL}, "1 applied migration is not in this image"},
    };
    static const struct scenario scenario = {
        .files = {{.when = 100, .hash = "A"},
                  {.when = 110, .hash = "b"},
                  {.when = 120, .hash = "c"},
                  {.when = 200, .hash = "d"}},
        .rows = {{.created_at = 100, .hash = "a"},
                 {.created_at = 200, .hash = "d"},
                 {.created_at = 300, .hash = "z"}},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_error err = {0};
        struct ep_plan plan = {0};
        struct input input;

        fill(&scenario, &input);
        assert_false(plan_of(&arena, &input.list, &input.ledger, &cases[i].policies, &plan, &err));
        assert_int_equal(err.fault, EP_FAULT_SOURCE);
        assert_string_equal(err.summary, cases[i].summary);
        assert_int_not_equal(err.hint[0], '\0');
    }
}

static void a_policy_that_nothing_breaks_refuses_nothing(void **state)
{
    (void)state;
    static const struct scenario scenario = {
        .files = {{.when = 100, .hash = "a"}, {.when = 200, .hash = "b"}},
        .rows = {{.created_at = 100, .hash = "a"}},
        .policies = {.edited = EP_POLICY_FAIL,
                     .ahead = EP_POLICY_FAIL,
                     .out_of_order = EP_OUT_OF_ORDER_FAIL},
    };
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_plan plan = {0};
    struct input input;

    fill(&scenario, &input);
    assert_true(plan_of(&arena, &input.list, &input.ledger, &scenario.policies, &plan, &err));
    assert_int_equal(plan.pending_count, 1);
}

/* As many as fit are named; of more it is said that there are more. */
static void five_migrations_are_named_at_most(void **state)
{
    static const char *const summaries[] = {
        "5 migrations not applied although newer ones are: 0000_x, 0001_x, 0002_x, 0003_x, 0004_x",
        "6 migrations not applied although newer ones are: 0000_x, 0001_x, 0002_x, 0003_x, 0004_x, "
        "..."};
    const struct ep_plan_policies policies = {.out_of_order = EP_OUT_OF_ORDER_FAIL};

    (void)state;
    for (size_t more = 0; more < 2; more++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct scenario scenario = {
            .rows = {{.created_at = 999, .hash = "z"}, {.created_at = 998, .hash = "y"}}};
        struct ep_error err = {0}, ahead = {0};
        struct ep_plan plan = {0};
        struct input input;

        for (size_t i = 0; i < 5 + more; i++) {
            scenario.files[i] = (struct file){.when = 100 + (int64_t)i, .hash = "a"};
        }
        fill(&scenario, &input);
        assert_false(plan_of(&arena, &input.list, &input.ledger, &policies, &plan, &err));
        assert_string_equal(err.summary, summaries[more]);
        assert_false(plan_of(&arena, &input.list, &input.ledger,
                             &(struct ep_plan_policies){.ahead = EP_POLICY_FAIL}, &plan, &ahead));
        assert_string_equal(ahead.summary, "2 applied migrations are not in this image");
    }
}

static void ten_rows_that_forbid_an_upgrade_are_named_at_most(void **state)
{
    static const char *const ids[] = {"11", "12", "13", "14", "15", "16",
                                      "17", "18", "19", "20", "21"};
    static const char *const named[] = {"(ids: 11, 12)",
                                        "(ids: 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)"};
    static const size_t counts[] = {2, EP_COUNT_OF(ids)};
    struct ep_migration migration = {
        .layout = EP_LAYOUT_FOLDERS, .tag = "19700101000001_a", .created_at = 1000, .hash = "a"};
    const struct ep_migration_list list = {.items = &migration, .count = 1};
    const struct ep_plan_policies policies = {0};

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(counts); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_ledger_row rows[EP_COUNT_OF(ids)];
        const struct ep_ledger ledger = {
            .shape = EP_LEDGER_V0, .rows = rows, .row_count = counts[i], .may_update = true};
        struct ep_error err = {0};
        struct ep_plan plan = {0};

        for (size_t j = 0; j < counts[i]; j++) {
            rows[j] = (struct ep_ledger_row){
                .id = ids[j], .hash = "z", .has_created_at = true, .created_at = 7000};
        }
        assert_false(plan_of(&arena, &list, &ledger, &policies, &plan, &err));
        assert_non_null(strstr(err.summary, named[i]));
        assert_int_not_equal(err.hint[0], '\0');
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

static void a_table_with_unknown_rows_is_not_upgraded(void **state)
{
    (void)state;
    static const struct scenario scenario = {
        .files = {{.when = 1000, .hash = "a", .folder = "19700101000001_a"},
                  {.when = 2000, .hash = "b", .folder = "19700101000002_b"}},
        .rows = {{.created_at = 1456, .hash = "a"}, {.created_at = 7456, .hash = "z"}},
    };
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_plan plan = {0};
    struct input input;

    fill(&scenario, &input);
    assert_false(plan_of(&arena, &input.list, &input.ledger, &scenario.policies, &plan, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_string_equal(err.summary, "the ledger cannot be upgraded to Drizzle 1.x: 1 of its rows "
                                     "(ids: 1) match no migration of this image");
}

static void unknown_rows_are_newer_or_they_are_somebody_elses(void **state)
{
    (void)state;
    static const struct scenario newer = {
        .files = {{.when = 100, .hash = "a"}},
        .rows = {{.created_at = 100, .hash = "a"}, {.created_at = 200, .hash = "b"}}};
    static const struct scenario mixed = {.files = {{.when = 100, .hash = "a"}},
                                          .rows = {{.created_at = 100, .hash = "a"},
                                                   {.created_at = 200, .hash = "b"},
                                                   {.created_at = 50, .hash = "c"}}};
    static const struct scenario first = {.files = {{.when = 100, .hash = "a"}},
                                          .rows = {{.created_at = 200, .hash = "b"},
                                                   {.created_at = 150, .hash = "c"},
                                                   {.created_at = 100, .hash = "a"}}};
    static const struct scenario turned = {.files = {{.when = 100, .hash = "a"}},
                                           .rows = {{.created_at = 50, .hash = "c"},
                                                    {.created_at = 200, .hash = "b"},
                                                    {.created_at = 100, .hash = "a"}}};
    static const struct scenario between = {
        .files = {{.when = 300, .hash = "a"}, {.when = 100, .hash = "b"}},
        .rows = {{.created_at = 300, .hash = "a"},
                 {.created_at = 100, .hash = "b"},
                 {.created_at = 200, .hash = "c"}}};
    static const struct scenario equal = {.files = {{.when = 200, .hash = "a"}},
                                          .rows = {{.created_at = 200, .hash = "a", .name = "n"},
                                                   {.created_at = 200, .hash = "b", .name = "m"}},
                                          .shape = EP_LEDGER_V1};
    static const struct scenario early = {
        .files = {{.when = -900, .hash = "a"}},
        .rows = {{.created_at = -900, .hash = "a"}, {.created_at = -5, .hash = "b"}}};
    static const struct {
        const struct scenario *scenario;
        bool is_newer;
        int64_t newest;
    } cases[] = {{&newer, true, 200},   {&mixed, false, 200},   {&first, true, 200},
                 {&turned, false, 200}, {&between, false, 200}, {&equal, false, 200},
                 {&early, true, -5}};

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_error err = {0};
        struct ep_plan plan = {0};
        struct input input;

        fill(cases[i].scenario, &input);
        assert_true(
            plan_of(&arena, &input.list, &input.ledger, &cases[i].scenario->policies, &plan, &err));
        assert_true(plan.unknown_newest == cases[i].newest);
        assert_int_equal(plan.unknown_is_newer, cases[i].is_newer);
    }
}

static void mismatches_are_rows_with_another_hash(void **state)
{
    (void)state;
    static const struct scenario scenario = {
        .files = {{.when = 100, .hash = "A"},
                  {.when = 200, .hash = "b"},
                  {.when = 300, .hash = "C"},
                  {.when = 400, .hash = "d"}},
        .rows = {{.created_at = 100, .hash = "a"},
                 {.created_at = 200, .hash = "b"},
                 {.created_at = 300, .hash = "c"}},
    };
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct input input;
    struct ep_match match;
    const size_t *indices = NULL;
    size_t count = 0;

    fill(&scenario, &input);
    ep_match_make(&arena, &input.list, &input.ledger, &match);
    ep_match_find_mismatches(&arena, &input.list, &match, &indices, &count);
    assert_int_equal(count, 2);
    assert_int_equal(indices[0], 0);
    assert_int_equal(indices[1], 2);

    input.rows[2].is_hashless = true; /* then nothing can be said */
    ep_match_find_mismatches(&arena, &input.list, &match, &indices, &count);
    assert_int_equal(count, 1);
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
        cmocka_unit_test(what_is_only_shown_is_never_refused),
        cmocka_unit_test(policies_that_fail_name_the_migrations),
        cmocka_unit_test(a_policy_that_nothing_breaks_refuses_nothing),
        cmocka_unit_test(five_migrations_are_named_at_most),
        cmocka_unit_test(ten_rows_that_forbid_an_upgrade_are_named_at_most),
        cmocka_unit_test(rows_are_given_the_names_of_their_migrations),
        cmocka_unit_test(a_table_with_unknown_rows_is_not_upgraded),
        cmocka_unit_test(unknown_rows_are_newer_or_they_are_somebody_elses),
        cmocka_unit_test(mismatches_are_rows_with_another_hash),
        cmocka_unit_test(after_the_pending_ones_nothing_is_pending),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
