/*
 * variable.h - environment variables, and files that hold their values.
 *
 * Docker and Kubernetes hand out secrets as files. For a variable NAME that may
 * be a secret, NAME_FILE names such a file.
 *
 * environment is environ: "NAME=value" texts with a NULL at the end.
 */
#ifndef EP_SETTINGS_VARIABLE_H
#define EP_SETTINGS_VARIABLE_H

#include "base/arena.h"
#include "base/error.h"

/* The value of a variable; NULL when it is not set. Of two with one name the first counts. */
const char *ep_variable_find(char *const environment[], const char *name);

/* Set and not empty: an orchestrator that has no value for a variable often sets it to nothing. */
bool ep_variable_is_given(const char *value);

struct ep_variable {
    const char *name;  /* as it was found: NAME or NAME_FILE */
    const char *value; /* NULL: not set */
};

/*
 * The value of NAME, or the content of the file that NAME_FILE names, without
 * one line ending at its end, at most 64 KiB. One of them that is empty counts
 * when the other is not set.
 *
 * Errors: EP_FAULT_CONFIG: both are set, or the file cannot be read. No value is
 * repeated in the error, nor a path that looks like one.
 */
bool ep_variable_read(struct ep_arena *arena, char *const environment[], const char *name,
                      struct ep_variable *ret_variable, struct ep_error *err) EP_MUST_CHECK;

#endif
