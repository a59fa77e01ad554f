#include "postgres/session_private.h"

#include "base/check.h"
#include "system/clock.h"
#include "system/signals.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

enum ep_io ep_session_wait_socket(int descriptor, short events, int64_t deadline_ms,
                                  bool ignore_signals)
{
    for (;;) {
        if (!ignore_signals && ep_signals_noted() != 0) {
            return EP_IO_SIGNAL;
        }
        int64_t left_ms = deadline_ms == EP_CLOCK_NEVER ? -1 : deadline_ms - ep_clock_ms();
        if (deadline_ms != EP_CLOCK_NEVER && left_ms <= 0) {
            return EP_IO_DEADLINE;
        }
        struct pollfd fds[2] = {{.fd = descriptor, .events = events},
                                {.fd = ignore_signals ? -1 : ep_signals_fd(), .events = POLLIN}};
        int ready = poll(fds, EP_COUNT_OF(fds), left_ms > INT_MAX ? INT_MAX : (int)left_ms);
        if (ready > 0 && fds[0].revents != 0) {
            return EP_IO_READY;
        }
        EP_CHECK(ready >= 0 || errno == EINTR || errno == EAGAIN || errno == ENOMEM);
    }
}
