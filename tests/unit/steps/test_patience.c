/*
 * Unit tests of steps/patience: refusals in, decisions out; time is a number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "steps/patience.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, START = 1000000 };
enum {
    T = EP_FAILURE_TRANSIENT,
    G = EP_FAILURE_GRACE,
    A = EP_FAILURE_ATTEMPTS,
    F = EP_FAILURE_FINAL
};
enum { SILENT, ANSWERED, NO_NAME };

static struct ep_patience_host hosts[3];
static struct ep_patience patience;

static void begin(int64_t timeout_ms, size_t host_count)
{
    memset(hosts, 0, sizeof(hosts));
    ep_patience_begin(&patience, START, timeout_ms, hosts, host_count);
}

static struct ep_attempt attempt(int class, int how, const char *reason)
{
    struct ep_attempt attempt = {
        .failure = {.class = (enum ep_failure_class) class,
                    .fault = class == T || class == G ? EP_FAULT_UNAVAILABLE : EP_FAULT_DENIED,
                    .server_answered = how == ANSWERED,
                    .hint = ""},
        .lookup = how == NO_NAME,
    };
    (void)snprintf(attempt.reason, sizeof(attempt.reason), "%s", reason);
    return attempt;
}

static void refuse(size_t host, int class, int how, const char *reason)
{
    const struct ep_attempt refused = attempt(class, how, reason);
    ep_patience_refused(&patience, host, &refused);
}

/* A round with one host and one address. */
static struct ep_patience_step round_at(int64_t ms, int class, int how, const char *reason)
{
    refuse(0, class, how, reason);
    return ep_patience_decide(&patience, START + ms);
}

static void transient_is_retried_until_the_deadline(void **state)
{
    (void)state;
    begin(MINUTE, 1);
    for (int64_t ms = 0; ms < MINUTE; ms += 500) {
        assert_true(round_at(ms, T, SILENT, "Connection refused").again);
    }
    struct ep_patience_step step = round_at(MINUTE, T, SILENT, "Connection refused");
    assert_false(step.again);
    assert_int_equal(step.fault, EP_FAULT_UNAVAILABLE);
    assert_string_equal(step.attempt->reason, "Connection refused");
}

static void final_ends_at_once(void **state)
{
    (void)state;
    begin(MINUTE, 1);
    struct ep_patience_step step = round_at(5, F, ANSWERED, "server does not support SSL");
    assert_false(step.again);
    assert_int_equal(step.fault, EP_FAULT_DENIED);
    assert_int_equal(step.say, EP_SAY_NOTHING); /* the error itself is the line */
}

static void three_attempts_are_enough(void **state)
{
    (void)state;
    begin(MINUTE, 1);
    struct ep_patience_step step = round_at(0, A, ANSWERED, "password authentication failed");
    assert_true(step.again);
    assert_int_equal(step.pause_ms, SECOND);
    assert_true(round_at(1 * SECOND, T, ANSWERED, "the database system is starting up").again);
    assert_true(round_at(2 * SECOND, A, ANSWERED, "password authentication failed").again);
    step = round_at(3 * SECOND, A, ANSWERED, "password authentication failed");
    assert_false(step.again);
    assert_int_equal(step.fault, EP_FAULT_DENIED);
}

static void a_denial_at_the_deadline_stays_a_denial(void **state)
{
    (void)state;
    begin(SECOND, 1);
    assert_true(round_at(10, A, ANSWERED, "password authentication failed").again);
    struct ep_patience_step step = round_at(SECOND, A, ANSWERED, "password authentication failed");
    assert_false(step.again);
    assert_int_equal(step.fault, EP_FAULT_DENIED);
}

static void grace_lasts_thirty_seconds(void **state)
{
    (void)state;
    begin(5 * MINUTE, 1);
    assert_true(round_at(1 * SECOND, G, NO_NAME, "no such host").again);
    assert_true(round_at(30 * SECOND, G, NO_NAME, "no such host").again);
    assert_false(round_at(31 * SECOND, G, NO_NAME, "no such host").again);

    begin(5 * MINUTE, 1); /* anew after something else */
    assert_true(round_at(1 * SECOND, G, NO_NAME, "no such host").again);
    assert_true(round_at(29 * SECOND, T, SILENT, "Connection refused").again);
    assert_true(round_at(31 * SECOND, G, NO_NAME, "no such host").again);
    assert_true(round_at(60 * SECOND, G, NO_NAME, "no such host").again);
    assert_false(round_at(61 * SECOND, G, NO_NAME, "no such host").again);
}

