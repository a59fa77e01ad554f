#include "entrypoint/completion.h"

#include "entrypoint/commands.h"
#include "settings/document.h"

/* What a value is made of, beyond the choices that its type has. */
static bool is_path(const char *argument)
{
    return strcmp(argument, "FILE") == 0 || strcmp(argument, "DIRS") == 0;
}

/* One flag, of an option or of a setting. */
struct flag {
    const char *name;           /* without dashes */
    char letter;                /* or '\0' */
    const char *argument;       /* NULL: takes no value */
    const char *const *choices; /* NULL: none */
    const char *summary;
};

typedef void visit(struct ep_text *out, const struct flag *flag);

/* Every flag of a command, or with NULL those of no command; a setting's second name too. */
static void visit_flags(struct ep_text *out, const struct ep_command *command, visit *add)
{
    for (size_t i = 0; i < EP_OPTION_COUNT; i++) {
        const struct ep_option *option = &ep_options[i];
        if (ep_option_is_for(option, command)) {
            add(out, &(struct flag){.name = option->name,
                                    .letter = option->letter,
                                    .argument = option->argument,
                                    .summary = option->summary});
        }
    }
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        if (!ep_document_has_flag(row, command == NULL ? NULL : command->sections)) {
            continue;
        }
        struct ep_setting_name name = ep_setting_flag(row);
        struct flag flag = {.name = name.text,
                            .argument = row->argument,
                            .choices = row->type->choices,
                            .summary = row->summary};
        add(out, &flag);
        if (row->alias != NULL) {
            flag.name = row->alias;
            flag.letter = row->letter;
            add(out, &flag);
        }
    }
}

static void add_choices(struct ep_text *out, const struct flag *flag)
{
    for (size_t i = 0; flag->choices != NULL && flag->choices[i] != NULL; i++) {
        ep_text_format(out, "%s%s", i == 0 ? "" : " ", flag->choices[i]);
    }
}

/* In single quotes for any of the shells, with a backslash before each of some bytes. */
static void add_escaped(struct ep_text *out, const char *text, const char *escaped)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            ep_text_add(out, "'\\''");
            continue;
        }
        if (strchr(escaped, *text) != NULL) {
            ep_text_add_byte(out, '\\');
        }
        ep_text_add_byte(out, *text);
    }
}

static void add_command_names(struct ep_text *out, const char *separator)
{
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        const struct ep_command *command = &ep_commands[i];
        ep_text_format(out, "%s%s", i == 0 ? "" : separator, command->name);
        if (command->alias != NULL) {
            ep_text_format(out, "%s%s", separator, command->alias);
        }
    }
}

/* "run)" or "migrate | apply)" */
static void add_pattern(struct ep_text *out, const struct ep_command *command)
{
    ep_text_format(out, "    %s", command->name);
    if (command->alias != NULL) {
        ep_text_format(out, " | %s", command->alias);
    }
    ep_text_add(out, ") ");
}

static void add_bash_flag(struct ep_text *out, const struct flag *flag)
{
    ep_text_format(out, " --%s", flag->name);
}

static void add_bash_valued(struct ep_text *out, const struct flag *flag)
{
    if (flag->argument != NULL) {
        ep_text_format(out, " | --%s", flag->name);
        if (flag->letter != '\0') {
            ep_text_format(out, " | -%c", flag->letter);
        }
    }
}

static void add_bash_value(struct ep_text *out, const struct flag *flag)
{
    if (flag->argument == NULL || (flag->choices == NULL && !is_path(flag->argument))) {
        return;
    }
    ep_text_format(out, "    --%s", flag->name);
    if (flag->letter != '\0') {
        ep_text_format(out, " | -%c", flag->letter);
    }
    if (flag->choices == NULL) {
        ep_text_add(out, ") mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;\n");
    } else {
        ep_text_add(out, ") mapfile -t COMPREPLY < <(compgen -W '");
        add_choices(out, flag);
        ep_text_add(out, "' -- \"$word\"); return ;;\n");
    }
}

void ep_completion_bash(struct ep_text *out)
{
    ep_text_add(out,
                "# Completions of entrypoint for bash, written by \"entrypoint help --bash\".\n"
                "# shellcheck disable=SC2221,SC2222 # a flag with choices has flags behind it\n"
                "_entrypoint() {\n"
                "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
                "    local command='' flags i\n"
                "    COMPREPLY=()\n"
                "    [ \"$word\" != = ] || word=\n"
                "    [ \"$previous\" != = ] || previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
                "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                "        case ${COMP_WORDS[i]} in\n"
                "        --) return ;;\n        ''");
    visit_flags(out, NULL, add_bash_valued);
    ep_text_add(out, ")\n"
                     "            i=$((i + 1))\n"
                     "            [ \"${COMP_WORDS[i]}\" != = ] || i=$((i + 1))\n"
                     "            ;;\n"
                     "        -*) ;;\n        ");
    add_command_names(out, " | ");
    ep_text_add(out, ")\n"
                     "            [ -z \"$command\" ] || return\n"
                     "            command=${COMP_WORDS[i]}\n"
                     "            ;;\n"
                     "        *) [ -n \"$command\" ] && [ \"$command\" != run ] || return ;;\n"
                     "        esac\n"
                     "    done\n"
                     "    case $previous in\n");
    visit_flags(out, NULL, add_bash_value);
    ep_text_add(out, "    ''");
    visit_flags(out, NULL, add_bash_valued);
    ep_text_add(out, ") return ;;\n    esac\n    case $command in\n");
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        add_pattern(out, &ep_commands[i]);
        ep_text_add(out, "flags='");
        visit_flags(out, &ep_commands[i], add_bash_flag);
        ep_text_add(out, "' ;;\n");
    }
    ep_text_add(out, "    *) flags='");
    visit_flags(out, NULL, add_bash_flag);
    ep_text_add(out, "' ;;\n    esac\n"
                     "    case $command:$word in\n"
                     "    *:-*) mapfile -t COMPREPLY < <(compgen -W \"$flags\" -- \"$word\") ;;\n"
                     "    help:*) mapfile -t COMPREPLY < <(compgen -W '");
    add_command_names(out, " ");
    ep_text_add(out, "' -- \"$word\") ;;\n"
                     "    run:*) mapfile -t COMPREPLY < <(compgen -c -- \"$word\") ;;\n"
                     "    :*) mapfile -t COMPREPLY < <(compgen -W '");
    add_command_names(out, " ");
    ep_text_add(out, "' -- \"$word\"; compgen -c -- \"$word\") ;;\n"
                     "    esac\n"
                     "}\n"
                     "complete -o default -F _entrypoint entrypoint\n");
}

