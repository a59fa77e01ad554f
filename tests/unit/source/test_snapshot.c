#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/*
 * Unit tests of source/snapshot and what it reads with: snapshots of every format, and format 9's
 * histories. The real ones are those of tests/fixtures; databases of them are compared in
 * tests/integration/check.bats.
 */
#include "source/snapshot.h"

#include "source/snapshot_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/source/folder.h"

#define FIXTURES "tests/fixtures/drizzle/"
#define ORIGIN "\"00000000-0000-0000-0000-000000000000\""

/* Everything a schema says of tables and their columns, a line for each table. */
static const char *describe(struct ep_arena *arena, const struct ep_schema *schema)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    for (size_t i = 0; i < schema->table_count; i++) {
        const struct ep_table *table = &schema->tables[i];
        ep_text_format(&text, "%s.%s(", table->schema, table->name);
        for (size_t j = 0; j < table->column_count; j++) {
            ep_text_format(&text, "%s%s", j == 0 ? "" : " ", table->columns[j].name);
        }
        ep_text_add(&text, ")");
        for (size_t j = 0; j < table->constraint_count; j++) {
            const struct ep_constraint *constraint = &table->constraints[j];
            ep_text_format(&text, " %s:", constraint->name);
            for (size_t k = 0; k < constraint->columns.count; k++) {
                ep_text_format(&text, "%s,", constraint->columns.items[k]);
            }
            if (constraint->kind == EP_CONSTRAINT_FOREIGN_KEY) {
                ep_text_format(&text, "->%s.%s", constraint->to_schema, constraint->to_table);
            }
        }
        ep_text_add(&text, "\n");
    }
    return ep_arena_copy(arena, ep_text_span(&text));
}

static struct ep_schema read_one(struct ep_arena *arena, const char *folder, const char *path)
{
    struct ep_schema schema = {0};
    struct ep_error err = {0};
    long version = 0;

    if (!ep_snapshot_read(arena, folder, path, &schema, &version, &err)) {
        fail_msg("%s", err.summary);
    }
    assert_true(version >= 3 && version <= 9);
    return schema;
}

static void every_format_is_read(void **state)
{
    static const struct {
        const char *folder, *snapshot;
        size_t tables, columns, enums, sequences, views; /* columns of the last table */
    } cases[] = {
        {"kit-0.14.8", "20261120230832/snapshot.json", 2, 4, 1, 0, 0},
        {"kit-0.16.9", "meta/0000_snapshot.json", 2, 4, 1, 0, 0},
        {"kit-0.20.14", "meta/0000_snapshot.json", 2, 4, 1, 0, 0},
        {"kit-0.21.4", "meta/0000_snapshot.json", 1, 2, 0, 0, 0},
        {"kit-0.23.2", "meta/0000_snapshot.json", 2, 4, 1, 0, 0},
        {"v0", "meta/0000_snapshot.json", 5, 44, 2, 2, 3},
        {"v0", "meta/0002_snapshot.json", 5, 45, 2, 2, 3},
        {"v1-rc4-snapshot8", "20261120223322_init/snapshot.json", 5, 44, 2, 2, 3},
        {"v1-rc5-snapshot9", "20261120223313_init/snapshot.json", 5, 44, 2, 2, 3},
        {"v1-rc5-snapshot9", "20261120223318_seed_data/snapshot.json", 5, 45, 2, 2, 3},
    };
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        const char *folder = ep_arena_format(&arena, FIXTURES "%s", cases[i].folder);
        const char *path = ep_arena_format(&arena, "%s/%s", folder, cases[i].snapshot);
        print_message("# %s\n", path);
        struct ep_schema schema = read_one(&arena, folder, path);
        assert_int_equal(schema.table_count, cases[i].tables);
        assert_int_equal(schema.tables[schema.table_count - 1].column_count, cases[i].columns);
        assert_int_equal(schema.enum_count, cases[i].enums);
        assert_int_equal(schema.sequence_count, cases[i].sequences);
        assert_int_equal(schema.view_count, cases[i].views);
    }
}

