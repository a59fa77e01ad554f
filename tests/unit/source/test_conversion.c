#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/* Unit tests of src/source/conversion: what drizzle-kit's "up" leaves when it stops half way. */
#include "source/conversion.h"

#include "system/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/source/folder.h"

#define JOURNAL "drizzle/meta/_journal.json"

/* What is there of three entries, 0000_a to 0002_c, and beside them. */
struct scenario {
    const char *name;
    const char *files; /* one letter for each entry: "f" its file, "d" its folder, "b" both, "-" */
    const char *snapshots; /* "s" where there is one */
    const char *foreign;   /* a folder, or NULL */
    const char *detail, *hint;
};

static const struct scenario scenarios[] = {
    {"stopped at an entry without a snapshot (drizzle-orm#6166)", "dff", "s-s", NULL,
     "Drizzle 1.x refuses it, too. Entries of the journal that are converted: 0000_a. Entries that "
     "have no folder yet: 0001_b, 0002_c. Entries without a snapshot, where drizzle-kit up stops: "
     "0001_b.",
     "drizzle-kit up stopped half way and does not go on from there. Restore \"drizzle\" from "
     "version control, or move each migration.sql back to the <tag>.sql of its entry and remove "
     "its folder. Add the snapshots that are missing. Then run drizzle-kit up of 1.0.0-rc.5 or "
     "later, which changes nothing before all is in order."},
    {"killed between writing a folder and removing its file", "dbf", "sss", NULL,
     "Drizzle 1.x refuses it, too. Entries of the journal that are converted: 0000_a. Entries that "
     "have no folder yet: 0002_c. Entries that have a folder and their file, too: 0001_b.",
     "drizzle-kit up stopped half way and does not go on from there. Restore \"drizzle\" from "
     "version control, or move each migration.sql back to the <tag>.sql of its entry and remove "
     "its folder. Then run drizzle-kit up of 1.0.0-rc.5 or later, which changes nothing before all "
     "is in order."},
    {"only the journal is left to be removed", "ddd", "---", "20240131235959_new",
     "Drizzle 1.x refuses it, too. Entries of the journal that are converted: 0000_a, 0001_b, "
     "0002_c. Folders that belong to no entry: 20240131235959_new.",
     "Every entry of the journal has its folder: remove \"drizzle/meta\", which is the last that "
     "drizzle-kit up does."},
    {"one branch has a folder, the other the journal", "fff", "sss", "20240131235959_new",
     "Drizzle 1.x refuses it, too. Entries that have no folder yet: 0000_a, 0001_b, 0002_c. "
     "Folders that belong to no entry: 20240131235959_new.",
     "A folder that is no migration: move it out of \"drizzle\". Branches that were merged, one of "
     "them converted: convert the journal as well, with drizzle-kit up of 1.0.0-rc.5 or later."},
    {"an entry of which nothing is left", "d-f", "sss", NULL,
     "Drizzle 1.x refuses it, too. Entries of the journal that are converted: 0000_a. Entries that "
     "have no folder yet: 0002_c. Entries that have neither a folder nor their file: 0001_b.",
     NULL},
};

static void write_entry(struct folder *folder, char what, int number)
{
    static const char *const tags[] = {"0000_a", "0001_b", "0002_c"};
    static const char *const names[] = {"19700101000000_a", "19700101000001_b", "19700101000002_c"};
    if (what == 'f' || what == 'b') {
        folder_write(ep_arena_format(&folder->arena, "drizzle/%s.sql", tags[number]), "");
    }
    if (what == 'd' || what == 'b') {
        folder_write(ep_arena_format(&folder->arena, "drizzle/%s/migration.sql", names[number]),
                     "");
    }
}

