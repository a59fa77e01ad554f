#define _GNU_SOURCE /* close_range(2), pipe2() */
/* Unit tests of src/system/process: children that become real programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "system/process.h"
#include "tests/unit/scratch.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static bool old_kernel; /* one without close_range(2) */

/* In the place of the C library's, for process.c; the program is linked with this one first. */
long syscall(long number, ...)
{
    va_list arguments;
    va_start(arguments, number);
    unsigned first = va_arg(arguments, unsigned);
    unsigned last = va_arg(arguments, unsigned);
    unsigned flags = va_arg(arguments, unsigned);
    va_end(arguments);
    if (number != SYS_close_range || old_kernel) {
        errno = ENOSYS;
        return -1;
    }
    return close_range(first, last, (int)flags);
}

/* What a child wrote and how it ended; err is what ep_process_exec() came back with. */
struct outcome {
    char output[65536];
    size_t size;
    int exit_status;
    struct ep_error err;
};

struct run {
    const char *program;
    char *const *argv;
    char *const *environment;
    void (*before)(void); /* in the child */
};

static size_t read_all(int descriptor, void *data, size_t size)
{
    size_t used = 0;
    ssize_t count = 0;
    while (used < size && (count = read(descriptor, (char *)data + used, size - used)) > 0) {
        used += (size_t)count;
    }
    assert_int_equal(close(descriptor), 0);
    return used;
}

static _Noreturn void child_exec(const struct run *run, int output, int errors)
{
    struct ep_error err = {0};
    if (dup2(output, STDOUT_FILENO) < 0) {
        _exit(99);
    }
    if (run->before != NULL) {
        run->before();
    }
    ep_process_exec(run->program, run->argv, run->environment, &err);
    _exit(write(errors, &err, sizeof(err)) == sizeof(err) ? ep_error_exit_status(&err) : 99);
}

static struct outcome execute(struct run run)
{
    struct outcome outcome = {0};
    int output[2];
    int errors[2];
    assert_int_equal(pipe2(output, O_CLOEXEC), 0);
    assert_int_equal(pipe2(errors, O_CLOEXEC), 0);
    pid_t id = fork();
    assert_true(id >= 0);
    if (id == 0) {
        child_exec(&run, output[1], errors[1]);
    }
    assert_int_equal(close(output[1]), 0);
    assert_int_equal(close(errors[1]), 0);
    outcome.size = read_all(output[0], outcome.output, sizeof(outcome.output) - 1);
    size_t size = read_all(errors[0], &outcome.err, sizeof(outcome.err));
    assert_true(size == 0 || size == sizeof(outcome.err));
    int status = 0;
    assert_int_equal(waitpid(id, &status, 0), id);
    assert_true(WIFEXITED(status));
    outcome.exit_status = WEXITSTATUS(status);
    return outcome;
}

static char *const no_environment[] = {NULL};

/* What sh, run with these variables, prints for a script. */
static struct outcome run_shell(const char *script, char *const environment[], void (*before)(void))
{
    char shell[] = "sh";
    char option[] = "-c";
    char *text = strdup(script);
    char *const argv[] = {shell, option, text, NULL};
    struct outcome outcome = execute((struct run){
        .program = "/bin/sh", .argv = argv, .environment = environment, .before = before});
    free(text);
    return outcome;
}

static const char *found(struct ep_arena *arena, const char *name, const char *path)
{
    struct ep_error err = {0};
    const char *program = NULL;
    if (!ep_process_find(arena, name, path, &program, &err)) {
        fail_msg("%s", err.summary);
    }
    return program;
}

static struct ep_error not_found(const char *name, const char *path)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    const char *program = "untouched";
    assert_false(ep_process_find(&arena, name, path, &program, &err));
    assert_string_equal(program, "untouched");
    print_message("# %s / %s / %s\n", err.summary, err.detail, err.hint);
    return err;
}

