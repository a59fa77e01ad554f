#include "steps/tier.h"

#include "base/check.h"
#include "settings/dir.h"

/* The folders as the setting has them. */
static struct ep_dir *parse_dirs(struct ep_arena *arena, const struct ep_list *list)
{
    struct ep_dir *dirs = ep_arena_array(arena, list->count, sizeof(*dirs));

    for (size_t i = 0; i < list->count; i++) {
        EP_CHECK(ep_dir_parse(arena, list->items[i], &dirs[i])); /* the settings have it checked */
    }
    return dirs;
}

static void find_ledger(struct ep_arena *arena, const struct ep_settings *settings,
                        enum ep_layout layout, const struct ep_dir *dir,
                        struct ep_ledger_table *ret_table)
{
    bool is_numbered = layout == EP_LAYOUT_NUMBERED;
    const char *schema = is_numbered ? settings->numbered_schema : settings->drizzle_schema;
    const char *table = is_numbered ? settings->numbered_table : settings->drizzle_table;

    ep_ledger_table_init(arena, is_numbered ? EP_LEDGER_OF_NUMBERED : EP_LEDGER_OF_DRIZZLE,
                         dir->schema == NULL ? schema : dir->schema,
                         dir->table == NULL ? table : dir->table, ret_table);
}

static bool is_same(const struct ep_ledger_table *a, const struct ep_ledger_table *b)
{
    return strcmp(a->quoted, b->quoted) == 0;
}

static void append(struct ep_arena *arena, struct ep_migration_list more,
                   struct ep_migration_list *list)
{
    if (list->count == 0) {
        *list = more;
        return;
    }
    size_t count = list->count + more.count;
    struct ep_migration *items = ep_arena_array(arena, count, sizeof(*items));
    for (size_t i = 0; i < count; i++) {
        items[i] = i < list->count ? list->items[i] : more.items[i - list->count];
    }
    *list = (struct ep_migration_list){.items = items, .count = count};
}

/* The names of numbered files are all that is recorded of them. */
static bool check_names(const struct ep_tier *tier, const struct ep_source *source,
                        struct ep_error *err)
{
    for (size_t i = 0; i < source->migrations.count && source->layout == EP_LAYOUT_NUMBERED; i++) {
        const char *tag = source->migrations.items[i].tag;
        for (size_t j = 0; j < tier->migrations.count; j++) {
            if (strcmp(tier->migrations.items[j].tag, tag) == 0) {
                (void)ep_fail(err, EP_FAULT_SOURCE,
                              "\"%s\" and \"%s\" have the same name, and %s tells files by their "
                              "names",
                              tier->migrations.items[j].path, source->migrations.items[i].path,
                              tier->ledger.quoted);
                return ep_error_hint(err,
                                     "Rename one, or give its folder a table of its own in "
                                     "\"dirs\": %s=schema.table",
                                     source->folder);
            }
        }
    }
    return true;
}

static bool fail_kinds(const struct ep_tier *tier, const struct ep_source *source,
                       struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_CONFIG,
                  "%s is to record Drizzle's migrations and numbered files, which is not possible",
                  tier->ledger.quoted);
    return ep_error_hint(err, "Give the folder a table of its own in \"dirs\": %s=schema.table",
                         source->folder);
}

/* A folder joins the last tier, or begins another. */
static bool add(struct ep_arena *arena, const struct ep_source *source,
                const struct ep_ledger_table *ledger, struct ep_tier *tiers, size_t *count,
                struct ep_error *err)
{
    for (size_t i = 0; i + 1 < *count; i++) {
        if (is_same(&tiers[i].ledger, ledger)) {
            (void)ep_fail(err, EP_FAULT_CONFIG,
                          "\"%s\" is recorded in %s, as folders before the one before it",
                          source->folder, ledger->quoted);
            return ep_error_hint(err,
                                 "Name the folders that share a table side by side in \"dirs\", "
                                 "or give this one a table of its own: %s=schema.table",
                                 source->folder);
        }
    }
    if (*count == 0 || !is_same(&tiers[*count - 1].ledger, ledger)) {
        tiers[(*count)++] = (struct ep_tier){.ledger = *ledger};
    }
    struct ep_tier *tier = &tiers[*count - 1];
    if (tier->ledger.kind != ledger->kind) {
        return fail_kinds(tier, source, err);
    }
    if (!check_names(tier, source, err)) {
        return false;
    }
    append(arena, source->migrations, &tier->migrations);
    return true;
}

bool ep_tier_list_read(struct ep_arena *arena, const struct ep_settings *settings,
                       const struct ep_reporter *reporter, struct ep_tier_list *ret_tiers,
                       struct ep_error *err)
{
    static const struct ep_dir unset = {0};
    const struct ep_list *list = &settings->migrate_dirs;
    const struct ep_dir *dirs = parse_dirs(arena, list);
    const char **folders = ep_arena_array(arena, list->count, sizeof(*folders));
    struct ep_source_list sources = {0};

    for (size_t i = 0; i < list->count; i++) {
        folders[i] = dirs[i].folder;
    }
    if ((!list->is_set || list->count > 0)
        && !ep_source_read(arena, list->is_set ? folders : NULL, list->count, reporter, &sources,
                           err)) {
        return false;
    }
    struct ep_tier *tiers = ep_arena_array(arena, sources.count, sizeof(*tiers));
    size_t count = 0;
    for (size_t i = 0; i < sources.count; i++) {
        struct ep_ledger_table ledger;
        find_ledger(arena, settings, sources.items[i].layout, list->is_set ? &dirs[i] : &unset,
                    &ledger);
        if (!add(arena, &sources.items[i], &ledger, tiers, &count, err)) {
            return false;
        }
    }
    *ret_tiers = (struct ep_tier_list){.items = tiers, .count = count};
    return true;
}
