/*
 * snapshot_file.h - the head of a snapshot, whatever its format.
 */
#ifndef EP_SOURCE_SNAPSHOT_FILE_H
#define EP_SOURCE_SNAPSHOT_FILE_H

#include "base/arena.h"
#include "base/error.h"

#include <jansson.h>

struct ep_snapshot_file {
    const char *path;
    const char *id;
    long version;               /* 7 is drizzle-kit 0.22 to 0.31, 8 and 9 are 1.0 */
    const char *const *parents; /* ids: the one "prevId" or all of "prevIds" */
    size_t parent_count;
};

/*
 * Read a snapshot. ret_json, which may be NULL, is its content, and the
 * caller's; all else is the arena's.
 *
 * Errors: EP_FAULT_SOURCE: it cannot be read, or is not one for PostgreSQL.
 */
bool ep_snapshot_file_read(struct ep_arena *arena, const char *path,
                           struct ep_snapshot_file *ret_file, json_t **ret_json,
                           struct ep_error *err) EP_MUST_CHECK;

/*
 * The same without its content, many times as fast: of what stands between the
 * members of the head only the brackets and quotes are looked at.
 */
bool ep_snapshot_file_peek(struct ep_arena *arena, const char *path,
                           struct ep_snapshot_file *ret_file, struct ep_error *err) EP_MUST_CHECK;

/* Record that a snapshot is in a format that is not written any more, or not known yet. */
bool ep_snapshot_file_fail_version(const struct ep_snapshot_file *file, struct ep_error *err);

#endif
