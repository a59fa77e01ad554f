/*
 * Unit tests of steps/examination: what a thread reports is told by whoever
 * finishes it, once and in its order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>

#include "steps/examination.h"

struct told {
    char text[256];
    pthread_t by;
};

static void listen_in(void *context, const struct ep_event *event)
{
    struct told *told = context;
    size_t used = strlen(told->text);

    told->by = pthread_self();
    for (size_t i = 0; i < event->field_count; i++) {
        const struct ep_field *field = &event->fields[i];
        int written = snprintf(told->text + used, sizeof(told->text) - used, "%s=%s/%lld ",
                               field->name, field->text == NULL ? "" : field->text, field->integer);
        used += (size_t)written;
    }
}

struct job {
    bool fails;
    pthread_t by;
    bool deaf; /* to SIGTERM */
};

static bool read_two(void *context, struct ep_arena *arena, const struct ep_reporter *reporter,
                     struct ep_error *err)
{
    struct job *job = context;
    char passing[] = "b";
    sigset_t blocked;

    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &blocked), 0);
    job->deaf = sigismember(&blocked, SIGTERM) == 1;
    job->by = pthread_self();
    (void)ep_arena_copy(arena, ep_span_of("what was read"));
    ep_report(reporter, EP_EVENT_SOURCE, EP_INTEGER_FIELD("count", 7),
              EP_TEXT_FIELD("folder", passing), EP_TEXT_FIELD("layout", NULL));
    passing[0] = 'x'; /* a field's text is valid during the report only */
    ep_report(reporter, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", "c"));
    return !job->fails || ep_fail(err, EP_FAULT_SOURCE, "no journal");
}

static void it_reads_in_a_thread_and_is_told_in_ours(void **state)
{
    (void)state;
    struct job job = {0};
    struct told told = {0};
    struct ep_error err = {0};
    const struct ep_reporter reporter = {.report = listen_in, .context = &told};
    struct ep_examination examination EP_CLEANUP(ep_examination_clear) = {.read = read_two,
                                                                          .context = &job};

    ep_examination_begin(&examination);
    assert_true(ep_examination_finish(&examination, &reporter, &err));
    assert_string_equal(told.text, "count=/7 folder=b/0 layout=/0 note=c/0 ");
    assert_true(pthread_equal(told.by, pthread_self()));
    assert_false(pthread_equal(job.by, pthread_self()));
    assert_true(job.deaf);
}

static void a_failure_is_the_same_each_time_and_told_once(void **state)
{
    (void)state;
    struct job job = {.fails = true};
    struct told told = {0};
    const struct ep_reporter reporter = {.report = listen_in, .context = &told};
    struct ep_examination examination EP_CLEANUP(ep_examination_clear) = {.read = read_two,
                                                                          .context = &job};

    ep_examination_begin(&examination);
    for (int i = 0; i < 2; i++) {
        struct ep_error err = {0};
        assert_false(ep_examination_finish(&examination, &reporter, &err));
        assert_int_equal(err.fault, EP_FAULT_SOURCE);
        assert_string_equal(err.summary, "no journal");
        assert_string_equal(told.text, "count=/7 folder=b/0 layout=/0 note=c/0 ");
    }
}

static void one_that_nobody_finishes_is_released(void **state)
{
    (void)state;
    struct job job = {0};
    struct ep_examination examination EP_CLEANUP(ep_examination_clear) = {.read = read_two,
                                                                          .context = &job};
    struct ep_examination unused EP_CLEANUP(ep_examination_clear) = {.read = read_two};

    ep_examination_begin(&examination);
    assert_false(unused.begun);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_reads_in_a_thread_and_is_told_in_ours),
        cmocka_unit_test(a_failure_is_the_same_each_time_and_told_once),
        cmocka_unit_test(one_that_nobody_finishes_is_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
