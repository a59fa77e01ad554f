/*
 * folders.h - the layout of drizzle-kit 1.0, and of those of 2022: a folder for each migration.
 *
 *     drizzle/20240131235959_add_users/migration.sql     its name is its identity
 *     drizzle/20240131235959_add_users/snapshot.json     not needed, not read
 *
 * Every X that has an X/migration.sql is a migration, also one that is hidden or
 * a symbolic link. Their order is that of the names (folder_name.h).
 *
 * Source: drizzle-orm 1.0.0-rc.5, readMigrationFiles.
 */
#ifndef EP_SOURCE_FOLDERS_H
#define EP_SOURCE_FOLDERS_H

#include "base/event.h"
#include "source/migration.h"

/* Those of the names in a folder that have a migration.sql; the array is the arena's. */
struct ep_name_list ep_folders_find(struct ep_arena *arena, const char *folder,
                                    struct ep_name_list names);

/*
 * Examine the migrations among the names in a folder. None is not an error here.
 *
 * Reports EP_EVENT_SOURCE_NOTE for SQL files beside the folders, for folders of
 * a migration without a migration.sql, and where the order may not be Drizzle's.
 *
 * Errors: EP_FAULT_SOURCE: a name without a time in it, which Drizzle would
 * only fail at on the server; a name that is not UTF-8, which Drizzle does not
 * see; a file that cannot be read.
 */
bool ep_folders_read(struct ep_arena *arena, const char *folder, struct ep_name_list names,
                     const struct ep_reporter *reporter, struct ep_migration_list *ret_list,
                     struct ep_error *err) EP_MUST_CHECK;

#endif