/* The quick reader and the whole one name the same tables and columns. */
static void the_names_alone_are_the_same(void **state)
{
    static const char *const cases[][2] = {
        {"kit-0.20.14", "meta/0000_snapshot.json"},
        {"kit-0.23.2", "meta/0000_snapshot.json"},
        {"v0", "meta/0002_snapshot.json"},
        {"v1-rc4-snapshot8", "20261120225244_renames/snapshot.json"},
        {"v1-rc5-snapshot9", "20261120225242_renames/snapshot.json"},
    };
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        const char *folder = ep_arena_format(&arena, FIXTURES "%s", cases[i][0]);
        const char *path = ep_arena_format(&arena, "%s/%s", folder, cases[i][1]);
        struct ep_schema whole = read_one(&arena, folder, path), names = {0};
        struct ep_error err = {0};
        print_message("# %s\n", path);
        assert_true(ep_snapshot_names_read(&arena, folder, path, &names, &err));
        for (size_t j = 0; j < whole.table_count; j++) {
            whole.tables[j].constraint_count = 0;
        }
        for (size_t j = 0; j < names.table_count; j++) {
            names.tables[j].constraint_count = 0;
        }
        assert_string_equal(describe(&arena, &names), describe(&arena, &whole));
    }
}

static bool has_line(const char *text, const char *line)
{
    size_t size = strlen(line);
    for (const char *at = strstr(text, line); at != NULL; at = strstr(at + 1, line)) {
        if ((at == text || at[-1] == '\n') && at[size] == '\n') {
            return true;
        }
    }
    return false;
}

/* rc.4 wrote in full what rc.5 describes by changes: the same schema, step by step. */
static void changes_come_to_what_the_format_before_has_in_full(void **state)
{
    static const char *const cases[][2] = {
        {"20261120223322_init", "20261120223313_init"},
        {"20261120223325_second", "20261120223316_second"},
        {"20261120223327_seed_data", "20261120223318_seed_data"},
        {"20261120225244_renames", "20261120225242_renames"},
    };
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        const char *full =
            ep_arena_format(&arena, FIXTURES "v1-rc4-snapshot8/%s/snapshot.json", cases[i][0]);
        const char *changes =
            ep_arena_format(&arena, FIXTURES "v1-rc5-snapshot9/%s/snapshot.json", cases[i][1]);
        struct ep_schema a = read_one(&arena, FIXTURES "v1-rc4-snapshot8", full);
        struct ep_schema b = read_one(&arena, FIXTURES "v1-rc5-snapshot9", changes);
        print_message("# %s\n", changes);
        assert_int_equal(a.table_count, b.table_count);
        for (size_t j = 0; j < a.table_count; j++) {
            assert_string_equal(a.tables[j].name, b.tables[j].name);
            assert_int_equal(a.tables[j].column_count, b.tables[j].column_count);
            assert_int_equal(a.tables[j].constraint_count, b.tables[j].constraint_count);
            assert_int_equal(a.tables[j].index_count, b.tables[j].index_count);
            for (size_t k = 0; k < a.tables[j].column_count; k++) {
                const struct ep_column *column = &a.tables[j].columns[k];
                const struct ep_column *other = ep_schema_find_column(&b.tables[j], column->name);
                assert_non_null(other);
                assert_string_equal(column->type, other->type);
            }
        }
    }
}

#define TABLE(schema, name)                                                 \
    "{\"entityType\":\"tables\",\"schema\":\"" schema "\",\"name\":\"" name \
    "\",\"isRlsEnabled\":false}"
#define COLUMN(schema, table, name)                                                        \
    "{\"entityType\":\"columns\",\"schema\":\"" schema "\",\"table\":\"" table             \
    "\",\"name\":\"" name "\",\"type\":\"integer\",\"typeSchema\":null,\"notNull\":false," \
    "\"dimensions\":0,\"default\":null,\"generated\":null,\"identity\":null}"
#define CREATE(row) "{\"op\":\"create\",\"row\":" row "}"
#define KEY(kind, identity) "\"key\":\"" kind "\\u0000" identity "\""
#define IDENTITY3(a, b, c) "[\\\"" a "\\\",\\\"" b "\\\",\\\"" c "\\\"]"
#define IDENTITY2(a, b) "[\\\"" a "\\\",\\\"" b "\\\"]"

static void write_snapshot(const char *name, const char *id, const char *parents, const char *body)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    folder_write(ep_arena_format(&arena, "drizzle/%s/snapshot.json", name),
                 ep_arena_format(&arena,
                                 "{\"version\":\"9\",\"dialect\":\"postgres\",\"id\":\"%s\","
                                 "\"prevIds\":[%s],\"footprints\":[],%s}",
                                 id, parents, body));
}

