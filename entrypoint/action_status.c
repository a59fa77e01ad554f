#include "entrypoint/action.h"
#include "entrypoint/status_output.h"

bool ep_action_read_status(const struct ep_context *context, bool looks_ahead,
                           struct ep_status_list *ret_list, struct ep_error *err)
{
    struct ep_connection connection = {0};
    struct ep_state_request state = {0};

    if (!ep_action_request(context, &state, err) || !ep_action_read_source(context, &state, err)
        || !ep_connection_prepare(context->arena, context->configuration, context->reporter,
                                  &connection, err)) {
        return false;
    }
    state.tables.count = 0; /* not asked about here */
    const struct ep_status_request request = {
        .conninfo = &connection.conninfo,
        .settings = &context->configuration->settings,
        .state = &state,
        .reporter = context->reporter,
        .looks_ahead = looks_ahead,
    };
    return ep_status_read(context->arena, &request, ret_list, err);
}

bool ep_action_status(const struct ep_context *context, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_status_list list = {0};
    size_t pending = 0;

    if (!ep_action_read_status(context, false, &list, err)) {
        return false;
    }
    for (size_t i = 0; i < list.count; i++) {
        pending += list.items[i].plan.pending_count;
    }
    if (context->line->options[EP_OPTION_JSON]) {
        ep_status_output_json(&text, &list);
    } else {
        ep_status_output_text(&text, &list);
    }
    if (!ep_action_print(&text, err)) {
        return false;
    }
    if (context->line->options[EP_OPTION_EXIT_CODE] && pending > 0) {
        return ep_fail(err, EP_FAULT_PENDING, "%zu migrations are pending", pending);
    }
    return true;
}
