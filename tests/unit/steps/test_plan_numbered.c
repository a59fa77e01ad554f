/*
 * Unit tests of the planner with numbered files and their table. No server.
 */
#include "steps/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MOST = 6 };

/* A file: its tag and its hash; a row: the name in the table, its tag, its hash, NULL: none. */
struct file {
    const char *tag, *hash;
};

struct row {
    const char *id, *hash;
};

struct scenario {
    const char *name;
    struct file files[MOST];
    struct row rows[MOST];
    bool by_number;
    struct ep_plan_policies policies;
    const char *states; /* a letter for each file: A applied, R renamed, P pending, S skipped */
    size_t notes, unknown;
    const char *note, *last; /* part of the first note; the last unknown name */
    bool is_newer;
};

static const struct scenario scenarios[] = {
    {.name = "a fresh table", .files = {{"1_a", "a"}, {"2_b", "b"}}, .states = "PP"},
    {.name = "one more file",
     .files = {{"1_a", "a"}, {"2_b", "b"}},
     .rows = {{"1_a", "a"}},
     .states = "AP"},
    {.name = "an older file that was merged late",
     .files = {{"1_a", "a"}, {"2_b", "b"}, {"3_c", "c"}, {"4_d", "d"}},
     .rows = {{"1_a", "a"}, {"3_c", "c"}},
     .states = "APAP",
     .notes = 1,
     .note = "was never applied although later migrations were; applying it now"},
    {.name = "the same, skipped",
     .files = {{"1_a", "a"}, {"2_b", "b"}, {"3_c", "c"}, {"4_d", "d"}},
     .rows = {{"1_a", "a"}, {"3_c", "c"}},
     .policies = {.out_of_order = EP_OUT_OF_ORDER_SKIP},
     .states = "ASAP",
     .notes = 1,
     .note = "skipping it"},
    {.name = "the same, only shown",
     .files = {{"1_a", "a"}, {"2_b", "b"}},
     .rows = {{"2_b", "b"}},
     .policies = {.only_shown = true},
     .states = "PA",
     .notes = 1,
     .note = "migrating applies it"},
    {.name = "renamed",
     .files = {{"1_a", "a"}, {"2_new", "b"}},
     .rows = {{"1_a", "a"}, {"2_old", "b"}},
     .states = "AR",
     .notes = 1,
     .note = "is applied, under the name 2_old: the file was renamed"},
    {.name = "edited",
     .files = {{"1_a", "A"}},
     .rows = {{"1_a", "a"}},
     .policies = {.edited = EP_POLICY_WARN},
     .states = "A",
     .notes = 1,
     .note = "recorded hash a, now A"},
    {.name = "a table without hashes",
     .files = {{"1_a", "A"}},
     .rows = {{"1_a", NULL}},
     .policies = {.edited = EP_POLICY_FAIL},
     .states = "A"},
    {.name = "numbers",
     .files = {{"1_a", "a"}, {"2_b", "b"}, {"fix", "c"}},
     .rows = {{"1", NULL}, {"fix", NULL}},
     .by_number = true,
     .states = "APA",
     .notes = 1,
     .note = "later migrations were"},
    {.name = "times are nothing to files: there is no future and no Drizzle",
     .files = {{"1_a", "a"}, {"2_b", "b"}},
     .rows = {{"1_a", "a"}},
     .policies = {.now = 1},
     .states = "AP"},
    {.name = "rows of a newer image",
     .files = {{"1_a", "a"}, {"2_b", "b"}},
     .rows = {{"2_b", "b"}, {"4_d", "d"}, {"1_a", "a"}, {"3_c", "c"}},
     .states = "AA",
     .unknown = 2,
     .last = "4_d",
     .is_newer = true},
    {.name = "one of them is older than what is known",
     .files = {{"2_b", "b"}, {"5_e", "e"}},
     .rows = {{"5_e", "e"}, {"2_b", "b"}, {"6_f", "f"}, {"4_d", "d"}},
     .states = "AA",
     .unknown = 2,
     .last = "6_f"},
    {.name = "in another order, too",
     .files = {{"2_b", "b"}, {"5_e", "e"}},
     .rows = {{"4_d", "d"}, {"2_b", "b"}, {"6_f", "f"}, {"5_e", "e"}},
     .states = "AA",
     .unknown = 2,
     .last = "6_f"},
    {.name = "an empty name is not newer than nothing",
     .files = {{"1_a", "a"}},
     .rows = {{"", "x"}},
     .states = "P",
     .unknown = 1,
     .last = ""},
    {.name = "the greatest comes first",
     .files = {{"1_a", "a"}},
     .rows = {{"6_f", "f"}, {"4_d", "d"}, {"5_e", "e"}},
     .states = "P",
     .unknown = 3,
     .last = "6_f",
     .is_newer = true},
};

