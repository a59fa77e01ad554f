/*
 * snapshot.h - what a migration's snapshot says the database looks like after it.
 *
 *     drizzle/meta/0001_snapshot.json                  of tag 0001_add, formats 3 to 7
 *     drizzle/20240131235959_add/snapshot.json         formats 8 and 9
 *
 * Formats up to 8 hold everything. Format 9 has a base that does and, for each later
 * migration, what changed: the snapshots of the whole folder are read then.
 *
 * Source: drizzle-kit 0.14 to 1.0.0-rc.5.
 */
#ifndef EP_SOURCE_SNAPSHOT_H
#define EP_SOURCE_SNAPSHOT_H

#include "source/migration.h"
#include "source/schema.h"
#include "source/snapshot_file.h"

/* The folder that a migration is in, as it was named. */
const char *ep_snapshot_folder(struct ep_arena *arena, const struct ep_migration *migration);

bool ep_snapshot_same_folder(const struct ep_migration *a, const struct ep_migration *b);

/* Where its snapshot is, if it has one; NULL for a layout without snapshots. */
const char *ep_snapshot_path(struct ep_arena *arena, const struct ep_migration *migration);

/*
 * The paths of all snapshots of a folder, in the order of their migrations.
 *
 * Errors: EP_FAULT_SOURCE when it cannot be listed.
 */
bool ep_snapshot_find(struct ep_arena *arena, const char *folder, struct ep_names *ret_paths,
                      struct ep_error *err) EP_MUST_CHECK;

/*
 * Read one, and what it builds upon. folder is the one that ep_snapshot_folder()
 * gives. The result is sorted.
 *
 * Errors: EP_FAULT_SOURCE: a file that cannot be read or is malformed, a format that
 * is not known, a parent that is missing.
 */
bool ep_snapshot_read(struct ep_arena *arena, const char *folder, const char *path,
                      struct ep_schema *ret_schema, long *ret_version,
                      struct ep_error *err) EP_MUST_CHECK;

#endif