static void finds_a_name_in_path(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    assert_int_equal(mkdir("a", 0755), 0);
    assert_int_equal(mkdir("b", 0755), 0);
    ep_scratch_text("b/server", "#!/bin/sh\n", 0755);
    ep_scratch_text("server", "#!/bin/sh\n", 0755);

    assert_string_equal(found(&arena, "server", "a:b"), "b/server");
    assert_string_equal(found(&arena, "server", "/nowhere:b/:a"), "b//server");
    assert_string_equal(found(&arena, "sh", NULL),
                        access("/usr/bin/sh", X_OK) == 0 ? "/usr/bin/sh" : "/bin/sh");
}

static void an_empty_element_is_the_working_directory(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    ep_scratch_text("server", "#!/bin/sh\n", 0755);
    static const char *const paths[] = {"", ":/nowhere", "/nowhere:", "/nowhere::/bin"};

    for (size_t i = 0; i < EP_COUNT_OF(paths); i++) {
        assert_string_equal(found(&arena, "server", paths[i]), "server");
    }
    assert_int_equal(not_found("server", "/nowhere").fault, EP_FAULT_NOT_FOUND);
    assert_int_equal(not_found("server", NULL).fault, EP_FAULT_NOT_FOUND);
}

static void a_name_with_a_slash_is_a_path(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    assert_int_equal(mkdir("dist", 0755), 0);
    ep_scratch_text("dist/server", "#!/bin/sh\n", 0755);

    assert_string_equal(found(&arena, "dist/server", "/nowhere"), "dist/server");
    assert_string_equal(found(&arena, "./dist/server", NULL), "./dist/server");
    assert_int_equal(not_found("./server", "dist").fault, EP_FAULT_NOT_FOUND);
}

static void what_cannot_be_executed_is_passed_over(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    assert_int_equal(mkdir("a", 0755), 0);
    assert_int_equal(mkdir("b", 0755), 0);
    assert_int_equal(mkdir("c", 0755), 0);
    assert_int_equal(mkdir("a/server", 0755), 0);
    ep_scratch_text("b/server", "#!/bin/sh\n", 0644);

    struct ep_error err = not_found("server", "c:b:a");
    assert_int_equal(err.fault, EP_FAULT_NOT_EXECUTABLE);
    assert_string_equal(err.summary, "program \"b/server\" is not executable");
    assert_string_equal(not_found("server", "a:b").summary,
                        "\"a/server\" is a folder, not a program");

    ep_scratch_text("c/server", "#!/bin/sh\n", 0755);
    assert_string_equal(found(&arena, "server", "a:b:c"), "c/server");
}

static void a_name_that_is_nowhere(void **state)
{
    (void)state;
    struct ep_error err = not_found("no-such-program", "/usr/bin:/nowhere");
    assert_int_equal(err.fault, EP_FAULT_NOT_FOUND);
    assert_int_equal(err.errnum, ENOENT);
    assert_string_equal(err.summary, "program \"no-such-program\" was not found");
    assert_string_equal(err.detail, "No folder in PATH has it: \"/usr/bin:/nowhere\".");
    assert_int_equal(ep_error_exit_status(&err), 127);

    err = not_found("", "/usr/bin");
    assert_int_equal(err.fault, EP_FAULT_NOT_FOUND);
    assert_string_equal(err.summary, "the program's name is empty");
    assert_non_null(strstr(not_found("sh", "/nowhere").hint, "JSON array"));
    assert_non_null(strstr(not_found("node server.js", "/bin").hint, "one word with blanks"));
}

static struct outcome try_exec(const char *program)
{
    char *name = strdup(program);
    char *const argv[] = {name, NULL};
    struct outcome outcome =
        execute((struct run){.program = program, .argv = argv, .environment = no_environment});
    free(name);
    print_message("# %d: %s / %s / %s\n", outcome.exit_status, outcome.err.summary,
                  outcome.err.detail, outcome.err.hint);
    return outcome;
}

