#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/*
 * Unit tests of src/source/create, draft, draft_journal, draft_folders and snapshot_file: names,
 * prefixes, and that a failure leaves nothing. The bytes are compared with the real drizzle-kit's
 * in tests/interop/new.bats.
 */
#include "source/create.h"

#include "source/snapshot7.h"
#include "system/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/source/folder.h"

#include <errno.h>

#define JOURNAL "drizzle/meta/_journal.json"
#define NOW INT64_C(1795247648727) /* 2026-11-21 07:54:08 */
#define ID "11111111-1111-4111-8111-111111111111"

static const char snapshot7[] =
    "{\"id\":\"old\",\"prevId\":\"" EP_SNAPSHOT_ORIGIN
    "\",\"version\":\"7\",\"dialect\":\"postgresql\",\"tables\":{},\"enums\":{},\"schemas\":{},"
    "\"_meta\":{}}";

/* --- drafts --- */

static bool draft(struct folder *folder, const char *journal, struct ep_draft *ret_draft,
                  struct ep_error *err)
{
    const struct ep_draft_request request = {
        .folder = "drizzle", .name = "name", .id = ID, .now_ms = NOW};
    struct ep_name_list names = {0};
    if (journal != NULL) {
        return ep_draft_journal(&folder->arena, &request, journal, ret_draft, err);
    }
    assert_true(
        ep_file_list(&folder->arena, "drizzle", EP_FAULT_SOURCE, &names.items, &names.count, err));
    return ep_draft_folders(&folder->arena, &request, names, ret_draft, err);
}

static struct ep_draft drafted(struct folder *folder, const char *journal)
{
    struct ep_draft result = {0};
    struct ep_error err = {0};
    if (!draft(folder, journal, &result, &err)) {
        fail_msg("%s", err.summary);
    }
    return result;
}

