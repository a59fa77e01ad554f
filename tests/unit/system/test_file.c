#define _GNU_SOURCE    /* syscall(): read() is replaced below; seteuid() */
#undef _FORTIFY_SOURCE /* it makes read() an inline function, which cannot be replaced */
/* Unit tests of src/system/file, on real files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "system/file.h"
#include "tests/unit/scratch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>

/* What the next read()s do instead of reading; 0: read. Used up one by one. */
static int read_errors[4];
static size_t read_limit = SIZE_MAX; /* at most that many bytes at once */
static void (*read_before)(void);    /* runs once before the next read() */

/* In the place of the C library's, for file.c; the program is linked with this one first. */
ssize_t read(int descriptor, void *data, size_t size)
{
    for (size_t i = 0; i < EP_COUNT_OF(read_errors); i++) {
        if (read_errors[i] != 0) {
            errno = read_errors[i];
            read_errors[i] = 0;
            return -1;
        }
    }
    if (read_before != NULL) {
        void (*act)(void) = read_before;
        read_before = NULL;
        act();
    }
    return syscall(SYS_read, descriptor, data, size < read_limit ? size : read_limit);
}

static int setup(void **state)
{
    memset(read_errors, 0, sizeof(read_errors));
    read_limit = SIZE_MAX;
    read_before = NULL;
    return ep_scratch_setup(state);
}

enum { LIMIT = 1024 };

static void content_is(const char *path, const char *expected)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_span content = {0};

    if (!ep_file_read(&arena, path, LIMIT, EP_FAULT_SOURCE, &content, &err)) {
        fail_msg("%s", err.summary);
    }
    assert_int_equal(content.size, strlen(expected));
    assert_memory_equal(content.data, expected, content.size + 1); /* and its NUL */
    assert_int_equal(err.fault, EP_FAULT_NONE);
}

static struct ep_error refused(const char *path, size_t limit_bytes)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_span content = {.data = "untouched", .size = 9};

    assert_false(ep_file_read(&arena, path, limit_bytes, EP_FAULT_CONFIG, &content, &err));
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_string_equal(content.data, "untouched");
    print_message("# %s / %s / %s\n", err.summary, err.detail, err.hint);
    return err;
}

static void reads_a_file_whole(void **state)
{
    (void)state;
    ep_scratch_text("one", "select 1;\n", 0644);
    ep_scratch_text("empty", "", 0644);
    content_is("one", "select 1;\n");
    content_is("empty", "");
    content_is("./one", "select 1;\n");
    assert_int_equal(symlink("one", "link"), 0);
    content_is("link", "select 1;\n");
}

static void keeps_every_byte(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_span content;
    char bytes[512];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char)i;
    }
    ep_scratch_write("bytes", bytes, sizeof(bytes), 0600);

    assert_true(ep_file_read(&arena, "bytes", LIMIT, EP_FAULT_SOURCE, &content, &err));

    assert_int_equal(content.size, sizeof(bytes));
    assert_memory_equal(content.data, bytes, sizeof(bytes));
}

static void an_absent_file_is_named_with_the_working_directory(void **state)
{
    struct ep_error err = refused("drizzle/x.sql", LIMIT);
    assert_int_equal(err.errnum, ENOENT);
    assert_string_equal(err.summary,
                        "could not open file \"drizzle/x.sql\": No such file or directory");
    char expected[512];
    (void)snprintf(expected, sizeof(expected), "The working directory is \"%s\".", (char *)*state);
    assert_string_equal(err.detail, expected);

    err = refused("/nowhere/x.sql", LIMIT); /* an absolute path does not depend on it */
    assert_int_equal(err.errnum, ENOENT);
    assert_string_equal(err.detail, "");
}

static void a_file_without_permission_is_told_with_the_uid(void **state)
{
    (void)state;
    ep_scratch_text("secret", "x", 0600);
    if (geteuid() != 0) {
        assert_int_equal(chmod("secret", 0), 0);
    } else {
        assert_int_equal(seteuid(65534), 0);
    }
    char uid[64];
    (void)snprintf(uid, sizeof(uid), "runs as UID %ld ", (long)geteuid());

    struct ep_error err = refused("secret", LIMIT);

    if (getuid() == 0) {
        assert_int_equal(seteuid(0), 0);
    }
    assert_int_equal(err.errnum, EACCES);
    assert_non_null(strstr(err.hint, uid));
}

