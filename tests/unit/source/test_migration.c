#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/* Unit tests of src/source/migration. */
#include "source/migration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/source/folder.h"

#include <errno.h>

static void hash_of(struct ep_span text, char ret_hex[EP_DIGEST_HEX_BYTES])
{
    ep_digest_sha256_hex(text, ret_hex);
}

static void size_hash_and_defect_are_set(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    static const struct {
        struct ep_span content, hashed;
        enum ep_defect defect;
        size_t offset;
    } cases[] = {
        {{"", 0}, {"", 0}, EP_DEFECT_NONE, 0},
        {{"select 1;\r\n", 11}, {"select 1;\r\n", 11}, EP_DEFECT_NONE, 0},
        {{"\xEF\xBB\xBF"
          "a",
          4},
         {"\xEF\xBB\xBF"
          "a",
          4},
         EP_DEFECT_BOM,
         0},
        {{"a\0b", 3}, {"a\0b", 3}, EP_DEFECT_NUL, 1},
        {{"caf\xE9", 4}, {"caf\xEF\xBF\xBD", 6}, EP_DEFECT_INVALID, 3},
        {{"\xEF\xBB\xBF\xE9", 4}, {"\xEF\xBB\xBF\xEF\xBF\xBD", 6}, EP_DEFECT_BOM, 0},
        {{"\0\xE9", 2}, {"\0\xEF\xBF\xBD", 4}, EP_DEFECT_NUL, 0},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_migration migration = {.tag = "a", .path = "a.sql", .defect_offset = 99};
        struct ep_error err = {0};
        char hash[EP_DIGEST_HEX_BYTES];
        folder_write_bytes("a.sql", cases[i].content);
        hash_of(cases[i].hashed, hash);

        assert_true(ep_migration_examine(&arena, &migration, &err));
        assert_int_equal(migration.size, cases[i].content.size);
        assert_string_equal(migration.hash, hash);
        assert_int_equal(migration.defect, cases[i].defect);
        assert_int_equal(migration.defect_offset, cases[i].offset);
    }
}

