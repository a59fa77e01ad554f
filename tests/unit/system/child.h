/*
 * child.h - a forked child that is sent signals, and how it ended.
 *
 * A child does not use cmocka's assertions: it tells by its exit status.
 * Include the four headers that cmocka.h wants, and cmocka.h, before this one.
 */
#ifndef EP_TESTS_UNIT_SYSTEM_CHILD_H
#define EP_TESTS_UNIT_SYSTEM_CHILD_H

#include "base/compiler.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SURVIVED = 7, BROKEN = 9 };

/* In a child: a condition that must hold. */
static inline void require(bool condition)
{
    if (!condition) {
        _exit(BROKEN);
    }
}

static inline void pause_us(long us)
{
    struct timespec pause = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    while (nanosleep(&pause, &pause) != 0 && errno == EINTR) {
    }
}

/* A running child: ready is readable once it said so, errors is its stderr. */
struct child {
    pid_t id;
    int ready, errors;
};

static int ready_fd; /* in the child */

static inline void say_ready(void)
{
    require(write(ready_fd, "r", 1) == 1);
}

static inline struct child start(void (*run)(void))
{
    int ready[2];
    int errors[2];
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(errors, O_CLOEXEC), 0);
    pid_t id = fork();
    assert_true(id >= 0);
    if (id == 0) {
        ready_fd = ready[1];
        require(dup2(errors[1], STDERR_FILENO) == STDERR_FILENO);
        run();
        _exit(SURVIVED);
    }
    assert_int_equal(close(ready[1]), 0);
    assert_int_equal(close(errors[1]), 0);
    return (struct child){.id = id, .ready = ready[0], .errors = errors[0]};
}

static inline void await_ready(const struct child *child)
{
    char byte = 0;
    assert_int_equal(read(child->ready, &byte, 1), 1);
}

/* Wait for the end; the exit status, or 1000 + n when signal n killed it. */
static inline int finish(const struct child *child, const char *expected_errors)
{
    char errors[256] = {0};
    size_t used = 0;
    ssize_t count = 0;
    while ((count = read(child->errors, errors + used, sizeof(errors) - 1 - used)) > 0) {
        used += (size_t)count;
    }
    assert_string_equal(errors, expected_errors);
    int status = 0;
    assert_int_equal(waitpid(child->id, &status, 0), child->id);
    assert_int_equal(close(child->ready), 0);
    assert_int_equal(close(child->errors), 0);
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
