#include "steps/rollback.h"

#include "base/text.h"
#include "settings/suggest.h"
#include "steps/companion.h"
#include "steps/explain.h"
#include "steps/match.h"
#include "steps/migrate.h"
#include "steps/turn.h"
#include "steps/wait.h"
#include "system/clock.h"
#include "system/signals.h"

/* One migration that is to be undone. */
struct undo {
    size_t tier;
    const struct ep_migration *migration;
    struct ep_companion companion;
};

/* One call of ep_rollback_run(). */
struct rolling {
    struct ep_arena *arena;
    const struct ep_rollback *rollback;
    struct ep_replica replica;
    struct ep_ledger *ledgers; /* as many as tiers, as last read */
    struct ep_plan *plans;     /* made from them */
    struct undo *undos;        /* newest first */
    size_t count;
    size_t first_tier; /* of those that are undone */
};

static const struct ep_tier_list *tiers_of(const struct rolling *rolling)
{
    return &rolling->rollback->state->tiers;
}

static bool make_plans(struct rolling *rolling, struct ep_error *err)
{
    const struct ep_tier_list *tiers = tiers_of(rolling);
    const struct ep_migrate migrate = {
        .session = rolling->replica.session,
        .settings = rolling->rollback->settings,
        .request = rolling->rollback->state,
        .reporter = rolling->rollback->reporter,
        .only_shown = true, /* what is unusual keeps nobody from going back */
    };

    rolling->plans = ep_arena_array(rolling->arena, tiers->count, sizeof(*rolling->plans));
    for (size_t i = 0; i < tiers->count; i++) {
        if (!ep_migrate_plan(rolling->arena, &migrate, &tiers->items[i], &rolling->ledgers[i],
                             &rolling->plans[i], err)) {
            return false;
        }
    }
    return true;
}

/* Every applied migration, newest first. */
static void list_applied(struct rolling *rolling)
{
    const struct ep_tier_list *tiers = tiers_of(rolling);
    size_t most = 0;

    for (size_t i = 0; i < tiers->count; i++) {
        most += rolling->plans[i].item_count;
    }
    rolling->undos = ep_arena_array(rolling->arena, most, sizeof(*rolling->undos));
    rolling->count = 0;
    for (size_t i = tiers->count; i-- > 0;) {
        for (size_t j = rolling->plans[i].item_count; j-- > 0;) {
            const struct ep_plan_item *item = &rolling->plans[i].items[j];
            if (item->state == EP_PLAN_APPLIED) {
                rolling->undos[rolling->count++] =
                    (struct undo){.tier = i, .migration = item->migration};
            }
        }
    }
}

static bool fail_tag(const struct rolling *rolling, size_t found, struct ep_error *err)
{
    const char *to = rolling->rollback->to;
    struct ep_suggestion suggestion = {.word = ep_span_of(to)};

    if (found > 1) {
        (void)ep_fail(err, EP_FAULT_USAGE, "%zu applied migrations are called \"%s\"", found, to);
        return ep_error_hint(err, "Name the folder of the one you mean: --dirs drizzle");
    }
    for (size_t i = 0; i < rolling->count; i++) {
        ep_suggest_offer(&suggestion, rolling->undos[i].migration->tag);
    }
    (void)ep_fail(err, EP_FAULT_USAGE, "no applied migration is called \"%s\"", to);
    if (suggestion.nearest[0] != '\0') {
        return ep_error_hint(err, "Did you mean \"%s\"?", suggestion.nearest);
    }
    return ep_error_hint(err, "\"entrypoint status\" lists the migrations.");
}

/* How many of the applied are to be undone. */
static bool choose_count(struct rolling *rolling, struct ep_error *err)
{
    const struct ep_rollback *rollback = rolling->rollback;
    size_t found = 0, position = 0;

    if (rollback->to == NULL) {
        if (rollback->steps > rolling->count) {
            (void)ep_fail(err, EP_FAULT_USAGE, "there are %zu applied migrations, not %zu",
                          rolling->count, rollback->steps);
            return ep_error_detail(err, "Nothing was rolled back.");
        }
        rolling->count = rollback->steps;
        return true;
    }
    for (size_t i = 0; i < rolling->count; i++) {
        if (strcmp(rolling->undos[i].migration->tag, rollback->to) == 0) {
            position = i;
            found++;
        }
    }
    if (found != 1) {
        return fail_tag(rolling, found, err);
    }
    rolling->count = position;
    return true;
}

