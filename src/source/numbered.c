#include "source/numbered.h"

#include "format/utf8.h"
#include "source/enumeration.h"
#include "source/migration.h"
#include "system/file.h"

#include <stdint.h>
#include <stdlib.h>

struct ep_span ep_numbered_number(const char *tag)
{
    return (struct ep_span){.data = tag, .size = strspn(tag, "0123456789")};
}

/* drizzle-kit writes the delimiter into nearly every file of more than one statement. */
static bool has_breakpoint(struct ep_arena *arena, const char *folder, const char *name)
{
    enum { LOOKED_AT = 16 * 1024 };
    char *data = ep_arena_array(arena, LOOKED_AT, 1);
    size_t size = ep_file_peek(ep_arena_format(arena, "%s/%s", folder, name), 0, data, LOOKED_AT);

    return ep_span_find((struct ep_span){.data = data, .size = size}, 0, "--> statement-breakpoint")
           != SIZE_MAX;
}

/* What drizzle-kit leaves beside its SQL, or what is within one migration's folder. */
static bool is_of_drizzle(struct ep_arena *arena, const char *folder, const char *name)
{
    static const char *const names[] = {"meta", "_meta", "_journal.json", "migration.sql"};

    for (size_t i = 0; i < EP_COUNT_OF(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return ep_file_type(ep_arena_format(arena, "%s/%s/snapshot.json", folder, name))
           != EP_FILE_ABSENT;
}

bool ep_numbered_is_layout(const char *folder, struct ep_name_list names)
{
    enum { FILES_LOOKED_AT = 20 };
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
    const char *slash = strrchr(folder, '/');
    size_t files = 0;

    if (strcmp(slash == NULL ? folder : slash + 1, "drizzle") == 0) {
        return false;
    }
    for (size_t i = 0; i < names.count; i++) {
        if (is_of_drizzle(&scratch, folder, names.items[i])) {
            return false;
        }
        if (ep_migration_is_sql(names.items[i])) {
            if (files < FILES_LOOKED_AT && has_breakpoint(&scratch, folder, names.items[i])) {
                return false;
            }
            files++;
        }
    }
    return files > 0;
}

/* Everything that the functions below share while one folder is read. */
struct reading {
    struct ep_arena *arena;   /* the caller's: for what is returned */
    struct ep_arena *scratch; /* for the rest */
    struct ep_arena *content; /* of one file, and of the next */
    const char *folder;
    const struct ep_reporter *reporter;
    struct ep_migration_list list;
};

static void note(const struct reading *reading, const char *text)
{
    ep_report(reading->reporter, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", text));
}

static const char *printable(const struct reading *reading, const char *text)
{
    return ep_utf8_printable(reading->scratch, ep_span_of(text));
}

static const char *tag_of(struct ep_arena *arena, const char *file)
{
    struct ep_span tag = ep_span_of(file);

    tag.size -= strlen(".sql");
    if (ep_span_ends_with(tag, ".up") && tag.size > strlen(".up")) {
        tag.size -= strlen(".up");
    }
    return ep_arena_copy(arena, tag);
}

static bool read_one(struct reading *reading, const char *name, struct ep_error *err)
{
    struct ep_migration migration = {
        .layout = EP_LAYOUT_NUMBERED,
        .path = ep_arena_concat(reading->arena,
                                (const char *const[]){reading->folder, "/", name, NULL}),
        .tag = tag_of(reading->arena, name),
    };

    if (ep_utf8_find_invalid(ep_span_of(name)) != SIZE_MAX) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "the name of file \"%s/%s\" is not UTF-8",
                      reading->folder, printable(reading, name));
        (void)ep_error_detail(err, "PostgreSQL could not record it.");
        return ep_error_hint(err, "Rename it, best with letters of ASCII only.");
    }
    bool examined = ep_migration_examine(reading->content, &migration, err);
    ep_arena_reset(reading->content);
    if (!examined) {
        return ep_error_context(err, "migration %s", printable(reading, migration.tag));
    }
    reading->list.items[reading->list.count++] = migration;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether the folder, whose names are in order, has this one. */
static bool has_name(struct ep_name_list names, const char *name)
{
    return bsearch(&name, names.items, names.count, sizeof(*names.items), compare_names) != NULL;
}

static bool check_tags(const struct reading *reading, struct ep_name_list names,
                       struct ep_error *err)
{
    for (size_t i = 0; i < reading->list.count; i++) {
        const struct ep_migration *migration = &reading->list.items[i];
        const char *other = ep_arena_format(reading->scratch, "%s.sql", migration->tag);
        if (ep_span_ends_with(ep_span_of(migration->path), ".up.sql") && has_name(names, other)) {
            return ep_fail(err, EP_FAULT_SOURCE, "\"%s/%s\" and \"%s\" are the same migration",
                           reading->folder, printable(reading, other),
                           printable(reading, migration->path));
        }
    }
    return true;
}

/* Without the zeros in front; numbers may have more digits than any integer. */
static struct ep_span significant(struct ep_span number)
{
    while (number.size > 1 && number.data[0] == '0') {
        number = ep_span_part(number, 1, SIZE_MAX);
    }
    return number;
}

static int compare_numbers(struct ep_span a, struct ep_span b)
{
    a = significant(a);
    b = significant(b);
    if (a.size != b.size) {
        return a.size < b.size ? -1 : 1;
    }
    return memcmp(a.data, b.data, a.size);
}

static void note_numbers(const struct reading *reading)
{
    const struct ep_migration *before = NULL; /* the last one with a number */

    for (size_t i = 0; i < reading->list.count; i++) {
        const struct ep_migration *migration = &reading->list.items[i];
        struct ep_span number = ep_numbered_number(migration->tag);
        if (number.size == 0) {
            continue;
        }
        int order = before == NULL ? -1 : compare_numbers(ep_numbered_number(before->tag), number);
        if (order == 0) {
            note(reading, ep_arena_format(
                              reading->scratch,
                              "%s: two files have the number %.*s: %s runs before %s, in the "
                              "order of their names",
                              reading->folder, (int)number.size, number.data,
                              printable(reading, before->tag), printable(reading, migration->tag)));
        } else if (order > 0) {
            note(reading,
                 ep_arena_format(reading->scratch,
                                 "%s: %s runs before %s, in the order of their names, although "
                                 "its number is greater: give the numbers the same count of "
                                 "digits",
                                 reading->folder, printable(reading, before->tag),
                                 printable(reading, migration->tag)));
        }
        before = migration;
    }
}

/* TAG.down.sql of no TAG: the file that it belongs to was renamed, or forgotten. */
static void note_companions(const struct reading *reading, struct ep_name_list names)
{
    struct ep_enumeration lonely = {0};

    for (size_t i = 0; i < names.count; i++) {
        struct ep_span name = ep_span_of(names.items[i]);
        if (name.data[0] == '.' || !ep_span_ends_with(name, ".down.sql")) {
            continue;
        }
        int size = (int)(name.size - strlen(".down.sql"));
        if (!has_name(names, ep_arena_format(reading->scratch, "%.*s.sql", size, name.data))
            && !has_name(names,
                         ep_arena_format(reading->scratch, "%.*s.up.sql", size, name.data))) {
            ep_enumeration_add(&lonely, names.items[i]);
        }
    }
    if (lonely.count > 0) {
        note(reading,
             ep_arena_format(reading->scratch, "%s: belongs to no migration: %s", reading->folder,
                             ep_enumeration_format(reading->scratch, &lonely)));
    }
}

bool ep_numbered_read(struct ep_arena *arena, const char *folder, struct ep_name_list names,
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
        if (ep_migration_is_sql(names.items[i]) && !read_one(&reading, names.items[i], err)) {
            return false;
        }
    }
    if (!check_tags(&reading, names, err)) {
        return false;
    }
    note_numbers(&reading);
    note_companions(&reading, names);
    *ret_list = reading.list;
    return true;
}
