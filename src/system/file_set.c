#define _GNU_SOURCE /* realpath(3) */
#include "system/file_set.h"

#include "system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum entry_kind {
    ENTRY_LOCK,
    ENTRY_FILE,
    ENTRY_FOLDER,
    ENTRY_REPLACEMENT,
    ENTRY_FINISHED, /* nothing to undo any more */
};

struct ep_file_set_entry {
    struct ep_file_set_entry *older;
    enum entry_kind kind;
    int descriptor;     /* of a lock */
    const char *path;   /* that was created */
    const char *target; /* of a replacement */
};

static void add(struct ep_file_set *set, struct ep_file_set_entry entry)
{
    struct ep_file_set_entry *kept = ep_arena_allocate(set->arena, sizeof(*kept));
    *kept = entry;
    kept->older = set->newest;
    set->newest = kept;
}

void ep_file_set_clear(struct ep_file_set *set)
{
    for (const struct ep_file_set_entry *entry = set->newest; entry != NULL; entry = entry->older) {
        switch (entry->kind) {
        case ENTRY_LOCK:
            (void)close(entry->descriptor);
            break;
        case ENTRY_FILE:
        case ENTRY_REPLACEMENT:
            (void)unlink(entry->path);
            break;
        case ENTRY_FOLDER:
            (void)rmdir(entry->path); /* stays if somebody else has put something into it */
            break;
        case ENTRY_FINISHED:
            break;
        }
    }
    set->newest = NULL;
}

static bool fail_to(const char *what, const char *path, struct ep_error *err)
{
    (void)ep_fail_errno(err, errno == EEXIST ? EP_FAULT_SOURCE : EP_FAULT_SYSTEM,
                        "could not %s \"%s\"", what, path);
    if (err->errnum == EACCES || err->errnum == EROFS || err->errnum == EPERM) {
        return ep_error_hint(err, "This process runs as UID %ld and GID %ld: let it write there.",
                             (long)geteuid(), (long)getegid());
    }
    return false;
}

bool ep_file_set_lock(struct ep_file_set *set, const char *folder, struct ep_error *err)
{
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return fail_to("open folder", folder, err);
    }
    add(set, (struct ep_file_set_entry){.kind = ENTRY_LOCK, .descriptor = descriptor});
    while (flock(descriptor, LOCK_EX) != 0 && errno == EINTR) {
    }
    return true;
}

bool ep_file_set_create_folder(struct ep_file_set *set, const char *path, struct ep_error *err)
{
    if (mkdir(path, 0777) != 0) {
        return fail_to("create folder", path, err);
    }
    add(set, (struct ep_file_set_entry){.kind = ENTRY_FOLDER, .path = path});
    return true;
}

bool ep_file_set_folder(struct ep_file_set *set, const char *path, struct ep_error *err)
{
    struct ep_span whole = ep_span_of(path);
    size_t end = 0;

    while (end < whole.size) {
        size_t slash = ep_span_find_byte(whole, end + 1, '/');
        end = slash == SIZE_MAX ? whole.size : slash;
        const char *part = ep_arena_copy(set->arena, ep_span_part(whole, 0, end));
        if (mkdir(part, 0777) == 0) {
            add(set, (struct ep_file_set_entry){.kind = ENTRY_FOLDER, .path = part});
            continue;
        }
        int cause = errno;
        if (ep_file_type(part) != EP_FILE_FOLDER) {
            errno = cause;
            return fail_to("create folder", part, err);
        }
    }
    return true;
}

/* Write a file that must be new. What is left of it after a failure is in the set. */
static bool write_new(struct ep_file_set *set, const struct ep_file_set_entry *entry, mode_t mode,
                      struct ep_span content, struct ep_error *err)
{
    int descriptor = open(entry->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor < 0) {
        return fail_to("create file", entry->path, err);
    }
    add(set, *entry);
    bool is_written = ep_file_write_all(descriptor, content);
    int cause = errno;
    if (close(descriptor) != 0 && is_written) { /* over a network it may be close() that fails */
        cause = errno;
        is_written = false;
    }
    errno = cause;
    return is_written ? true : fail_to("write file", entry->path, err);
}

bool ep_file_set_create(struct ep_file_set *set, const char *path, struct ep_span content,
                        struct ep_error *err)
{
    const struct ep_file_set_entry entry = {.kind = ENTRY_FILE, .path = path};
    return write_new(set, &entry, 0666, content, err);
}

/* What a path leads to, if it exists. */
static const char *resolve(struct ep_arena *arena, const char *path)
{
    char *resolved = realpath(path, NULL);
    const char *target = ep_arena_copy(arena, ep_span_of(resolved != NULL ? resolved : path));
    free(resolved);
    return target;
}

bool ep_file_set_replace(struct ep_file_set *set, const char *path, struct ep_span content,
                         struct ep_error *err)
{
    struct ep_file_set_entry entry = {.kind = ENTRY_REPLACEMENT, .path = path};
    struct stat status = {0};
    entry.target = resolve(set->arena, path);
    bool exists = stat(entry.target, &status) == 0;
    entry.path = ep_arena_format(set->arena, "%s.new", entry.target);
    (void)unlink(entry.path); /* of one that was killed: whoever holds the lock may */

    if (!write_new(set, &entry, 0666, content, err)) {
        return false;
    }
    if (exists && chmod(entry.path, status.st_mode & 07777) != 0) {
        return fail_to("set the permissions of", entry.path, err);
    }
    return true;
}

/* Oldest first. */
static bool finish(struct ep_file_set_entry *entry, struct ep_error *err)
{
    if (entry == NULL) {
        return true;
    }
    if (!finish(entry->older, err)) {
        return false;
    }
    if (entry->kind == ENTRY_REPLACEMENT) {
        if (rename(entry->path, entry->target) != 0) {
            return fail_to("replace file", entry->target, err);
        }
        entry->kind = ENTRY_FINISHED;
    }
    return true;
}

bool ep_file_set_finish(struct ep_file_set *set, struct ep_error *err)
{
    if (!finish(set->newest, err)) {
        return false;
    }
    for (struct ep_file_set_entry *entry = set->newest; entry != NULL; entry = entry->older) {
        if (entry->kind != ENTRY_LOCK) {
            entry->kind = ENTRY_FINISHED;
        }
    }
    return true;
}
