#include "steps/mark.h"

#include "settings/suggest.h"
#include "steps/migrate.h"
#include "steps/turn.h"
#include "steps/wait.h"
#include "system/clock.h"
#include "system/signals.h"

/* One call of ep_mark_run(). */
struct marking {
    struct ep_arena *arena;
    const struct ep_mark *mark;
    bool *wanted; /* for each migration */
    struct ep_replica replica;
    struct ep_ledger ledger; /* as read under its lock */
    struct ep_plan plan;
    struct ep_marked marked;
};

static bool fail_absent(const struct ep_mark *mark, const char *tag, struct ep_error *err)
{
    struct ep_suggestion suggestion = {.word = ep_span_of(tag)};

    for (size_t i = 0; i < mark->migrations->count; i++) {
        ep_suggest_offer(&suggestion, mark->migrations->items[i].tag);
    }
    (void)ep_fail(err, EP_FAULT_USAGE, "there is no migration \"%s\"", tag);
    if (suggestion.nearest[0] != '\0') {
        return ep_error_hint(err, "Did you mean \"%s\"?", suggestion.nearest);
    }
    return ep_error_hint(err, "\"entrypoint status\" lists the migrations.");
}

static bool find_wanted(struct marking *marking, struct ep_error *err)
{
    const struct ep_mark *mark = marking->mark;
    const struct ep_migration_list *list = mark->migrations;

    marking->wanted = ep_arena_array(marking->arena, list->count, sizeof(*marking->wanted));
    for (size_t i = 0; i < mark->tag_count; i++) {
        size_t found = 0;
        for (size_t j = 0; j < list->count; j++) {
            if (strcmp(list->items[j].tag, mark->tags[i]) == 0) {
                marking->wanted[j] = true;
                found++;
            }
        }
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

/* What is to be recorded, by the plan made under the lock. */
static bool select_items(struct marking *marking, struct ep_error *err)
{
    const struct ep_plan *plan = &marking->plan;
    struct ep_marked *marked = &marking->marked;
    bool takes_all = marking->mark->tags == NULL;

    marked->items = ep_arena_array(marking->arena, plan->item_count, sizeof(*marked->items));
    marked->count = 0;
    for (size_t i = 0; i < plan->item_count; i++) {
        bool is_recorded = plan->items[i].state == EP_PLAN_APPLIED;
        if (marking->wanted[i] && is_recorded) {
            (void)ep_fail(err, EP_FAULT_USAGE, "migration \"%s\" is recorded already",
                          plan->items[i].migration->tag);
            return ep_error_detail(err, "Nothing was recorded.");
        }
        if (marking->wanted[i] || (takes_all && !is_recorded)) {
            marked->items[marked->count++] = plan->items[i].migration;
        }
    }
    return true;
}

/* A migration with a folder of its own needs its name recorded, as do all others then. */
static bool upgrade(struct marking *marking, struct ep_error *err)
{
    const struct ep_ledger_table *table = &marking->mark->state->ledger;
    bool needs_names = false;

    for (size_t i = 0; i < marking->marked.count; i++) {
        needs_names = needs_names || marking->marked.items[i]->layout == EP_LAYOUT_FOLDERS;
    }
    if (!needs_names || marking->ledger.shape != EP_LEDGER_V0) {
        return true;
    }
    ep_report(marking->mark->reporter, EP_EVENT_UPGRADE, EP_TEXT_FIELD("table", table->quoted));
    if (!ep_ledger_upgrade(marking->replica.session, table, err)) {
        return false;
    }
    marking->ledger.shape = EP_LEDGER_V1;
    for (size_t i = 0; i < marking->plan.name_count; i++) {
        if (!ep_ledger_name(marking->replica.session, table, marking->plan.names[i].name_and_id,
                            true, err)) {
            return false;
        }
    }
    return true;
}

static bool record(struct marking *marking, struct ep_error *err)
{
    for (size_t i = 0; i < marking->marked.count; i++) {
        if (!ep_ledger_record(marking->replica.session, &marking->mark->state->ledger,
                              marking->ledger.shape, marking->marked.items[i], err)) {
            return false;
        }
    }
    return true;
}

/* What is edited, out of order or ahead keeps nobody from migrating later, and nobody from this. */
static bool make_plan(struct marking *marking, struct ep_error *err)
{
    const struct ep_mark *mark = marking->mark;
    struct ep_settings settings = *mark->settings;
    const struct ep_migrate migrate = {
        .session = marking->replica.session,
        .settings = &settings,
        .request = mark->state,
        .migrations = mark->migrations,
        .reporter = mark->reporter,
    };

    settings.migrate_edited = EP_POLICY_WARN;
    settings.migrate_ahead = EP_POLICY_WARN;
    settings.migrate_out_of_order = EP_OUT_OF_ORDER_APPLY;
    return ep_migrate_plan(marking->arena, &migrate, &marking->ledger, &marking->plan, err);
}

/* The selection is made before a ledger is created, and anew under its lock. */
static bool select_from(struct marking *marking, const struct ep_ledger *ledger,
                        struct ep_error *err)
{
    marking->ledger = *ledger;
    return make_plan(marking, err) && select_items(marking, err);
}

static bool mark_in_turn(struct marking *marking, struct ep_error *err)
{
    const struct ep_ledger_table *table = &marking->mark->state->ledger;
    struct ep_session *session = marking->replica.session;
    struct ep_state state = {0};
    struct ep_ledger ledger = {0};
    const char *number = NULL;

    if (!ep_replica_lock(&marking->replica, err)
        || !ep_turn_read_state(marking->arena, &marking->replica, marking->mark->state, &state, err)
        || !select_from(marking, &state.ledger, err)) {
        return false;
    }
    if (marking->marked.count == 0) {
        return true;
    }
    if (state.ledger.shape == EP_LEDGER_ABSENT
        && !ep_turn_create_ledger(&marking->replica, table, state.ledger.schema_exists,
                                  ep_plan_new_shape(marking->mark->migrations), err)) {
        return false;
    }
    if (!ep_turn_begin(marking->arena, &marking->replica, table, &number, &ledger, err)
        || !select_from(marking, &ledger, err) || !upgrade(marking, err) || !record(marking, err)) {
        return false;
    }
    if (!ep_session_query(session, (struct ep_query){.sql = "COMMIT"}, EP_CLOCK_NEVER, NULL, err)) {
        return ep_error_context(err, "committing");
    }
    return true;
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
        *ret_marked = marking.marked;
    }
    return done;
}