static void a_host_that_may_appear_gets_the_whole_time(void **state)
{
    (void)state;
    begin(5 * MINUTE, 1);
    hosts[0].may_appear = true;
    for (int64_t ms = 0; ms < 5 * MINUTE; ms += SECOND) {
        assert_true(round_at(ms, G, NO_NAME, "no such host").again);
    }
    struct ep_patience_step step = round_at(5 * MINUTE, G, NO_NAME, "no such host");
    assert_false(step.again);
    assert_int_equal(step.fault, EP_FAULT_UNAVAILABLE);
}

static void timeout_zero_is_one_round(void **state)
{
    (void)state;
    static const struct {
        int class;
        enum ep_fault fault;
    } rows[] = {{T, EP_FAULT_UNAVAILABLE},
                {G, EP_FAULT_UNAVAILABLE},
                {A, EP_FAULT_DENIED},
                {F, EP_FAULT_DENIED}};
    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        begin(0, 1);
        struct ep_patience_step step = round_at(0, rows[i].class, ANSWERED, "no");
        assert_false(step.again);
        assert_int_equal(step.fault, rows[i].fault);
    }
}

static void an_answer_counts_more_than_the_network(void **state)
{
    (void)state;
    for (int swapped = 0; swapped < 2; swapped++) {
        begin(MINUTE, 1);
        for (int round = 1; round <= 3; round++) {
            refuse(0, swapped ? A : T, swapped ? ANSWERED : SILENT,
                   swapped ? "password authentication failed" : "Connection refused");
            refuse(0, swapped ? T : A, swapped ? SILENT : ANSWERED,
                   swapped ? "Connection refused" : "password authentication failed");
            struct ep_patience_step step = ep_patience_decide(&patience, START + round * SECOND);
            assert_string_equal(step.attempt->reason, "password authentication failed");
            assert_int_equal(step.again, round < 3);
        }
    }
}

static void the_most_hopeful_answer_decides(void **state)
{
    (void)state;
    begin(MINUTE, 1);
    refuse(0, F, ANSWERED, "certificate verify failed");
    refuse(0, T, ANSWERED, "the database system is starting up");
    struct ep_patience_step step = ep_patience_decide(&patience, START);
    assert_true(step.again);
    assert_string_equal(step.attempt->reason, "certificate verify failed");

    begin(MINUTE, 1); /* but denials are counted: a pooler may lock us out */
    for (int round = 1; round <= 3; round++) {
        refuse(0, T, ANSWERED, "the database system is starting up");
        refuse(0, A, ANSWERED, "password authentication failed");
        assert_int_equal(ep_patience_decide(&patience, START + round).again, round < 3);
    }
}

static void silence_that_tells_more_is_shown(void **state)
{
    (void)state;
    begin(MINUTE, 1);
    refuse(0, G, SILENT, "Network is unreachable");
    refuse(0, T, SILENT, "Connection refused");
    struct ep_patience_step step = ep_patience_decide(&patience, START);
    assert_string_equal(step.attempt->reason, "Connection refused");
    assert_true(step.again);
}

static void each_host_is_judged_by_itself(void **state)
{
    (void)state;
    begin(MINUTE, 2);
    for (int round = 1; round <= 3; round++) {
        assert_false(hosts[0].closed);
        refuse(0, A, ANSWERED, "password authentication failed");
        refuse(1, T, SILENT, "Connection refused");
        assert_true(ep_patience_decide(&patience, START + round * SECOND).again);
    }
    assert_true(hosts[0].closed); /* not asked again */
    refuse(1, T, SILENT, "Connection refused");
    struct ep_patience_step step = ep_patience_decide(&patience, START + 4 * SECOND);
    assert_true(step.again);
    assert_true(step.pause_ms < 100); /* the closed one slows nothing down */
    assert_string_equal(step.attempt->reason, "password authentication failed");

    refuse(1, F, ANSWERED, "server does not support SSL"); /* both are final */
    step = ep_patience_decide(&patience, START + 5 * SECOND);
    assert_false(step.again);
    assert_string_equal(step.attempt->reason, "server does not support SSL");
}

