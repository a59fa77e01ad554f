/*
 * presence.h - the tables and columns of the newest snapshots, of which the server needs all.
 *
 * [verify] snapshot: a cheap look at every start, which check.h does thoroughly. It
 * travels in the flight that reads the state, or that looks at tables after a migration.
 */
#ifndef EP_STEPS_PRESENCE_H
#define EP_STEPS_PRESENCE_H

#include "source/schema.h"
#include "steps/tier.h"

/*
 * What the newest migration of each folder says there is; NULL when none has a
 * snapshot, or policy is to ignore it. Those that cannot be read are reported as
 * EP_EVENT_SOURCE_NOTE.
 *
 * Errors: EP_FAULT_SOURCE for such a one, where the policy is to fail.
 */
bool ep_presence_expect(struct ep_arena *arena, const struct ep_tier_list *tiers,
                        enum ep_policy policy, const struct ep_reporter *reporter,
                        const struct ep_schema **ret_expected, struct ep_error *err) EP_MUST_CHECK;

/* The query that answers with the tables that are not there or lack a column. */
struct ep_query ep_presence_query(struct ep_arena *arena, const struct ep_schema *expected);

/* What is missing, as "table public.users" or "column public.users.email"; the arena's. */
bool ep_presence_read(struct ep_arena *arena, const struct ep_result *result,
                      const struct ep_schema *expected, struct ep_names *ret_missing,
                      struct ep_error *err) EP_MUST_CHECK;

/*
 * Report what is missing as EP_EVENT_SNAPSHOT_MISSING.
 *
 * Errors: EP_FAULT_VERIFY when something is and the policy is to fail.
 */
bool ep_presence_verify(const struct ep_names *missing, enum ep_policy policy,
                        const struct ep_reporter *reporter, struct ep_error *err) EP_MUST_CHECK;

#endif
