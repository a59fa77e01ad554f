/*
 * folder.h - a folder of migrations for one test.
 *
 * cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown) runs the
 * test in a new, empty working directory, so that paths in messages are short,
 * and removes it afterwards. What is reported is collected in notes, a line each.
 */
#ifndef EP_TESTS_UNIT_SOURCE_FOLDER_H
#define EP_TESTS_UNIT_SOURCE_FOLDER_H

#include "base/check.h"
#include "base/event.h"
#include "base/text.h"
#include "system/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    int home; /* where the test came from */
    char path[32];
    struct ep_arena arena;
    struct ep_reporter reporter;
    struct ep_text notes;
};

static inline void folder_collect(void *context, const struct ep_event *event)
{
    struct ep_text *notes = context;
    ep_text_add(notes, ep_event_row(event->kind)->name);
    for (size_t i = 0; i < event->field_count; i++) {
        if (event->fields[i].type == EP_FIELD_TEXT) {
            ep_text_format(notes, " %s", event->fields[i].text);
        } else {
            ep_text_format(notes, " %lld", event->fields[i].integer);
        }
    }
    ep_text_add(notes, "\n");
}

static inline int folder_setup(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));
    EP_CHECK(folder != NULL);
    (void)snprintf(folder->path, sizeof(folder->path), "/tmp/entrypoint.XXXXXX");
    folder->home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    folder->reporter = (struct ep_reporter){.report = folder_collect, .context = &folder->notes};
    *state = folder;
    return folder->home < 0 || mkdtemp(folder->path) == NULL || chdir(folder->path) != 0;
}

static inline void folder_remove(struct ep_arena *arena, const char *path)
{
    const char *const *names = NULL;
    size_t count = 0;
    struct ep_error err = {0};
    struct stat status;

    EP_CHECK(lstat(path, &status) == 0);
    if (!S_ISDIR(status.st_mode)) {
        EP_CHECK(unlink(path) == 0);
        return;
    }
    EP_CHECK(chmod(path, 0700) == 0);
    EP_CHECK(ep_file_list(arena, path, EP_FAULT_SOURCE, &names, &count, &err));
    for (size_t i = 0; i < count; i++) {
        folder_remove(arena, ep_arena_format(arena, "%s/%s", path, names[i]));
    }
    EP_CHECK(rmdir(path) == 0);
}

static inline int folder_teardown(void **state)
{
    struct folder *folder = *state;
    EP_CHECK(fchdir(folder->home) == 0);
    EP_CHECK(close(folder->home) == 0);
    folder_remove(&folder->arena, folder->path);
    ep_arena_release(&folder->arena);
    ep_text_clear(&folder->notes);
    free(folder);
    return 0;
}

/* Write a file and make the folders above it. */
static inline void folder_write_bytes(const char *path, struct ep_span content)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    for (size_t slash = ep_span_find_byte(ep_span_of(path), 0, '/'); slash != SIZE_MAX;
         slash = ep_span_find_byte(ep_span_of(path), slash + 1, '/')) {
        (void)mkdir(ep_arena_copy(&arena, (struct ep_span){path, slash}), 0755);
    }
    FILE *file = fopen(path, "w");
    EP_CHECK(file != NULL);
    EP_CHECK(content.size == 0 || fwrite(content.data, content.size, 1, file) == 1);
    EP_CHECK(fclose(file) == 0);
}

static inline void folder_write(const char *path, const char *content)
{
    folder_write_bytes(path, ep_span_of(content));
}

#endif
