#define _GNU_SOURCE /* eventfd(2) */
#include "system/signals.h"

#include "base/check.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* All of it belongs to the handler too: it runs on the program's only thread. */
static volatile sig_atomic_t is_noting; /* 0: a signal ends the process */
static volatile sig_atomic_t noted;     /* the signal, 0 for none */
static volatile sig_atomic_t note_fd = -1;

static sigset_t inherited_mask;

/* Text ready to be written: a handler may not format. */
static const struct {
    int number;
    const char *line;
} handled[] = {
    {SIGTERM, "entrypoint: stopped by SIGTERM\n"},
    {SIGINT, "entrypoint: stopped by SIGINT\n"},
    {SIGHUP, "entrypoint: stopped by SIGHUP\n"},
    {SIGQUIT, "entrypoint: stopped by SIGQUIT\n"},
};

/* Without waiting: a reader of the log that hangs must not keep us from leaving. */
static void write_if_possible(const char *line)
{
    struct pollfd entry = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&entry, 1, 0) == 1 && (entry.revents & POLLOUT) != 0) {
        ssize_t written = write(STDERR_FILENO, line, strlen(line));
        (void)written; /* nobody left to tell */
    }
}

/*
 * _exit() and not raise() with the default action: PID 1 would survive that.
 * The status is what a shell would show for a program that died of the signal.
 */
static _Noreturn void leave(int number)
{
    for (size_t i = 0; i < EP_COUNT_OF(handled); i++) {
        if (handled[i].number == number) {
            write_if_possible(handled[i].line);
        }
    }
    _exit(128 + number);
}

static void on_signal(int number)
{
    if (is_noting == 0 || noted != 0) {
        leave(number);
    }
    noted = number;

    int kept = errno;
    const uint64_t one = 1;
    ssize_t written = write(note_fd, &one, sizeof(one));
    (void)written; /* without it, ep_signals_noted() still tells */
    errno = kept;
}

static void on_broken_pipe(int number)
{
    (void)number; /* the write fails with EPIPE, which is all there is to say */
}

static bool is_ignored(int number)
{
    struct sigaction action;
    EP_CHECK(sigaction(number, NULL, &action) == 0);
    return action.sa_handler == SIG_IGN;
}

static void install(int number, void (*handler)(int), const sigset_t *blocked_meanwhile)
{
    /* SA_RESTART: libraries that forget about EINTR are not worse off; poll() returns anyway. */
    struct sigaction action = {
        .sa_handler = handler, .sa_mask = *blocked_meanwhile, .sa_flags = SA_RESTART};
    if (!is_ignored(number)) {
        EP_CHECK(sigaction(number, &action, NULL) == 0);
    }
}

void ep_signals_install(void)
{
    sigset_t ours;
    EP_CHECK(sigemptyset(&ours) == 0);
    for (size_t i = 0; i < EP_COUNT_OF(handled); i++) {
        EP_CHECK(sigaddset(&ours, handled[i].number) == 0);
    }
    note_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (size_t i = 0; i < EP_COUNT_OF(handled); i++) {
        install(handled[i].number, on_signal, &ours);
    }
    install(SIGPIPE, on_broken_pipe, &ours);

    /* Last: one that is pending already is delivered here, to a handler. */
    EP_CHECK(sigprocmask(SIG_UNBLOCK, &ours, &inherited_mask) == 0);
}

void ep_signals_note(void)
{
    is_noting = 1;
}

void ep_signals_leave(void)
{
    is_noting = 0; /* in this order: a signal comes either before it and is seen below, or after */
    if (noted != 0) {
        leave(noted);
    }
}

void ep_signals_before_exec(void)
{
    EP_CHECK(sigprocmask(SIG_SETMASK, &inherited_mask, NULL) == 0);
}

int ep_signals_noted(void)
{
    return noted;
}

int ep_signals_fd(void)
{
    return note_fd;
}
