#include "settings/variable.h"

#include "system/file.h"

#include <stdint.h>

enum { SECRET_FILE_BYTES_MAX = 64 * 1024 };

const char *ep_variable_find(char *const environment[], const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; environment[i] != NULL; i++) {
        if (strncmp(environment[i], name, size) == 0 && environment[i][size] == '=') {
            return environment[i] + size + 1;
        }
    }
    return NULL;
}

/* The value itself where its path should be: the path would be printed, with the password. */
static bool is_connection_string(const char *path)
{
    return strstr(path, "://") != NULL
           || (strchr(path, '=') != NULL && strstr(path, "password") != NULL);
}

static struct ep_span without_line_ending(struct ep_span content)
{
    if (ep_span_ends_with(content, "\n")) {
        content.size--;
        if (ep_span_ends_with(content, "\r")) {
            content.size--;
        }
    }
    return content;
}

static bool read_secret(struct ep_arena *arena, const char *path, const char **ret_value,
                        struct ep_error *err)
{
    struct ep_span content;
    if (is_connection_string(path)) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "connection string in the place of a path");
        return ep_error_hint(err, "Drop _FILE from the variable's name.");
    }
    if (!ep_file_read(arena, path, SECRET_FILE_BYTES_MAX, EP_FAULT_CONFIG, &content, err)) {
        return false;
    }
    if (ep_span_find_byte(content, 0, '\0') != SIZE_MAX) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "file \"%s\" contains a NUL byte", path);
        return ep_error_hint(err,
                             "Write plain text into it, not UTF-16 as \">\" does in PowerShell.");
    }
    *ret_value = ep_arena_copy(arena, without_line_ending(content));
    return true;
}

bool ep_variable_is_given(const char *value)
{
    return value != NULL && value[0] != '\0';
}

bool ep_variable_read(struct ep_arena *arena, char *const environment[], const char *name,
                      struct ep_variable *ret_variable, struct ep_error *err)
{
    const char *file_name = ep_arena_format(arena, "%s_FILE", name);
    const char *value = ep_variable_find(environment, name);
    const char *path = ep_variable_find(environment, file_name);

    if (ep_variable_is_given(value) && ep_variable_is_given(path)) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "both %s and %s are set", name, file_name);
        return ep_error_hint(err, "Unset one of them.");
    }
    if (ep_variable_is_given(path)) {
        if (!read_secret(arena, path, &value, err)) {
            return ep_error_context(err, "environment %s", file_name);
        }
        name = file_name;
    } else if (value == NULL && path != NULL) {
        value = path;
        name = file_name;
    }
    *ret_variable = (struct ep_variable){.name = name, .value = value};
    return true;
}
