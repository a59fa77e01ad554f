#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/* Unit tests of src/source/source: which folders are read, and what is said of those that cannot.
 */
#include "source/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/source/folder.h"

#include <errno.h>

static void write_folder(struct folder *folder, const char *path, const char *tag, int when)
{
    folder_write(ep_arena_format(&folder->arena, "%s/%s.sql", path, tag), tag);
    folder_write(ep_arena_format(&folder->arena, "%s/meta/_journal.json", path),
                 ep_arena_format(&folder->arena, "{\"entries\": [{\"tag\": \"%s\", \"when\": %d}]}",
                                 tag, when));
}

static bool read_folders(struct folder *folder, const char *const *folders, size_t count,
                         struct ep_migration_list *ret_list, struct ep_error *err)
{
    struct ep_source_list sources = {0};
    size_t total = 0;
    ep_text_reset(&folder->notes);
    if (!ep_source_read(&folder->arena, folders, count, &folder->reporter, &sources, err)) {
        return false;
    }
    for (size_t i = 0; i < sources.count; i++) {
        total += sources.items[i].migrations.count;
    }
    *ret_list = (struct ep_migration_list){
        .items = ep_arena_array(&folder->arena, total, sizeof(struct ep_migration))};
    for (size_t i = 0; i < sources.count; i++) {
        const struct ep_migration_list *list = &sources.items[i].migrations;
        for (size_t j = 0; j < list->count; j++) {
            ret_list->items[ret_list->count++] = list->items[j];
        }
    }
    return true;
}

static struct ep_error refused(struct folder *folder, const char *path)
{
    struct ep_migration_list list = {.count = 42};
    struct ep_error err = {0};
    assert_false(read_folders(folder, &path, 1, &list, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_int_equal(list.count, 42);
    return err;
}

static void the_default_is_the_folder_that_exists(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list;
    struct ep_error err = {0};
    folder_write("drizzle", "a file does not count");
    write_folder(folder, "migrations", "m", 1);
    assert_true(read_folders(folder, NULL, 0, &list, &err));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].path, "migrations/m.sql");
    assert_string_equal(ep_text_get(&folder->notes), "SOURCE 1 migrations journal\n");

    assert_int_equal(unlink("drizzle"), 0);
    assert_int_equal(rename("migrations", "drizzle"), 0);
    assert_true(read_folders(folder, NULL, 0, &list, &err));
    assert_string_equal(list.items[0].path, "drizzle/m.sql");
}

static void two_default_folders_are_one_too_many(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list;
    struct ep_error err = {0};
    write_folder(folder, "drizzle", "a", 1);
    write_folder(folder, "migrations", "b", 1);

    assert_false(read_folders(folder, NULL, 0, &list, &err));
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_non_null(strstr(err.hint, "dirs = drizzle migrations"));
}

static void no_default_folder(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list;
    struct ep_error err = {0};

    assert_false(read_folders(folder, NULL, 0, &list, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_string_equal(err.summary, "there is no folder \"drizzle\" or \"migrations\"");
    assert_non_null(strstr(err.detail, folder->path));
    assert_non_null(strstr(err.hint, "\"dirs\""));
}

static void no_folder_is_wanted(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list = {.count = 42};
    struct ep_error err = {0};
    const char *const none[] = {NULL};
    write_folder(folder, "drizzle", "a", 1);

    assert_true(read_folders(folder, none, 0, &list, &err));
    assert_int_equal(list.count, 0);
    assert_string_equal(ep_text_get(&folder->notes), "");
}

static void folders_are_read_in_their_order(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list;
    struct ep_error err = {0};
    const char *const folders[] = {"z//", "./a", "e"};
    write_folder(folder, "a", "first", 5);
    write_folder(folder, "z", "second", 4);
    folder_write("e/_meta/_journal.json", "{\"entries\": []}");

    assert_true(read_folders(folder, folders, 3, &list, &err));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].path, "z/second.sql");
    assert_string_equal(list.items[1].path, "./a/first.sql");
    assert_string_equal(ep_text_get(&folder->notes),
                        "SOURCE 1 z journal\nSOURCE 1 ./a journal\nSOURCE 0 e journal\n");
}

static void folders_that_are_none(void **state)
{
    struct folder *folder = *state;
    folder_write("file", "");
    assert_int_equal(mkfifo("pipe", 0600), 0);

    struct ep_error absent = refused(folder, "absent");
    assert_int_equal(absent.errnum, ENOENT);
    assert_non_null(strstr(absent.summary, "\"absent\""));
    assert_non_null(strstr(absent.hint, "\"dirs\""));
    assert_int_equal(refused(folder, "").errnum, ENOENT);
    assert_string_equal(refused(folder, "file").summary, "\"file\" is not a folder");
    assert_string_equal(refused(folder, "pipe").summary, "\"pipe\" is not a folder");
}

