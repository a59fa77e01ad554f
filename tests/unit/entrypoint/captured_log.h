/*
 * captured_log.h - a log whose writes are packets: one recv() gets one write().
 *
 * Include the four headers that cmocka.h wants, and cmocka.h, before this one.
 */
#ifndef EP_TESTS_UNIT_ENTRYPOINT_CAPTURED_LOG_H
#define EP_TESTS_UNIT_ENTRYPOINT_CAPTURED_LOG_H

#include "entrypoint/report.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

struct captured_log {
    struct ep_log log;
    int reader;
    char written[65536]; /* by the last write() */
};

/* The test's state. */
static inline int captured_log_setup(void **state)
{
    int ends[2];
    struct captured_log *captured = calloc(1, sizeof(*captured));
    assert_non_null(captured);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    captured->reader = ends[0];
    captured->log = (struct ep_log){
        .format = EP_LOG_FORMAT_TEXT, .descriptor = ends[1], .level = EP_LEVEL_INFO};
    *state = captured;
    return 0;
}

static inline int captured_log_teardown(void **state)
{
    struct captured_log *captured = *state;
    (void)close(captured->reader);
    (void)close(captured->log.descriptor);
    free(captured);
    return 0;
}

/* What was written since the last call, in exactly one write(). */
static inline const char *captured_log_line(struct captured_log *captured)
{
    ssize_t size =
        recv(captured->reader, captured->written, sizeof(captured->written) - 1, MSG_DONTWAIT);
    assert_true(size > 0);
    captured->written[size] = '\0';
    assert_int_equal(strlen(captured->written), size); /* no NUL byte */
    char more[1];
    assert_int_equal(recv(captured->reader, more, sizeof(more), MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
    return captured->written;
}

#define CAPTURED(test) \
    cmocka_unit_test_setup_teardown(test, captured_log_setup, captured_log_teardown)

#endif
