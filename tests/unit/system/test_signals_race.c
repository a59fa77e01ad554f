#define _GNU_SOURCE /* pipe2() */
/* Unit tests of src/system/signals: a signal at every moment, none of which may lose it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "system/signals.h"
#include "tests/unit/system/child.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>

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
        (void)sched_yield();
    }
    return id;
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

/*
 * A SIGTERM at a random moment of the whole hand-over: it must always end the
 * process. How long the hand-over takes depends on the machine and its load:
 * the delays are spread evenly over several orders of magnitude.
 */
static void no_signal_is_ever_lost(void **state)
{
    (void)state;
    enum { TRIALS = 2500, SHORTEST_US = 16, DOUBLINGS = 6 };
    int errors = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(errors >= 0);

    unsigned seed = 1;
    struct tally tally = {0};
    for (int i = 0; i < TRIALS; i++) {
        seed = seed * 1103515245U + 12345U;
        int64_t about_us = SHORTEST_US << (seed >> 24) % DOUBLINGS;
        try_once(about_us + (seed >> 8 & 0xffff) * about_us / 0x10000, errors, &tally);
    }

    assert_int_equal(close(errors), 0);
    print_message("# %d trials: %d left, %d killed, %d lost\n", TRIALS, tally.left, tally.killed,
                  tally.lost);
    assert_int_equal(tally.lost, 0);
    assert_true(tally.left > 0 && tally.killed > 0); /* both sides of the hand-over were hit */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_instruction_loses_a_signal, share_stage),
        cmocka_unit_test_setup(no_signal_is_ever_lost, share_stage),
    };
    return cmocka_run_group_tests_name("signals race", tests, NULL, NULL);
}
