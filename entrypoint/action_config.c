#include "entrypoint/action.h"
#include "entrypoint/config_output.h"

bool ep_action_config(const struct ep_context *context, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_database database = {0};
    struct ep_error none = {0}; /* without a connection string there is still much to show */
    bool found = ep_database_choose(context->arena, context->configuration, &database, &none);

    ep_config_output_text(&text, context->configuration, found ? &database : NULL);
    return ep_action_print(&text, err);
}
