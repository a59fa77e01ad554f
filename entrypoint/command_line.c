#include "entrypoint/command_line.h"

#include "base/check.h"
#include "settings/suggest.h"

#include <stdint.h>

struct parsing {
    char *const *next; /* what is still to be read of argv */
    struct ep_command_line line;
    bool is_finished;
};

/* What an argument that begins with "-" says. */
struct flag {
    struct ep_span name;            /* with its dashes, without the value */
    const char *attached;           /* the value within the same argument, or NULL */
    const struct ep_option *option; /* one of these two is found, or none */
    const struct ep_setting *setting;
};

static struct flag find_long(const char *argument)
{
    size_t size = strcspn(argument, "=");
    struct flag flag = {.name = {.data = argument, .size = size},
                        .attached = argument[size] == '=' ? argument + size + 1 : NULL};
    struct ep_span name = ep_span_part(flag.name, 2, SIZE_MAX);

    for (size_t i = 0; i < EP_OPTION_COUNT; i++) {
        if (ep_span_equals(name, ep_options[i].name)) {
            flag.option = &ep_options[i];
            return flag;
        }
    }
    flag.setting = ep_setting_find_flag(name);
    return flag;
}

static struct flag find_short(const char *argument)
{
    struct flag flag = {.name = {.data = argument, .size = 2},
                        .attached = argument[2] != '\0' ? argument + 2 : NULL};

    for (size_t i = 0; i < EP_OPTION_COUNT; i++) {
        if (argument[1] == ep_options[i].letter) {
            flag.option = &ep_options[i];
        }
    }
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        if (argument[1] == ep_settings_table[i].letter) {
            flag.setting = &ep_settings_table[i];
        }
    }
    return flag;
}

static bool fail_secret(const struct flag *flag, const struct ep_setting *row, struct ep_error *err)
{
    const char *variable = ep_setting_variable(row).text;
    (void)ep_fail(err, EP_FAULT_USAGE, "option %.*s is refused: a command line is public",
                  EP_SPAN_PRINT(flag->name));
    return ep_error_hint(err,
                         "Set the environment variable %s or DATABASE_URL, or name a file that "
                         "holds the value in %s_FILE.",
                         variable, variable);
}

static bool fail_unknown(const struct flag *flag, struct ep_error *err)
{
    struct ep_suggestion suggestion = {.word = ep_span_part(flag->name, 2, SIZE_MAX)};
    for (size_t i = 0; i < EP_OPTION_COUNT; i++) {
        ep_suggest_offer(&suggestion, ep_options[i].name);
    }
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        ep_suggest_offer(&suggestion, ep_setting_flag(row).text);
        if (row->alias != NULL) {
            ep_suggest_offer(&suggestion, row->alias);
        }
    }
    const struct ep_setting *nearest = ep_setting_find_flag(ep_span_of(suggestion.nearest));
    if (nearest != NULL && (nearest->marks & EP_SETTING_SECRET) != 0) {
        return fail_secret(flag, nearest, err);
    }
    (void)ep_fail(err, EP_FAULT_USAGE, "unknown option %.*s", EP_SPAN_PRINT(flag->name));
    if (suggestion.nearest[0] != '\0') {
        return ep_error_hint(err, "Did you mean --%s?", suggestion.nearest);
    }
    return ep_error_hint(err, "\"entrypoint help\" lists the options; those of the server stand "
                              "behind its name.");
}

/* The value of an option that takes one: attached, or the next argument, which is used up. */
static bool read_value(struct parsing *parsing, const struct flag *flag, const char *argument,
                       const char **ret_value, struct ep_error *err)
{
    if (flag->attached != NULL) {
        *ret_value = flag->attached;
        return true;
    }
    if (*parsing->next == NULL || strcmp(*parsing->next, "--") == 0) {
        (void)ep_fail(err, EP_FAULT_USAGE, "option %.*s has no value", EP_SPAN_PRINT(flag->name));
        return ep_error_hint(err, "Write %.*s %s.", EP_SPAN_PRINT(flag->name), argument);
    }
    *ret_value = *parsing->next++;
    return true;
}

/* Whatever follows is not looked at, except for the name of the command to explain. */
static void finish_with_help(struct parsing *parsing)
{
    const struct ep_command *topic = parsing->line.command;
    if (topic == NULL && *parsing->next != NULL) {
        topic = ep_command_find(*parsing->next);
    }
    parsing->line.command = &ep_commands[EP_COMMAND_HELP];
    parsing->line.help_topic = topic;
    parsing->is_finished = true;
}

