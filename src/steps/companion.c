#include "steps/companion.h"

#include "sql/boundary.h"
#include "steps/explain.h"
#include "system/file.h"

#include <stdint.h>

const char *ep_companion_path(struct ep_arena *arena, const struct ep_migration *migration)
{
    const char *slash = strrchr(migration->path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - migration->path) + 1;
    size_t size = strlen(migration->path);

    switch (migration->layout) {
    case EP_LAYOUT_JOURNAL: /* a tag may hold slashes */
        return ep_arena_format(arena, "%.*s.down.sql", (int)(size - strlen(".sql")),
                               migration->path);
    case EP_LAYOUT_FOLDERS:
        return ep_arena_format(arena, "%.*sdown.sql", folder, migration->path);
    case EP_LAYOUT_NUMBERED:
        break;
    }
    return ep_arena_format(arena, "%.*s%s.down.sql", folder, migration->path, migration->tag);
}

static bool fail_statement(const struct ep_companion *companion, struct ep_span text,
                           const struct ep_sql_statement *statement,
                           const struct ep_boundary *boundary, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SOURCE,
                  boundary->kind == EP_BOUNDARY_ALONE
                          || boundary->kind == EP_BOUNDARY_IF_PARTITIONED
                      ? "%s cannot run in a transaction, and a rollback is one"
                      : "%s would end the transaction that a rollback is",
                  boundary->what[0] == '\0' ? "the statement" : boundary->what);
    (void)ep_error_detail(err, "Nothing was rolled back.");
    (void)ep_error_hint(err, "Write it so that all of it can be undone together, or undo this "
                             "migration by hand.");
    ep_script_place(&companion->migration, &companion->script,
                    (size_t)(text.data - companion->script.text.data) + statement->begin, err);
    return false;
}

/* All of it must be able to run in the one transaction, and leave it open. */
static bool check_statements(const struct ep_companion *companion, int server_version,
                             struct ep_error *err)
{
    struct ep_span text = companion->script.chunks[0];
    struct ep_sql_cutter cutter = {.text = text};
    struct ep_sql_statement statement;

    if (!ep_explain_check(&companion->migration, &companion->script, err)) {
        return ep_error_detail(err, "Nothing was rolled back.");
    }
    while (ep_sql_cutter_next(&cutter, &statement)) {
        struct ep_boundary boundary;
        if (statement.item != EP_SQL_ITEM_STATEMENT) {
            continue;
        }
        ep_boundary_judge(text, &statement, server_version, &boundary);
        if (boundary.kind != EP_BOUNDARY_NONE && boundary.kind != EP_BOUNDARY_ADD_VALUE
            && boundary.kind != EP_BOUNDARY_SAVEPOINT) {
            return fail_statement(companion, text, &statement, &boundary, err);
        }
    }
    return true;
}

static struct ep_companion make(struct ep_arena *arena, const struct ep_migration *migration,
                                const char *path, struct ep_span text, struct ep_span sql)
{
    struct ep_companion companion = {.migration = *migration};
    struct ep_span *chunk = ep_arena_array(arena, 1, sizeof(*chunk));

    *chunk = sql;
    companion.migration.path = path;
    companion.script = (struct ep_script){.text = text, .chunks = chunk, .chunk_count = 1};
    return companion;
}

/* The part of the migration's own file that goes down. */
static bool load_part(struct ep_arena *arena, const struct ep_migration *migration, bool *ret_found,
                      struct ep_companion *ret_companion, struct ep_error *err)
{
    struct ep_script script = {0};

    if (!ep_script_load(arena, migration, &script, err)) {
        return false;
    }
    *ret_found = script.down.data != NULL;
    if (*ret_found) {
        *ret_companion = make(arena, migration, migration->path, script.text, script.down);
    }
    if (*ret_found && script.down_no_transaction) {
        (void)ep_fail(err, EP_FAULT_SOURCE,
                      "what undoes %s asks for no transaction, and a rollback is one",
                      migration->tag);
        (void)ep_error_place(err, migration->path, 0, 0);
        return ep_error_detail(err, "Nothing was rolled back.");
    }
    return true;
}

bool ep_companion_load(struct ep_arena *arena, const struct ep_migration *migration,
                       int server_version, bool *ret_found, struct ep_companion *ret_companion,
                       struct ep_error *err)
{
    const char *path = ep_companion_path(arena, migration);
    struct ep_span text;

    *ret_found = false;
    if (ep_file_type(path) == EP_FILE_ABSENT) {
        return migration->layout != EP_LAYOUT_NUMBERED
               || (load_part(arena, migration, ret_found, ret_companion, err)
                   && (!*ret_found || check_statements(ret_companion, server_version, err)));
    }
    size_t offset = 0;
    if (!ep_file_read(arena, path, EP_MIGRATION_BYTES_MAX, EP_FAULT_SOURCE, &text, err)
        || (ep_defect_find(text, &offset) != EP_DEFECT_NONE
            && !ep_defect_fail(err, EP_FAULT_SOURCE, path, text))) {
        return ep_error_detail(err, "Nothing was rolled back.");
    }
    *ret_companion = make(arena, migration, path, text, text);
    *ret_found = true;
    return check_statements(ret_companion, server_version, err);
}
