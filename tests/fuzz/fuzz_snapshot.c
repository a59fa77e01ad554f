/*
 * fuzz_snapshot.c - any bytes as a folder of snapshots, of any format; a record separator (1E),
 * which JSON cannot have in it, stands between two files. What only peeks agrees with what reads.
 */
#include "base/check.h"
#include "format/defect.h"
#include "format/json.h"
#include "format/json_scan.h"
#include "source/snapshot.h"
#include "source/snapshot7.h"
#include "source/snapshot_lineage.h"
#include "source/snapshot_names.h"

#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 4, DEPTH_MAX = 64 };

static char folder[256];
static char folders[FILES_MAX][300];
static char paths[FILES_MAX][320];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void remove_folder(void)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        (void)unlink(paths[i]);
        (void)rmdir(folders[i]);
    }
    (void)rmdir(folder);
}

static void make_folder(void)
{
    const char *parent = getenv("TMPDIR");

    (void)snprintf(folder, sizeof(folder), "%s/fuzz-XXXXXX", parent == NULL ? "/tmp" : parent);
    EP_CHECK(mkdtemp(folder) != NULL);
    for (size_t i = 0; i < FILES_MAX; i++) {
        (void)snprintf(folders[i], sizeof(folders[i]), "%s/2024010100000%zu_name", folder, i);
        (void)snprintf(paths[i], sizeof(paths[i]), "%s/snapshot.json", folders[i]);
        EP_CHECK(mkdir(folders[i], 0700) == 0);
    }
    (void)atexit(remove_folder);
}

static void write_file(const char *path, struct ep_span content)
{
    FILE *file = fopen(path, "wb");

    EP_CHECK(file != NULL);
    EP_CHECK(content.size == 0 || fwrite(content.data, content.size, 1, file) == 1);
    EP_CHECK(fclose(file) == 0);
}

/* How many there are. */
static size_t write_files(struct ep_span all)
{
    size_t count = 0;

    for (size_t at = 0; count < FILES_MAX && at <= all.size; count++) {
        size_t end = ep_span_find_byte(all, at, '\x1E');
        size_t part = end == SIZE_MAX ? all.size - at : end - at;
        write_file(paths[count], ep_span_part(all, at, part));
        at += part + 1;
    }
    for (size_t i = count; i < FILES_MAX; i++) {
        EP_CHECK(unlink(paths[i]) == 0 || errno == ENOENT);
    }
    return count;
}

static void check_refusal(const struct ep_error *err)
{
    EP_CHECK(err->fault == EP_FAULT_SOURCE && err->summary[0] != '\0');
}

/* The byte that the next value begins with. */
static char next_byte(const struct ep_json_scan *scan)
{
    struct ep_span rest = ep_span_trim(ep_span_part(scan->text, scan->offset, SIZE_MAX));

    return rest.size == 0 ? '\0' : rest.data[0];
}

static void scan_value(struct ep_json_scan *scan, struct ep_arena *arena, int depth)
{
    struct ep_span name;
    size_t before = scan->offset;
    char first = next_byte(scan);

    if (depth > DEPTH_MAX) {
        ep_json_scan_skip(scan);
    } else if (first == '{' && ep_json_scan_enter(scan, '{')) {
        while (ep_json_scan_member(scan, &name)) {
            EP_CHECK(name.size == 0
                     || (name.data >= scan->text.data
                         && name.data + name.size <= scan->text.data + scan->text.size));
            scan_value(scan, arena, depth + 1);
        }
    } else if (first == '[' && ep_json_scan_enter(scan, '[')) {
        while (ep_json_scan_element(scan)) {
            scan_value(scan, arena, depth + 1);
        }
    } else if (!scan->failed) {
        const char *text = ep_json_scan_text(scan, arena);
        EP_CHECK(text == NULL || strlen(text) <= scan->text.size);
    }
    EP_CHECK(scan->offset >= before && scan->offset <= scan->text.size);
}

/* What is accepted without a tree, jansson accepts. */
static void check_scan(struct ep_span text)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_json_scan whole = {.text = text};
    struct ep_json_scan scan = {.text = text};
    struct ep_error err = {0};
    size_t ignored = 0;
    json_t *json EP_CLEANUP(ep_json_drop) = NULL;

    scan_value(&scan, &arena, 0);
    ep_json_scan_skip(&whole);
    bool is_scanned = ep_json_scan_end(&scan), is_passed = ep_json_scan_end(&whole);
    if (next_byte(&(struct ep_json_scan){.text = text}) == '{'
        && ep_defect_find(text, &ignored) == EP_DEFECT_NONE && (is_scanned || is_passed)) {
        EP_CHECK(ep_json_parse("text", text, &json, &err));
    }
}

/* A file that can be read can be peeked at, with the same head; one of format 7 be followed. */
static void check_file(struct ep_arena *arena, const char *path, struct ep_snapshot_file *ret_file)
{
    json_t *json EP_CLEANUP(ep_json_drop) = NULL;
    struct ep_error err = {0}, peek_err = {0};
    struct ep_snapshot_file peeked = {0};
    bool peeks = ep_snapshot_file_peek(arena, path, &peeked, &peek_err);

    if (!ep_snapshot_file_read(arena, path, ret_file, &json, &err)) {
        check_refusal(&err);
        return;
    }
    EP_CHECK(peeks && peeked.version == ret_file->version);
    EP_CHECK(strcmp(peeked.id, ret_file->id) == 0);
    if (ret_file->version == 7) {
        json_t *next EP_CLEANUP(ep_json_drop) = ep_snapshot7_follow(json, "id", ret_file->id);
        EP_CHECK(strcmp(json_string_value(json_object_get(next, "id")), "id") == 0);
    }
}

static void check_schema(struct ep_arena *arena, const char *path)
{
    struct ep_schema schema = {0}, names = {0};
    struct ep_error err = {0}, names_err = {0};
    long version = 0;

    if (!ep_snapshot_names_read(arena, folder, path, &names, &names_err)) {
        check_refusal(&names_err);
    }
    if (!ep_snapshot_read(arena, folder, path, &schema, &version, &err)) {
        check_refusal(&err);
        return;
    }
    EP_CHECK(version >= 3 && version <= 9);
    for (size_t i = 0; i < schema.table_count; i++) {
        const struct ep_table *table = &schema.tables[i];
        EP_CHECK(table->name != NULL && strlen(table->name) <= 63);
        EP_CHECK(ep_schema_find_table(&schema, table->schema, table->name) != NULL);
    }
    for (size_t i = 0; names_err.fault == EP_FAULT_NONE && i < schema.table_count; i++) {
        const struct ep_table *table = &schema.tables[i];
        EP_CHECK(ep_schema_find_table(&names, table->schema, table->name) != NULL);
    }
    (void)ep_schema_used(arena, &schema);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_snapshot_file files[FILES_MAX] = {0};
    struct ep_span all = {.data = (const char *)data, .size = size};
    size_t readable = 0;

    if (folder[0] == '\0') {
        make_folder();
    }
    check_scan(all);
    size_t count = write_files(all);
    for (size_t i = 0; i < count; i++) {
        check_file(&arena, paths[i], &files[readable]);
        readable += files[readable].id != NULL;
        check_schema(&arena, paths[i]);
    }
    const struct ep_lineage lineage = {.files = files, .count = readable};
    if (readable > 0) {
        (void)ep_lineage_find_branch(&arena, &lineage, &files[readable - 1]);
        (void)ep_lineage_find_leaf(&lineage, 0);
    }
    return 0;
}
