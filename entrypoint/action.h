/*
 * action.h - what each command does, one file each.
 *
 * A command writes what was asked for on standard output, and reports what
 * happens through the reporter. It returns false with the error that main()
 * prints, and whose fault becomes the exit status.
 */
#ifndef EP_ENTRYPOINT_ACTION_H
#define EP_ENTRYPOINT_ACTION_H

#include "base/text.h"
#include "entrypoint/command_line.h"
#include "entrypoint/report.h"
#include "steps/connection.h"
#include "steps/gate.h"
#include "steps/status.h"

struct ep_context {
    struct ep_arena *arena; /* of the whole run */
    const struct ep_command_line *line;
    const struct ep_configuration *configuration;
    const struct ep_reporter *reporter;
};

bool ep_action_run(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_wait(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_migrate(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_verify(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_status(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_check(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_plan(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_mark(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_rollback(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_new(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_config(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_help(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;
bool ep_action_version(const struct ep_context *context, struct ep_error *err) EP_MUST_CHECK;

/*
 * What wait, migrate, verify and run have in common: the connection string is
 * understood, then the gate is passed. The folders are read meanwhile, and the database is
 * asked nothing unless both are right. ret_connection may be NULL.
 */
bool ep_action_pass_gate(const struct ep_context *context, enum ep_gate_goal goal,
                         struct ep_connection *ret_connection, struct ep_error *err) EP_MUST_CHECK;

/* What to ask the database for, of the settings. Errors: EP_FAULT_CONFIG. */
bool ep_action_request(const struct ep_context *context, struct ep_state_request *ret_request,
                       struct ep_error *err) EP_MUST_CHECK;

/* Add the tiers, those of the setting dirs. Errors: those of ep_tier_list_read(). */
bool ep_action_read_source(const struct ep_context *context, struct ep_state_request *request,
                           struct ep_error *err) EP_MUST_CHECK;

/*
 * What status and plan show; looks_ahead: with what is pending as it would run. Errors: those of
 * ep_status_read() and of what it needs to know before.
 */
bool ep_action_read_status(const struct ep_context *context, bool looks_ahead,
                           struct ep_status_list *ret_list, struct ep_error *err) EP_MUST_CHECK;

/* Write all of it to standard output. Errors: EP_FAULT_SYSTEM. */
bool ep_action_print(const struct ep_text *text, struct ep_error *err) EP_MUST_CHECK;

#endif
