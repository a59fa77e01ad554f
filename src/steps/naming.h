/* naming.h - a ledger becomes one of Drizzle 1.x, and its rows get the names that it looks for. */
#ifndef EP_STEPS_NAMING_H
#define EP_STEPS_NAMING_H

#include "steps/plan.h"

/* Both report what they do, and belong in the open transaction. Errors: the server's refusal. */
bool ep_naming_upgrade(struct ep_session *session, const struct ep_reporter *reporter,
                       const struct ep_ledger_table *table, struct ep_ledger *ledger,
                       struct ep_error *err) EP_MUST_CHECK;

bool ep_naming_rows(struct ep_session *session, const struct ep_reporter *reporter,
                    const struct ep_ledger_table *table, const struct ep_plan *plan,
                    struct ep_error *err) EP_MUST_CHECK;

#endif
