#include "steps/plan.h"

#include "base/check.h"
#include "base/text.h"

#include <inttypes.h>
#include <limits.h>

/* --- finding rows --- */

/* Ledger rows in an order in which they can be searched. */
struct row_index {
    const struct ep_ledger_row **rows;
    size_t count;
    int (*compare)(const struct ep_ledger_row *row, const void *key);
};

struct matcher {
    const struct ep_ledger *ledger;
    bool *claimed; /* one for each row */
    struct row_index by_time, by_hash, by_name;
};

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_time(const struct ep_ledger_row *row, const void *key)
{
    return compare_numbers(row->created_at, *(const int64_t *)key);
}

static int compare_hash(const struct ep_ledger_row *row, const void *key)
{
    return strcmp(row->hash, key);
}

static int compare_name(const struct ep_ledger_row *row, const void *key)
{
    return strcmp(row->name, key);
}

/* Rows that are equal keep the order in which the server sent them: addresses grow with it. */
static int by_address(const struct ep_ledger_row *a, const struct ep_ledger_row *b)
{
    return a < b ? -1 : a > b;
}

static int sort_time(const void *a, const void *b)
{
    const struct ep_ledger_row *x = *(const struct ep_ledger_row *const *)a;
    const struct ep_ledger_row *y = *(const struct ep_ledger_row *const *)b;
    int order = compare_numbers(x->created_at, y->created_at);
    return order != 0 ? order : by_address(x, y);
}

static int sort_hash(const void *a, const void *b)
{
    const struct ep_ledger_row *x = *(const struct ep_ledger_row *const *)a;
    const struct ep_ledger_row *y = *(const struct ep_ledger_row *const *)b;
    int order = strcmp(x->hash, y->hash);
    return order != 0 ? order : by_address(x, y);
}

static int sort_name(const void *a, const void *b)
{
    const struct ep_ledger_row *x = *(const struct ep_ledger_row *const *)a;
    const struct ep_ledger_row *y = *(const struct ep_ledger_row *const *)b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : by_address(x, y);
}

static bool has_time(const struct ep_ledger_row *row)
{
    return row->has_created_at;
}

static bool has_name(const struct ep_ledger_row *row)
{
    return row->name != NULL;
}

static bool has_hash(const struct ep_ledger_row *row)
{
    return row->hash[0] != '\0';
}

static struct row_index index_rows(struct ep_arena *arena, const struct ep_ledger *ledger,
                                   bool (*has)(const struct ep_ledger_row *),
                                   int (*sort)(const void *, const void *),
                                   int (*compare)(const struct ep_ledger_row *, const void *))
{
    struct row_index index = {
        .rows = ep_arena_array(arena, ledger->row_count, sizeof(*index.rows)),
        .compare = compare,
    };
    bool sorted = true;

    for (size_t i = 0; i < ledger->row_count; i++) {
        if (has(&ledger->rows[i])) {
            index.rows[index.count++] = &ledger->rows[i];
            sorted = sorted
                     && (index.count < 2
                         || sort(&index.rows[index.count - 2], &index.rows[index.count - 1]) <= 0);
        }
    }
    if (!sorted) { /* rows usually come in the order in which they were written */
        qsort(index.rows, index.count, sizeof(*index.rows), sort);
    }
    return index;
}

