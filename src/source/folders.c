#include "source/folders.h"

#include "format/utf8.h"
#include "source/enumeration.h"
#include "source/folder_name.h"
#include "system/file.h"

#include <errno.h>
#include <stdint.h>

/* Everything that the functions below share while one folder is read. */
struct reading {
    struct ep_arena *arena;   /* the caller's: for what is returned */
    struct ep_arena *scratch; /* for the rest */
    struct ep_arena *content; /* of one file, and of the next */
    const char *folder;
    const struct ep_reporter *reporter;
    struct ep_migration_list list;
    struct ep_enumeration loose;      /* SQL files beside the folders */
    struct ep_enumeration incomplete; /* folders of a migration without migration.sql */
};

static const char *sql_of(struct ep_arena *arena, const char *folder, const char *name)
{
    return ep_arena_concat(arena, (const char *const[]){folder, "/", name, "/migration.sql", NULL});
}

struct ep_name_list ep_folders_find(struct ep_arena *arena, const char *folder,
                                    struct ep_name_list names)
{
    const char **found = ep_arena_array(arena, names.count, sizeof(*found));
    size_t count = 0;

    for (size_t i = 0; i < names.count; i++) {
        if (ep_file_type(sql_of(arena, folder, names.items[i])) != EP_FILE_ABSENT) {
            found[count++] = names.items[i];
        }
    }
    return (struct ep_name_list){.items = found, .count = count};
}

static void note(const struct reading *reading, const char *text)
{
    ep_report(reading->reporter, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", text));
}

static const char *printable(const struct reading *reading, const char *text)
{
    return ep_utf8_printable(reading->scratch, ep_span_of(text));
}

static bool fail_no_time(const struct reading *reading, const char *name, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SOURCE, "the name of folder \"%s/%s\" does not begin with a time",
                  reading->folder, printable(reading, name));
    (void)ep_error_detail(err, "Drizzle takes the first 14 characters for the time of the "
                               "migration. Here it gets NaN, and PostgreSQL would refuse that "
                               "(22P02) when it is recorded.");
    (void)ep_error_hint(err,
                        "Name it YYYYMMDDHHMMSS_name, such as 20240131235959_add_users, or, if it "
                        "is no migration, move it out of \"%s\".",
                        reading->folder);
    return ep_error_place(err, sql_of(reading->scratch, reading->folder, name), 0, 0);
}

static bool fail_not_utf8(const struct reading *reading, const char *name, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SOURCE, "the name of folder \"%s/%s\" is not UTF-8",
                  reading->folder, printable(reading, name));
    (void)ep_error_detail(err, "Drizzle does not see such a folder, and PostgreSQL could not "
                               "record its name.");
    return ep_error_hint(err, "Rename it, best with letters of ASCII only.");
}

/* Something whose name does not begin with a time: no migration, unless it looks like one. */
static bool read_other(struct reading *reading, const char *name, struct ep_error *err)
{
    const char *snapshot =
        ep_arena_format(reading->scratch, "%s/%s/snapshot.json", reading->folder, name);

    if (ep_file_type(sql_of(reading->scratch, reading->folder, name)) != EP_FILE_ABSENT) {
        return fail_no_time(reading, name, err);
    }
    if (ep_file_type(snapshot) != EP_FILE_ABSENT) {
        ep_enumeration_add(&reading->incomplete, name);
    } else if (ep_migration_is_sql(name)) {
        ep_enumeration_add(&reading->loose, name);
    }
    return true;
}

/*
 * The file is opened without asking first whether it is there: it nearly always
 * is. Where Drizzle sees none because a folder may not be entered, this fails.
 */
static bool read_one(struct reading *reading, const char *name, struct ep_error *err)
{
    struct ep_error cause = {0};
    struct ep_migration migration = {.layout = EP_LAYOUT_FOLDERS};

    if (!ep_folder_name_parse(name, &migration.created_at)) {
        return read_other(reading, name, err);
    }
    migration.path = sql_of(reading->scratch, reading->folder, name);
    bool examined = ep_migration_examine(reading->content, &migration, &cause);
    ep_arena_reset(reading->content);
    if (examined) {
        if (ep_utf8_find_invalid(ep_span_of(name)) != SIZE_MAX) {
            return fail_not_utf8(reading, name, err);
        }
        migration.tag = ep_arena_copy(reading->arena, ep_span_of(name));
        migration.path = ep_arena_copy(reading->arena, ep_span_of(migration.path));
        reading->list.items[reading->list.count++] = migration;
        return true;
    }
    if (cause.errnum == ENOTDIR) { /* a file */
        if (ep_migration_is_sql(name)) {
            ep_enumeration_add(&reading->loose, name);
        }
        return true;
    }
    if (cause.errnum == ENOENT || cause.errnum == ELOOP) {
        ep_enumeration_add(&reading->incomplete, name);
        return true;
    }
    *err = cause;
    return ep_error_context(err, "migration %s", printable(reading, name));
}

static int compare_migrations(const void *a, const void *b)
{
    const struct ep_migration *left = a;
    const struct ep_migration *right = b;
    return ep_folder_name_compare(left->tag, right->tag);
}

/* Of names in order, two that stand side by side are uncertain if any two are. */
static void note_uncertain_order(const struct reading *reading)
{
    for (size_t i = 1; i < reading->list.count; i++) {
        const char *first = reading->list.items[i - 1].tag;
        const char *second = reading->list.items[i].tag;
        if (!ep_folder_name_is_certain(first, second)) {
            note(reading, ep_arena_format(reading->scratch,
                                          "%s: \"%s\" runs before \"%s\", by code points; Drizzle "
                                          "may see it the other way round, because of characters "
                                          "beyond ASCII",
                                          reading->folder, printable(reading, first),
                                          printable(reading, second)));
            return;
        }
    }
}

static void note_names(const struct reading *reading, const struct ep_enumeration *names,
                       const char *what)
{
    if (names->count > 0) {
        note(reading, ep_arena_format(reading->scratch, "%s: %s: %s", reading->folder, what,
                                      ep_enumeration_format(reading->scratch, names)));
    }
}

bool ep_folders_read(struct ep_arena *arena, const char *folder, struct ep_name_list names,
                     const struct ep_reporter *reporter, struct ep_migration_list *ret_list,
                     struct ep_error *err)
{
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
    struct ep_arena content EP_CLEANUP(ep_arena_release) = {0};
    struct reading reading = {.arena = arena,
                              .scratch = &scratch,
                              .content = &content,
                              .folder = folder,
                              .reporter = reporter};

    reading.list.items = ep_arena_array(arena, names.count, sizeof(*reading.list.items));
    for (size_t i = 0; i < names.count; i++) {
        if (!read_one(&reading, names.items[i], err)) {
            return false;
        }
    }
    if (reading.list.count > 0) {
        qsort(reading.list.items, reading.list.count, sizeof(*reading.list.items),
              compare_migrations);
        note_uncertain_order(&reading);
        note_names(&reading, &reading.incomplete, "never run, has no migration.sql");
        note_names(&reading, &reading.loose, "never run, not in a folder of its own");
    }
    *ret_list = reading.list;
    return true;
}
