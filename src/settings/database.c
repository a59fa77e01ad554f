#include "settings/database.h"

#include "settings/variable.h"

/* The first is the environment's name of the setting database.url. */
static const char *const variables[] = {
    "ENTRYPOINT_DATABASE_URL",
    "DATABASE_URL_UNPOOLED",    /* Neon, Vercel */
    "DATABASE_UNPOOLED_URL",    /* Railway with PgBouncer */
    "DIRECT_DATABASE_URL",      /* Prisma */
    "DIRECT_URL",               /* Prisma, Supabase */
    "POSTGRES_URL_NON_POOLING", /* Vercel, Supabase */
    EP_DATABASE_APP_VARIABLE,
    "POSTGRES_URL", /* Vercel */
};

/* Any of these says where the server is; the others (PGUSER, PGSSLMODE ...) only say how. */
static const char *const libpq_variables[] = {"PGHOST", "PGHOSTADDR", "PGSERVICE"};

const char *ep_database_variable(size_t index)
{
    return index < EP_COUNT_OF(variables) ? variables[index] : NULL;
}

static bool is_libpq_configured(char *const environment[])
{
    for (size_t i = 0; i < EP_COUNT_OF(libpq_variables); i++) {
        if (ep_variable_is_given(ep_variable_find(environment, libpq_variables[i]))) {
            return true;
        }
    }
    return false;
}

static bool fail_none(const char *empty, struct ep_error *err)
{
    if (empty != NULL) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "connection string is empty: %s", empty);
    } else {
        (void)ep_fail(err, EP_FAULT_CONFIG, "no connection string");
    }
    return ep_error_hint(err, "Set DATABASE_URL, as in "
                              "DATABASE_URL=postgresql://user:password@host:5432/database.");
}

/*
 * The first variable that has a value. A value of the setting that did not come
 * from the first variable came from the file, and goes before the others.
 */
static bool find_value(struct ep_arena *arena, const struct ep_configuration *configuration,
                       struct ep_variable *ret_found, const char **ret_empty, struct ep_error *err)
{
    *ret_found = (struct ep_variable){0};
    *ret_empty = NULL;
    for (size_t i = 0; i < EP_COUNT_OF(variables); i++) {
        struct ep_variable variable;
        if (!ep_variable_read(arena, configuration->environment, variables[i], &variable, err)) {
            return false;
        }
        if (ep_variable_is_given(variable.value)) {
            *ret_found = variable;
            return true;
        }
        if (variable.value != NULL && *ret_empty == NULL) {
            *ret_empty = variable.name;
        }
        if (i == 0 && configuration->settings.database_url != NULL) {
            *ret_found = (struct ep_variable){
                .name = ep_arena_format(arena, "[database] url in %s", configuration->file),
                .value = configuration->settings.database_url};
            return true;
        }
    }
    return true;
}

static bool add_app_variable(struct ep_arena *arena, char *const environment[],
                             struct ep_database *database, struct ep_error *err)
{
    struct ep_variable app;
    if (!ep_variable_read(arena, environment, EP_DATABASE_APP_VARIABLE, &app, err)) {
        return false;
    }
    if (ep_variable_is_given(app.value) && strcmp(app.name, database->variable) != 0) {
        database->app_variable = app.name;
        database->app_value = app.value;
    }
    return true;
}

bool ep_database_is_given(struct ep_arena *arena, const struct ep_configuration *configuration)
{
    struct ep_variable found;
    const char *empty;
    struct ep_error err = {0}; /* a variable that cannot be read was meant to be one */
    return !find_value(arena, configuration, &found, &empty, &err) || found.value != NULL
           || is_libpq_configured(configuration->environment);
}

bool ep_database_choose(struct ep_arena *arena, const struct ep_configuration *configuration,
                        struct ep_database *ret_database, struct ep_error *err)
{
    struct ep_variable found;
    const char *empty;
    if (!find_value(arena, configuration, &found, &empty, err)) {
        return false;
    }

    const struct ep_env_file *env_file = &configuration->env_file;
    struct ep_database database = {.variable = found.name, .value = found.value};
    if (database.value == NULL) {
        if (!is_libpq_configured(configuration->environment)) {
            return fail_none(empty, err);
        }
        database.variable = EP_DATABASE_LIBPQ_VARIABLES;
    } else {
        if (!add_app_variable(arena, configuration->environment, &database, err)) {
            return false;
        }
        database.variable = ep_env_file_describe(arena, env_file, found.name);
        if (database.app_variable != NULL) {
            database.app_variable = ep_env_file_describe(arena, env_file, database.app_variable);
        }
    }
    *ret_database = database;
    return true;
}
