/*
 * source.h - the migrations of the folders that the settings name.
 *
 * The layout of a folder is found out, not configured: "meta/_journal.json" or
 * "_meta/_journal.json" is that of Drizzle 0.x (journal.h), <name>/migration.sql
 * that of Drizzle 1.x (folders.h), SQL files alone are numbered.h's. The first two in one folder
 * are refused (conversion.h).
 * Several folders may be of different layouts.
 */
#ifndef EP_SOURCE_SOURCE_H
#define EP_SOURCE_SOURCE_H

#include "base/event.h"
#include "source/migration.h"

/* One folder and what it holds. */
struct ep_source {
    const char *folder;
    enum ep_layout layout;
    struct ep_migration_list migrations; /* in execution order */
};

struct ep_source_list {
    const struct ep_source *items;
    size_t count;
};

/*
 * Read every folder in order. With
 * folders NULL the one of "drizzle" and "migrations" that exists is read; with
 * an empty array (the setting is set, but empty) nothing is.
 *
 * Reports EP_EVENT_SOURCE for each folder and EP_EVENT_SOURCE_NOTE for what is
 * odd but harmless, such as an SQL file that never runs.
 *
 * Errors: EP_FAULT_SOURCE, for a folder without migrations as well, unless it
 * has a journal without entries; EP_FAULT_CONFIG when folders is NULL and both
 * default folders exist (the hint is the setting to write).
 */
bool ep_source_read(struct ep_arena *arena, const char *const *folders, size_t folder_count,
                    const struct ep_reporter *reporter, struct ep_source_list *ret_list,
                    struct ep_error *err) EP_MUST_CHECK;

#endif
