#include "source/draft.h"

#include "format/json.h"
#include "format/json_write.h"
#include "format/utf8.h"
#include "source/entries.h"
#include "source/folder_name.h"
#include "source/journal.h"
#include "source/snapshot7.h"
#include "source/snapshot_file.h"
#include "system/file.h"

#define SNAPSHOT_SUFFIX "_snapshot.json"

/* drizzle-kit's --prefix; "supabase" is the same as "timestamp". */
enum style { STYLE_INDEX, STYLE_TIMESTAMP, STYLE_UNIX, STYLE_NONE };

/* Everything that the functions below share while one migration is drafted. */
struct drafting {
    struct ep_arena *arena;
    const struct ep_draft_request *request;
    const char *meta;    /* folder of the journal and the snapshots */
    const char *journal; /* path, whether it exists or not */
    struct ep_span text; /* of the journal */
    json_t *json;        /* the journal, owned by the caller */
    struct ep_entry_list entries;
    struct ep_snapshot_file last; /* snapshot; path NULL: there is none */
    json_t *last_json;            /* owned by the caller */
    enum style style;
    const char *prefix;
};

static struct ep_span prefix_of(const char *tag)
{
    return (struct ep_span){.data = tag, .size = strcspn(tag, "_")};
}

static enum style style_of(const char *tag)
{
    struct ep_span prefix = prefix_of(tag);
    if (tag[0] == '_') {
        return STYLE_NONE;
    }
    if (strspn(tag, "0123456789") != prefix.size || tag[prefix.size] == '\0') {
        return STYLE_INDEX;
    }
    return prefix.size == strlen("YYYYMMDDHHMMSS") ? STYLE_TIMESTAMP
           : prefix.size == strlen("1700000000")   ? STYLE_UNIX
                                                   : STYLE_INDEX;
}

/* The time in a tag's prefix, in milliseconds; 0 for a prefix of another style. */
static int64_t time_of(const char *tag, enum style style)
{
    int64_t time = 0;
    if (style_of(tag) != style) {
        return 0;
    }
    if (style == STYLE_UNIX) {
        return strtoll(tag, NULL, 10) * 1000;
    }
    return ep_folder_name_parse(tag, &time) ? time : 0;
}

/* Now, or a second after the newest prefix of that style: snapshots are in the order of names. */
static int64_t prefix_time(const struct drafting *drafting)
{
    int64_t time = drafting->request->now_ms;
    for (size_t i = 0; i < drafting->entries.count; i++) {
        int64_t other = time_of(drafting->entries.items[i].tag, drafting->style) + 1000;
        time = other > time ? other : time;
    }
    return time;
}

static const char *make_prefix(const struct drafting *drafting, int64_t index)
{
    const struct ep_migration migration = {
        .layout = EP_LAYOUT_JOURNAL, .tag = "_", .created_at = prefix_time(drafting)};
    const char *name = NULL;

    switch (drafting->style) {
    case STYLE_INDEX:
        return ep_arena_format(drafting->arena, "%04lld", (long long)index);
    case STYLE_TIMESTAMP:
        name = ep_migration_name(drafting->arena, &migration);
        return ep_arena_copy(drafting->arena, prefix_of(name));
    case STYLE_UNIX:
        return ep_arena_format(drafting->arena, "%lld", (long long)migration.created_at / 1000);
    case STYLE_NONE:
        break;
    }
    return "";
}

/* --- the journal --- */

static bool read_journal(struct drafting *drafting, struct ep_error *err)
{
    return ep_file_read(drafting->arena, drafting->journal, EP_JOURNAL_BYTES_MAX, EP_FAULT_SOURCE,
                        &drafting->text, err)
           && ep_entries_parse(drafting->arena, drafting->journal, drafting->text,
                               &drafting->entries, err)
           && ep_json_parse(drafting->journal, drafting->text, &drafting->json, err);
}

