#include "entrypoint/action.h"
#include "steps/rollback.h"

/* From 1 to six digits: more than there are migrations. */
static bool read_steps(const char *text, size_t *ret_steps, struct ep_error *err)
{
    size_t size = strlen(text);

    if (size == 0 || size > 6 || strspn(text, "0123456789") != size || strspn(text, "0") == size) {
        (void)ep_fail(err, EP_FAULT_USAGE, "\"%.64s\" is no number of migrations", text);
        return ep_error_hint(err, "Write --steps 1 to undo the newest.");
    }
    *ret_steps = (size_t)strtoul(text, NULL, 10);
    return true;
}

bool ep_action_rollback(const struct ep_context *context, struct ep_error *err)
{
    const struct ep_command_line *line = context->line;
    struct ep_connection connection = {0};
    struct ep_state_request state = {0};
    size_t steps = 0;

    if ((line->steps == NULL) == (line->to == NULL)) {
        (void)ep_fail(err, EP_FAULT_USAGE, "command \"rollback\" needs %s --steps and --to",
                      line->steps == NULL ? "one of" : "only one of");
        return ep_error_hint(err, "Write --steps 1 to undo the newest, or --to TAG to undo what is "
                                  "behind it.");
    }
    if ((line->steps != NULL && !read_steps(line->steps, &steps, err))
        || !ep_action_request(context, &state, err) || !ep_action_read_source(context, &state, err)
        || !ep_connection_prepare(context->arena, context->configuration, context->reporter,
                                  &connection, err)) {
        return false;
    }
    state.tables.count = 0; /* not asked about here */
    const struct ep_rollback rollback = {
        .conninfo = &connection.conninfo,
        .settings = &context->configuration->settings,
        .state = &state,
        .steps = steps,
        .to = line->to,
        .reporter = context->reporter,
    };
    return ep_rollback_run(context->arena, &rollback, err);
}
