#include "base/error.h"
#include "entrypoint/help.h"
#include "settings/database.h"
#include "settings/document.h"

/* Fixed, so that the page is the same whenever it is made. Changed with the version. */
#define MANUAL_DATE "2026-11-20"

static const char *const opening =
    ".TH ENTRYPOINT 1 \"" MANUAL_DATE "\" \"entrypoint " EP_VERSION "\" \"User Commands\"\n"
    ".SH NAME\n"
    "entrypoint \\- wait for PostgreSQL, apply Drizzle migrations, become the server\n"
    ".SH SYNOPSIS\n"
    "\\fBentrypoint\\fR [\\fIOPTIONS\\fR] [\\fICOMMAND\\fR] [\\fIOPTIONS\\fR] [\\fB\\-\\-\\fR]\n"
    "[\\fISERVER\\fR [\\fIARG\\fR...]]\n"
    ".SH DESCRIPTION\n"
    "\\fBentrypoint\\fR is meant as the ENTRYPOINT of a container image.\n"
    "It waits until the PostgreSQL server behind DATABASE_URL accepts a login,\n"
    "applies the migrations that drizzle\\-kit wrote and that are still pending,\n"
    "checks that critical tables exist, and then replaces itself with the server,\n"
    "which keeps the process ID and gets every signal.\n"
    ".PP\n"
    "What was applied is recorded as drizzle\\-orm records it:\n"
    "either may go on where the other left off.\n"
    "Any number of containers may start at once: one of them migrates, the others\n"
    "wait for it.\n"
    "A migration that fails is rolled back, and the server is not started.\n"
    ".PP\n"
    "The first word that is no command is the server;\n"
    "it and everything behind it is passed on as it is.\n";

static const char *const settings_opening =
    ".SH SETTINGS\n"
    "Each has a name in the file, a flag and an environment variable.\n"
    "The first of these that has a value gives it: flag, environment, file, default.\n"
    "A DURATION is a whole number followed by ms, s, m or h.\n";

static const char *const environment_opening =
    ".SH ENVIRONMENT\n"
    "Every setting has a variable, see above.\n"
    "The connection string is that of the first of these which is set and not empty:\n";

static const char *const environment_closing =
    ".PP\n"
    "The setting [database] url of the file goes after the first of them.\n"
    "For each, NAME_FILE names a file that holds the value;\n"
    "one line ending at its end does not count.\n"
    "When none is set, and PGHOST, PGHOSTADDR or PGSERVICE is, libpq's own\n"
    "variables are used.\n"
    "When another than DATABASE_URL is used and DATABASE_URL is set too,\n"
    "both must name the same database.\n"
    ".TP\n"
    ".B ENTRYPOINT_CONFIG\n"
    "The same as \\fB\\-\\-config\\fR.\n"
    ".PP\n"
    "A variable that begins with ENTRYPOINT_ and is not known gives a warning.\n";

static const char *const files =
    ".SH FILES\n"
    ".TP\n"
    ".I entrypoint.ini\n"
    "Settings, read from the working directory if it is there.\n"
    "A line is \\(dq[section]\\(dq, \\(dqkey = value\\(dq,\n"
    "or a comment that begins with \\(dq;\\(dq or \\(dq#\\(dq.\n"
    "A value ends with its line and has no quotes.\n"
    "An unknown section or key is an error.\n"
    ".TP\n"
    ".I drizzle/meta/_journal.json\n"
    "The list of migrations, in the order to apply them.\n"
    ".TP\n"
    ".I /dev/termination\\-log\n"
    "Gets one line when something failed, where it can be written, as on Kubernetes.\n";