static struct ep_error refused(struct folder *folder, const char *journal)
{
    struct ep_draft result = {.count = 42};
    struct ep_error err = {0};
    assert_false(draft(folder, journal, &result, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_int_equal(result.count, 42);
    return err;
}

static void the_prefix_is_in_the_style_of_the_last_entry(void **state)
{
    static const struct {
        const char *entry; /* the last one; NULL: none */
        const char *sql, *snapshot, *journal;
    } cases[] = {
        {NULL, "0000_name.sql", "0000_snapshot.json", "\"idx\": 0"},
        {"\"idx\":0,\"when\":5,\"tag\":\"0000_a\"", "0001_name.sql", "0001_snapshot.json",
         "\"when\": 1795247648727"},
        {"\"idx\":41,\"when\":5,\"tag\":\"0007_a\"", "0042_name.sql", "0042_snapshot.json",
         "\"idx\": 42"},
        {"\"idx\":9999,\"when\":5,\"tag\":\"9999_a\"", "10000_name.sql", "10000_snapshot.json",
         "\"tag\": \"10000_name\""},
        {"\"idx\":3,\"when\":5,\"tag\":\"by_hand\"", "0004_name.sql", "0004_snapshot.json", ""},
        {"\"idx\":3,\"when\":5,\"tag\":\"1234\"", "0004_name.sql", "0004_snapshot.json", ""},
        {"\"idx\":0,\"when\":5,\"tag\":\"20200101000000_a\"", "20261121075408_name.sql",
         "20261121075408_snapshot.json", "\"tag\": \"20261121075408_name\""},
        {"\"idx\":0,\"when\":5,\"tag\":\"20301231235959_a\"", "20310101000000_name.sql",
         "20310101000000_snapshot.json", "\"when\": 1795247648727"},
        {"\"idx\":0,\"when\":5,\"tag\":\"1700000000_a\"", "1795247648_name.sql",
         "1795247648_snapshot.json", "\"idx\": 1"},
        {"\"idx\":0,\"when\":5,\"tag\":\"1795247648_a\"", "1795247649_name.sql",
         "1795247649_snapshot.json", "\"idx\": 1"},
        {"\"idx\":0,\"when\":5,\"tag\":\"_a\"", "_name.sql", "_snapshot.json", "\"idx\": 1"},
        {"\"idx\":0,\"when\":1795247648727,\"tag\":\"0000_a\"", "0001_name.sql",
         "0001_snapshot.json", "\"when\": 1795247648728"},
        {"\"idx\":0,\"when\":2795247648727,\"tag\":\"0000_a\"", "0001_name.sql",
         "0001_snapshot.json", "\"when\": 2795247648728"},
        {"\"idx\":0,\"when\":5,\"tag\":\"0000_a\",\"breakpoints\":false", "0001_name.sql",
         "0001_snapshot.json", "\"breakpoints\": false"},
        {"\"idx\":0,\"when\":5,\"tag\":\"0000_a\"", "0001_name.sql", "0001_snapshot.json",
         "\"breakpoints\": true"},
    };

    struct folder *folder = *state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        const char *entry =
            cases[i].entry == NULL ? "" : ep_arena_format(&folder->arena, "{%s}", cases[i].entry);
        folder_write(JOURNAL, ep_arena_format(&folder->arena, "{\"entries\":[%s]}", entry));
        struct ep_draft result = drafted(folder, JOURNAL);

        print_message("# %s\n", entry);
        assert_int_equal(result.count, 4);
        assert_int_equal(result.parts[0].action, EP_DRAFT_FOLDER);
        assert_string_equal(result.parts[0].path, "drizzle/meta");
        assert_string_equal(result.parts[1].path + strlen("drizzle/"), cases[i].sql);
        assert_true(ep_span_equals(result.parts[1].content, EP_DRAFT_SQL));
        assert_string_equal(result.parts[2].path + strlen("drizzle/meta/"), cases[i].snapshot);
        assert_string_equal(result.parts[3].path, JOURNAL);
        assert_non_null(strstr(result.parts[3].content.data, cases[i].journal));
    }
}

static void a_journal_that_cannot_be_continued_is_refused(void **state)
{
    static const struct {
        const char *journal, *snapshot, *summary;
    } cases[] = {
        {"{\"entries\":[{\"when\":5,\"tag\":\"a\"}]}", snapshot7,
         "entries[0] of \"" JOURNAL "\" has no usable \"idx\""},
        {"{\"entries\":[{\"idx\":\"5\",\"when\":5,\"tag\":\"a\"}]}", snapshot7,
         "entries[0] of \"" JOURNAL "\" has no usable \"idx\""},
        {"{\"entries\":[{\"idx\":1.5,\"when\":5,\"tag\":\"a\"}]}", snapshot7,
         "entries[0] of \"" JOURNAL "\" has no usable \"idx\""},
        {"{\"entries\":[{\"idx\":1,\"when\":9007199254740991,\"tag\":\"a\"}]}", snapshot7,
         "entries[0] of \"" JOURNAL "\" has a \"when\" that nothing can follow"},
        {"{\"entries\":[{\"idx\":1,\"tag\":\"a\"}]}", snapshot7,
         "entries[0] of \"" JOURNAL "\" (tag \"a\") has no \"when\""},
        {"{\"entries\":[", snapshot7, "\"" JOURNAL "\" is not valid JSON: "},
        {"{\"entries\":[]}", "[]", "has no \"id\" or no \"version\""},
        {"{\"entries\":[]}", "{\"version\":\"7\",\"dialect\":\"postgresql\",\"id\":\"x\"}",
         "does not say which it follows"},
        {"{\"entries\":[]}",
         "{\"version\":\"5\",\"dialect\":\"mysql\",\"id\":\"x\",\"prevId\":\"y\"}",
         "is not one for PostgreSQL"},
        {"{\"entries\":[]}", "{\"version\":\"5\",\"dialect\":\"pg\",\"id\":\"x\",\"prevId\":\"y\"}",
         "\"drizzle/meta/0000_snapshot.json\" is of version 5"},
        {"{\"entries\":[]}",
         "{\"version\":\"70\",\"dialect\":\"postgresql\",\"id\":\"x\",\"prevId\":\"y\"}",
         "\"drizzle/meta/0000_snapshot.json\" is of version 70"},
    };

    struct folder *folder = *state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        folder_write(JOURNAL, cases[i].journal);
        folder_write("drizzle/meta/0000_snapshot.json", cases[i].snapshot);
        struct ep_error err = refused(folder, JOURNAL);
        print_message("# %s\n", err.summary);
        assert_non_null(strstr(err.summary, cases[i].summary));
        assert_string_not_equal(err.place.file, "");
    }
}

