/*
 * Unit tests of the planner: what it refuses, whom it names then, and what it makes of rows that
 * belong to no migration. No server.
 */
#include "steps/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/steps/plan_scenario.h"

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

    assert_true(plan_scenario(&arena, &scenario, &input, &plan, &err));
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

    assert_true(plan_scenario(&arena, &scenario, &input, &plan, &err));
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

    assert_false(plan_scenario(&arena, &scenario, &input, &plan, &err));
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

        assert_true(plan_scenario(&arena, cases[i].scenario, &input, &plan, &err));
        assert_true(plan.unknown_newest == cases[i].newest);
        assert_int_equal(plan.unknown_is_newer, cases[i].is_newer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_only_shown_is_never_refused),
        cmocka_unit_test(policies_that_fail_name_the_migrations),
        cmocka_unit_test(a_policy_that_nothing_breaks_refuses_nothing),
        cmocka_unit_test(five_migrations_are_named_at_most),
        cmocka_unit_test(ten_rows_that_forbid_an_upgrade_are_named_at_most),
        cmocka_unit_test(a_table_with_unknown_rows_is_not_upgraded),
        cmocka_unit_test(unknown_rows_are_newer_or_they_are_somebody_elses),
    };
    return cmocka_run_group_tests_name("plan, refusals", tests, NULL, NULL);
}
