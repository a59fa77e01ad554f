/*
 * snapshot_state.h - the rows of format 9, to which differences are applied.
 *
 * A row is known by its kind and a few of its members, its identity. A change of
 * that, a rename, is carried to all rows that refer to it: what drizzle-kit
 * leaves out of a difference because it follows.
 *
 *     delta = {op: "create", row} | {op: "drop", key} | {op: "alter" or "rename", key, set}
 *     key   = entityType + NUL + JSON array of the identity, without blanks
 *
 * Source: drizzle-kit 1.0.0-rc.5; the reading of a folder with it was compared with what
 * rc.4 writes in full.
 */
#ifndef EP_SOURCE_SNAPSHOT_STATE_H
#define EP_SOURCE_SNAPSHOT_STATE_H

#include "base/compiler.h"

#include <jansson.h>

struct ep_snapshot_state {
    json_t *kinds; /* for each kind an object: identity -> row; what the rows hold is changed */
};

void ep_snapshot_state_clear(struct ep_snapshot_state *state); /* for EP_CLEANUP */

/* Begin with an array of rows, which are copied. */
void ep_snapshot_state_init(struct ep_snapshot_state *state, const json_t *rows);

/* Apply an array of differences. Those about rows that are not there do nothing. */
void ep_snapshot_state_apply(struct ep_snapshot_state *state, const json_t *deltas);

/* All rows, as an array that is the caller's. */
json_t *ep_snapshot_state_rows(const struct ep_snapshot_state *state);

#endif
