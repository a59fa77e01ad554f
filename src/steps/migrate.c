#include "steps/migrate.h"

#include "steps/apart.h"
#include "steps/apply.h"
#include "steps/batch.h"
#include "steps/creation.h"
#include "steps/hold.h"
#include "steps/naming.h"
#include "steps/pending.h"
#include "steps/retry.h"
#include "steps/survey.h"
#include "steps/turn.h"
#include "system/clock.h"
#include "system/signals.h"

/* One call of ep_migrate_run(). */
struct run {
    const struct ep_migrate *migrate;
    const struct ep_tier *tier; /* whose turn it is */
    struct ep_pending *pending;
    struct ep_replica replica;
    struct ep_watch watch;
    struct ep_apply apply;
    struct ep_batch batch;
    struct ep_tolerance tolerance;
    struct ep_ledger ledger; /* as last read */
    struct ep_plan plan;     /* made from it under the lock */
    int64_t *elapsed_ms;     /* of each item, until it is reported as applied */
    size_t recorded;         /* items before this one have their row, committed or not */
    size_t rows;             /* that this transaction adds to the ledger */
    size_t reported;         /* items before this one are committed and reported */
    size_t applied;          /* committed in this run */
    size_t applied_before;   /* of these, in earlier attempts and tiers */
    size_t later;            /* pending in the tiers to come, as far as is known */
    bool creates_ledger;     /* the tier's first file does */
    bool again;              /* a migration has committed by itself: what is left is planned anew */
    size_t number;           /* of pending items that were sent, in this attempt */
    bool batched;            /* the item that is run, with its row */
    bool open;               /* a transaction of ours is */
    bool announced;
};

static bool command(struct run *run, const char *sql, struct ep_error *err)
{
    return ep_session_query(run->migrate->session, (struct ep_query){.sql = sql}, EP_CLOCK_NEVER,
                            NULL, err);
}

/* The transaction that migrations run in. */
static bool begin(struct ep_arena *arena, struct run *run, struct ep_error *err)
{
    const char *number = NULL;
    size_t count = run->creates_ledger ? 0 : 1;

    if (!ep_turn_begin(arena, &run->replica, run->tier, count, &number, &run->ledger, err)
        || (run->creates_ledger
            && !ep_turn_look(arena, &run->replica, run->tier, &run->ledger, err))) {
        (void)ep_watch_refused(&run->watch, err, ep_span_of(run->tier->ledger.quoted));
        return false;
    }
    run->apply.transaction_id = number;
    run->open = true;
    run->rows = 0;
    return true;
}

/* The next transaction. Somebody else may have had the ledger meanwhile: then the plan is old. */
static bool begin_next(struct ep_arena *arena, struct run *run, const struct ep_step *step,
                       struct ep_error *err)
{
    size_t expected = run->ledger.row_count + run->rows;

    if (step->reason != NULL) {
        ep_report(run->migrate->reporter, EP_EVENT_CUT,
                  EP_TEXT_FIELD("tag", run->plan.items[step->item].migration->tag),
                  EP_TEXT_FIELD("reason", step->reason));
    }
    if (!begin(arena, run, err)) {
        return false;
    }
    if (run->ledger.row_count != expected) {
        run->again = true;
        run->open = false;
        return command(run, "ROLLBACK", err);
    }
    return true;
}

/* Items up to end are committed: only now is it true that they are applied. */
static void report_applied(struct run *run, size_t end)
{
    for (; run->reported < end; run->reported++) {
        const struct ep_plan_item *item = &run->plan.items[run->reported];
        if (item->state == EP_PLAN_PENDING) {
            run->applied++;
            ep_hooks_note_applied(run->migrate->hooks, item->migration->tag);
            ep_report(run->migrate->reporter, EP_EVENT_APPLIED,
                      EP_TEXT_FIELD("tag", item->migration->tag),
                      EP_INTEGER_FIELD("elapsed_ms", run->elapsed_ms[run->reported]));
        }
    }
}

static size_t pending_in_all(const struct run *run)
{
    return run->applied_before + run->plan.pending_count + run->later;
}

static void explain_count(const struct run *run, struct ep_error *err)
{
    (void)ep_error_outcome(err, "%zu of %zu pending migrations were applied.", run->applied,
                           pending_in_all(run));
}

/* What the failure of one migration means for it and for the others. */
static bool explain(const struct run *run, const struct ep_migration *migration,
                    struct ep_error *err)
{
    ep_hooks_note_failed(run->migrate->hooks, migration->tag);
    if (run->apply.prepared) {
        (void)ep_error_outcome(err, "The transaction is prepared: neither committed nor undone.");
    } else if (run->apply.own_transaction) {
        (void)ep_error_outcome(err,
                               "What %s did up to its own COMMIT stays, and the migration is not "
                               "recorded: the next start runs it from its beginning.",
                               migration->tag);
    } else {
        (void)ep_error_outcome(err, "The transaction was rolled back.");
    }
    explain_count(run, err);
    return false;
}

