#include "entrypoint/help.h"

#include "base/check.h"
#include "base/error.h"
#include "entrypoint/completion.h"
#include "settings/database.h"
#include "settings/document.h"

static const char *const indent = "        ";

static void add_usage(struct ep_text *out, const struct ep_command *command)
{
    ep_text_add(out, "Usage: entrypoint [OPTIONS] ");
    if (command == NULL) {
        ep_text_add(out, "[COMMAND] [OPTIONS] [--] [SERVER [ARG...]]\n");
    } else {
        ep_text_format(out, "%s [OPTIONS]%s%s\n", command->name,
                       command->arguments[0] == '\0' ? "" : " ", command->arguments);
    }
}

static void add_commands(struct ep_text *out)
{
    ep_text_add(out, "\nCommands:\n");
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        const struct ep_command *command = &ep_commands[i];
        struct ep_text names EP_CLEANUP(ep_text_clear) = {0};
        ep_text_add(&names, command->name);
        if (command->alias != NULL) {
            ep_text_format(&names, ", %s", command->alias);
        }
        ep_text_format(out, "  %-16s %s\n", ep_text_get(&names), command->summary);
    }
}

static void add_options(struct ep_text *out, const struct ep_command *command)
{
    for (size_t i = 0; i < EP_OPTION_COUNT; i++) {
        const struct ep_option *option = &ep_options[i];
        if (!ep_option_is_for(option, command)) {
            continue;
        }
        ep_text_add(out, "  ");
        if (option->letter != '\0') {
            ep_text_format(out, "-%c, ", option->letter);
        }
        ep_text_format(out, "--%s", option->name);
        if (option->argument != NULL) {
            ep_text_format(out, "=%s", option->argument);
        }
        ep_text_format(out, "\n%s", indent);
        ep_document_capital(out, option->summary);
        ep_text_add_byte(out, '\n');
    }
}

static void add_environment(struct ep_text *out)
{
    ep_text_add(out, "\nEnvironment:\n  The connection string is that of the first of these which "
                     "is set:\n");
    for (size_t i = 0; ep_database_variable(i) != NULL; i++) {
        ep_text_format(out, "%s%s\n", indent, ep_database_variable(i));
    }
    ep_document_wrap(out, "  ",
                     "The setting [database] url of the file goes after the first. NAME_FILE "
                     "instead of NAME names a file that holds the value. Without any, libpq's own "
                     "PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE and so on are used.");
    ep_document_wrap(out, "  ",
                     "ENTRYPOINT_CONFIG is the same as --config. A flag goes before the "
                     "environment, the environment before the file.");
}

static void add_exit_statuses(struct ep_text *out)
{
    ep_text_add(out, "\nExit statuses:\n");
    const struct ep_fault_row *row;
    for (size_t i = 0; (row = ep_fault_row(i)) != NULL; i++) {
        ep_text_format(out, "  %3d  %s\n", row->exit_status, row->meaning);
    }
}

static void add_everything(struct ep_text *out)
{
    add_usage(out, NULL);
    ep_text_add_byte(out, '\n');
    ep_document_wrap(out, "",
                     "Waits for PostgreSQL, applies Drizzle migrations, verifies tables, and "
                     "becomes the server: a container's ENTRYPOINT. The first word that is no "
                     "command is the server.");
    add_commands(out);
    ep_text_add(out, "\nOptions:\n");
    add_options(out, NULL);
    ep_document_flags(out, NULL);
    add_environment(out);
    add_exit_statuses(out);
    ep_text_add(out, "\n\"entrypoint help COMMAND\" explains a command.\n");
}

static void add_command(struct ep_text *out, const struct ep_command *command)
{
    add_usage(out, command);
    ep_text_add_byte(out, '\n');
    ep_document_capital(out, command->summary);
    ep_text_add(out, ".\n");
    ep_document_wrap(out, "", command->manual);
    if (command->alias != NULL) {
        ep_text_format(out, "\nAlias: %s\n", command->alias);
    }
    ep_text_add(out, "\nOptions:\n");
    add_options(out, command);
    ep_document_flags(out, command->sections);
}

void ep_help_text(struct ep_text *out, const struct ep_command *topic)
{
    if (topic == NULL) {
        add_everything(out);
    } else {
        add_command(out, topic);
    }
}

/* In a table a bar ends the cell, in code as well. */
static void add_cell_text(struct ep_text *out, const char *text)
{
    for (; *text != '\0'; text++) {
        ep_text_format(out, *text == '|' ? "\\%c" : "%c", *text);
    }
}

static void add_markdown_commands(struct ep_text *out)
{
    ep_text_add(out, "| Command | Does |\n|---|---|\n");
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        const struct ep_command *command = &ep_commands[i];
        ep_text_format(out, "| `%s%s", command->name, command->arguments[0] == '\0' ? "" : " ");
        add_cell_text(out, command->arguments);
        ep_text_add(out, "`");
        if (command->alias != NULL) {
            ep_text_format(out, ", `%s`", command->alias);
        }
        ep_text_format(out, " | %s |\n", command->summary);
    }
}

static void add_markdown_exit_statuses(struct ep_text *out)
{
    ep_text_add(out, "| Status | Meaning |\n|---|---|\n");
    const struct ep_fault_row *row;
    for (size_t i = 0; (row = ep_fault_row(i)) != NULL; i++) {
        ep_text_format(out, "| %d | %s |\n", row->exit_status, row->meaning);
    }
}

void ep_help_markdown(struct ep_text *out)
{
    ep_text_add(out, "<!-- commands -->\n");
    add_markdown_commands(out);
    ep_text_add(out, "<!-- /commands -->\n\n<!-- settings -->\n");
    ep_document_markdown(out);
    ep_text_add(out, "<!-- /settings -->\n\n<!-- exit statuses -->\n");
    add_markdown_exit_statuses(out);
    ep_text_add(out, "<!-- /exit statuses -->\n");
}

void ep_help_ini(struct ep_text *out)
{
    ep_text_add(out, "; entrypoint.ini - every setting, with its default.\n;\n");
    ep_document_wrap(
        out, "; ",
        "Read from the working directory if it is there, or as --config or "
        "ENTRYPOINT_CONFIG say. Flags and environment variables go before it. A value "
        "ends with its line and has no quotes; \";\" and \"#\" begin a comment only at "
        "the beginning of a line. This file was written by \"entrypoint help --ini\".");
    ep_text_add_byte(out, '\n');
    ep_document_ini(out);
}

void ep_help_version(struct ep_text *out)
{
    ep_text_add(out, "entrypoint " EP_VERSION "\n");
}

void ep_help_page(struct ep_text *out, enum ep_help_page page, const struct ep_command *topic)
{
    switch (page) {
    case EP_HELP_TEXT:
        ep_help_text(out, topic);
        return;
    case EP_HELP_MAN:
        ep_help_man(out);
        return;
    case EP_HELP_MARKDOWN:
        ep_help_markdown(out);
        return;
    case EP_HELP_INI:
        ep_help_ini(out);
        return;
    case EP_HELP_BASH:
        ep_completion_bash(out);
        return;
    case EP_HELP_ZSH:
        ep_completion_zsh(out);
        return;
    case EP_HELP_FISH:
        ep_completion_fish(out);
        return;
    }
    EP_CHECK(false);
}
