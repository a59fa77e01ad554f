#include "entrypoint/action.h"
#include "entrypoint/status_output.h"

static bool read_status(const struct ep_context *context, struct ep_status *ret_status,
                        struct ep_error *err)
{
    struct ep_migration_list migrations = {0};
    struct ep_connection connection = {0};
    struct ep_state_request state = {0};

    if (!ep_action_request(context, &state, err)
        || !ep_action_read_source(context, &migrations, err)
        || !ep_connection_prepare(context->arena, context->configuration, context->reporter,
                                  &connection, err)) {
        return false;
    }
    state.tables.count = 0; /* not asked about here */
    const struct ep_status_request request = {
        .conninfo = &connection.conninfo,
        .settings = &context->configuration->settings,
        .state = &state,
        .migrations = &migrations,
        .reporter = context->reporter,
    };
    return ep_status_read(context->arena, &request, ret_status, err);
}

bool ep_action_status(const struct ep_context *context, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_status status = {0};

    if (!read_status(context, &status, err)) {
        return false;
    }
    if (context->line->options[EP_OPTION_JSON]) {
        ep_status_output_json(&text, &status);
    } else {
        ep_status_output_text(&text, &status);
    }
    if (!ep_action_print(&text, err)) {
        return false;
    }
    if (context->line->options[EP_OPTION_EXIT_CODE] && status.plan.pending_count > 0) {
        return ep_fail(err, EP_FAULT_PENDING, "%zu migrations are pending",
                       status.plan.pending_count);
    }
    return true;
}
