/*
 * wrapper.c - in the place of the program: runs PROGRAM under valgrind, with a log in LOGS for each
 * process. Not a script, because a shell adds to the environment that is handed on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    static char *const options[] = {
        "valgrind",
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
        "--show-leak-kinds=definite",
        "--errors-for-leak-kinds=definite",
        "--num-callers=30",
        "--trace-children=no",
        "--child-silent-after-fork=no",
        "--vgdb=no",
    };
    enum { OPTION_COUNT = sizeof(options) / sizeof(options[0]) };
    char log[4096];
    struct timespec now;
    size_t used = 0;
    char **command = calloc(OPTION_COUNT + 3 + (size_t)argc, sizeof(*command));

    if (command == NULL || clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return 71;
    }
    (void)snprintf(log, sizeof(log), "--log-file=%s/%lld%09ld.%%p", LOGS, (long long)now.tv_sec,
                   now.tv_nsec);
    while (used < OPTION_COUNT) {
        command[used] = options[used];
        used++;
    }
    command[used++] = log;
    command[used++] = PROGRAM;
    for (int i = 1; i < argc; i++) {
        command[used++] = argv[i];
    }
    (void)execv(VALGRIND, command);
    perror(VALGRIND);
    return 127;
}
