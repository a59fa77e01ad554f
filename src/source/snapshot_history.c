#include "source/snapshot_history.h"

#include "format/json.h"
#include "source/snapshot_state.h"

#include <stdint.h>

enum { CHANGES_VERSION = 9 };

struct member {
    struct ep_snapshot_file file;
    json_t *json;
    bool is_diff;
};

/* All snapshots of format 9 in a folder. */
struct history {
    struct ep_arena arena;
    struct member *members;
    size_t count;
};

static void history_clear(struct history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        json_decref(history->members[i].json);
    }
    ep_arena_release(&history->arena);
}

static bool history_read(struct history *history, const struct ep_names *paths,
                         struct ep_error *err)
{
    history->members = ep_arena_array(&history->arena, paths->count, sizeof(*history->members));
    for (size_t i = 0; i < paths->count; i++) {
        struct member *member = &history->members[history->count];
        if (!ep_snapshot_file_read(&history->arena, paths->items[i], &member->file, &member->json,
                                   err)) {
            return false;
        }
        if (member->file.version == CHANGES_VERSION) {
            const char *type = json_string_value(json_object_get(member->json, "type"));
            member->is_diff = type != NULL && strcmp(type, "diff") == 0;
            history->count++;
        } else {
            json_decref(member->json);
            member->json = NULL;
        }
    }
    return true;
}

/* SIZE_MAX when there is none. */
static size_t find(const struct history *history, const char *id)
{
    for (size_t i = 0; i < history->count; i++) {
        if (strcmp(history->members[i].file.id, id) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool fail_parent(const struct member *member, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SOURCE, "snapshot \"%s\" follows one that is not there",
                  member->file.path);
    (void)ep_error_hint(err, "It holds changes only: the snapshots of all earlier migrations "
                             "must be in the folder.");
    return ep_error_place(err, member->file.path, 0, 0);
}

/* Mark a snapshot and all before it. */
static void mark_ancestors(const struct history *history, const char *id, bool *marks)
{
    size_t index = find(history, id);

    if (index == SIZE_MAX || marks[index]) {
        return;
    }
    size_t *stack = NULL;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    size_t depth = 0;
    stack = ep_arena_array(&arena, history->count, sizeof(*stack));
    marks[index] = true;
    stack[depth++] = index;
    while (depth > 0) {
        const struct ep_snapshot_file *file = &history->members[stack[--depth]].file;
        for (size_t i = 0; i < file->parent_count; i++) {
            size_t parent = find(history, file->parents[i]);
            if (parent != SIZE_MAX && !marks[parent]) {
                marks[parent] = true;
                stack[depth++] = parent;
            }
        }
    }
}

/* What a merge's other parents have and its first has not, in the folder's order. */
static void apply_others(struct history *history, const struct member *merge,
                         struct ep_snapshot_state *state)
{
    bool *known = ep_arena_array(&history->arena, history->count, sizeof(*known));
    bool *others = ep_arena_array(&history->arena, history->count, sizeof(*others));

    mark_ancestors(history, merge->file.parents[0], known);
    for (size_t i = 1; i < merge->file.parent_count; i++) {
        mark_ancestors(history, merge->file.parents[i], others);
    }
    for (size_t i = 0; i < history->count; i++) {
        if (others[i] && !known[i] && history->members[i].is_diff) {
            ep_snapshot_state_apply(state, json_object_get(history->members[i].json, "deltas"));
        }
    }
}

/* The way from a snapshot back to its base; path has room for all. */
static bool find_path(const struct history *history, size_t from, size_t *path, size_t *ret_count,
                      struct ep_error *err)
{
    size_t count = 0;

    path[count++] = from;
    while (history->members[path[count - 1]].is_diff) {
        const struct member *member = &history->members[path[count - 1]];
        size_t parent =
            member->file.parent_count == 0 ? SIZE_MAX : find(history, member->file.parents[0]);
        if (parent == SIZE_MAX || count == history->count) {
            return fail_parent(member, err);
        }
        path[count++] = parent;
    }
    *ret_count = count;
    return true;
}

bool ep_snapshot_history_read(const struct ep_names *paths, const struct ep_snapshot_file *file,
                              json_t **ret_rows, struct ep_error *err)
{
    struct history history EP_CLEANUP(history_clear) = {0};
    struct ep_snapshot_state state EP_CLEANUP(ep_snapshot_state_clear) = {0};

    if (!history_read(&history, paths, err)) {
        return false;
    }
    size_t from = find(&history, file->id);
    if (from == SIZE_MAX) {
        return ep_fail(err, EP_FAULT_SOURCE, "\"%s\" changed while this program ran", file->path);
    }
    size_t *path = ep_arena_array(&history.arena, history.count + 1, sizeof(*path));
    size_t count = 0;
    if (!find_path(&history, from, path, &count, err)) {
        return false;
    }
    ep_snapshot_state_init(&state, json_object_get(history.members[path[count - 1]].json, "ddl"));
    for (size_t i = count - 1; i-- > 0;) {
        const struct member *member = &history.members[path[i]];
        if (member->file.parent_count > 1) {
            apply_others(&history, member, &state);
        }
        ep_snapshot_state_apply(&state, json_object_get(member->json, "deltas"));
    }
    *ret_rows = ep_snapshot_state_rows(&state);
    return true;
}