static bool commit(struct run *run, struct ep_error *err)
{
    if (!ep_batch_finish(&run->batch, err)) {
        (void)ep_error_outcome(err, "The transaction was rolled back.");
        explain_count(run, err);
        return false;
    }
    if (run->open && !command(run, "COMMIT", err)) {
        if (ep_session_is_lost(run->migrate->session)) {
            (void)ep_error_outcome(err, "Whether COMMIT came through is not known; the next start "
                                        "finds out.");
        } else {
            (void)ep_error_outcome(err, "The transaction was rolled back.");
            explain_count(run, err);
        }
        return ep_error_context(err, "committing");
    }
    run->open = false;
    report_applied(run, run->recorded);
    return true;
}

static bool run_item(struct run *run, size_t item, struct ep_error *err)
{
    const struct ep_migration *migration = run->plan.items[item].migration;
    const struct ep_extent *extent = &run->pending->extents[item];
    int64_t start_ms = ep_clock_ms();

    run->number++;
    run->batched = ep_batch_fits(&run->batch, migration, extent);
    bool sent =
        ep_batch_name(&run->batch, migration, run->applied_before + run->number,
                      pending_in_all(run), err)
        && (run->batched ? ep_batch_add(&run->batch, migration, extent, &run->elapsed_ms[item], err)
                         : ep_batch_finish(&run->batch, err)
                               && ep_apply_run(&run->apply, migration, extent, err));
    if (run->batched || !sent) {
        return sent || explain(run, migration, err);
    }
    run->elapsed_ms[item] = ep_clock_ms() - start_ms;
    if (run->apply.deferred > 0) {
        run->plan.items[item].state = EP_PLAN_SKIPPED; /* for now: it gets no row */
    }
    return true;
}

static bool record_item(struct ep_arena *arena, struct run *run, size_t item, struct ep_error *err)
{
    const struct ep_migration *migration = run->plan.items[item].migration;

    if (run->plan.items[item].state != EP_PLAN_PENDING) {
        return true;
    }
    if (!run->batched
        && (!ep_creation_finish(arena, &run->replica, run->tier, &run->ledger, err)
            || !ep_apply_record(&run->apply, migration, run->elapsed_ms[item], err))) {
        return explain(run, migration, err);
    }
    run->recorded = item + 1;
    run->rows++;
    if (run->apply.own_transaction) {
        run->open = false;
        run->again = true;
        report_applied(run, run->recorded);
    }
    return true;
}

/* The row of a migration whose parts are done; another may have written it meanwhile. */
static bool record_apart(struct ep_arena *arena, struct run *run, size_t item,
                         const struct ep_progress *progress, struct ep_error *err)
{
    struct ep_plan plan = {0};

    if (!begin(arena, run, err)
        || !ep_migrate_plan(arena, run->migrate, run->tier, &run->ledger, &plan, err)) {
        return false;
    }
    if (plan.items[item].state == EP_PLAN_PENDING && !record_item(arena, run, item, err)) {
        return false;
    }
    run->recorded = item + 1;
    return ep_progress_forget(progress, err) && commit(run, err);
}

static bool run_parts(struct ep_arena *arena, struct run *run, size_t item, struct ep_error *err)
{
    const struct ep_apart apart = {
        .replica = &run->replica,
        .tier = run->tier,
        .migration = run->plan.items[item].migration,
        .extent = &run->pending->extents[item],
        .reporter = run->migrate->reporter,
        .watch = &run->watch,
    };
    struct ep_progress progress = {0};
    int64_t start_ms = ep_clock_ms();

    if (!ep_apart_run(arena, &apart, &progress, err)) {
        explain_count(run, err);
        return false;
    }
    run->elapsed_ms[item] = ep_clock_ms() - start_ms;
    return record_apart(arena, run, item, &progress, err);
}

static bool run_apart(struct ep_arena *arena, struct run *run, size_t item, struct ep_error *err)
{
    size_t expected = run->ledger.row_count + run->rows;

    if (!commit(run, err) || !ep_hold_lock(&run->replica, err)) {
        return false;
    }
    run->again = true; /* what is behind it is planned anew */
    run->batched = false;
    bool done = begin(arena, run, err) && command(run, "ROLLBACK", err);
    run->open = false;
    /* Somebody else may have had the ledger meanwhile, and done it. */
    if (done && run->ledger.row_count == expected) {
        done = run_parts(arena, run, item, err);
    }
    ep_hold_let_go(&run->replica);
    return done;
}

