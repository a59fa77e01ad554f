#include "source/snapshot_lineage.h"

#include "source/schema.h"
#include "source/snapshot7.h"

const struct ep_snapshot_file *ep_lineage_find(const struct ep_lineage *lineage, const char *id)
{
    for (size_t i = 0; i < lineage->count; i++) {
        if (strcmp(lineage->files[i].id, id) == 0) {
            return &lineage->files[i];
        }
    }
    return NULL;
}

bool ep_lineage_is_origin(const char *id)
{
    return id[0] == '\0' || strcmp(id, EP_SNAPSHOT_ORIGIN) == 0;
}

/* The ids of a snapshot and all that lead to it, the origin's included. */
static struct ep_names find_ancestors(struct ep_arena *arena, const struct ep_lineage *lineage,
                                      const struct ep_snapshot_file *newest)
{
    struct ep_names ids = {0};

    ep_schema_add_name(arena, &ids, newest->id);
    for (size_t done = 0; done < ids.count; done++) {
        const struct ep_snapshot_file *file = ep_lineage_find(lineage, ids.items[done]);
        for (size_t i = 0; file != NULL && i < file->parent_count; i++) {
            if (!ep_names_hold(&ids, file->parents[i])) {
                ep_schema_add_name(arena, &ids, file->parents[i]);
            }
        }
    }
    return ids;
}

const struct ep_snapshot_file *ep_lineage_find_branch(struct ep_arena *arena,
                                                      const struct ep_lineage *lineage,
                                                      const struct ep_snapshot_file *newest)
{
    struct ep_names ids = find_ancestors(arena, lineage, newest);

    for (size_t i = 0; i < lineage->count; i++) {
        const struct ep_snapshot_file *file = &lineage->files[i];
        for (size_t j = 0; j < file->parent_count && !ep_names_hold(&ids, file->id); j++) {
            if (ep_names_hold(&ids, file->parents[j])) {
                return file;
            }
        }
    }
    return NULL;
}

static bool is_followed(const struct ep_lineage *lineage, const char *id)
{
    for (size_t i = 0; i < lineage->count; i++) {
        for (size_t j = 0; j < lineage->files[i].parent_count; j++) {
            if (strcmp(lineage->files[i].parents[j], id) == 0) {
                return true;
            }
        }
    }
    return false;
}

const struct ep_snapshot_file *ep_lineage_find_leaf(const struct ep_lineage *lineage, size_t from)
{
    for (size_t i = from; i < lineage->count; i++) {
        if (!is_followed(lineage, lineage->files[i].id)) {
            return &lineage->files[i];
        }
    }
    return NULL;
}
