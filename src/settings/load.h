/*
 * load.h - the settings from all their sources.
 *
 * The first of these that has a value gives it: flag, environment variable, INI
 * file, default. Every value is checked, also one that another source overrides.
 *
 * The variables of the setting database.env_file count as environment variables,
 * where the environment does not have them.
 *
 * The INI file is the one that --config or ENTRYPOINT_CONFIG names, which must
 * exist, else entrypoint.ini in the working directory if it is there.
 */
#ifndef EP_SETTINGS_LOAD_H
#define EP_SETTINGS_LOAD_H

#include "settings/env_file.h"
#include "settings/settings.h"

#define EP_SETTINGS_FILE "entrypoint.ini"
#define EP_SETTINGS_FILE_VARIABLE "ENTRYPOINT_CONFIG"

/* What the program was started with. */
struct ep_settings_input {
    char *const *environment;             /* environ */
    const char *flags[EP_SETTINGS_COUNT]; /* the texts given with flags, by row; NULL: not given */
    const char *config_path;              /* --config, or NULL */
};

struct ep_setting_value {
    const char *text;   /* as written, NULL: unset; of a secret never to be shown */
    const char *origin; /* "default", "environment NAME", "NAME in .env",
                           "file NAME:LINE", "flag --name" */
};

struct ep_configuration {
    struct ep_settings settings;
    struct ep_setting_value values[EP_SETTINGS_COUNT]; /* by row */
    const char *file;                                  /* the INI file that was read, or NULL */
    char *const *environment; /* as given, and behind that what env_file adds */
    struct ep_env_file env_file;
    const char *const *notes; /* for the log: unknown ENTRYPOINT_* variables, which are ignored */
    size_t note_count;
};

/*
 * Read them all.
 *
 * Errors: EP_FAULT_CONFIG. A value from the environment or a flag has
 * "environment NAME" or "flag --name" as context; one from the file has its
 * place, and "[section] key" as context.
 */
bool ep_settings_load(struct ep_arena *arena, const struct ep_settings_input *input,
                      struct ep_configuration *ret_configuration,
                      struct ep_error *err) EP_MUST_CHECK;

#endif
