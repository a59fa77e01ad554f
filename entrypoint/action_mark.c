#include "entrypoint/action.h"
#include "format/utf8.h"
#include "steps/mark.h"

#include <inttypes.h>

static bool run_mark(const struct ep_context *context, struct ep_state_request *state,
                     struct ep_marked *ret_marked, struct ep_error *err)
{
    bool takes_all = context->line->options[EP_OPTION_ALL];
    struct ep_connection connection = {0};

    if (!ep_action_read_source(context, state, err)
        || !ep_connection_prepare(context->arena, context->configuration, context->reporter,
                                  &connection, err)) {
        return false;
    }
    const struct ep_mark mark = {
        .conninfo = &connection.conninfo,
        .settings = &context->configuration->settings,
        .state = state,
        .tags = takes_all ? NULL : context->line->tags,
        .tag_count = context->line->tag_count,
        .reporter = context->reporter,
    };
    return ep_mark_run(context->arena, &mark, ret_marked, err);
}

bool ep_action_mark(const struct ep_context *context, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_state_request state = {0};
    struct ep_marked marked = {0};

    if (!ep_action_request(context, &state, err)) {
        return false;
    }
    state.tables.count = 0; /* not asked about here */
    if (!run_mark(context, &state, &marked, err)) {
        return false;
    }
    for (size_t i = 0; i < marked.count; i++) {
        const struct ep_migration *migration = marked.items[i];
        ep_text_add(&text, "asserted without running: ");
        ep_utf8_append_printable(ep_span_of(migration->tag), &text);
        ep_text_format(&text, " (hash %s", migration->hash);
        if (migration->layout != EP_LAYOUT_NUMBERED) {
            ep_text_format(&text, ", created_at %" PRId64, migration->created_at);
        }
        ep_text_add(&text, ")\n");
    }
    if (marked.count == 0) {
        ep_text_add(&text, "nothing to mark: everything is recorded");
        for (size_t i = 0; i < state.tiers.count; i++) {
            ep_text_format(&text, "%s %s", i == 0 ? " in" : ",",
                           state.tiers.items[i].ledger.quoted);
        }
        ep_text_add_byte(&text, '\n');
    }
    return ep_action_print(&text, err);
}
