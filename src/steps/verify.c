#include "steps/verify.h"

bool ep_verify(const struct ep_table_list *tables, const bool *present,
               const struct ep_reporter *reporter, struct ep_error *err)
{
    size_t missing = 0;

    for (size_t i = 0; i < tables->count; i++) {
        ep_report(reporter, present[i] ? EP_EVENT_TABLE_PRESENT : EP_EVENT_TABLE_MISSING,
                  EP_TEXT_FIELD("table", tables->items[i].text));
        missing += !present[i];
    }
    if (missing == 0) {
        return true;
    }
    (void)ep_fail(err, EP_FAULT_VERIFY, "%zu of %zu critical tables %s missing", missing,
                  tables->count, missing == 1 ? "is" : "are");
    return ep_error_hint(err, "The migrations of this image do not create them, or they are in a "
                              "schema that is not in the search path: write schema.name.");
}