static void a_lock_out_is_respected(void **state)
{
    (void)state;
    struct ep_attempt locked = attempt(T, ANSWERED, "(ECIRCUITBREAKER)");
    locked.failure.pause_ms = 40 * SECOND;

    begin(MINUTE, 1);
    ep_patience_refused(&patience, 0, &locked);
    struct ep_patience_step step = ep_patience_decide(&patience, START);
    assert_true(step.again);
    assert_int_equal(step.pause_ms, 40 * SECOND);

    ep_patience_refused(&patience, 0, &locked); /* the next one would come too late */
    step = ep_patience_decide(&patience, START + 40 * SECOND);
    assert_false(step.again);
    assert_int_equal(step.fault, EP_FAULT_UNAVAILABLE);
}

static void the_pauses_grow(void **state)
{
    (void)state;
    static const struct {
        int how;
        int64_t age_ms, least_ms, most_ms;
    } rows[] = {
        {SILENT, 0, 20, 25}, /* not oftener: that is what waiting costs of a processor */
        {SILENT, 9 * SECOND, 20, 25},
        {SILENT, 11 * SECOND, 50, 100},
        {SILENT, 20 * SECOND, 250, 250},
        {SILENT, 2 * MINUTE, 500, 500},
        {NO_NAME, 0, 20, 50},
        {NO_NAME, 5 * SECOND, 100, 100},
        {NO_NAME, 20 * SECOND, 250, 250},
        {ANSWERED, 0, 1, 20},
        {ANSWERED, 1 * SECOND, 1, 20},
        {ANSWERED, 3 * SECOND, 40, 40},
        {ANSWERED, 12 * SECOND, 100, 100},
        {ANSWERED, 31 * SECOND, 625, 1000},
    };
    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        begin(5 * MINUTE, 1);
        (void)round_at(0, T, rows[i].how, "no");
        int64_t pause_ms = round_at(rows[i].age_ms, T, rows[i].how, "no").pause_ms;
        assert_in_range(pause_ms, rows[i].least_ms, rows[i].most_ms);
    }
}

static void the_age_counts_from_the_change(void **state)
{
    (void)state;
    begin(5 * MINUTE, 1);
    assert_int_equal(round_at(2 * MINUTE, T, SILENT, "Connection refused").pause_ms, 500);
    assert_true(round_at(2 * MINUTE, T, ANSWERED, "starting up").pause_ms < 20);
    assert_int_equal(round_at(2 * MINUTE + 3 * SECOND, T, ANSWERED, "starting up").pause_ms, 40);
}

static void the_first_reason_and_each_change_is_told(void **state)
{
    (void)state;
    begin(MINUTE, 1);
    assert_int_equal(round_at(0, T, SILENT, "Connection refused").say, EP_SAY_REASON);
    assert_int_equal(round_at(20, T, SILENT, "Connection refused").say, EP_SAY_NOTHING);
    assert_int_equal(round_at(40, T, ANSWERED, "starting up").say, EP_SAY_REASON);
    assert_int_equal(round_at(60, T, ANSWERED, "starting up").say, EP_SAY_NOTHING);
    assert_int_equal(round_at(80, T, SILENT, "Connection refused").say, EP_SAY_REASON);
}

static void what_varies_is_no_change(void **state)
{
    (void)state;
    begin(MINUTE, 1);
    assert_int_equal(round_at(0, T, ANSWERED, "pid 4711 waited 1.25s (id ab12)").say,
                     EP_SAY_REASON);
    assert_int_equal(round_at(20, T, ANSWERED, "pid 4712 waited 3s (id 0f7)").say, EP_SAY_NOTHING);
    assert_int_equal(round_at(40, T, ANSWERED, "pid 4712 refused 3s (id 0f7)").say, EP_SAY_REASON);
}

