/* dir.h - one item of the setting dirs: a folder, and maybe the table that records it. */
#ifndef EP_SETTINGS_DIR_H
#define EP_SETTINGS_DIR_H

#include "base/arena.h"

#include <stdbool.h>

struct ep_dir {
    const char *folder;
    const char *schema; /* NULL: the one that is set for the folder's layout */
    const char *table;  /* NULL: likewise */
};

/*
 * Read "folder", "folder=table" or "folder=schema.table", cut at the last "=". The names are
 * those of ep_identifier_split(). Returns false when a part is empty or malformed, or a name
 * longer than PostgreSQL has them.
 */
bool ep_dir_parse(struct ep_arena *arena, const char *item, struct ep_dir *ret_dir);

#endif
