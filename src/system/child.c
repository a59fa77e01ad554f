#define _GNU_SOURCE /* pipe2(2) */
#include "system/child.h"

#include "base/check.h"
#include "base/text.h"
#include "system/clock.h"
#include "system/file.h"
#include "system/process.h"
#include "system/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LINE_BYTES_MAX = 4096,
    LOOK_EVERY_MS = 100, /* a child that has closed its outputs ends without a sign */
    GRACE_MS = 500,      /* from SIGTERM to SIGKILL */
    REAP_MS = 1000
};

struct running {
    const struct ep_child *child;
    pid_t id; /* of the process and of its group */
    int output;
    bool is_open; /* output has not ended */
    bool has_ended;
    int status; /* of waitpid(2), once it has */
    struct ep_text line;
    int64_t deadline_ms, next_tick_ms;
};

/* In the child; does not return. */
static _Noreturn void become(const struct ep_child *child, int output)
{
    struct ep_error err = {0};
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)setpgid(0, 0);
    if (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0
        || (input >= 0 ? dup2(input, STDIN_FILENO) : close(STDIN_FILENO)) < 0) {
        _exit(126);
    }
    ep_signals_before_exec();
    ep_process_exec(child->program, child->argv, child->environment, &err);
    bool told = ep_file_write_all(STDERR_FILENO, ep_span_of(err.summary));
    _exit(told ? ep_error_exit_status(&err) : 126);
}

static bool start(struct running *running, struct ep_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return ep_fail_errno(err, EP_FAULT_SYSTEM, "could not create a pipe");
    }
    running->id = fork();
    if (running->id == 0) {
        become(running->child, ends[1]);
    }
    int errnum = errno;
    (void)close(ends[1]);
    if (running->id < 0) {
        (void)close(ends[0]);
        errno = errnum;
        return ep_fail_errno(err, EP_FAULT_SYSTEM, "could not create a process");
    }
    (void)setpgid(running->id, running->id); /* whoever of the two is first */
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    running->output = ends[0];
    running->is_open = true;
    return true;
}

static void tell_line(struct running *running)
{
    running->child->line(running->child->context, ep_text_get(&running->line));
    ep_text_reset(&running->line);
}

/* What there is to read, up to a limit: a child that never stops must not keep us here. */
static void read_output(struct running *running)
{
    enum { READS_MAX = 16 };
    char buffer[4096];

    for (int reads = 0; running->is_open && reads < READS_MAX; reads++) {
        ssize_t size = read(running->output, buffer, sizeof(buffer));
        if (size < 0 && errno != EINTR && errno != EAGAIN) {
            size = 0;
        }
        running->is_open = size != 0;
        if (size < 0 && errno == EAGAIN) {
            return;
        }
        for (ssize_t i = 0; i < size; i++) {
            if (buffer[i] == '\n') {
                tell_line(running);
                continue;
            }
            ep_text_add_byte(&running->line, buffer[i] == '\0' ? '?' : buffer[i]);
            if (running->line.size == LINE_BYTES_MAX) {
                tell_line(running);
            }
        }
    }
}

static void look_for_end(struct running *running)
{
    if (!running->has_ended) {
        pid_t id = waitpid(running->id, &running->status, WNOHANG);
        running->has_ended = id == running->id || (id < 0 && errno == ECHILD);
    }
}

/* Sleep until output, a signal, or the end of a time. */
static void wait_for_news(struct running *running, int64_t until_ms, bool with_signals)
{
    struct pollfd entries[] = {
        {.fd = running->is_open ? running->output : -1, .events = POLLIN},
        {.fd = with_signals ? ep_signals_fd() : -1, .events = POLLIN},
    };
    int64_t left_ms = until_ms - ep_clock_ms();
    int64_t pause_ms = left_ms < LOOK_EVERY_MS ? left_ms : LOOK_EVERY_MS;
    if (!running->is_open && pause_ms > 5) {
        pause_ms = 5;
    }
    if (pause_ms > 0) {
        (void)poll(entries, EP_COUNT_OF(entries), (int)pause_ms);
    }
    read_output(running);
    look_for_end(running);
}

/* SIGTERM, a moment, SIGKILL. */
static void end_group(struct running *running)
{
    int64_t grace_ms = ep_clock_ms() + GRACE_MS;
    (void)kill(-running->id, SIGTERM);
    while (!running->has_ended && ep_clock_ms() < grace_ms) {
        wait_for_news(running, grace_ms, false);
    }
}

/* Whatever the child has left behind. As process 1 we are the parent of its orphans, too. */
static void clear_group(struct running *running)
{
    int64_t end_ms = ep_clock_ms() + REAP_MS;

    read_output(running);
    if (running->line.size > 0) {
        tell_line(running);
    }
    (void)kill(-running->id, SIGKILL);
    while (!running->has_ended && ep_clock_ms() < end_ms) {
        wait_for_news(running, end_ms, false);
    }
    while (waitpid(-running->id, NULL, WNOHANG) > 0) {
    }
    (void)close(running->output);
    ep_text_clear(&running->line);
}

static bool fail_signal(struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SIGNAL, "stopped by signal %d", ep_signals_noted());
    err->signal = ep_signals_noted();
    return false;
}

static bool follow(struct running *running, bool *ret_timed_out, struct ep_error *err)
{
    const struct ep_child *child = running->child;

    while (!running->has_ended) {
        int64_t until_ms = running->next_tick_ms < running->deadline_ms ? running->next_tick_ms
                                                                        : running->deadline_ms;
        wait_for_news(running, until_ms, true);
        int64_t now_ms = ep_clock_ms();
        if (running->has_ended) {
            break;
        }
        if (ep_signals_noted() != 0) {
            return fail_signal(err);
        }
        if (now_ms >= running->deadline_ms) {
            *ret_timed_out = true;
            return true;
        }
        if (now_ms >= running->next_tick_ms) {
            running->next_tick_ms = now_ms + child->tick_ms;
            if (!child->tick(child->context, err)) {
                return false;
            }
        }
    }
    return true;
}

bool ep_child_run(const struct ep_child *child, struct ep_child_end *ret_end, struct ep_error *err)
{
    int64_t now_ms = ep_clock_ms();
    struct running running = {
        .child = child,
        .deadline_ms = child->timeout_ms == 0 ? EP_CLOCK_NEVER : now_ms + child->timeout_ms,
        .next_tick_ms = child->tick == NULL ? EP_CLOCK_NEVER : now_ms + child->tick_ms,
    };
    struct ep_child_end end = {0};
    /* Where the parent ignored it children would leave no status. */
    struct sigaction inherited, usual = {.sa_handler = SIG_DFL};
    EP_CHECK(sigaction(SIGCHLD, &usual, &inherited) == 0);

    bool followed = start(&running, err);
    if (followed) {
        followed = follow(&running, &end.timed_out, err);
        if (!running.has_ended) {
            end_group(&running);
        }
        clear_group(&running);
        end.exit_status = WIFEXITED(running.status) ? WEXITSTATUS(running.status) : 0;
        end.signal = WIFSIGNALED(running.status) ? WTERMSIG(running.status) : 0;
    }
    EP_CHECK(sigaction(SIGCHLD, &inherited, NULL) == 0);
    if (followed) {
        *ret_end = end;
    }
    return followed;
}
