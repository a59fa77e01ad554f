#include "entrypoint/action.h"

bool ep_action_version(const struct ep_context *context, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    int libpq = ep_session_libpq_version();

    (void)context;
    ep_text_format(&text, "entrypoint %s (libpq %d.%d)\n", EP_VERSION, libpq / 10000,
                   libpq % 10000);
    return ep_action_print(&text, err);
}
