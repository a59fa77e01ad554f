#include "system/file.h"

#include "base/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

static void descriptor_drop(int *descriptor)
{
    if (*descriptor >= 0) {
        (void)close(*descriptor); /* nothing was written that close() could lose */
    }
}

static void directory_drop(DIR **directory)
{
    if (*directory != NULL) {
        (void)closedir(*directory);
    }
}

static enum ep_file_type type_of(mode_t mode)
{
    if (S_ISREG(mode)) {
        return EP_FILE_REGULAR;
    }
    return S_ISDIR(mode) ? EP_FILE_FOLDER : EP_FILE_OTHER;
}

enum ep_file_type ep_file_type(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? type_of(status.st_mode) : EP_FILE_ABSENT;
}

/*
 * Without O_NONBLOCK a FIFO would hang here; without O_NOCTTY a terminal would become ours. musl's
 * open() makes a second system call for O_CLOEXEC, its openat() does not.
 */
static int open_quietly(const char *path, int flags)
{
    int descriptor = -1;
    do {
        descriptor = openat(AT_FDCWD, path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

/* The two refusals that the operator of a container meets, each with what is not visible from
 * outside. */
static void explain_refusal(const char *path, struct ep_error *err)
{
    char working_directory[512];

    if (err->errnum == EACCES) {
        (void)ep_error_hint(err,
                            "This process runs as UID %ld and GID %ld: let it read the path and "
                            "enter every folder above it (chmod -R a+rX).",
                            (long)geteuid(), (long)getegid());
    } else if (err->errnum == ENOENT && path[0] != '/'
               && getcwd(working_directory, sizeof(working_directory)) != NULL) {
        (void)ep_error_detail(err, "The working directory is \"%s\".", working_directory);
    }
}

static bool fail_too_large(const char *path, size_t limit_bytes, enum ep_fault fault,
                           struct ep_error *err)
{
    (void)ep_fail(err, fault, "file \"%s\" is too large", path);
    return ep_error_detail(err, "The limit is %zu bytes.", limit_bytes);
}

static ssize_t read_some(int descriptor, char *data, size_t size)
{
    ssize_t count = -1;
    do {
        count = read(descriptor, data, size);
    } while (count < 0 && errno == EINTR);
    return count;
}

/* So that a file of unknown size is not read byte by byte. */
enum { GROWTH_BYTES = 4096 };

/*
 * Read up to the end, wherever the end turns out to be: size is only what the
 * file had when it was opened (0 for those in /proc). There is room for one byte
 * more, for the NUL; when the content reaches into it, the file has grown, and when it was asked
 * for and not given, this is the end.
 */
static bool read_to_end(struct ep_arena *arena, int descriptor, size_t size, size_t limit_bytes,
                        struct ep_span *ret_content, bool *ret_too_large)
{
    size_t capacity = size + 1;
    char *data = ep_arena_allocate(arena, capacity);
    size_t used = 0;

    for (;;) {
        ssize_t count = read_some(descriptor, data + used, capacity - used);
        if (count < 0) {
            *ret_too_large = false;
            return false;
        }
        used += (size_t)count;
        if (count == 0 || (used == size && used < capacity && used <= limit_bytes)) {
            data[used] = '\0';
            *ret_content = (struct ep_span){.data = data, .size = used};
            return true;
        }
        if (used > limit_bytes) {
            *ret_too_large = true;
            return false;
        }
        if (used == capacity) {
            bool fits = limit_bytes - capacity > capacity + GROWTH_BYTES;
            capacity = fits ? capacity * 2 + GROWTH_BYTES : limit_bytes + 1;
            char *larger = ep_arena_allocate(arena, capacity);
            memcpy(larger, data, used);
            data = larger;
        }
    }
}

bool ep_file_read(struct ep_arena *arena, const char *path, size_t limit_bytes, enum ep_fault fault,
                  struct ep_span *ret_content, struct ep_error *err)
{
    EP_CHECK(limit_bytes < SIZE_MAX);

    int descriptor EP_CLEANUP(descriptor_drop) = open_quietly(path, O_RDONLY);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) != 0) {
        (void)ep_fail_errno(err, fault, "could not open file \"%s\"", path);
        explain_refusal(path, err);
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        return ep_fail(err, fault, "\"%s\" is %s, not a file", path,
                       S_ISDIR(status.st_mode) ? "a folder" : "a device, FIFO or socket");
    }
    if ((uintmax_t)status.st_size > limit_bytes) {
        return fail_too_large(path, limit_bytes, fault, err);
    }

    bool too_large = false;
    if (read_to_end(arena, descriptor, (size_t)status.st_size, limit_bytes, ret_content,
                    &too_large)) {
        return true;
    }
    if (too_large) {
        return fail_too_large(path, limit_bytes, fault, err);
    }
    return ep_fail_errno(err, fault, "could not read file \"%s\"", path);
}

size_t ep_file_peek(const char *path, uint64_t offset, void *ret_data, size_t size)
{
    int descriptor EP_CLEANUP(descriptor_drop) = open_quietly(path, O_RDONLY);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)
        || offset > INT64_MAX) {
        return 0;
    }
    ssize_t count = pread(descriptor, ret_data, size, (off_t)offset);
    return count < 0 ? 0 : (size_t)count;
}

