#define _GNU_SOURCE /* pipe2(), unshare() */
/*
 * Unit tests of src/system/signals: children that are sent real signals.
 *
 * A child does not use cmocka's assertions: it tells by its exit status.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "system/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SURVIVED = 7, BROKEN = 9 };

/* In a child: a condition that must hold. */
static void require(bool condition)
{
    if (!condition) {
        _exit(BROKEN);
    }
}

static void pause_us(long us)
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

static void say_ready(void)
{
    require(write(ready_fd, "r", 1) == 1);
}

static struct child start(void (*run)(void))
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

static void await_ready(const struct child *child)
{
    char byte = 0;
    assert_int_equal(read(child->ready, &byte, 1), 1);
}

/* Wait for the end; the exit status, or 1000 + n when signal n killed it. */
static int finish(const struct child *child, const char *expected_errors)
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

static volatile sig_atomic_t *stage; /* shared with the child */

static int share_stage(void **state)
{
    (void)state;
    void *shared =
        mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    stage = shared;
    return shared == MAP_FAILED ? -1 : 0;
}

static void note_and_leave_under_trace(void)
{
    ep_signals_install();
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
        return; /* forbidden here */
    }
    require(raise(SIGSTOP) == 0);
    ep_signals_note();
    ep_signals_leave();
    *stage = 1;
    pause_us(10 * 1000 * 1000);
}

/* Let the child run that many instructions; false when it came to the end before. */
static bool step(pid_t id, int instructions)
{
    for (int i = 0; i < instructions && *stage == 0; i++) {
        int status = 0;
        assert_int_equal(ptrace(PTRACE_SINGLESTEP, id, NULL, NULL), 0);
        assert_int_equal(waitpid(id, &status, 0), id);
        assert_true(WIFSTOPPED(status));
    }
    return *stage == 0;
}

/*
 * A SIGTERM before every single machine instruction from ep_signals_note() to
 * behind ep_signals_leave(): the window between the two accesses of the latter
 * is a few nanoseconds, which no random moment would hit.
 */
static void no_instruction_loses_a_signal(void **state)
{
    (void)state;
    int instructions = 0;
    for (bool is_inside = true; is_inside; instructions++) {
        int status = 0;
        *stage = 0;
        struct child child = start(note_and_leave_under_trace);
        assert_int_equal(waitpid(child.id, &status, WUNTRACED), child.id);
        if (!WIFSTOPPED(status)) {
            skip();
        }
        is_inside = step(child.id, instructions);
        assert_int_equal(ptrace(PTRACE_DETACH, child.id, NULL, (void *)(intptr_t)SIGTERM), 0);
        assert_int_equal(finish(&child, "entrypoint: stopped by SIGTERM\n"), 143);
    }
    print_message("# %d instructions\n", instructions);
    assert_true(instructions > 10);
}

static int64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void spin_us(int64_t us)
{
    int64_t until_us = now_us() + us; /* finer than sleeping */
    while (now_us() < until_us) {
    }
}

/* As a whole run does it: install, wait, note, migrate, leave, exec. */
static _Noreturn void run_until_exec(void)
{
    *stage = 1;
    ep_signals_install();
    for (int i = 0; i < 20; i++) {
        ep_signals_note();
        spin_us(5);
        ep_signals_leave();
        spin_us(2);
    }
    ep_signals_note();
    ep_signals_leave();
    ep_signals_before_exec();
    execlp("sleep", "sleep", "3", (char *)NULL);
    _exit(BROKEN);
}

/* Returns when the child runs. */
static pid_t fork_run(int errors)
{
    *stage = 0;
    pid_t id = fork();
    assert_true(id >= 0);
    if (id == 0) {
        require(dup2(errors, STDERR_FILENO) == STDERR_FILENO);
        run_until_exec();
    }
    while (*stage == 0) {
    }
    return id;
}

/* How long it takes until sleep(1) runs: until a close-on-exec pipe closes. */
static int64_t measure_run_us(int errors)
{
    int ends[2];
    char byte;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t id = fork_run(errors);
    int64_t start_us = now_us();
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    int64_t took_us = now_us() - start_us;
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(kill(id, SIGTERM), 0);
    assert_int_equal(waitpid(id, NULL, 0), id);
    return took_us;
}

struct tally {
    int left, killed, lost;
};

static void try_once(int64_t delay_us, int errors, struct tally *tally)
{
    pid_t id = fork_run(errors);
    spin_us(delay_us);
    assert_int_equal(kill(id, SIGTERM), 0);

    int status = 0;
    assert_int_equal(waitpid(id, &status, 0), id);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 143) {
        tally->left++;
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) {
        tally->killed++; /* before install, or sleep(1) runs already */
    } else {
        tally->lost++;
    }
}

static int compare_times(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;
    return (*left > *right) - (*left < *right);
}

/* A SIGTERM at a random moment of the whole hand-over: it must always end the process. */
static void no_signal_is_ever_lost(void **state)
{
    (void)state;
    enum { TRIALS = 2500, MEASURED = 20 };
    int errors = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(errors >= 0);
    int64_t measured_us[MEASURED];
    for (int i = 0; i < MEASURED; i++) {
        measured_us[i] = measure_run_us(errors);
    }
    qsort(measured_us, MEASURED, sizeof(*measured_us), compare_times);
    int64_t run_us = measured_us[MEASURED / 2]; /* whoever was preempted is an outlier */

    unsigned seed = 1;
    struct tally tally = {0};
    for (int i = 0; i < TRIALS; i++) {
        seed = seed * 1103515245U + 12345U;
        try_once((int64_t)(seed >> 8) % (run_us * 5 / 4 + 1), errors, &tally);
    }

    assert_int_equal(close(errors), 0);
    print_message("# %d trials over %d us: %d left, %d killed, %d lost\n", TRIALS,
                  (int)(run_us * 5 / 4), tally.left, tally.killed, tally.lost);
    assert_int_equal(tally.lost, 0);
    assert_true(tally.left > TRIALS / 50 && tally.killed > TRIALS / 50); /* both sides were hit */
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
        cmocka_unit_test_setup(no_instruction_loses_a_signal, share_stage),
        cmocka_unit_test_setup(no_signal_is_ever_lost, share_stage),
    };
    return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
