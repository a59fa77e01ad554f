/*
 * exec_leaks.c - linked into the build with sanitizers: LeakSanitizer looks for leaks at exit(3),
 * which a program that becomes another never comes to. Here it looks before execve(2), too.
 *
 * With EXEC_LEAKS_PLANT in the environment there is a leak, so that a test can tell whether one
 * would be found (tests/integration/leaks.bats).
 */
#define _GNU_SOURCE
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FOUND = 1 }; /* as AddressSanitizer has LeakSanitizer exit */

__attribute__((constructor, noinline)) static void plant(void)
{
    if (getenv("EXEC_LEAKS_PLANT") != NULL) {
        for (int i = 0; i < 8; i++) { /* a register or the stack may hold one */
            volatile char *leak = malloc(97);
            leak[0] = 'x';
            leak = NULL;
        }
    }
}

int execve(const char *path, char *const arguments[], char *const environment[])
{
    if (__lsan_do_recoverable_leak_check() != 0) {
        _exit(FOUND);
    }
    return (int)syscall(SYS_execve, path, arguments, environment);
}
