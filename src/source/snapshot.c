#include "source/snapshot.h"

#include "format/json.h"
#include "source/folder_name.h"
#include "source/snapshot_history.h"
#include "source/snapshot_rows.h"
#include "source/snapshot_tree.h"
#include "system/file.h"

enum { OLDEST_VERSION = 3, ROWS_VERSION = 8, CHANGES_VERSION = 9 };

static size_t find_last_slash(struct ep_span span)
{
    while (span.size > 0 && span.data[span.size - 1] != '/') {
        span.size--;
    }
    return span.size == 0 ? SIZE_MAX : span.size - 1;
}

/* "drizzle/0000_init.sql" without "/0000_init.sql"; the tag may have slashes in it. */
static struct ep_span folder_span(const struct ep_migration *migration)
{
    struct ep_span path = ep_span_of(migration->path);

    if (migration->layout == EP_LAYOUT_JOURNAL) {
        size_t behind = strlen(migration->tag) + strlen("/.sql");
        return ep_span_part(path, 0, path.size <= behind ? 0 : path.size - behind);
    }
    for (int i = 0; i < 2; i++) {
        size_t slash = find_last_slash(path);
        path.size = slash == SIZE_MAX ? 0 : slash;
    }
    return path;
}

const char *ep_snapshot_folder(struct ep_arena *arena, const struct ep_migration *migration)
{
    struct ep_span folder = folder_span(migration);

    return folder.size == 0 ? "." : ep_arena_copy(arena, folder);
}

bool ep_snapshot_same_folder(const struct ep_migration *a, const struct ep_migration *b)
{
    return ep_span_equal(folder_span(a), folder_span(b));
}

/* The folder of the journal: "_meta" in those of 2022. */
static const char *find_meta(struct ep_arena *arena, const char *folder)
{
    const char *meta = ep_arena_format(arena, "%s/meta", folder);
    const char *older = ep_arena_format(arena, "%s/_meta", folder);

    return ep_file_type(meta) != EP_FILE_FOLDER && ep_file_type(older) == EP_FILE_FOLDER ? older
                                                                                         : meta;
}

const char *ep_snapshot_path(struct ep_arena *arena, const struct ep_migration *migration)
{
    const char *folder = ep_snapshot_folder(arena, migration);

    if (migration->layout == EP_LAYOUT_JOURNAL) {
        int prefix = (int)strcspn(migration->tag, "_");
        return ep_arena_format(arena, "%s/%.*s_snapshot.json", find_meta(arena, folder), prefix,
                               migration->tag);
    }
    if (migration->layout == EP_LAYOUT_FOLDERS) {
        return ep_arena_format(arena, "%s/%s/snapshot.json", folder, migration->tag);
    }
    return NULL;
}

static int compare_folders(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;

    return ep_folder_name_compare(*left, *right);
}

bool ep_snapshot_find(struct ep_arena *arena, const char *folder, struct ep_names *ret_paths,
                      struct ep_error *err)
{
    const char *meta = find_meta(arena, folder);
    bool is_journal = ep_file_type(meta) == EP_FILE_FOLDER;
    const char *const *names = NULL;
    size_t count = 0;
    struct ep_names found = {0};

    if (!ep_file_list(arena, is_journal ? meta : folder, EP_FAULT_SOURCE, &names, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool ends = ep_span_ends_with(ep_span_of(names[i]), "_snapshot.json");
        const char *path = ep_arena_format(arena, "%s/%s/snapshot.json", folder, names[i]);
        if (is_journal ? ends : ep_file_type(path) == EP_FILE_REGULAR) {
            ep_schema_add_name(arena, &found, names[i]);
        }
    }
    if (!is_journal && found.count > 1) {
        qsort(found.items, found.count, sizeof(*found.items), compare_folders);
    }
    for (size_t i = 0; i < found.count; i++) {
        found.items[i] =
            is_journal ? ep_arena_format(arena, "%s/%s", meta, found.items[i])
                       : ep_arena_format(arena, "%s/%s/snapshot.json", folder, found.items[i]);
    }
    *ret_paths = found;
    return true;
}

/* Format 9, from what all snapshots of the folder say. */
static bool read_changes(struct ep_arena *arena, const char *folder,
                         const struct ep_snapshot_file *file, struct ep_schema *schema,
                         struct ep_error *err)
{
    struct ep_names paths = {0};
    json_t *rows EP_CLEANUP(ep_json_drop) = NULL;

    if (!ep_snapshot_find(arena, folder, &paths, err)
        || !ep_snapshot_history_read(&paths, file, &rows, err)) {
        return false;
    }
    ep_snapshot_rows_read(arena, rows, schema);
    return true;
}

bool ep_snapshot_read(struct ep_arena *arena, const char *folder, const char *path,
                      struct ep_schema *ret_schema, long *ret_version, struct ep_error *err)
{
    struct ep_snapshot_file file = {0};
    struct ep_schema schema = {0};
    json_t *json EP_CLEANUP(ep_json_drop) = NULL;

    if (!ep_snapshot_file_read(arena, path, &file, &json, err)) {
        return false;
    }
    if (file.version < OLDEST_VERSION || file.version > CHANGES_VERSION) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "snapshot \"%s\" is of version %ld", path,
                      file.version);
        (void)ep_error_place(err, path, 0, 0);
        return ep_error_hint(err, "Versions 3 to 9 are known to this program.");
    }
    if (file.version < ROWS_VERSION) {
        ep_snapshot_tree_read(arena, json, &schema);
    } else if (file.version == ROWS_VERSION) {
        ep_snapshot_rows_read(arena, json_object_get(json, "ddl"), &schema);
    } else if (!read_changes(arena, folder, &file, &schema, err)) {
        return false;
    }
    ep_schema_sort(&schema);
    *ret_schema = schema;
    *ret_version = file.version;
    return true;
}
