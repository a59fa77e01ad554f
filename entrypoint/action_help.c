#include "entrypoint/action.h"
#include "entrypoint/help.h"

bool ep_action_help(const struct ep_context *context, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    ep_help_page(&text, context->line->help_page, context->line->help_topic);
    return ep_action_print(&text, err);
}
