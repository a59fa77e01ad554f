#define _GNU_SOURCE /* syscall(2), for close_range(2) */
#include "system/process.h"

#include "base/check.h"
#include "system/file.h"
#include "system/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The first candidate that can be executed. One that is there but cannot be is
 * passed over, as by execvp(3); the reason of the first such is the error.
 */
static bool find_in_path(struct ep_arena *arena, const char *name, const char *path,
                         const char **ret_program, struct ep_error *err)
{
    struct ep_error refusal = {0};

    for (const char *element = path;; element++) {
        size_t size = strcspn(element, ":");
        const char *candidate = size == 0
                                    ? ep_arena_copy(arena, ep_span_of(name))
                                    : ep_arena_format(arena, "%.*s/%s", (int)size, element, name);
        struct ep_error reason = {0};
        if (ep_program_check(candidate, &reason)) {
            *ret_program = candidate;
            return true;
        }
        if (refusal.fault == EP_FAULT_NONE && ep_file_type(candidate) != EP_FILE_ABSENT) {
            refusal = reason;
        }
        element += size;
        if (*element == '\0') {
            break;
        }
    }
    if (refusal.fault != EP_FAULT_NONE) {
        *err = refusal;
        return false;
    }
    (void)ep_program_fail_absent(name, err);
    return ep_error_detail(err, "No folder in PATH has it: \"%s\".", path);
}

bool ep_process_find(struct ep_arena *arena, const char *name, const char *path,
                     const char **ret_program, struct ep_error *err)
{
    if (name[0] == '\0') {
        (void)ep_fail(err, EP_FAULT_NOT_FOUND, "the program's name is empty");
        return ep_error_hint(err, "The first word of CMD is \"\": is a variable in it not set?");
    }
    if (strchr(name, '/') == NULL) {
        static const char usual[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        return find_in_path(arena, name, path == NULL ? usual : path, ret_program, err);
    }
    if (!ep_program_check(name, err)) {
        return false;
    }
    *ret_program = ep_arena_copy(arena, ep_span_of(name));
    return true;
}

static const char *find_variable(char *const environment[], const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; environment[i] != NULL; i++) {
        if (strncmp(environment[i], name, size) == 0 && environment[i][size] == '=') {
            return environment[i] + size + 1;
        }
    }
    return NULL;
}

/* A whole number without sign up to limit; -1 for anything else. */
static long parse_number(const char *text, long limit)
{
    char *end = NULL;
    errno = 0;
    long number = strtol(text, &end, 10);
    bool is_number = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
    return is_number && number <= limit ? number : -1;
}

/* Behind those that systemd passes on: $LISTEN_FDS of them from 3, if they are meant for us. */
static unsigned first_to_close(char *const environment[])
{
    const char *count = find_variable(environment, "LISTEN_FDS");
    const char *owner = find_variable(environment, "LISTEN_PID");
    bool is_ours = count != NULL && (owner == NULL || parse_number(owner, LONG_MAX) == getpid());
    long passed = is_ours ? parse_number(count, 1024 * 1024) : -1;

    return 3 + (passed > 0 ? (unsigned)passed : 0);
}

/* Marked, not closed: should exec fail, the log is still there to say so. */
static void close_on_exec_from(unsigned first)
{
#ifdef SYS_close_range
    const unsigned only_mark = 1U << 2; /* CLOSE_RANGE_CLOEXEC, of Linux 5.11 */
    if (syscall(SYS_close_range, first, ~0U, only_mark) == 0) {
        return;
    }
#endif
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0}; /* without /proc, what was inherited open stays open */
    const char *const *names = NULL;
    size_t count = 0;
    if (ep_file_list(&arena, "/proc/self/fd", EP_FAULT_SYSTEM, &names, &count, &err)) {
        for (size_t i = 0; i < count; i++) {
            long descriptor = parse_number(names[i], INT_MAX);
            if (descriptor >= (long)first) {
                (void)fcntl((int)descriptor, F_SETFD, FD_CLOEXEC);
            }
        }
    }
}

static void measure(char *const texts[], size_t *total, const char **longest)
{
    for (size_t i = 0; texts[i] != NULL; i++) {
        *total += strlen(texts[i]) + 1;
        if (*longest == NULL || strlen(texts[i]) > strlen(*longest)) {
            *longest = texts[i];
        }
    }
}

/* Of a variable only the name: its value may be a secret. */
static void fail_too_long(char *const argv[], char *const environment[], struct ep_error *err)
{
    const char *argument = NULL;
    const char *variable = NULL;
    size_t total = 0;
    measure(argv, &total, &argument);
    measure(environment, &total, &variable);

    (void)ep_fail_errno(err, EP_FAULT_NOT_EXECUTABLE, "could not execute \"%s\"", argv[0]);
    (void)ep_error_detail(err, "Arguments and environment take %zu bytes.", total);
    if (variable != NULL) {
        (void)ep_error_detail(err, "The longest variable is %.*s with %zu bytes.",
                              (int)strcspn(variable, "="), variable, strlen(variable));
    }
    (void)ep_error_hint(err, "Linux takes at most 128 KiB in one and a quarter of the stack limit "
                             "(ulimit -s) in all.");
}

void ep_process_exec(const char *program, char *const argv[], char *const environment[],
                     struct ep_error *err)
{
    EP_CHECK(argv[0] != NULL);

    close_on_exec_from(first_to_close(environment));
    (void)execve(program, argv, environment);
    if (errno == E2BIG) {
        fail_too_long(argv, environment, err);
    } else {
        (void)ep_program_explain(program, errno, err);
    }
}