/* What is newer and unknown may stand on what would be undone. */
static bool check_ahead(const struct rolling *rolling, struct ep_error *err)
{
    for (size_t i = rolling->first_tier; i < tiers_of(rolling)->count; i++) {
        const struct ep_plan *plan = &rolling->plans[i];
        if (plan->unknown_count > 0 && plan->unknown_is_newer) {
            (void)ep_fail(err, EP_FAULT_SOURCE,
                          "%s has %zu newer migrations that are not in this image",
                          tiers_of(rolling)->items[i].ledger.quoted, plan->unknown_count);
            (void)ep_error_detail(err, "Nothing was rolled back.");
            return ep_error_hint(err, "Roll back with the image that has them.");
        }
    }
    return true;
}

static bool choose(struct rolling *rolling, struct ep_error *err)
{
    if (!make_plans(rolling, err)) {
        return false;
    }
    list_applied(rolling);
    if (!choose_count(rolling, err)) {
        return false;
    }
    rolling->first_tier =
        rolling->count == 0 ? tiers_of(rolling)->count : rolling->undos[rolling->count - 1].tier;
    return check_ahead(rolling, err);
}

static bool load_companions(struct rolling *rolling, struct ep_error *err)
{
    struct ep_text missing EP_CLEANUP(ep_text_clear) = {0};
    size_t count = 0;

    for (size_t i = 0; i < rolling->count; i++) {
        struct undo *undo = &rolling->undos[i];
        bool found = false;
        if (!ep_companion_load(rolling->arena, undo->migration,
                               ep_session_server_version(rolling->replica.session), &found,
                               &undo->companion, err)) {
            return false;
        }
        if (!found && count++ < 5) {
            ep_text_format(&missing, "%s%s", count == 1 ? "" : ", ",
                           ep_companion_path(rolling->arena, undo->migration));
        }
    }
    if (count == 0) {
        return true;
    }
    (void)ep_fail(err, EP_FAULT_SOURCE, "%zu of %zu migrations cannot be undone: there is no %s%s",
                  count, rolling->count, ep_text_get(&missing), count > 5 ? ", ..." : "");
    (void)ep_error_detail(err, "Nothing was rolled back.");
    return ep_error_hint(err, "Write what undoes them into these files.");
}

static bool run_companion(const struct rolling *rolling, const struct ep_companion *companion,
                          struct ep_error *err)
{
    struct ep_text sql EP_CLEANUP(ep_text_clear) = {0};
    struct ep_chunk_outcome outcome = {0};

    ep_text_append(&sql, companion->script.chunks[0]);
    if (!ep_session_run_chunk(rolling->replica.session, ep_text_get(&sql), EP_CLOCK_NEVER, &outcome,
                              err)) {
        const struct ep_sent sent = {.sql = companion->script.chunks[0],
                                     .completed = outcome.completed,
                                     .position = outcome.position};
        ep_explain_failure(&companion->migration, &companion->script, &sent, err);
        return ep_error_detail(err, "The transaction was rolled back: nothing is undone.");
    }
    if (ep_session_transaction(rolling->replica.session) != EP_TRANSACTION_OPEN) {
        (void)ep_fail(err, EP_FAULT_SQL, "what undoes %s has ended the transaction",
                      companion->migration.tag);
        return ep_error_place(err, companion->migration.path, 0, 0);
    }
    return true;
}

/* All rows that stand for the migration: concurrent Drizzles may have written several. */
static bool remove_rows(const struct rolling *rolling, const struct undo *undo,
                        struct ep_error *err)
{
    const struct ep_tier *tier = &tiers_of(rolling)->items[undo->tier];
    const struct ep_ledger *ledger = &rolling->ledgers[undo->tier];
    struct ep_match match;

    ep_match_make(rolling->arena, &tier->migrations, ledger, &match);
    for (size_t i = 0; i < ledger->row_count; i++) {
        if (match.owners[i] == undo->migration
            && !ep_ledger_remove(rolling->replica.session, &tier->ledger, ledger, &ledger->rows[i],
                                 err)) {
            return false;
        }
    }
    return true;
}

