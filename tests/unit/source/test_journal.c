#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/* Unit tests of src/source/journal: Drizzle's own folders (tests/fixtures), then odd ones. */
#include "source/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "system/file.h"
#include "tests/unit/source/folder.h"
#include "tests/unit/source/vectors.h"

#include <errno.h>

#define JOURNAL "drizzle/meta/_journal.json"

static const struct ep_reporter nobody = {0};
static const struct ep_name_list no_names = {0};

static struct ep_name_list names_in(struct ep_arena *arena, const char *folder)
{
    struct ep_name_list names = {0};
    struct ep_error err = {0};
    assert_true(ep_file_list(arena, folder, EP_FAULT_SOURCE, &names.items, &names.count, &err));
    return names;
}

static struct ep_migration_list read_vectors(struct ep_arena *arena, const char *folder)
{
    struct ep_migration_list list = {0};
    struct ep_error err = {0};
    const char *journal = NULL;
    assert_true(ep_journal_find(arena, folder, &journal, &err));
    assert_non_null(journal);
    if (!ep_journal_read(arena, folder, journal, names_in(arena, folder), &nobody, &list, &err)) {
        fail_msg("%s: %s", folder, err.summary);
    }
    return list;
}

static void identity_hash_and_chunks_are_those_of_drizzle(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    static const char folder[] = "tests/fixtures/drizzle/vectors";
    struct ep_migration_list list = read_vectors(&arena, folder);

    assert_int_equal(list.count, 15);
    vectors_compare(&arena, folder, &list);
    assert_int_equal(list.items[3].defect, EP_DEFECT_BOM);
    assert_int_equal(list.items[11].defect, EP_DEFECT_INVALID);
    assert_int_equal(list.items[11].defect_offset, 11);
    assert_int_equal(list.items[14].defect, EP_DEFECT_INVALID);
}

static void journals_of_all_kits_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *kit, *tag;
        int64_t created_at;
        const char *hash;
    } cases[] = {
        {"kit-0.16.9", "0000_eager_maelstrom", 1795216049878,
         "627bfd212e377c56de3ee2fadf1cff81b7eba2545ebfe5f89ae338edd9e6efff"},
        {"kit-0.17.6", "0000_salty_hercules", 1795214928619,
         "9f528a26c3e65135fd8cd88e1b0c99c3a630795ca51a25a344ad10b9a3f9f9c4"},
        {"kit-0.20.14", "0000_peaceful_vance_astro", 1795214929842,
         "3fbf1b277f2cff380f8afa531574fbd96a9ec452c9ec9e20f11d392578e32a2b"},
        {"kit-0.23.2", "0000_init", 1795214931083,
         "e86b5bcb65fb94f595026f11ecf4ae3fc294f9da1708d6d3fe69d4327ba47e6d"},
        {"kit-0.30.6", "0000_n", 1795216063520,
         "844db9fc34b9422853b7af7ecb82a7e9ab2878e72b965a7458253cc386d44d76"},
        {"v0", "0000_init", 1795213428147,
         "61d81d99b1176fe48a79c40cf0eb4cc39814837456a7e9e5ec68e72ebe33db87"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        const char *folder = ep_arena_format(&arena, "tests/fixtures/drizzle/%s", cases[i].kit);
        struct ep_migration_list list = read_vectors(&arena, folder);
        assert_int_equal(list.count, i == 5 ? 3 : 1);
        assert_string_equal(list.items[0].tag, cases[i].tag);
        assert_true(list.items[0].created_at == cases[i].created_at);
        assert_string_equal(list.items[0].hash, cases[i].hash);
        assert_null(list.items[0].hash_lf);
        assert_int_equal(list.items[0].defect, EP_DEFECT_NONE);
    }
}

/* Read drizzle/ with these entries. */
static bool read_entries(struct folder *folder, const char *entries,
                         struct ep_migration_list *ret_list, struct ep_error *err)
{
    folder_write(JOURNAL, ep_arena_format(&folder->arena, "{\"entries\": [%s]}", entries));
    ep_text_reset(&folder->notes);
    return ep_journal_read(&folder->arena, "drizzle", JOURNAL, names_in(&folder->arena, "drizzle"),
                           &folder->reporter, ret_list, err);
}

static void a_journal_without_entries(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list = {.count = 42};
    struct ep_error err = {0};
    assert_true(read_entries(folder, "", &list, &err));
    assert_int_equal(list.count, 0);
    assert_string_equal(ep_text_get(&folder->notes), "");
}

