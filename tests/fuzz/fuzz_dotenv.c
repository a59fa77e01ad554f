/*
 * fuzz_dotenv.c - any bytes as a .env file: read or refused, the result text that an
 * environment can hold.
 */
#include "base/check.h"
#include "format/dotenv.h"
#include "format/utf8.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entry(const struct ep_dotenv_entry *entry)
{
    struct ep_span name = ep_span_of(entry->name);
    struct ep_span value = ep_span_of(entry->value);

    EP_CHECK(name.size > 0 && ep_span_find_byte(name, 0, '=') == SIZE_MAX);
    EP_CHECK(strchr(" \t\n", name.data[0]) == NULL);
    EP_CHECK(strchr(" \t\n", name.data[name.size - 1]) == NULL);
    EP_CHECK(ep_span_find_byte(name, 0, '\r') == SIZE_MAX);
    EP_CHECK(ep_span_find_byte(value, 0, '\r') == SIZE_MAX);
    EP_CHECK(ep_utf8_find_invalid(name) == SIZE_MAX && ep_utf8_find_invalid(value) == SIZE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const struct ep_dotenv_entry *entries = NULL;
    struct ep_error err = {0};
    struct ep_span content = {.data = (const char *)data, .size = size};
    size_t count = 0;
    bool has_nul = size > 0 && memchr(data, '\0', size) != NULL;

    if (!ep_dotenv_parse(&arena, content, ".env", &entries, &count, &err)) {
        EP_CHECK(has_nul && err.fault == EP_FAULT_CONFIG && err.summary[0] != '\0');
        EP_CHECK(strcmp(err.place.file, ".env") == 0);
        return 0;
    }
    EP_CHECK(!has_nul && count <= size);
    for (size_t i = 0; i < count; i++) {
        check_entry(&entries[i]);
    }
    return 0;
}
