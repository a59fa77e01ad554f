/*
 * snapshot_lineage.h - which snapshot follows which.
 *
 * Each names its parents by their ids; the first names the origin. Two that follow
 * the same one are branches: neither describes what the other has done.
 */
#ifndef EP_SOURCE_SNAPSHOT_LINEAGE_H
#define EP_SOURCE_SNAPSHOT_LINEAGE_H

#include "source/snapshot_file.h"

struct ep_lineage {
    const struct ep_snapshot_file *files; /* in the order of their migrations */
    size_t count;
};

/* The file with an id, or NULL. */
const struct ep_snapshot_file *ep_lineage_find(const struct ep_lineage *lineage, const char *id);

/* Whether an id stands for "none before": the parent of a first snapshot. */
bool ep_lineage_is_origin(const char *id);

/*
 * A snapshot that branches off before newest: it does not lead to newest, but one of
 * its parents does, so newest does not describe it. NULL when there is none. Where
 * snapshots are missing in between nothing is said.
 */
const struct ep_snapshot_file *ep_lineage_find_branch(struct ep_arena *arena,
                                                      const struct ep_lineage *lineage,
                                                      const struct ep_snapshot_file *newest);

/* The first file that no other follows, or NULL; from is where to begin, as an index. */
const struct ep_snapshot_file *ep_lineage_find_leaf(const struct ep_lineage *lineage, size_t from);

#endif
