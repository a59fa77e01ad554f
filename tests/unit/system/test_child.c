/* Unit tests of src/system/child: real programs, with and without an end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "system/child.h"
#include "system/signals.h"

#include <signal.h>

static int ticks;

static void add_line(void *context, const char *line)
{
    ep_text_format(context, "<%s>", line);
}

static bool refuse_tick(void *context, struct ep_error *err)
{
    (void)context;
    ticks++;
    return ticks < 3 || ep_fail(err, EP_FAULT_UNAVAILABLE, "no more");
}

static struct ep_child shell(struct ep_text *output, const char *script)
{
    static char *argv[4];
    static char *environment[] = {NULL};
    static char copy[512];

    (void)snprintf(copy, sizeof(copy), "%s", script);
    static char name[] = "sh", flag[] = "-c";
    argv[0] = name;
    argv[1] = flag;
    argv[2] = copy;
    return (struct ep_child){.program = "/bin/sh",
                             .argv = argv,
                             .environment = environment,
                             .line = add_line,
                             .context = output};
}

static void an_end_is_told_and_every_line(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int exit_status, signal;
        const char *output;
    } cases[] = {
        {"exit 0", 0, 0, ""},
        {"exit 255", 255, 0, ""},
        {"kill -9 $$", 0, SIGKILL, ""},
        {"echo a; echo b >&2; printf c", 0, 0, "<a><b><c>"},
        {"echo; printf 'a\\000b\\n'", 0, 0, "<><a?b>"},
        {"cat; echo done", 0, 0, "<done>"},
        {"exec >&- 2>&-; exit 3", 3, 0, ""},
        {"echo a; sleep 100 & exit 4", 4, 0, "<a>"},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_text output EP_CLEANUP(ep_text_clear) = {0};
        struct ep_child child = shell(&output, cases[i].script);
        struct ep_child_end end = {0};
        struct ep_error err = {0};

        print_message("# %s\n", cases[i].script);
        assert_true(ep_child_run(&child, &end, &err));
        assert_int_equal(end.exit_status, cases[i].exit_status);
        assert_int_equal(end.signal, cases[i].signal);
        assert_false(end.timed_out);
        assert_string_equal(ep_text_get(&output), cases[i].output);
    }
}

static void a_long_line_comes_in_pieces(void **state)
{
    (void)state;
    struct ep_text output EP_CLEANUP(ep_text_clear) = {0};
    struct ep_child child = shell(&output, "printf '%05000d\\nx\\n' 0");
    struct ep_child_end end = {0};
    struct ep_error err = {0};

    assert_true(ep_child_run(&child, &end, &err));
    assert_int_equal(output.size, 5000 + 2 * 2 + strlen("<x>"));
}

static void what_cannot_be_executed_is_a_status(void **state)
{
    (void)state;
    struct ep_text output EP_CLEANUP(ep_text_clear) = {0};
    struct ep_child child = shell(&output, "");
    struct ep_child_end end = {0};
    struct ep_error err = {0};

    child.program = "/no/such/program";
    assert_true(ep_child_run(&child, &end, &err));
    assert_int_equal(end.exit_status, 127);
    assert_non_null(strstr(ep_text_get(&output), "/no/such/program"));
}

static void a_timeout_ends_even_what_ignores_sigterm(void **state)
{
    (void)state;
    struct ep_text output EP_CLEANUP(ep_text_clear) = {0};
    struct ep_child child = shell(&output, "trap '' TERM; sleep 100; sleep 100");
    struct ep_child_end end = {0};
    struct ep_error err = {0};

    child.timeout_ms = 50;
    assert_true(ep_child_run(&child, &end, &err));
    assert_true(end.timed_out);
}

static void a_tick_that_fails_ends_it(void **state)
{
    (void)state;
    struct ep_text output EP_CLEANUP(ep_text_clear) = {0};
    struct ep_child child = shell(&output, "sleep 100");
    struct ep_child_end end = {0};
    struct ep_error err = {0};

    child.tick = refuse_tick;
    child.tick_ms = 10;
    assert_false(ep_child_run(&child, &end, &err));
    assert_int_equal(ticks, 3);
    assert_string_equal(err.summary, "no more");
}

/* Last: a signal stays noted. */
static void a_signal_ends_it(void **state)
{
    (void)state;
    struct ep_text output EP_CLEANUP(ep_text_clear) = {0};
    struct ep_child child = shell(&output, "kill -TERM $PPID; sleep 100");
    struct ep_child_end end = {0};
    struct ep_error err = {0};

    ep_signals_install();
    ep_signals_note();
    assert_false(ep_child_run(&child, &end, &err));
    assert_int_equal(err.fault, EP_FAULT_SIGNAL);
    assert_int_equal(err.signal, SIGTERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_end_is_told_and_every_line),
        cmocka_unit_test(a_long_line_comes_in_pieces),
        cmocka_unit_test(what_cannot_be_executed_is_a_status),
        cmocka_unit_test(a_timeout_ends_even_what_ignores_sigterm),
        cmocka_unit_test(a_tick_that_fails_ends_it),
        cmocka_unit_test(a_signal_ends_it),
    };
    return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
