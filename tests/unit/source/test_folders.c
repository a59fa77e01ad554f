#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/* Unit tests of src/source/folders: Drizzle's own folders (tests/fixtures), then odd ones. */
#include "source/folders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/source/folder.h"
#include "tests/unit/source/vectors.h"

#include <errno.h>

static bool read_folders(struct ep_arena *arena, const char *path,
                         const struct ep_reporter *reporter, struct ep_migration_list *ret_list,
                         struct ep_error *err)
{
    struct ep_name_list names = {0};
    assert_true(ep_file_list(arena, path, EP_FAULT_SOURCE, &names.items, &names.count, err));
    return ep_folders_read(arena, path, names, reporter, ret_list, err);
}

static struct ep_migration_list read_fixture(struct ep_arena *arena, const char *path)
{
    static const struct ep_reporter nobody = {0};
    struct ep_migration_list list = {0};
    struct ep_error err = {0};
    if (!read_folders(arena, path, &nobody, &list, &err)) {
        fail_msg("%s: %s", path, err.summary);
    }
    return list;
}

static struct ep_migration_list read_drizzle(struct folder *folder)
{
    struct ep_migration_list list = {0};
    struct ep_error err = {0};
    ep_text_reset(&folder->notes);
    if (!read_folders(&folder->arena, "drizzle", &folder->reporter, &list, &err)) {
        fail_msg("%s", err.summary);
    }
    return list;
}

static struct ep_error refused(struct folder *folder)
{
    struct ep_migration_list list = {.count = 42};
    struct ep_error err = {0};
    assert_false(read_folders(&folder->arena, "drizzle", &folder->reporter, &list, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_int_equal(list.count, 42);
    return err;
}

static void identity_hash_and_chunks_are_those_of_drizzle(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    static const char folder[] = "tests/fixtures/drizzle/vectors-v1";
    struct ep_migration_list list = read_fixture(&arena, folder);

    assert_int_equal(list.count, 15);
    vectors_compare(&arena, folder, &list);
    assert_int_equal(list.items[3].defect, EP_DEFECT_BOM);
    assert_int_equal(list.items[11].defect, EP_DEFECT_INVALID);
}

/* As drizzle-orm 1.0.0-rc.5 reads them. */
static void folders_of_all_kits_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *kit;
        size_t count;
        struct {
            const char *name;
            int64_t created_at;
            const char *hash;
        } of[4];
    } cases[] = {
        {"v1-rc4-snapshot8",
         4,
         {{"20261120223322_init", 1795214002000,
           "c09c037180966345deddea68bbc2657e0b39b1abf89f16ebef0a77797080173d"},
          {"20261120223325_second", 1795214005000,
           "45a2aa3d328cc40c260488b386e057d48c250fc555411705e8df15e73c06bd23"},
          {"20261120223327_seed_data", 1795214007000,
           "4bd0e232e1daf16c1922890680671d49aae23c55167da78935528c50bd28e631"},
          {"20261120225244_renames", 1795215164000,
           "139bbf1089d3000ccf5b8b20c33f106c1d67267114f6cdba330dc2f160c95153"}}},
        {"v1-rc5-snapshot9",
         4,
         {{"20261120223313_init", 1795213993000,
           "c09c037180966345deddea68bbc2657e0b39b1abf89f16ebef0a77797080173d"},
          {"20261120223316_second", 1795213996000,
           "45a2aa3d328cc40c260488b386e057d48c250fc555411705e8df15e73c06bd23"},
          {"20261120223318_seed_data", 1795213998000,
           "4bd0e232e1daf16c1922890680671d49aae23c55167da78935528c50bd28e631"},
          {"20261120225242_renames", 1795215162000,
           "c7bbdae2fae669a02a492bc42c03b584ed6c53ed1d368f6f898057ef28ca40aa"}}},
        {"kit-0.14.8",
         1,
         {{"20261120230832", 1795216112000,
           "7acd6aa65297d18f4bd441dad44be3131bba619604e68b93e73f7d142578f9ec"}}},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        const char *folder = ep_arena_format(&arena, "tests/fixtures/drizzle/%s", cases[i].kit);
        struct ep_migration_list list = read_fixture(&arena, folder);
        assert_int_equal(list.count, cases[i].count);
        for (size_t j = 0; j < list.count; j++) {
            const struct ep_migration *migration = &list.items[j];
            assert_int_equal(migration->layout, EP_LAYOUT_FOLDERS);
            assert_string_equal(migration->tag, cases[i].of[j].name);
            assert_string_equal(migration->path, ep_arena_format(&arena, "%s/%s/migration.sql",
                                                                 folder, migration->tag));
            assert_true(migration->created_at == cases[i].of[j].created_at);
            assert_string_equal(migration->hash, cases[i].of[j].hash);
        }
    }
}

static void write_migration(struct folder *folder, const char *name)
{
    folder_write(ep_arena_format(&folder->arena, "drizzle/%s/migration.sql", name), name);
}