static void order_is_that_of_the_journal(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list;
    struct ep_error err = {0};
    folder_write("drizzle/0001_b.sql", "b");
    folder_write("drizzle/sub dir/0000_a.sql", "a");
    folder_write("drizzle/\x1B[1m.sql", "c");

    assert_true(read_entries(folder,
                             "{\"tag\": \"0001_b\", \"when\": 3},"
                             "{\"tag\": \"sub dir/0000_a\", \"when\": 1},"
                             "{\"tag\": \"\\u001b[1m\", \"when\": 2}",
                             &list, &err));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[0].path, "drizzle/0001_b.sql");
    assert_string_equal(list.items[1].path, "drizzle/sub dir/0000_a.sql");
    assert_string_equal(list.items[1].tag, "sub dir/0000_a");
    assert_int_equal(list.items[1].size, 1);
    assert_string_equal(list.items[2].tag, "\x1B[1m");
    assert_string_equal(ep_text_get(&folder->notes), "");
}

static void repeated_entries(void **state)
{
    struct folder *folder = *state;
    static const struct {
        const char *entries, *tags, *notes;
    } cases[] = {
        {"{\"tag\": \"a\", \"when\": 1}, {\"tag\": \"b\", \"when\": 2}, {\"tag\": \"a\", \"when\": "
         "1}",
         "ab",
         "SOURCE_NOTE " JOURNAL ": entries[2] repeats entries[0] (tag \"a\") and is left out\n"},
        {"{\"tag\": \"a\", \"when\": 1}, {\"tag\": \"a\", \"when\": 1}, {\"tag\": \"a\", \"when\": "
         "1}",
         "a",
         "SOURCE_NOTE " JOURNAL ": entries[1] repeats entries[0] (tag \"a\") and is left out\n"
         "SOURCE_NOTE " JOURNAL ": entries[2] repeats entries[0] (tag \"a\") and is left out\n"},
        {"{\"tag\": \"b\", \"when\": 1}, {\"tag\": \"a\", \"when\": 2}, {\"tag\": \"b\", \"when\": "
         "3}",
         "bab",
         "SOURCE_NOTE " JOURNAL ": tag \"b\" is in entries[0] and entries[2] with a different "
         "\"when\": its file runs twice, as with Drizzle\n"},
        {"{\"tag\": \"b\", \"when\": 1}, {\"tag\": \"a\", \"when\": 1}", "ba",
         "SOURCE_NOTE " JOURNAL ": entries[0] (tag \"b\") and entries[1] (tag \"a\") have the same "
         "\"when\": Drizzle skips the second, silently, where the first is applied\n"},
        {"{\"tag\": \"a\", \"when\": 1}, {\"tag\": \"a\", \"when\": 1}, {\"tag\": \"b\", \"when\": "
         "1}",
         "ab",
         "SOURCE_NOTE " JOURNAL ": entries[1] repeats entries[0] (tag \"a\") and is left out\n"
         "SOURCE_NOTE " JOURNAL ": entries[0] (tag \"a\") and entries[2] (tag \"b\") have the same "
         "\"when\": Drizzle skips the second, silently, where the first is applied\n"},
    };
    folder_write("drizzle/a.sql", "");
    folder_write("drizzle/b.sql", "");
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_migration_list list;
        struct ep_error err = {0};
        struct ep_text tags EP_CLEANUP(ep_text_clear) = {0};
        assert_true(read_entries(folder, cases[i].entries, &list, &err));
        for (size_t j = 0; j < list.count; j++) {
            ep_text_add(&tags, list.items[j].tag);
        }
        assert_string_equal(ep_text_get(&tags), cases[i].tags);
        assert_true(ep_span_starts_with(ep_text_span(&folder->notes), cases[i].notes));
    }
}

static void files_that_the_journal_does_not_list(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list;
    struct ep_error err = {0};
    static const char *const files[] = {"a.sql",     "a.down.sql", ".c.sql",
                                        "README.md", "d.SQL",      "sub/e.sql"};
    for (size_t i = 0; i < EP_COUNT_OF(files); i++) {
        folder_write(ep_arena_format(&folder->arena, "drizzle/%s", files[i]), "");
    }
    assert_true(read_entries(folder, "{\"tag\": \"a\", \"when\": 1}", &list, &err));
    assert_string_equal(ep_text_get(&folder->notes), "");

    folder_write("drizzle/b\x1B.sql", "");
    folder_write("drizzle/a-b.sql", "");
    assert_true(read_entries(folder, "{\"tag\": \"a\", \"when\": 1}", &list, &err));
    assert_string_equal(ep_text_get(&folder->notes),
                        "SOURCE_NOTE drizzle: never run, not in the journal: a-b.sql, b?.sql\n");

    for (char name = 'k'; name < 'p'; name++) {
        folder_write(ep_arena_format(&folder->arena, "drizzle/%c.sql", name), "");
    }
    assert_true(read_entries(folder, "", &list, &err));
    assert_string_equal(ep_text_get(&folder->notes),
                        "SOURCE_NOTE drizzle: never run, not in the journal: "
                        "a-b.sql, a.sql, b?.sql, k.sql, l.sql and 3 more\n");
}

