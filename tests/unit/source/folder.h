/*
 * folder.h - a folder of migrations for one test.
 *
 * cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown) runs the
 * test in a new, empty working directory, so that paths in messages are short,
 * and goes back afterwards. What is reported is collected in notes, a line each.
 *
 * Include the four headers that cmocka.h wants, and cmocka.h, before this one,
 * and define _XOPEN_SOURCE 700 for scratch.h.
 */
#ifndef EP_TESTS_UNIT_SOURCE_FOLDER_H
#define EP_TESTS_UNIT_SOURCE_FOLDER_H

#include "base/arena.h"
#include "base/event.h"
#include "base/text.h"
#include "tests/unit/scratch.h"

#include <stdint.h>

struct folder {
    int home; /* where the test came from */
    void *scratch;
    const char *path; /* absolute */
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
    assert_non_null(folder);
    folder->home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    folder->reporter = (struct ep_reporter){.report = folder_collect, .context = &folder->notes};
    *state = folder;
    int failed = ep_scratch_setup(&folder->scratch);
    folder->path = folder->scratch;
    return folder->home < 0 ? 1 : failed;
}

static inline int folder_teardown(void **state)
{
    struct folder *folder = *state;
    int failed = ep_scratch_teardown(&folder->scratch);
    assert_int_equal(fchdir(folder->home), 0);
    assert_int_equal(close(folder->home), 0);
    ep_arena_release(&folder->arena);
    ep_text_clear(&folder->notes);
    free(folder);
    return failed;
}

/* Write a file and make the folders above it. */
static inline void folder_write_bytes(const char *path, struct ep_span content)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    for (size_t slash = ep_span_find_byte(ep_span_of(path), 0, '/'); slash != SIZE_MAX;
         slash = ep_span_find_byte(ep_span_of(path), slash + 1, '/')) {
        (void)mkdir(ep_arena_copy(&arena, (struct ep_span){path, slash}), 0755);
    }
    ep_scratch_write(path, content.data, content.size, 0644);
}

static inline void folder_write(const char *path, const char *content)
{
    folder_write_bytes(path, ep_span_of(content));
}

#endif
