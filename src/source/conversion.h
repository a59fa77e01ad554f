/*
 * conversion.h - a folder between the layouts of Drizzle 0.x and 1.x.
 *
 * drizzle-kit's "up" makes a folder of each entry of the journal, removes the
 * entry's file, and at last the journal. Before 1.0.0-rc.5 it stopped at an entry
 * without a snapshot and left all before it converted; no version goes on from
 * there. Merged branches can look the same. Drizzle 1.x refuses such a folder,
 * Drizzle 0.x misses the files, and so neither layout is read here.
 *
 * Source: https://github.com/drizzle-team/drizzle-orm/issues/6166, drizzle-kit 1.0.0-rc.4 and rc.5.
 */
#ifndef EP_SOURCE_CONVERSION_H
#define EP_SOURCE_CONVERSION_H

#include "source/folders.h"

/*
 * Record EP_FAULT_SOURCE for a folder that has a journal and, beside it, folders
 * (in the order of bytes) with a migration.sql: which entries are converted,
 * which are not, which folders belong to no entry, and how to finish it. Returns
 * false. A journal that is malformed is told first.
 */
bool ep_conversion_fail(struct ep_arena *arena, const char *folder, const char *journal,
                        struct ep_name_list folders, struct ep_error *err);

#endif