static void what_is_not_a_file_is_refused_at_once(void **state)
{
    (void)state;
    assert_int_equal(mkdir("folder", 0755), 0);
    assert_int_equal(mkfifo("fifo", 0644), 0); /* nobody writes: a plain open() would hang */

    assert_string_equal(refused("folder", LIMIT).summary, "\"folder\" is a folder, not a file");
    assert_string_equal(refused("fifo", LIMIT).summary,
                        "\"fifo\" is a device, FIFO or socket, not a file");
    assert_string_equal(refused("/dev/zero", LIMIT).summary,
                        "\"/dev/zero\" is a device, FIFO or socket, not a file");
    assert_int_equal(refused("folder/", LIMIT).errnum, 0);
}

static void the_limit_is_exact(void **state)
{
    (void)state;
    ep_scratch_text("ten", "0123456789", 0644);
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_span content;

    assert_true(ep_file_read(&arena, "ten", 10, EP_FAULT_CONFIG, &content, &err));
    assert_int_equal(content.size, 10);

    err = refused("ten", 9);
    assert_string_equal(err.summary, "file \"ten\" is too large");
    assert_string_equal(err.detail, "The limit is 9 bytes.");
    assert_int_equal(err.errnum, 0);
    (void)refused("ten", 0);
}

/* Sparse: were it read before its size is looked at, this would take long. */
static void a_huge_file_is_refused_unread(void **state)
{
    (void)state;
    ep_scratch_text("huge", "", 0644);
    assert_int_equal(truncate("huge", (off_t)1 << 40), 0);
    read_errors[0] = EIO;

    assert_string_equal(refused("huge", LIMIT).summary, "file \"huge\" is too large");

    assert_int_equal(read_errors[0], EIO); /* still there: nothing was read */
}

static void a_file_without_a_size_is_read(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_span content;

    assert_true(ep_file_read(&arena, "/proc/self/status", 65536, EP_FAULT_CONFIG, &content, &err));
    assert_true(ep_span_starts_with(content, "Name:"));
    assert_string_equal(refused("/proc/self/status", 5).summary,
                        "file \"/proc/self/status\" is too large");
}

static void write_longer(void)
{
    char longer[901];
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    ep_scratch_text("changing", longer, 0644);
}

static void write_too_long(void)
{
    char longer[LIMIT + 2];
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    ep_scratch_text("changing", longer, 0644);
}

static void write_shorter(void)
{
    ep_scratch_text("changing", "abc", 0644);
}

static void a_file_that_changes_while_it_is_read(void **state)
{
    (void)state;
    char longer[901] = {0};
    memset(longer, 'x', sizeof(longer) - 1);

    ep_scratch_text("changing", "0123456789", 0644);
    read_before = write_longer;
    content_is("changing", longer);

    read_before = write_shorter;
    content_is("changing", "abc");

    read_before = write_too_long;
    assert_string_equal(refused("changing", LIMIT).summary, "file \"changing\" is too large");
}

static void interrupted_and_short_reads(void **state)
{
    (void)state;
    ep_scratch_text("one", "select 1;\n", 0644);
    read_errors[0] = EINTR;
    read_errors[1] = EINTR;
    read_limit = 3;
    content_is("one", "select 1;\n");

    read_errors[0] = EIO;
    struct ep_error err = refused("one", LIMIT);
    assert_int_equal(err.errnum, EIO);
    assert_string_equal(err.summary, "could not read file \"one\": Input/output error");
}

static void peeks_into_a_file(void **state)
{
    (void)state;
    char bytes[8] = {0};
    ep_scratch_text("ten", "0123456789", 0644);

    assert_int_equal(ep_file_peek("ten", 3, bytes, 4), 4);
    assert_string_equal(bytes, "3456");
    assert_int_equal(ep_file_peek("ten", 8, bytes, 4), 2);
    assert_int_equal(ep_file_peek("ten", 10, bytes, 4), 0);
    assert_int_equal(ep_file_peek("ten", UINT64_MAX, bytes, 4), 0);
    assert_int_equal(ep_file_peek("absent", 0, bytes, 4), 0);
    assert_int_equal(ep_file_peek(".", 0, bytes, 4), 0);
}