/* One more than that of the last entry: numbers of dropped migrations are not given again. */
static bool find_index(const struct drafting *drafting, int64_t *ret_index, struct ep_error *err)
{
    static const double largest = 1e9;
    const json_t *entries = json_object_get(drafting->json, "entries");
    size_t count = json_array_size(entries);
    if (count == 0) {
        *ret_index = 0;
        return true;
    }
    const json_t *idx = json_object_get(json_array_get(entries, count - 1), "idx");
    double value = json_is_real(idx) ? json_real_value(idx) : -1;
    if (value < 0 || value > largest || (double)(int64_t)value != value) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "entries[%zu] of \"%s\" has no usable \"idx\"",
                      count - 1, drafting->journal);
        (void)ep_error_hint(err, "It is the number of the migration, from 0; the new one gets the "
                                 "next.");
        return ep_entries_place(err, drafting->journal, drafting->text, count - 1, "idx");
    }
    *ret_index = (int64_t)value + 1;
    return true;
}

/* Later than all others, or drizzle-orm would never run it. */
static bool find_when(const struct drafting *drafting, int64_t *ret_when, struct ep_error *err)
{
    static const int64_t largest = INT64_C(9007199254740991); /* 2^53 - 1: exact as a double */
    int64_t when = drafting->request->now_ms;

    for (size_t i = 0; i < drafting->entries.count; i++) {
        int64_t other = drafting->entries.items[i].created_at;
        if (other >= largest) {
            (void)ep_fail(err, EP_FAULT_SOURCE,
                          "entries[%zu] of \"%s\" has a \"when\" that nothing can follow", i,
                          drafting->journal);
            return ep_entries_place(err, drafting->journal, drafting->text, i, "when");
        }
        when = other >= when ? other + 1 : when;
    }
    *ret_when = when;
    return true;
}

/* As in the last entry, which is as drizzle.config.ts has it. */
static bool has_breakpoints(const json_t *entries)
{
    const json_t *last = json_array_get(entries, json_array_size(entries) - 1);
    return !json_is_false(json_object_get(last, "breakpoints"));
}

static json_t *empty_journal(void)
{
    return json_pack("{s:s, s:s, s:[]}", "version", "7", "dialect", "postgresql", "entries");
}

/* --- the snapshots --- */

/* drizzle-kit refuses to add to a history that branches. */
static bool check_parent(const struct ep_snapshot_file *files, size_t count, struct ep_error *err)
{
    const struct ep_snapshot_file *file = &files[count];
    for (size_t i = 0; i < count; i++) {
        if (strcmp(files[i].parents[0], file->parents[0]) != 0) {
            continue;
        }
        (void)ep_fail(err, EP_FAULT_SOURCE, "snapshots \"%s\" and \"%s\" follow the same one",
                      files[i].path, file->path);
        (void)ep_error_detail(err, "Their \"prevId\" is equal, as after a merge of branches that "
                                   "each had a new migration. drizzle-kit stops here, too.");
        (void)ep_error_hint(err, "Remove the migration of one branch, and generate it again on top "
                                 "of the other's.");
        return ep_error_place(err, file->path, 0, 0);
    }
    return true;
}

static bool read_snapshot(const struct drafting *drafting, const char *name,
                          struct ep_snapshot_file *ret_file, json_t **ret_json,
                          struct ep_error *err)
{
    const char *path = ep_arena_format(drafting->arena, "%s/%s", drafting->meta, name);
    if (!ep_snapshot_file_read(drafting->arena, path, ret_file, NULL, err)) {
        return false;
    }
    if (ret_file->version != 7 || ret_file->parent_count != 1) {
        return ep_snapshot_file_fail_version(ret_file, err);
    }
    return ret_json == NULL
           || ep_snapshot_file_read(drafting->arena, path, ret_file, ret_json, err);
}

static bool is_snapshot(const char *name)
{
    return name[0] != '_' && ep_span_ends_with(ep_span_of(name), SNAPSHOT_SUFFIX);
}

/* Check all, and keep the last by name: drizzle-kit goes on from that, whatever the journal says.
 */
static bool read_snapshots(struct drafting *drafting, struct ep_error *err)
{
    const char *const *names = NULL;
    size_t count = 0;
    if (!ep_file_list(drafting->arena, drafting->meta, EP_FAULT_SOURCE, &names, &count, err)) {
        return false;
    }
    struct ep_snapshot_file *files = ep_arena_array(drafting->arena, count, sizeof(*files));
    const char *last = NULL;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        if (is_snapshot(names[i])) {
            last = names[i];
            if (!read_snapshot(drafting, names[i], &files[found], NULL, err)
                || !check_parent(files, found, err)) {
                return false;
            }
            found++;
        } else if (last == NULL && strcmp(names[i], SNAPSHOT_SUFFIX) == 0) {
            last = names[i]; /* of style "none", the only one there is */
        }
    }
    return last == NULL
           || read_snapshot(drafting, last, &drafting->last, &drafting->last_json, err);
}

