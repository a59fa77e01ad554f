/*
 * help.h - everything the program says about itself.
 *
 * Made from the tables of commands, options, settings and faults; `make docs`
 * writes the files of the repository from it. All functions append.
 */
#ifndef EP_ENTRYPOINT_HELP_H
#define EP_ENTRYPOINT_HELP_H

#include "base/text.h"
#include "entrypoint/command_line.h"

/* The page that `help` was asked for. topic counts with EP_HELP_TEXT only. */
void ep_help_page(struct ep_text *out, enum ep_help_page page, const struct ep_command *topic);

/* Plain text of at most 80 columns: one command, or with NULL everything. */
void ep_help_text(struct ep_text *out, const struct ep_command *topic);

/* The tables of README.md, each between its markers: commands, settings, exit statuses. */
void ep_help_markdown(struct ep_text *out);

/* An entrypoint.ini in which every setting is a comment. */
void ep_help_ini(struct ep_text *out);

/* entrypoint.1, for man(7). */
void ep_help_man(struct ep_text *out);

/* "entrypoint 1.2.3" */
void ep_help_version(struct ep_text *out);

#endif
