#include "entrypoint/action.h"

#include "steps/launch.h"

/*
 * The server will use DATABASE_URL even where another variable was used to
 * migrate: a server that is started must find its database there.
 */
static bool check_app_database(const struct ep_context *context,
                               const struct ep_connection *connection, struct ep_error *err)
{
    const struct ep_state_request request = {0};
    const struct ep_gate gate = {
        .goal = EP_GATE_ANSWERS,
        .conninfo = &connection->app,
        .settings = &context->configuration->settings,
        .request = &request,
        .reporter = context->reporter,
    };

    if (!connection->has_app || ep_gate_pass(&gate, err)) {
        return true;
    }
    return ep_error_context(err, "the server's own DATABASE_URL");
}

bool ep_action_run(const struct ep_context *context, struct ep_error *err)
{
    const struct ep_list *unset = &context->configuration->settings.server_unset_env;
    struct ep_connection connection = {0};
    struct ep_launch launch = {0};

    /* First: an image without its server fails before it has changed the database. */
    if (!ep_launch_prepare(context->arena, context->line->server, &launch, err)) {
        const char *command = ep_command_suggest(context->line->server[0]);
        if (command != NULL) {
            (void)ep_error_hint(err, "Did you mean the command \"%s\"?", command);
        }
        return false;
    }
    if (!ep_action_pass_gate(context, EP_GATE_MIGRATED, &connection, err)
        || !check_app_database(context, &connection, err)) {
        return false;
    }
    launch.init = context->configuration->settings.server_init;
    ep_report(context->reporter, EP_EVENT_START_SERVER,
              EP_TEXT_FIELD("server", context->line->server[0]));
    ep_log_termination(NULL);
    ep_launch_exec(&launch, unset->items, unset->count, err);
    return false;
}
