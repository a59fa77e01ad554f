/*
 * measure.c - run a command and say what it cost: measure FILE COMMAND ARGUMENT...
 *
 * Writes to FILE one line: wall time, user and system CPU (microseconds), peak memory (KiB), its
 * exit status, and the time of its end (milliseconds since 1970). Linked statically and small, so
 * that what a child inherits does not count.
 */
#define _GNU_SOURCE /* wait4() */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long microseconds(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static long long of_timeval(struct timeval value)
{
    return (long long)value.tv_sec * 1000000 + value.tv_usec;
}

int main(int count, char **arguments)
{
    struct rusage usage = {0};
    int status = 0;

    if (count < 3) {
        return 64;
    }
    long long start = microseconds(CLOCK_MONOTONIC);
    pid_t child = fork();
    if (child == 0) {
        (void)execvp(arguments[2], &arguments[2]);
        perror(arguments[2]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror("measure");
        return 71;
    }
    long long wall = microseconds(CLOCK_MONOTONIC) - start;
    long long end = microseconds(CLOCK_REALTIME);
    FILE *file = fopen(arguments[1], "w");
    if (file == NULL) {
        perror(arguments[1]);
        return 71;
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    (void)fprintf(file, "%lld %lld %lld %ld %d %.3f\n", wall, of_timeval(usage.ru_utime),
                  of_timeval(usage.ru_stime), usage.ru_maxrss, code, (double)end / 1000);
    return fclose(file) == 0 ? code : 71;
}
