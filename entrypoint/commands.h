/*
 * commands.h - the commands, and the options that are not settings.
 *
 * From these tables come the command line's rules, --help, the manual page and
 * README.md.
 */
#ifndef EP_ENTRYPOINT_COMMANDS_H
#define EP_ENTRYPOINT_COMMANDS_H

#include "base/compiler.h"

#include <stdbool.h>

enum ep_command_id {
    EP_COMMAND_RUN,
    EP_COMMAND_WAIT,
    EP_COMMAND_MIGRATE,
    EP_COMMAND_VERIFY,
    EP_COMMAND_STATUS,
    EP_COMMAND_PLAN,
    EP_COMMAND_CHECK,
    EP_COMMAND_MARK,
    EP_COMMAND_ROLLBACK,
    EP_COMMAND_NEW,
    EP_COMMAND_CONFIG,
    EP_COMMAND_HELP,
    EP_COMMAND_VERSION,
    EP_COMMAND_COUNT
};

struct ep_command {
    enum ep_command_id id;
    const char *name;
    const char *alias;     /* or NULL */
    bool prints;           /* its output is what was asked for: the log keeps off it */
    const char *arguments; /* placeholder for the usage line, "" for none */
    const char *sections;  /* of the settings it uses, separated by blanks; NULL: all */
    const char *summary;   /* one line for --help */
    const char *manual;    /* sentences */
};
extern const struct ep_command ep_commands[EP_COMMAND_COUNT];

enum ep_option_id {
    EP_OPTION_CONFIG,
    EP_OPTION_HELP,
    EP_OPTION_VERSION,
    EP_OPTION_MAN,
    EP_OPTION_MARKDOWN,
    EP_OPTION_INI,
    EP_OPTION_BASH,
    EP_OPTION_ZSH,
    EP_OPTION_FISH,
    EP_OPTION_LICENSES,
    EP_OPTION_JSON,
    EP_OPTION_SQL,
    EP_OPTION_EXIT_CODE,
    EP_OPTION_STRICT,
    EP_OPTION_FOLDER,
    EP_OPTION_ALL,
    EP_OPTION_STEPS,
    EP_OPTION_TO,
    EP_OPTION_COUNT
};

/* An option that is not a setting. */
struct ep_option {
    enum ep_option_id id;
    const char *name;     /* without dashes */
    char letter;          /* or '\0' */
    const char *argument; /* placeholder, NULL: it takes no value */
    const char *commands; /* those that have it, separated by blanks; NULL: all */
    const char *summary;
};
extern const struct ep_option ep_options[EP_OPTION_COUNT];

/* Whether a command has the option; those that all have belong to no command (NULL), too. */
bool ep_option_is_for(const struct ep_option *option, const struct ep_command *command);

/* The command of that name or alias, or NULL. */
const struct ep_command *ep_command_find(const char *word);

/*
 * The name or alias that a word is probably a slip of the pen for, or NULL. For
 * the hint when a server of that name is not found.
 */
const char *ep_command_suggest(const char *word);

#endif
