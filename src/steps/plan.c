#include "steps/plan.h"

#include "base/text.h"

#include <inttypes.h>

enum ep_ledger_shape ep_plan_new_shape(const struct ep_migration_list *migrations)
{
    for (size_t i = 0; i < migrations->count; i++) {
        if (migrations->items[i].layout != EP_LAYOUT_JOURNAL) {
            return migrations->items[i].layout == EP_LAYOUT_FOLDERS ? EP_LEDGER_V1
                                                                    : EP_LEDGER_NAMES;
        }
    }
    return EP_LEDGER_V0;
}

/* One call of ep_plan_make(). */
struct planner {
    struct ep_arena *arena;
    const struct ep_migration_list *migrations;
    const struct ep_ledger *ledger;
    const struct ep_plan_policies *policies;
    const struct ep_match *match;
    struct ep_plan plan;
    struct ep_plan_note *notes;
    /* What Drizzle 0.x compares a journal's "when" with. */
    bool has_baseline, has_timeless;
    int64_t baseline;
    size_t last_folder; /* the last applied migration that has a folder of its own */
};

static void note(struct planner *planner, const struct ep_migration *migration, const char *text)
{
    planner->notes[planner->plan.note_count++] =
        (struct ep_plan_note){.migration = migration, .text = text};
}

/* Drizzle 0.x takes the greatest created_at, and NULL, which sorts first, as 0. */
static void find_baseline(struct planner *planner)
{
    const struct ep_ledger *ledger = planner->ledger;

    if (ledger->shape == EP_LEDGER_NAMES) {
        return; /* no Drizzle looks at it */
    }
    planner->has_baseline = ledger->row_count > 0;
    planner->baseline = INT64_MIN;
    for (size_t i = 0; i < ledger->row_count; i++) {
        planner->has_timeless = planner->has_timeless || !ledger->rows[i].has_created_at;
        if (ledger->rows[i].created_at > planner->baseline) {
            planner->baseline = ledger->rows[i].created_at;
        }
    }
    if (planner->has_timeless) {
        planner->baseline = 0;
        note(
            planner, NULL,
            "the ledger has a row without created_at: Drizzle 0.x would run every migration again");
    }
}

static bool is_journal(const struct ep_migration *migration)
{
    return migration->layout == EP_LAYOUT_JOURNAL;
}

/* What Drizzle 0.x would do; for a folder of its own there is no such Drizzle. */
static bool drizzle_runs(const struct planner *planner, const struct ep_migration *migration)
{
    return is_journal(migration)
           && (!planner->has_baseline || planner->baseline < migration->created_at);
}

static bool is_edited(const struct ep_plan_item *item)
{
    const char *recorded = item->row->hash;
    const struct ep_migration *migration = item->migration;

    return !item->row->is_hashless && strcmp(recorded, migration->hash) != 0
           && (migration->hash_lf == NULL || strcmp(recorded, migration->hash_lf) != 0)
           && (migration->hash_crlf == NULL || strcmp(recorded, migration->hash_crlf) != 0);
}

static void judge_applied(struct planner *planner, struct ep_plan_item *item)
{
    const struct ep_migration *migration = item->migration;

    item->state = EP_PLAN_APPLIED;
    item->edited = is_edited(item);
    item->line_endings_differ =
        !item->edited && !item->row->is_hashless && strcmp(item->row->hash, migration->hash) != 0;
    item->renamed =
        planner->ledger->shape == EP_LEDGER_NAMES
        && strcmp(item->row->name, ep_match_name(planner->arena, migration, planner->ledger)) != 0;
    if (item->renamed) {
        note(planner, migration,
             ep_arena_format(planner->arena,
                             "is applied, under the name %s: the file was renamed, and is not run "
                             "again",
                             item->row->name));
    }
    if (item->edited && planner->policies->edited != EP_POLICY_IGNORE) {
        note(planner, migration,
             ep_arena_format(planner->arena,
                             "the file was changed after it was applied (recorded hash %.12s, "
                             "now %.12s); the change will not reach this database",
                             item->row->hash, migration->hash));
    }
    item->runs_again = drizzle_runs(planner, migration);
    if (item->runs_again && !planner->has_timeless) {
        note(planner, migration,
             ep_arena_format(planner->arena,
                             "is applied, but Drizzle 0.x would run it again: it is recorded with "
                             "created_at %" PRId64 ", its \"when\" is %" PRId64,
                             item->row->created_at, migration->created_at));
    }
}

