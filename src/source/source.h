/*
 * source.h - the migrations of the folders that the settings name.
 *
 * The layout of a folder is found out, not configured: "meta/_journal.json" or
 * "_meta/_journal.json" makes it a Drizzle journal folder (journal.h).
 */
#ifndef EP_SOURCE_SOURCE_H
#define EP_SOURCE_SOURCE_H

#include "base/event.h"
#include "source/migration.h"

/*
 * Read every folder in order and append its migrations to one list. With
 * folders NULL the one of "drizzle" and "migrations" that exists is read; with
 * an empty array (the setting is set, but empty) nothing is.
 *
 * Reports EP_EVENT_SOURCE for each folder and EP_EVENT_SOURCE_NOTE for what is
 * odd but harmless, such as an SQL file that the journal does not list.
 *
 * Errors: EP_FAULT_SOURCE; EP_FAULT_CONFIG when folders is NULL and both
 * default folders exist (the hint is the setting to write).
 */
bool ep_source_read(struct ep_arena *arena, const char *const *folders, size_t folder_count,
                    const struct ep_reporter *reporter, struct ep_migration_list *ret_list,
                    struct ep_error *err) EP_MUST_CHECK;

#endif