static void what_drizzle_kit_does_not_know_in_a_snapshot(void **state)
{
    struct folder *folder = *state;
    folder_write(JOURNAL, "{\"entries\":[]}");
    folder_write("drizzle/meta/0000_snapshot.json",
                 "{\"x\":1,\"id\":\"old\",\"prevId\":\"o\",\"version\":\"7\",\"dialect\":"
                 "\"postgresql\",\"tables\":{\"t\":{\"y\":[1.50],\"schema\":\"\",\"name\":\"t\","
                 "\"columns\":{\"c\":{\"generated\":{\"z\":0,\"as\":\"1\"}}}}},\"enums\":[],"
                 "\"_meta\":{\"tables\":{\"a\":\"b\"}}}");
    struct ep_draft result = drafted(folder, JOURNAL);

    assert_string_equal(
        result.parts[2].content.data,
        "{\n  \"id\": \"" ID "\",\n  \"prevId\": \"old\",\n  \"version\": \"7\",\n"
        "  \"dialect\": \"postgresql\",\n  \"tables\": {\n    \"t\": {\n      \"name\": \"t\",\n"
        "      \"schema\": \"\",\n      \"columns\": {\n        \"c\": {\n"
        "          \"generated\": {\n            \"as\": \"1\"\n          }\n        }\n      },\n"
        "      \"uniqueConstraints\": {},\n      \"policies\": {},\n"
        "      \"checkConstraints\": {},\n      \"isRLSEnabled\": false,\n      \"y\": [\n"
        "        1.5\n      ]\n    }\n  },\n  \"enums\": [],\n  \"views\": {},\n"
        "  \"sequences\": {},\n  \"roles\": {},\n  \"policies\": {},\n  \"_meta\": {\n"
        "    \"columns\": {},\n    \"schemas\": {},\n    \"tables\": {}\n  }\n}");
}

static void write_migration(struct folder *folder, const char *name, const char *snapshot)
{
    folder_write(ep_arena_format(&folder->arena, "drizzle/%s/migration.sql", name), "");
    if (snapshot != NULL) {
        folder_write(ep_arena_format(&folder->arena, "drizzle/%s/snapshot.json", name), snapshot);
    }
}

#define SNAPSHOT(version, id, parents)                                   \
    "{\"version\":\"" version "\",\"dialect\":\"postgres\",\"id\":\"" id \
    "\",\"prevIds\":[" parents "],\"ddl\":[{\"x\":null}],\"renames\":[\"a->b\"]}"

static void a_folder_is_later_than_all_others(void **state)
{
    struct folder *folder = *state;
    write_migration(folder, "20240101000000_a", NULL);
    struct ep_draft result = drafted(folder, NULL);
    assert_int_equal(result.count, 2); /* no snapshots, no snapshot */
    assert_int_equal(result.parts[0].action, EP_DRAFT_NEW_FOLDER);
    assert_string_equal(result.parts[0].path, "drizzle/20261121075408_name");
    assert_string_equal(result.parts[1].path, "drizzle/20261121075408_name/migration.sql");
    assert_true(ep_span_equals(result.parts[1].content, EP_DRAFT_SQL));

    write_migration(folder, "20301231235959_b", NULL);
    assert_string_equal(drafted(folder, NULL).parts[0].path, "drizzle/20310101000000_name");
    write_migration(folder, "99991231235959_c", NULL);
    assert_string_equal(refused(folder, NULL).summary,
                        "nothing can follow folder \"drizzle/99991231235959_c\"");
}