static void add_zsh_flag(struct ep_text *out, const struct flag *flag)
{
    ep_text_format(out, " \\\n            '--%s%s[", flag->name, flag->argument == NULL ? "" : "=");
    add_escaped(out, flag->summary, "[]:\\");
    ep_text_add_byte(out, ']');
    if (flag->argument != NULL) {
        ep_text_format(out, ":%s:", flag->argument);
        if (flag->choices != NULL) {
            ep_text_add_byte(out, '(');
            add_choices(out, flag);
            ep_text_add_byte(out, ')');
        } else if (is_path(flag->argument)) {
            ep_text_add(out, "_files");
        }
    }
    ep_text_add_byte(out, '\'');
}

static void add_zsh_command(struct ep_text *out, const char *name, const char *summary)
{
    ep_text_format(out, "        '%s:", name);
    add_escaped(out, summary, ":\\");
    ep_text_add(out, "'\n");
}

void ep_completion_zsh(struct ep_text *out)
{
    ep_text_add(out, "#compdef entrypoint\n"
                     "# Completions of entrypoint for zsh, written by \"entrypoint help --zsh\".\n"
                     "_entrypoint() {\n"
                     "    local curcontext=$curcontext state line\n"
                     "    local -a commands=(\n");
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        add_zsh_command(out, ep_commands[i].name, ep_commands[i].summary);
        if (ep_commands[i].alias != NULL) {
            add_zsh_command(out, ep_commands[i].alias, ep_commands[i].summary);
        }
    }
    ep_text_add(out, "    )\n    _arguments -C -S");
    visit_flags(out, NULL, add_zsh_flag);
    ep_text_add(out, " \\\n            '1: :->command' '*:: :->rest'\n"
                     "    case $state in\n"
                     "    command)\n"
                     "        _describe -t commands command commands\n"
                     "        _command_names -e\n"
                     "        return ;;\n"
                     "    rest) ;;\n"
                     "    *) return ;;\n"
                     "    esac\n"
                     "    case $words[1] in\n");
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        const struct ep_command *command = &ep_commands[i];
        bool has_server = command->id == EP_COMMAND_RUN;
        add_pattern(out, command);
        ep_text_add(out, "_arguments -S");
        visit_flags(out, command, add_zsh_flag);
        if (command->id == EP_COMMAND_HELP) {
            ep_text_add(out, " \\\n            '1:command:(");
            add_command_names(out, " ");
            ep_text_add(out, ")'");
        }
        ep_text_format(out, "%s ;;\n", has_server ? " \\\n            '*:::server: _normal'" : "");
    }
    ep_text_add(out, "    *) _normal ;;\n    esac\n}\n_entrypoint \"$@\"\n");
}

/* Where a flag may stand: anywhere, or behind the commands that have it. */
static void add_fish_flags(struct ep_text *out, const struct flag *flag, const char *condition)
{
    ep_text_format(out, "complete -c entrypoint%s -l %s", condition, flag->name);
    if (flag->letter != '\0') {
        ep_text_format(out, " -s %c", flag->letter);
    }
    if (flag->argument != NULL) {
        ep_text_add(out, is_path(flag->argument) ? " -r -F" : " -x");
    }
    if (flag->choices != NULL) {
        ep_text_add(out, " -a '");
        add_choices(out, flag);
        ep_text_add_byte(out, '\'');
    }
    ep_text_add(out, " -d '");
    add_escaped(out, flag->summary, "\\");
    ep_text_add(out, "'\n");
}

static void add_fish_flag(struct ep_text *out, const struct flag *flag)
{
    add_fish_flags(out, flag, "");
}

void ep_completion_fish(struct ep_text *out)
{
    ep_text_add(out,
                "# Completions of entrypoint for fish, written by \"entrypoint help --fish\".\n");
    visit_flags(out, NULL, add_fish_flag);
    for (size_t i = 0; i < EP_OPTION_COUNT; i++) {
        const struct ep_option *option = &ep_options[i];
        if (option->commands != NULL) {
            struct ep_text condition EP_CLEANUP(ep_text_clear) = {0};
            ep_text_format(&condition, " -n '__fish_seen_subcommand_from %s'", option->commands);
            add_fish_flags(out,
                           &(struct flag){.name = option->name,
                                          .letter = option->letter,
                                          .argument = option->argument,
                                          .summary = option->summary},
                           ep_text_get(&condition));
        }
    }
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        ep_text_format(out, "complete -c entrypoint -n __fish_use_subcommand -a '%s%s%s' -d '",
                       ep_commands[i].name, ep_commands[i].alias == NULL ? "" : " ",
                       ep_commands[i].alias == NULL ? "" : ep_commands[i].alias);
        add_escaped(out, ep_commands[i].summary, "\\");
        ep_text_add(out, "'\n");
    }
}
