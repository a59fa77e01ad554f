/*
 * fuzz_journal.c - any bytes as a journal: parsed or refused with a place that can be shown.
 *
 *     clang -std=c17 -D_POSIX_C_SOURCE=200809L -Isrc -g -O1 -fsanitize=fuzzer,address,undefined \
 *         tests/fuzz/fuzz_journal.c src/base/[a-z]*.c src/format/{defect,excerpt,json,utf8}.c \
 *         src/source/entries.c -ljansson -o build/fuzz_journal
 *     build/fuzz_journal -max_total_time=120 tests/fuzz/corpus/journal
 */
#include "base/check.h"
#include "format/json.h"
#include "format/utf8.h"
#include "source/entries.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct ep_error *err)
{
    struct ep_span excerpt = ep_span_of(err->place.excerpt);

    EP_CHECK(err->fault == EP_FAULT_SOURCE && err->summary[0] != '\0');
    EP_CHECK(strcmp(err->place.file, "journal") == 0);
    EP_CHECK(ep_utf8_find_invalid(excerpt) == SIZE_MAX);
    EP_CHECK(err->place.caret <= (long)ep_utf8_count(excerpt) + 1);
    EP_CHECK(err->place.caret <= err->place.column + 3);
}

static void check_entries(const struct ep_entry_list *list, struct ep_span text)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *tag = list->items[i].tag;
        EP_CHECK(list->items[i].number == i);
        EP_CHECK(tag[0] != '\0' && tag[0] != '/' && strcmp(tag, "..") != 0);
        EP_CHECK(strncmp(tag, "../", 3) != 0 && strstr(tag, "/../") == NULL);
    }
    size_t found = ep_json_find_element(text, "entries", list->count);
    EP_CHECK(found == SIZE_MAX || ep_json_find_element(text, "entries", 0) != SIZE_MAX);
}

/* What is read without a tree is what is in jansson's. */
static void check_tree(const struct ep_entry_list *list, struct ep_span text)
{
    json_t *json EP_CLEANUP(ep_json_drop) = NULL;
    struct ep_error err = {0};

    EP_CHECK(ep_json_parse("journal", text, &json, &err));
    const json_t *entries = json_object_get(json, "entries");
    EP_CHECK(json_array_size(entries) == list->count);
    for (size_t i = 0; i < list->count; i++) {
        const json_t *entry = json_array_get(entries, i);
        const json_t *when = json_object_get(entry, "when");
        EP_CHECK(strcmp(json_string_value(json_object_get(entry, "tag")), list->items[i].tag) == 0);
        EP_CHECK(!json_is_real(when) || (double)list->items[i].created_at == json_real_value(when)
                 || json_real_value(when) > 9e15 || json_real_value(when) < -9e15);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_entry_list list = {0};
    struct ep_error err = {0};
    struct ep_span text = {.data = (const char *)data, .size = size};

    if (ep_entries_parse(&arena, "journal", text, &list, &err)) {
        check_entries(&list, text);
        check_tree(&list, text);
        if (list.count > 0) {
            (void)ep_fail(&err, EP_FAULT_SOURCE, "as if the last file were missing");
            (void)ep_entries_place(&err, "journal", text, list.count - 1, "tag");
            check_error(&err);
        }
    } else {
        check_error(&err);
    }
    return 0;
}