static void type_of_a_path(void **state)
{
    (void)state;
    ep_scratch_text("file", "", 0);
    assert_int_equal(mkdir("folder", 0755), 0);
    assert_int_equal(symlink("folder", "link"), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);

    assert_int_equal(ep_file_type("file"), EP_FILE_REGULAR);
    assert_int_equal(ep_file_type("folder"), EP_FILE_FOLDER);
    assert_int_equal(ep_file_type("link"), EP_FILE_FOLDER);
    assert_int_equal(ep_file_type("/dev/null"), EP_FILE_OTHER);
    assert_int_equal(ep_file_type("dangling"), EP_FILE_ABSENT);
    assert_int_equal(ep_file_type("file/below"), EP_FILE_ABSENT);
    assert_int_equal(ep_file_type(""), EP_FILE_ABSENT);
}

static void lists_names_sorted_by_bytes(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    const char *const *names = NULL;
    size_t count = 0;
    static const char *const expected[] = {".hidden", "0000_a.sql", "0010_b.sql",  "1_c.sql",
                                           "B.sql",   "a.sql",      "\xc3\xa9.sql"};
    assert_int_equal(mkdir("folder", 0755), 0);
    assert_int_equal(chdir("folder"), 0);
    for (size_t i = EP_COUNT_OF(expected); i > 0; i--) {
        ep_scratch_text(expected[i - 1], "", 0644);
    }
    assert_int_equal(chdir(".."), 0);

    assert_true(ep_file_list(&arena, "folder", EP_FAULT_SOURCE, &names, &count, &err));

    assert_int_equal(count, EP_COUNT_OF(expected));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(names[i], expected[i]);
    }
}

static void lists_few_and_many(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    const char *const *names = NULL;
    size_t count = 99;

    assert_true(ep_file_list(&arena, ".", EP_FAULT_SOURCE, &names, &count, &err));
    assert_int_equal(count, 0);

    for (int i = 0; i < 300; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "%04d", i);
        ep_scratch_text(name, "", 0644);
    }
    assert_true(ep_file_list(&arena, ".", EP_FAULT_SOURCE, &names, &count, &err));
    assert_int_equal(count, 300);
    assert_string_equal(names[0], "0000");
    assert_string_equal(names[299], "0299");
}

static void a_folder_that_cannot_be_listed(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    const char *const *names = NULL;
    size_t count = 99;
    ep_scratch_text("file", "", 0644);

    assert_false(ep_file_list(&arena, "absent", EP_FAULT_SOURCE, &names, &count, &err));
    assert_string_equal(err.summary, "could not open folder \"absent\": No such file or directory");
    assert_int_equal(err.errnum, ENOENT);

    err = (struct ep_error){0};
    assert_false(ep_file_list(&arena, "file", EP_FAULT_SOURCE, &names, &count, &err));
    assert_int_equal(err.errnum, ENOTDIR);
    assert_int_equal(count, 99);
}

static void on_alarm(int number)
{
    (void)number;
}

/* Drain slowly what the other side writes, into a file. */
static void *drain(void *argument)
{
    const int *descriptors = argument;
    char bytes[1000];
    ssize_t count = 0;
    while ((count = syscall(SYS_read, descriptors[0], bytes, sizeof(bytes))) > 0
           || (count < 0 && errno == EINTR)) {
        if (count > 0) {
            assert_int_equal(syscall(SYS_write, descriptors[1], bytes, count), count);
            struct timespec pause = {.tv_nsec = 200 * 1000};
            (void)nanosleep(&pause, NULL);
        }
    }
    return NULL;
}

