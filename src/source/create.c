#include "source/create.h"

#include "source/conversion.h"
#include "source/journal.h"
#include "source/numbered.h"
#include "system/clock.h"
#include "system/file.h"
#include "system/file_set.h"
#include "system/uuid.h"

/* Without the slashes at its end, so that paths below it read well. */
static const char *folder_name(struct ep_arena *arena, const char *folder)
{
    struct ep_span span = ep_span_of(folder);
    while (span.size > 1 && span.data[span.size - 1] == '/') {
        span.size--;
    }
    return ep_arena_copy(arena, span);
}

static bool open_folder(struct ep_file_set *set, const char *folder, bool makes_folder,
                        struct ep_error *err)
{
    enum ep_file_type type = ep_file_type(folder);

    if (type == EP_FILE_ABSENT && !makes_folder) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "there is no folder \"%s\"", folder);
        return ep_error_hint(err, "To make it, name it on the command line: --dirs %s", folder);
    }
    if (type != EP_FILE_ABSENT && type != EP_FILE_FOLDER) {
        return ep_fail(err, EP_FAULT_SOURCE, "\"%s\" is not a folder", folder);
    }
    return ep_file_set_folder(set, folder, err) && ep_file_set_lock(set, folder, err);
}

/* Something that a folder to begin in does not have: the folder is probably another than meant. */
static bool is_in_the_way(struct ep_arena *arena, const char *folder, const char *name)
{
    const char *path = ep_arena_format(arena, "%s/%s", folder, name);
    return name[0] != '.'
           && (ep_migration_is_sql(name) || strcmp(name, "_journal.json") == 0
               || ep_file_type(path) == EP_FILE_FOLDER);
}

/* No layout was found. */
static bool check_empty(struct ep_arena *arena, const char *folder, struct ep_name_list names,
                        struct ep_error *err)
{
    for (size_t i = 0; i < names.count; i++) {
        if (is_in_the_way(arena, folder, names.items[i])) {
            (void)ep_fail(err, EP_FAULT_SOURCE,
                          "\"%s\" is no folder of migrations: it has neither a "
                          "meta/_journal.json, nor folders with a migration.sql, nor SQL files "
                          "that Drizzle did not write",
                          folder);
            (void)ep_error_detail(err, "It is not empty either: it has \"%s\".", names.items[i]);
            return ep_error_hint(err, "Name the folder of the migrations with the setting "
                                      "\"dirs\", or an empty one to begin in.");
        }
    }
    return true;
}

static bool make_draft(struct ep_arena *arena, const struct ep_draft_request *request,
                       struct ep_draft *ret_draft, struct ep_error *err)
{
    const char *journal = NULL;
    struct ep_name_list names = {0};

    if (!ep_journal_find(arena, request->folder, &journal, err)
        || !ep_file_list(arena, request->folder, EP_FAULT_SOURCE, &names.items, &names.count,
                         err)) {
        return false;
    }
    struct ep_name_list folders = ep_folders_find(arena, request->folder, names);
    if (journal != NULL && folders.count > 0) {
        return ep_conversion_fail(arena, request->folder, journal, folders, err);
    }
    if (folders.count > 0) {
        return ep_draft_folders(arena, request, names, ret_draft, err);
    }
    if (journal == NULL && ep_numbered_is_layout(request->folder, names)) {
        return ep_draft_numbered(arena, request, names, ret_draft, err);
    }
    if (journal == NULL && !check_empty(arena, request->folder, names, err)) {
        return false;
    }
    return ep_draft_journal(arena, request, journal, ret_draft, err);
}

static bool write_part(struct ep_file_set *set, const struct ep_draft_part *part,
                       struct ep_error *err)
{
    switch (part->action) {
    case EP_DRAFT_FOLDER:
        return ep_file_set_folder(set, part->path, err);
    case EP_DRAFT_NEW_FOLDER:
        return ep_file_set_create_folder(set, part->path, err);
    case EP_DRAFT_NEW_FILE:
        return ep_file_set_create(set, part->path, part->content, err);
    case EP_DRAFT_REPLACE:
        return ep_file_set_replace(set, part->path, part->content, err);
    }
    return false;
}

static bool write_draft(struct ep_file_set *set, const struct ep_draft *draft, struct ep_error *err)
{
    for (size_t i = 0; i < draft->count; i++) {
        if (!write_part(set, &draft->parts[i], err)) {
            return false;
        }
    }
    return ep_file_set_finish(set, err);
}

bool ep_create_migration(struct ep_arena *arena, const struct ep_create_request *request,
                         struct ep_draft *ret_draft, struct ep_error *err)
{
    struct ep_file_set set EP_CLEANUP(ep_file_set_clear) = {.arena = arena};
    const char *folder = folder_name(arena, request->folder);
    char id[EP_UUID_BYTES];
    struct ep_draft draft = {0};

    if (!ep_draft_check_name(request->name, err) || !ep_uuid_make(id, err)
        || !open_folder(&set, folder, request->makes_folder, err)) {
        return false;
    }
    const struct ep_draft_request details = {
        .folder = folder,
        .name = request->name,
        .id = id,
        .now_ms = ep_clock_unix_ms(), /* once the folder is ours */
    };
    if (!make_draft(arena, &details, &draft, err) || !write_draft(&set, &draft, err)) {
        return false;
    }
    *ret_draft = draft;
    return true;
}
