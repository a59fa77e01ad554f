#include "entrypoint/action.h"
#include "entrypoint/help.h"

bool ep_action_version(const struct ep_context *context, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    (void)context;
    ep_help_version(&text);
    return ep_action_print(&text, err);
}
