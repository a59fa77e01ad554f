#include "source/draft.h"

#include "format/json.h"
#include "format/json_write.h"
#include "source/folder_name.h"
#include "source/snapshot_file.h"
#include "system/file.h"

#define YEAR_10000_MS INT64_C(253402300800000)

/* The snapshots of a folder, in the order of names. */
struct history {
    struct ep_snapshot_file *files;
    size_t count;
    const struct ep_snapshot_file *leaf; /* the one that no other follows */
};

static const char *snapshot_of(struct ep_arena *arena, const char *folder, const char *name)
{
    return ep_arena_format(arena, "%s/%s/snapshot.json", folder, name);
}

static bool read_snapshots(struct ep_arena *arena, const char *folder, struct ep_name_list names,
                           struct history *history, struct ep_error *err)
{
    history->files = ep_arena_array(arena, names.count, sizeof(*history->files));
    for (size_t i = 0; i < names.count; i++) {
        const char *path = snapshot_of(arena, folder, names.items[i]);
        struct ep_snapshot_file *file = &history->files[history->count];
        if (ep_file_type(path) == EP_FILE_ABSENT) {
            continue;
        }
        if (!ep_snapshot_file_read(arena, path, file, NULL, err)) {
            return false;
        }
        history->count++;
    }
    return true;
}

/* One format in all of them: drizzle-kit 1.0.0-rc.4 reads only 8, rc.5 only 9. */
static bool check_versions(const struct history *history, struct ep_error *err)
{
    long newest = 8;
    for (size_t i = 0; i < history->count; i++) {
        newest = history->files[i].version == 9 ? 9 : newest;
    }
    for (size_t i = 0; i < history->count; i++) {
        if (history->files[i].version != newest) {
            return ep_snapshot_file_fail_version(&history->files[i], err);
        }
    }
    return true;
}

static bool is_followed(const struct history *history, const char *id)
{
    for (size_t i = 0; i < history->count; i++) {
        const struct ep_snapshot_file *file = &history->files[i];
        for (size_t j = 0; j < file->parent_count; j++) {
            if (strcmp(file->parents[j], id) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool fail_branches(const struct ep_snapshot_file *a, const struct ep_snapshot_file *b,
                          struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SOURCE, "no snapshot follows \"%s\", and none follows \"%s\"",
                  a->path, b->path);
    (void)ep_error_detail(err,
                          "The history has two ends, as after a merge of branches that each "
                          "had a new migration. Only drizzle-kit can tell whether they agree.");
    (void)ep_error_hint(err, "Run \"drizzle-kit generate --custom\", which joins them.");
    return ep_error_place(err, b->path, 0, 0);
}

static bool find_leaf(struct history *history, struct ep_error *err)
{
    for (size_t i = 0; i < history->count; i++) {
        const struct ep_snapshot_file *file = &history->files[i];
        if (is_followed(history, file->id)) {
            continue;
        }
        if (history->leaf != NULL) {
            return fail_branches(history->leaf, file, err);
        }
        history->leaf = file;
    }
    if (history->leaf == NULL) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "the snapshots follow each other in a circle");
        (void)ep_error_place(err, history->files[0].path, 0, 0);
        return false;
    }
    return true;
}

/* Format 9: only what changes, and that is nothing. */
static json_t *follow_with_diff(const struct ep_snapshot_file *leaf, const char *id)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:[s], s:[], s:[]}", "type", "diff", "version", "9",
                     "dialect", "postgres", "id", id, "prevIds", leaf->id, "footprints", "deltas");
}

/* Format 8: all of it again, but for the renames. id and prevIds come first, as rc.4 has them. */
static json_t *follow_with_copy(const struct ep_snapshot_file *leaf, json_t *from, const char *id)
{
    json_t *into = json_pack("{s:s, s:[s]}", "id", id, "prevIds", leaf->id);
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(from, name, value)
    {
        if (json_object_get(into, name) == NULL) {
            (void)json_object_set(into, name, value);
        }
    }
    (void)json_object_set_new(into, "renames", json_array());
    return into;
}

static bool draft_snapshot(struct ep_arena *arena, const struct ep_snapshot_file *leaf,
                           const char *id, struct ep_span *ret_content, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_snapshot_file again;
    json_t *from EP_CLEANUP(ep_json_drop) = NULL;
    if (!ep_snapshot_file_read(arena, leaf->path, &again, &from, err)) {
        return false;
    }
    json_t *into EP_CLEANUP(ep_json_drop) =
        leaf->version == 9 ? follow_with_diff(leaf, id) : follow_with_copy(leaf, from, id);
    ep_json_write(into, &text);
    *ret_content =
        (struct ep_span){.data = ep_arena_copy(arena, ep_text_span(&text)), .size = text.size};
    return true;
}

/* Now, or a second after the newest of the migrations. */
static bool find_time(struct ep_arena *arena, const struct ep_draft_request *request,
                      struct ep_name_list names, int64_t *ret_time, struct ep_error *err)
{
    struct ep_name_list migrations = ep_folders_find(arena, request->folder, names);
    int64_t time = request->now_ms;

    for (size_t i = 0; i < migrations.count; i++) {
        int64_t other = 0;
        if (ep_folder_name_parse(migrations.items[i], &other) && other + 1000 > time) {
            time = other + 1000;
        }
        if (time >= YEAR_10000_MS) {
            return ep_fail(err, EP_FAULT_SOURCE, "nothing can follow folder \"%s/%s\"",
                           request->folder, migrations.items[i]);
        }
    }
    *ret_time = time;
    return true;
}

bool ep_draft_folders(struct ep_arena *arena, const struct ep_draft_request *request,
                      struct ep_name_list names, struct ep_draft *ret_draft, struct ep_error *err)
{
    struct ep_migration migration = {.layout = EP_LAYOUT_JOURNAL};
    struct history history = {0};
    struct ep_draft draft = {0};
    struct ep_span snapshot = {0};

    if (!find_time(arena, request, names, &migration.created_at, err)
        || !read_snapshots(arena, request->folder, names, &history, err)
        || (history.count > 0
            && (!check_versions(&history, err) || !find_leaf(&history, err)
                || !draft_snapshot(arena, history.leaf, request->id, &snapshot, err)))) {
        return false;
    }
    migration.tag = ep_arena_format(arena, "_%s", request->name);
    const char *folder =
        ep_arena_format(arena, "%s/%s", request->folder, ep_migration_name(arena, &migration));
    ep_draft_add(&draft, EP_DRAFT_NEW_FOLDER, folder, (struct ep_span){0});
    if (history.count > 0) {
        ep_draft_add(&draft, EP_DRAFT_NEW_FILE, ep_arena_format(arena, "%s/snapshot.json", folder),
                     snapshot);
    }
    ep_draft_add(&draft, EP_DRAFT_NEW_FILE, ep_arena_format(arena, "%s/migration.sql", folder),
                 ep_span_of(EP_DRAFT_SQL));
    *ret_draft = draft;
    return true;
}