struct input {
    struct ep_migration migrations[MOST];
    struct ep_ledger_row rows[MOST];
    struct ep_names_shape names;
    struct ep_migration_list list;
    struct ep_ledger ledger;
};

static void fill(const struct scenario *scenario, struct input *input)
{
    *input = (struct input){.names = {.by_number = scenario->by_number},
                            .list = {.items = input->migrations},
                            .ledger = {.shape = EP_LEDGER_NAMES, .rows = input->rows}};
    input->ledger.names = &input->names;
    for (size_t i = 0; i < MOST && scenario->files[i].tag != NULL; i++) {
        struct ep_migration *migration = &input->migrations[input->list.count++];
        *migration = (struct ep_migration){.layout = EP_LAYOUT_NUMBERED,
                                           .tag = scenario->files[i].tag,
                                           .path = scenario->files[i].tag,
                                           .created_at = INT64_MAX};
        (void)snprintf(migration->hash, sizeof(migration->hash), "%s", scenario->files[i].hash);
    }
    for (size_t i = 0; i < MOST && scenario->rows[i].id != NULL; i++) {
        const char *hash = scenario->rows[i].hash;
        input->rows[input->ledger.row_count++] =
            (struct ep_ledger_row){.id = scenario->rows[i].id,
                                   .name = scenario->rows[i].id,
                                   .hash = hash == NULL ? "" : hash,
                                   .is_hashless = hash == NULL};
    }
}

static bool plan_of(struct ep_arena *arena, const struct input *input,
                    const struct ep_plan_policies *policies, struct ep_plan *ret_plan,
                    struct ep_error *err)
{
    struct ep_match match;

    ep_match_make(arena, &input->list, &input->ledger, &match);
    return ep_plan_make(arena, &input->list, &input->ledger, &match, policies, ret_plan, err);
}

static char state_letter(const struct ep_plan_item *item)
{
    static const char letters[] = {
        [EP_PLAN_APPLIED] = 'A', [EP_PLAN_PENDING] = 'P', [EP_PLAN_SKIPPED] = 'S'};

    return item->renamed ? 'R' : letters[item->state];
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
        size_t pending = 0, applied = 0;

        print_message("# %s\n", scenario->name);
        fill(scenario, &input);
        assert_true(plan_of(&arena, &input, &scenario->policies, &plan, &err));
        for (size_t j = 0; j < plan.item_count; j++) {
            letters[j] = state_letter(&plan.items[j]);
            pending += letters[j] == 'P';
            applied += plan.items[j].row != NULL;
            assert_ptr_equal(plan.items[j].migration, &input.migrations[j]);
            assert_false(plan.items[j].in_future);
            assert_false(plan.items[j].runs_again);
            assert_false(plan.items[j].line_endings_differ);
        }
        assert_string_equal(letters, scenario->states);
        assert_int_equal(plan.pending_count, pending);
        assert_int_equal(plan.applied_count, applied);
        assert_int_equal(plan.note_count, scenario->notes);
        if (scenario->note != NULL) {
            assert_non_null(strstr(plan.notes[0].text, scenario->note));
        }
        assert_int_equal(plan.unknown_count, scenario->unknown);
        assert_int_equal(plan.unknown_is_newer, scenario->is_newer);
        if (scenario->last == NULL) {
            assert_null(plan.unknown_last);
        } else {
            assert_string_equal(plan.unknown_last, scenario->last);
        }
        for (size_t j = 0, next = 0; j < input.ledger.row_count; j++) {
            if (next < plan.unknown_count && plan.unknown[next] == &input.rows[j]) {
                next++;
            }
            assert_true(j + 1 < input.ledger.row_count || next == plan.unknown_count);
        }
        assert_false(plan.upgrades);
        assert_int_equal(plan.name_count, 0);
    }
}