static void a_file_that_is_missing(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list = {.count = 42};
    struct ep_error err = {0};
    folder_write("drizzle/a.sql", "");

    assert_false(read_entries(folder,
                              "{\"tag\": \"a\", \"when\": 1},\n"
                              "{\"when\": 1, \"tag\": \"\\tb\"}",
                              &list, &err));
    assert_int_equal(list.count, 42);
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_int_equal(err.errnum, ENOENT);
    assert_string_equal(err.summary, "file \"drizzle/ b.sql\" does not exist, but entries[1] of "
                                     "\"" JOURNAL "\" lists it");
    assert_non_null(strstr(err.hint, ".dockerignore"));
    assert_string_equal(err.place.file, JOURNAL);
    assert_int_equal(err.place.line, 2);
    assert_int_equal(err.place.column, 13);
}

static void a_file_that_cannot_be_read(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list;
    struct ep_error err = {0};
    folder_write("drizzle/a.sql/b.sql", "");
    assert_false(read_entries(folder, "{\"tag\": \"a\", \"when\": 1}", &list, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_non_null(strstr(err.summary, "\"drizzle/a.sql\""));
    assert_string_equal(err.context, "migration a");

    struct ep_error too_long = {0};
    struct ep_text tag EP_CLEANUP(ep_text_clear) = {0};
    for (int i = 0; i < 300; i++) {
        ep_text_add(&tag, "x");
    }
    const char *entry =
        ep_arena_format(&folder->arena, "{\"tag\": \"%s\", \"when\": 1}", ep_text_get(&tag));
    assert_false(read_entries(folder, entry, &list, &too_long));
    assert_int_equal(too_long.errnum, ENAMETOOLONG);
}

static void where_the_journal_is(void **state)
{
    struct folder *folder = *state;
    struct ep_error err = {0};
    const char *journal = "unset";
    folder_write("none/a.sql", "");
    folder_write("both/meta/_journal.json", "{}");
    folder_write("both/_meta/_journal.json", "{}");
    folder_write("other/_meta/_journal.json", "{}");

    assert_true(ep_journal_find(&folder->arena, "none", &journal, &err));
    assert_null(journal);
    assert_true(ep_journal_find(&folder->arena, "absent", &journal, &err));
    assert_null(journal);
    assert_true(ep_journal_find(&folder->arena, "other", &journal, &err));
    assert_string_equal(journal, "other/_meta/_journal.json");
    assert_false(ep_journal_find(&folder->arena, "both", &journal, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_string_equal(err.summary, "\"both\" has two journals, \"both/meta/_journal.json\" and "
                                     "\"both/_meta/_journal.json\"");
}

static void a_journal_that_cannot_be_read(void **state)
{
    struct folder *folder = *state;
    struct ep_migration_list list;
    struct ep_error pipe = {0};
    struct ep_error large = {0};
    struct ep_error malformed = {0};
    folder_write("a/b", "");

    assert_int_equal(mkfifo("a/pipe", 0600), 0);
    assert_false(ep_journal_read(&folder->arena, "a", "a/pipe", no_names, &nobody, &list, &pipe));
    assert_int_equal(pipe.fault, EP_FAULT_SOURCE);

    assert_int_equal(truncate("a/b", (off_t)EP_JOURNAL_BYTES_MAX + 1), 0);
    assert_false(ep_journal_read(&folder->arena, "a", "a/b", no_names, &nobody, &list, &large));
    assert_int_equal(large.fault, EP_FAULT_SOURCE);
    assert_non_null(strstr(large.summary, "too large"));

    folder_write("a/b", "{\n\"entries\": [,]}");
    assert_false(ep_journal_read(&folder->arena, "a", "a/b", no_names, &nobody, &list, &malformed));
    assert_int_equal(malformed.place.line, 2);
    assert_string_equal(malformed.place.file, "a/b");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_hash_and_chunks_are_those_of_drizzle),
        cmocka_unit_test(journals_of_all_kits_are_read),
        TEST(a_journal_without_entries),
        TEST(order_is_that_of_the_journal),
        TEST(repeated_entries),
        TEST(files_that_the_journal_does_not_list),
        TEST(a_file_that_is_missing),
        TEST(a_file_that_cannot_be_read),
        TEST(where_the_journal_is),
        TEST(a_journal_that_cannot_be_read),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
