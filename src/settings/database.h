/*
 * database.h - which variable holds the connection string.
 *
 * Platforms that put a pooler in front of PostgreSQL give a second variable for
 * the direct way; migrating needs that one, so it goes before DATABASE_URL. The
 * server itself goes on using what it always used.
 */
#ifndef EP_SETTINGS_DATABASE_H
#define EP_SETTINGS_DATABASE_H

#include "settings/load.h"

#define EP_DATABASE_APP_VARIABLE "DATABASE_URL"
#define EP_DATABASE_LIBPQ_VARIABLES "PG*"

struct ep_database {
    const char *variable;     /* where it was found: "DATABASE_URL", "DIRECT_URL_FILE", "PG*",
                                 "[database] url in entrypoint.ini" */
    const char *value;        /* a secret; NULL: libpq's own PGHOST, PGPORT, PGUSER and so on */
    const char *app_variable; /* DATABASE_URL or DATABASE_URL_FILE when another variable was chosen
                                 and it is set too, else NULL */
    const char *app_value;    /* its value, a secret, or NULL */
};

/* The variables that are asked, in that order, each with its _FILE variant; NULL past the end. */
const char *ep_database_variable(size_t index);

/* Whether there is anything to choose from: ep_database_choose() does not fail for want of it. */
bool ep_database_is_given(struct ep_arena *arena, const struct ep_configuration *configuration);

/*
 * Choose the first that is set and not empty; after the first, the setting from
 * the INI file. Without any, PG* when PGHOST, PGHOSTADDR or PGSERVICE is set.
 *
 * Errors: EP_FAULT_CONFIG when there is none, or none but an empty one; and
 * those of ep_variable_read().
 */
bool ep_database_choose(struct ep_arena *arena, const struct ep_configuration *configuration,
                        struct ep_database *ret_database, struct ep_error *err) EP_MUST_CHECK;

#endif
