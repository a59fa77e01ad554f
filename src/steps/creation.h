/* creation.h - the first of some numbered files may itself create the table that records them. */
#ifndef EP_STEPS_CREATION_H
#define EP_STEPS_CREATION_H

#include "steps/turn.h"

/*
 * Whether the ledger is absent and the tier's first file has a CREATE TABLE for it: of its
 * schema and name, or of its name alone.
 *
 * Errors: EP_FAULT_SOURCE from ep_script_load().
 */
bool ep_creation_check(const struct ep_tier *tier, const struct ep_ledger *ledger,
                       bool *ret_creates, struct ep_error *err) EP_MUST_CHECK;

/*
 * Behind the first file: where ledger is absent, read the table that it created; where it did
 * so elsewhere, create it after all. Errors: those of ep_turn_look().
 */
bool ep_creation_finish(struct ep_arena *arena, struct ep_replica *replica,
                        const struct ep_tier *tier, struct ep_ledger *ledger,
                        struct ep_error *err) EP_MUST_CHECK;

/* The same as the first for one text: a pure function. */
bool ep_creation_find(struct ep_span text, const char *schema, const char *table);

#endif
