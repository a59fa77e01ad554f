#include "entrypoint/commands.h"

#include "settings/suggest.h"

const struct ep_command ep_commands[EP_COMMAND_COUNT] = {
    {
        .id = EP_COMMAND_RUN,
        .name = "run",
        .arguments = "[--] SERVER [ARG...]",
        .sections = NULL,
        .summary = "wait, migrate, verify, then become the server",
        .manual = "The default: a first word that is no command is the server, and everything "
                  "behind it belongs to the server. \"--\" before the server ends all doubt.",
    },
    {
        .id = EP_COMMAND_WAIT,
        .name = "wait",
        .arguments = "",
        .sections = "database wait log",
        .summary = "wait until PostgreSQL accepts a login and answers",
        .manual = "For start-up scripts and init containers that need the database and change "
                  "nothing in it.",
    },
    {
        .id = EP_COMMAND_MIGRATE,
        .name = "migrate",
        .alias = "apply",
        .arguments = "",
        .sections = "database wait migrate drizzle numbered verify hooks log",
        .summary = "wait, migrate, verify, and exit",
        .manual =
            "For an init container, a Kubernetes Job, a pre-deploy or a release command. When "
            "nothing is pending, nothing is locked and nothing is written.",
    },
    {
        .id = EP_COMMAND_VERIFY,
        .name = "verify",
        .arguments = "",
        .sections = "database wait verify log",
        .summary = "wait, check that the critical tables exist, and exit",
        .manual = "The tables are those of the setting verify.tables. Nothing is changed.",
    },
    {
        .id = EP_COMMAND_STATUS,
        .name = "status",
        .prints = true,
        .arguments = "",
        .sections = "database wait migrate drizzle numbered log",
        .summary = "show every migration: applied, pending, and what is unusual",
        .manual =
            "One line for each migration and for each row of the tracking table that belongs to "
            "none, then the reasons for what is unusual, then the counts. Times are UTC: "
            "CREATED is the migration's own, APPLIED is known where Drizzle 1.x made the table. "
            "Nothing is locked or written; USAGE on the schema and SELECT on the table suffice. "
            "While a replica is migrating the exit status is 75. With --json the output is one "
            "object: table (text), exists, applied, pending, skipped (counts), migrations (an "
            "array of objects with tag, state: \"applied\", \"pending\" or \"skipped\", "
            "created_at: milliseconds since 1970 or null, applied_at: RFC 3339 or null, hash, "
            "recorded_hash: text or null, edited, line_endings_differ, out_of_order, "
            "drizzle_runs_again, in_future, renamed, notes: texts), unknown (rows without a "
            "migration: "
            "id, name: text or null, created_at: milliseconds or null, applied_at, hash), notes "
            "(texts about the table). With folders of several tables it is one object with the "
            "totals applied, pending and skipped, and tiers, an array of such objects. Members may "
            "be added.",
    },
    {
        .id = EP_COMMAND_PLAN,
        .name = "plan",
        .prints = true,
        .arguments = "",
        .sections = "database wait migrate drizzle log",
        .summary = "show what migrate would run, and what may go wrong with it",
        .manual =
            "Each pending migration with the number of its statements, where transactions begin "
            "and end and why, and below it its hazards with their places: what loses data, fails, "
            "locks or rewrites a table, or breaks servers that run, judged with the size of the "
            "table and with what the database knows. Nothing is locked or written; USAGE on the "
            "schema and SELECT on the tracking table suffice. With --sql the statements are "
            "printed for psql, in their transactions; the rows of the tracking table are not "
            "among them: record them with mark. With migrate.hazards = fail a hazard that is not "
            "accepted makes the exit status 66, for a check before a release. With --json the "
            "output is one object: pending, statements, transactions (counts), tiers (an array of "
            "objects with table, exists, pending, applied, notes: texts, and steps: objects with "
            "kind: \"begin\", \"commit\", \"run\", \"record\", \"apart\", \"upgrade\" or "
            "\"names\", tag and file of a migration, statements: a count, reason: text or null, "
            "and of \"apart\" the parts: first: the statement's number from 1, count, alone), "
            "dangers, warnings, notes, accepted (counts), hazards (objects with hazard: its name, "
            "class, severity: \"danger\", \"warning\" or \"note\", accepted, tag, file, line, "
            "column, object, message, remedy). Members may be added.",
    },
    {
        .id = EP_COMMAND_CHECK,
        .name = "check",
        .prints = true,
        .arguments = "",
        .sections = "database wait migrate drizzle log",
        .summary = "compare the database with what its migrations describe",
        .manual =
            "The newest applied migration of each folder has a snapshot, which drizzle-kit wrote: "
            "schemas, tables, columns, primary keys, uniques, foreign keys, checks, indexes, "
            "enums, sequences, views, row level security and policies are compared with the "
            "catalogs. One line for each difference, below the table that it is in: \"+\" is only "
            "in the database, \"-\" is missing from it, \"~\" is different, with both sides. Of "
            "defaults, checks and expressions only that they are there is compared, of views their "
            "kind. What is extra is a note, and counts only with --strict; other schemas than "
            "those that the snapshot uses are not looked at. Without a snapshot, or with one that "
            "does not know of all applied migrations, it cannot be checked: exit status 66; an "
            "older one is never taken. The folders are checked as well: tags and times that occur "
            "twice or are in the future, SQL files that never run, snapshots that are missing, "
            "malformed or do not follow each other. With --folder that is all, and no connection "
            "is made. Exit status 1 when anything but notes was found. Nothing is locked or "
            "written. With --json the output is one object: faults, notes (counts), findings "
            "(about the folders: objects with text and note: true where it does not count), "
            "folders (folder, newest: the tag, pending: a count, snapshot: a path, reason: why it "
            "cannot be checked; text or null), tables (a count), types_refused (text or null: why "
            "types were not compared), differences (objects with kind: \"missing\", \"extra\" or "
            "\"changed\", table: text or null, object, property, snapshot and database: the two "
            "sides, or null, note). Members may be added.",
    },
    {
        .id = EP_COMMAND_MARK,
        .name = "mark",
        .prints = true,
        .arguments = "TAG... | --all",
        .sections = "database wait migrate drizzle numbered log",
        .summary = "record migrations as applied without running them",
        .manual =
            "For a database that has what they do already: built by \"drizzle-kit push\", or "
            "changed by hand. Check first that it has; nothing here does. The rows are those that "
            "Drizzle would write, and each is printed. All of them are recorded or none: a TAG "
            "that no migration has, or that is recorded already, is refused. Takes the locks that "
            "migrate takes, and creates the tracking table where there is none. With --all, "
            "everything that is not recorded yet is.",
    },
    {
        .id = EP_COMMAND_ROLLBACK,
        .name = "rollback",
        .arguments = "--steps NUMBER | --to TAG",
        .sections = "database wait migrate drizzle numbered log",
        .summary = "undo the newest migrations with the SQL written for that",
        .manual =
            "Runs what somebody wrote beside each migration: TAG.down.sql, down.sql in the folder "
            "of "
            "a migration of drizzle-kit 1.0, or the part of a file of dbmate, goose or sql-migrate "
            "that goes down. Newest first, in one transaction, and the rows of the tracking tables "
            "go with it. With --to, everything behind TAG is undone, TAG itself stays. Where one "
            "of "
            "them has no such SQL, or it holds a statement that cannot be in a transaction, "
            "nothing "
            "is done. Takes the locks that migrate takes. Never happens by itself: a start only "
            "goes forward.",
    },
    {
        .id = EP_COMMAND_NEW,
        .name = "new",
        .prints = true,
        .alias = "generate",
        .arguments = "NAME",
        .sections = "migrate log",
        .summary = "write a new, empty migration for you to fill in",
        .manual =
            "As \"drizzle-kit generate --custom --name NAME\", byte for byte, in the layout and "
            "with the prefix that the folder has: the SQL file, the snapshot, and the entry in "
            "the journal. drizzle-kit goes on from there. The paths that were written are printed, "
            "one a line. In a folder of numbered files it is a file with the next number. No "
            "connection is made. A folder that is named with --dirs is made if it "
            "does not exist.",
    },
    {
        .id = EP_COMMAND_CONFIG,
        .name = "config",
        .prints = true,
        .arguments = "",
        .sections = NULL,
        .summary = "show every setting, its value and where it came from",
        .manual = "Secrets are shown as (set). No connection is made.",
    },
    {
        .id = EP_COMMAND_HELP,
        .name = "help",
        .prints = true,
        .arguments = "[COMMAND]",
        .sections = "",
        .summary = "explain a command, or everything",
        .manual =
            "Other forms of the same: --man writes the manual page, --markdown the tables of "
            "README.md, --ini an entrypoint.ini with every setting, --bash, --zsh and --fish what "
            "completes command lines in these shells.",
    },
    {
        .id = EP_COMMAND_VERSION,
        .name = "version",
        .prints = true,
        .arguments = "",
        .sections = "",
        .summary = "show the version",
        .manual = "The same as the option --version.",
    },
};

