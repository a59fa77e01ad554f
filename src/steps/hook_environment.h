/*
 * hook_environment.h - the variables that a hook gets.
 */
#ifndef EP_STEPS_HOOK_ENVIRONMENT_H
#define EP_STEPS_HOOK_ENVIRONMENT_H

#include "postgres/conninfo.h"

/* One that replaces what the environment has; value NULL takes it away. */
struct ep_hook_variable {
    const char *name;
    const char *value;
};

enum { EP_HOOK_DATABASE_VARIABLES_MAX = 48 };

/*
 * The PG* variables that lead libpq to the same database: host, port, user, password,
 * TLS and the like, as far as libpq has a variable for a parameter. Those that would
 * lead it elsewhere are taken away. Returns how many.
 */
size_t
ep_hook_database_variables(struct ep_arena *arena, const struct ep_conninfo *conninfo,
                           struct ep_hook_variable ret_variables[EP_HOOK_DATABASE_VARIABLES_MAX]);

/* environment ("NAME=value" texts up to NULL) with these in it; the arena's. */
char **ep_hook_environment(struct ep_arena *arena, char *const environment[],
                           const struct ep_hook_variable *variables, size_t count);

#endif