static void a_line_every_ten_seconds(void **state)
{
    (void)state;
    int lines = 0;
    begin(MINUTE, 1);
    assert_int_equal(round_at(0, T, SILENT, "Connection refused").say, EP_SAY_REASON);
    for (int64_t ms = 250; ms < MINUTE; ms += 250) {
        struct ep_patience_step step = round_at(ms, T, SILENT, "Connection refused");
        assert_int_not_equal(step.say, EP_SAY_REASON);
        lines += step.say == EP_SAY_STILL_WAITING ? 1 : 0;
    }
    assert_int_equal(lines, 5);
}

static void slow_rounds_do_not_pile_lines_up(void **state)
{
    (void)state;
    begin(5 * MINUTE, 1);
    assert_int_equal(round_at(25 * SECOND, T, SILENT, "no answer").say, EP_SAY_REASON);
    assert_int_equal(round_at(26 * SECOND, T, SILENT, "no answer").say, EP_SAY_STILL_WAITING);
    assert_int_equal(round_at(27 * SECOND, T, SILENT, "no answer").say, EP_SAY_NOTHING);
    assert_int_equal(round_at(36 * SECOND, T, SILENT, "no answer").say, EP_SAY_STILL_WAITING);
}

static void a_flapping_reason_does_not_flood(void **state)
{
    (void)state;
    int lines = 0;
    begin(MINUTE, 1);
    for (int64_t ms = 0; ms < MINUTE; ms += 20) {
        struct ep_patience_step step =
            round_at(ms, T, SILENT, ms % 40 == 0 ? "Connection refused" : "closed the connection");
        lines += step.say == EP_SAY_NOTHING ? 0 : 1;
    }
    assert_in_range(lines, 10, 40);
}

static void a_long_reason_is_compared_by_its_beginning(void **state)
{
    (void)state;
    char reason[1000];
    memset(reason, 'x', sizeof(reason));
    reason[sizeof(reason) - 1] = '\0';
    begin(MINUTE, 1);
    assert_int_equal(round_at(0, T, SILENT, reason).say, EP_SAY_REASON);
    assert_int_equal(round_at(20, T, SILENT, reason).say, EP_SAY_NOTHING);
}

static void a_round_without_news_keeps_the_reason(void **state)
{
    (void)state;
    begin(SECOND, 1);
    assert_true(round_at(0, T, ANSWERED, "starting up").again);
    struct ep_patience_step step = ep_patience_decide(&patience, START + SECOND);
    assert_false(step.again);
    assert_string_equal(step.attempt->reason, "starting up");
}

static void an_endless_timeout_does_not_overflow(void **state)
{
    (void)state;
    begin(INT64_MAX, 1);
    assert_true(round_at(0, T, SILENT, "Connection refused").again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transient_is_retried_until_the_deadline),
        cmocka_unit_test(final_ends_at_once),
        cmocka_unit_test(three_attempts_are_enough),
        cmocka_unit_test(a_denial_at_the_deadline_stays_a_denial),
        cmocka_unit_test(grace_lasts_thirty_seconds),
        cmocka_unit_test(a_host_that_may_appear_gets_the_whole_time),
        cmocka_unit_test(timeout_zero_is_one_round),
        cmocka_unit_test(an_answer_counts_more_than_the_network),
        cmocka_unit_test(the_most_hopeful_answer_decides),
        cmocka_unit_test(silence_that_tells_more_is_shown),
        cmocka_unit_test(each_host_is_judged_by_itself),
        cmocka_unit_test(a_lock_out_is_respected),
        cmocka_unit_test(the_pauses_grow),
        cmocka_unit_test(the_age_counts_from_the_change),
        cmocka_unit_test(the_first_reason_and_each_change_is_told),
        cmocka_unit_test(what_varies_is_no_change),
        cmocka_unit_test(a_line_every_ten_seconds),
        cmocka_unit_test(slow_rounds_do_not_pile_lines_up),
        cmocka_unit_test(a_flapping_reason_does_not_flood),
        cmocka_unit_test(a_long_reason_is_compared_by_its_beginning),
        cmocka_unit_test(a_round_without_news_keeps_the_reason),
        cmocka_unit_test(an_endless_timeout_does_not_overflow),
    };
    return cmocka_run_group_tests_name("patience", tests, NULL, NULL);
}