/* What becomes of a migration that is out of order. */
static const char *out_of_order_action(const struct ep_plan_policies *policies)
{
    switch (policies->out_of_order) {
    case EP_OUT_OF_ORDER_SKIP:
        return "skipping it ([migrate] out_of_order = skip)";
    case EP_OUT_OF_ORDER_FAIL:
        return "migrating refuses it ([migrate] out_of_order = fail)";
    case EP_OUT_OF_ORDER_APPLY:
        break;
    }
    return policies->only_shown ? "migrating applies it" : "applying it now";
}

static void judge_unapplied(struct planner *planner, struct ep_plan_item *item, size_t position)
{
    const struct ep_migration *migration = item->migration;
    bool skip = planner->policies->out_of_order == EP_OUT_OF_ORDER_SKIP;
    const char *what = out_of_order_action(planner->policies);

    item->out_of_order =
        is_journal(migration) ? !drizzle_runs(planner, migration) : position < planner->last_folder;
    item->state = item->out_of_order && skip ? EP_PLAN_SKIPPED : EP_PLAN_PENDING;
    if (item->out_of_order && is_journal(migration)) {
        note(planner, migration,
             ep_arena_format(planner->arena,
                             "was never applied although newer migrations were: its \"when\" "
                             "%" PRId64 " is not later than the newest recorded, %" PRId64
                             ", so Drizzle 0.x skips it silently; %s",
                             migration->created_at, planner->baseline, what));
    } else if (item->out_of_order) {
        note(planner, migration,
             ep_arena_format(planner->arena, "was never applied although later migrations were; %s",
                             what));
    }
}

/* Clocks differ a little; an hour is a mistake, and Drizzle skips what is generated until then. */
static void judge_time(struct planner *planner, struct ep_plan_item *item)
{
    enum { CLOCKS_DIFFER_MS = 60 * 60 * 1000 };
    const struct ep_migration *migration = item->migration;

    item->in_future = is_journal(migration) && planner->policies->now > 0
                      && migration->created_at > planner->policies->now + CLOCKS_DIFFER_MS;
    if (item->in_future) {
        note(planner, migration,
             ep_arena_format(planner->arena,
                             "its \"when\" %" PRId64 " is in the future: what is generated until "
                             "then Drizzle 0.x skips silently",
                             migration->created_at));
    }
}

static void judge_items(struct planner *planner)
{
    struct ep_plan *plan = &planner->plan;

    for (size_t i = 0; i < plan->item_count; i++) {
        if (planner->match->rows[i] != NULL && !is_journal(&planner->migrations->items[i])) {
            planner->last_folder = i;
        }
    }
    for (size_t i = 0; i < plan->item_count; i++) {
        struct ep_plan_item *item = &plan->items[i];
        item->migration = &planner->migrations->items[i];
        item->row = planner->match->rows[i];
        if (item->row != NULL) {
            judge_applied(planner, item);
        } else {
            judge_unapplied(planner, item, i);
        }
        judge_time(planner, item);
        plan->pending_count += item->state == EP_PLAN_PENDING;
        plan->upgrades =
            plan->upgrades
            || (item->state == EP_PLAN_PENDING && item->migration->layout == EP_LAYOUT_FOLDERS
                && planner->ledger->shape == EP_LEDGER_V0);
    }
}

/* Name up to five of the items that break a policy. */
static bool fail_policy(const struct ep_plan *plan, bool (*breaks)(const struct ep_plan_item *),
                        const char *what, struct ep_error *err)
{
    struct ep_text names EP_CLEANUP(ep_text_clear) = {0};
    size_t count = 0;

    for (size_t i = 0; i < plan->item_count; i++) {
        if (breaks(&plan->items[i])) {
            if (count < 5) {
                ep_text_format(&names, "%s%s", count == 0 ? "" : ", ",
                               plan->items[i].migration->tag);
            }
            count++;
        }
    }
    if (count == 0) {
        return true;
    }
    return ep_fail(err, EP_FAULT_SOURCE, "%zu %s %s: %s%s", count,
                   count == 1 ? "migration" : "migrations", what, ep_text_get(&names),
                   count > 5 ? ", ..." : "");
}

static bool item_is_edited(const struct ep_plan_item *item)
{
    return item->edited;
}

static bool item_is_out_of_order(const struct ep_plan_item *item)
{
    return item->out_of_order;
}