/* --- all together --- */

static struct ep_span write_json(struct ep_arena *arena, json_t *json)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    ep_json_write(json, &text);
    return (struct ep_span){.data = ep_arena_copy(arena, ep_text_span(&text)), .size = text.size};
}

static void add_snapshot(const struct drafting *drafting, struct ep_draft *draft)
{
    const char *path =
        ep_arena_format(drafting->arena, "%s/%s" SNAPSHOT_SUFFIX, drafting->meta, drafting->prefix);
    const char *prev_id = drafting->last.path == NULL ? EP_SNAPSHOT_ORIGIN : drafting->last.id;
    json_t *json EP_CLEANUP(ep_json_drop) =
        ep_snapshot7_follow(drafting->last_json, drafting->request->id, prev_id);
    bool is_shared = drafting->style == STYLE_NONE; /* one file for all migrations */

    ep_draft_add(draft, is_shared ? EP_DRAFT_REPLACE : EP_DRAFT_NEW_FILE, path,
                 write_json(drafting->arena, json));
}

static void add_journal(const struct drafting *drafting, const char *tag, int64_t index,
                        int64_t when, struct ep_draft *draft)
{
    json_t *entries = json_object_get(drafting->json, "entries");
    json_t *entry =
        json_pack("{s:f, s:s, s:f, s:s, s:b}", "idx", (double)index, "version", "7", "when",
                  (double)when, "tag", tag, "breakpoints", has_breakpoints(entries) ? 1 : 0);

    (void)json_array_append_new(entries, entry);
    ep_draft_add(draft, EP_DRAFT_REPLACE, drafting->journal,
                 write_json(drafting->arena, drafting->json));
}

static bool fill(struct drafting *drafting, struct ep_draft *ret_draft, struct ep_error *err)
{
    const struct ep_draft_request *request = drafting->request;
    struct ep_draft draft = {0};
    int64_t index = 0;
    int64_t when = 0;

    if (drafting->entries.count > 0) {
        drafting->style = style_of(drafting->entries.items[drafting->entries.count - 1].tag);
    }
    if (!find_index(drafting, &index, err) || !find_when(drafting, &when, err)) {
        return false;
    }
    drafting->prefix = make_prefix(drafting, index);
    const char *tag = ep_arena_format(drafting->arena, "%s_%s", drafting->prefix, request->name);
    const char *sql = ep_arena_format(drafting->arena, "%s/%s.sql", request->folder, tag);

    ep_draft_add(&draft, EP_DRAFT_FOLDER, drafting->meta, (struct ep_span){0});
    ep_draft_add(&draft, EP_DRAFT_NEW_FILE, sql, ep_span_of(EP_DRAFT_SQL));
    add_snapshot(drafting, &draft);
    add_journal(drafting, tag, index, when, &draft);
    *ret_draft = draft;
    return true;
}

/* "drizzle/meta" of "drizzle/meta/_journal.json" */
static const char *folder_of(struct ep_arena *arena, const char *path)
{
    return ep_arena_copy(
        arena, (struct ep_span){.data = path, .size = (size_t)(strrchr(path, '/') - path)});
}

bool ep_draft_journal(struct ep_arena *arena, const struct ep_draft_request *request,
                      const char *journal, struct ep_draft *ret_draft, struct ep_error *err)
{
    struct drafting drafting = {.arena = arena, .request = request, .journal = journal};
    bool is_new = journal == NULL;
    bool is_read = true;

    if (is_new) {
        drafting.journal = ep_arena_format(arena, "%s/meta/_journal.json", request->folder);
        drafting.json = empty_journal();
    }
    drafting.meta = folder_of(arena, drafting.journal);
    if (!is_new) {
        is_read = read_journal(&drafting, err) && read_snapshots(&drafting, err);
    }
    bool is_filled = is_read && fill(&drafting, ret_draft, err);
    json_decref(drafting.json);
    json_decref(drafting.last_json);
    return is_filled;
}
