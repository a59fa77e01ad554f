#include "entrypoint/action.h"

#include "source/source.h"
#include "system/file.h"

#include <unistd.h>

bool ep_action_request(const struct ep_context *context, struct ep_state_request *ret_request,
                       struct ep_error *err)
{
    const struct ep_settings *settings = &context->configuration->settings;
    struct ep_state_request request = {0};

    ep_ledger_table_init(context->arena, settings->drizzle_schema, settings->drizzle_table,
                         &request.ledger);
    if (!ep_table_list_parse(context->arena, settings->verify_tables.items,
                             settings->verify_tables.count, &request.tables, err)) {
        return false;
    }
    *ret_request = request;
    return true;
}

bool ep_action_read_source(const struct ep_context *context,
                           struct ep_migration_list *ret_migrations, struct ep_error *err)
{
    const struct ep_list *dirs = &context->configuration->settings.migrate_dirs;

    if (dirs->is_set && dirs->count == 0) {
        *ret_migrations = (struct ep_migration_list){0};
        return true;
    }
    return ep_source_read(context->arena, dirs->is_set ? dirs->items : NULL, dirs->count,
                          context->reporter, ret_migrations, err);
}

bool ep_action_pass_gate(const struct ep_context *context, enum ep_gate_goal goal,
                         struct ep_connection *ret_connection, struct ep_error *err)
{
    const struct ep_settings *settings = &context->configuration->settings;
    const struct ep_list *dirs = &settings->migrate_dirs;
    struct ep_migration_list migrations = {0};
    struct ep_connection connection = {0};
    struct ep_state_request request = {0};

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
    if (goal == EP_GATE_MIGRATED && !ep_action_read_source(context, &migrations, err)) {
        return false;
    }
    if (!ep_connection_prepare(context->arena, context->configuration, context->reporter,
                               &connection, err)) {
        return false;
    }
    const struct ep_gate gate = {
        .goal = goal,
        .conninfo = &connection.conninfo,
        .settings = settings,
        .request = &request,
        .migrations = &migrations,
        .reporter = context->reporter,
    };
    if (!ep_gate_pass(&gate, err)) {
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
