#include "entrypoint/action.h"
#include "format/json.h"
#include "settings/variable.h"
#include "system/signals.h"

extern char **environ;

typedef bool action(const struct ep_context *context, struct ep_error *err);

static action *const actions[EP_COMMAND_COUNT] = {
    [EP_COMMAND_RUN] = ep_action_run,           [EP_COMMAND_WAIT] = ep_action_wait,
    [EP_COMMAND_MIGRATE] = ep_action_migrate,   [EP_COMMAND_VERIFY] = ep_action_verify,
    [EP_COMMAND_STATUS] = ep_action_status,     [EP_COMMAND_CHECK] = ep_action_check,
    [EP_COMMAND_PLAN] = ep_action_plan,         [EP_COMMAND_MARK] = ep_action_mark,
    [EP_COMMAND_NEW] = ep_action_new,           [EP_COMMAND_CONFIG] = ep_action_config,
    [EP_COMMAND_HELP] = ep_action_help,         [EP_COMMAND_VERSION] = ep_action_version,
    [EP_COMMAND_ROLLBACK] = ep_action_rollback,
};

/*
 * Open the log as the settings say. On Railway standard output is the log's, but not where the
 * command writes its answer there.
 */
static void open_log(const struct ep_settings *settings, const struct ep_command *command,
                     struct ep_log *log)
{
    bool keeps_off =
        command != NULL && command->prints && settings->log_stream == EP_LOG_STREAM_AUTO;

    ep_log_open(log, settings->log_format, keeps_off ? EP_LOG_STREAM_STDERR : settings->log_stream,
                settings->log_level);
}

/*
 * What the log is to look like, as far as flags and environment say, for the mistakes that keep the
 * settings from being read. One that is itself mistaken counts as not given.
 */
static void open_log_early(struct ep_arena *arena, const struct ep_settings_input *input,
                           const struct ep_command *command, struct ep_log *log)
{
    static const size_t rows[] = {EP_SETTING_log_format, EP_SETTING_log_stream,
                                  EP_SETTING_log_level};
    struct ep_settings settings;

    ep_settings_defaults(arena, &settings);
    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        const struct ep_setting *row = &ep_settings_table[rows[i]];
        const char *text = input->flags[rows[i]];
        struct ep_error ignored = {0};
        if (text == NULL) {
            text = ep_variable_find(input->environment, ep_setting_variable(row).text);
        }
        bool assigned = text != NULL && ep_setting_assign(arena, &settings, row, text, &ignored);
        (void)assigned;
    }
    open_log(&settings, command, log);
}

static void report_settings(const struct ep_reporter *reporter,
                            const struct ep_configuration *configuration)
{
    const struct ep_env_file *file = &configuration->env_file;

    for (size_t i = 0; i < configuration->note_count; i++) {
        ep_report(reporter, EP_EVENT_SETTING_NOTE, EP_TEXT_FIELD("note", configuration->notes[i]));
    }
    if (file->exists) {
        ep_report(reporter, EP_EVENT_ENV_FILE, EP_INTEGER_FIELD("count", (long long)file->count),
                  EP_TEXT_FIELD("file", file->path));
    } else if (file->path != NULL) {
        ep_report(reporter, EP_EVENT_ENV_FILE_ABSENT, EP_TEXT_FIELD("file", file->path));
    }
}

/* Everything up to the exit status; log is opened anew once the settings are known. */
static bool run(struct ep_arena *arena, char *const argv[], struct ep_log *log,
                struct ep_error *err)
{
    struct ep_command_line line = {0};
    struct ep_configuration configuration = {0};
    const struct ep_settings_input nothing = {.environment = environ};

    open_log_early(arena, &nothing, NULL, log);
    if (!ep_command_line_parse(arena, argv, &line, err)) {
        return false;
    }
    line.settings.environment = environ;
    open_log_early(arena, &line.settings, line.command, log);
    if (line.command->id != EP_COMMAND_HELP && line.command->id != EP_COMMAND_VERSION
        && !ep_settings_load(arena, &line.settings, &configuration, err)) {
        return false;
    }
    open_log(&configuration.settings, line.command, log);
    if (configuration.env_file.environment != NULL) {
        environ = configuration.env_file.environment; /* libpq and the server look there */
    }

    const struct ep_reporter reporter = ep_log_reporter(log);
    const struct ep_context context = {
        .arena = arena,
        .line = &line,
        .configuration = &configuration,
        .reporter = &reporter,
    };
    report_settings(&reporter, &configuration);
    return actions[line.command->id](&context, err);
}

int main(int argc, char *argv[])
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_log log;

    (void)argc;
    ep_signals_install();
    ep_json_install();
    /* What is pending or differs was asked for and has been shown: an answer, not a failure. */
    if (!run(&arena, argv, &log, &err) && err.fault != EP_FAULT_PENDING
        && err.fault != EP_FAULT_DRIFT) {
        ep_log_error(&log, &err);
        ep_log_termination(&err);
    }
    return ep_error_exit_status(&err);
}