static bool apply_policies(const struct ep_plan *plan, const struct ep_plan_policies *policies,
                           struct ep_error *err)
{
    if (policies->edited == EP_POLICY_FAIL
        && !fail_policy(plan, item_is_edited, "changed after it was applied", err)) {
        return ep_error_hint(err, "Restore the file and put the change into a new migration, or "
                                  "set [migrate] edited = warn.");
    }
    if (policies->out_of_order == EP_OUT_OF_ORDER_FAIL
        && !fail_policy(plan, item_is_out_of_order, "not applied although newer ones are", err)) {
        return ep_error_hint(err, "Generate it anew so that it is the newest, or set [migrate] "
                                  "out_of_order = apply.");
    }
    if (policies->ahead == EP_POLICY_FAIL && plan->unknown_count > 0) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "%zu applied %s not in this image", plan->unknown_count,
                      plan->unknown_count == 1 ? "migration is" : "migrations are");
        return ep_error_hint(err, "Start an image that has them, or set [migrate] ahead = warn.");
    }
    return true;
}

/* Of names, the greater is the newer: that is their order. */
static void count_unknown_names(struct planner *planner, const struct ep_ledger_row **unknown)
{
    const struct ep_ledger *ledger = planner->ledger;
    struct ep_plan *plan = &planner->plan;
    const char *first = NULL, *known_last = "";

    for (size_t i = 0; i < ledger->row_count; i++) {
        const char *name = ledger->rows[i].name;
        if (planner->match->owners[i] != NULL) {
            known_last = strcmp(name, known_last) > 0 ? name : known_last;
            continue;
        }
        first = first == NULL || strcmp(name, first) < 0 ? name : first;
        if (plan->unknown_last == NULL || strcmp(name, plan->unknown_last) > 0) {
            plan->unknown_last = name;
        }
        unknown[plan->unknown_count++] = &ledger->rows[i];
    }
    plan->unknown = unknown;
    plan->unknown_is_newer = first != NULL && strcmp(first, known_last) > 0;
}

static void count_unknown(struct planner *planner)
{
    const struct ep_ledger *ledger = planner->ledger;
    struct ep_plan *plan = &planner->plan;
    const struct ep_ledger_row **unknown =
        ep_arena_array(planner->arena, ledger->row_count, sizeof(*unknown));
    int64_t oldest = INT64_MAX, known_newest = INT64_MIN;

    if (ledger->shape == EP_LEDGER_NAMES) {
        count_unknown_names(planner, unknown);
        return;
    }

    for (size_t i = 0; i < ledger->row_count; i++) {
        int64_t created_at = ledger->rows[i].created_at;
        if (planner->match->owners[i] != NULL) {
            known_newest = created_at > known_newest ? created_at : known_newest;
            continue;
        }
        oldest = created_at < oldest ? created_at : oldest;
        if (plan->unknown_count == 0 || created_at > plan->unknown_newest) {
            plan->unknown_newest = created_at;
        }
        unknown[plan->unknown_count++] = &ledger->rows[i];
    }
    plan->unknown = unknown;
    plan->unknown_is_newer = plan->unknown_count > 0 && oldest > known_newest;
}

/* Rows without a name that is known, in a table that has or will have the column. */
static void collect_names(struct planner *planner)
{
    const struct ep_ledger *ledger = planner->ledger;
    struct ep_plan *plan = &planner->plan;
    struct ep_plan_name *names = ep_arena_array(planner->arena, ledger->row_count, sizeof(*names));
    size_t nameless = 0;

    for (size_t i = 0; i < ledger->row_count; i++) {
        const struct ep_migration *owner = planner->match->owners[i];
        if (ledger->rows[i].name == NULL && owner != NULL
            && (plan->upgrades || ledger->shape == EP_LEDGER_V1)) {
            names[nameless++] = (struct ep_plan_name){
                .name_and_id = {ep_migration_name(planner->arena, owner), ledger->rows[i].id}};
        }
    }
    if (nameless > 0 && !ledger->may_update) {
        note(planner, NULL,
             ep_arena_format(planner->arena,
                             "%zu rows of the ledger have no name, so Drizzle 1.x would run their "
                             "migrations again; this role may not UPDATE them",
                             nameless));
        nameless = 0;
    }
    plan->names = names;
    plan->name_count = nameless;
}

