#include "source/source.h"

#include "source/journal.h"
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

/* What a folder without a journal is likely to be: for the hint only. */
struct guess {
    const char *nested; /* a folder in it that has a journal, or NULL */
    bool is_meta;       /* it is itself the folder of a journal */
    bool has_folders;   /* <name>/migration.sql */
    bool has_sql;       /* <name>.sql */
};

static struct guess guess_layout(struct ep_arena *arena, const char *folder)
{
    struct guess guess = {0};
    struct ep_error ignored = {0};
    const char *const *names = NULL;
    size_t count = 0;

    if (!ep_file_list(arena, folder, EP_FAULT_SOURCE, &names, &count, &ignored)) {
        return guess;
    }
    for (size_t i = 0; i < count; i++) {
        const char *path = ep_arena_format(arena, "%s/%s", folder, names[i]);
        const char *sql = ep_arena_format(arena, "%s/migration.sql", path);
        const char *journal = ep_arena_format(arena, "%s/meta/_journal.json", path);
        guess.is_meta = guess.is_meta || strcmp(names[i], "_journal.json") == 0;
        guess.has_sql = guess.has_sql || ep_span_ends_with(ep_span_of(names[i]), ".sql");
        guess.has_folders = guess.has_folders || ep_file_type(sql) != EP_FILE_ABSENT;
        if (guess.nested == NULL && ep_file_type(journal) != EP_FILE_ABSENT) {
            guess.nested = path;
        }
    }
    return guess;
}

/*
 * A folder without a journal. All that is known of other layouts is here, until
 * they can be read.
 */
static bool fail_no_journal(struct ep_arena *arena, const char *folder, struct ep_error *err)
{
    static const char only[] = "this version reads journal folders only";
    struct guess guess = guess_layout(arena, folder);

    (void)ep_fail(err, EP_FAULT_SOURCE, "no meta/_journal.json in \"%s\"", folder);
    (void)ep_error_detail(err, "Drizzle says here: \"Can't find meta/_journal.json file\".");
    if (guess.nested != NULL) {
        return ep_error_hint(err, "There is one in \"%s\": set \"dirs\" to that.", guess.nested);
    }
    if (guess.is_meta) {
        return ep_error_hint(err, "The journal is right in it: set \"dirs\" to the folder above.");
    }
    if (guess.has_folders) {
        return ep_error_hint(err,
                             "It looks like the layout of drizzle-kit 1.0, a folder with a "
                             "migration.sql for each migration; %s.",
                             only);
    }
    if (guess.has_sql) {
        return ep_error_hint(err,
                             "It looks like numbered SQL files, or drizzle-kit's without "
                             "their folder meta; %s. Copy meta into the image, too.",
                             only);
    }
    return ep_error_hint(err, COPY_HINT);
}

/* ep_file_type() takes a journal that may not be looked at for none: tell the reason instead. */
static bool fail_unseen(struct ep_arena *arena, const char *folder, struct ep_error *err)
{
    struct ep_error cause = {0};
    struct ep_span content;
    const char *journal = ep_arena_format(arena, "%s/meta/_journal.json", folder);

    if (!ep_file_read(arena, journal, EP_JOURNAL_BYTES_MAX, EP_FAULT_SOURCE, &content, &cause)
        && cause.errnum != ENOENT && cause.errnum != ENOTDIR) {
        *err = cause;
        return false;
    }
    return fail_no_journal(arena, folder, err);
}

static bool read_folder(struct ep_arena *arena, const char *folder,
                        const struct ep_reporter *reporter, struct ep_migration_list *ret_list,
                        struct ep_error *err)
{
    enum ep_file_type type = ep_file_type(folder);
    const char *journal = NULL;

    if (type != EP_FILE_FOLDER) {
        return fail_no_folder(arena, folder, type, err);
    }
    if (!ep_journal_find(arena, folder, &journal, err)) {
        return false;
    }
    if (journal == NULL) {
        return fail_unseen(arena, folder, err);
    }
    if (!ep_journal_read(arena, folder, journal, reporter, ret_list, err)) {
        return false;
    }
    ep_report(reporter, EP_EVENT_SOURCE, EP_INTEGER_FIELD("count", (long long)ret_list->count),
              EP_TEXT_FIELD("folder", folder));
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

static void append(struct ep_arena *arena, struct ep_migration_list more,
                   struct ep_migration_list *list)
{
    if (list->count == 0) {
        *list = more;
        return;
    }
    size_t count = list->count + more.count;
    struct ep_migration *items = ep_arena_array(arena, count, sizeof(*items));
    for (size_t i = 0; i < count; i++) {
        items[i] = i < list->count ? list->items[i] : more.items[i - list->count];
    }
    *list = (struct ep_migration_list){.items = items, .count = count};
}

bool ep_source_read(struct ep_arena *arena, const char *const *folders, size_t folder_count,
                    const struct ep_reporter *reporter, struct ep_migration_list *ret_list,
                    struct ep_error *err)
{
    struct ep_migration_list all = {0};
    const char *preset = NULL;

    if (folders == NULL) {
        if (!find_default(&preset, err)) {
            return false;
        }
        folders = &preset;
        folder_count = 1;
    }
    for (size_t i = 0; i < folder_count; i++) {
        struct ep_migration_list list = {0};
        if (!read_folder(arena, folder_name(arena, folders[i]), reporter, &list, err)) {
            return false;
        }
        append(arena, list, &all);
    }
    *ret_list = all;
    return true;
}