static void a_snapshot_follows_in_its_own_format(void **state)
{
    struct folder *folder = *state;
    write_migration(folder, "20240101000000_a", SNAPSHOT("8", "a", "\"o\""));
    write_migration(folder, "20240101000001_b", SNAPSHOT("8", "b", "\"a\""));
    write_migration(folder, "20240101000002_c", NULL);
    assert_string_equal(drafted(folder, NULL).parts[1].content.data,
                        "{\n  \"id\": \"" ID "\",\n  \"prevIds\": [\n    \"b\"\n  ],\n"
                        "  \"version\": \"8\",\n  \"dialect\": \"postgres\",\n  \"ddl\": [\n"
                        "    {\n      \"x\": null\n    }\n  ],\n  \"renames\": []\n}");

    write_migration(folder, "20240101000000_a", SNAPSHOT("9", "a", "\"o\""));
    assert_non_null(strstr(refused(folder, NULL).hint, "drizzle-kit up"));
    write_migration(folder, "20240101000001_b", SNAPSHOT("9", "b", "\"a\""));
    assert_string_equal(drafted(folder, NULL).parts[1].content.data,
                        "{\n  \"type\": \"diff\",\n  \"version\": \"9\",\n"
                        "  \"dialect\": \"postgres\",\n  \"id\": \"" ID "\",\n"
                        "  \"prevIds\": [\n    \"b\"\n  ],\n  \"footprints\": [],\n"
                        "  \"deltas\": []\n}");
}

static void a_history_without_one_end_is_refused(void **state)
{
    struct folder *folder = *state;
    write_migration(folder, "20240101000000_a", SNAPSHOT("9", "a", "\"o\""));
    write_migration(folder, "20240101000001_b", SNAPSHOT("9", "b", "\"a\""));
    write_migration(folder, "20240101000002_c", SNAPSHOT("9", "c", "\"a\""));
    assert_string_equal(refused(folder, NULL).summary,
                        "no snapshot follows \"drizzle/20240101000001_b/snapshot.json\", and none "
                        "follows \"drizzle/20240101000002_c/snapshot.json\"");
    write_migration(folder, "20240101000003_d", SNAPSHOT("9", "d", "\"c\",\"b\""));
    assert_non_null(strstr(drafted(folder, NULL).parts[1].content.data, "[\n    \"d\"\n  ]"));
    write_migration(folder, "20240101000000_a", SNAPSHOT("9", "a", "\"d\""));
    assert_non_null(strstr(refused(folder, NULL).summary, "in a circle"));
    write_migration(folder, "20240101000000_a", SNAPSHOT("3", "a", "\"o\""));
    assert_non_null(strstr(refused(folder, NULL).summary, "is of version 3"));
}

/* --- writing --- */

static bool create(struct folder *folder, const char *path, const char *name, bool makes_folder,
                   struct ep_error *err)
{
    const struct ep_create_request request = {
        .folder = path, .name = name, .makes_folder = makes_folder};
    struct ep_draft result = {0};
    return ep_create_migration(&folder->arena, &request, &result, err);
}

static const char *content_of(struct folder *folder, const char *path)
{
    struct ep_span content = {0};
    struct ep_error err = {0};
    if (!ep_file_read(&folder->arena, path, 65536, EP_FAULT_SOURCE, &content, &err)) {
        fail_msg("%s", err.summary);
    }
    return content.data;
}

