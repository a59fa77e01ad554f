#include "source/snapshot_names.h"

#include "format/json_scan.h"
#include "source/draft.h"
#include "source/snapshot.h"
#include "system/file.h"

enum { CHANGES_VERSION = 9 };

/* One snapshot. */
struct reading {
    struct ep_arena *arena;
    struct ep_json_scan scan;
    struct ep_schema *schema;
    const char *version;
};

/* The members of a row that matter; NULL: it has none. */
struct row {
    const char *type, *schema, *table, *name;
};

static const char *or_public(struct ep_arena *arena, const char *schema)
{
    return schema == NULL || schema[0] == '\0' ? "public" : ep_schema_name(arena, schema);
}

static void add_column(struct reading *reading, struct ep_table *table, const char *name)
{
    if (name != NULL) {
        ep_schema_add_column(reading->arena, table)->name = ep_schema_name(reading->arena, name);
    }
}

/* The member "name" of the object that is next. */
static const char *read_name(struct reading *reading)
{
    struct ep_json_scan *scan = &reading->scan;
    struct ep_span member;
    const char *name = NULL;

    if (!ep_json_scan_enter(scan, '{')) {
        return NULL;
    }
    while (ep_json_scan_member(scan, &member)) {
        if (ep_span_equals(member, "name")) {
            name = ep_json_scan_text(scan, reading->arena);
        } else {
            ep_json_scan_skip(scan);
        }
    }
    return name;
}

static void read_columns(struct reading *reading, struct ep_table *table)
{
    struct ep_span member;

    if (ep_json_scan_enter(&reading->scan, '{')) {
        while (ep_json_scan_member(&reading->scan, &member)) {
            add_column(reading, table, read_name(reading));
        }
    }
}

/* Formats up to 7: a table with everything in it. */
static void read_table(struct reading *reading)
{
    struct ep_json_scan *scan = &reading->scan;
    struct ep_span member;
    struct ep_table table = {0};

    if (!ep_json_scan_enter(scan, '{')) {
        return;
    }
    while (ep_json_scan_member(scan, &member)) {
        if (ep_span_equals(member, "name")) {
            table.name = ep_json_scan_text(scan, reading->arena);
        } else if (ep_span_equals(member, "schema")) {
            table.schema = ep_json_scan_text(scan, reading->arena);
        } else if (ep_span_equals(member, "columns")) {
            read_columns(reading, &table);
        } else {
            ep_json_scan_skip(scan);
        }
    }
    if (table.name != NULL) {
        table.name = ep_schema_name(reading->arena, table.name);
        table.schema = or_public(reading->arena, table.schema);
        *ep_schema_add_table(reading->arena, reading->schema) = table;
    }
}

static void read_tables(struct reading *reading)
{
    struct ep_span member;

    if (ep_json_scan_enter(&reading->scan, '{')) {
        while (ep_json_scan_member(&reading->scan, &member)) {
            read_table(reading);
        }
    }
}

static void read_row(struct reading *reading, struct row *row)
{
    struct ep_json_scan *scan = &reading->scan;
    struct ep_span member;

    if (!ep_json_scan_enter(scan, '{')) {
        return;
    }
    while (ep_json_scan_member(scan, &member)) {
        if (ep_span_equals(member, "entityType")) {
            row->type = ep_json_scan_text(scan, reading->arena);
        } else if (ep_span_equals(member, "schema")) {
            row->schema = ep_json_scan_text(scan, reading->arena);
        } else if (ep_span_equals(member, "table")) {
            row->table = ep_json_scan_text(scan, reading->arena);
        } else if (ep_span_equals(member, "name")) {
            row->name = ep_json_scan_text(scan, reading->arena);
        } else {
            ep_json_scan_skip(scan);
        }
    }
}

/* Format 8: rows of all kinds, those of tables before those of columns or not. */
static void read_rows(struct reading *reading)
{
    struct row *rows = NULL;
    size_t count = 0;

    if (!ep_json_scan_enter(&reading->scan, '[')) {
        return;
    }
    while (ep_json_scan_element(&reading->scan)) {
        struct row row = {0};
        read_row(reading, &row);
        if (row.type == NULL || row.name == NULL) {
            continue;
        }
        if (strcmp(row.type, "tables") == 0) {
            struct ep_table *table = ep_schema_add_table(reading->arena, reading->schema);
            table->schema = or_public(reading->arena, row.schema);
            table->name = ep_schema_name(reading->arena, row.name);
        } else if (strcmp(row.type, "columns") == 0 && row.table != NULL) {
            rows = ep_arena_grow(reading->arena, rows, count, sizeof(*rows));
            rows[count++] = row;
        }
    }
    ep_schema_sort(reading->schema);
    for (size_t i = 0; i < count; i++) {
        struct ep_table *table =
            ep_schema_find_table(reading->schema, or_public(reading->arena, rows[i].schema),
                                 ep_schema_name(reading->arena, rows[i].table));
        if (table != NULL) {
            add_column(reading, table, rows[i].name);
        }
    }
}

static void read_snapshot(struct reading *reading)
{
    struct ep_json_scan *scan = &reading->scan;
    struct ep_span member;

    if (!ep_json_scan_enter(scan, '{')) {
        return;
    }
    while (ep_json_scan_member(scan, &member)) {
        if (ep_span_equals(member, "version")) {
            reading->version = ep_json_scan_text(scan, reading->arena);
        } else if (ep_span_equals(member, "tables")) {
            read_tables(reading);
        } else if (ep_span_equals(member, "ddl")) {
            read_rows(reading);
        } else {
            ep_json_scan_skip(scan);
        }
    }
}

bool ep_snapshot_names_read(struct ep_arena *arena, const char *folder, const char *path,
                            struct ep_schema *schema, struct ep_error *err)
{
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
    struct ep_span text;
    struct ep_schema found = {0};
    long version = 0;

    if (!ep_file_read(&scratch, path, EP_SNAPSHOT_BYTES_MAX, EP_FAULT_SOURCE, &text, err)) {
        return false;
    }
    struct reading reading = {.arena = arena, .scan = {.text = text}, .schema = &found};
    read_snapshot(&reading);
    version = reading.version == NULL ? 0 : strtol(reading.version, NULL, 10);
    if (!ep_json_scan_end(&reading.scan) || version <= 0 || version >= CHANGES_VERSION) {
        found = (struct ep_schema){0};
        if (!ep_snapshot_read(arena, folder, path, &found, &version, err)) {
            return false;
        }
    }
    ep_schema_sort(&found);
    ep_schema_merge(arena, schema, &found);
    return true;
}
