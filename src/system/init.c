#define _GNU_SOURCE /* pipe2(2) */
#include "system/init.h"

#include "base/check.h"
#include "system/process.h"
#include "system/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct running {
    const struct ep_init *init;
    pid_t server;
    sigset_t signals;       /* that are passed on, and SIGCHLD */
    struct sigaction child; /* of SIGCHLD as it was inherited */
    pid_t terminal_group;   /* in the foreground when we came, 0: there is no terminal, or not us */
};

/* All but those that are about this process itself, and those of a background process' terminal. */
static void choose_signals(sigset_t *ret_signals)
{
    static const int kept[] = {SIGFPE,  SIGILL, SIGSEGV, SIGBUS, SIGABRT,
                               SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU};
    EP_CHECK(sigfillset(ret_signals) == 0);
    for (size_t i = 0; i < EP_COUNT_OF(kept); i++) {
        EP_CHECK(sigdelset(ret_signals, kept[i]) == 0);
    }
}

/* As a shell does with a job; not for one that was started in the background. */
static void take_terminal(struct running *running)
{
    pid_t foreground = tcgetpgrp(STDIN_FILENO);
    running->terminal_group = foreground > 0 && foreground == getpgrp() ? foreground : 0;
}

/* From a group in the background this raises SIGTTOU, unless that is blocked. */
static void give_terminal(pid_t group)
{
    sigset_t output, before;
    EP_CHECK(sigemptyset(&output) == 0 && sigaddset(&output, SIGTTOU) == 0);
    EP_CHECK(sigprocmask(SIG_BLOCK, &output, &before) == 0);
    (void)tcsetpgrp(STDIN_FILENO, group);
    EP_CHECK(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
}

/* In the child: why it could not become the server goes through the pipe, which exec closes. */
static _Noreturn void become(const struct running *running, int failure)
{
    const struct ep_init *init = running->init;
    struct ep_error err = {0};

    (void)setpgid(0, 0);
    if (running->terminal_group != 0) {
        give_terminal(getpid());
    }
    EP_CHECK(sigaction(SIGCHLD, &running->child, NULL) == 0);
    ep_signals_before_exec();
    ep_process_exec(init->program, init->argv, init->environment, &err);
    ssize_t written = write(failure, &err, sizeof(err));
    _exit(written == (ssize_t)sizeof(err) ? 0 : ep_error_exit_status(&err));
}

/* Whether the child has become the server; else why not. */
static bool has_become(int failure, struct ep_error *err)
{
    size_t size = 0;
    struct ep_error reason;
    for (;;) {
        ssize_t part = read(failure, (char *)&reason + size, sizeof(reason) - size);
        if (part > 0) {
            size += (size_t)part;
        } else if (part == 0 || errno != EINTR) {
            break;
        }
    }
    if (size == sizeof(reason)) {
        *err = reason;
    }
    return size != sizeof(reason);
}

static bool start(struct running *running, struct ep_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return ep_fail_errno(err, EP_FAULT_SYSTEM, "could not create a pipe");
    }
    running->server = fork();
    if (running->server == 0) {
        (void)close(ends[0]);
        become(running, ends[1]);
    }
    int errnum = errno;
    (void)close(ends[1]);
    if (running->server < 0) {
        (void)close(ends[0]);
        errno = errnum;
        return ep_fail_errno(err, EP_FAULT_SYSTEM, "could not create a process");
    }
    (void)setpgid(running->server, running->server); /* whoever of the two is first */
    bool started = has_become(ends[0], err);
    (void)close(ends[0]);
    return started;
}

/* Take the status of all that have ended; the server's end is ours. */
static void reap(const struct running *running)
{
    int status;
    pid_t id;

    while ((id = waitpid(-1, &status, WNOHANG)) > 0) {
        if (id != running->server || !(WIFEXITED(status) || WIFSIGNALED(status))) {
            continue;
        }
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        if (running->terminal_group != 0) {
            give_terminal(running->terminal_group);
        }
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
}

static _Noreturn void serve(const struct running *running)
{
    pid_t target = running->init->whole_group ? -running->server : running->server;

    for (;;) {
        reap(running);
        int number = sigwaitinfo(&running->signals, NULL);
        if (number > 0 && number != SIGCHLD) {
            (void)kill(target, number); /* one that has just ended is reaped next */
        }
    }
}

void ep_init_run(const struct ep_init *init, struct ep_error *err)
{
    struct running running = {.init = init};
    const struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t before;

    choose_signals(&running.signals);
    /* From here on nothing ends us: what arrives waits for the server to be there. */
    EP_CHECK(sigprocmask(SIG_BLOCK, &running.signals, &before) == 0);
    EP_CHECK(sigaction(SIGCHLD, &usual, &running.child) == 0);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    take_terminal(&running);
    if (start(&running, err)) {
        serve(&running);
    }
    if (running.server > 0) {
        (void)waitpid(running.server, NULL, 0);
        if (running.terminal_group != 0) {
            give_terminal(running.terminal_group);
        }
    }
    EP_CHECK(sigaction(SIGCHLD, &running.child, NULL) == 0);
    EP_CHECK(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
}
