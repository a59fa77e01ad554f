#include "entrypoint/action.h"
#include "system/signals.h"

extern char **environ;

typedef bool action(const struct ep_context *context, struct ep_error *err);

static action *const actions[EP_COMMAND_COUNT] = {
    [EP_COMMAND_RUN] = ep_action_run,         [EP_COMMAND_WAIT] = ep_action_wait,
    [EP_COMMAND_MIGRATE] = ep_action_migrate, [EP_COMMAND_VERIFY] = ep_action_verify,
    [EP_COMMAND_CONFIG] = ep_action_config,   [EP_COMMAND_HELP] = ep_action_help,
    [EP_COMMAND_VERSION] = ep_action_version,
};

/* Everything up to the exit status; log is opened anew once the settings are known. */
static bool run(struct ep_arena *arena, char *const argv[], struct ep_log *log,
                struct ep_error *err)
{
    struct ep_command_line line = {0};
    struct ep_configuration configuration = {0};

    if (!ep_command_line_parse(argv, &line, err)) {
        return false;
    }
    line.settings.environment = environ;
    if (line.command->id != EP_COMMAND_HELP && line.command->id != EP_COMMAND_VERSION
        && !ep_settings_load(arena, &line.settings, &configuration, err)) {
        return false;
    }
    const struct ep_settings *settings = &configuration.settings;
    ep_log_open(log, settings->log_format, settings->log_stream, settings->log_level);

    const struct ep_reporter reporter = ep_log_reporter(log);
    const struct ep_context context = {
        .arena = arena,
        .line = &line,
        .configuration = &configuration,
        .reporter = &reporter,
    };
    for (size_t i = 0; i < configuration.note_count; i++) {
        ep_report(&reporter, EP_EVENT_SETTING_NOTE,
                  EP_TEXT_FIELD("note", configuration.notes[i]));
    }
    return actions[line.command->id](&context, err);
}

int main(int argc, char *argv[])
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_log log;

    (void)argc;
    ep_signals_install();
    ep_log_open(&log, EP_LOG_FORMAT_AUTO, EP_LOG_STREAM_AUTO, EP_LEVEL_INFO);
    if (!run(&arena, argv, &log, &err)) {
        ep_log_error(&log, &err);
        ep_log_termination(&err);
    }
    return ep_error_exit_status(&err);
}
