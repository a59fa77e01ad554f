#include "source/integrity.h"

#include "format/utf8.h"
#include "source/enumeration.h"
#include "source/snapshot.h"
#include "source/snapshot_lineage.h"
#include "system/file.h"

#include <inttypes.h>

enum { ROWS_VERSION = 8, CLOCKS_DIFFER_MS = 60 * 60 * 1000 };

/* One folder. */
struct checking {
    struct ep_arena *arena;
    const struct ep_source *source;
    struct ep_finding_list *list;
    const char **paths; /* of each migration's snapshot */
    struct ep_snapshot_file *files;
    size_t file_count; /* of those that could be read */
};

void ep_finding_add(struct ep_arena *arena, struct ep_finding_list *list, bool is_note,
                    const char *text)
{
    list->items = ep_arena_grow(arena, list->items, list->count, sizeof(*list->items));
    list->items[list->count++] = (struct ep_finding){
        .text = ep_utf8_printable(arena, ep_span_of(text)),
        .is_note = is_note,
    };
    list->note_count += is_note;
}

static void add(const struct checking *checking, const char *text)
{
    ep_finding_add(checking->arena, checking->list, false, text);
}

static void check_times(const struct checking *checking, int64_t now)
{
    for (size_t i = 0; i < checking->source->migrations.count; i++) {
        const struct ep_migration *migration = &checking->source->migrations.items[i];
        if (now > 0 && migration->created_at > now + CLOCKS_DIFFER_MS) {
            add(checking,
                ep_arena_format(checking->arena,
                                "%s: its time %" PRId64 " is in the future: what is generated "
                                "until then comes before it, and Drizzle 0.x skips that silently",
                                migration->path, migration->created_at));
        }
    }
}

/* Whether a migration's snapshot is at path; ret_index is which. */
static bool find_owner(const struct checking *checking, const char *path, size_t *ret_index)
{
    for (size_t i = 0; i < checking->source->migrations.count; i++) {
        if (checking->paths[i] != NULL && strcmp(checking->paths[i], path) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

/* Migrations without a snapshot, and several with the same. */
static void check_migrations(const struct checking *checking)
{
    const struct ep_migration_list *migrations = &checking->source->migrations;
    struct ep_enumeration bare = {0};

    for (size_t i = 0; i < migrations->count; i++) {
        size_t first = i;
        if (checking->paths[i] == NULL) {
            continue;
        }
        if (ep_file_type(checking->paths[i]) == EP_FILE_ABSENT) {
            ep_enumeration_add(&bare, migrations->items[i].tag);
        } else if (find_owner(checking, checking->paths[i], &first) && first != i) {
            add(checking, ep_arena_format(checking->arena, "%s: it is the snapshot of %s and of %s",
                                          checking->paths[i], migrations->items[first].tag,
                                          migrations->items[i].tag));
        }
    }
    if (bare.count > 0) {
        ep_finding_add(checking->arena, checking->list, true,
                       ep_arena_format(checking->arena, "%s: no snapshot for %s: written by hand?",
                                       checking->source->folder,
                                       ep_enumeration_format(checking->arena, &bare)));
    }
}

static void read_snapshots(struct checking *checking, const struct ep_names *paths)
{
    checking->files = ep_arena_array(checking->arena, paths->count, sizeof(*checking->files));
    for (size_t i = 0; i < paths->count; i++) {
        struct ep_error err = {0};
        size_t ignored = 0;
        if (!find_owner(checking, paths->items[i], &ignored)) {
            add(checking, ep_arena_format(checking->arena, "%s: a snapshot without a migration",
                                          paths->items[i]));
        }
        if (ep_snapshot_file_peek(checking->arena, paths->items[i],
                                  &checking->files[checking->file_count], &err)) {
            checking->file_count++;
        } else {
            add(checking, err.summary);
        }
    }
}

static bool shares_parent(const struct ep_snapshot_file *a, const struct ep_snapshot_file *b)
{
    for (size_t i = 0; i < a->parent_count; i++) {
        for (size_t j = 0; j < b->parent_count; j++) {
            if (strcmp(a->parents[i], b->parents[j]) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* What drizzle-kit 0.x refuses to go on from: both follow the same. */
static void check_pair(const struct checking *checking, const struct ep_snapshot_file *a,
                       const struct ep_snapshot_file *b)
{
    if (strcmp(a->id, b->id) == 0) {
        add(checking,
            ep_arena_format(checking->arena, "%s: it has the id of %s", b->path, a->path));
    } else if (a->version < ROWS_VERSION && b->version < ROWS_VERSION && shares_parent(a, b)) {
        add(checking,
            ep_arena_format(checking->arena,
                            "%s: it follows the same snapshot as %s (prevId): branches were "
                            "merged; drop one migration and generate it again",
                            b->path, a->path));
    }
}

/* In 1.x branches are joined by a later snapshot that follows them all. */
static void check_leaves(const struct checking *checking, const struct ep_lineage *lineage)
{
    const struct ep_snapshot_file *first = ep_lineage_find_leaf(lineage, 0);

    for (const struct ep_snapshot_file *leaf = first; leaf != NULL;
         leaf = ep_lineage_find_leaf(lineage, (size_t)(leaf - lineage->files) + 1)) {
        if (leaf != first && leaf->version >= ROWS_VERSION) {
            add(checking,
                ep_arena_format(checking->arena,
                                "%s: no snapshot follows it, and none follows %s: branches were "
                                "merged; \"drizzle-kit generate --custom\" joins them",
                                leaf->path, first->path));
        }
    }
}

static void check_parents(const struct checking *checking, const struct ep_lineage *lineage)
{
    for (size_t i = 0; i < lineage->count; i++) {
        const struct ep_snapshot_file *file = &lineage->files[i];
        for (size_t j = 0; j < file->parent_count; j++) {
            if (!ep_lineage_is_origin(file->parents[j])
                && ep_lineage_find(lineage, file->parents[j]) == NULL) {
                add(checking, ep_arena_format(checking->arena,
                                              "%s: the snapshot that it follows, %s, is "
                                              "missing",
                                              file->path, file->parents[j]));
            }
        }
    }
}

static void check_snapshots(struct checking *checking)
{
    struct ep_error err = {0};
    struct ep_names paths = {0};

    if (!ep_snapshot_find(checking->arena, checking->source->folder, &paths, &err)) {
        add(checking, err.summary);
        return;
    }
    if (paths.count == 0) {
        return; /* a folder that has none is not drizzle-kit's */
    }
    check_migrations(checking);
    read_snapshots(checking, &paths);
    const struct ep_lineage lineage = {.files = checking->files, .count = checking->file_count};
    for (size_t i = 0; i < lineage.count; i++) {
        for (size_t j = 0; j < i; j++) {
            check_pair(checking, &lineage.files[j], &lineage.files[i]);
        }
    }
    check_leaves(checking, &lineage);
    check_parents(checking, &lineage);
}

void ep_integrity_check(struct ep_arena *arena, const struct ep_source *source, int64_t now,
                        struct ep_finding_list *list)
{
    size_t count = source->migrations.count;
    struct checking checking = {
        .arena = arena,
        .source = source,
        .list = list,
        .paths = ep_arena_array(arena, count, sizeof(const char *)),
    };

    for (size_t i = 0; i < count; i++) {
        checking.paths[i] = ep_snapshot_path(arena, &source->migrations.items[i]);
    }
    check_times(&checking, now);
    if (count == 0 || checking.paths[0] != NULL) {
        check_snapshots(&checking);
    }
}
