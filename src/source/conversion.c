#include "source/conversion.h"

#include "source/entries.h"
#include "source/enumeration.h"
#include "source/journal.h"
#include "system/file.h"

/* What was found, each entry of the journal and each folder under one of these. */
struct findings {
    struct ep_enumeration converted;   /* a folder, and the file is gone: finished */
    struct ep_enumeration doubled;     /* a folder, and the file is still there */
    struct ep_enumeration unconverted; /* no folder yet */
    struct ep_enumeration lost;        /* neither folder nor file */
    struct ep_enumeration foreign;     /* folders that belong to no entry */
    struct ep_enumeration no_snapshot; /* entries at which "up" stops, whatever else they are */
};

static int compare_names(const void *name, const void *item)
{
    return strcmp(name, *(const char *const *)item);
}

/* "drizzle/meta" of "drizzle/meta/_journal.json". */
static const char *meta_of(struct ep_arena *arena, const char *journal)
{
    struct ep_span span = ep_span_of(journal);
    return ep_arena_copy(arena, ep_span_part(span, 0, span.size - strlen("/_journal.json")));
}

/* The snapshot that "up" wants of an entry. */
static bool has_snapshot(struct ep_arena *arena, const char *meta, const char *tag)
{
    struct ep_span prefix = ep_span_part(ep_span_of(tag), 0, strcspn(tag, "_"));
    return ep_file_type(
               ep_arena_format(arena, "%s/%.*s_snapshot.json", meta, EP_SPAN_PRINT(prefix)))
           != EP_FILE_ABSENT;
}

static void classify(const struct ep_entry *entry, bool has_folder, bool has_file,
                     struct findings *findings)
{
    struct ep_enumeration *which = has_folder && has_file ? &findings->doubled
                                   : has_folder           ? &findings->converted
                                   : has_file             ? &findings->unconverted
                                                          : &findings->lost;
    ep_enumeration_add(which, entry->tag);
}

static struct findings examine(struct ep_arena *arena, const char *folder, const char *meta,
                               struct ep_entry_list entries, struct ep_name_list folders)
{
    struct findings findings = {0};
    bool *claimed = ep_arena_array(arena, folders.count, sizeof(*claimed));

    for (size_t i = 0; i < entries.count; i++) {
        const struct ep_entry *entry = &entries.items[i];
        const struct ep_migration migration = {.tag = entry->tag, .created_at = entry->created_at};
        const char *const *found = bsearch(ep_migration_name(arena, &migration), folders.items,
                                           folders.count, sizeof(*folders.items), compare_names);
        const char *file = ep_arena_format(arena, "%s/%s.sql", folder, entry->tag);

        classify(entry, found != NULL, ep_file_type(file) != EP_FILE_ABSENT, &findings);
        if (found != NULL) {
            claimed[found - folders.items] = true;
        }
        if (!has_snapshot(arena, meta, entry->tag)) {
            ep_enumeration_add(&findings.no_snapshot, entry->tag);
        }
    }
    for (size_t i = 0; i < folders.count; i++) {
        if (!claimed[i]) {
            ep_enumeration_add(&findings.foreign, folders.items[i]);
        }
    }
    return findings;
}

static void detail(struct ep_arena *arena, const struct ep_enumeration *names, const char *what,
                   struct ep_error *err)
{
    if (names->count > 0) {
        (void)ep_error_detail(err, "%s: %s.", what, ep_enumeration_format(arena, names));
    }
}

static size_t count_left(const struct findings *findings)
{
    return findings->doubled.count + findings->unconverted.count + findings->lost.count;
}

static bool hint(const struct findings *findings, const char *folder, const char *meta,
                 struct ep_error *err)
{
    if (count_left(findings) == 0) {
        return ep_error_hint(err,
                             "Every entry of the journal has its folder: remove \"%s\", which is "
                             "the last that drizzle-kit up does.",
                             meta);
    }
    if (findings->converted.count + findings->doubled.count == 0) {
        return ep_error_hint(
            err,
            "A folder that is no migration: move it out of \"%s\". Branches that "
            "were merged, one of them converted: convert the journal as well, with "
            "drizzle-kit up of 1.0.0-rc.5 or later.",
            folder);
    }
    return ep_error_hint(
        err,
        "drizzle-kit up stopped half way and does not go on from there. Restore "
        "\"%s\" from version control, or move each migration.sql back to the "
        "<tag>.sql of its entry and remove its folder.%s Then run drizzle-kit up of "
        "1.0.0-rc.5 or later, which changes nothing before all is in order.",
        folder, findings->no_snapshot.count > 0 ? " Add the snapshots that are missing." : "");
}

bool ep_conversion_fail(struct ep_arena *arena, const char *folder, const char *journal,
                        struct ep_name_list folders, struct ep_error *err)
{
    struct ep_span text;
    struct ep_entry_list entries;
    const char *plural = folders.count == 1 ? "" : "s";

    if (!ep_file_read(arena, journal, EP_JOURNAL_BYTES_MAX, EP_FAULT_SOURCE, &text, err)
        || !ep_entries_parse(arena, journal, text, &entries, err)) {
        return ep_error_context(err, "beside it: %zu folder%s with a migration.sql", folders.count,
                                plural);
    }
    const char *meta = meta_of(arena, journal);
    struct findings findings = examine(arena, folder, meta, entries, folders);
    (void)ep_fail(err, EP_FAULT_SOURCE,
                  "\"%s\" is between two layouts: it has a journal, and %zu folder%s with a "
                  "migration.sql",
                  folder, folders.count, plural);
    (void)ep_error_detail(err, "Drizzle 1.x refuses it, too.");
    detail(arena, &findings.converted, "Entries of the journal that are converted", err);
    detail(arena, &findings.unconverted, "Entries that have no folder yet", err);
    detail(arena, &findings.doubled, "Entries that have a folder and their file, too", err);
    detail(arena, &findings.lost, "Entries that have neither a folder nor their file", err);
    detail(arena, &findings.foreign, "Folders that belong to no entry", err);
    if (count_left(&findings) > 0) {
        detail(arena, &findings.no_snapshot,
               "Entries without a snapshot, where drizzle-kit up stops", err);
    }
    (void)ep_error_place(err, journal, 0, 0);
    return hint(&findings, folder, meta, err);
}