/* A full pipe and a timer: short writes, EINTR and, when asked for, EAGAIN. */
static void write_through_a_pipe(bool blocks)
{
    enum { SIZE = 1000 * 1000 };
    struct sigaction action = {.sa_handler = on_alarm}; /* no SA_RESTART */
    struct itimerval every_ms = {.it_interval = {.tv_usec = 1000}, .it_value = {.tv_usec = 1000}};
    struct itimerval never = {0};
    int pipes[2];
    pthread_t thread;
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    for (size_t i = 0; i < SIZE; i++) {
        bytes[i] = (char)(i * 7 / 5);
    }
    assert_int_equal(pipe(pipes), 0);
    int copy = open("copy", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int descriptors[2] = {pipes[0], copy};
    assert_true(blocks || fcntl(pipes[1], F_SETFL, O_NONBLOCK) == 0);
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(pthread_create(&thread, NULL, drain, descriptors), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &every_ms, NULL), 0);

    bool written = ep_file_write_all(pipes[1], (struct ep_span){.data = bytes, .size = SIZE});

    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(close(pipes[1]), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(written);
    char *copied = malloc(SIZE);
    assert_non_null(copied);
    assert_int_equal(pread(copy, copied, SIZE, 0), SIZE);
    assert_memory_equal(copied, bytes, SIZE);
    assert_int_equal(close(copy), 0);
    assert_int_equal(close(pipes[0]), 0);
    free(copied);
    free(bytes);
}

static void writes_all_of_it(void **state)
{
    (void)state;
    write_through_a_pipe(true);
    write_through_a_pipe(false);
    assert_true(ep_file_write_all(-1, (struct ep_span){0})); /* nothing to write */
    assert_false(ep_file_write_all(-1, ep_span_of("x")));

    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(full >= 0);
    assert_false(ep_file_write_all(full, ep_span_of("x")));
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(close(full), 0);
}

static void overwrites_only_what_exists(void **state)
{
    (void)state;
    ep_scratch_text("log", "a long line of old content\n", 0644);
    assert_int_equal(mkfifo("fifo", 0644), 0);

    ep_file_overwrite("log", ep_span_of("new\n"));
    content_is("log", "new\n");
    ep_file_overwrite("log", (struct ep_span){0});
    content_is("log", "");

    ep_file_overwrite("absent", ep_span_of("new\n"));
    assert_int_equal(ep_file_type("absent"), EP_FILE_ABSENT);
    ep_file_overwrite("fifo", ep_span_of("new\n")); /* does not hang */
    ep_file_overwrite(".", ep_span_of("new\n"));
}

static void nothing_stays_open(void **state)
{
    (void)state;
    int lowest = dup(0);
    assert_int_equal(close(lowest), 0);
    ep_scratch_text("file", "x", 0644);

    content_is("file", "x");
    (void)refused(".", LIMIT);
    (void)refused("file", 0);
    ep_file_overwrite("file", ep_span_of("y"));
    ep_file_overwrite("/dev/null", ep_span_of("y"));
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    const char *const *names = NULL;
    size_t count = 0;
    assert_true(ep_file_list(&arena, ".", EP_FAULT_SOURCE, &names, &count, &err));

    int again = dup(0);
    assert_int_equal(again, lowest);
    assert_int_equal(close(again), 0);
}

#define SCRATCH(test) cmocka_unit_test_setup_teardown(test, setup, ep_scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH(reads_a_file_whole),
        SCRATCH(keeps_every_byte),
        SCRATCH(an_absent_file_is_named_with_the_working_directory),
        SCRATCH(a_file_without_permission_is_told_with_the_uid),
        SCRATCH(what_is_not_a_file_is_refused_at_once),
        SCRATCH(the_limit_is_exact),
        SCRATCH(a_huge_file_is_refused_unread),
        SCRATCH(a_file_without_a_size_is_read),
        SCRATCH(a_file_that_changes_while_it_is_read),
        SCRATCH(interrupted_and_short_reads),
        SCRATCH(peeks_into_a_file),
        SCRATCH(type_of_a_path),
        SCRATCH(lists_names_sorted_by_bytes),
        SCRATCH(lists_few_and_many),
        SCRATCH(a_folder_that_cannot_be_listed),
        SCRATCH(writes_all_of_it),
        SCRATCH(overwrites_only_what_exists),
        SCRATCH(nothing_stays_open),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
