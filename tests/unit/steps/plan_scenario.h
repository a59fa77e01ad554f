/*
 * plan_scenario.h - a folder, a ledger and policies as small as readable, for the tests of the
 * planner. Include cmocka first.
 */
#ifndef TESTS_UNIT_STEPS_PLAN_SCENARIO_H
#define TESTS_UNIT_STEPS_PLAN_SCENARIO_H

#include "steps/plan.h"

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

struct input {
    struct ep_migration migrations[MOST];
    struct ep_ledger_row rows[MOST];
    struct ep_migration_list list;
    struct ep_ledger ledger;
};

static inline void fill(const struct scenario *scenario, struct input *input)
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

static inline bool plan_of(struct ep_arena *arena, const struct ep_migration_list *migrations,
                           const struct ep_ledger *ledger, const struct ep_plan_policies *policies,
                           struct ep_plan *ret_plan, struct ep_error *err)
{
    struct ep_match match;

    ep_match_make(arena, migrations, ledger, &match);
    return ep_plan_make(arena, migrations, ledger, &match, policies, ret_plan, err);
}

/* The plan of a scenario; input is what it is made of. */
static inline bool plan_scenario(struct ep_arena *arena, const struct scenario *scenario,
                                 struct input *input, struct ep_plan *ret_plan,
                                 struct ep_error *err)
{
    fill(scenario, input);
    return plan_of(arena, &input->list, &input->ledger, &scenario->policies, ret_plan, err);
}

#endif