static void line_endings_do_not_hide_a_hash(void **state)
{
    (void)state;
    static const struct {
        const char *content, *lf, *crlf;
    } cases[] = {
        {"", "", ""},
        {"a", "a", "a"},
        {"a\nb\n", "a\nb\n", "a\r\nb\r\n"},
        {"a\r\nb\r\n", "a\nb\n", "a\r\nb\r\n"},
        {"a\r\n\nb\n\r\n", "a\n\nb\n\n", "a\r\n\r\nb\r\n\r\n"},
        {"\n", "\n", "\r\n"},
        {"\r", "\r", "\r"}, /* git leaves it alone */
        {"a\rb\r\r\n", "a\rb\r\n", "a\rb\r\r\n"},
        {"\xE9\r\n", "\xEF\xBF\xBD\n", "\xEF\xBF\xBD\r\n"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_migration migration = {.tag = "a", .path = "a.sql"};
        struct ep_error err = {0};
        char lf[EP_DIGEST_HEX_BYTES];
        char crlf[EP_DIGEST_HEX_BYTES];
        folder_write("a.sql", cases[i].content);
        hash_of(ep_span_of(cases[i].lf), lf);
        hash_of(ep_span_of(cases[i].crlf), crlf);

        assert_true(ep_migration_hash_line_endings(&arena, &migration, &err));
        assert_string_equal(migration.hash_lf, lf);
        assert_string_equal(migration.hash_crlf, crlf);
    }
}

static void a_file_that_cannot_be_read(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_migration absent = {.tag = "a", .path = "absent.sql"};
    struct ep_error err = {0};
    assert_false(ep_migration_examine(&arena, &absent, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_int_equal(err.errnum, ENOENT);

    struct ep_migration pipe = {.tag = "a", .path = "pipe.sql"};
    struct ep_error pipe_err = {0};
    assert_int_equal(mkfifo("pipe.sql", 0600), 0);
    assert_false(ep_migration_examine(&arena, &pipe, &pipe_err));
    assert_int_equal(pipe_err.fault, EP_FAULT_SOURCE);
    assert_string_equal(pipe_err.hint, "");

    struct ep_error again = {0};
    assert_false(ep_migration_hash_line_endings(&arena, &absent, &again));
    assert_int_equal(again.fault, EP_FAULT_SOURCE);
}

/* A sparse file: 64 MiB are allowed, one byte more is not. */
static void a_file_that_is_too_large(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_migration migration = {.tag = "a", .path = "a.sql"};
    struct ep_error err = {0};
    folder_write("a.sql", "");
    assert_int_equal(truncate("a.sql", (off_t)EP_MIGRATION_BYTES_MAX), 0);
    assert_true(ep_migration_examine(&arena, &migration, &err));
    assert_int_equal(migration.size, EP_MIGRATION_BYTES_MAX);

    assert_int_equal(truncate("a.sql", (off_t)EP_MIGRATION_BYTES_MAX + 1), 0);
    assert_false(ep_migration_examine(&arena, &migration, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_non_null(strstr(err.summary, "too large"));
    assert_non_null(strstr(err.hint, "Split it"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

/* What drizzle-kit 1.0.0-rc.5 made of these entries. */
static void the_name_is_that_of_the_folder(void **state)
{
    struct folder *folder = *state;
    static const struct {
        const char *tag;
        int64_t created_at;
        const char *name;
    } cases[] = {
        {"0000_init", INT64_C(1795213428147), "20261120222348_init"},
        {"0000_a_b", INT64_C(1735689599999), "20241231235959_a_b"},
        {"0001_", -1, "19691231235959_"},
        {"nounder", -1000, "19691231235959_"},
        {"_x", -1001, "19691231235958_x"},
        {"sub/0000_a", 999, "19700101000000_a"},
        {"0001_", INT64_C(-62135596800001), "01231235959_"},
        {"0000_x", INT64_C(-62198755200000), "-10101000000_x"},
        {"0000_x", INT64_C(-93692592000000), "-9990101000000_x"},
        {"0002_x", INT64_C(253402300800000), "100000101000000_x"},
        {"2024_x", INT64_C(1700000000000000), "558401108221320_x"},
        {"0002_x_y", INT64_C(8640000000000000), "2757600913000000_x_y"},
        {"0002_x", INT64_C(8640000000000001), "NaNNaNNaNNaNNaNNaN_x"},
        {"0002_x", INT64_C(-8640000000000001), "NaNNaNNaNNaNNaNNaN_x"},
        {"0002_x", INT64_MAX, "NaNNaNNaNNaNNaNNaN_x"},
        {"0002_x", INT64_MIN, "NaNNaNNaNNaNNaNNaN_x"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_migration migration = {.tag = cases[i].tag, .created_at = cases[i].created_at};
        print_message("# %s\n", cases[i].name);
        assert_string_equal(ep_migration_name(&folder->arena, &migration), cases[i].name);
        migration.layout = EP_LAYOUT_FOLDERS;
        assert_string_equal(ep_migration_name(&folder->arena, &migration), cases[i].tag);
    }
}

static void files_that_look_like_migrations(void **state)
{
    (void)state;
    assert_true(ep_migration_is_sql("0000_a.sql"));
    assert_true(ep_migration_is_sql("a.up.sql"));
    assert_false(ep_migration_is_sql("a.down.sql"));
    assert_false(ep_migration_is_sql(".a.sql"));
    assert_false(ep_migration_is_sql("sql"));
    assert_false(ep_migration_is_sql(""));
}

/* As one by one, and of those that fail the first, whichever thread meets it. */
static void many_at_once(void **state)
{
    (void)state;
    enum { COUNT = 600 };
    static struct ep_migration migrations[COUNT];
    static char paths[COUNT][16];
    static const size_t absent[] = {599, 350, 299, 42, 0};
    struct ep_migration_list list = {.items = migrations, .count = COUNT};
    struct ep_error err = {0};
    size_t failed = 0;

    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(paths[i], sizeof(paths[i]), "%zu.sql", i);
        migrations[i] = (struct ep_migration){.tag = paths[i], .path = paths[i]};
        folder_write(paths[i], paths[i]);
    }
    assert_true(ep_migration_examine_all(&list, &failed, &err));
    for (size_t i = 0; i < COUNT; i++) {
        char expected[EP_DIGEST_HEX_BYTES];
        hash_of(ep_span_of(paths[i]), expected);
        assert_string_equal(migrations[i].hash, expected);
    }
    for (size_t i = 0; i < EP_COUNT_OF(absent); i++) {
        assert_int_equal(unlink(paths[absent[i]]), 0);
        assert_false(ep_migration_examine_all(&list, &failed, &err));
        assert_int_equal(failed, absent[i]);
        assert_int_equal(err.errnum, ENOENT);
    }
    list.count = 0;
    assert_true(ep_migration_examine_all(&list, &failed, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(size_hash_and_defect_are_set),
        TEST(line_endings_do_not_hide_a_hash),
        TEST(many_at_once),
        TEST(a_file_that_cannot_be_read),
        TEST(a_file_that_is_too_large),
        TEST(the_name_is_that_of_the_folder),
        TEST(files_that_look_like_migrations),
    };
    return cmocka_run_group_tests_name("migration", tests, NULL, NULL);
}
