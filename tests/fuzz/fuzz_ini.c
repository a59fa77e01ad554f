/*
 * fuzz_ini.c - any bytes as entrypoint.ini: every value that is visited stands on the line that
 * is given, and is taken or refused by its setting; errors have a place.
 *
 *     clang -std=c17 -D_POSIX_C_SOURCE=200809L -Isrc -isystem build/inih-59 \
 *         -DINI_USE_STACK=0 -DINI_ALLOW_REALLOC=1 -DINI_INITIAL_ALLOC=512 -DINI_MAX_LINE=65536 \
 *         -DINI_ALLOW_MULTILINE=0 -DINI_ALLOW_INLINE_COMMENTS=0 -DINI_ALLOW_BOM=1 \
 *         -DINI_STOP_ON_FIRST_ERROR=1 -DINI_HANDLER_LINENO=1 \
 *         -g -O1 -fsanitize=fuzzer,address,undefined tests/fuzz/fuzz_ini.c build/inih-59/ini.c \
 *         src/base/[a-z]*.c src/format/{duration,identifier,ini}.c \
 *         src/settings/{settings,suggest}.c -o build/fuzz_ini
 *     build/fuzz_ini -max_total_time=120 -max_len=70000 tests/fuzz/corpus/ini
 */
#include "base/check.h"
#include "format/ini.h"
#include "settings/settings.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    struct ep_arena arena;
    struct ep_settings settings;
    struct ep_span content;
};

static struct ep_span line_at(struct ep_span content, long number)
{
    size_t offset = 0;
    for (long line = 1; line < number; line++) {
        offset = ep_span_find_byte(content, offset, '\n') + 1;
        EP_CHECK(offset != 0);
    }
    size_t end = ep_span_find_byte(content, offset, '\n');
    end = end == SIZE_MAX ? content.size : end;
    return ep_span_trim(ep_span_part(content, offset, end - offset));
}

static bool visit(void *context, const struct ep_ini_entry *entry, struct ep_error *err)
{
    struct run *run = context;
    struct ep_span line = line_at(run->content, entry->line);

    if (entry->key == NULL) {
        EP_CHECK(ep_span_find(line, 0, entry->section) != SIZE_MAX);
        return true;
    }
    EP_CHECK(ep_span_find(line, 0, entry->key) != SIZE_MAX);
    EP_CHECK(ep_span_ends_with(line, entry->value));
    EP_CHECK(ep_span_equals(ep_span_trim(ep_span_of(entry->value)), entry->value));

    const struct ep_setting *row = ep_setting_find(entry->section, entry->key);
    if (row == NULL) {
        return true;
    }
    const char *value = ep_arena_copy(&run->arena, ep_span_of(entry->value));
    return ep_setting_assign(&run->arena, &run->settings, row, value, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = {0};
    struct ep_error err = {0};
    struct ep_ini_visitor visitor = {.visit = visit, .context = &run};

    ep_settings_defaults(&run.arena, &run.settings);
    run.content.data =
        ep_arena_copy(&run.arena, (struct ep_span){.data = (const char *)data, .size = size});
    run.content.size = size;
    if (!ep_ini_parse(run.content, "entrypoint.ini", &visitor, &err)) {
        EP_CHECK(err.fault == EP_FAULT_CONFIG && err.summary[0] != '\0');
        EP_CHECK(strcmp(err.place.file, "entrypoint.ini") == 0);
    }
    ep_arena_release(&run.arena);
    return 0;
}
