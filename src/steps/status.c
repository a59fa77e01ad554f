#include "steps/status.h"

#include "postgres/lock.h"
#include "steps/migrate.h"
#include "steps/reconnect.h"

/* One call of ep_status_read(). */
struct reading {
    struct ep_arena *arena;
    const struct ep_status_request *request;
    struct ep_status status;
};

static bool fail_busy(const struct reading *reading, struct ep_session *session,
                      struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_UNAVAILABLE, "%s is locked: a replica is migrating now",
                  reading->request->state->ledger.quoted);
    (void)ep_error_detail(err, "It is %s.", ep_lock_holder(reading->arena, session));
    return ep_error_hint(err, "Ask again when it is done.");
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
        .migrations = request->migrations,
        .reporter = request->reporter,
        .only_shown = true,
    };
    struct ep_state state = {0};

    if (!ep_state_read(reading->arena, session, request->state, deadline_ms, &state, err)) {
        return false;
    }
    if (state.busy) {
        return fail_busy(reading, session, err);
    }
    reading->status.table = request->state->ledger.quoted;
    reading->status.shape = state.ledger.shape;
    return ep_migrate_plan(reading->arena, &migrate, &state.ledger, &reading->status.plan, err);
}

bool ep_status_read(struct ep_arena *arena, const struct ep_status_request *request,
                    struct ep_status *ret_status, struct ep_error *err)
{
    struct reading reading = {.arena = arena, .request = request};
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
    *ret_status = reading.status;
    return true;
}
