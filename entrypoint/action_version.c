#include "entrypoint/action.h"
#include "entrypoint/help.h"
#include "entrypoint/licenses.h"

bool ep_action_version(const struct ep_context *context, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    if (context->line->options[EP_OPTION_LICENSES]) {
        ep_text_append(&text, (struct ep_span){.data = ep_licenses, .size = ep_licenses_size});
    } else {
        ep_help_version(&text);
    }
    return ep_action_print(&text, err);
}
