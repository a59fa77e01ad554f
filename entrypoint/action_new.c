#include "entrypoint/action.h"

#include "base/check.h"
#include "settings/dir.h"
#include "source/create.h"
#include "system/file.h"
#include "system/signals.h"

/* The folder when the setting is not set. */
static bool find_default(const char **ret_folder, struct ep_error *err)
{
    bool has_drizzle = ep_file_type("drizzle") == EP_FILE_FOLDER;
    bool has_migrations = ep_file_type("migrations") == EP_FILE_FOLDER;

    if (has_drizzle && has_migrations) {
        (void)ep_fail(err, EP_FAULT_USAGE,
                      "there are two folders of migrations, \"drizzle\" and \"migrations\"");
        return ep_error_hint(err, "Say which: --dirs drizzle");
    }
    if (!has_drizzle && !has_migrations) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "there is no folder \"drizzle\" or \"migrations\"");
        return ep_error_hint(err, "To make one, name it: --dirs drizzle");
    }
    *ret_folder = has_drizzle ? "drizzle" : "migrations";
    return true;
}

static bool fail_several(const struct ep_list *dirs, struct ep_error *err)
{
    struct ep_text names EP_CLEANUP(ep_text_clear) = {0};
    if (dirs->count == 0) {
        (void)ep_fail(err, EP_FAULT_USAGE, "\"dirs\" is empty: no folder for the migration");
        return ep_error_hint(err, "Name one: --dirs drizzle");
    }
    for (size_t i = 0; i < dirs->count; i++) {
        ep_text_format(&names, "%s\"%s\"", i > 0 ? ", " : "", dirs->items[i]);
    }
    (void)ep_fail(err, EP_FAULT_USAGE, "\"dirs\" names %zu folders: %s", dirs->count,
                  ep_text_get(&names));
    return ep_error_hint(err, "Say which: --dirs %s", dirs->items[0]);
}

static bool find_folder(const struct ep_context *context, const char **ret_folder,
                        struct ep_error *err)
{
    const struct ep_list *dirs = &context->configuration->settings.migrate_dirs;
    if (!dirs->is_set) {
        return find_default(ret_folder, err);
    }
    if (dirs->count != 1) {
        return fail_several(dirs, err);
    }
    struct ep_dir dir;
    EP_CHECK(ep_dir_parse(context->arena, dirs->items[0], &dir)); /* the settings have it checked */
    *ret_folder = dir.folder;
    return true;
}

bool ep_action_new(const struct ep_context *context, struct ep_error *err)
{
    struct ep_create_request request = {
        .name = context->line->name,
        .makes_folder = context->line->settings.flags[EP_SETTING_migrate_dirs] != NULL,
    };
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_draft draft = {0};

    if (!find_folder(context, &request.folder, err)) {
        return false;
    }
    ep_signals_note(); /* all of the files or none */
    bool is_created = ep_create_migration(context->arena, &request, &draft, err);
    ep_signals_leave();
    if (!is_created) {
        return false;
    }
    for (size_t i = 0; i < draft.count; i++) {
        const struct ep_draft_part *part = &draft.parts[i];
        if (part->action == EP_DRAFT_NEW_FILE || part->action == EP_DRAFT_REPLACE) {
            ep_text_format(&text, "%s\n", part->path);
        }
    }
    return ep_action_print(&text, err);
}
