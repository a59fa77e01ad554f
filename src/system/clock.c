#define _GNU_SOURCE /* getrandom(2) */
#include "system/clock.h"

#include "base/check.h"

#include <sys/random.h>
#include <time.h>

int64_t ep_clock_ms(void)
{
    struct timespec now;
    EP_CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t ep_clock_unix_ms(void)
{
    struct timespec now;
    EP_CHECK(clock_gettime(CLOCK_REALTIME, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * Replicas start at the same moment with the same process ID, 1: only the
 * kernel's random numbers, or failing that the nanoseconds, tell them apart.
 */
static uint64_t random_number(void)
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != (ssize_t)sizeof(number)) {
        struct timespec now;
        EP_CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
        number = (uint64_t)now.tv_nsec * UINT64_C(0x9E3779B97F4A7C15) >> 16;
    }
    return number;
}

int64_t ep_clock_jitter(int64_t ms, int percent)
{
    EP_CHECK(ms >= 0 && ms <= INT64_MAX / 200);
    EP_CHECK(percent >= 0 && percent <= 100);

    int64_t spread = ms * percent / 100;
    return ms - spread + (int64_t)(random_number() % (uint64_t)(spread * 2 + 1));
}

void ep_clock_stamp(char ret_stamp[EP_CLOCK_STAMP_BYTES])
{
    static const time_t year_10000 = 253402300800;
    struct timespec now;
    struct tm parts;

    EP_CHECK(clock_gettime(CLOCK_REALTIME, &now) == 0);
    if (now.tv_sec < 0 || now.tv_sec >= year_10000) { /* a clock that was never set */
        now = (struct timespec){0}; /* GCOVR_EXCL_LINE: no test sets the machine's clock */
    }
    EP_CHECK(gmtime_r(&now.tv_sec, &parts) != NULL);
    EP_CHECK(strftime(ret_stamp, EP_CLOCK_STAMP_BYTES, "%Y-%m-%dT%H:%M:%S.", &parts) == 20);

    long ms = now.tv_nsec / 1000000;
    ret_stamp[20] = (char)('0' + ms / 100);
    ret_stamp[21] = (char)('0' + ms / 10 % 10);
    ret_stamp[22] = (char)('0' + ms % 10);
    ret_stamp[23] = 'Z';
    ret_stamp[24] = '\0';
}