static const char *const closing =
    ".SH EXAMPLES\n"
    "In a Dockerfile:\n"
    ".PP\n"
    ".EX\n"
    "ENTRYPOINT [\"/entrypoint\"]\n"
    "CMD [\"node\", \"dist/index.js\"]\n"
    ".EE\n"
    ".PP\n"
    "As an init container of Kubernetes, or a pre\\-deploy command:\n"
    ".PP\n"
    ".EX\n"
    "command: [\"/entrypoint\", \"migrate\"]\n"
    ".EE\n"
    ".PP\n"
    "Wait at most five minutes, then start a server whose name is that of a command:\n"
    ".PP\n"
    ".EX\n"
    "entrypoint \\-\\-timeout 5m \\-\\- migrate \\-\\-port 3000\n"
    ".EE\n"
    ".PP\n"
    "See which value each setting has, and why:\n"
    ".PP\n"
    ".EX\n"
    "entrypoint config\n"
    ".EE\n"
    ".SH SEE ALSO\n"
    ".BR psql (1)\n"
    ".PP\n"
    "Drizzle's migrations: https://orm.drizzle.team/docs/migrations\n"
    ".PP\n"
    "libpq's variables: https://www.postgresql.org/docs/current/libpq\\-envars.html\n";

static void add_commands(struct ep_text *out)
{
    ep_text_add(out, ".SH COMMANDS\n");
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        const struct ep_command *command = &ep_commands[i];
        ep_text_format(out, ".TP\n\\fB%s\\fR", command->name);
        if (command->arguments[0] != '\0') {
            ep_text_add_byte(out, ' ');
            ep_document_roff(out, command->arguments);
        }
        if (command->alias != NULL) {
            ep_text_format(out, ", \\fB%s\\fR", command->alias);
        }
        ep_text_add_byte(out, '\n');
        struct ep_text summary EP_CLEANUP(ep_text_clear) = {0};
        ep_document_capital(&summary, command->summary);
        ep_text_format(&summary, ". %s", command->manual);
        ep_document_prose(out, ep_text_get(&summary));
    }
}

static void add_options(struct ep_text *out)
{
    ep_text_add(out, ".SH OPTIONS\n");
    for (size_t i = 0; i < EP_OPTION_COUNT; i++) {
        const struct ep_option *option = &ep_options[i];
        ep_text_add(out, ".TP\n");
        if (option->letter != '\0') {
            ep_text_format(out, "\\fB\\-%c\\fR, ", option->letter);
        }
        ep_text_format(out, "\\fB\\-\\-%s\\fR", option->name);
        if (option->argument != NULL) {
            ep_text_format(out, "=\\fI%s\\fR", option->argument);
        }
        ep_text_add_byte(out, '\n');
        struct ep_text summary EP_CLEANUP(ep_text_clear) = {0};
        ep_document_capital(&summary, option->summary);
        if (option->commands != NULL) {
            ep_text_add(&summary, strchr(option->commands, ' ') == NULL ? "; with the command "
                                                                        : "; with the commands ");
            for (const char *at = option->commands; *at != '\0'; at++) {
                ep_text_format(&summary, *at == ' ' ? ",%c" : "%c", *at);
            }
        }
        ep_text_add_byte(&summary, '.');
        ep_document_prose(out, ep_text_get(&summary));
    }
    ep_text_add(out, ".PP\nEvery setting but the connection string has a flag too, see below.\n"
                     "Of an option that is repeated the last counts.\n");
}

static void add_environment(struct ep_text *out)
{
    ep_text_add(out, environment_opening);
    for (size_t i = 0; ep_database_variable(i) != NULL; i++) {
        ep_text_format(out, "%s\n%s\n", i == 0 ? ".PP" : ".br", ep_database_variable(i));
    }
    ep_text_add(out, environment_closing);
}

static void add_exit_statuses(struct ep_text *out)
{
    ep_text_add(out, ".SH EXIT STATUS\n");
    const struct ep_fault_row *row;
    for (size_t i = 0; (row = ep_fault_row(i)) != NULL; i++) {
        struct ep_text meaning EP_CLEANUP(ep_text_clear) = {0};
        ep_document_capital(&meaning, row->meaning);
        ep_text_add_byte(&meaning, '.');
        ep_text_format(out, ".TP\n.B %d\n", row->exit_status);
        ep_document_prose(out, ep_text_get(&meaning));
    }
}

void ep_help_man(struct ep_text *out)
{
    ep_text_add(out, opening);
    add_commands(out);
    add_options(out);
    ep_text_add(out, settings_opening);
    ep_document_man(out);
    add_environment(out);
    ep_text_add(out, files);
    add_exit_statuses(out);
    ep_text_add(out, closing);
}
