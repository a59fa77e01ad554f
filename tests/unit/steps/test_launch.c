#define _GNU_SOURCE /* pipe2() */
/* Unit tests of src/steps/launch: children that become a shell and tell what they got. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "steps/launch.h"
#include "system/signals.h"
#include "tests/unit/scratch.h"

#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>

extern char **environ;

static char shell[] = "sh";
static char option[] = "-c";

/* What a server that is this shell script prints; setup runs in the child before anything else. */
static void launched(const char *script, const char *const unset[], size_t unset_count,
                     void (*setup)(void), char ret_output[4096])
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t id = fork();
    assert_true(id >= 0);
    if (id == 0) {
        struct ep_arena arena = {0};
        struct ep_launch launch;
        struct ep_error err = {0};
        char *const argv[] = {shell, option, strdup(script), NULL};
        setup();
        ep_signals_install();
        if (!ep_launch_prepare(&arena, argv, &launch, &err) || dup2(ends[1], STDOUT_FILENO) < 0) {
            _exit(99);
        }
        ep_signals_note();
        ep_signals_leave();
        ep_launch_exec(&launch, unset, unset_count, &err);
        _exit(ep_error_exit_status(&err));
    }
    assert_int_equal(close(ends[1]), 0);
    memset(ret_output, 0, 4096);
    size_t used = 0;
    ssize_t count = 0;
    while ((count = read(ends[0], ret_output + used, 4095 - used)) > 0) {
        used += (size_t)count;
    }
    assert_int_equal(close(ends[0]), 0);
    int status = 0;
    assert_int_equal(waitpid(id, &status, 0), id);
    assert_int_equal(status, 0);
}

static char path[] = "PATH=/usr/bin:/bin";
static char secret[] = "ENTRYPOINT_DATABASE_URL=postgres://owner:secret@db/app";
static char secret_again[] = "ENTRYPOINT_DATABASE_URL=second";
static char similar[] = "ENTRYPOINT_DATABASE_URL_2=kept";
static char shorter[] = "ENTRYPOINT_DATABASE=kept";
static char empty[] = "EMPTY=";
static char *environment[] = {secret, path, similar, empty, secret_again, shorter, NULL};
static const char *const unset[] = {"ABSENT", "ENTRYPOINT_DATABASE_URL", "EMPTY"};

static void use_environment(void)
{
    environ = environment;
}

static void the_server_does_not_see_what_is_unset(void **state)
{
    (void)state;
    char output[4096];
    launched("tr '\\0' '\\n' < /proc/$$/environ", unset, EP_COUNT_OF(unset), use_environment,
             output);
    assert_string_equal(output, "PATH=/usr/bin:/bin\nENTRYPOINT_DATABASE_URL_2=kept\n"
                                "ENTRYPOINT_DATABASE=kept\n");
}

static void without_names_the_environment_is_as_it_was(void **state)
{
    (void)state;
    char output[4096];
    launched("tr '\\0' '\\n' < /proc/$$/environ", NULL, 0, use_environment, output);
    assert_string_equal(output, "ENTRYPOINT_DATABASE_URL=postgres://owner:secret@db/app\n"
                                "PATH=/usr/bin:/bin\nENTRYPOINT_DATABASE_URL_2=kept\nEMPTY=\n"
                                "ENTRYPOINT_DATABASE_URL=second\nENTRYPOINT_DATABASE=kept\n");
}

static void no_environment(void)
{
    environ = NULL; /* as clearenv() leaves it */
}

static void an_environment_may_be_absent(void **state)
{
    (void)state;
    char output[4096];
    launched("wc -c < /proc/$$/environ", unset, EP_COUNT_OF(unset), no_environment, output);
    assert_string_equal(output, "0\n");
}

/* As nohup(1) and a careless parent leave it. */
static void inherit_oddities(void)
{
    use_environment();
    sigset_t mask;
    (void)sigemptyset(&mask);
    (void)sigaddset(&mask, SIGTERM);
    (void)sigaddset(&mask, SIGUSR2);
    if (signal(SIGHUP, SIG_IGN) == SIG_ERR || sigprocmask(SIG_BLOCK, &mask, NULL) != 0
        || dup2(STDIN_FILENO, 9) != 9) {
        _exit(98);
    }
    (void)umask(027);
}

static void signals_umask_and_descriptors_are_as_inherited(void **state)
{
    (void)state;
    char output[4096];
    /* exec: while a shell waits for a command, its own mask is another one. */
    launched("umask; test -e /proc/$$/fd/9 || echo closed;"
             " echo $0; exec grep -E '^Sig(Blk|Ign)' /proc/self/status",
             unset, EP_COUNT_OF(unset), inherit_oddities, output);
    assert_string_equal(output, "0027\nclosed\nsh\nSigBlk:\t0000000000004800\n"
                                "SigIgn:\t0000000000000001\n");
}

static void a_server_that_is_absent_is_told_before_anything_happens(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_launch launch = {.program = "untouched"};
    struct ep_error err = {0};
    char name[] = "no-such-server";
    char *const argv[] = {name, NULL};

    assert_false(ep_launch_prepare(&arena, argv, &launch, &err));

    assert_int_equal(ep_error_exit_status(&err), 127);
    assert_string_equal(launch.program, "untouched");
}

static void a_server_that_disappears_meanwhile(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_launch launch;
    struct ep_error err = {0};
    char name[] = "./server";
    char *const argv[] = {name, NULL};
    ep_scratch_text("server", "#!/bin/sh\n", 0755);
    assert_true(ep_launch_prepare(&arena, argv, &launch, &err));
    assert_string_equal(launch.program, "./server");
    assert_ptr_equal(launch.argv, argv);
    assert_int_equal(unlink("server"), 0);

    ep_launch_exec(&launch, unset, EP_COUNT_OF(unset), &err);

    assert_int_equal(ep_error_exit_status(&err), 127);
}

#define SCRATCH(test) cmocka_unit_test_setup_teardown(test, ep_scratch_setup, ep_scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_does_not_see_what_is_unset),
        cmocka_unit_test(without_names_the_environment_is_as_it_was),
        cmocka_unit_test(an_environment_may_be_absent),
        cmocka_unit_test(signals_umask_and_descriptors_are_as_inherited),
        cmocka_unit_test(a_server_that_is_absent_is_told_before_anything_happens),
        SCRATCH(a_server_that_disappears_meanwhile),
    };
    return cmocka_run_group_tests_name("launch", tests, NULL, NULL);
}
