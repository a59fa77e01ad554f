/*
 * snapshot7.h - the snapshots of drizzle-kit 0.22 to 0.31 (format 7).
 *
 * What "generate --custom" makes of a snapshot is not a copy: drizzle-kit reads
 * it through a schema (zod), which puts the members that it knows into its own
 * order and adds those that have a default. The same is done here, so that the
 * bytes are the same. Members that the schema does not know are dropped where
 * drizzle-kit drops them; where it would refuse the whole snapshot they are
 * kept, behind the others.
 *
 * Source: drizzle-kit 0.31.11, serializer/pgSchema.ts and preparePgMigrationSnapshot().
 */
#ifndef EP_SOURCE_SNAPSHOT7_H
#define EP_SOURCE_SNAPSHOT7_H

#include "base/compiler.h"

#include <jansson.h>

/* The prevId of a first snapshot. */
#define EP_SNAPSHOT_ORIGIN "00000000-0000-0000-0000-000000000000"

/*
 * The snapshot that follows previous, with the same schema and without renames;
 * NULL stands for the empty schema. id and prev_id are its first members. The
 * caller owns the result; parts of it are shared with previous, which is not changed.
 */
json_t *ep_snapshot7_follow(json_t *previous, const char *id, const char *prev_id);

#endif
