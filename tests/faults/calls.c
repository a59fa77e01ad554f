/*
 * calls.c - a library to preload: the N-th call of one kind fails, once. The kind and N come from
 * the environment; without N, nothing fails.
 *
 *     CALLS_KIND=memory|read|write|... CALLS_AT=N CALLS_ERROR=errno CALLS_COUNT=FILE
 *
 * To FILE goes a line for each kind that was called, with how often: processes that were forked
 * and have not executed anything else count, and are disturbed, as one. Calls within libc do not
 * pass through here. Those of libraries other than libpq and jansson, of OpenSSL above all, are a
 * kind of their own, "others": there are thirty thousand in a login.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Every kind, with the error that it has where CALLS_ERROR gives none. */
#define KINDS(X)              \
    X(memory, ENOMEM)         \
    X(read, EIO)              \
    X(pread, EIO)             \
    X(write, ENOSPC)          \
    X(open, EMFILE)           \
    X(openat, EMFILE)         \
    X(close, EIO)             \
    X(fstat, EIO)             \
    X(stat, EIO)              \
    X(access, EACCES)         \
    X(opendir, EMFILE)        \
    X(readdir, EIO)           \
    X(readlink, EIO)          \
    X(realpath, EIO)          \
    X(getcwd, ENOENT)         \
    X(mkdir, ENOSPC)          \
    X(rmdir, EBUSY)           \
    X(rename, ENOSPC)         \
    X(unlink, EROFS)          \
    X(chmod, EPERM)           \
    X(ftruncate, EIO)         \
    X(flock, ENOLCK)          \
    X(fsync, EIO)             \
    X(statvfs, EIO)           \
    X(fopen, EMFILE)          \
    X(fgets, EIO)             \
    X(fcntl, EINVAL)          \
    X(ioctl, ENOTTY)          \
    X(isatty, ENOTTY)         \
    X(pipe2, EMFILE)          \
    X(eventfd, EMFILE)        \
    X(poll, EINTR)            \
    X(socket, EMFILE)         \
    X(connect, ECONNRESET)    \
    X(recv, ECONNRESET)       \
    X(send, ECONNRESET)       \
    X(getsockopt, ENOBUFS)    \
    X(setsockopt, ENOBUFS)    \
    X(getsockname, ENOBUFS)   \
    X(getaddrinfo, EIO)       \
    X(getnameinfo, EIO)       \
    X(fork, EAGAIN)           \
    X(execve, ENOMEM)         \
    X(dup2, EBUSY)            \
    X(setpgid, EPERM)         \
    X(waitpid, EINTR)         \
    X(sigwaitinfo, EINTR)     \
    X(kill, EPERM)            \
    X(prctl, EINVAL)          \
    X(tcgetpgrp, ENOTTY)      \
    X(tcsetpgrp, ENOTTY)      \
    X(getrandom, EAGAIN)      \
    X(syscall, ENOSYS)        \
    X(pthread_create, EAGAIN) \
    X(getpwuid, EIO)          \
    X(others, 0)

enum kind {
#define X(name, error) KIND_##name,
    KINDS(X)
#undef X
        KIND_COUNT
};

static const struct {
    const char *name;
    int error;
} kinds[] = {
#define X(name, error) {#name, error},
    KINDS(X)
#undef X
};

static atomic_long *calls; /* of each kind; shared with children */
static int chosen = KIND_COUNT;
static atomic_bool has_ended;
static long at;
static int error;

/* Where the code is that is looked at: the program's, libpq's, jansson's, libc's. */
static struct {
    uintptr_t begin, end;
} ours[8];
static size_t our_count;

static int take_object(struct dl_phdr_info *object, size_t size, void *context)
{
    static const char *const names[] = {"/libpq.", "/libjansson.", "/libc."};
    bool wanted = object->dlpi_name[0] == '\0'; /* the program; the vdso's name is not empty */

    (void)size;
    (void)context;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        wanted = wanted || strstr(object->dlpi_name, names[i]) != NULL;
    }
    for (int i = 0; wanted && i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0
            && our_count < sizeof(ours) / sizeof(ours[0])) {
            ours[our_count].begin = object->dlpi_addr + part->p_vaddr;
            ours[our_count++].end = object->dlpi_addr + part->p_vaddr + part->p_memsz;
        }
    }
    return 0;
}

static bool is_ours(const void *caller)
{
    for (size_t i = 0; i < our_count; i++) {
        if ((uintptr_t)caller >= ours[i].begin && (uintptr_t)caller < ours[i].end) {
            return true;
        }
    }
    return false;
}

