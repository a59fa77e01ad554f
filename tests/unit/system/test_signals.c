#define _GNU_SOURCE /* pipe2(), unshare() */
/* Unit tests of src/system/signals: children that are sent real signals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "system/signals.h"
#include "tests/unit/system/child.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>

static const struct {
    int number;
    const char *line;
} signals[] = {
    {SIGTERM, "entrypoint: stopped by SIGTERM\n"},
    {SIGINT, "entrypoint: stopped by SIGINT\n"},
    {SIGHUP, "entrypoint: stopped by SIGHUP\n"},
    {SIGQUIT, "entrypoint: stopped by SIGQUIT\n"},
};

static void wait_in_leave_phase(void)
{
    ep_signals_install();
    say_ready();
    pause_us(10 * 1000 * 1000);
}

static void each_signal_ends_the_process_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(signals); i++) {
        struct child child = start(wait_in_leave_phase);
        await_ready(&child);
        assert_int_equal(kill(child.id, signals[i].number), 0);
        assert_int_equal(finish(&child, signals[i].line), 128 + signals[i].number);
    }
}

static void become_pid_1(void)
{
    if (unshare(CLONE_NEWPID) != 0) {
        _exit(SURVIVED); /* not allowed here */
    }
    pid_t id = fork();
    require(id >= 0);
    if (id == 0) {
        require(getpid() == 1);
        wait_in_leave_phase();
        _exit(SURVIVED);
    }
    /* Only now, from outside: PID 1 of the inner namespace has this ID here. */
    pause_us(100 * 1000);
    require(kill(id, SIGTERM) == 0);
    int status = 0;
    require(waitpid(id, &status, 0) == id);
    require(WIFEXITED(status));
    _exit(WEXITSTATUS(status));
}

static void also_as_pid_1(void **state)
{
    (void)state;
    struct child child = start(become_pid_1);
    struct pollfd entry = {.fd = child.ready, .events = POLLIN};
    assert_int_equal(poll(&entry, 1, 5000), 1);
    if ((entry.revents & POLLIN) == 0) {
        assert_int_equal(finish(&child, ""), SURVIVED);
        skip();
    }
    assert_int_equal(finish(&child, "entrypoint: stopped by SIGTERM\n"), 143);
}

static void note_one(void)
{
    ep_signals_install();
    struct pollfd entry = {.fd = ep_signals_fd(), .events = POLLIN};
    ep_signals_note();
    require(ep_signals_noted() == 0);
    require(poll(&entry, 1, 0) == 0);
    say_ready();
    while (poll(&entry, 1, 5000) < 0) {
        require(errno == EINTR);
    }
    require((entry.revents & POLLIN) != 0);
    _exit(ep_signals_noted());
}

static void a_noted_signal_makes_the_descriptor_readable(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(signals); i++) {
        struct child child = start(note_one);
        await_ready(&child);
        assert_int_equal(kill(child.id, signals[i].number), 0);
        assert_int_equal(finish(&child, ""), signals[i].number);
    }
}

static void note_and_go_on(void)
{
    ep_signals_install();
    ep_signals_note();
    say_ready();
    while (ep_signals_noted() == 0) {
        pause_us(100);
    }
    say_ready();
    pause_us(10 * 1000 * 1000);
}

static void a_second_signal_ends_the_process_at_once(void **state)
{
    (void)state;
    struct child child = start(note_and_go_on);
    await_ready(&child);
    assert_int_equal(kill(child.id, SIGTERM), 0);
    await_ready(&child);
    assert_int_equal(kill(child.id, SIGINT), 0);
    assert_int_equal(finish(&child, "entrypoint: stopped by SIGINT\n"), 130);
}

static void note_then_leave(void)
{
    ep_signals_install();
    ep_signals_note();
    errno = 12345;
    require(raise(SIGTERM) == 0);
    require(errno == 12345); /* the handler gives it back */
    require(ep_signals_noted() == SIGTERM);
    ep_signals_leave();
}

static void leaving_ends_the_process_when_a_signal_was_noted(void **state)
{
    (void)state;
    struct child child = start(note_then_leave);
    assert_int_equal(finish(&child, "entrypoint: stopped by SIGTERM\n"), 143);
}

static void note_and_leave_unharmed(void)
{
    ep_signals_install();
    for (int i = 0; i < 3; i++) {
        ep_signals_note();
        ep_signals_leave();
    }
    require(raise(SIGHUP) == 0);
}

static void leaving_without_a_signal_goes_on(void **state)
{
    (void)state;
    struct child child = start(note_and_leave_unharmed);
    assert_int_equal(finish(&child, "entrypoint: stopped by SIGHUP\n"), 129);
}

