#include "entrypoint/action.h"
#include "entrypoint/plan_output.h"

bool ep_action_plan(const struct ep_context *context, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_status_list list = {0};
    const bool *options = context->line->options;

    if (options[EP_OPTION_JSON] && options[EP_OPTION_SQL]) {
        (void)ep_fail(err, EP_FAULT_USAGE, "--json and --sql exclude each other");
        return ep_error_hint(err, "Ask twice: nothing is changed by it.");
    }
    if (!ep_action_read_status(context, true, &list, err)) {
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