static size_t lower_bound(const struct row_index *index, const void *key)
{
    size_t low = 0, high = index->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->compare(index->rows[middle], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The first unclaimed row with the key, of that hash unless it is NULL; claims it. */
static const struct ep_ledger_row *claim(struct matcher *matcher, const struct row_index *index,
                                         const void *key, const char *hash)
{
    for (size_t i = lower_bound(index, key);
         i < index->count && index->compare(index->rows[i], key) == 0; i++) {
        const struct ep_ledger_row *row = index->rows[i];
        bool *claimed = &matcher->claimed[row - matcher->ledger->rows];
        if (!*claimed && (hash == NULL || strcmp(row->hash, hash) == 0)) {
            *claimed = true;
            return row;
        }
    }
    return NULL;
}

/* --- which migration is which row --- */

static int64_t whole_seconds(int64_t ms)
{
    return ms - (ms % 1000 + 1000) % 1000;
}

enum pass { PASS_EXACT, PASS_TIME, PASS_NAME, PASS_SECONDS, PASS_HASH, PASS_COUNT };

static const struct ep_ledger_row *match(struct ep_arena *arena, struct matcher *matcher,
                                         const struct ep_migration *migration, enum pass pass)
{
    int64_t seconds = whole_seconds(migration->created_at);

    switch (pass) {
    case PASS_EXACT:
        return claim(matcher, &matcher->by_time, &migration->created_at, migration->hash);
    case PASS_TIME:
        return claim(matcher, &matcher->by_time, &migration->created_at, NULL);
    case PASS_NAME:
        return claim(matcher, &matcher->by_name, ep_migration_name(arena, migration), NULL);
    case PASS_SECONDS:
        return claim(matcher, &matcher->by_time, &seconds, migration->hash);
    case PASS_HASH:
        return claim(matcher, &matcher->by_hash, migration->hash, NULL);
    case PASS_COUNT:
        break;
    }
    return NULL;
}

/* Each pass over all migrations, so that a weaker reason never takes another's row. */
static size_t match_all(struct ep_arena *arena, struct matcher *matcher, struct ep_plan_item *items,
                        size_t count)
{
    size_t applied = 0;

    for (enum pass pass = PASS_EXACT;
         pass < PASS_COUNT && applied < count && applied < matcher->ledger->row_count; pass++) {
        if (pass == PASS_NAME) {
            matcher->by_name =
                index_rows(arena, matcher->ledger, has_name, sort_name, compare_name);
        } else if (pass == PASS_HASH) {
            matcher->by_hash =
                index_rows(arena, matcher->ledger, has_hash, sort_hash, compare_hash);
        }
        for (size_t i = 0; i < count; i++) {
            if (items[i].row == NULL) {
                items[i].row = match(arena, matcher, items[i].migration, pass);
                applied += items[i].row != NULL;
            }
        }
    }
    return applied;
}

static struct ep_plan_item *match_ledger(struct ep_arena *arena,
                                         const struct ep_migration_list *migrations,
                                         const struct ep_ledger *ledger, struct matcher *matcher,
                                         size_t *ret_applied)
{
    struct ep_plan_item *items = ep_arena_array(arena, migrations->count, sizeof(*items));

    *matcher = (struct matcher){
        .ledger = ledger,
        .claimed = ep_arena_array(arena, ledger->row_count, sizeof(bool)),
        .by_time = index_rows(arena, ledger, has_time, sort_time, compare_time),
    };
    for (size_t i = 0; i < migrations->count; i++) {
        items[i].migration = &migrations->items[i];
    }
    *ret_applied = match_all(arena, matcher, items, migrations->count);
    return items;
}

void ep_plan_find_mismatches(struct ep_arena *arena, const struct ep_migration_list *migrations,
                             const struct ep_ledger *ledger, const size_t **ret_indices,
                             size_t *ret_count)
{
    struct matcher matcher;
    size_t applied = 0, count = 0;
    const struct ep_plan_item *items = match_ledger(arena, migrations, ledger, &matcher, &applied);
    size_t *indices = ep_arena_array(arena, migrations->count, sizeof(*indices));

    for (size_t i = 0; i < migrations->count; i++) {
        if (items[i].row != NULL && strcmp(items[i].row->hash, items[i].migration->hash) != 0) {
            indices[count++] = i;
        }
    }
    *ret_indices = indices;
    *ret_count = count;
}

/* --- what Drizzle would do --- */

/* Drizzle 0.x takes the greatest created_at, and NULL, which sorts first, as 0. */
static bool drizzle_baseline(const struct ep_ledger *ledger, int64_t *ret_baseline)
{
    int64_t greatest = INT64_MIN;

    for (size_t i = 0; i < ledger->row_count; i++) {
        if (!ledger->rows[i].has_created_at) {
            *ret_baseline = 0;
            return true;
        }
        if (ledger->rows[i].created_at > greatest) {
            greatest = ledger->rows[i].created_at;
        }
    }
    *ret_baseline = greatest;
    return ledger->row_count > 0;
}

/* --- the plan --- */

struct note_list {
    struct ep_plan_note *items;
    size_t count;
};

static void note(struct note_list *notes, const struct ep_plan_item *item, const char *text)
{
    notes->items[notes->count++] = (struct ep_plan_note){.tag = item->migration->tag, .text = text};
}

static bool is_edited(const struct ep_plan_item *item)
{
    const char *recorded = item->row->hash;
    const struct ep_migration *migration = item->migration;

    return strcmp(recorded, migration->hash) != 0 && strcmp(recorded, migration->hash_lf) != 0
           && strcmp(recorded, migration->hash_crlf) != 0;
}

static void judge_applied(struct ep_arena *arena, struct ep_plan_item *item, bool drizzle_runs,
                          const struct ep_plan_policies *policies, struct note_list *notes)
{
    const struct ep_migration *migration = item->migration;

    item->state = EP_PLAN_APPLIED;
    item->edited = is_edited(item);
    if (item->edited && policies->edited != EP_POLICY_IGNORE) {
        note(notes, item,
             ep_arena_format(arena,
                             "the file was changed after it was applied (recorded hash %.12s, "
                             "now %.12s); the change will not reach this database",
                             item->row->hash, migration->hash));
    }
    if (drizzle_runs) {
        note(notes, item,
             item->row->has_created_at
                 ? ep_arena_format(arena,
                                   "is applied, but Drizzle would run it again: it is recorded "
                                   "with created_at %" PRId64 ", its \"when\" is %" PRId64,
                                   item->row->created_at, migration->created_at)
                 : "is applied, but Drizzle would run it again: the ledger has a row without "
                   "created_at");
    }
}

static void judge_unapplied(struct ep_arena *arena, struct ep_plan_item *item, int64_t baseline,
                            const struct ep_plan_policies *policies, struct note_list *notes)
{
    bool skip = policies->out_of_order == EP_OUT_OF_ORDER_SKIP;

    item->out_of_order = true;
    item->state = skip ? EP_PLAN_SKIPPED : EP_PLAN_PENDING;
    note(notes, item,
         ep_arena_format(arena,
                         "was never applied although newer migrations were: its \"when\" %" PRId64
                         " is not later than the newest recorded, %" PRId64
                         ", so Drizzle skips it silently; %s",
                         item->migration->created_at, baseline,
                         skip ? "skipped as well ([migrate] out_of_order = skip)"
                              : "applying it now"));
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
        return ep_error_hint(err, "Generate it anew so that its \"when\" is the newest, or set "
                                  "[migrate] out_of_order = apply.");
    }
    if (policies->ahead == EP_POLICY_FAIL && plan->unknown_count > 0) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "%zu applied %s not in this image", plan->unknown_count,
                      plan->unknown_count == 1 ? "migration is" : "migrations are");
        return ep_error_hint(err, "Start an image that has them, or set [migrate] ahead = warn.");
    }
    return true;
}

