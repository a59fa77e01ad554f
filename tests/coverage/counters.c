/*
 * counters.c - linked into the programs of `make coverage`: libgcov writes its counters at exit()
 * alone, but this program ends by _exit(2), from handlers of signals too, or becomes another.
 *
 * The linker puts the functions here in the place of fork(), execve() and _exit() (--wrap).
 * Nothing of it may show in what a test compares: signals wait until the counters are written,
 * and what libgcov has to say, where a test has taken its files away, goes nowhere.
 */
#define _GNU_SOURCE /* RTLD_DEFAULT, environ */
#include <dlfcn.h>
#include <errno.h>
#include <gcov.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

pid_t __real_fork(void);
pid_t __wrap_fork(void);
int __real_execve(const char *path, char *const argv[], char *const envp[]);
int __wrap_execve(const char *path, char *const argv[], char *const envp[]);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

/* What getenv(3) tells libgcov. */
static char errors_nowhere[] = "GCOV_ERROR_FILE=/dev/null";
static char counters_nowhere[] = "GCOV_PREFIX=/dev/null";

/* Under a limit of the size of files a file of counters might be cut. */
static bool may_write(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
}

/* tests/faults/calls.c counts calls and lets some fail: not those from here. */
static void call_if_there(const char *name)
{
    void *symbol = dlsym(RTLD_DEFAULT, name);
    void (*function)(void) = NULL;

    memcpy(&function, &symbol, sizeof(function)); /* ISO C has no cast for it */
    if (function != NULL) {
        function();
    }
}

/* Leaves every signal blocked; returns the mask as it was. */
static sigset_t write_counters(void)
{
    char *quiet[] = {errors_nowhere, may_write() ? NULL : counters_nowhere, NULL};
    sigset_t all;
    sigset_t before;
    int error = errno;
    char **given = environ;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, &before);
    call_if_there("calls_end");
    environ = quiet;
    __gcov_dump();
    environ = given;
    errno = error;
    return before;
}

/* What was counted up to here is the parent's: the child begins with nothing. */
pid_t __wrap_fork(void)
{
    sigset_t before = write_counters();
    __gcov_reset();
    call_if_there("calls_go_on");
    pid_t id = __real_fork();
    int error = errno;

    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return id;
}

int __wrap_execve(const char *path, char *const argv[], char *const envp[])
{
    sigset_t before = write_counters();

    __gcov_reset(); /* it may fail */
    call_if_there("calls_go_on");
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return __real_execve(path, argv, envp);
}

_Noreturn void __wrap__exit(int status)
{
    (void)write_counters();
    __real__exit(status);
}

/* main() has returned. libgcov's own destructor comes later, and finds it done. */
__attribute__((destructor)) static void before_exit(void)
{
    (void)write_counters();
}
