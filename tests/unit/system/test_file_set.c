#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/* Unit tests of src/system/file_set: all of the files or none. */
#include "system/file_set.h"

#include "system/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

#include <errno.h>
#include <sys/file.h>

static const struct ep_span content = {.data = "new", .size = 3};

static void assert_content(const char *path, const char *expected)
{
    char data[16] = {0};
    assert_int_equal(ep_file_peek(path, 0, data, sizeof(data) - 1), strlen(expected));
    assert_string_equal(data, expected);
}

/* Some of everything, in a set that is finished or not. */
static void write_set(struct ep_arena *arena, bool is_finished)
{
    struct ep_file_set set EP_CLEANUP(ep_file_set_clear) = {.arena = arena};
    struct ep_error err = {0};

    assert_true(ep_file_set_folder(&set, "a/b/c", &err));
    assert_true(ep_file_set_lock(&set, "a", &err));
    assert_true(ep_file_set_create(&set, "a/b/file", content, &err));
    assert_true(ep_file_set_create_folder(&set, "a/new", &err));
    assert_true(ep_file_set_replace(&set, "old", content, &err));
    assert_true(ep_file_set_replace(&set, "a/other", content, &err));
    assert_content("old", "old");
    assert_true(!is_finished || ep_file_set_finish(&set, &err));
}

static void what_is_finished_stays(void **state)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    (void)state;
    ep_scratch_write("old", "old", 3, 0600);
    write_set(&arena, true);

    assert_content("old", "new");
    assert_content("a/other", "new");
    assert_content("a/b/file", "new");
    assert_int_equal(ep_file_type("a/b/c"), EP_FILE_FOLDER);
    assert_int_equal(ep_file_type("a/new"), EP_FILE_FOLDER);
    assert_int_equal(ep_file_type("old.new"), EP_FILE_ABSENT);
}

static void what_is_not_finished_is_removed(void **state)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    (void)state;
    ep_scratch_write("old", "old", 3, 0600);
    write_set(&arena, false);

    assert_content("old", "old");
    assert_int_equal(ep_file_type("a"), EP_FILE_ABSENT);
    assert_int_equal(ep_file_type("old.new"), EP_FILE_ABSENT);
}

static void what_was_there_before_is_not_removed(void **state)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    (void)state;
    ep_scratch_write("old", "old", 3, 0600);
    assert_int_equal(mkdir("a", 0755), 0);
    ep_scratch_write("a/mine", "mine", 4, 0600);
    write_set(&arena, false);

    assert_content("a/mine", "mine");
    assert_int_equal(ep_file_type("a/b"), EP_FILE_ABSENT);
}

static void what_exists_is_not_overwritten(void **state)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    (void)state;
    ep_scratch_write("old", "old", 3, 0600);
    {
        struct ep_file_set set EP_CLEANUP(ep_file_set_clear) = {.arena = &arena};
        assert_false(ep_file_set_create(&set, "old", content, &err));
        assert_int_equal(err.fault, EP_FAULT_SOURCE);
        assert_int_equal(err.errnum, EEXIST);
        err = (struct ep_error){0};
        assert_false(ep_file_set_create_folder(&set, "old", &err));
        assert_int_equal(err.fault, EP_FAULT_SOURCE);
        err = (struct ep_error){0};
        assert_false(ep_file_set_create(&set, "absent/x", content, &err));
        assert_int_equal(err.fault, EP_FAULT_SYSTEM);
        err = (struct ep_error){0};
        assert_false(ep_file_set_lock(&set, "absent", &err));
        assert_int_equal(err.fault, EP_FAULT_SYSTEM);
    }
    assert_content("old", "old");
}

static void a_locked_folder_is_locked_until_the_end(void **state)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    (void)state;
    int folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(folder >= 0);
    {
        struct ep_file_set set EP_CLEANUP(ep_file_set_clear) = {.arena = &arena};
        assert_true(ep_file_set_lock(&set, ".", &err));
        assert_true(ep_file_set_finish(&set, &err));
        assert_int_equal(flock(folder, LOCK_EX | LOCK_NB), -1);
    }
    assert_int_equal(flock(folder, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(close(folder), 0);
}

#define IN_SCRATCH(test) \
    cmocka_unit_test_setup_teardown(test, ep_scratch_setup, ep_scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(what_is_finished_stays),
        IN_SCRATCH(what_is_not_finished_is_removed),
        IN_SCRATCH(what_was_there_before_is_not_removed),
        IN_SCRATCH(what_exists_is_not_overwritten),
        IN_SCRATCH(a_locked_folder_is_locked_until_the_end),
    };
    return cmocka_run_group_tests_name("file_set", tests, NULL, NULL);
}