/* Rows that nobody claimed, but for further rows of what is known (concurrent Drizzle runs). */
static void count_unknown(const struct ep_migration_list *migrations, const struct matcher *matcher,
                          struct ep_plan *plan)
{
    const struct ep_ledger *ledger = matcher->ledger;

    for (size_t i = 0; i < ledger->row_count; i++) {
        const struct ep_ledger_row *row = &ledger->rows[i];
        bool known = matcher->claimed[i];

        for (size_t j = 0; j < migrations->count && !known; j++) {
            known = (row->has_created_at && row->created_at == migrations->items[j].created_at)
                    || strcmp(row->hash, migrations->items[j].hash) == 0;
        }
        if (!known) {
            if (plan->unknown_count == 0 || row->created_at > plan->unknown_newest) {
                plan->unknown_newest = row->created_at;
            }
            plan->unknown_count++;
        }
    }
}

static void add_steps(struct ep_arena *arena, struct ep_plan *plan)
{
    if (plan->pending_count == 0) {
        return;
    }
    struct ep_step *steps = ep_arena_array(arena, 2 * plan->pending_count + 2, sizeof(*steps));
    size_t count = 0;

    steps[count++] = (struct ep_step){.kind = EP_STEP_BEGIN};
    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan->items[i].state == EP_PLAN_PENDING) {
            steps[count++] = (struct ep_step){.kind = EP_STEP_RUN, .item = i};
            steps[count++] = (struct ep_step){.kind = EP_STEP_RECORD, .item = i};
        }
    }
    steps[count++] = (struct ep_step){.kind = EP_STEP_COMMIT};
    plan->steps = steps;
    plan->step_count = count;
}

bool ep_plan_make(struct ep_arena *arena, const struct ep_migration_list *migrations,
                  const struct ep_ledger *ledger, const struct ep_plan_policies *policies,
                  struct ep_plan *ret_plan, struct ep_error *err)
{
    struct matcher matcher;
    struct ep_plan plan = {.item_count = migrations->count};
    /* At most two notes each: edited and "would run again", or out of order. */
    struct note_list notes = {
        .items = ep_arena_array(arena, 2 * migrations->count, sizeof(*notes.items))};
    int64_t baseline = 0;
    bool has_baseline = drizzle_baseline(ledger, &baseline);

    plan.items = match_ledger(arena, migrations, ledger, &matcher, &plan.applied_count);
    for (size_t i = 0; i < plan.item_count; i++) {
        struct ep_plan_item *item = &plan.items[i];
        bool drizzle_runs = !has_baseline || baseline < item->migration->created_at;

        if (item->row != NULL) {
            judge_applied(arena, item, drizzle_runs, policies, &notes);
        } else if (drizzle_runs) {
            item->state = EP_PLAN_PENDING;
        } else {
            judge_unapplied(arena, item, baseline, policies, &notes);
        }
        plan.pending_count += item->state == EP_PLAN_PENDING;
    }
    count_unknown(migrations, &matcher, &plan);
    if (!apply_policies(&plan, policies, err)) {
        return false;
    }
    add_steps(arena, &plan);
    plan.notes = notes.items;
    plan.note_count = notes.count;
    *ret_plan = plan;
    return true;
}