const struct ep_option ep_options[EP_OPTION_COUNT] = {
    {EP_OPTION_CONFIG, "config", 'c', "FILE", NULL,
     "read this file in the place of entrypoint.ini"},
    {EP_OPTION_HELP, "help", 'h', NULL, NULL, "explain the command, or everything"},
    {EP_OPTION_VERSION, "version", 'V', NULL, NULL, "show the version"},
    {EP_OPTION_MAN, "man", '\0', NULL, "help", "write the manual page"},
    {EP_OPTION_MARKDOWN, "markdown", '\0', NULL, "help", "write the tables of README.md"},
    {EP_OPTION_INI, "ini", '\0', NULL, "help", "write an entrypoint.ini with every setting"},
    {EP_OPTION_BASH, "bash", '\0', NULL, "help", "write the completions for bash"},
    {EP_OPTION_ZSH, "zsh", '\0', NULL, "help", "write the completions for zsh"},
    {EP_OPTION_FISH, "fish", '\0', NULL, "help", "write the completions for fish"},
    {EP_OPTION_LICENSES, "licenses", '\0', NULL, "version",
     "show the licences of what this program is linked with"},
    {EP_OPTION_JSON, "json", '\0', NULL, "status plan check", "write one JSON document"},
    {EP_OPTION_SQL, "sql", '\0', NULL, "plan", "print the SQL, for psql"},
    {EP_OPTION_EXIT_CODE, "exit-code", '\0', NULL, "status",
     "exit with status 1 when a migration is pending"},
    {EP_OPTION_STRICT, "strict", '\0', NULL, "check", "what is only in the database counts, too"},
    {EP_OPTION_FOLDER, "folder", '\0', NULL, "check",
     "check the folders alone, without a database"},
    {EP_OPTION_ALL, "all", '\0', NULL, "mark", "everything that is not recorded yet"},
    {EP_OPTION_STEPS, "steps", '\0', "NUMBER", "rollback", "undo this many migrations"},
    {EP_OPTION_TO, "to", '\0', "TAG", "rollback", "undo everything behind this migration"},
};

