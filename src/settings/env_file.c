#include "settings/env_file.h"

#include "format/dotenv.h"
#include "settings/variable.h"
#include "system/file.h"

enum { FILE_BYTES_MAX = 64 * 1024 };

/* Of entries with one name the last counts, as with Node. */
static bool is_overridden(const struct ep_dotenv_entry *entries, size_t index, size_t count)
{
    for (size_t i = index + 1; i < count; i++) {
        if (strcmp(entries[i].name, entries[index].name) == 0) {
            return true;
        }
    }
    return false;
}

static void add(struct ep_arena *arena, char *const environment[],
                const struct ep_dotenv_entry *entries, size_t count, struct ep_env_file *file)
{
    size_t given = 0;
    while (environment[given] != NULL) {
        given++;
    }
    char **all = ep_arena_array(arena, given + count + 1, sizeof(*all));
    for (size_t i = 0; i < given; i++) {
        all[i] = environment[i];
    }
    for (size_t i = 0; i < count; i++) {
        if (ep_variable_find(environment, entries[i].name) == NULL
            && !is_overridden(entries, i, count)) {
            all[given + file->count++] =
                ep_arena_format(arena, "%s=%s", entries[i].name, entries[i].value);
        }
    }
    file->environment = all;
    file->added = all + given;
}

bool ep_env_file_read(struct ep_arena *arena, const char *path, char *const environment[],
                      struct ep_env_file *ret_file, struct ep_error *err)
{
    struct ep_env_file file = {.path = path, .exists = ep_file_type(path) != EP_FILE_ABSENT};
    const struct ep_dotenv_entry *entries = NULL;
    struct ep_span content;
    size_t count = 0;

    if (file.exists) {
        if (!ep_file_read(arena, path, FILE_BYTES_MAX, EP_FAULT_CONFIG, &content, err)
            || !ep_dotenv_parse(arena, content, path, &entries, &count, err)) {
            return false;
        }
        add(arena, environment, entries, count, &file);
    }
    *ret_file = file;
    return true;
}

const char *ep_env_file_describe(struct ep_arena *arena, const struct ep_env_file *file,
                                 const char *name)
{
    if (file->added == NULL || ep_variable_find(file->added, name) == NULL) {
        return name;
    }
    return ep_arena_format(arena, "%s in %s", name, file->path);
}
