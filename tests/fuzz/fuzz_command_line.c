/*
 * fuzz_command_line.c - any arguments, each ending at a NUL byte: read or refused. What is the
 * server's is passed on as it stands, and every value is taken or refused by its setting.
 */
#include "base/check.h"
#include "entrypoint/command_line.h"

#include <stdint.h>

enum { ARGUMENTS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(const struct ep_error *err, enum ep_fault fault)
{
    EP_CHECK(err->fault == fault && err->summary[0] != '\0');
}

static void check_values(struct ep_arena *arena, const struct ep_command_line *line)
{
    struct ep_settings settings;

    ep_settings_defaults(arena, &settings);
    for (size_t i = 0; i < EP_COUNT_OF(line->settings.flags); i++) {
        struct ep_error err = {0};
        const char *value = line->settings.flags[i];
        if (value != NULL
            && !ep_setting_assign(arena, &settings, &ep_settings_table[i], value, &err)) {
            check_refusal(&err, EP_FAULT_CONFIG);
        }
    }
}

static void check_line(struct ep_arena *arena, char *const argv[], size_t count,
                       const struct ep_command_line *line)
{
    EP_CHECK(line->command != NULL);
    if (line->server != NULL) {
        EP_CHECK(line->command->id == EP_COMMAND_RUN);
        EP_CHECK(line->server > argv && line->server <= argv + count);
    }
    for (size_t i = 0; i < line->tag_count; i++) {
        EP_CHECK(line->command->id == EP_COMMAND_MARK && line->tags[i] != NULL);
    }
    check_values(arena, line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_command_line line = {0};
    struct ep_error err = {0};
    struct ep_span all = {.data = (const char *)data, .size = size};
    char name[] = "entrypoint";
    char *argv[ARGUMENTS_MAX + 2] = {name};
    size_t count = 1;

    for (size_t at = 0; at < size && count <= ARGUMENTS_MAX; count++) {
        size_t end = ep_span_find_byte(all, at, '\0');
        argv[count] =
            ep_arena_copy(&arena, ep_span_part(all, at, (end == SIZE_MAX ? size : end) - at));
        at = end == SIZE_MAX ? size : end + 1;
    }
    if (ep_command_line_parse(&arena, argv, &line, &err)) {
        check_line(&arena, argv, count, &line);
    } else {
        check_refusal(&err, EP_FAULT_USAGE);
    }
    return 0;
}