static void write_base(void)
{
    write_snapshot(
        "20240101000000_base", "base", ORIGIN,
        "\"type\":\"base\",\"ddl\":[" TABLE("public", "a") "," COLUMN(
            "public", "a",
            "id") "," TABLE("public",
                            "b") "," COLUMN("public", "b",
                                            "a") ",{\"entityType\":\"pks\",\"schema\":\"public\","
                                                 "\"table\":\"a\",\"name\":\"a_pkey\","
                                                 "\"columns\":[\"id\"],\"nameExplicit\":false},"
                                                 "{\"entityType\":\"fks\",\"schema\":\"public\","
                                                 "\"table\":\"b\",\"name\":\"b_fk\","
                                                 "\"nameExplicit\":false,\"columns\":[\"a\"],"
                                                 "\"schemaTo\":\"public\",\"tableTo\":\"a\","
                                                 "\"columnsTo\":[\"id\"],\"onUpdate\":\"NO "
                                                 "ACTION\",\"onDelete\":\"CASCADE\"}]");
}

static const char *described(struct folder *folder, const char *name)
{
    const char *path = ep_arena_format(&folder->arena, "drizzle/%s/snapshot.json", name);
    struct ep_schema schema = read_one(&folder->arena, "drizzle", path);
    return describe(&folder->arena, &schema);
}

static void a_rename_is_carried_to_all_that_refers_to_it(void **state)
{
    struct folder *folder = *state;

    write_base();
    write_snapshot("20240102000000_table", "table", "\"base\"",
                   "\"type\":\"diff\",\"deltas\":[{\"op\":\"rename\"," KEY(
                       "tables", IDENTITY2("public", "a")) ",\"set\":{\"name\":\"people\"}}]");
    write_snapshot(
        "20240103000000_column", "column", "\"table\"",
        "\"type\":\"diff\",\"deltas\":[{\"op\":\"rename\"," KEY(
            "columns",
            IDENTITY3("public", "people",
                      "id")) ",\"set\":{\"name\":\"key\"}},{\"op\":\"drop\"," KEY("columns",
                                                                                  IDENTITY3(
                                                                                      "public",
                                                                                      "nowhere",
                                                                                      "id")) "}]");
    write_snapshot(
        "20240104000000_schema", "schema", "\"column\"",
        "\"type\":\"diff\",\"deltas\":["
        "{\"op\":\"create\",\"row\":{\"entityType\":\"schemas\",\"name\":\"old\"}},"
        "{\"op\":\"create\",\"row\":{\"entityType\":\"tables\",\"schema\":\"old\","
        "\"name\":\"t\"}},"
        "{\"op\":\"create\",\"row\":{\"entityType\":\"columns\",\"schema\":\"old\","
        "\"table\":\"t\",\"name\":\"c\",\"type\":\"text\"}},"
        "{\"op\":\"rename\",\"key\":\"schemas\\u0000[\\\"old\\\"]\",\"set\":{\"name\":\"new\"}},"
        "{\"op\":\"drop\",\"key\":\"fks\\u0000[\\\"public\\\",\\\"b\\\",\\\"b_fk\\\"]\"}]");

    assert_string_equal(described(folder, "20240101000000_base"),
                        "public.a(id) a_pkey:id,\npublic.b(a) b_fk:a,->public.a\n");
    assert_string_equal(described(folder, "20240102000000_table"),
                        "public.b(a) b_fk:a,->public.people\npublic.people(id) a_pkey:id,\n");
    assert_string_equal(described(folder, "20240103000000_column"),
                        "public.b(a) b_fk:a,->public.people\npublic.people(key) a_pkey:key,\n");
    assert_string_equal(described(folder, "20240104000000_schema"),
                        "new.t(c)\npublic.b(a)\npublic.people(key) a_pkey:key,\n");
}

