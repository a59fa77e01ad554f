/*
 * snapshot_tree.h - the snapshots of drizzle-kit 0.x (formats 3 to 7): a tree of tables.
 */
#ifndef EP_SOURCE_SNAPSHOT_TREE_H
#define EP_SOURCE_SNAPSHOT_TREE_H

#include "source/schema.h"

#include <jansson.h>

/* Add what a snapshot describes; not sorted yet. */
void ep_snapshot_tree_read(struct ep_arena *arena, const json_t *snapshot,
                           struct ep_schema *schema);

#endif