static void two_files_of_one_number_cannot_be_told_apart(void **state)
{
    static const struct {
        struct scenario scenario;
        const char *summary; /* NULL: none */
    } cases[] = {
        {{.files = {{"1_a", "a"}, {"1_b", "b"}}, .by_number = true},
         "\"1_a\" and \"1_b\" have the same number"},
        {{.files = {{"1_a", "a"}, {"2_a", "b"}, {"3_a", "c"}, {"3_b", "d"}}, .by_number = true},
         "\"3_a\" and \"3_b\" have the same number"},
        {{.files = {{"1_a", "a"}, {"2_b", "b"}, {"fix", "c"}}, .by_number = true}, NULL},
        {{.files = {{"1_a", "a"}, {"1_b", "b"}}}, NULL},
        {{.files = {{"1_a", "a"}, {"1_b", "b"}},
          .by_number = true,
          .policies = {.only_shown = true}},
         NULL},
        {{.by_number = true}, NULL},
    };

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_error err = {0};
        struct ep_plan plan = {.item_count = 77};
        struct input input;

        fill(&cases[i].scenario, &input);
        assert_int_equal(plan_of(&arena, &input, &cases[i].scenario.policies, &plan, &err),
                         cases[i].summary == NULL);
        assert_string_equal(err.summary, cases[i].summary == NULL ? "" : cases[i].summary);
        assert_int_equal(err.hint[0] != '\0', cases[i].summary != NULL);
        assert_int_equal(plan.item_count == 77, cases[i].summary != NULL);
    }
}

static void a_new_table_has_the_shape_of_its_folder(void **state)
{
    static const struct {
        enum ep_layout layouts[3];
        size_t count;
        enum ep_ledger_shape shape;
    } cases[] = {
        {{EP_LAYOUT_JOURNAL}, 0, EP_LEDGER_V0},
        {{EP_LAYOUT_JOURNAL, EP_LAYOUT_JOURNAL}, 2, EP_LEDGER_V0},
        {{EP_LAYOUT_JOURNAL, EP_LAYOUT_FOLDERS, EP_LAYOUT_JOURNAL}, 3, EP_LEDGER_V1},
        {{EP_LAYOUT_FOLDERS}, 1, EP_LEDGER_V1},
        {{EP_LAYOUT_NUMBERED}, 1, EP_LEDGER_NAMES},
        {{EP_LAYOUT_JOURNAL, EP_LAYOUT_FOLDERS}, 1, EP_LEDGER_V0}, /* not of the list */
    };

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_migration migrations[3] = {{0}};
        for (size_t j = 0; j < 3; j++) {
            migrations[j].layout = cases[i].layouts[j];
        }
        const struct ep_migration_list list = {.items = migrations, .count = cases[i].count};
        assert_int_equal(ep_plan_new_shape(&list), cases[i].shape);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_scenario_is_planned_as_described),
        cmocka_unit_test(two_files_of_one_number_cannot_be_told_apart),
        cmocka_unit_test(a_new_table_has_the_shape_of_its_folder),
    };
    return cmocka_run_group_tests_name("plan_numbered", tests, NULL, NULL);
}
