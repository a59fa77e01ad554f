/*
 * scratch.h - a temporary folder that is the working directory of one test.
 *
 *     cmocka_unit_test_setup_teardown(test, ep_scratch_setup, ep_scratch_teardown)
 *
 * Include the four headers that cmocka.h wants, and cmocka.h, before this one.
 */
#ifndef EP_TESTS_UNIT_SCRATCH_H
#define EP_TESTS_UNIT_SCRATCH_H

#include "base/compiler.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

/* The test's state: the folder's absolute path. */
static inline int ep_scratch_setup(void **state)
{
    const char *parent = getenv("TMPDIR");
    char *folder = calloc(1, 4096);
    assert_non_null(folder);
    (void)snprintf(folder, 4096, "%s/entrypoint-XXXXXX", parent == NULL ? "/tmp" : parent);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0); /* tests that give up root still look in */
    assert_int_equal(chdir(folder), 0);
    *state = folder;
    return 0;
}

static inline int ep_scratch_remove(const char *path, const struct stat *status, int type,
                                    struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static inline int ep_scratch_teardown(void **state)
{
    char *folder = *state;
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(nftw(folder, ep_scratch_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(folder);
    return 0;
}

/* Write a file below the folder; mode is exact, whatever the umask. */
static inline void ep_scratch_write(const char *path, const void *content, size_t size, mode_t mode)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, content, size), size);
    assert_int_equal(fchmod(descriptor, mode), 0);
    assert_int_equal(close(descriptor), 0);
}

static inline void ep_scratch_text(const char *path, const char *content, mode_t mode)
{
    ep_scratch_write(path, content, strlen(content), mode);
}

#endif
