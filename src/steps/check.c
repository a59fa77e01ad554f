#include "steps/check.h"

#include "source/snapshot.h"
#include "source/snapshot_lineage.h"
#include "steps/catalog.h"
#include "steps/migrate.h"
#include "steps/reconnect.h"
#include "system/file.h"

/* One call of ep_check_run(). */
struct checking {
    struct ep_arena *arena;
    const struct ep_check_request *request;
    struct ep_check_source *sources;
    size_t source_count;
    struct ep_schema expected; /* of all sources that can be checked */
    struct ep_check check;
};

static struct ep_check_source *find_source(struct checking *checking, const char *folder)
{
    for (size_t i = 0; i < checking->source_count; i++) {
        if (strcmp(checking->sources[i].folder, folder) == 0) {
            return &checking->sources[i];
        }
    }
    checking->sources = ep_arena_grow(checking->arena, checking->sources, checking->source_count,
                                      sizeof(*checking->sources));
    struct ep_check_source *source = &checking->sources[checking->source_count++];
    *source = (struct ep_check_source){.folder = folder};
    return source;
}

/* The newest applied migration of each folder. */
static void add_plan(struct checking *checking, const struct ep_plan *plan)
{
    for (size_t i = 0; i < plan->item_count; i++) {
        const struct ep_plan_item *item = &plan->items[i];
        const char *path = ep_snapshot_path(checking->arena, item->migration);
        if (path == NULL) {
            continue;
        }
        struct ep_check_source *source =
            find_source(checking, ep_snapshot_folder(checking->arena, item->migration));
        if (item->state == EP_PLAN_APPLIED) {
            source->newest = item->migration;
            source->snapshot = path;
        } else {
            source->pending_count++;
        }
    }
}

/* The snapshots of a folder's applied migrations, as far as they can be read. */
static void read_lineage(struct checking *checking, const struct ep_plan *plan,
                         const struct ep_check_source *source, struct ep_lineage *ret_lineage)
{
    struct ep_snapshot_file *files =
        ep_arena_array(checking->arena, plan->item_count, sizeof(*files));
    struct ep_lineage lineage = {.files = files};

    for (size_t i = 0; i < plan->item_count; i++) {
        const struct ep_plan_item *item = &plan->items[i];
        const char *path = ep_snapshot_path(checking->arena, item->migration);
        struct ep_error ignored = {0};
        if (item->state == EP_PLAN_APPLIED && path != NULL
            && strcmp(ep_snapshot_folder(checking->arena, item->migration), source->folder) == 0
            && ep_snapshot_file_peek(checking->arena, path, &files[lineage.count], &ignored)) {
            lineage.count++;
        }
    }
    *ret_lineage = lineage;
}

/* Why the snapshot is not that of everything applied up to it; NULL if it is. */
static const char *find_staleness(struct checking *checking, const struct ep_plan *plan,
                                  const struct ep_check_source *source)
{
    struct ep_lineage lineage = {0};

    for (size_t i = 0; i < plan->item_count; i++) {
        const struct ep_migration *other = plan->items[i].migration;
        const char *path = ep_snapshot_path(checking->arena, other);
        if (other != source->newest && path != NULL && strcmp(path, source->snapshot) == 0) {
            return ep_arena_format(checking->arena, "%s may be the snapshot of %s or of %s",
                                   source->snapshot, other->tag, source->newest->tag);
        }
    }
    read_lineage(checking, plan, source, &lineage);
    for (size_t i = 0; i < lineage.count; i++) {
        if (strcmp(lineage.files[i].path, source->snapshot) != 0) {
            continue;
        }
        const struct ep_snapshot_file *branch =
            ep_lineage_find_branch(checking->arena, &lineage, &lineage.files[i]);
        return branch == NULL
                   ? NULL
                   : ep_arena_format(checking->arena,
                                     "%s does not know what %s describes: branches were merged",
                                     source->snapshot, branch->path);
    }
    return NULL;
}

/* Read the snapshot of a source into what is expected, or note the reason why not. */
static void read_source(struct checking *checking, const struct ep_plan *plan,
                        struct ep_check_source *source)
{
    struct ep_error err = {0};
    struct ep_schema schema = {0};