/* All paths below the working directory. */
static const char *tree(struct folder *folder, const char *path)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_error err = {0};
    const char *const *names = NULL;
    size_t count = 0;
    assert_true(ep_file_list(&folder->arena, path, EP_FAULT_SOURCE, &names, &count, &err));
    for (size_t i = 0; i < count; i++) {
        const char *below = ep_arena_format(&folder->arena, "%s/%s", path, names[i]);
        ep_text_format(&text, "%s\n", below);
        if (ep_file_type(below) == EP_FILE_FOLDER) {
            ep_text_add(&text, tree(folder, below));
        }
    }
    return ep_arena_copy(&folder->arena, ep_text_span(&text));
}

static void names_are_checked(void **state)
{
    static const struct {
        const char *name, *fault;
    } cases[] = {
        {"", "is empty"},
        {"a/b", "has a slash in it"},
        {"a\\b", "has a slash in it"},
        {"..", "has \"..\" in it"},
        {"a..b", "has \"..\" in it"},
        {"a\nb", "has a control character in it"},
        {"a\x7f", "has a control character in it"},
        {"a\xc2\x85", "has a control character in it"},
        {"a\xff", "is not UTF-8"},
        {"a", NULL},
        {" two  blanks ", NULL},
        {"quote\" 100% \xc5\xbe\xf0\x9f\x90\x98\xc2\xa0.x", NULL},
    };

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_error err = {0};
        assert_int_equal(ep_draft_check_name(cases[i].name, &err), cases[i].fault == NULL);
        if (cases[i].fault != NULL) {
            assert_int_equal(err.fault, EP_FAULT_USAGE);
            assert_non_null(strstr(err.summary, cases[i].fault));
        }
    }
    char name[300] = {0};
    memset(name, 'a', 223);
    struct ep_error err = {0};
    assert_true(ep_draft_check_name(name, &err));
    name[223] = 'a';
    assert_false(ep_draft_check_name(name, &err));
    assert_string_equal(err.summary, "the name of a migration is too long");
}