static bool apply_option(struct parsing *parsing, const struct flag *flag, struct ep_error *err)
{
    if (flag->option->argument == NULL && flag->attached != NULL) {
        return ep_fail(err, EP_FAULT_USAGE, "option %.*s takes no value",
                       EP_SPAN_PRINT(flag->name));
    }
    parsing->line.options[flag->option->id] = true;
    switch (flag->option->id) {
    case EP_OPTION_CONFIG:
        return read_value(parsing, flag, flag->option->argument,
                          &parsing->line.settings.config_path, err);
    case EP_OPTION_HELP:
        finish_with_help(parsing);
        return true;
    case EP_OPTION_VERSION:
        parsing->line.command = &ep_commands[EP_COMMAND_VERSION];
        parsing->is_finished = true;
        return true;
    case EP_OPTION_MAN:
        parsing->line.help_page = EP_HELP_MAN;
        return true;
    case EP_OPTION_MARKDOWN:
        parsing->line.help_page = EP_HELP_MARKDOWN;
        return true;
    case EP_OPTION_INI:
        parsing->line.help_page = EP_HELP_INI;
        return true;
    case EP_OPTION_BASH:
        parsing->line.help_page = EP_HELP_BASH;
        return true;
    case EP_OPTION_ZSH:
        parsing->line.help_page = EP_HELP_ZSH;
        return true;
    case EP_OPTION_FISH:
        parsing->line.help_page = EP_HELP_FISH;
        return true;
    case EP_OPTION_LICENSES:
    case EP_OPTION_JSON:
    case EP_OPTION_SQL:
    case EP_OPTION_EXIT_CODE:
    case EP_OPTION_STRICT:
    case EP_OPTION_FOLDER:
    case EP_OPTION_ALL:
        return true;
    case EP_OPTION_STEPS:
        return read_value(parsing, flag, flag->option->argument, &parsing->line.steps, err);
    case EP_OPTION_TO:
        return read_value(parsing, flag, flag->option->argument, &parsing->line.to, err);
    case EP_OPTION_COUNT:
        break;
    }
    EP_CHECK(false);
    return false;
}

static bool parse_flag(struct parsing *parsing, const char *argument, struct ep_error *err)
{
    struct flag flag = argument[1] == '-' ? find_long(argument) : find_short(argument);

    if (flag.option != NULL) {
        return apply_option(parsing, &flag, err);
    }
    if (flag.setting == NULL) {
        return fail_unknown(&flag, err);
    }
    if ((flag.setting->marks & EP_SETTING_SECRET) != 0) {
        return fail_secret(&flag, flag.setting, err);
    }
    return read_value(parsing, &flag, flag.setting->argument,
                      &parsing->line.settings.flags[flag.setting - ep_settings_table], err);
}

/* Here begins what belongs to the server. */
static void finish_with_server(struct parsing *parsing, char *const *server)
{
    parsing->line.command = &ep_commands[EP_COMMAND_RUN];
    parsing->line.server = *server == NULL ? NULL : server;
    parsing->is_finished = true;
}

static bool fail_extra(const struct ep_command *command, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_USAGE, "command \"%s\" takes no arguments", command->name);
    if (command->id == EP_COMMAND_MIGRATE || command->id == EP_COMMAND_WAIT
        || command->id == EP_COMMAND_VERIFY) {
        (void)ep_error_hint(err, "To start a server afterwards, write \"run\" in its place.");
    }
    return ep_error_hint(err, "If \"%s\" is the server itself, write \"--\" before it.",
                         command->name);
}

static bool parse_topic(struct parsing *parsing, const char *word, struct ep_error *err)
{
    if (parsing->line.help_topic != NULL) {
        return ep_fail(err, EP_FAULT_USAGE, "command \"help\" explains one command at a time");
    }
    parsing->line.help_topic = ep_command_find(word);
    if (parsing->line.help_topic != NULL) {
        return true;
    }
    const char *suggestion = ep_command_suggest(word);
    (void)ep_fail(err, EP_FAULT_USAGE, "there is no command \"%.64s\"", word);
    if (suggestion != NULL) {
        return ep_error_hint(err, "Did you mean \"%s\"?", suggestion);
    }
    return ep_error_hint(err, "\"entrypoint help\" lists the commands.");
}

static bool parse_name(struct parsing *parsing, const char *word, struct ep_error *err)
{
    if (parsing->line.name != NULL) {
        (void)ep_fail(err, EP_FAULT_USAGE, "command \"new\" takes one name");
        return ep_error_hint(err, "Put a name with blanks into quotes.");
    }
    parsing->line.name = word;
    return true;
}

