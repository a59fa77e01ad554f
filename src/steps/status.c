#include "steps/status.h"

#include "steps/invalid.h"
#include "steps/migrate.h"
#include "steps/reconnect.h"

/* One call of ep_status_read(). */
struct reading {
    struct ep_arena *arena;
    const struct ep_status_request *request;
    struct ep_status *statuses; /* one for each tier */
    struct ep_pending *pendings;
    struct ep_survey survey;
};

/* What is pending, as migrating would run it. */
static bool look_ahead(struct reading *reading, struct ep_session *session, struct ep_error *err)
{
    const struct ep_tier_list *tiers = &reading->request->state->tiers;
    struct ep_plan *plans = ep_arena_array(reading->arena, tiers->count, sizeof(*plans));

    for (size_t i = 0; i < tiers->count; i++) {
        ep_pending_init(reading->arena, tiers->items[i].migrations.count,
                        reading->request->settings->migrate_transaction,
                        ep_session_server_version(session), &reading->pendings[i]);
        if (!ep_pending_cut(reading->arena, &reading->pendings[i], &reading->statuses[i].plan,
                            err)) {
            return false;
        }
        plans[i] = reading->statuses[i].plan;
    }
    const struct ep_survey_request request = {
        .session = session, .tiers = tiers, .plans = plans, .pendings = reading->pendings};
    return ep_survey_make(reading->arena, &request, &reading->survey, err);
}

static bool read_status(void *context, struct ep_session *session, int64_t deadline_ms,
                        struct ep_error *err)
{
    struct reading *reading = context;
    const struct ep_status_request *request = reading->request;
    const struct ep_migrate migrate = {
        .session = session,
        .settings = request->settings,
        .request = request->state,
        .reporter = request->reporter,
        .only_shown = true,
    };
    struct ep_state state = {0};

    if (!ep_state_look(reading->arena, session, request->state, deadline_ms, &state, err)) {
        return false;
    }
    for (size_t i = 0; i < request->state->tiers.count; i++) {
        const struct ep_tier *tier = &request->state->tiers.items[i];
        struct ep_status *status = &reading->statuses[i];
        status->table = tier->ledger.quoted;
        status->shape = state.ledgers[i].shape;
        if (!ep_migrate_plan(reading->arena, &migrate, tier, &state.ledgers[i], &status->plan,
                             err)) {
            return false;
        }
    }
    if (request->looks_ahead) {
        return look_ahead(reading, session, err);
    }
    return ep_invalid_report(session, deadline_ms, request->reporter, err);
}

bool ep_status_read(struct ep_arena *arena, const struct ep_status_request *request,
                    struct ep_status_list *ret_list, struct ep_error *err)
{
    size_t count = request->state->tiers.count;
    struct reading reading = {
        .arena = arena,
        .request = request,
        .statuses = ep_arena_array(arena, count, sizeof(struct ep_status)),
        .pendings = ep_arena_array(arena, count, sizeof(struct ep_pending)),
    };
    const struct ep_reconnect reconnect = {
        .conninfo = request->conninfo,
        .timeout_ms = request->settings->wait_timeout_ms,
        .reporter = request->reporter,
        .work = read_status,
        .context = &reading,
    };

    if (!ep_reconnect_run(&reconnect, err)) {
        return false;
    }
    *ret_list = (struct ep_status_list){.items = reading.statuses,
                                        .count = count,
                                        .survey = reading.survey,
                                        .pendings = reading.pendings};
    return true;
}