static struct ep_error refused(struct folder *folder)
{
    struct ep_error err = {0};
    struct ep_name_list names = {0};
    assert_true(
        ep_file_list(&folder->arena, "drizzle", EP_FAULT_SOURCE, &names.items, &names.count, &err));
    struct ep_name_list folders = ep_folders_find(&folder->arena, "drizzle", names);
    assert_false(ep_conversion_fail(&folder->arena, "drizzle", JOURNAL, folders, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    return err;
}

static void one_scenario(struct folder *folder, const struct scenario *scenario)
{
    folder_write(JOURNAL, "{\"entries\": [{\"tag\": \"0000_a\", \"when\": 999},"
                          "{\"tag\": \"0001_b\", \"when\": 1000},"
                          "{\"tag\": \"0002_c\", \"when\": 2500}]}");
    for (int i = 0; i < 3; i++) {
        write_entry(folder, scenario->files[i], i);
        if (scenario->snapshots[i] == 's') {
            folder_write(ep_arena_format(&folder->arena, "drizzle/meta/000%d_snapshot.json", i),
                         "");
        }
    }
    if (scenario->foreign != NULL) {
        folder_write(ep_arena_format(&folder->arena, "drizzle/%s/migration.sql", scenario->foreign),
                     "");
    }

    struct ep_error err = refused(folder);
    assert_string_equal(err.detail, scenario->detail);
    if (scenario->hint != NULL) {
        assert_string_equal(err.hint, scenario->hint);
    }
    assert_string_equal(err.place.file, JOURNAL);
}

static void what_is_where_and_how_to_finish_it(void **state)
{
    struct folder *folder = *state;
    for (size_t i = 0; i < EP_COUNT_OF(scenarios); i++) {
        print_message("# %s\n", scenarios[i].name);
        char path[] = "0";
        path[0] = (char)('0' + (int)i);
        assert_int_equal(mkdir(path, 0755), 0);
        assert_int_equal(chdir(path), 0);
        one_scenario(folder, &scenarios[i]);
        assert_int_equal(chdir(folder->path), 0);
    }
}

static void the_summary_counts(void **state)
{
    struct folder *folder = *state;
    folder_write(JOURNAL, "{\"entries\": []}");
    folder_write("drizzle/a/migration.sql", "");
    struct ep_error err = refused(folder);
    assert_string_equal(err.summary, "\"drizzle\" is between two layouts: it has a journal, and 1 "
                                     "folder with a migration.sql");
    assert_non_null(strstr(err.hint, "remove \"drizzle/meta\""));

    folder_write("drizzle/b/migration.sql", "");
    assert_non_null(strstr(refused(folder).summary, "2 folders"));
}

static void a_malformed_journal_is_told_first(void **state)
{
    struct folder *folder = *state;
    folder_write(JOURNAL, "");
    folder_write("drizzle/a/migration.sql", "");
    struct ep_error err = refused(folder);
    assert_string_equal(err.summary, "\"" JOURNAL "\" is empty");
    assert_string_equal(err.context, "beside it: 1 folder with a migration.sql");
}

/* Whatever a journal holds, the text of the error has room for what to do. */
static void many_entries_are_counted(void **state)
{
    struct folder *folder = *state;
    struct ep_text journal EP_CLEANUP(ep_text_clear) = {0};
    ep_text_add(&journal, "{\"entries\": [");
    for (int i = 0; i < 138; i++) {
        ep_text_format(&journal, "%s{\"tag\": \"%04d_a\", \"when\": %d}", i > 0 ? "," : "", i,
                       i * 1000);
    }
    ep_text_add(&journal, "]}");
    folder_write(JOURNAL, ep_text_get(&journal));
    folder_write("drizzle/19700101000000_a/migration.sql", "");

    struct ep_error err = refused(folder);
    assert_non_null(strstr(err.detail, "nor their file: 0001_a, 0002_a, 0003_a, 0004_a, 0005_a and "
                                       "132 more."));
    assert_non_null(strstr(err.detail, "0004_a and 133 more."));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_where_and_how_to_finish_it),
        TEST(the_summary_counts),
        TEST(a_malformed_journal_is_told_first),
        TEST(many_entries_are_counted),
    };
    return cmocka_run_group_tests_name("conversion", tests, NULL, NULL);
}
