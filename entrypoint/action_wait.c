#include "entrypoint/action.h"

bool ep_action_wait(const struct ep_context *context, struct ep_error *err)
{
    return ep_action_pass_gate(context, EP_GATE_ANSWERS, NULL, err);
}