static bool run_step(struct ep_arena *arena, struct run *run, const struct ep_step *step,
                     struct ep_error *err)
{
    switch (step->kind) {
    case EP_STEP_BEGIN:
        return run->open || begin_next(arena, run, step, err);
    case EP_STEP_UPGRADE:
        return ep_naming_upgrade(run->migrate->session, run->migrate->reporter, &run->tier->ledger,
                                 &run->ledger, err);
    case EP_STEP_NAMES:
        return ep_naming_rows(run->migrate->session, run->migrate->reporter, &run->tier->ledger,
                              &run->plan, err);
    case EP_STEP_RUN:
        return run_item(run, step->item, err);
    case EP_STEP_RECORD:
        return record_item(arena, run, step->item, err);
    case EP_STEP_COMMIT:
        return commit(run, err);
    case EP_STEP_APART:
        return run_apart(arena, run, step->item, err);
    }
    return true;
}

/* One try: everything under the ledger's lock. */
static bool attempt(struct run *run, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};

    run->open = false;
    run->again = false;
    run->number = 0;
    run->recorded = 0;
    run->reported = 0;
    run->applied_before = run->applied;
    run->apply.own_transaction = false;
    ep_batch_clear(&run->batch);
    if (!begin(&arena, run, err)
        || !ep_migrate_plan(&arena, run->migrate, run->tier, &run->ledger, &run->plan, err)) {
        return false;
    }
    /* Others need locks as well, and what a migration takes is a guess. */
    run->pending->locks_most = run->replica.lock_room / 4 * 3;
    if (!ep_pending_cut(&arena, run->pending, &run->plan, err)) {
        return false;
    }
    if (run->plan.step_count == 0) {
        return command(run, "ROLLBACK", err);
    }
    if (!run->announced && run->plan.pending_count > 0) {
        run->announced = true;
        ep_report(run->migrate->reporter, EP_EVENT_MIGRATING,
                  EP_INTEGER_FIELD("pending", (long long)(run->plan.pending_count + run->later)));
    }
    run->elapsed_ms = ep_arena_array(&arena, run->plan.item_count, sizeof(*run->elapsed_ms));
    /* Behind an own COMMIT the ledger was open to others. */
    for (size_t i = 0; i < run->plan.step_count && !run->again; i++) {
        if (!run_step(&arena, run, &run->plan.steps[i], err)) {
            return false;
        }
        run->again = run->again && i + 1 < run->plan.step_count;
    }
    return true;
}

static bool may_retry(const struct run *run, const struct ep_error *err)
{
    bool lock_refused = strcmp(err->sqlstate, "55P03") == 0 || strcmp(err->sqlstate, "40P01") == 0;
    return lock_refused && !run->apply.own_transaction
           && !ep_session_is_lost(run->migrate->session);
}

static bool attempts(struct run *run, struct ep_error *err)
{
    size_t applied = run->applied;
    struct ep_retry retry = {.watch = &run->watch,
                             .settings = run->migrate->settings,
                             .reporter = run->migrate->reporter};

    for (;;) {
        ep_watch_begin(&run->watch);
        bool done = attempt(run, err);
        ep_watch_end(&run->watch);
        if (done) {
            if (!run->again) {
                return true;
            }
            if (run->applied - applied > run->tier->migrations.count) {
                return ep_fail(err, EP_FAULT_SQL, "the tracking table does not keep its rows");
            }
            continue;
        }
        if (!may_retry(run, err) || !ep_retry_again(&retry, err)) {
            return false;
        }
    }
}

/* Our turn. Where another replica was at it, what it did may be all there was to do. */
static bool take_turn(struct ep_arena *arena, struct run *run, struct ep_state *state,
                      struct ep_error *err)
{
    if (!ep_replica_lock(&run->replica, err)) {
        return false;
    }
    return (!state->busy && !run->replica.waited)
           || ep_turn_read_state(arena, &run->replica, run->migrate->request, state, err);
}

static bool migrate_tier(struct run *run, const struct ep_tier *tier,
                         const struct ep_ledger *ledger, struct ep_error *err)
{
    run->tier = tier;
    run->apply.table = &tier->ledger;
    run->batch.table = &tier->ledger;
    run->apply.tolerance = ep_tolerance_of(&run->tolerance, &tier->ledger);
    run->ledger =
        (struct ep_ledger){.shape = ledger->shape, .schema_exists = ledger->schema_exists};
    run->apply.own_transaction = false;
    if (!ep_creation_check(tier, ledger, &run->creates_ledger, err)) {
        return false;
    }
    return (ledger->shape != EP_LEDGER_ABSENT || run->creates_ledger
            || ep_turn_create_ledger(&run->replica, &tier->ledger, ledger->schema_exists,
                                     ep_plan_new_shape(&tier->migrations), err))
           && attempts(run, err);
}