static void a_merge_has_what_all_its_parents_did(void **state)
{
    struct folder *folder = *state;

    write_base();
    write_snapshot("20240102000000_mine", "mine", "\"base\"",
                   "\"type\":\"diff\",\"deltas\":[" CREATE(COLUMN("public", "a", "mine")) "]");
    write_snapshot("20240103000000_theirs", "theirs", "\"base\"",
                   "\"type\":\"diff\",\"deltas\":[" CREATE(COLUMN("public", "a", "theirs")) "]");
    write_snapshot("20240104000000_more", "more", "\"theirs\"",
                   "\"type\":\"diff\",\"deltas\":[" CREATE(COLUMN("public", "b", "more")) "]");
    write_snapshot("20240105000000_merge", "merge", "\"mine\",\"more\"",
                   "\"type\":\"diff\",\"deltas\":[" CREATE(TABLE("public", "merged")) "]");

    assert_true(has_line(described(folder, "20240102000000_mine"), "public.a(id mine) a_pkey:id,"));
    assert_string_equal(described(folder, "20240105000000_merge"),
                        "public.a(id mine theirs) a_pkey:id,\n"
                        "public.b(a more) b_fk:a,->public.a\npublic.merged()\n");
}

static void refused(struct folder *folder, const char *name, const char *summary)
{
    const char *path = ep_arena_format(&folder->arena, "drizzle/%s/snapshot.json", name);
    struct ep_schema schema = {.table_count = 42};
    struct ep_error err = {0};
    long version = 0;

    assert_false(ep_snapshot_read(&folder->arena, "drizzle", path, &schema, &version, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_non_null(strstr(err.summary, summary));
    assert_int_equal(schema.table_count, 42);
}

static void what_cannot_be_followed_is_refused(void **state)
{
    struct folder *folder = *state;

    write_snapshot("20240102000000_orphan", "orphan", "\"gone\"",
                   "\"type\":\"diff\",\"deltas\":[]");
    write_snapshot("20240103000000_x", "x", "\"y\"", "\"type\":\"diff\",\"deltas\":[]");
    write_snapshot("20240104000000_y", "y", "\"x\"", "\"type\":\"diff\",\"deltas\":[]");
    refused(folder, "20240102000000_orphan", "follows one that is not there");
    refused(folder, "20240103000000_x", "follows one that is not there");
    folder_write("drizzle/20240105000000_newer/snapshot.json",
                 "{\"version\":\"10\",\"dialect\":\"postgres\",\"id\":\"n\",\"prevIds\":[]}");
    folder_write("drizzle/20240106000000_mysql/snapshot.json",
                 "{\"version\":\"8\",\"dialect\":\"mysql\",\"id\":\"m\",\"prevIds\":[]}");
    refused(folder, "20240105000000_newer", "is of version 10");
    refused(folder, "20240106000000_mysql", "is not one for PostgreSQL");
    refused(folder, "20240107000000_absent", "20240107000000_absent");
}

static void a_migration_knows_its_folder_and_its_snapshot(void **state)
{
    static const struct {
        enum ep_layout layout;
        const char *tag, *path, *folder, *snapshot;
    } cases[] = {
        {EP_LAYOUT_JOURNAL, "0000_init", "drizzle/0000_init.sql", "drizzle",
         "drizzle/meta/0000_snapshot.json"},
        {EP_LAYOUT_JOURNAL, "20240131235959_x_y", "a/b/20240131235959_x_y.sql", "a/b",
         "a/b/meta/20240131235959_snapshot.json"},
        {EP_LAYOUT_JOURNAL, "sub/0000_init", "drizzle/sub/0000_init.sql", "drizzle",
         "drizzle/meta/sub/0000_snapshot.json"},
        {EP_LAYOUT_FOLDERS, "20240131235959_x", "drizzle/20240131235959_x/migration.sql", "drizzle",
         "drizzle/20240131235959_x/snapshot.json"},
    };
    struct folder *folder = *state;

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_migration migration = {
            .layout = cases[i].layout, .tag = cases[i].tag, .path = cases[i].path};
        assert_string_equal(ep_snapshot_folder(&folder->arena, &migration), cases[i].folder);
        assert_string_equal(ep_snapshot_path(&folder->arena, &migration), cases[i].snapshot);
        assert_true(ep_snapshot_same_folder(&migration, &migration));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_read),
        cmocka_unit_test(the_names_alone_are_the_same),
        cmocka_unit_test(changes_come_to_what_the_format_before_has_in_full),
        cmocka_unit_test_setup_teardown(a_rename_is_carried_to_all_that_refers_to_it, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(a_merge_has_what_all_its_parents_did, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_followed_is_refused, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(a_migration_knows_its_folder_and_its_snapshot, folder_setup,
                                        folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
