/*
 * snapshot_names.h - the tables and columns that a snapshot names, and nothing else of it.
 *
 * For every start, where building all of it (snapshot.h) would cost more than the rest. Format
 * 9, whose changes build upon each other, is read as a whole: it has one base and is small.
 */
#ifndef EP_SOURCE_SNAPSHOT_NAMES_H
#define EP_SOURCE_SNAPSHOT_NAMES_H

#include "base/error.h"
#include "source/schema.h"

/*
 * Add the tables of the snapshot at path, with the names of their columns.
 *
 * Errors: EP_FAULT_SOURCE: a file that cannot be read or is malformed, a format that
 * is not known, a parent that is missing.
 */
bool ep_snapshot_names_read(struct ep_arena *arena, const char *folder, const char *path,
                            struct ep_schema *schema, struct ep_error *err) EP_MUST_CHECK;

#endif
