/*
 * document.h - the settings table written out for people.
 *
 * All functions append. Whole pages are put together in entrypoint/help.h.
 */
#ifndef EP_SETTINGS_DOCUMENT_H
#define EP_SETTINGS_DOCUMENT_H

#include "base/text.h"
#include "settings/settings.h"

/*
 * The flags for --help, at most 80 columns wide, of the settings in some
 * sections: names separated by blanks, NULL for all.
 */
void ep_document_flags(struct ep_text *out, const char *sections);

/* Whether that lists the flag of a row. */
bool ep_document_has_flag(const struct ep_setting *row, const char *sections);

void ep_document_markdown(struct ep_text *out); /* a table for README.md */
void ep_document_ini(struct ep_text *out);      /* every setting commented out, with its default */
void ep_document_man(struct ep_text *out);      /* .TP paragraphs for the manual page */

/* Plain text as lines of at most 80 columns, each beginning with prefix. */
void ep_document_wrap(struct ep_text *out, const char *prefix, const char *text);

/* Plain text for man(7): on lines of its own, nothing in it is taken for a macro or an escape. */
void ep_document_prose(struct ep_text *out, const char *text);

/* The same without any line break, to stand inside of a line. */
void ep_document_roff(struct ep_text *out, const char *text);

/* The first letter as a capital. */
void ep_document_capital(struct ep_text *out, const char *text);

#endif
