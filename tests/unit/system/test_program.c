#define _GNU_SOURCE /* memmem(), unshare(), setresuid() */
/* Unit tests of src/system/program, on real files; none of them is executed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "system/file.h"
#include "system/program.h"
#include "tests/unit/scratch.h"

#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

static struct ep_error refused(const char *path)
{
    struct ep_error err = {0};
    assert_false(ep_program_check(path, &err));
    print_message("# %s / %s / %s / %s\n", err.summary, err.detail, err.hint, err.context);
    return err;
}

static struct ep_error explained(const char *path, int errnum)
{
    struct ep_error err = {0};
    assert_false(ep_program_explain(path, errnum, &err));
    print_message("# %s / %s / %s / %s\n", err.summary, err.detail, err.hint, err.context);
    return err;
}

static void passes(const char *path)
{
    struct ep_error err = {0};
    if (!ep_program_check(path, &err)) {
        fail_msg("%s", err.summary);
    }
}

static void good_programs_pass(void **state)
{
    (void)state;
    ep_scratch_text("script", "#!/bin/sh\n", 0755);
    ep_scratch_text("blanks", "#! \t/bin/sh -e \n", 0755);
    ep_scratch_text("no-newline", "#!/bin/sh", 0755);
    ep_scratch_text("env", "#!/usr/bin/env node\n", 0755);
    ep_scratch_text("chain", "#!./script\n", 0755);
    passes("/bin/sh");
    passes("/proc/self/exe");
    passes("script");
    passes("blanks");
    passes("no-newline");
    passes("env");
    passes("chain");
}

static void what_binfmt_misc_may_execute_passes(void **state)
{
    (void)state;
    ep_scratch_text("text", "echo hello\n", 0755);
    ep_scratch_text("windows.exe", "MZ\x90", 0755);
    ep_scratch_text("empty", "", 0755);
    passes("text");
    passes("windows.exe");
    passes("empty");
}

static void absent(void **state)
{
    struct ep_error err = refused("dist/server");
    assert_int_equal(err.fault, EP_FAULT_NOT_FOUND);
    assert_int_equal(err.errnum, ENOENT);
    assert_string_equal(err.summary, "program \"dist/server\" was not found");
    assert_non_null(strstr(err.detail, *state));
    assert_non_null(strstr(err.hint, "several stages"));

    assert_string_equal(refused("/nowhere/server").detail, "");
    ep_scratch_text("file", "", 0755);
    assert_int_equal(refused("file/server").fault, EP_FAULT_NOT_FOUND);
    assert_int_equal(symlink("nowhere", "link"), 0);
    assert_string_equal(refused("link").detail,
                        "It is a symbolic link to \"nowhere\", which does not exist.");
}

static void a_name_tells_how_it_was_written(void **state)
{
    (void)state;
    struct ep_error err = {0};
    assert_false(ep_program_fail_absent("/nowhere/bin/sh", &err));
    assert_string_equal(err.hint,
                        "The shell form of CMD needs /bin/sh, which this image does not have; "
                        "write CMD as a JSON array: CMD [\"node\", \"server.js\"].");
    assert_non_null(strstr(refused("./node server.js").hint, "one word with blanks"));
}

static void not_executable(void **state)
{
    (void)state;
    ep_scratch_text("server", "#!/bin/sh\n", 0644);
    ep_scratch_text("server.js", "console.log(1)\n", 0644);
    assert_int_equal(mkdir("dist", 0755), 0);
    assert_int_equal(mkfifo("fifo", 0755), 0);

    struct ep_error err = refused("server");
    assert_int_equal(err.fault, EP_FAULT_NOT_EXECUTABLE);
    assert_int_equal(err.errnum, EACCES);
    assert_string_equal(err.summary, "program \"server\" is not executable");
    assert_non_null(strstr(err.hint, "chmod +x"));
    assert_string_equal(refused("server.js").hint,
                        "JavaScript is executed by node: CMD [\"node\", \"server.js\"].");
    assert_string_equal(refused("dist").summary, "\"dist\" is a folder, not a program");
    assert_string_equal(refused("fifo").summary,
                        "\"fifo\" is a device, FIFO or socket, not a program");
    assert_int_equal(refused("fifo").fault, EP_FAULT_NOT_EXECUTABLE);
}

/* In a mount namespace of its own; the status is 0 when all is as it should be. */
static void check_on_noexec(void)
{
    struct ep_error err = {0};
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
        || mount("none", "mounted", "tmpfs", MS_NOEXEC, NULL) != 0) {
        _exit(2);
    }
    ep_scratch_text("mounted/server", "#!/bin/sh\n", 0755);
    bool passed = ep_program_check("mounted/server", &err);
    _exit(!passed && err.fault == EP_FAULT_NOT_EXECUTABLE
                  && strstr(err.detail, "mounted with \"noexec\".") != NULL
              ? 0
              : 1);
}

