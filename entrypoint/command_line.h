/*
 * command_line.h - entrypoint [OPTIONS] [COMMAND] [OPTIONS] [--] [SERVER ARG...]
 *
 * The first word that is no command of ours is the server; it and all that
 * follows is passed on as it is, never looked at. "--" ends all doubt. After
 * `run`, options may follow up to the server; after the other commands they may
 * stand anywhere.
 *
 * Options are those of commands.h and a flag for every setting that has
 * one. "--name=value", "--name value", "-tvalue" and "-t value" are the same; of
 * an option that is repeated the last counts.
 */
#ifndef EP_ENTRYPOINT_COMMAND_LINE_H
#define EP_ENTRYPOINT_COMMAND_LINE_H

#include "entrypoint/commands.h"
#include "settings/load.h"

enum ep_help_page {
    EP_HELP_TEXT,
    EP_HELP_MAN,
    EP_HELP_MARKDOWN,
    EP_HELP_INI,
    EP_HELP_BASH,
    EP_HELP_ZSH,
    EP_HELP_FISH
};

struct ep_command_line {
    const struct ep_command *command;
    struct ep_settings_input settings; /* flags and config_path; environment is left NULL */
    char *const *server;               /* with run: argv from the server on, NULL at its end */
    const char *name;                  /* with new: of the migration */
    const char **tags;                 /* with mark: of migrations, the arena's */
    size_t tag_count;
    const char *steps, *to;              /* with rollback: one of them */
    const struct ep_command *help_topic; /* with help: the command to explain; NULL: everything */
    enum ep_help_page help_page;
    bool options[EP_OPTION_COUNT]; /* those that were given */
};

/*
 * Read argv, whose first element is this program's own name and whose end is NULL.
 *
 * Errors: EP_FAULT_USAGE. Values are not checked here, see ep_settings_load(),
 * and not repeated in errors.
 */
bool ep_command_line_parse(struct ep_arena *arena, char *const argv[],
                           struct ep_command_line *ret_line, struct ep_error *err) EP_MUST_CHECK;

#endif
