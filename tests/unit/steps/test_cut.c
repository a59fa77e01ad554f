/*
 * Unit tests of cuts: what the pending migrations demand, as facts, in; steps, written as a line,
 * out. Extents that come of SQL are in test_extent.c.
 */
#include "base/text.h"
#include "steps/cut.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MOST = 4 };

/* A migration: how many locks it takes, the number of the one whose value it uses, "apart". */
struct extent {
    size_t locks, uses;
    bool is_apart;
};

/*
 * Steps as letters: Begin, Upgrade, Names, Run, recorD, Commit, Apart; the item behind them, and
 * behind a B the first word of why there is another transaction.
 */
struct scenario {
    const char *name;
    struct extent extents[MOST];
    size_t count;
    struct ep_cut cut;
    bool unmeasured;
    const char *expected;
};

static const struct scenario scenarios[] = {
    {.name = "nothing", .expected = ""},
    {.name = "an upgrade alone", .cut = {.upgrades = true}, .expected = "B0 U C"},
    {.name = "names alone", .cut = {.names = true}, .expected = "B0 N C"},
    {.name = "the ledger's steps and a migration",
     .count = 1,
     .cut = {.upgrades = true, .names = true},
     .expected = "B0 U N R10 D10 C"},
    {.name = "not measured: one transaction",
     .count = 3,
     .unmeasured = true,
     .cut = {.transactions = EP_TRANSACTIONS_EACH, .locks_most = 1},
     .expected = "B10 R10 D10 R11 D11 R12 D12 C"},
    {.name = "not measured, behind the ledger's steps",
     .count = 2,
     .unmeasured = true,
     .cut = {.transactions = EP_TRANSACTIONS_EACH, .names = true},
     .expected = "B0 N R10 D10 R11 D11 C"},
    {.name = "each its own, and as many steps as there can be",
     .count = 2,
     .cut = {.transactions = EP_TRANSACTIONS_EACH, .upgrades = true, .names = true},
     .expected = "B0 U N C B10(each) R10 D10 C B11(each) R11 D11 C"},
    {.name = "one that is apart needs no reason, and neither has what comes behind it",
     .extents = {{0}, {.is_apart = true}, {0}},
     .count = 3,
     .expected = "B10 R10 D10 C A11 B12 R12 D12 C"},
    {.name = "an earlier reason does not outlive one that is apart",
     .extents = {{.locks = 6}, {.locks = 6}, {.is_apart = true}, {0}},
     .count = 4,
     .cut = {.locks_most = 10},
     .expected = "B10 R10 D10 C B11(the) R11 D11 C A12 B13 R13 D13 C"},
    {.name = "apart at both ends",
     .extents = {{.is_apart = true}, {0}, {.is_apart = true}},
     .count = 3,
     .expected = "A10 B11 R11 D11 C A12"},
    {.name = "apart behind the ledger's steps",
     .extents = {{.is_apart = true}},
     .count = 1,
     .cut = {.upgrades = true},
     .expected = "B0 U C A10"},
    {.name = "a value of the same transaction, once",
     .extents = {{0}, {.uses = 1}, {.uses = 1}},
     .count = 3,
     .expected = "B10 R10 D10 C B11(it) R11 D11 R12 D12 C"},
    {.name = "a value of the transaction's second migration",
     .extents = {{0}, {0}, {.uses = 2}},
     .count = 3,
     .expected = "B10 R10 D10 R11 D11 C B12(it) R12 D12 C"},
    {.name = "a value of a migration in the ledger's transaction",
     .extents = {{0}, {.uses = 1}},
     .count = 2,
     .cut = {.upgrades = true},
     .expected = "B0 U R10 D10 C B11(it) R11 D11 C"},
    {.name = "a value, and all is to be one: the server decides",
     .extents = {{0}, {.uses = 1}},
     .count = 2,
     .cut = {.transactions = EP_TRANSACTIONS_ALL},
     .expected = "B10 R10 D10 R11 D11 C"},
    {.name = "just enough room for locks",
     .extents = {{.locks = 6}, {.locks = 4}, {.locks = 0}},
     .count = 3,
     .cut = {.locks_most = 10},
     .expected = "B10 R10 D10 R11 D11 R12 D12 C"},
    {.name = "one too many; then they are counted anew",
     .extents = {{.locks = 6}, {.locks = 5}, {.locks = 5}, {.locks = 1}},
     .count = 4,
     .cut = {.locks_most = 10},
     .expected = "B10 R10 D10 C B11(the) R11 D11 R12 D12 C B13(the) R13 D13 C"},
    {.name = "nobody has room for the first, but nothing is gained by a cut before it",
     .extents = {{.locks = 0}, {.locks = 20}, {.locks = 1}},
     .count = 3,
     .cut = {.locks_most = 10},
     .expected = "B10 R10 D10 R11 D11 C B12(the) R12 D12 C"},
    {.name = "no limit is known",
     .extents = {{.locks = 600}, {.locks = 600}},
     .count = 2,
     .expected = "B10 R10 D10 R11 D11 C"},
    {.name = "a limit of one",
     .extents = {{.locks = 1}, {.locks = 1}},
     .count = 2,
     .cut = {.locks_most = 1},
     .expected = "B10 R10 D10 C B11(the) R11 D11 C"},
};

static void write_step(struct ep_text *line, const struct ep_step *step)
{
    static const char letters[] = {
        [EP_STEP_BEGIN] = 'B',  [EP_STEP_UPGRADE] = 'U', [EP_STEP_NAMES] = 'N', [EP_STEP_RUN] = 'R',
        [EP_STEP_RECORD] = 'D', [EP_STEP_COMMIT] = 'C',  [EP_STEP_APART] = 'A',
    };
    char letter = letters[step->kind];

    ep_text_format(line, "%s%c", line->size == 0 ? "" : " ", letter);
    if (strchr("BRDA", letter) != NULL || step->item != 0) {
        ep_text_format(line, "%zu", step->item);
    }
    if (step->reason != NULL) {
        ep_text_format(line, "(%.*s)", (int)strcspn(step->reason, " "), step->reason);
    }
}

static void each_scenario_is_cut_as_described(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(scenarios); i++) {
        const struct scenario *scenario = &scenarios[i];
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_text line EP_CLEANUP(ep_text_clear) = {0};
        struct ep_extent extents[10 + MOST] = {{0}}; /* the first ten items are not pending */
        size_t pending[MOST] = {0}, step_count = 0;
        const struct ep_step *steps = NULL;
        struct ep_cut cut = scenario->cut;

        print_message("# %s\n", scenario->name);
        for (size_t j = 0; j < scenario->count; j++) {
            pending[j] = 10 + j;
            extents[10 + j] = (struct ep_extent){.number = 1 + j,
                                                 .locks = scenario->extents[j].locks,
                                                 .uses_value_of = scenario->extents[j].uses,
                                                 .is_apart = scenario->extents[j].is_apart};
        }
        cut.pending = pending;
        cut.pending_count = scenario->count;
        cut.extents = scenario->unmeasured ? NULL : extents;
        ep_cut_make(&arena, &cut, &steps, &step_count);
        for (size_t j = 0; j < step_count; j++) {
            write_step(&line, &steps[j]);
        }
        assert_string_equal(ep_text_get(&line), scenario->expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_scenario_is_cut_as_described),
    };
    return cmocka_run_group_tests_name("cut", tests, NULL, NULL);
}
