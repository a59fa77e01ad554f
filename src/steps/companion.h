/*
 * companion.h - the SQL that undoes a migration, which somebody wrote beside it.
 *
 *     drizzle/0001_users.sql                       drizzle/0001_users.down.sql
 *     drizzle/20240131235959_users/migration.sql   drizzle/20240131235959_users/down.sql
 *     migrations/001_users.sql                     migrations/001_users.down.sql
 *
 * or, of a numbered file, the part of it that goes down (source/sections.h).
 */
#ifndef EP_STEPS_COMPANION_H
#define EP_STEPS_COMPANION_H

#include "source/script.h"

struct ep_companion {
    struct ep_migration migration; /* whose tag and path are those to name in messages */
    struct ep_script script;       /* one chunk: the SQL to run */
};

/* The path at which a migration's companion is looked for; the arena's. */
const char *ep_companion_path(struct ep_arena *arena, const struct ep_migration *migration);

/*
 * Find a migration's companion and read it. ret_found false: there is none, nothing else is set.
 *
 * Errors: EP_FAULT_SOURCE, with the place, for one that cannot be read or is no sound text, and
 * for a statement that cannot be in a transaction or ends it.
 */
bool ep_companion_load(struct ep_arena *arena, const struct ep_migration *migration,
                       int server_version, bool *ret_found, struct ep_companion *ret_companion,
                       struct ep_error *err) EP_MUST_CHECK;

#endif