static void a_file_system_without_exec(void **state)
{
    (void)state;
    assert_int_equal(mkdir("mounted", 0755), 0);
    pid_t id = fork();
    assert_true(id >= 0);
    if (id == 0) {
        check_on_noexec();
    }
    int status = 0;
    assert_int_equal(waitpid(id, &status, 0), id);
    if (WEXITSTATUS(status) == 2) {
        skip(); /* mounting is forbidden here */
    }
    assert_int_equal(status, 0);
}

/* Someone else than root, who may look everywhere; the status is 0 when all is as it should be. */
static void check_without_permission(void)
{
    struct ep_error err = {0};
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) {
        _exit(2);
    }
    bool passed = ep_program_check("closed/server", &err);
    _exit(!passed && err.fault == EP_FAULT_NOT_EXECUTABLE && err.errnum == EACCES
                  && strstr(err.hint, "runs as UID ") != NULL
              ? 0
              : 1);
}

static void a_folder_that_may_not_be_entered(void **state)
{
    (void)state;
    assert_int_equal(mkdir("closed", 0755), 0);
    ep_scratch_text("closed/server", "#!/bin/sh\n", 0755);
    assert_int_equal(chmod("closed", 0), 0);
    pid_t id = fork();
    assert_true(id >= 0);
    if (id == 0) {
        check_without_permission();
    }
    int status = 0;
    assert_int_equal(waitpid(id, &status, 0), id);
    assert_int_equal(chmod("closed", 0755), 0);
    assert_int_equal(status, 0);
}

static void an_interpreter_that_is_absent(void **state)
{
    (void)state;
    ep_scratch_text("bash", "#!/nowhere/bash -e\necho\n", 0755);
    ep_scratch_text("relative", "#!node\n", 0755);
    ep_scratch_text("chain", "#!./bash\n", 0755);

    struct ep_error err = refused("bash");
    assert_int_equal(err.fault, EP_FAULT_NOT_FOUND);
    assert_int_equal(err.errnum, ENOENT);
    assert_string_equal(err.summary, "interpreter \"/nowhere/bash\" of \"bash\" was not found");
    assert_non_null(strstr(refused("relative").hint, "whole path"));

    err = refused("chain");
    assert_string_equal(err.summary, "interpreter \"/nowhere/bash\" of \"./bash\" was not found");
    assert_string_equal(err.context, "interpreter of \"chain\"");
}

static void an_interpreter_that_is_not_executable(void **state)
{
    (void)state;
    ep_scratch_text("plain", "", 0644);
    ep_scratch_text("script", "#!./plain\n", 0755);

    struct ep_error err = refused("script");
    assert_int_equal(err.fault, EP_FAULT_NOT_EXECUTABLE);
    assert_string_equal(err.summary, "program \"./plain\" is not executable");
    assert_string_equal(err.context, "interpreter of \"script\"");
}

static void a_script_from_windows(void **state)
{
    (void)state;
    static const char *const contents[] = {"#!/bin/sh\r\necho\r\n",
                                           "#!/usr/bin/env node\r\nconsole.log(1)\r\n",
                                           "#! /nowhere/bash\r\n"};
    for (size_t i = 0; i < EP_COUNT_OF(contents); i++) {
        ep_scratch_text("script", contents[i], 0755);
        struct ep_error err = refused("script");
        assert_int_equal(err.fault, EP_FAULT_NOT_FOUND);
        assert_string_equal(err.summary, "the first line of \"script\" ends in CR LF");
    }
    /* One that copes with it, for all we know. */
    ep_scratch_text("script", "#!/bin/cat -v\r\n", 0755);
    passes("script");
    ep_scratch_text("script", "#!/usr/bin/env -S node --test\r\n", 0755);
    passes("script");
}