static void a_journal_that_is_none(void **state)
{
    struct folder *folder = *state;
    folder_write("folder/meta/_journal.json/a", "");
    folder_write("pipe/a", "");
    assert_int_equal(mkdir("pipe/meta", 0700), 0);
    assert_int_equal(mkfifo("pipe/meta/_journal.json", 0600), 0);
    folder_write("both/meta/_journal.json", "{}");
    folder_write("both/_meta/_journal.json", "{}");
    folder_write("empty/meta/_journal.json", "");

    assert_non_null(strstr(refused(folder, "folder").summary, "folder/meta/_journal.json"));
    assert_non_null(strstr(refused(folder, "pipe").summary, "pipe/meta/_journal.json"));
    assert_non_null(strstr(refused(folder, "both").summary, "two journals"));
    assert_string_equal(refused(folder, "empty").summary, "\"empty/meta/_journal.json\" is empty");
}

static void folders_of_both_layouts_in_one_list(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list;
    struct ep_error err = {0};
    const char *const folders[] = {"new", "old"};
    folder_write("new/20240131235959_b/migration.sql", "b");
    folder_write("new/20240131235958_c/migration.sql", "c");
    write_folder(folder, "old", "0000_a", 1);

    assert_true(read_folders(folder, folders, 2, &list, &err));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[0].tag, "20240131235958_c");
    assert_int_equal(list.items[0].layout, EP_LAYOUT_FOLDERS);
    assert_string_equal(list.items[1].path, "new/20240131235959_b/migration.sql");
    assert_string_equal(list.items[2].path, "old/0000_a.sql");
    assert_int_equal(list.items[2].layout, EP_LAYOUT_JOURNAL);
    assert_string_equal(ep_text_get(&folder->notes),
                        "SOURCE 2 new folders\nSOURCE 1 old journal\n");
}

static void sql_files_alone_are_numbered(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list;
    struct ep_error err = {0};
    const char *path = "migrations";
    folder_write("migrations/b.sql", "");
    folder_write("migrations/001_a.up.sql", "");
    folder_write("migrations/001_a.down.sql", "");
    folder_write("migrations/z/1.sql", "");
    assert_true(read_folders(folder, &path, 1, &list, &err));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].tag, "001_a");
    assert_int_equal(list.items[0].layout, EP_LAYOUT_NUMBERED);
    assert_string_equal(list.items[1].tag, "b");
    assert_string_equal(ep_text_get(&folder->notes), "SOURCE 2 migrations numbered\n");

    folder_write("migrations/001_a.sql", "");
    assert_non_null(strstr(refused(folder, path).summary, "are the same migration"));
    folder_write("drizzle-kit/0000_a.sql", "select 1;\n--> statement-breakpoint\nselect 2;");
    assert_non_null(strstr(refused(folder, "drizzle-kit").hint, "copy meta"));
}