static void a_folder_is_made_only_if_asked_for(void **state)
{
    struct folder *folder = *state;
    struct ep_error err = {0};
    assert_false(create(folder, "a/b/", "x", false, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_string_equal(err.summary, "there is no folder \"a/b\"");
    assert_string_equal(tree(folder, "."), "");

    err = (struct ep_error){0};
    assert_true(create(folder, "a/b//", "x", true, &err));
    assert_string_equal(tree(folder, "."),
                        "./a\n./a/b\n./a/b/0000_x.sql\n./a/b/meta\n"
                        "./a/b/meta/0000_snapshot.json\n./a/b/meta/_journal.json\n");
    assert_string_equal(content_of(folder, "a/b/0000_x.sql"), EP_DRAFT_SQL);

    folder_write("file", "");
    assert_false(create(folder, "file", "x", true, &err));
    assert_string_equal(err.summary, "\"file\" is not a folder");
    err = (struct ep_error){0};
    assert_false(create(folder, "file/below", "x", true, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_non_null(strstr(err.summary, "could not create folder \"file\""));
}

static void an_empty_folder_gets_a_journal_another_is_left_alone(void **state)
{
    static const char *const in_the_way[] = {"a/b", "_journal.json", "meta/x"};
    struct folder *folder = *state;

    for (size_t i = 0; i < EP_COUNT_OF(in_the_way); i++) {
        const char *path = ep_arena_format(&folder->arena, "other%zu", i);
        struct ep_error err = {0};
        folder_write(ep_arena_format(&folder->arena, "%s/%s", path, in_the_way[i]), "");
        const char *before = tree(folder, path);
        assert_false(create(folder, path, "x", true, &err));
        assert_int_equal(err.fault, EP_FAULT_SOURCE);
        assert_non_null(strstr(err.summary, "is no folder of migrations"));
        assert_string_equal(tree(folder, path), before);
    }
    struct ep_error err = {0};
    folder_write("empty/.gitkeep", "");
    folder_write("empty/schema.ts", "");
    assert_true(create(folder, "empty", "x", false, &err));
    assert_non_null(strstr(tree(folder, "empty"), "empty/meta/_journal.json"));
}

static void a_half_converted_folder_is_refused(void **state)
{
    struct folder *folder = *state;
    struct ep_error err = {0};
    folder_write(JOURNAL, "{\"entries\":[]}");
    write_migration(folder, "20240101000000_a", NULL);
    assert_false(create(folder, "drizzle", "x", false, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
}

static void a_failure_leaves_everything_as_it_was(void **state)
{
    struct folder *folder = *state;
    struct ep_error err = {0};
    folder_write(JOURNAL, "{\"entries\":[]}");
    folder_write("drizzle/0000_x.sql", "mine");
    const char *before = tree(folder, ".");
    assert_false(create(folder, "drizzle", "x", false, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_int_equal(err.errnum, EEXIST);
    assert_string_equal(tree(folder, "."), before);
    assert_string_equal(content_of(folder, "drizzle/0000_x.sql"), "mine");

    /* The last of the files cannot be written. */
    folder_write(JOURNAL ".new/x", "");
    before = tree(folder, ".");
    err = (struct ep_error){0};
    assert_false(create(folder, "drizzle", "y", false, &err));
    assert_string_equal(tree(folder, "."), before);
    assert_string_equal(content_of(folder, JOURNAL), "{\"entries\":[]}");
}

static void a_journal_keeps_its_place_and_permissions(void **state)
{
    struct folder *folder = *state;
    struct ep_error err = {0};
    struct stat status;
    folder_write("elsewhere.json", "{\"entries\":[]}");
    assert_int_equal(chmod("elsewhere.json", 0640), 0);
    assert_int_equal(mkdir("drizzle", 0755), 0);
    assert_int_equal(mkdir("drizzle/meta", 0755), 0);
    assert_int_equal(symlink("../../elsewhere.json", JOURNAL), 0);
    folder_write("elsewhere.json.new", "left by one that was killed");

    assert_true(create(folder, "drizzle", "x", false, &err));
    assert_non_null(strstr(content_of(folder, "elsewhere.json"), "0000_x"));
    assert_int_equal(stat("elsewhere.json", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_int_equal(lstat(JOURNAL, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(ep_file_type("elsewhere.json.new"), EP_FILE_ABSENT);
}

static void without_a_prefix_there_is_one_snapshot_for_all(void **state)
{
    struct folder *folder = *state;
    struct ep_error err = {0};
    folder_write(JOURNAL, "{\"entries\":[{\"idx\":0,\"when\":5,\"tag\":\"_a\"}]}");
    folder_write("drizzle/_a.sql", "");
    folder_write("drizzle/meta/_snapshot.json", snapshot7);
    assert_true(create(folder, "drizzle", "b", false, &err));
    assert_non_null(
        strstr(content_of(folder, "drizzle/meta/_snapshot.json"), "\"prevId\": \"old\""));
    assert_false(create(folder, "drizzle", "a", false, &err)); /* drizzle-kit overwrites it */
    assert_int_equal(err.errnum, EEXIST);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(the_prefix_is_in_the_style_of_the_last_entry),
        IN_FOLDER(a_journal_that_cannot_be_continued_is_refused),
        IN_FOLDER(what_drizzle_kit_does_not_know_in_a_snapshot),
        IN_FOLDER(a_folder_is_later_than_all_others),
        IN_FOLDER(a_snapshot_follows_in_its_own_format),
        IN_FOLDER(a_history_without_one_end_is_refused),
        cmocka_unit_test(names_are_checked),
        IN_FOLDER(a_folder_is_made_only_if_asked_for),
        IN_FOLDER(an_empty_folder_gets_a_journal_another_is_left_alone),
        IN_FOLDER(a_half_converted_folder_is_refused),
        IN_FOLDER(a_failure_leaves_everything_as_it_was),
        IN_FOLDER(a_journal_keeps_its_place_and_permissions),
        IN_FOLDER(without_a_prefix_there_is_one_snapshot_for_all),
    };
    return cmocka_run_group_tests_name("create", tests, NULL, NULL);
}
