/*
 * status_output.h - what `entrypoint status` prints.
 *
 * The JSON document is described in the manual text of the command, in commands.c.
 */
#ifndef EP_ENTRYPOINT_STATUS_OUTPUT_H
#define EP_ENTRYPOINT_STATUS_OUTPUT_H

#include "base/text.h"
#include "steps/status.h"

/*
 * A table for a terminal: a line for each migration, one for each row that
 * belongs to none, the reasons for what is unusual, and the counts. No lines are
 * broken. Of several tiers one after the other, then the totals. Whatever the folder and the ledger
 * hold is made printable. Appends.
 */
void ep_status_output_text(struct ep_text *out, const struct ep_status_list *list);

/* One JSON document, with "tiers" when there is more than one, and a newline. What is not UTF-8 in
 * a name becomes U+FFFD. Appends. */
void ep_status_output_json(struct ep_text *out, const struct ep_status_list *list);

/* What both have in common: the name of a state, how many are skipped, and whether a time reads
 * "2026-11-21 06:28:44.123+00", as PostgreSQL writes one of UTC, without BC or infinity. */
const char *ep_status_output_state(enum ep_plan_state state);
size_t ep_status_output_skipped(const struct ep_plan *plan);
bool ep_status_output_is_utc(const char *time);

#endif
