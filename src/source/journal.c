#include "source/journal.h"

#include "format/utf8.h"
#include "source/entries.h"
#include "source/enumeration.h"
#include "system/file.h"

#include <errno.h>

/* Everything that the functions below share while one folder is read. */
struct reading {
    struct ep_arena *arena;   /* the caller's: for what is returned */
    struct ep_arena *scratch; /* for the rest */
    const char *folder, *journal;
    const struct ep_reporter *reporter;
    struct ep_entry_list entries;
    bool *left_out;                 /* by entry number */
    const struct ep_entry **by_tag; /* the entries in the order of compare_tags() */
};

bool ep_journal_find(struct ep_arena *arena, const char *folder, const char **ret_journal,
                     struct ep_error *err)
{
    const char *meta = ep_arena_format(arena, "%s/meta/_journal.json", folder);
    const char *other = ep_arena_format(arena, "%s/_meta/_journal.json", folder);
    bool has_meta = ep_file_type(meta) != EP_FILE_ABSENT;
    bool has_other = ep_file_type(other) != EP_FILE_ABSENT;

    if (has_meta && has_other) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "\"%s\" has two journals, \"%s\" and \"%s\"", folder,
                      meta, other);
        return ep_error_hint(err, "Remove the one that is out of date; drizzle-kit writes "
                                  "meta/_journal.json.");
    }
    *ret_journal = has_meta ? meta : has_other ? other : NULL;
    return true;
}