static void a_loop_of_interpreters_ends(void **state)
{
    (void)state;
    ep_scratch_text("loop", "#!./loop\n", 0755);
    passes("loop");
    assert_string_equal(explained("loop", ELOOP).summary,
                        "could not execute \"loop\": Too many levels of symbolic links");
    (void)explained("loop", ENOEXEC);
}

/* A copy of this test program with the text inside it replaced by one of the same length. */
static bool copy_self(const char *path, const char *from, const char *to)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_span content;
    assert_true(ep_file_read(&arena, "/proc/self/exe", 64 << 20, EP_FAULT_SYSTEM, &content, &err));

    char *copy = ep_arena_copy(&arena, content);
    char *found = memmem(copy, content.size, from, strlen(from));
    if (found == NULL) {
        return false;
    }
    memcpy(found, to, strlen(to));
    ep_scratch_write(path, copy, content.size, 0755);
    return true;
}

static void a_dynamic_loader_that_is_absent(void **state)
{
    (void)state;
    if (!copy_self("glibc", "/lib64/ld-linux", "/no_64/ld-linux")
        || !copy_self("musl", "/lib64/ld-linux", "/no_64/ld-musl-")
        || !copy_self("other", "/lib64/ld-linux", "/no_64/ld-other")) {
        skip(); /* linked statically, or another machine */
    }
    struct ep_error err = refused("glibc");
    assert_int_equal(err.fault, EP_FAULT_NOT_FOUND);
    assert_int_equal(err.errnum, ENOENT);
    assert_ptr_equal(strstr(err.summary, "dynamic loader \"/no_64/ld-linux"), err.summary);
    assert_non_null(strstr(err.hint, "not on Alpine (musl)"));
    assert_non_null(strstr(refused("musl").hint, "not on Debian (glibc)"));
    assert_non_null(strstr(refused("other").hint, "another C library"));
}

static void write_elf(const char *path, unsigned machine, bool is_big_endian)
{
    unsigned char header[64] = {0x7f, 'E', 'L', 'F', ELFCLASS64};
    header[EI_DATA] = is_big_endian ? ELFDATA2MSB : ELFDATA2LSB;
    header[EI_VERSION] = EV_CURRENT;
    header[16 + (is_big_endian ? 1 : 0)] = ET_EXEC;
    header[18 + (is_big_endian ? 1 : 0)] = (unsigned char)(machine & 0xff);
    header[18 + (is_big_endian ? 0 : 1)] = (unsigned char)(machine >> 8);
    ep_scratch_write(path, header, sizeof(header), 0755);
}

static void a_program_for_another_machine(void **state)
{
    (void)state;
    unsigned char self[20];
    assert_int_equal(ep_file_peek("/proc/self/exe", 0, self, sizeof(self)), sizeof(self));
    bool is_amd64 = self[18] == EM_X86_64;
    write_elf("arm64", is_amd64 ? EM_AARCH64 : EM_X86_64, false);
    write_elf("s390x", EM_S390, true);
    write_elf("vax", EM_VAX, false);
    write_elf("ours", self[18], false);
    ep_scratch_text("script", "#!./s390x\n", 0755);
    passes("arm64"); /* qemu may be registered for it */

    struct ep_error err = explained("arm64", ENOEXEC);
    assert_int_equal(err.fault, EP_FAULT_NOT_EXECUTABLE);
    assert_int_equal(err.errnum, ENOEXEC);
    assert_string_equal(err.summary, "program \"arm64\" is built for another machine");
    assert_string_equal(err.detail, is_amd64
                                        ? "It is for linux/arm64, this machine is linux/amd64."
                                        : "It is for linux/amd64, this machine is linux/arm64.");
    assert_non_null(strstr(err.hint, is_amd64 ? "--platform linux/amd64." : "--platform linux/"));

    assert_non_null(strstr(explained("s390x", ENOEXEC).detail, "It is for linux/s390x, "));
    assert_string_equal(explained("vax", ENOEXEC).detail, "");
    assert_string_equal(explained("ours", ENOEXEC).summary, "program \"ours\" is damaged");
    err = explained("script", ENOEXEC);
    assert_string_equal(err.summary, "program \"./s390x\" is built for another machine");
    assert_string_equal(err.context, "interpreter of \"script\"");
}

