/*
 * folder_name.h - what Drizzle 1.x reads in the name of a migration's folder.
 *
 *     20240131235959_add_users     its time, UTC, and its place in the order
 *
 * Pure functions, which agree with JavaScript's on any name of ASCII.
 */
#ifndef EP_SOURCE_FOLDER_NAME_H
#define EP_SOURCE_FOLDER_NAME_H

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The time in a name, milliseconds since 1970. As in Drizzle, the first 14
 * characters (UTF-16 units) are four digits for the year and two each for
 * month, day, hour, minute and second, read by parseInt(): blanks before a
 * number and anything behind it are skipped, a sign counts. What is too large
 * rolls over ("20240230" is 1 March), years 0 to 99 are 1900 to 1999.
 *
 * Returns false where Drizzle gets NaN, which no bigint holds: one of the six
 * is no number. Blanks beyond ASCII, which parseInt() skips, are not skipped here.
 *
 * Source: drizzle-orm 1.0.0-rc.5, migrator.utils.js; ECMA-262, Date.UTC().
 */
bool ep_folder_name_parse(const char *name, int64_t *ret_created_at);

/*
 * Less than, equal to or greater than 0 as a is to run before, with or after b:
 * the order of JavaScript's localeCompare(), which is ICU's of the root locale,
 * for names of printable ASCII. Control characters other than blanks are passed
 * over, and names that differ only in these are in the order of their bytes.
 *
 * Characters beyond ASCII follow all others, in the order of code points. ICU
 * would place them among the letters: see ep_folder_name_is_certain().
 */
int ep_folder_name_compare(const char *a, const char *b);

/* Whether the order of two names is Drizzle's: no character beyond ASCII decided it. */
bool ep_folder_name_is_certain(const char *a, const char *b);

#endif