bool ep_option_is_for(const struct ep_option *option, const struct ep_command *command)
{
    if (option->commands == NULL || command == NULL) {
        return option->commands == NULL;
    }
    size_t size = strlen(command->name);
    for (const char *word = option->commands; *word != '\0';) {
        size_t word_size = strcspn(word, " ");
        if (word_size == size && memcmp(word, command->name, size) == 0) {
            return true;
        }
        word += word_size + (word[word_size] == ' ');
    }
    return false;
}

const struct ep_command *ep_command_find(const char *word)
{
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        const struct ep_command *command = &ep_commands[i];
        if (strcmp(word, command->name) == 0
            || (command->alias != NULL && strcmp(word, command->alias) == 0)) {
            return command;
        }
    }
    return NULL;
}

const char *ep_command_suggest(const char *word)
{
    struct ep_suggestion suggestion = {.word = ep_span_of(word)};
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        ep_suggest_offer(&suggestion, ep_commands[i].name);
        if (ep_commands[i].alias != NULL) {
            ep_suggest_offer(&suggestion, ep_commands[i].alias);
        }
    }
    const struct ep_command *command = ep_command_find(suggestion.nearest);
    if (command == NULL) {
        return NULL;
    }
    return strcmp(suggestion.nearest, command->name) == 0 ? command->name : command->alias;
}
