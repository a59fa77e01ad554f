/*
 * verify.h - the tables that the server cannot do without.
 */
#ifndef EP_STEPS_VERIFY_H
#define EP_STEPS_VERIFY_H

#include "steps/state.h"

/*
 * Report each table, EP_EVENT_TABLE_PRESENT or EP_EVENT_TABLE_MISSING.
 *
 * Errors: EP_FAULT_VERIFY when one is missing.
 */
bool ep_verify(const struct ep_table_list *tables, const bool *present,
               const struct ep_reporter *reporter, struct ep_error *err) EP_MUST_CHECK;

#endif