/* The same names, in the same order, as drizzle-orm 1.0.0-rc.5 finds in such a folder. */
static void what_drizzle_keeps_and_its_order(void **state)
{
    struct folder *folder = *state;
    static const struct {
        const char *name;
        int64_t created_at;
    } expected[] = {
        {" 20240101000000_blank", INT64_C(-55689429600000)},
        {"00010101000000_year", INT64_C(-2177452800000)},
        {"20240131235958_z", INT64_C(1706745598000)},
        {"20240131235959", INT64_C(1706745599000)},
        {"20240131235959_a_b", INT64_C(1706745599000)},
        {"20240131235959_a-b", INT64_C(1706745599000)},
        {"20240131235959_b", INT64_C(1706745599000)},
        {"20240131235959_B", INT64_C(1706745599000)},
        {"20240201000000_link", INT64_C(1706745600000)},
        {"20240202000000_filelink", INT64_C(1706832000000)},
        {"20249901000000_roll", INT64_C(1961712000000)},
    };
    for (size_t i = 0; i < EP_COUNT_OF(expected); i++) {
        if (strstr(expected[i].name, "link") == NULL) {
            write_migration(folder, expected[i].name);
        }
    }
    folder_write("elsewhere/migration.sql", "");
    folder_write("drizzle/20240202000000_filelink/a", "");
    assert_int_equal(symlink("../elsewhere", "drizzle/20240201000000_link"), 0);
    assert_int_equal(
        symlink("../../elsewhere/migration.sql", "drizzle/20240202000000_filelink/migration.sql"),
        0);
    folder_write("drizzle/meta/0000_snapshot.json", "");
    folder_write("drizzle/20240131235959_file", "");
    folder_write("drizzle/README.md", "");

    struct ep_migration_list list = read_drizzle(folder);
    assert_int_equal(list.count, EP_COUNT_OF(expected));
    for (size_t i = 0; i < list.count; i++) {
        print_message("# %s\n", list.items[i].tag);
        assert_string_equal(list.items[i].tag, expected[i].name);
        assert_true(list.items[i].created_at == expected[i].created_at);
    }
    assert_string_equal(ep_text_get(&folder->notes), "");
}

static void none_is_no_error_here(void **state)
{
    struct folder *folder = *state;
    folder_write("drizzle/20240131235959_a/snapshot.json", "{}");
    folder_write("drizzle/0000_a.sql", "");
    assert_int_equal(read_drizzle(folder).count, 0);
    assert_string_equal(ep_text_get(&folder->notes), "");
}

static void what_never_runs_is_told(void **state)
{
    struct folder *folder = *state;
    write_migration(folder, "20240131235959_a");
    folder_write("drizzle/20240201000000_empty/down.sql", "");
    folder_write("drizzle/20240202000000_dangling/snapshot.json", "");
    assert_int_equal(symlink("nowhere", "drizzle/20240202000000_dangling/migration.sql"), 0);
    assert_int_equal(symlink("20240203000000_self", "drizzle/20240203000000_self"), 0);
    folder_write("drizzle/draft\n/snapshot.json", "");
    folder_write("drizzle/migration.sql", "");
    folder_write("drizzle/20240204000000_flat.sql", "");
    for (char name[] = "drizzle/a.sql"; name[8] <= 'e'; name[8]++) {
        folder_write(name, "");
    }
    folder_write("drizzle/.hidden.sql", "");
    folder_write("drizzle/a.down.sql", "");

    assert_int_equal(read_drizzle(folder).count, 1);
    assert_string_equal(ep_text_get(&folder->notes),
                        "SOURCE_NOTE drizzle: never run, has no migration.sql: "
                        "20240201000000_empty, 20240202000000_dangling, 20240203000000_self, "
                        "draft \n"
                        "SOURCE_NOTE drizzle: never run, not in a folder of its own: "
                        "20240204000000_flat.sql, a.sql, b.sql, c.sql, d.sql and 2 more\n");
}

static void an_order_that_may_not_be_that_of_drizzle_is_told(void **state)
{
    struct folder *folder = *state;
    write_migration(folder, "20240131235958_\xC3\xA9");
    write_migration(folder, "20240131235959_\xC3\xA9"
                            "a");
    write_migration(folder, "20240131235959_\xC3\xA9"
                            "b");
    assert_int_equal(read_drizzle(folder).count, 3);
    assert_string_equal(ep_text_get(&folder->notes), "");

    write_migration(folder, "20240131235959_z");
    struct ep_migration_list list = read_drizzle(folder);
    assert_string_equal(list.items[1].tag, "20240131235959_z");
    assert_string_equal(ep_text_get(&folder->notes),
                        "SOURCE_NOTE drizzle: \"20240131235959_z\" runs before "
                        "\"20240131235959_\xC3\xA9"
                        "a\", by code points; Drizzle may see it the "
                        "other way round, because of characters beyond ASCII\n");
}

