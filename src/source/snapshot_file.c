#include "source/snapshot_file.h"

#include "format/json.h"
#include "format/json_scan.h"
#include "source/draft.h"
#include "system/file.h"

enum { NEWEST_VERSION = 9 };

static bool fail_malformed(const char *path, const char *what, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SOURCE, "snapshot \"%s\" %s", path, what);
    (void)ep_error_hint(err, "Restore it as drizzle-kit wrote it, from version control.");
    return ep_error_place(err, path, 0, 0);
}

/* The names that drizzle-kit has used for PostgreSQL. */
static bool is_postgresql(const char *dialect)
{
    return dialect != NULL
           && (strcmp(dialect, "postgresql") == 0 || strcmp(dialect, "postgres") == 0
               || strcmp(dialect, "pg") == 0);
}

static void add_parent(struct ep_arena *arena, const json_t *value, const char **parents,
                       size_t *count)
{
    if (json_is_string(value)) {
        parents[(*count)++] = ep_arena_copy(arena, ep_span_of(json_string_value(value)));
    }
}

static void read_parents(struct ep_arena *arena, const json_t *json, struct ep_snapshot_file *file)
{
    const json_t *list = json_object_get(json, "prevIds");
    const char **parents = ep_arena_array(arena, json_array_size(list) + 1, sizeof(*parents));

    for (size_t i = 0; i < json_array_size(list); i++) {
        add_parent(arena, json_array_get(list, i), parents, &file->parent_count);
    }
    add_parent(arena, json_object_get(json, "prevId"), parents, &file->parent_count);
    file->parents = parents;
}

/* What of a head is needed, whichever way it was read. */
struct head {
    const char *id, *version, *dialect;
    bool has_parents;
};

static bool check_head(struct ep_arena *arena, const struct head *head,
                       struct ep_snapshot_file *file, struct ep_error *err)
{
    if (head->version == NULL || head->id == NULL) {
        return fail_malformed(file->path, "has no \"id\" or no \"version\"", err);
    }
    file->version = strtol(head->version, NULL, 10);
    file->id = ep_arena_copy(arena, ep_span_of(head->id));
    if (file->version > 3 && !is_postgresql(head->dialect)) {
        return fail_malformed(file->path, "is not one for PostgreSQL", err);
    }
    if (file->parent_count == 0 && !head->has_parents) {
        return fail_malformed(file->path, "does not say which it follows", err);
    }
    return true;
}

static bool read_head(struct ep_arena *arena, const json_t *json, struct ep_snapshot_file *file,
                      struct ep_error *err)
{
    const struct head head = {
        .id = json_string_value(json_object_get(json, "id")),
        .version = json_string_value(json_object_get(json, "version")),
        .dialect = json_string_value(json_object_get(json, "dialect")),
        .has_parents = json_is_array(json_object_get(json, "prevIds")),
    };

    read_parents(arena, json, file);
    return check_head(arena, &head, file, err);
}

static void scan_parents(struct ep_arena *arena, struct ep_json_scan *scan, const char ***parents,
                         size_t *count)
{
    if (ep_json_scan_enter(scan, '[')) {
        while (ep_json_scan_element(scan)) {
            *parents = ep_arena_grow(arena, *parents, *count, sizeof(**parents));
            (*parents)[*count] = ep_json_scan_text(scan, arena);
            *count += (*parents)[*count] != NULL;
        }
    }
}

/* Returns false where the text is not one that can be scanned. */
static bool scan_head(struct ep_arena *arena, struct ep_span text, struct head *head,
                      struct ep_snapshot_file *file)
{
    struct ep_json_scan scan = {.text = text};
    struct ep_span member;
    const char **parents = NULL, *parent = NULL;

    if (!ep_json_scan_enter(&scan, '{')) {
        return false;
    }
    while (ep_json_scan_member(&scan, &member)) {
        if (ep_span_equals(member, "id")) {
            head->id = ep_json_scan_text(&scan, arena);
        } else if (ep_span_equals(member, "version")) {
            head->version = ep_json_scan_text(&scan, arena);
        } else if (ep_span_equals(member, "dialect")) {
            head->dialect = ep_json_scan_text(&scan, arena);
        } else if (ep_span_equals(member, "prevId")) {
            parent = ep_json_scan_text(&scan, arena);
        } else if (ep_span_equals(member, "prevIds")) {
            head->has_parents = true;
            scan_parents(arena, &scan, &parents, &file->parent_count);
        } else {
            ep_json_scan_skip(&scan);
        }
    }
    if (parent != NULL) {
        parents = ep_arena_grow(arena, parents, file->parent_count, sizeof(*parents));
        parents[file->parent_count++] = parent;
    }
    file->parents = parents;
    return ep_json_scan_end(&scan);
}

bool ep_snapshot_file_peek(struct ep_arena *arena, const char *path,
                           struct ep_snapshot_file *ret_file, struct ep_error *err)
{
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
    struct ep_snapshot_file file = {.path = path};
    struct head head = {0};
    struct ep_span text;

    if (!ep_file_read(&scratch, path, EP_SNAPSHOT_BYTES_MAX, EP_FAULT_SOURCE, &text, err)) {
        return false;
    }
    if (!scan_head(arena, text, &head, &file)) {
        return ep_snapshot_file_read(arena, path, ret_file, NULL, err);
    }
    if (!check_head(arena, &head, &file, err)) {
        return false;
    }
    *ret_file = file;
    return true;
}

bool ep_snapshot_file_read(struct ep_arena *arena, const char *path,
                           struct ep_snapshot_file *ret_file, json_t **ret_json,
                           struct ep_error *err)
{
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
    struct ep_snapshot_file file = {.path = path};
    json_t *json EP_CLEANUP(ep_json_drop) = NULL;
    struct ep_span text;

    if (!ep_file_read(&scratch, path, EP_SNAPSHOT_BYTES_MAX, EP_FAULT_SOURCE, &text, err)
        || !ep_json_parse(path, text, &json, err) || !read_head(arena, json, &file, err)) {
        return false;
    }
    if (ret_json != NULL) {
        *ret_json = json_incref(json);
    }
    *ret_file = file;
    return true;
}

bool ep_snapshot_file_fail_version(const struct ep_snapshot_file *file, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SOURCE, "snapshot \"%s\" is of version %ld", file->path,
                  file->version);
    (void)ep_error_place(err, file->path, 0, 0);
    if (file->version > NEWEST_VERSION) {
        return ep_error_hint(err, "It is newer than this program: use \"drizzle-kit generate "
                                  "--custom\".");
    }
    return ep_error_hint(err, "As drizzle-kit does, this needs all snapshots in the newest "
                              "format: run \"drizzle-kit up\".");
}
