/*
 * check.h - conditions that only a bug in this program can break.
 *
 * EP_CHECK is never compiled out, so the condition may be a call that must
 * succeed. A broken check prints one line and ends the process with status 70.
 * It does not abort(): a process that runs as PID 1 ignores its own SIGABRT.
 */
#ifndef EP_BASE_CHECK_H
#define EP_BASE_CHECK_H

#include "base/compiler.h"

#define EP_CHECK(condition) \
    ((condition) ? (void)0 : ep_check_failed(#condition, __FILE__, __LINE__, __func__))

_Noreturn void ep_check_failed(const char *condition, const char *file, int line,
                               const char *function);

/*
 * No memory: one line, then status 71 (the operating system refused a request).
 * Ending here is safe at any point: a transaction that was open is rolled back
 * by the server, and the next start goes on from what was committed.
 */
_Noreturn void ep_check_out_of_memory(void);

#endif
