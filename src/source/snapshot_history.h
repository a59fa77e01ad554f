/*
 * snapshot_history.h - format 9: a schema from its base and the differences since.
 *
 *     base <- diff <- diff          prevIds[0] leads to the base
 *          <- diff <-'              a merge has several parents: the differences that only
 *                                   the others have come before its own
 */
#ifndef EP_SOURCE_SNAPSHOT_HISTORY_H
#define EP_SOURCE_SNAPSHOT_HISTORY_H

#include "source/schema.h"
#include "source/snapshot_file.h"

/*
 * The rows after a snapshot. paths are all of its folder, in order; those of other
 * formats are passed over. ret_rows is the caller's.
 *
 * Errors: EP_FAULT_SOURCE: a snapshot that cannot be read, a parent that is missing,
 * parents in a circle.
 */
bool ep_snapshot_history_read(const struct ep_names *paths, const struct ep_snapshot_file *file,
                              json_t **ret_rows, struct ep_error *err) EP_MUST_CHECK;

#endif
