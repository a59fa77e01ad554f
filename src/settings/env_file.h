/*
 * env_file.h - the file of variables that the setting database.env_file names.
 */
#ifndef EP_SETTINGS_ENV_FILE_H
#define EP_SETTINGS_ENV_FILE_H

#include "base/arena.h"
#include "base/error.h"

struct ep_env_file {
    const char *path;   /* NULL: none is named */
    bool exists;        /* else nothing was added */
    size_t count;       /* variables that it added */
    char **environment; /* all variables: the given ones, then those; NULL: none was added */
    char *const *added; /* those alone, within environment */
};

/*
 * Read the file and add to the environment what is not in it. A file that does
 * not exist adds nothing. The memory is the arena's, the given texts stay where
 * they are.
 *
 * Errors: EP_FAULT_CONFIG: the file cannot be read, has more than 64 KiB, or those
 * of ep_dotenv_parse().
 */
bool ep_env_file_read(struct ep_arena *arena, const char *path, char *const environment[],
                      struct ep_env_file *ret_file, struct ep_error *err) EP_MUST_CHECK;

/* For the log: "NAME", or "NAME in .env" when the file has added it. */
const char *ep_env_file_describe(struct ep_arena *arena, const struct ep_env_file *file,
                                 const char *name);

#endif
