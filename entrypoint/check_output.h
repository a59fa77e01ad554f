/*
 * check_output.h - what `entrypoint check` prints.
 *
 * The JSON document is described in the manual text of the command, in commands.c.
 */
#ifndef EP_ENTRYPOINT_CHECK_OUTPUT_H
#define EP_ENTRYPOINT_CHECK_OUTPUT_H

#include "base/text.h"
#include "source/integrity.h"
#include "steps/check.h"

/* What was looked at, and found. */
struct ep_check_report {
    const struct ep_finding_list *findings; /* about the folders */
    const struct ep_check *check;           /* of the database; NULL: it was not asked */
    bool is_strict;                         /* what is extra counts */
};

/* How many of all are faults, not notes. */
size_t ep_check_output_faults(const struct ep_check_report *report);

/*
 * A line for each finding about the folders; then for each table the lines of its
 * differences: "+" only in the database, "-" missing from it, "~" different; then what
 * was compared and the counts. Printable, whatever names hold. Appends.
 */
void ep_check_output_text(struct ep_text *out, const struct ep_check_report *report);

/* One JSON document and a newline. Appends. */
void ep_check_output_json(struct ep_text *out, const struct ep_check_report *report);

#endif
