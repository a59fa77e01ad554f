#include "entrypoint/action.h"

bool ep_action_verify(const struct ep_context *context, struct ep_error *err)
{
    return ep_action_pass_gate(context, EP_GATE_VERIFIED, NULL, err);
}