static void files_that_are_no_programs(void **state)
{
    (void)state;
    static const struct {
        const char *content, *summary, *hint;
    } cases[] = {
        {"echo hello\n", "\"file\" is no program and has no \"#!\" line",
         "begin it with \"#!/bin/sh\""},
        {"\xEF\xBB\xBF#!/bin/sh\n", "\"file\" begins with a byte order mark before its \"#!\" line",
         "without a byte order mark"},
        {"#!\n", "\"file\" has a \"#!\" line without a usable interpreter", "whole path"},
        {"MZ\x90", "\"file\" is a program for Windows", "the one for Linux"},
        {"\xCF\xFA\xED\xFE\x07", "\"file\" is a program for macOS", "the one for Linux"},
        {"\xCA\xFE\xBA\xBE", "\"file\" is a program for macOS", "the one for Linux"},
        {"", "\"file\" is empty or cannot be read", ""},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        ep_scratch_text("file", cases[i].content, 0755);
        struct ep_error err = explained("file", ENOEXEC);
        assert_int_equal(err.fault, EP_FAULT_NOT_EXECUTABLE);
        assert_int_equal(err.errnum, ENOEXEC);
        assert_string_equal(err.summary, cases[i].summary);
        assert_non_null(strstr(err.hint, cases[i].hint));
    }
    ep_scratch_text("server.mjs", "console.log(1)\n", 0755);
    assert_non_null(
        strstr(explained("server.mjs", ENOEXEC).hint, "CMD [\"node\", \"server.mjs\"]"));
}

static void other_refusals(void **state)
{
    (void)state;
    struct ep_error err = explained("/bin/sh", ENOENT); /* e.g. a 32-bit program's loader */
    assert_int_equal(err.fault, EP_FAULT_NOT_FOUND);
    assert_non_null(strstr(err.hint, "dynamic loader"));

    err = explained("/bin/sh", ENOMEM);
    assert_int_equal(err.fault, EP_FAULT_NOT_EXECUTABLE);
    assert_int_equal(err.errnum, ENOMEM);
    assert_string_equal(err.summary, "could not execute \"/bin/sh\": Cannot allocate memory");
}

/* Whatever the bytes are, looking at them ends and stays within them (ASan watches). */
static void damaged_headers_do_no_harm(void **state)
{
    (void)state;
    unsigned char bytes[4096];
    size_t size = ep_file_peek("/proc/self/exe", 0, bytes, sizeof(bytes));
    assert_int_equal(size, sizeof(bytes));
    unsigned seed = 1;
    for (int i = 0; i < 300; i++) {
        unsigned char damaged[4096];
        memcpy(damaged, bytes, sizeof(bytes));
        for (int k = 0; k < 4; k++) {
            seed = seed * 1103515245U + 12345U;
            damaged[20 + (seed >> 16) % 400] = (unsigned char)(seed >> 8);
        }
        ep_scratch_write("damaged", damaged, 64 + (seed >> 12) % 1024, 0755);
        struct ep_error err = {0};
        assert_false(ep_program_explain("damaged", ENOEXEC, &err));
    }
}

#define SCRATCH(test) cmocka_unit_test_setup_teardown(test, ep_scratch_setup, ep_scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH(good_programs_pass),
        SCRATCH(what_binfmt_misc_may_execute_passes),
        SCRATCH(absent),
        SCRATCH(a_name_tells_how_it_was_written),
        SCRATCH(not_executable),
        SCRATCH(a_file_system_without_exec),
        SCRATCH(a_folder_that_may_not_be_entered),
        SCRATCH(an_interpreter_that_is_absent),
        SCRATCH(an_interpreter_that_is_not_executable),
        SCRATCH(a_script_from_windows),
        SCRATCH(a_loop_of_interpreters_ends),
        SCRATCH(a_dynamic_loader_that_is_absent),
        SCRATCH(a_program_for_another_machine),
        SCRATCH(files_that_are_no_programs),
        SCRATCH(other_refusals),
        SCRATCH(damaged_headers_do_no_harm),
    };
    return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
