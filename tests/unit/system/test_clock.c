#define _DEFAULT_SOURCE /* timegm() */
/* Unit tests of src/system/clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "system/clock.h"

#include <stdbool.h>
#include <time.h>

static void the_clock_goes_forward(void **state)
{
    (void)state;
    int64_t before = ep_clock_ms();
    struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    while (nanosleep(&pause, &pause) != 0) {
    }
    assert_true(ep_clock_ms() - before >= 19);
    assert_true(before < EP_CLOCK_NEVER);
}

static void jitter_stays_within_its_bounds_and_reaches_them(void **state)
{
    (void)state;
    int64_t lowest = INT64_MAX;
    int64_t highest = 0;
    for (int i = 0; i < 2000; i++) {
        int64_t ms = ep_clock_jitter(20, 20);
        lowest = ms < lowest ? ms : lowest;
        highest = ms > highest ? ms : highest;
    }
    assert_int_equal(lowest, 16); /* nine values, 2000 draws */
    assert_int_equal(highest, 24);
}

static void jitter_at_the_edges(void **state)
{
    (void)state;
    assert_int_equal(ep_clock_jitter(0, 100), 0);
    assert_int_equal(ep_clock_jitter(1, 20), 1);
    assert_int_equal(ep_clock_jitter(12345, 0), 12345);
    for (int i = 0; i < 1000; i++) {
        int64_t ms = ep_clock_jitter(INT64_MAX / 200, 100);
        assert_true(ms >= 0 && ms <= INT64_MAX / 100);
    }
}

static long digits(const char *stamp, size_t offset, size_t count)
{
    char text[8] = {0};
    memcpy(text, stamp + offset, count);
    return strtol(text, NULL, 10);
}

static void the_stamp_is_rfc_3339_and_now(void **state)
{
    (void)state;
    char stamp[EP_CLOCK_STAMP_BYTES];
    time_t before = time(NULL);
    ep_clock_stamp(stamp);
    time_t after = time(NULL);

    static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ";
    assert_int_equal(strlen(stamp), strlen(shape));
    for (size_t i = 0; shape[i] != '\0'; i++) {
        bool is_digit = stamp[i] >= '0' && stamp[i] <= '9';
        assert_true(shape[i] == 'd' ? is_digit : stamp[i] == shape[i]);
    }
    struct tm parts = {.tm_year = (int)digits(stamp, 0, 4) - 1900,
                       .tm_mon = (int)digits(stamp, 5, 2) - 1,
                       .tm_mday = (int)digits(stamp, 8, 2),
                       .tm_hour = (int)digits(stamp, 11, 2),
                       .tm_min = (int)digits(stamp, 14, 2),
                       .tm_sec = (int)digits(stamp, 17, 2)};
    time_t told = timegm(&parts);
    assert_true(told >= before - 1 && told <= after); /* time() may lag behind by a tick */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_goes_forward),
        cmocka_unit_test(jitter_stays_within_its_bounds_and_reaches_them),
        cmocka_unit_test(jitter_at_the_edges),
        cmocka_unit_test(the_stamp_is_rfc_3339_and_now),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
