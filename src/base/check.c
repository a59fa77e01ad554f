#include "base/check.h"

#include <unistd.h>

void ep_check_failed(const char *condition, const char *file, int line, const char *function)
{
    fprintf(stderr, "bug: %s:%d: %s(): \"%s\" does not hold\n", file, line, function, condition);
    _exit(70); /* EP_FAULT_BUG, spelled out: base/error.h may be what is broken */
}

void ep_check_out_of_memory(void)
{
    static const char line[] = "error: out of memory\n";
    ssize_t written = write(STDERR_FILENO, line, sizeof(line) - 1);

    (void)written; /* nobody left to tell */
    _exit(71);     /* EP_FAULT_SYSTEM */
}
