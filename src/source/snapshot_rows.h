/*
 * snapshot_rows.h - the snapshots of drizzle-kit 1.0 (formats 8 and 9): a row for each entity.
 */
#ifndef EP_SOURCE_SNAPSHOT_ROWS_H
#define EP_SOURCE_SNAPSHOT_ROWS_H

#include "source/schema.h"

#include <jansson.h>

/* Add what an array of rows describes; sorted. Rows of a table that has no row are left out. */
void ep_snapshot_rows_read(struct ep_arena *arena, const json_t *rows, struct ep_schema *schema);

#endif
