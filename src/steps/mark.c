#include "steps/mark.h"

#include "settings/suggest.h"
#include "steps/migrate.h"
#include "steps/turn.h"
#include "steps/wait.h"
#include "system/clock.h"
#include "system/signals.h"

/* What is to be recorded in one ledger. */
struct part {
    const struct ep_tier *tier;
    bool *wanted; /* for each migration */
    struct ep_ledger ledger;
    struct ep_plan plan; /* made from it */
    struct ep_marked marked;
};

/* One call of ep_mark_run(). */
struct marking {
    struct ep_arena *arena;
    const struct ep_mark *mark;
    struct ep_replica replica;
    struct part *parts; /* as many as tiers */
    size_t part_count;
};

static bool fail_absent(const struct ep_mark *mark, const char *tag, struct ep_error *err)
{
    const struct ep_tier_list *tiers = &mark->state->tiers;
    struct ep_suggestion suggestion = {.word = ep_span_of(tag)};

    for (size_t i = 0; i < tiers->count; i++) {
        for (size_t j = 0; j < tiers->items[i].migrations.count; j++) {
            ep_suggest_offer(&suggestion, tiers->items[i].migrations.items[j].tag);
        }
    }
    (void)ep_fail(err, EP_FAULT_USAGE, "there is no migration \"%s\"", tag);
    if (suggestion.nearest[0] != '\0') {
        return ep_error_hint(err, "Did you mean \"%s\"?", suggestion.nearest);
    }
    return ep_error_hint(err, "\"entrypoint status\" lists the migrations.");
}

/* How many migrations have the tag; they are wanted. */
static size_t want(struct marking *marking, const char *tag)
{
    size_t found = 0;

    for (size_t i = 0; i < marking->part_count; i++) {
        const struct ep_migration_list *list = &marking->parts[i].tier->migrations;
        for (size_t j = 0; j < list->count; j++) {
            if (strcmp(list->items[j].tag, tag) == 0) {
                marking->parts[i].wanted[j] = true;
                found++;
            }
        }
    }
    return found;
}

static bool find_wanted(struct marking *marking, struct ep_error *err)
{
    const struct ep_mark *mark = marking->mark;
    const struct ep_tier_list *tiers = &mark->state->tiers;

    marking->part_count = tiers->count;
    marking->parts = ep_arena_array(marking->arena, tiers->count, sizeof(*marking->parts));
    for (size_t i = 0; i < tiers->count; i++) {
        struct part *part = &marking->parts[i];
        part->tier = &tiers->items[i];
        part->wanted =
            ep_arena_array(marking->arena, part->tier->migrations.count, sizeof(*part->wanted));
    }
    for (size_t i = 0; i < mark->tag_count; i++) {
        size_t found = want(marking, mark->tags[i]);
        if (found == 0) {
            return fail_absent(mark, mark->tags[i], err);
        }
        if (found > 1) {
            (void)ep_fail(err, EP_FAULT_USAGE, "%zu migrations are called \"%s\"", found,
                          mark->tags[i]);
            return ep_error_hint(err, "Name the folder of the one you mean: --dirs drizzle");
        }
    }
    return true;
}

static bool select_items(const struct marking *marking, struct part *part, struct ep_error *err)
{
    const struct ep_plan *plan = &part->plan;
    struct ep_marked *marked = &part->marked;
    bool takes_all = marking->mark->tags == NULL;

    marked->items = ep_arena_array(marking->arena, plan->item_count, sizeof(*marked->items));
    marked->count = 0;
    for (size_t i = 0; i < plan->item_count; i++) {
        bool is_recorded = plan->items[i].state == EP_PLAN_APPLIED;
        if (part->wanted[i] && is_recorded) {
            (void)ep_fail(err, EP_FAULT_USAGE, "migration \"%s\" is recorded already",
                          plan->items[i].migration->tag);
            return ep_error_detail(err, "Nothing was recorded.");
        }
        if (part->wanted[i] || (takes_all && !is_recorded)) {
            marked->items[marked->count++] = plan->items[i].migration;
        }
    }
    return true;
}

/* A migration with a folder of its own needs its name recorded, as do all others then. */
static bool upgrade(struct marking *marking, struct part *part, struct ep_error *err)
{
    const struct ep_ledger_table *table = &part->tier->ledger;
    bool needs_names = false;

    for (size_t i = 0; i < part->marked.count; i++) {
        needs_names = needs_names || part->marked.items[i]->layout == EP_LAYOUT_FOLDERS;
    }
    if (!needs_names || part->ledger.shape != EP_LEDGER_V0) {
        return true;
    }
    ep_report(marking->mark->reporter, EP_EVENT_UPGRADE, EP_TEXT_FIELD("table", table->quoted));
    if (!ep_ledger_upgrade(marking->replica.session, table, err)) {
        return false;
    }
    part->ledger.shape = EP_LEDGER_V1;
    for (size_t i = 0; i < part->plan.name_count; i++) {
        if (!ep_ledger_name(marking->replica.session, table, part->plan.names[i].name_and_id, true,
                            err)) {
            return false;
        }
    }
    return true;
}

static bool record(struct marking *marking, struct ep_error *err)
{
    for (size_t i = 0; i < marking->part_count; i++) {
        struct part *part = &marking->parts[i];
        if (!upgrade(marking, part, err)) {
            return false;
        }
        for (size_t j = 0; j < part->marked.count; j++) {
            if (!ep_ledger_record(marking->replica.session, &part->tier->ledger, &part->ledger,
                                  part->marked.items[j], 0, err)) {
                return false;
            }
        }
    }
    return true;
}

