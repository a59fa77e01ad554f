/*
 * calls.c - a library to preload: the N-th call of one kind fails, once. The kind and N come from
 * the environment; without N, the calls are counted, and the number is written to a file.
 *
 *     CALLS_KIND=memory|read|write|... CALLS_AT=N CALLS_ERROR=errno CALLS_COUNT=FILE
 *
 * Only the program's own process is disturbed. Calls within libc do not pass through here.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long calls;
static long at;
static int error;
static const char *kind;
static bool is_ready;

__attribute__((constructor)) static void prepare(void)
{
    const char *number = getenv("CALLS_AT");
    const char *code = getenv("CALLS_ERROR");

    kind = getenv("CALLS_KIND");
    at = number == NULL ? 0 : strtol(number, NULL, 10);
    error = code == NULL ? EIO : (int)strtol(code, NULL, 10);
    (void)unsetenv("LD_PRELOAD");
    is_ready = kind != NULL;
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("CALLS_COUNT");
    FILE *file = path == NULL ? NULL : fopen(path, "w");

    is_ready = false;
    if (file != NULL) {
        (void)fprintf(file, "%ld\n", atomic_load(&calls));
        (void)fclose(file);
    }
}

/* Called by a build whose end makes calls of its own: tests/coverage/counters.c. */
void calls_end(void)
{
    is_ready = false;
}

/* Whether this call is the one. */
static bool fails(const char *name)
{
    if (!is_ready || strcmp(name, kind) != 0 || atomic_fetch_add(&calls, 1) + 1 != at) {
        return false;
    }
    errno = error;
    return true;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* dlsym() may allocate: the allocator's own names are used instead. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
    return fails("memory") ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails("memory") ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails("memory") ? NULL : __libc_realloc(memory, size);
}

#define WRAP(result, name, parameters, arguments)          \
    result name parameters                                 \
    {                                                      \
        static __typeof__(&name) next;                     \
        if (next == NULL) {                                \
            next = NEXT(name);                             \
        }                                                  \
        return fails(#name) ? (result)-1 : next arguments; \
    }

WRAP(ssize_t, read, (int fd, void *data, size_t size), (fd, data, size))
WRAP(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
WRAP(int, poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
WRAP(int, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(int, connect, (int fd, const struct sockaddr *name, socklen_t size), (fd, name, size))
WRAP(int, fstat, (int fd, struct stat *status), (fd, status))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, pipe2, (int fds[2], int flags), (fds, flags))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, rename, (const char *from, const char *to), (from, to))

/* A connection that is reset is so from then on. */
static bool breaks(const char *name, int fd)
{
    if (!fails(name)) {
        return false;
    }
    if (error == ECONNRESET) {
        (void)shutdown(fd, SHUT_RDWR);
        errno = error;
    }
    return true;
}

ssize_t recv(int fd, void *data, size_t size, int flags)
{
    static __typeof__(&recv) next;
    if (next == NULL) {
        next = NEXT(recv);
    }
    return breaks("recv", fd) ? -1 : next(fd, data, size, flags);
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    static __typeof__(&send) next;
    if (next == NULL) {
        next = NEXT(send);
    }
    return breaks("send", fd) ? -1 : next(fd, data, size, flags);
}

/* It is closed all the same, as Linux does. */
int close(int fd)
{
    static __typeof__(&close) next;
    if (next == NULL) {
        next = NEXT(close);
    }
    int result = next(fd);
    return fails("close") ? -1 : result;
}

int open(const char *path, int flags, ...)
{
    static __typeof__(&open) next;
    va_list rest;

    va_start(rest, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (next == NULL) {
        next = NEXT(open);
    }
    return fails("open") ? -1 : next(path, flags, mode);
}