static void a_failed_exec_is_told_by_status_and_errno(void **state)
{
    (void)state;
    static const struct {
        const char *name, *content;
        mode_t mode;
        int exit_status, errnum;
        const char *summary;
    } cases[] = {
        {"x-bit", "#!/bin/sh\n", 0644, 126, EACCES, "program \"./x-bit\" is not executable"},
        {"crlf", "#!/bin/sh\r\n", 0755, 127, ENOENT, "the first line of \"./crlf\" ends in CR LF"},
        {"interpreter", "#!/nowhere/sh\n", 0755, 127, ENOENT,
         "interpreter \"/nowhere/sh\" of \"./interpreter\" was not found"},
        {"no-line", "echo\n", 0755, 126, ENOEXEC,
         "\"./no-line\" is no program and has no \"#!\" line"},
        {"empty", "", 0755, 126, ENOEXEC, "\"./empty\" is empty or cannot be read"},
        {"bom", "\xEF\xBB\xBF#!/bin/sh\n", 0755, 126, ENOEXEC,
         "\"./bom\" begins with a byte order mark before its \"#!\" line"},
        {"loop", "#!./loop\n", 0755, 126, ELOOP,
         "could not execute \"./loop\": Too many levels of symbolic links"},
        {"vax",
         "\x7f"
         "ELF\x01\x01\x01...........\x4b"
         "...............................",
         0755, 126, ENOEXEC, "program \"./vax\" is built for another machine"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        char path[64];
        (void)snprintf(path, sizeof(path), "./%s", cases[i].name);
        ep_scratch_text(cases[i].name, cases[i].content, cases[i].mode);
        struct outcome outcome = try_exec(path);
        assert_string_equal(outcome.err.summary, cases[i].summary);
        assert_int_equal(outcome.err.errnum, cases[i].errnum);
        assert_int_equal(outcome.exit_status, cases[i].exit_status);
    }
    assert_int_equal(try_exec("/nowhere/server").exit_status, 127);
    assert_int_equal(try_exec(".").exit_status, 126);
}

/* Exactly what was given, whatever it holds. */
static void arguments_and_environment_arrive_byte_for_byte(void **state)
{
    (void)state;
    char shell[] = "any name";
    char option[] = "-c";
    char script[] = "cat /proc/$$/cmdline /proc/$$/environ";
    char empty[] = "";
    char odd[] = " a\n\xff\"'$(x) ";
    char *const argv[] = {shell, option, script, empty, odd, NULL};
    char variable[] = "A=\x01\xfe\n=";
    char twice[] = "A=again";
    char nameless[] = "no equals sign";
    char *const environment[] = {variable, twice, nameless, empty, NULL};
    static const char expected[] = "any name\0-c\0cat /proc/$$/cmdline /proc/$$/environ\0\0"
                                   " a\n\xff\"'$(x) \0"
                                   "A=\x01\xfe\n=\0A=again\0no equals sign\0";

    struct outcome outcome =
        execute((struct run){.program = "/bin/sh", .argv = argv, .environment = environment});

    assert_int_equal(outcome.exit_status, 0);
    assert_int_equal(outcome.size, sizeof(expected));
    assert_memory_equal(outcome.output, expected, sizeof(expected)); /* "" of environment last */
}

static void an_empty_environment_stays_empty(void **state)
{
    (void)state;
    assert_string_equal(run_shell("wc -c < /proc/$$/environ", no_environment, NULL).output, "0\n");
}

/* As a careless parent leaves them: open, and not close-on-exec. */
static void open_many(void)
{
    for (int i = 3; i < 40; i++) {
        if (dup2(STDIN_FILENO, i) != i) {
            _exit(98);
        }
    }
}

/* Without a glob: that opens one itself. */
static const char list_descriptors[] = "i=0; while [ $i -lt 64 ]; do"
                                       " [ -e /proc/$$/fd/$i ] && printf '%s ' $i; i=$((i + 1));"
                                       " done";

static void only_three_descriptors_remain(void **state)
{
    (void)state;
    struct outcome outcome = run_shell(list_descriptors, no_environment, open_many);
    assert_string_equal(outcome.output, "0 1 2 ");
    assert_int_equal(outcome.exit_status, 0);
}

static void only_three_descriptors_remain_on_an_old_kernel(void **state)
{
    (void)state;
    old_kernel = true;
    struct outcome outcome = run_shell(list_descriptors, no_environment, open_many);
    old_kernel = false;
    assert_string_equal(outcome.output, "0 1 2 ");
}

/* LISTEN_PID is known in the child only: exec keeps the process ID. */
static char listen_pid[64] = "LISTEN_PID=1";

static void open_many_for_us(void)
{
    open_many();
    (void)snprintf(listen_pid, sizeof(listen_pid), "LISTEN_PID=%ld", (long)getpid());
}

static void sockets_of_systemd_are_passed_on(void **state)
{
    (void)state;
    char two[] = "LISTEN_FDS=2";
    char *const unowned[] = {two, NULL};
    char *const owned[] = {listen_pid, two, NULL};

    assert_string_equal(run_shell(list_descriptors, unowned, open_many).output, "0 1 2 3 4 ");
    assert_string_equal(run_shell(list_descriptors, owned, open_many_for_us).output, "0 1 2 3 4 ");
    assert_string_equal(run_shell(list_descriptors, owned, open_many).output, "0 1 2 ");
    old_kernel = true;
    assert_string_equal(run_shell(list_descriptors, unowned, open_many).output, "0 1 2 3 4 ");
    old_kernel = false;
}

static void an_unusable_listen_fds_passes_nothing_on(void **state)
{
    (void)state;
    static const char *const values[] = {"",   "0",  "-1",      "two",
                                         "2x", " 2", "1048577", "99999999999999999999"};
    for (size_t i = 0; i < EP_COUNT_OF(values); i++) {
        char variable[64];
        (void)snprintf(variable, sizeof(variable), "LISTEN_FDS=%s", values[i]);
        char *const environment[] = {variable, NULL};
        assert_string_equal(run_shell(list_descriptors, environment, open_many).output, "0 1 2 ");
    }
}

static void too_long_an_environment(void **state)
{
    (void)state;
    enum { SIZE = 200 * 1000 };
    char *secret = calloc(1, SIZE);
    assert_non_null(secret);
    memset(secret, 'x', SIZE - 1);
    memcpy(secret, "SECRET=", 7);
    char name[] = "server";
    char *const argv[] = {name, NULL};
    char *const environment[] = {secret, NULL};

    struct outcome outcome =
        execute((struct run){.program = "/bin/sh", .argv = argv, .environment = environment});

    print_message("# %s / %s / %s\n", outcome.err.summary, outcome.err.detail, outcome.err.hint);
    assert_int_equal(outcome.exit_status, 126);
    assert_int_equal(outcome.err.errnum, E2BIG);
    assert_string_equal(outcome.err.summary,
                        "could not execute \"server\": Argument list too long");
    assert_string_equal(outcome.err.detail, "Arguments and environment take 200007 bytes. The "
                                            "longest variable is SECRET with 199999 bytes.");
    char *const long_argv[] = {name, secret, NULL};
    outcome = execute(
        (struct run){.program = "/bin/sh", .argv = long_argv, .environment = no_environment});
    assert_string_equal(outcome.err.detail, "Arguments and environment take 200007 bytes.");
    free(secret);
}

#define SCRATCH(test) cmocka_unit_test_setup_teardown(test, ep_scratch_setup, ep_scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH(finds_a_name_in_path),
        SCRATCH(an_empty_element_is_the_working_directory),
        SCRATCH(a_name_with_a_slash_is_a_path),
        SCRATCH(what_cannot_be_executed_is_passed_over),
        SCRATCH(a_name_that_is_nowhere),
        SCRATCH(a_failed_exec_is_told_by_status_and_errno),
        cmocka_unit_test(arguments_and_environment_arrive_byte_for_byte),
        cmocka_unit_test(an_empty_environment_stays_empty),
        cmocka_unit_test(only_three_descriptors_remain),
        cmocka_unit_test(only_three_descriptors_remain_on_an_old_kernel),
        cmocka_unit_test(sockets_of_systemd_are_passed_on),
        cmocka_unit_test(an_unusable_listen_fds_passes_nothing_on),
        cmocka_unit_test(too_long_an_environment),
    };
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