/*
 * The selection is made before a ledger is created, and anew under its lock. What is edited,
 * out of order or ahead keeps nobody from migrating later, and nobody from this.
 */
static bool select_from(struct marking *marking, const struct ep_ledger *ledgers, size_t *ret_count,
                        struct ep_error *err)
{
    const struct ep_mark *mark = marking->mark;
    struct ep_settings settings = *mark->settings;
    const struct ep_migrate migrate = {
        .session = marking->replica.session,
        .settings = &settings,
        .request = mark->state,
        .reporter = mark->reporter,
    };
    size_t count = 0;

    settings.migrate_edited = EP_POLICY_WARN;
    settings.migrate_ahead = EP_POLICY_WARN;
    settings.migrate_out_of_order = EP_OUT_OF_ORDER_APPLY;
    for (size_t i = 0; i < marking->part_count; i++) {
        struct part *part = &marking->parts[i];
        part->ledger = ledgers[i];
        if (!ep_migrate_plan(marking->arena, &migrate, part->tier, &part->ledger, &part->plan, err)
            || !select_items(marking, part, err)) {
            return false;
        }
        count += part->marked.count;
    }
    *ret_count = count;
    return true;
}

static bool create_ledgers(struct marking *marking, struct ep_error *err)
{
    for (size_t i = 0; i < marking->part_count; i++) {
        const struct part *part = &marking->parts[i];
        if (part->ledger.shape == EP_LEDGER_ABSENT
            && !ep_turn_create_ledger(&marking->replica, &part->tier->ledger,
                                      part->ledger.schema_exists,
                                      ep_plan_new_shape(&part->tier->migrations), err)) {
            return false;
        }
    }
    return true;
}

/* Ledgers in which nothing is recorded are left alone: not created and not locked. */
static void drop_idle_parts(struct marking *marking)
{
    size_t kept = 0;

    for (size_t i = 0; i < marking->part_count; i++) {
        if (marking->parts[i].marked.count > 0) {
            marking->parts[kept++] = marking->parts[i];
        }
    }
    marking->part_count = kept;
}

static bool mark_in_turn(struct marking *marking, struct ep_error *err)
{
    struct ep_session *session = marking->replica.session;
    struct ep_state state = {0};
    const char *number = NULL;
    size_t count = 0;

    if (!ep_replica_lock(&marking->replica, err)
        || !ep_turn_read_state(marking->arena, &marking->replica, marking->mark->state, &state, err)
        || !select_from(marking, state.ledgers, &count, err)) {
        return false;
    }
    drop_idle_parts(marking);
    if (count == 0) {
        return true;
    }
    struct ep_tier *tiers = ep_arena_array(marking->arena, marking->part_count, sizeof(*tiers));
    struct ep_ledger *ledgers =
        ep_arena_array(marking->arena, marking->part_count, sizeof(*ledgers));
    for (size_t i = 0; i < marking->part_count; i++) {
        tiers[i] = *marking->parts[i].tier;
    }
    if (!create_ledgers(marking, err)
        || !ep_turn_begin(marking->arena, &marking->replica, tiers, marking->part_count, &number,
                          ledgers, err)
        || !select_from(marking, ledgers, &count, err) || !record(marking, err)) {
        return false;
    }
    if (!ep_session_query(session, (struct ep_query){.sql = "COMMIT"}, EP_CLOCK_NEVER, NULL, err)) {
        return ep_error_context(err, "committing");
    }
    return true;
}

static struct ep_marked collect_marked(const struct marking *marking)
{
    struct ep_marked all = {0};
    size_t total = 0;

    for (size_t i = 0; i < marking->part_count; i++) {
        total += marking->parts[i].marked.count;
    }
    all.items = ep_arena_array(marking->arena, total, sizeof(*all.items));
    for (size_t i = 0; i < marking->part_count; i++) {
        const struct ep_marked *marked = &marking->parts[i].marked;
        for (size_t j = 0; j < marked->count; j++) {
            all.items[all.count++] = marked->items[j];
        }
    }
    return all;
}

bool ep_mark_run(struct ep_arena *arena, const struct ep_mark *mark, struct ep_marked *ret_marked,
                 struct ep_error *err)
{
    enum { ANSWER_MS = 5000 };
    struct ep_session *session EP_CLEANUP(ep_session_drop) = NULL;
    struct marking marking = {.arena = arena, .mark = mark};
    struct ep_state state = {0};
    const struct ep_wait wait = {
        .conninfo = mark->conninfo,
        .timeout_ms = mark->settings->wait_timeout_ms,
        .reporter = mark->reporter,
    };

    if (!find_wanted(&marking, err) || !ep_wait(&wait, &session, err)
        || !ep_state_read(arena, session, mark->state, ep_clock_ms() + ANSWER_MS, &state, err)) {
        return false;
    }
    marking.replica = (struct ep_replica){
        .session = session,
        .settings = mark->settings,
        .reporter = mark->reporter,
        .pooled = state.pooled,
        .deadline_ms = ep_clock_ms() + mark->settings->migrate_replica_timeout_ms,
    };
    ep_signals_note();
    bool done = mark_in_turn(&marking, err);
    if (done || err->fault != EP_FAULT_SIGNAL) {
        ep_signals_leave();
    }
    if (done) {
        *ret_marked = collect_marked(&marking);
    }
    return done;
}