/* A row that nobody knows would be left without a name for ever. */
static bool upgrade_is_refused(const struct planner *planner)
{
    return planner->plan.upgrades && planner->plan.unknown_count > 0;
}

static void note_refused_upgrade(struct planner *planner)
{
    if (upgrade_is_refused(planner)) {
        note(planner, NULL,
             "migrating is refused, as by Drizzle: the ledger cannot be upgraded to Drizzle 1.x "
             "while it has rows that match no migration of this image");
    }
}

static bool check_upgrade(const struct planner *planner, struct ep_error *err)
{
    struct ep_text ids EP_CLEANUP(ep_text_clear) = {0};
    const struct ep_plan *plan = &planner->plan;

    if (!upgrade_is_refused(planner)) {
        return true;
    }
    for (size_t i = 0; i < plan->unknown_count && i < 10; i++) {
        ep_text_format(&ids, "%s%s", i == 0 ? "" : ", ", plan->unknown[i]->id);
    }
    (void)ep_fail(
        err, EP_FAULT_SOURCE,
        "the ledger cannot be upgraded to Drizzle 1.x: %zu of its rows (ids: %s) match no "
        "migration of this image",
        plan->unknown_count, ep_text_get(&ids));
    return ep_error_hint(err, "Drizzle refuses this, too. Restore the folders of these "
                              "migrations, or delete the rows if they are of no use.");
}

/* Where a table records numbers, two files of one number cannot be told apart. */
static bool check_numbers(const struct planner *planner, struct ep_error *err)
{
    const struct ep_plan *plan = &planner->plan;

    if (planner->ledger->names == NULL || !planner->ledger->names->by_number) {
        return true;
    }
    for (size_t i = 1; i < plan->item_count; i++) {
        const struct ep_migration *a = plan->items[i - 1].migration, *b = plan->items[i].migration;
        if (strcmp(ep_match_name(planner->arena, a, planner->ledger),
                   ep_match_name(planner->arena, b, planner->ledger))
            == 0) {
            (void)ep_fail(err, EP_FAULT_SOURCE, "\"%s\" and \"%s\" have the same number", a->path,
                          b->path);
            return ep_error_hint(err, "The table records numbers only, so give one of them "
                                      "another.");
        }
    }
    return true;
}

void ep_plan_cut(struct ep_arena *arena, const struct ep_plan_policies *policies,
                 const struct ep_extent *extents, struct ep_plan *plan)
{
    size_t *pending = ep_arena_array(arena, plan->pending_count, sizeof(*pending));
    const struct ep_cut cut = {
        .transactions = policies->transactions,
        .locks_most = policies->locks_most,
        .upgrades = plan->upgrades,
        .names = plan->name_count > 0,
        .pending = pending,
        .pending_count = plan->pending_count,
        .extents = extents,
    };
    size_t count = 0;

    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan->items[i].state == EP_PLAN_PENDING) {
            pending[count++] = i;
        }
    }
    ep_cut_make(arena, &cut, &plan->steps, &plan->step_count);
}

bool ep_plan_make(struct ep_arena *arena, const struct ep_migration_list *migrations,
                  const struct ep_ledger *ledger, const struct ep_match *match,
                  const struct ep_plan_policies *policies, struct ep_plan *ret_plan,
                  struct ep_error *err)
{
    enum { NOTES_OF_ITEM = 3, NOTES_OF_LEDGER = 3 };
    struct planner planner = {
        .arena = arena,
        .migrations = migrations,
        .ledger = ledger,
        .policies = policies,
        .match = match,
        .plan = {.items = ep_arena_array(arena, migrations->count, sizeof(struct ep_plan_item)),
                 .item_count = migrations->count},
        .notes = ep_arena_array(arena, NOTES_OF_ITEM * migrations->count + NOTES_OF_LEDGER,
                                sizeof(struct ep_plan_note)),
    };

    planner.plan.applied_count = match->matched_count;
    find_baseline(&planner);
    judge_items(&planner);
    count_unknown(&planner);
    collect_names(&planner);
    if (policies->only_shown) {
        note_refused_upgrade(&planner);
    } else if (!apply_policies(&planner.plan, policies, err) || !check_upgrade(&planner, err)
               || !check_numbers(&planner, err)) {
        return false;
    }
    ep_plan_cut(arena, policies, NULL, &planner.plan);
    planner.plan.notes = planner.notes;
    *ret_plan = planner.plan;
    return true;
}