static void ignore_hangup(void)
{
    require(signal(SIGHUP, SIG_IGN) != SIG_ERR);
    require(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    ep_signals_install();
    require(raise(SIGHUP) == 0);
    ep_signals_note();
    require(raise(SIGHUP) == 0);
    require(ep_signals_noted() == 0);
    struct sigaction action;
    require(sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_IGN);
}

static void what_was_ignored_stays_ignored(void **state)
{
    (void)state;
    struct child child = start(ignore_hangup);
    assert_int_equal(finish(&child, ""), SURVIVED);
}

static void write_to_nobody(void)
{
    int ends[2];
    ep_signals_install();
    require(pipe(ends) == 0);
    require(close(ends[0]) == 0);
    require(write(ends[1], "x", 1) == -1 && errno == EPIPE);
}

static void a_closed_pipe_does_not_kill(void **state)
{
    (void)state;
    struct child child = start(write_to_nobody);
    assert_int_equal(finish(&child, ""), SURVIVED);
}

static void block(int number)
{
    sigset_t mask;
    require(sigemptyset(&mask) == 0 && sigaddset(&mask, number) == 0);
    require(sigprocmask(SIG_BLOCK, &mask, NULL) == 0);
}

static bool is_blocked(int number)
{
    sigset_t mask;
    require(sigprocmask(SIG_BLOCK, NULL, &mask) == 0);
    return sigismember(&mask, number) == 1;
}

static void restore_mask(void)
{
    block(SIGTERM);
    block(SIGUSR1); /* none of ours: stays blocked all the time */
    ep_signals_install();
    require(!is_blocked(SIGTERM) && is_blocked(SIGUSR1));
    ep_signals_before_exec();
    require(is_blocked(SIGTERM) && is_blocked(SIGUSR1) && !is_blocked(SIGINT));
    require(raise(SIGTERM) == 0); /* kept for the server, which inherits the mask */
    say_ready();
}

static void the_inherited_mask_comes_back_before_exec(void **state)
{
    (void)state;
    struct child child = start(restore_mask);
    assert_int_equal(finish(&child, ""), SURVIVED);
}

static void inherit_a_pending_signal(void)
{
    block(SIGTERM);
    require(raise(SIGTERM) == 0);
    ep_signals_install();
}

static void a_pending_signal_is_taken_at_once(void **state)
{
    (void)state;
    struct child child = start(inherit_a_pending_signal);
    assert_int_equal(finish(&child, "entrypoint: stopped by SIGTERM\n"), 143);
}

static void leave_with_a_full_log(void)
{
    int ends[2];
    require(pipe2(ends, O_NONBLOCK) == 0);
    while (write(ends[1], "0123456789", 10) > 0) {
    }
    require(fcntl(ends[1], F_SETFL, 0) == 0); /* from now on a write would hang */
    require(dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    ep_signals_install();
    (void)alarm(5);
    require(raise(SIGTERM) == 0);
}

static void a_log_that_hangs_holds_nobody(void **state)
{
    (void)state;
    struct child child = start(leave_with_a_full_log);
    assert_int_equal(finish(&child, ""), 143);
}

static void exec_with_ignored_signals(void)
{
    require(signal(SIGHUP, SIG_IGN) != SIG_ERR);
    ep_signals_install();
    ep_signals_note();
    ep_signals_leave();
    ep_signals_before_exec();
    require(dup2(STDERR_FILENO, STDOUT_FILENO) == STDOUT_FILENO);
    execlp("grep", "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status", (char *)NULL);
}

static void after_exec_everything_is_as_inherited(void **state)
{
    (void)state;
    struct child child = start(exec_with_ignored_signals);
    assert_int_equal(finish(&child, "SigBlk:\t0000000000000000\n"
                                    "SigIgn:\t0000000000000001\n"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_signal_ends_the_process_at_once),
        cmocka_unit_test(also_as_pid_1),
        cmocka_unit_test(a_noted_signal_makes_the_descriptor_readable),
        cmocka_unit_test(a_second_signal_ends_the_process_at_once),
        cmocka_unit_test(leaving_ends_the_process_when_a_signal_was_noted),
        cmocka_unit_test(leaving_without_a_signal_goes_on),
        cmocka_unit_test(what_was_ignored_stays_ignored),
        cmocka_unit_test(a_closed_pipe_does_not_kill),
        cmocka_unit_test(the_inherited_mask_comes_back_before_exec),
        cmocka_unit_test(a_pending_signal_is_taken_at_once),
        cmocka_unit_test(a_log_that_hangs_holds_nobody),
        cmocka_unit_test(after_exec_everything_is_as_inherited),
    };
    return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