static void note(const struct reading *reading, const char *text)
{
    ep_report(reading->reporter, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", text));
}

static const char *printable(const struct reading *reading, const char *text)
{
    return ep_utf8_printable(reading->scratch, ep_span_of(text));
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Entries that repeat each other stand side by side, the first of them first. */
static int compare_tags(const void *a, const void *b)
{
    const struct ep_entry *left = *(const struct ep_entry *const *)a;
    const struct ep_entry *right = *(const struct ep_entry *const *)b;
    int order = strcmp(left->tag, right->tag);
    order = order != 0 ? order : compare(left->created_at, right->created_at);
    return order != 0 ? order : compare((int64_t)left->number, (int64_t)right->number);
}

static int compare_times(const void *a, const void *b)
{
    const struct ep_entry *left = *(const struct ep_entry *const *)a;
    const struct ep_entry *right = *(const struct ep_entry *const *)b;
    int order = compare(left->created_at, right->created_at);
    return order != 0 ? order : compare((int64_t)left->number, (int64_t)right->number);
}

static const struct ep_entry **sort(const struct reading *reading,
                                    int (*order)(const void *, const void *))
{
    size_t count = reading->entries.count;
    const struct ep_entry **sorted = ep_arena_array(reading->scratch, count, sizeof(*sorted));
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &reading->entries.items[i];
    }
    qsort(sorted, count, sizeof(const struct ep_entry *), order);
    return sorted;
}

static void note_repeated_tags(const struct reading *reading)
{
    const struct ep_entry *first = NULL;

    for (size_t i = 0; i < reading->entries.count; i++) {
        const struct ep_entry *second = reading->by_tag[i];
        if (first == NULL || strcmp(first->tag, second->tag) != 0) {
            first = second;
        } else if (first->created_at == second->created_at) {
            reading->left_out[second->number] = true;
            note(reading, ep_arena_format(reading->scratch,
                                          "%s: entries[%zu] repeats entries[%zu] (tag \"%s\") and "
                                          "is left out",
                                          reading->journal, second->number, first->number,
                                          printable(reading, first->tag)));
        } else {
            note(reading, ep_arena_format(reading->scratch,
                                          "%s: tag \"%s\" is in entries[%zu] and entries[%zu] with "
                                          "a different \"when\": its file runs twice, as with "
                                          "Drizzle",
                                          reading->journal, printable(reading, first->tag),
                                          first->number, second->number));
            first = second;
        }
    }
}

static void note_repeated_times(const struct reading *reading)
{
    const struct ep_entry **sorted = sort(reading, compare_times);
    const struct ep_entry *first = NULL;

    for (size_t i = 0; i < reading->entries.count; i++) {
        const struct ep_entry *second = sorted[i];
        if (reading->left_out[second->number]) {
            continue;
        }
        if (first != NULL && first->created_at == second->created_at) {
            note(reading,
                 ep_arena_format(reading->scratch,
                                 "%s: entries[%zu] (tag \"%s\") and entries[%zu] (tag \"%s\") have "
                                 "the same \"when\": Drizzle skips the second, silently, where the "
                                 "first is applied",
                                 reading->journal, first->number, printable(reading, first->tag),
                                 second->number, printable(reading, second->tag)));
        }
        first = second;
    }
}

static struct ep_migration_list list_migrations(const struct reading *reading)
{
    struct ep_migration_list list = {0};
    list.items = ep_arena_array(reading->arena, reading->entries.count, sizeof(*list.items));
    for (size_t i = 0; i < reading->entries.count; i++) {
        const struct ep_entry *entry = &reading->entries.items[i];
        if (!reading->left_out[i]) {
            list.items[list.count++] = (struct ep_migration){
                .tag = entry->tag,
                .path = ep_arena_concat(
                    reading->arena,
                    (const char *const[]){reading->folder, "/", entry->tag, ".sql", NULL}),
                .created_at = entry->created_at,
            };
        }
    }
    return list;
}

/* A file that is not there: the journal is where the operator has to look. */
static bool fail_missing(const struct reading *reading, struct ep_span text,
                         const struct ep_migration *migration, struct ep_error *err)
{
    size_t number = 0;
    while (strcmp(reading->entries.items[number].tag, migration->tag) != 0) {
        number++;
    }
    (void)ep_fail(err, EP_FAULT_SOURCE,
                  "file \"%s\" does not exist, but entries[%zu] of \"%s\" "
                  "lists it",
                  printable(reading, migration->path), number, reading->journal);
    err->errnum = ENOENT;
    (void)ep_error_detail(err, "As for Drizzle, each file of the journal must be there, even if "
                               "it was applied long ago.");
    (void)ep_error_hint(err, "Restore it from version control, and see that the COPY lines and "
                             ".dockerignore of the image let it in.");
    return ep_entries_place(err, reading->journal, text, number, "tag");
}

static bool examine(const struct reading *reading, struct ep_span text,
                    const struct ep_migration_list *list, struct ep_error *err)
{
    struct ep_error cause = {0};
    size_t failed = 0;

    if (ep_migration_examine_all(list, &failed, &cause)) {
        return true;
    }
    if (cause.errnum == ENOENT) {
        return fail_missing(reading, text, &list->items[failed], err);
    }
    *err = cause;
    return ep_error_context(err, "migration %s", printable(reading, list->items[failed].tag));
}

static int compare_tag_with_entry(const void *tag, const void *entry)
{
    return strcmp(tag, (*(const struct ep_entry *const *)entry)->tag);
}

/* Whether a file of the folder looks like a migration that never runs. */
static bool is_unlisted(const struct reading *reading, const char *name)
{
    if (!ep_migration_is_sql(name)) {
        return false;
    }
    const char *tag = ep_arena_copy(
        reading->scratch, ep_span_part(ep_span_of(name), 0, strlen(name) - strlen(".sql")));
    return bsearch(tag, reading->by_tag, reading->entries.count, sizeof(const struct ep_entry *),
                   compare_tag_with_entry)
           == NULL;
}

static void note_unlisted(const struct reading *reading, struct ep_name_list names)
{
    struct ep_enumeration unlisted = {0};

    for (size_t i = 0; i < names.count; i++) {
        if (is_unlisted(reading, names.items[i])) {
            ep_enumeration_add(&unlisted, names.items[i]);
        }
    }
    if (unlisted.count > 0) {
        note(reading,
             ep_arena_format(reading->scratch, "%s: never run, not in the journal: %s",
                             reading->folder, ep_enumeration_format(reading->scratch, &unlisted)));
    }
}

bool ep_journal_read(struct ep_arena *arena, const char *folder, const char *journal,
                     struct ep_name_list names, const struct ep_reporter *reporter,
                     struct ep_migration_list *ret_list, struct ep_error *err)
{
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
    struct reading reading = {.arena = arena,
                              .scratch = &scratch,
                              .folder = folder,
                              .journal = journal,
                              .reporter = reporter};
    struct ep_span text;

    if (!ep_file_read(&scratch, journal, EP_JOURNAL_BYTES_MAX, EP_FAULT_SOURCE, &text, err)
        || !ep_entries_parse(arena, journal, text, &reading.entries, err)) {
        return false;
    }
    reading.left_out = ep_arena_array(&scratch, reading.entries.count, sizeof(bool));
    reading.by_tag = sort(&reading, compare_tags);
    note_repeated_tags(&reading);
    note_repeated_times(&reading);

    struct ep_migration_list list = list_migrations(&reading);
    if (!examine(&reading, text, &list, err)) {
        return false;
    }
    note_unlisted(&reading, names);
    *ret_list = list;
    return true;
}
