/* Unit tests of src/base/check: what ends the process, with which status and words. */
#include "base/check.h"

#include "base/arena.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/wait.h>
#include <unistd.h>

/* The exit status of a child that does this, and what it wrote to stderr. */
static int status_of(void (*run)(void), char *ret_errors, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t id = fork();
    assert_true(id >= 0);
    if (id == 0) {
        if (dup2(ends[1], STDERR_FILENO) == STDERR_FILENO) {
            run();
        }
        _exit(99);
    }
    assert_int_equal(close(ends[1]), 0);
    size_t used = 0;
    ssize_t count = 0;
    while ((count = read(ends[0], ret_errors + used, size - 1 - used)) > 0) {
        used += (size_t)count;
    }
    ret_errors[used] = '\0';
    assert_int_equal(close(ends[0]), 0);
    int status = 0;
    assert_int_equal(waitpid(id, &status, 0), id);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void break_a_check(void)
{
    int one = 1;
    EP_CHECK(one == 2);
}

static void a_broken_check_names_itself_and_ends_with_70(void **state)
{
    (void)state;
    char errors[256];

    assert_int_equal(status_of(break_a_check, errors, sizeof(errors)), 70);
    assert_non_null(strstr(errors, "bug: tests/unit/base/test_check.c:"));
    assert_non_null(strstr(errors, "break_a_check(): \"one == 2\" does not hold\n"));
}

/* AddressSanitizer would end the process itself, instead of saying that there is no memory. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void allocate_more_than_there_is_address_space(void)
{
    struct ep_arena arena = {0};
    (void)ep_arena_allocate(&arena, SIZE_MAX - 1);
}

static void allocate_with_a_block_more_than_there_is(void)
{
    struct ep_arena arena = {0};
    (void)ep_arena_allocate(&arena, SIZE_MAX - sizeof(max_align_t));
}

static void multiply_beyond_the_range(void)
{
    struct ep_arena arena = {0};
    (void)ep_arena_array(&arena, SIZE_MAX / 4, 5);
}

static void append_half_of_the_address_space(void)
{
    struct ep_text text = {0};
    ep_text_append(&text, (struct ep_span){.data = "", .size = SIZE_MAX / 2});
}

static void sizes_that_wrap_around_are_no_memory(void **state)
{
    (void)state;
    static void (*const runs[])(void) = {
        allocate_more_than_there_is_address_space,
        allocate_with_a_block_more_than_there_is,
        multiply_beyond_the_range,
        append_half_of_the_address_space,
    };
    for (size_t i = 0; i < EP_COUNT_OF(runs); i++) {
        char errors[256];
        assert_int_equal(status_of(runs[i], errors, sizeof(errors)), 71);
        assert_non_null(strstr(errors, "error: out of memory\n")); /* behind the sanitizer's own */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_check_names_itself_and_ends_with_70),
        cmocka_unit_test(sizes_that_wrap_around_are_no_memory),
    };
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