struct names {
    const char **data;
    size_t count;
};

static void names_add(struct ep_arena *arena, struct names *names, const char *name)
{
    names->data = ep_arena_grow(arena, names->data, names->count, sizeof(*names->data));
    names->data[names->count++] = ep_arena_copy(arena, ep_span_of(name));
}

static int compare_names(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;
    return strcmp(*left, *right);
}

/* False with errno set when the folder cannot be read to its end. */
static bool read_names(struct ep_arena *arena, DIR *directory, struct names *names)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (entry == NULL) {
            return errno == 0;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            names_add(arena, names, entry->d_name);
        }
    }
}

bool ep_file_list(struct ep_arena *arena, const char *folder, enum ep_fault fault,
                  const char *const **ret_names, size_t *ret_count, struct ep_error *err)
{
    DIR *directory EP_CLEANUP(directory_drop) = opendir(folder); /* close-on-exec by itself */
    if (directory == NULL) {
        (void)ep_fail_errno(err, fault, "could not open folder \"%s\"", folder);
        explain_refusal(folder, err);
        return false;
    }

    struct names names = {0};
    if (!read_names(arena, directory, &names)) {
        return ep_fail_errno(err, fault, "could not read folder \"%s\"", folder);
    }
    if (names.count > 0) {
        qsort(names.data, names.count, sizeof(*names.data), compare_names);
    }
    *ret_names = names.data;
    *ret_count = names.count;
    return true;
}

/* Someone else who shares the pipe may have made it non-blocking, Node does that. */
static bool wait_until_writable(int descriptor)
{
    struct pollfd entry = {.fd = descriptor, .events = POLLOUT};
    return poll(&entry, 1, -1) > 0 || errno == EINTR;
}

bool ep_file_write_all(int descriptor, struct ep_span content)
{
    while (content.size > 0) {
        ssize_t count = write(descriptor, content.data, content.size);
        if (count > 0) {
            content = ep_span_part(content, (size_t)count, SIZE_MAX);
        } else if (count < 0 && errno == EAGAIN) {
            if (!wait_until_writable(descriptor)) {
                return false;
            }
        } else if (count == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

void ep_file_overwrite(const char *path, struct ep_span content)
{
    int descriptor EP_CLEANUP(descriptor_drop) = open_quietly(path, O_WRONLY);
    struct stat status;

    if (descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)
        && ftruncate(descriptor, 0) == 0) {
        (void)ep_file_write_all(descriptor, content); /* a full disk: nowhere left to say so */
    }
}
