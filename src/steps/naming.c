#include "steps/naming.h"

bool ep_naming_upgrade(struct ep_session *session, const struct ep_reporter *reporter,
                       const struct ep_ledger_table *table, struct ep_ledger *ledger,
                       struct ep_error *err)
{
    ep_report(reporter, EP_EVENT_UPGRADE, EP_TEXT_FIELD("table", table->quoted));
    if (!ep_ledger_upgrade(session, table, err)) {
        return false;
    }
    ledger->shape = EP_LEDGER_V1;
    return true;
}

bool ep_naming_rows(struct ep_session *session, const struct ep_reporter *reporter,
                    const struct ep_ledger_table *table, const struct ep_plan *plan,
                    struct ep_error *err)
{
    for (size_t i = 0; i < plan->name_count; i++) {
        if (!ep_ledger_name(session, table, plan->names[i].name_and_id, plan->upgrades, err)) {
            return false;
        }
    }
    ep_report(reporter, EP_EVENT_NAMED, EP_INTEGER_FIELD("count", (long long)plan->name_count),
              EP_TEXT_FIELD("table", table->quoted));
    return true;
}
