#include "entrypoint/action.h"

#include "steps/presence.h"
#include "system/file.h"

#include <unistd.h>

bool ep_action_request(const struct ep_context *context, struct ep_state_request *ret_request,
                       struct ep_error *err)
{
    const struct ep_settings *settings = &context->configuration->settings;
    struct ep_state_request request = {0};

    if (!ep_table_list_parse(context->arena, settings->verify_tables.items,
                             settings->verify_tables.count, &request.tables, err)) {
        return false;
    }
    *ret_request = request;
    return true;
}

bool ep_action_read_source(const struct ep_context *context, struct ep_state_request *request,
                           struct ep_error *err)
{
    return ep_tier_list_read(context->arena, &context->configuration->settings, context->reporter,
                             &request->tiers, err);
}

/* The gate with what belongs around it. */
static bool pass_with_hooks(const struct ep_context *context, const struct ep_gate *gate,
                            struct ep_error *err)
{
    struct ep_gate with_hooks = *gate;
    struct ep_hooks hooks = {0};

    if (gate->goal != EP_GATE_MIGRATED) {
        return ep_gate_pass(gate, err);
    }
    if (!ep_hooks_prepare(context->arena, gate->settings, gate->conninfo, gate->reporter, &hooks,
                          err)) {
        return false;
    }
    with_hooks.hooks = &hooks;
    if (!ep_gate_pass(&with_hooks, err)) {
        ep_hooks_on_failure(&hooks, err);
        return false;
    }
    ep_hooks_after_migrate(&hooks);
    return true;
}

/* What the thread that reads the folders works on. */
struct reading {
    const struct ep_settings *settings;
    struct ep_state_request *request;
};

static bool read_tiers(void *context, struct ep_arena *arena, const struct ep_reporter *reporter,
                       struct ep_error *err)
{
    const struct reading *reading = context;
    struct ep_state_request *request = reading->request;

    return ep_tier_list_read(arena, reading->settings, reporter, &request->tiers, err)
           && ep_presence_expect(arena, &request->tiers, reading->settings->verify_snapshot,
                                 reporter, &request->snapshot, err);
}

/* With two reasons to fail, that of the folders is the one to mend in the image. */
static bool fail_prepare(struct ep_examination *examination, const struct ep_reporter *reporter,
                         struct ep_error *err)
{
    struct ep_error other = {0};

    if (examination->read != NULL && !ep_examination_finish(examination, reporter, &other)) {
        *err = other;
    }
    return false;
}

bool ep_action_pass_gate(const struct ep_context *context, enum ep_gate_goal goal,
                         struct ep_connection *ret_connection, struct ep_error *err)
{
    const struct ep_settings *settings = &context->configuration->settings;
    const struct ep_list *dirs = &settings->migrate_dirs;
    struct ep_connection connection = {0};
    struct ep_state_request request = {0};
    struct reading reading = {.settings = settings, .request = &request};
    struct ep_examination examination EP_CLEANUP(ep_examination_clear) = {.context = &reading};

    if (!settings->database_required
        && !ep_database_is_given(context->arena, context->configuration)) {
        ep_report(context->reporter, EP_EVENT_DATABASE_ABSENT, EP_TEXT_FIELD("variable", NULL));
        return true;
    }
    if (!ep_action_request(context, &request, err)) {
        return false;
    }
    if (goal == EP_GATE_MIGRATED && dirs->is_set && dirs->count == 0) {
        /* Nothing is ever migrated from here: the ledger, if there is one, is somebody else's. */
        goal = request.tables.count > 0 ? EP_GATE_VERIFIED : EP_GATE_ANSWERS;
    }
    if (goal == EP_GATE_MIGRATED) {
        examination.read = read_tiers;
        ep_examination_begin(&examination);
    }
    if (!ep_connection_prepare(context->arena, context->configuration, context->reporter,
                               &connection, err)) {
        return fail_prepare(&examination, context->reporter, err);
    }
    const struct ep_gate gate = {
        .goal = goal,
        .conninfo = &connection.conninfo,
        .settings = settings,
        .request = &request,
        .examination = goal == EP_GATE_MIGRATED ? &examination : NULL,
        .reporter = context->reporter,
    };
    if (!pass_with_hooks(context, &gate, err)) {
        return false;
    }
    if (ret_connection != NULL) {
        *ret_connection = connection;
    }
    return true;
}

bool ep_action_print(const struct ep_text *text, struct ep_error *err)
{
    if (!ep_file_write_all(STDOUT_FILENO, ep_text_span(text))) {
        return ep_fail_errno(err, EP_FAULT_SYSTEM, "could not write to standard output");
    }
    return true;
}
