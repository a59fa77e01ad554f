#include "settings/dir.h"

#include "format/identifier.h"

/* PostgreSQL cuts longer names, silently: NAMEDATALEN - 1. */
enum { IDENTIFIER_BYTES_MAX = 63 };

bool ep_dir_parse(struct ep_arena *arena, const char *item, struct ep_dir *ret_dir)
{
    const char *equals = strrchr(item, '=');
    struct ep_dir dir = {.folder = item};

    if (equals == NULL) {
        *ret_dir = dir;
        return item[0] != '\0';
    }
    if (equals == item || !ep_identifier_split(arena, equals + 1, &dir.schema, &dir.table)
        || strlen(dir.table) > IDENTIFIER_BYTES_MAX
        || (dir.schema != NULL && strlen(dir.schema) > IDENTIFIER_BYTES_MAX)) {
        return false;
    }
    dir.folder =
        ep_arena_copy(arena, (struct ep_span){.data = item, .size = (size_t)(equals - item)});
    *ret_dir = dir;
    return true;
}