/* What the migrations of one tier set in the session is not for those of the next. */
static bool reset_session(struct run *run, struct ep_error *err)
{
    return command(run, "RESET SESSION AUTHORIZATION", err) && command(run, "RESET ALL", err);
}

/* Before anything is changed. Through a pooler the hook gets a transaction, for its lock. */
static bool run_hook(struct run *run, const struct ep_plan *plans, struct ep_error *err)
{
    const struct ep_migrate *migrate = run->migrate;

    ep_hooks_begin(migrate->hooks);
    for (size_t i = 0; i < migrate->request->tiers.count; i++) {
        for (size_t k = 0; k < plans[i].item_count; k++) {
            if (plans[i].items[k].state == EP_PLAN_PENDING) {
                ep_hooks_note_pending(migrate->hooks, plans[i].items[k].migration->tag);
            }
        }
    }
    if (run->later == 0 || !ep_hooks_have_before(migrate->hooks)) {
        return true;
    }
    return (!run->replica.pooled || ep_replica_begin(&run->replica, err))
           && ep_hooks_before_migrate(migrate->hooks, migrate->session, err)
           && (!run->replica.pooled || command(run, "ROLLBACK", err));
}

static bool migrate_locked(struct ep_arena *arena, struct run *run, struct ep_state *state,
                           struct ep_error *err)
{
    const struct ep_tier_list *tiers = &run->migrate->request->tiers;
    struct ep_plan *plans = ep_arena_array(arena, tiers->count, sizeof(*plans));
    struct ep_pending *pending = ep_arena_array(arena, tiers->count, sizeof(*pending));

    if (!take_turn(arena, run, state, err)) {
        return false;
    }
    for (size_t i = 0; i < tiers->count; i++) {
        ep_pending_init(arena, tiers->items[i].migrations.count,
                        run->migrate->settings->migrate_transaction,
                        ep_session_server_version(run->migrate->session), &pending[i]);
        if (!ep_migrate_plan(arena, run->migrate, &tiers->items[i], &state->ledgers[i], &plans[i],
                             err)
            || !ep_pending_cut(arena, &pending[i], &plans[i], err)) {
            return false;
        }
        run->later += plans[i].pending_count;
    }
    const struct ep_survey_request survey = {
        .session = run->migrate->session, .tiers = tiers, .plans = plans, .pendings = pending};
    if (!state->read_only
        && (!ep_survey_enforce(&survey, run->migrate->settings->migrate_hazards,
                               run->migrate->reporter, err)
            || !run_hook(run, plans, err))) {
        return false;
    }
    for (size_t i = 0; i < tiers->count; i++) {
        run->later -= plans[i].pending_count;
        if (plans[i].step_count == 0) {
            continue;
        }
        /* Only now: while the primary migrates, a standby's ledger is locked too. */
        if (state->read_only) {
            return ep_turn_fail_read_only(err);
        }
        run->pending = &pending[i];
        if (!migrate_tier(run, &tiers->items[i], &state->ledgers[i], err)
            || (i + 1 < tiers->count && !reset_session(run, err))) {
            return false;
        }
    }
    /* search_path, role and the like, and the lock: the next reader finds the session as new. */
    return run->migrate->closes || command(run, "DISCARD ALL", err);
}

bool ep_migrate_run(const struct ep_migrate *migrate, const struct ep_state *state,
                    size_t *ret_applied, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_state current = *state;
    struct run run = {
        .migrate = migrate,
        .replica = {.session = migrate->session,
                    .settings = migrate->settings,
                    .reporter = migrate->reporter,
                    .pooled = state->pooled,
                    .deadline_ms = ep_clock_ms() + migrate->settings->migrate_replica_timeout_ms},
        .watch = {.session = migrate->session,
                  .reporter = migrate->reporter,
                  .lock_timeout_ms = migrate->settings->migrate_lock_timeout_ms},
        .apply = {.session = migrate->session, .reporter = migrate->reporter},
    };

    run.apply.ledger = &run.ledger;
    run.apply.watch = &run.watch;
    run.tolerance = (struct ep_tolerance){.session = migrate->session,
                                          .settings = migrate->settings,
                                          .reporter = migrate->reporter,
                                          .watch = &run.watch};
    run.batch = (struct ep_batch){.session = migrate->session,
                                  .ledger = &run.ledger,
                                  .watch = &run.watch,
                                  .reporter = migrate->reporter};
    ep_signals_note();
    bool done = migrate_locked(&arena, &run, &current, err);
    if (done || err->fault != EP_FAULT_SIGNAL) {
        ep_signals_leave();
    }
    ep_batch_clear(&run.batch);
    *ret_applied = run.applied;
    return done;
}
