#include "entrypoint/action.h"
#include "entrypoint/plan_output.h"

static bool read_plan(const struct ep_context *context, struct ep_status_list *ret_list,
                      struct ep_error *err)
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
        .looks_ahead = true,
    };
    return ep_status_read(context->arena, &request, ret_list, err);
}

bool ep_action_plan(const struct ep_context *context, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_status_list list = {0};
    const bool *options = context->line->options;

    if (options[EP_OPTION_JSON] && options[EP_OPTION_SQL]) {
        (void)ep_fail(err, EP_FAULT_USAGE, "--json and --sql exclude each other");
        return ep_error_hint(err, "Ask twice: nothing is changed by it.");
    }
    if (!read_plan(context, &list, err)) {
        return false;
    }
    if (options[EP_OPTION_JSON]) {
        ep_plan_output_json(&text, &list);
    } else if (options[EP_OPTION_SQL]) {
        ep_plan_output_sql(&text, &list);
    } else {
        ep_plan_output_text(&text, &list);
    }
    if (context->configuration->settings.log_format == EP_LOG_FORMAT_GITHUB) {
        ep_survey_report(&list.survey, context->reporter); /* shown beside the lines */
    }
    return ep_action_print(&text, err)
           && (context->configuration->settings.migrate_hazards != EP_POLICY_FAIL
               || ep_survey_refuse(&list.survey, err));
}