    if (ep_file_type(source->snapshot) == EP_FILE_ABSENT) {
        source->reason = ep_arena_format(checking->arena, "%s, the newest applied, has no snapshot",
                                         source->newest->tag);
        return;
    }
    source->reason = find_staleness(checking, plan, source);
    if (source->reason != NULL) {
        return;
    }
    if (!ep_snapshot_read(checking->arena, source->folder, source->snapshot, &schema,
                          &source->version, &err)) {
        source->reason = ep_arena_format(checking->arena, "%s", err.summary);
        return;
    }
    ep_schema_merge(checking->arena, &checking->expected, &schema);
}

static bool read_tier(struct checking *checking, const struct ep_migrate *migrate,
                      const struct ep_tier *tier, const struct ep_ledger *ledger,
                      struct ep_error *err)
{
    struct ep_plan plan = {0};
    size_t first = checking->source_count;

    if (!ep_migrate_plan(checking->arena, migrate, tier, ledger, &plan, err)) {
        return false;
    }
    add_plan(checking, &plan);
    for (size_t i = first; i < checking->source_count; i++) {
        struct ep_check_source *source = &checking->sources[i];
        if (source->newest != NULL) {
            read_source(checking, &plan, source);
        }
        checking->check.unchecked_count += source->reason != NULL;
    }
    return true;
}

/* The tables that record what was applied are no part of what migrations describe. */
static void leave_out_ledgers(const struct checking *checking, const struct ep_schema *found)
{
    const struct ep_tier_list *tiers = &checking->request->state->tiers;

    for (size_t i = 0; i < tiers->count; i++) {
        const char *const names[] = {tiers->items[i].ledger.table, "entrypoint_progress"};
        for (size_t j = 0; j < EP_COUNT_OF(names); j++) {
            struct ep_table *table =
                ep_schema_find_table(found, tiers->items[i].ledger.schema, names[j]);
            if (table != NULL) {
                table->is_minor = true;
            }
        }
    }
}

/* What a source that could not be checked describes would look like extra. */
static void drop_extras(struct ep_drift *drift)
{
    size_t kept = 0;

    for (size_t i = 0; i < drift->count; i++) {
        if (drift->items[i].kind != EP_DIFFERENCE_EXTRA) {
            drift->items[kept++] = drift->items[i];
        }
    }
    drift->count = kept;
    drift->extra_count = 0;
}

static bool compare(struct checking *checking, struct ep_session *session, int64_t deadline_ms,
                    struct ep_error *err)
{
    struct ep_catalog catalog = {0};
    struct ep_check *check = &checking->check;
    bool any = false;

    for (size_t i = 0; i < checking->source_count; i++) {
        any = any || (checking->sources[i].newest != NULL && checking->sources[i].reason == NULL);
    }
    if (!any) {
        return true;
    }
    if (!ep_catalog_read(checking->arena, session, &checking->expected, deadline_ms, &catalog,
                         err)) {
        return false;
    }
    leave_out_ledgers(checking, &catalog.schema);
    ep_drift_compare(checking->arena, &checking->expected, &catalog.schema, &check->drift);
    if (check->unchecked_count > 0) {
        drop_extras(&check->drift);
    }
    check->types_refused = catalog.types_refused;
    check->table_count = checking->expected.table_count;
    return true;
}

static bool run(void *context, struct ep_session *session, int64_t deadline_ms,
                struct ep_error *err)
{
    struct checking *checking = context;
    const struct ep_check_request *request = checking->request;
    const struct ep_migrate migrate = {
        .session = session,
        .settings = request->settings,
        .request = request->state,
        .reporter = request->reporter,
        .only_shown = true,
    };
    struct ep_state state = {0};

    *checking = (struct checking){.arena = checking->arena, .request = request};
    if (!ep_state_look(checking->arena, session, request->state, deadline_ms, &state, err)) {
        return false;
    }
    for (size_t i = 0; i < request->state->tiers.count; i++) {
        if (!read_tier(checking, &migrate, &request->state->tiers.items[i], &state.ledgers[i],
                       err)) {
            return false;
        }
    }
    return compare(checking, session, deadline_ms, err);
}

bool ep_check_run(struct ep_arena *arena, const struct ep_check_request *request,
                  struct ep_check *ret_check, struct ep_error *err)
{
    struct checking checking = {.arena = arena, .request = request};
    const struct ep_reconnect reconnect = {
        .conninfo = request->conninfo,
        .timeout_ms = request->settings->wait_timeout_ms,
        .reporter = request->reporter,
        .work = run,
        .context = &checking,
    };

    if (!ep_reconnect_run(&reconnect, err)) {
        return false;
    }
    checking.check.sources = checking.sources;
    checking.check.source_count = checking.source_count;
    *ret_check = checking.check;
    return true;
}