static void folders_without_migrations_are_refused(void **state)
{
    struct folder *folder = *state;
    static const struct {
        const char *file, *folder, *hint;
    } cases[] = {
        {"kitless/drizzle/001_init.sql", "kitless/drizzle", "copy meta into the image"},
        {"metaless/meta/0000_snapshot.json", "metaless", "\"dirs\""},
        {"out/migrations/meta/_journal.json", "out",
         "There are migrations in \"out/migrations\": set \"dirs\" to that."},
        {"above/drizzle/20240131235959_a/migration.sql", "above",
         "There are migrations in \"above/drizzle\": set \"dirs\" to that."},
        {"kit/meta/_journal.json", "kit/meta", "set \"dirs\" to the folder above"},
        {"v1/20240131235959_a/migration.sql", "v1/20240131235959_a",
         "set \"dirs\" to the folder above"},
        {"bare/20240131235959_a/snapshot.json", "bare", ".dockerignore of the image"},
        {"other/README.md", "other", "\"dirs\""},
        {"empty/void/a", "empty/void", "Copy the folder into the image"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        folder_write(cases[i].file, "");
        if (i == EP_COUNT_OF(cases) - 1) {
            assert_int_equal(unlink(cases[i].file), 0);
        }
        struct ep_error err = refused(folder, cases[i].folder);
        print_message("# %s\n", cases[i].folder);
        assert_string_equal(
            err.summary,
            ep_arena_format(&folder->arena, "no meta/_journal.json in \"%s\"", cases[i].folder));
        assert_non_null(strstr(err.detail, "Can't find meta/_journal.json file"));
        assert_non_null(strstr(err.hint, cases[i].hint));
        assert_string_equal(ep_text_get(&folder->notes), "");
    }
}

static void two_layouts_in_one_folder_are_refused(void **state)
{
    struct folder *folder = *state;
    write_folder(folder, "drizzle", "0000_a", 1);
    folder_write("drizzle/19700101000000_a/snapshot.json", "{}");
    struct ep_migration_list list;
    struct ep_error err = {0};
    const char *path = "drizzle";
    assert_true(read_folders(folder, &path, 1, &list, &err)); /* it has no migration.sql */

    folder_write("drizzle/19700101000000_a/migration.sql", "");
    assert_non_null(strstr(refused(folder, "drizzle").summary, "between two layouts"));
    write_folder(folder, "other", "0000_a", 1);
    folder_write("other/.git/migration.sql", "");
    assert_non_null(strstr(refused(folder, "other").summary, "between two layouts"));
    folder_write("under/_meta/_journal.json", "{\"entries\": []}");
    folder_write("under/20240131235959/migration.sql", "");
    assert_non_null(strstr(refused(folder, "under").hint, "remove \"under/_meta\""));
}

/* root may read everything: be nobody for a moment. */
static void folders_that_may_not_be_read(void **state)
{
    struct folder *folder = *state;
    uid_t user = geteuid();
    write_folder(folder, "closed", "a", 1);
    write_folder(folder, "meta", "a", 1);
    write_folder(folder, "unlisted", "a", 1);
    folder_write("unlisted/b.sql", "");
    assert_int_equal(chmod(".", 0711), 0);
    assert_int_equal(chmod("closed", 0), 0);
    assert_int_equal(chmod("meta/meta", 0), 0);
    assert_int_equal(chmod("unlisted", 0311), 0);
    assert_true(user != 0 || seteuid(65534) == 0);

    int closed = refused(folder, "closed").errnum;
    int meta = refused(folder, "meta").errnum;
    struct ep_migration_list list;
    struct ep_error err = {0};
    const char *unlisted = "unlisted";
    bool is_read = read_folders(folder, &unlisted, 1, &list, &err);
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(chmod("closed", 0700), 0);
    assert_int_equal(chmod("meta/meta", 0700), 0);
    assert_int_equal(chmod("unlisted", 0700), 0);

    assert_int_equal(closed, EACCES);
    assert_int_equal(meta, EACCES);
    assert_true(is_read); /* the note of b.sql is not worth a failure */
}

static void ten_thousand_files_leave_only_their_list(void **state)
{
    struct folder *folder = *state;
    struct ep_text journal EP_CLEANUP(ep_text_clear) = {0};
    struct ep_migration_list list;
    struct ep_error err = {0};
    enum { COUNT = 10000 };

    folder_write("drizzle/a.sql", "select 1;");
    assert_int_equal(chdir("drizzle"), 0);
    ep_text_add(&journal, "{\"entries\": [");
    for (int i = 0; i < COUNT; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "%04d_a.sql", i);
        assert_int_equal(link("a.sql", name), 0);
        ep_text_format(&journal, "%s{\"tag\": \"%04d_a\", \"when\": %d}", i > 0 ? "," : "", i, i);
    }
    ep_text_add(&journal, "]}");
    folder_write("meta/_journal.json", ep_text_get(&journal));
    assert_int_equal(unlink("a.sql"), 0);

    const char *here = ".";
    assert_true(read_folders(folder, &here, 1, &list, &err));
    assert_int_equal(list.count, COUNT);
    assert_string_equal(ep_text_get(&folder->notes), "SOURCE 10000 . journal\n");
    assert_string_equal(list.items[COUNT - 1].path, "./9999_a.sql");
    assert_int_equal(list.items[COUNT - 1].size, 9);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_default_is_the_folder_that_exists),
        TEST(two_default_folders_are_one_too_many),
        TEST(no_default_folder),
        TEST(no_folder_is_wanted),
        TEST(folders_are_read_in_their_order),
        TEST(folders_that_are_none),
        TEST(a_journal_that_is_none),
        TEST(folders_of_both_layouts_in_one_list),
        TEST(sql_files_alone_are_numbered),
        TEST(folders_without_migrations_are_refused),
        TEST(two_layouts_in_one_folder_are_refused),
        TEST(folders_that_may_not_be_read),
        TEST(ten_thousand_files_leave_only_their_list),
    };
    return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