__attribute__((constructor)) static void prepare(void)
{
    const char *kind = getenv("CALLS_KIND");
    const char *number = getenv("CALLS_AT");
    const char *code = getenv("CALLS_ERROR");

    for (int i = 0; kind != NULL && i < KIND_COUNT; i++) {
        if (strcmp(kind, kinds[i].name) == 0) {
            chosen = i;
            error = code == NULL ? kinds[i].error : (int)strtol(code, NULL, 10);
        }
    }
    at = number == NULL ? 0 : strtol(number, NULL, 10);
    (void)unsetenv("LD_PRELOAD");
    void *memory = mmap(NULL, sizeof(*calls) * KIND_COUNT, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || (kind != NULL && chosen == KIND_COUNT)) {
        abort();
    }
    (void)dl_iterate_phdr(take_object, NULL);
    calls = memory;
}

/* At the end of this program, however it comes; of several processes the last one's stays. */
__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("CALLS_COUNT");
    atomic_long *counted = calls;

    calls = NULL;
    FILE *file = path == NULL ? NULL : fopen(path, "w");
    for (int i = 0; file != NULL && counted != NULL && i < KIND_COUNT; i++) {
        if (atomic_load(&counted[i]) > 0) {
            (void)fprintf(file, "%s %ld\n", kinds[i].name, atomic_load(&counted[i]));
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    calls = counted;
}

/* Called by a build whose end makes calls of its own: tests/coverage/counters.c. */
void calls_end(void)
{
    has_ended = true;
}

void calls_go_on(void)
{
    has_ended = false;
}

/* Whether this call is the one. */
static bool fails_for(enum kind kind, const void *caller)
{
    enum kind counted = is_ours(caller) ? kind : KIND_others;

    if (calls == NULL || has_ended || atomic_fetch_add(&calls[counted], 1) + 1 != at
        || (int)counted != chosen) {
        return false;
    }
    error = error == 0 ? kinds[kind].error : error;
    errno = error;
    return true;
}

#define fails(kind) fails_for(kind, __builtin_return_address(0))

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* dlsym() may allocate: the allocator's own names are used instead. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
    return fails(KIND_memory) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(KIND_memory) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails(KIND_memory) ? NULL : __libc_realloc(memory, size);
}

#define WRAP_AS(result, failure, name, parameters, arguments) \
    result name parameters                                    \
    {                                                         \
        static __typeof__(&name) next;                        \
        if (next == NULL) {                                   \
            next = NEXT(name);                                \
        }                                                     \
        return fails(KIND_##name) ? failure : next arguments; \
    }
#define WRAP(result, name, parameters, arguments) \
    WRAP_AS(result, (result)-1, name, parameters, arguments)

WRAP(ssize_t, read, (int fd, void *data, size_t size), (fd, data, size))
WRAP(ssize_t, pread, (int fd, void *data, size_t size, off_t from), (fd, data, size, from))
WRAP(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
WRAP(int, fstat, (int fd, struct stat *status), (fd, status))
WRAP(int, stat, (const char *path, struct stat *status), (path, status))
WRAP(int, access, (const char *path, int mode), (path, mode))
WRAP(ssize_t, readlink, (const char *path, char *data, size_t size), (path, data, size))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, rmdir, (const char *path), (path))
WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, unlink, (const char *path), (path))
WRAP(int, chmod, (const char *path, mode_t mode), (path, mode))
WRAP(int, ftruncate, (int fd, off_t size), (fd, size))
WRAP(int, flock, (int fd, int operation), (fd, operation))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, statvfs, (const char *path, struct statvfs *status), (path, status))
WRAP(int, pipe2, (int fds[2], int flags), (fds, flags))
WRAP(int, eventfd, (unsigned count, int flags), (count, flags))
WRAP(int, poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
WRAP(int, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(int, connect, (int fd, const struct sockaddr *name, socklen_t size), (fd, name, size))
WRAP(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *size),
     (fd, level, name, value, size))
WRAP(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t size),
     (fd, level, name, value, size))
WRAP(int, getsockname, (int fd, struct sockaddr *name, socklen_t *size), (fd, name, size))
WRAP(pid_t, fork, (void), ())
WRAP(int, dup2, (int from, int to), (from, to))
WRAP(int, setpgid, (pid_t id, pid_t group), (id, group))
WRAP(pid_t, waitpid, (pid_t id, int *status, int options), (id, status, options))
WRAP(int, sigwaitinfo, (const sigset_t *signals, siginfo_t *info), (signals, info))
WRAP(int, kill, (pid_t id, int number), (id, number))
WRAP(pid_t, tcgetpgrp, (int fd), (fd))
WRAP(int, tcsetpgrp, (int fd, pid_t group), (fd, group))
WRAP(ssize_t, getrandom, (void *data, size_t size, unsigned flags), (data, size, flags))