static bool undo_all(struct rolling *rolling, struct ep_error *err)
{
    const struct ep_reporter *reporter = rolling->rollback->reporter;
    int64_t *elapsed_ms = ep_arena_array(rolling->arena, rolling->count, sizeof(*elapsed_ms));
    int64_t start_ms = ep_clock_ms();

    for (size_t i = 0; i < rolling->count; i++) {
        const struct undo *undo = &rolling->undos[i];
        int64_t began_ms = ep_clock_ms();
        ep_report(reporter, EP_EVENT_ROLLING_BACK, EP_TEXT_FIELD("tag", undo->migration->tag));
        /* The rows first: the last companion may drop the table that they are in. */
        if (!remove_rows(rolling, undo, err) || !run_companion(rolling, &undo->companion, err)) {
            return false;
        }
        elapsed_ms[i] = ep_clock_ms() - began_ms;
    }
    if (!ep_session_query(rolling->replica.session, (struct ep_query){.sql = "COMMIT"},
                          EP_CLOCK_NEVER, NULL, err)) {
        return ep_error_context(err, "committing");
    }
    for (size_t i = 0; i < rolling->count; i++) {
        ep_report(reporter, EP_EVENT_ROLLED_BACK,
                  EP_TEXT_FIELD("tag", rolling->undos[i].migration->tag),
                  EP_INTEGER_FIELD("elapsed_ms", elapsed_ms[i]));
    }
    ep_report(reporter, EP_EVENT_ROLLBACK_COMPLETE,
              EP_INTEGER_FIELD("count", (long long)rolling->count),
              EP_INTEGER_FIELD("elapsed_ms", ep_clock_ms() - start_ms));
    return true;
}

/* Whether the same is chosen under the ledgers' locks. A Drizzle does not know our lock. */
static bool choose_again(struct rolling *rolling, const struct ep_ledger *ledgers,
                         struct ep_error *err)
{
    const struct undo *before = rolling->undos;
    size_t count = rolling->count;

    for (size_t i = rolling->first_tier, locked = 0; i < tiers_of(rolling)->count; i++) {
        if (rolling->ledgers[i].shape != EP_LEDGER_ABSENT) {
            rolling->ledgers[i] = ledgers[locked++];
        }
    }
    if (!choose(rolling, err)) {
        return false;
    }
    bool is_same = rolling->count == count;
    for (size_t i = 0; i < count && is_same; i++) {
        is_same = rolling->undos[i].migration == before[i].migration;
        rolling->undos[i].companion = before[i].companion;
    }
    if (!is_same) {
        return ep_fail(err, EP_FAULT_UNAVAILABLE, "somebody migrated meanwhile: start again");
    }
    return true;
}

static bool roll_in_turn(struct rolling *rolling, struct ep_error *err)
{
    const struct ep_tier_list *tiers = tiers_of(rolling);
    struct ep_state state = {0};
    const char *number = NULL;

    if (!ep_replica_lock(&rolling->replica, err)
        || !ep_turn_read_state(rolling->arena, &rolling->replica, rolling->rollback->state, &state,
                               err)) {
        return false;
    }
    rolling->ledgers = state.ledgers;
    if (!choose(rolling, err) || !load_companions(rolling, err)) {
        return false;
    }
    if (rolling->count == 0) {
        ep_report(rolling->rollback->reporter, EP_EVENT_ROLLBACK_COMPLETE,
                  EP_INTEGER_FIELD("count", 0), EP_INTEGER_FIELD("elapsed_ms", 0));
        return true;
    }
    struct ep_tier *locked = ep_arena_array(rolling->arena, tiers->count, sizeof(*locked));
    struct ep_ledger *ledgers = ep_arena_array(rolling->arena, tiers->count, sizeof(*ledgers));
    size_t count = 0;
    for (size_t i = rolling->first_tier; i < tiers->count; i++) {
        if (rolling->ledgers[i].shape != EP_LEDGER_ABSENT) {
            locked[count++] = tiers->items[i];
        }
    }
    return ep_turn_begin(rolling->arena, &rolling->replica, locked, count, &number, ledgers, err)
           && choose_again(rolling, ledgers, err) && undo_all(rolling, err);
}

bool ep_rollback_run(struct ep_arena *arena, const struct ep_rollback *rollback,
                     struct ep_error *err)
{
    enum { ANSWER_MS = 5000 };
    struct ep_session *session EP_CLEANUP(ep_session_drop) = NULL;
    struct rolling rolling = {.arena = arena, .rollback = rollback};
    struct ep_state state = {0};
    const struct ep_wait wait = {
        .conninfo = rollback->conninfo,
        .timeout_ms = rollback->settings->wait_timeout_ms,
        .reporter = rollback->reporter,
    };

    if (!ep_wait(&wait, &session, err)
        || !ep_state_read(arena, session, rollback->state, ep_clock_ms() + ANSWER_MS, &state,
                          err)) {
        return false;
    }
    rolling.replica = (struct ep_replica){
        .session = session,
        .settings = rollback->settings,
        .reporter = rollback->reporter,
        .pooled = state.pooled,
        .deadline_ms = ep_clock_ms() + rollback->settings->migrate_replica_timeout_ms,
    };
    ep_signals_note();
    bool done = roll_in_turn(&rolling, err);
    if (done || err->fault != EP_FAULT_SIGNAL) {
        ep_signals_leave();
    }
    return done;
}
