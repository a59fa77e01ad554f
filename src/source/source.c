#include "source/source.h"

#include "source/conversion.h"
#include "source/folders.h"
#include "source/journal.h"
#include "source/numbered.h"
#include "system/file.h"

#include <errno.h>
#include <unistd.h>

#define COPY_HINT                                                                           \
    "Copy the folder into the image (COPY, .dockerignore), or name the right one with the " \
    "setting "                                                                              \
    "\"dirs\"."

/* Without the slashes at its end, so that paths below it read well. */
static const char *folder_name(struct ep_arena *arena, const char *folder)
{
    struct ep_span span = ep_span_of(folder);
    while (span.size > 1 && span.data[span.size - 1] == '/') {
        span.size--;
    }
    return ep_arena_copy(arena, span);
}

static bool fail_no_folder(struct ep_arena *arena, const char *folder, enum ep_file_type type,
                           struct ep_error *err)
{
    const char *const *names = NULL;
    size_t count = 0;

    if (type != EP_FILE_ABSENT) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "\"%s\" is not a folder", folder);
    } else if (ep_file_list(arena, folder, EP_FAULT_SOURCE, &names, &count, err)) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "\"%s\" changed while this program ran", folder);
    }
    return ep_error_hint(err, COPY_HINT);
}

/* What a folder without migrations is likely to be: for the hint only. */
struct guess {
    const char *nested; /* a folder in it that has migrations, or NULL */
    bool is_meta;       /* it is itself the folder of a journal */
    bool is_migration;  /* it is itself the folder of one migration */
    bool has_snapshots; /* folders of migrations, without the SQL */
    bool has_sql;       /* <name>.sql */
};

static bool has_migrations(struct ep_arena *arena, const char *folder)
{
    struct ep_error ignored = {0};
    struct ep_name_list names = {0};

    if (ep_file_type(ep_arena_format(arena, "%s/meta/_journal.json", folder)) != EP_FILE_ABSENT) {
        return true;
    }
    return ep_file_type(folder) == EP_FILE_FOLDER
           && ep_file_list(arena, folder, EP_FAULT_SOURCE, &names.items, &names.count, &ignored)
           && ep_folders_find(arena, folder, names).count > 0;
}

static struct guess guess_layout(struct ep_arena *arena, const char *folder,
                                 struct ep_name_list names)
{
    struct guess guess = {0};

    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.items[i];
        const char *path = ep_arena_format(arena, "%s/%s", folder, name);
        const char *snapshot = ep_arena_format(arena, "%s/snapshot.json", path);
        guess.is_meta = guess.is_meta || strcmp(name, "_journal.json") == 0;
        guess.is_migration = guess.is_migration || strcmp(name, "migration.sql") == 0;
        guess.has_sql = guess.has_sql || ep_span_ends_with(ep_span_of(name), ".sql");
        guess.has_snapshots = guess.has_snapshots || ep_file_type(snapshot) != EP_FILE_ABSENT;
        if (guess.nested == NULL && has_migrations(arena, path)) {
            guess.nested = path;
        }
    }
    return guess;
}

/*
 * No layout was found. That an empty folder is one, too, and no mistake to
 * Drizzle 1.x, is no reason to start the server: a COPY that copied nothing
 * leaves the same.
 */
static bool fail_no_layout(struct ep_arena *arena, const char *folder, struct ep_name_list names,
                           struct ep_error *err)
{
    struct guess guess = guess_layout(arena, folder, names);

    (void)ep_fail(err, EP_FAULT_SOURCE, "no meta/_journal.json in \"%s\"", folder);
    (void)ep_error_detail(err, "Drizzle says here: \"Can't find meta/_journal.json file\".");
    if (guess.nested != NULL) {
        return ep_error_hint(err, "There are migrations in \"%s\": set \"dirs\" to that.",
                             guess.nested);
    }
    if (guess.is_meta) {
        return ep_error_hint(err, "The journal is right in it: set \"dirs\" to the folder above.");
    }
    if (guess.is_migration) {
        return ep_error_hint(err, "It is the folder of one migration of drizzle-kit 1.0: set "
                                  "\"dirs\" to the folder above.");
    }
    if (guess.has_snapshots) {
        return ep_error_hint(err, "It has folders of migrations, with a snapshot.json, but none "
                                  "with a migration.sql. See that the COPY lines and .dockerignore "
                                  "of the image let these in.");
    }
    if (guess.has_sql) {
        return ep_error_hint(err,
                             "It looks like drizzle-kit's without their folder meta: copy meta "
                             "into the image, too. SQL files that are none of Drizzle's "
                             "belong into a folder of another name.");
    }
    return ep_error_hint(err, COPY_HINT);
}

/* ep_file_type() takes a journal that may not be looked at for none: tell the reason instead. */
static bool check_unseen(struct ep_arena *arena, const char *folder, struct ep_error *err)
{
    struct ep_error cause = {0};
    struct ep_span content;
    const char *journal = ep_arena_format(arena, "%s/meta/_journal.json", folder);

    if (!ep_file_read(arena, journal, EP_JOURNAL_BYTES_MAX, EP_FAULT_SOURCE, &content, &cause)
        && cause.errnum != ENOENT && cause.errnum != ENOTDIR) {
        *err = cause;
        return false;
    }
    return true;
}

/*
 * Folders of migrations beside a journal. A name that ends in ".sql" is that of
 * a file, which the journal lists or not: thousands need not be looked at.
 */