static void names_without_a_time_are_refused(void **state)
{
    struct folder *folder = *state;
    static const char *const names[] = {"foo",   "0000_init",       ".git",
                                        "a.sql", "1700000000_unix", "2024-01-31_a"};
    for (size_t i = 0; i < EP_COUNT_OF(names); i++) {
        const char *path = ep_arena_format(&folder->arena, "drizzle/%s", names[i]);
        const char *file = ep_arena_format(&folder->arena, "%s/migration.sql", path);
        write_migration(folder, names[i]);

        struct ep_error err = refused(folder);
        assert_string_equal(err.summary,
                            ep_arena_format(&folder->arena,
                                            "the name of folder \"%s\" does not begin with a time",
                                            path));
        assert_non_null(strstr(err.detail, "22P02"));
        assert_non_null(strstr(err.hint, "YYYYMMDDHHMMSS_name"));
        assert_string_equal(err.place.file, file);
        assert_int_equal(unlink(file), 0);
        assert_int_equal(rmdir(path), 0);
    }
}

static void a_name_that_is_not_utf8_is_refused(void **state)
{
    struct folder *folder = *state;
    folder_write("drizzle/20240131235959_caf\xE9/down.sql", "");
    assert_int_equal(read_drizzle(folder).count, 0);

    write_migration(folder, "20240131235959_caf\xE9");
    assert_string_equal(refused(folder).summary,
                        "the name of folder \"drizzle/20240131235959_caf\xEF\xBF\xBD\" is not "
                        "UTF-8");
}

static void a_migration_that_is_no_file(void **state)
{
    struct folder *folder = *state;
    folder_write("drizzle/20240131235959_a/migration.sql/b", "");
    struct ep_error err = refused(folder);
    assert_string_equal(err.summary,
                        "\"drizzle/20240131235959_a/migration.sql\" is a folder, not a "
                        "file");
    assert_string_equal(err.context, "migration 20240131235959_a");
}

/* root may read everything: be nobody for a moment. */
static void what_may_not_be_read(void **state)
{
    struct folder *folder = *state;
    uid_t user = geteuid();
    write_migration(folder, "20240131235959_a");
    folder_write("drizzle/lost+found/a", "");
    assert_int_equal(chmod("drizzle/lost+found", 0), 0);
    assert_int_equal(chmod(".", 0711), 0);

    assert_true(user != 0 || seteuid(65534) == 0);
    size_t count = read_drizzle(folder).count; /* a new volume has a lost+found */
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(count, 1);

    static const char *const closed[] = {"drizzle/20240131235959_a/migration.sql",
                                         "drizzle/20240131235959_a"};
    for (size_t i = 0; i < EP_COUNT_OF(closed); i++) {
        assert_int_equal(chmod(closed[i], 0), 0);
        assert_true(user != 0 || seteuid(65534) == 0);
        struct ep_error err = refused(folder);
        assert_int_equal(seteuid(user), 0);
        assert_int_equal(chmod(closed[i], 0755), 0);
        assert_int_equal(err.errnum, EACCES);
        assert_string_equal(err.context, "migration 20240131235959_a");
    }
    assert_int_equal(chmod("drizzle/lost+found", 0700), 0);
}

static void ten_thousand_folders_leave_only_their_list(void **state)
{
    struct folder *folder = *state;
    enum { COUNT = 10000 };
    folder_write("sql", "select 1;");
    assert_int_equal(mkdir("drizzle", 0755), 0);
    for (int i = 0; i < COUNT; i++) {
        char path[64];
        (void)snprintf(path, sizeof(path), "drizzle/2024%010d_a", COUNT - i);
        assert_int_equal(mkdir(path, 0755), 0);
        (void)snprintf(path, sizeof(path), "drizzle/2024%010d_a/migration.sql", COUNT - i);
        assert_int_equal(link("sql", path), 0);
    }

    struct ep_migration_list list = read_drizzle(folder);
    assert_int_equal(list.count, COUNT);
    assert_string_equal(list.items[0].tag, "20240000000001_a");
    assert_string_equal(list.items[COUNT - 1].tag, "20240000010000_a");
    assert_int_equal(list.items[COUNT - 1].size, 9);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_hash_and_chunks_are_those_of_drizzle),
        cmocka_unit_test(folders_of_all_kits_are_read),
        TEST(what_drizzle_keeps_and_its_order),
        TEST(none_is_no_error_here),
        TEST(what_never_runs_is_told),
        TEST(an_order_that_may_not_be_that_of_drizzle_is_told),
        TEST(names_without_a_time_are_refused),
        TEST(a_name_that_is_not_utf8_is_refused),
        TEST(a_migration_that_is_no_file),
        TEST(what_may_not_be_read),
        TEST(ten_thousand_folders_leave_only_their_list),
    };
    return cmocka_run_group_tests_name("folders", tests, NULL, NULL);
}