WRAP_AS(DIR *, NULL, opendir, (const char *path), (path))
WRAP_AS(struct dirent *, NULL, readdir, (DIR * folder), (folder))
WRAP_AS(char *, NULL, realpath, (const char *path, char *found), (path, found))
WRAP_AS(char *, NULL, getcwd, (char *path, size_t size), (path, size))
WRAP_AS(FILE *, NULL, fopen, (const char *path, const char *mode), (path, mode))
WRAP_AS(char *, NULL, fgets, (char *line, int size, FILE *file), (line, size, file))
WRAP_AS(struct passwd *, NULL, getpwuid, (uid_t id), (id))
WRAP_AS(int, 0, isatty, (int fd), (fd))
WRAP_AS(int, error, pthread_create,
        (pthread_t * thread, const pthread_attr_t *attributes, void *(*work)(void *),
         void *argument),
        (thread, attributes, work, argument))
WRAP_AS(int, EAI_AGAIN, getaddrinfo,
        (const char *host, const char *service, const struct addrinfo *hints,
         struct addrinfo **found),
        (host, service, hints, found))
WRAP_AS(int, EAI_FAIL, getnameinfo,
        (const struct sockaddr *address, socklen_t address_size, char *host, socklen_t host_size,
         char *service, socklen_t service_size, int flags),
        (address, address_size, host, host_size, service, service_size, flags))

/* A connection that is reset is so from then on. */
static bool breaks(enum kind kind, const void *caller, int fd)
{
    if (!fails_for(kind, caller)) {
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
    return breaks(KIND_recv, __builtin_return_address(0), fd) ? -1 : next(fd, data, size, flags);
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    static __typeof__(&send) next;
    if (next == NULL) {
        next = NEXT(send);
    }
    return breaks(KIND_send, __builtin_return_address(0), fd) ? -1 : next(fd, data, size, flags);
}

/* It is closed all the same, as Linux does. */
int close(int fd)
{
    static __typeof__(&close) next;
    if (next == NULL) {
        next = NEXT(close);
    }
    int result = next(fd);
    return fails(KIND_close) ? -1 : result;
}

/* The argument that only some flags have. */
static mode_t mode_of(int flags, va_list rest)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    static __typeof__(&open) next;
    va_list rest;

    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    if (next == NULL) {
        next = NEXT(open);
    }
    return fails(KIND_open) ? -1 : next(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    static __typeof__(&openat) next;
    va_list rest;

    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    if (next == NULL) {
        next = NEXT(openat);
    }
    return fails(KIND_openat) ? -1 : next(folder, path, flags, mode);
}

/* What takes any number of arguments is given as many as the kernel takes at most. */
#define WRAP_ANY(result, name, first_type, first)                                                  \
    result name(first_type first, ...)                                                             \
    {                                                                                              \
        static __typeof__(&name) next;                                                             \
        long rest[5];                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, first);                                                                \
        for (int i = 0; i < 5; i++) {                                                              \
            rest[i] = va_arg(arguments, long);                                                     \
        }                                                                                          \
        va_end(arguments);                                                                         \
        if (next == NULL) {                                                                        \
            next = NEXT(name);                                                                     \
        }                                                                                          \
        return fails(KIND_##name) ? -1 : next(first, rest[0], rest[1], rest[2], rest[3], rest[4]); \
    }

WRAP_ANY(long, syscall, long, number)
WRAP_ANY(int, prctl, int, option)

int fcntl(int fd, int command, ...)
{
    static __typeof__(&fcntl) next;
    va_list rest;

    va_start(rest, command);
    long argument = va_arg(rest, long);
    va_end(rest);
    if (next == NULL) {
        next = NEXT(fcntl);
    }
    return fails(KIND_fcntl) ? -1 : next(fd, command, argument);
}

int ioctl(int fd, unsigned long request, ...)
{
    static __typeof__(&ioctl) next;
    va_list rest;

    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (next == NULL) {
        next = NEXT(ioctl);
    }
    return fails(KIND_ioctl) ? -1 : next(fd, request, argument);
}

/* Another program begins: what it calls is not ours. */
int execve(const char *path, char *const arguments[], char *const environment[])
{
    static __typeof__(&execve) next;
    if (next == NULL) {
        next = NEXT(execve);
    }
    if (fails(KIND_execve)) {
        return -1;
    }
    tell();
    return next(path, arguments, environment);
}

_Noreturn void _exit(int status)
{
    static __typeof__(&_exit) next;
    if (next == NULL) {
        next = NEXT(_exit);
    }
    tell();
    next(status);
    abort();
}