static bool parse_word(struct parsing *parsing, const char *word, struct ep_error *err)
{
    struct ep_command_line *line = &parsing->line;

    if (line->command == NULL) {
        line->command = ep_command_find(word);
        if (line->command == NULL) {
            finish_with_server(parsing, parsing->next - 1);
        }
        return true;
    }
    if (line->command->id == EP_COMMAND_RUN) {
        finish_with_server(parsing, parsing->next - 1);
        return true;
    }
    if (line->command->id == EP_COMMAND_HELP) {
        return parse_topic(parsing, word, err);
    }
    if (line->command->id == EP_COMMAND_NEW) {
        return parse_name(parsing, word, err);
    }
    if (line->command->id == EP_COMMAND_MARK) {
        line->tags[line->tag_count++] = word;
        return true;
    }
    return fail_extra(line->command, err);
}

/* "--": before a command or after `run` the server follows; after another command nothing may. */
static bool parse_end_of_options(struct parsing *parsing, struct ep_error *err)
{
    const struct ep_command *command = parsing->line.command;

    if (command == NULL || command->id == EP_COMMAND_RUN) {
        finish_with_server(parsing, parsing->next);
        return true;
    }
    parsing->is_finished = true;
    while ((command->id == EP_COMMAND_NEW || command->id == EP_COMMAND_MARK)
           && *parsing->next != NULL) {
        if (!parse_word(parsing, *parsing->next++, err)) {
            return false;
        }
    }
    return *parsing->next == NULL ? true : fail_extra(command, err);
}

/* An option of another command; --help and --version go before whatever else was given. */
static bool check_options(const struct ep_command_line *line, struct ep_error *err)
{
    if (line->options[EP_OPTION_HELP] || line->options[EP_OPTION_VERSION]) {
        return true;
    }
    for (size_t i = 0; i < EP_OPTION_COUNT; i++) {
        const struct ep_option *option = &ep_options[i];
        if (line->options[i] && !ep_option_is_for(option, line->command)) {
            int first = (int)strcspn(option->commands, " ");
            (void)ep_fail(err, EP_FAULT_USAGE, "option --%s is for the command%s \"%s\"",
                          option->name, option->commands[first] == '\0' ? "" : "s",
                          option->commands);
            return ep_error_hint(err, "Write \"entrypoint %.*s --%s\".", first, option->commands,
                                 option->name);
        }
    }
    return true;
}

static bool check_complete(struct ep_command_line *line, struct ep_error *err)
{
    if (line->command == NULL) {
        line->command = &ep_commands[EP_COMMAND_RUN];
    }
    if (!check_options(line, err)) {
        return false;
    }
    if (line->command->id == EP_COMMAND_NEW && line->name == NULL) {
        (void)ep_fail(err, EP_FAULT_USAGE, "no name for the migration");
        return ep_error_hint(err, "Write \"entrypoint new add_users\".");
    }
    if (line->command->id == EP_COMMAND_MARK
        && (line->tag_count > 0) == line->options[EP_OPTION_ALL]) {
        (void)ep_fail(err, EP_FAULT_USAGE, "%s",
                      line->tag_count > 0 ? "either migrations or --all" : "no migration to mark");
        return ep_error_hint(err,
                             "Write \"entrypoint mark 0000_init\" or \"entrypoint mark --all\".");
    }
    if (line->command->id == EP_COMMAND_RUN && line->server == NULL) {
        (void)ep_fail(err, EP_FAULT_USAGE, "no server to start");
        return ep_error_hint(err,
                             "Setting ENTRYPOINT in a Dockerfile clears the CMD inherited from "
                             "the base image; repeat CMD, or use \"migrate\" to migrate only.");
    }
    return true;
}

bool ep_command_line_parse(struct ep_arena *arena, char *const argv[],
                           struct ep_command_line *ret_line, struct ep_error *err)
{
    struct parsing parsing = {.next = argv[0] == NULL ? argv : argv + 1};
    size_t count = 0;

    while (argv[count] != NULL) {
        count++;
    }
    parsing.line.tags = ep_arena_array(arena, count, sizeof(*parsing.line.tags));

    while (!parsing.is_finished && *parsing.next != NULL) {
        const char *argument = *parsing.next++;
        bool is_parsed;

        if (strcmp(argument, "--") == 0) {
            is_parsed = parse_end_of_options(&parsing, err);
        } else if (argument[0] == '-' && argument[1] != '\0') {
            is_parsed = parse_flag(&parsing, argument, err);
        } else {
            is_parsed = parse_word(&parsing, argument, err);
        }
        if (!is_parsed) {
            return false;
        }
    }
    if (!check_complete(&parsing.line, err)) {
        return false;
    }
    *ret_line = parsing.line;
    return true;
}
