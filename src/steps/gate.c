#include "steps/gate.h"

#include "steps/invalid.h"
#include "steps/migrate.h"
#include "steps/presence.h"
#include "steps/reconnect.h"
#include "steps/verify.h"
#include "system/clock.h"

#include <inttypes.h>

enum { ANSWER_MS_LEAST = 5000 };

/* One session's worth of work. */
struct pass {
    const struct ep_gate *gate;
    struct ep_session *session;
};

static void report_plan(struct ep_arena *arena, const struct ep_gate *gate,
                        const struct ep_tier *tier, const struct ep_plan *plan)
{
    for (size_t i = 0; i < plan->note_count; i++) {
        ep_report(gate->reporter, EP_EVENT_PLAN_NOTE,
                  EP_TEXT_FIELD("tag", plan->notes[i].migration == NULL
                                           ? tier->ledger.quoted
                                           : plan->notes[i].migration->tag),
                  EP_TEXT_FIELD("note", plan->notes[i].text));
    }
    if (plan->unknown_count > 0 && gate->settings->migrate_ahead != EP_POLICY_IGNORE) {
        ep_report(
            gate->reporter, EP_EVENT_AHEAD,
            EP_INTEGER_FIELD("count", (long long)plan->unknown_count),
            EP_TEXT_FIELD("newest", plan->unknown_last != NULL
                                        ? plan->unknown_last
                                        : ep_arena_format(arena, "%" PRId64, plan->unknown_newest)),
            EP_TEXT_FIELD("meaning",
                          plan->unknown_is_newer
                              ? "an older image was started"
                              : "their files were deleted, or another project uses this table; "
                                "each project needs its own (setting dirs: folder=schema.table)"));
    }
}

static void report_skipped(const struct ep_gate *gate, const struct ep_plan *plan)
{
    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan->items[i].state == EP_PLAN_APPLIED) {
            ep_report(gate->reporter, EP_EVENT_SKIPPED_ONE,
                      EP_TEXT_FIELD("tag", plan->items[i].migration->tag));
        }
    }
}

/* How much there is, over all tiers. */
struct totals {
    size_t migrations, applied;
    bool has_work;
};

static bool plan_tiers(struct ep_arena *arena, const struct ep_migrate *request,
                       const struct ep_gate *gate, const struct ep_state *state,
                       struct totals *totals, struct ep_error *err)
{
    const struct ep_tier_list *tiers = &gate->request->tiers;

    for (size_t i = 0; i < tiers->count; i++) {
        struct ep_plan plan = {0};
        totals->migrations += tiers->items[i].migrations.count;
        if (state->busy) {
            totals->has_work = true; /* not known, so it is found out under the lock */
            continue;
        }
        if (!ep_migrate_plan(arena, request, &tiers->items[i], &state->ledgers[i], &plan, err)) {
            return false;
        }
        report_plan(arena, gate, &tiers->items[i], &plan);
        report_skipped(gate, &plan);
        totals->applied += plan.applied_count;
        totals->has_work = totals->has_work || plan.step_count > 0;
    }
    return true;
}

/* After a migration what was read before is old. */
static bool migrate(struct ep_arena *arena, const struct pass *pass, struct ep_state *state,
                    struct ep_error *err)
{
    const struct ep_gate *gate = pass->gate;
    const struct ep_migrate request = {
        .session = pass->session,
        .settings = gate->settings,
        .request = gate->request,
        .reporter = gate->reporter,
        .hooks = gate->hooks,
        .closes = gate->request->tables.count == 0 && !state->pooled,
    };
    struct totals totals = {0};
    size_t applied = 0;
    int64_t start_ms = ep_clock_ms();

    if (!plan_tiers(arena, &request, gate, state, &totals, err)) {
        return false;
    }
    if (!totals.has_work) {
        ep_report(gate->reporter, EP_EVENT_UP_TO_DATE,
                  EP_INTEGER_FIELD("applied", (long long)totals.applied));
        return true;
    }
    if (totals.applied > 0) {
        ep_report(gate->reporter, EP_EVENT_SKIPPED,
                  EP_INTEGER_FIELD("count", (long long)totals.applied));
    }
    if (state->pooled) {
        ep_report(gate->reporter, EP_EVENT_POOLER, EP_TEXT_FIELD("variable", NULL));
    }
    if (!ep_migrate_run(&request, state, &applied, err)) {
        return false;
    }
    ep_report(gate->reporter, EP_EVENT_COMPLETE, EP_INTEGER_FIELD("applied", (long long)applied),
              EP_INTEGER_FIELD("elapsed_ms", ep_clock_ms() - start_ms),
              EP_INTEGER_FIELD("total", (long long)totals.migrations));
    return ep_state_read_tables(arena, pass->session, gate->request,
                                ep_clock_ms() + ANSWER_MS_LEAST, state, err);
}

static bool run_pass(void *context, struct ep_session *session, int64_t deadline_ms,
                     struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const struct ep_gate *gate = context;
    const struct pass pass = {.gate = gate, .session = session};
    const struct ep_table_list *tables = &gate->request->tables;
    struct ep_state state = {0};

    switch (gate->goal) {
    case EP_GATE_ANSWERS:
        return ep_session_query(session, (struct ep_query){.sql = "SELECT 1"}, deadline_ms, NULL,
                                err);
    case EP_GATE_VERIFIED:
        return ep_invalid_report(session, deadline_ms, gate->reporter, err)
               && ep_state_read_tables(&arena, session, gate->request, deadline_ms, &state, err)
               && ep_verify(tables, state.table_present, gate->reporter, err);
    case EP_GATE_MIGRATED:
        return ep_state_read(&arena, session, gate->request, deadline_ms, &state, err)
               && migrate(&arena, &pass, &state, err)
               && ep_verify(tables, state.table_present, gate->reporter, err)
               && ep_presence_verify(&state.missing, gate->settings->verify_snapshot,
                                     gate->reporter, err);
    }
    return true;
}

bool ep_gate_pass(const struct ep_gate *gate, struct ep_error *err)
{
    struct ep_gate copy = *gate;
    const struct ep_reconnect reconnect = {
        .conninfo = gate->conninfo,
        .timeout_ms = gate->settings->wait_timeout_ms,
        .reporter = gate->reporter,
        .examination = gate->examination,
        .work = run_pass,
        .context = &copy,
    };

    return ep_reconnect_run(&reconnect, err);
}