static struct ep_name_list find_beside_journal(struct ep_arena *arena, const char *folder,
                                               struct ep_name_list names)
{
    const char **others = ep_arena_array(arena, names.count, sizeof(*others));
    size_t count = 0;
    for (size_t i = 0; i < names.count; i++) {
        if (!ep_span_ends_with(ep_span_of(names.items[i]), ".sql")) {
            others[count++] = names.items[i];
        }
    }
    return ep_folders_find(arena, folder, (struct ep_name_list){.items = others, .count = count});
}

static bool read_journal(struct ep_arena *arena, const char *folder, const char *journal,
                         const struct ep_reporter *reporter, struct ep_migration_list *ret_list,
                         struct ep_error *err)
{
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error ignored = {0}; /* a folder that may be entered but not listed: no names */
    struct ep_name_list names = {0};

    if (!ep_file_list(&scratch, folder, EP_FAULT_SOURCE, &names.items, &names.count, &ignored)) {
        names = (struct ep_name_list){0};
    }
    struct ep_name_list beside = find_beside_journal(&scratch, folder, names);
    if (beside.count > 0) {
        return ep_conversion_fail(&scratch, folder, journal, beside, err);
    }
    return ep_journal_read(arena, folder, journal, names, reporter, ret_list, err);
}

static bool read_without_journal(struct ep_arena *arena, const struct ep_reporter *reporter,
                                 struct ep_source *source, struct ep_error *err)
{
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
    struct ep_migration_list *list = &source->migrations;
    struct ep_name_list names = {0};

    source->layout = EP_LAYOUT_FOLDERS;
    if (!check_unseen(&scratch, source->folder, err)
        || !ep_file_list(&scratch, source->folder, EP_FAULT_SOURCE, &names.items, &names.count, err)
        || !ep_folders_read(arena, source->folder, names, reporter, list, err)) {
        return false;
    }
    if (list->count > 0) {
        return true;
    }
    if (!ep_numbered_is_layout(source->folder, names)) {
        return fail_no_layout(&scratch, source->folder, names, err);
    }
    source->layout = EP_LAYOUT_NUMBERED;
    return ep_numbered_read(arena, source->folder, names, reporter, list, err);
}

static const char *layout_name(enum ep_layout layout)
{
    switch (layout) {
    case EP_LAYOUT_JOURNAL:
        return "journal";
    case EP_LAYOUT_FOLDERS:
        return "folders";
    case EP_LAYOUT_NUMBERED:
        break;
    }
    return "numbered";
}

static bool read_folder(struct ep_arena *arena, const struct ep_reporter *reporter,
                        struct ep_source *source, struct ep_error *err)
{
    const char *folder = source->folder;
    enum ep_file_type type = ep_file_type(folder);
    const char *journal = NULL;

    if (type != EP_FILE_FOLDER) {
        return fail_no_folder(arena, folder, type, err);
    }
    if (!ep_journal_find(arena, folder, &journal, err)) {
        return false;
    }
    source->layout = EP_LAYOUT_JOURNAL;
    bool is_read = journal != NULL
                       ? read_journal(arena, folder, journal, reporter, &source->migrations, err)
                       : read_without_journal(arena, reporter, source, err);
    if (!is_read) {
        return false;
    }
    ep_report(
        reporter, EP_EVENT_SOURCE, EP_INTEGER_FIELD("count", (long long)source->migrations.count),
        EP_TEXT_FIELD("folder", folder), EP_TEXT_FIELD("layout", layout_name(source->layout)));
    return true;
}

/* The folder to read when the setting is not set. */
static bool find_default(const char **ret_folder, struct ep_error *err)
{
    bool has_drizzle = ep_file_type("drizzle") == EP_FILE_FOLDER;
    bool has_migrations = ep_file_type("migrations") == EP_FILE_FOLDER;

    if (has_drizzle && has_migrations) {
        (void)ep_fail(err, EP_FAULT_CONFIG,
                      "there are two folders of migrations, \"drizzle\" and "
                      "\"migrations\", and \"dirs\" does not say which");
        return ep_error_hint(err, "Name the one, or both in their order: dirs = drizzle "
                                  "migrations");
    }
    if (!has_drizzle && !has_migrations) {
        char working_directory[512];
        (void)ep_fail(err, EP_FAULT_SOURCE, "there is no folder \"drizzle\" or \"migrations\"");
        if (getcwd(working_directory, sizeof(working_directory)) != NULL) {
            (void)ep_error_detail(err, "The working directory is \"%s\".", working_directory);
        }
        return ep_error_hint(err, COPY_HINT);
    }
    *ret_folder = has_drizzle ? "drizzle" : "migrations";
    return true;
}

bool ep_source_read(struct ep_arena *arena, const char *const *folders, size_t folder_count,
                    const struct ep_reporter *reporter, struct ep_source_list *ret_list,
                    struct ep_error *err)
{
    const char *preset = NULL;

    if (folders == NULL) {
        if (!find_default(&preset, err)) {
            return false;
        }
        folders = &preset;
        folder_count = 1;
    }
    struct ep_source *sources = ep_arena_array(arena, folder_count, sizeof(*sources));
    for (size_t i = 0; i < folder_count; i++) {
        sources[i].folder = folder_name(arena, folders[i]);
        if (!read_folder(arena, reporter, &sources[i], err)) {
            return false;
        }
    }
    *ret_list = (struct ep_source_list){.items = sources, .count = folder_count};
    return true;
}
