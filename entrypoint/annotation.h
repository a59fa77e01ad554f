/*
 * annotation.h - what GitHub Actions shows beside a line of a file.
 *
 *     ::error file=drizzle/0007_users.sql,line=12,col=34::column "emial" does not exist
 *
 * Its runner takes a line that begins with "::" for a command, blanks before it left aside, and
 * one that has "##[" anywhere: no other line of ours may look like that.
 *
 * Source: actions/runner, src/Runner.Common/ActionCommand.cs; "Workflow commands" in GitHub's docs.
 */
#ifndef EP_ENTRYPOINT_ANNOTATION_H
#define EP_ENTRYPOINT_ANNOTATION_H

#include "entrypoint/report.h"

/*
 * Append the annotation of an error, with a line break at its end. A file in the folder
 * workspace (GITHUB_WORKSPACE, or "") is named relative to it, as GitHub wants it.
 */
void ep_annotation_add(struct ep_text *text, const struct ep_error *err, const char *workspace);

/*
 * The same of an event that has the fields file, line and column, as a warning; false where it
 * has none. message is the event's, as it is logged.
 */
bool ep_annotation_add_event(struct ep_text *text, const struct ep_event *event,
                             struct ep_span message, const char *workspace);

/* Take from lines of the log what GitHub would read as a command; "::" becomes ". ::". */
void ep_annotation_defuse(struct ep_text *text);

#endif
