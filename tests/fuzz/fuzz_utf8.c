/*
 * fuzz_utf8.c - any bytes as text: what the functions of utf8.h, excerpt.h and defect.h say of
 * it must agree.
 *
 *     clang -std=c17 -D_POSIX_C_SOURCE=200809L -Isrc -g -O1 -fsanitize=fuzzer,address,undefined \
 *         tests/fuzz/fuzz_utf8.c src/base/[a-z]*.c src/format/{defect,excerpt,utf8}.c \
 *         -o build/fuzz_utf8
 *     build/fuzz_utf8 -max_total_time=120 tests/fuzz/corpus/utf8
 */
#include "base/check.h"
#include "format/defect.h"
#include "format/excerpt.h"
#include "format/utf8.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_replacement(struct ep_span text)
{
    struct ep_text replaced EP_CLEANUP(ep_text_clear) = {0};
    ep_utf8_replace_invalid(text, &replaced);
    size_t invalid = ep_utf8_find_invalid(text);

    EP_CHECK(ep_utf8_find_invalid(ep_text_span(&replaced)) == SIZE_MAX);
    EP_CHECK(ep_span_equal(ep_text_span(&replaced), text) == (invalid == SIZE_MAX));
    EP_CHECK(ep_utf8_count(ep_text_span(&replaced)) <= ep_utf8_count(text));
    EP_CHECK(invalid == SIZE_MAX || invalid < text.size);
}

static void check_printable(struct ep_span text)
{
    struct ep_text shown EP_CLEANUP(ep_text_clear) = {0};
    ep_utf8_append_printable(text, &shown);

    EP_CHECK(ep_utf8_find_invalid(ep_text_span(&shown)) == SIZE_MAX);
    EP_CHECK(ep_utf8_count(ep_text_span(&shown)) == ep_utf8_count(text));
    EP_CHECK(strlen(ep_text_get(&shown)) == shown.size);
    for (size_t i = 0; i < shown.size; i++) {
        EP_CHECK((unsigned char)shown.data[i] >= ' ' && shown.data[i] != '\x7F');
    }
}

static void check_place(struct ep_span text, size_t offset)
{
    struct ep_error err = {0};
    (void)ep_fail(&err, EP_FAULT_SQL, "fuzz");
    (void)ep_excerpt_place(&err, "file", text, offset);
    struct ep_span excerpt = ep_span_of(err.place.excerpt);

    EP_CHECK(ep_utf8_find_invalid(excerpt) == SIZE_MAX);
    EP_CHECK(err.place.line >= 1 && err.place.column >= 1 && err.place.caret >= 1);
    EP_CHECK((size_t)err.place.caret <= ep_utf8_count(excerpt) + 1);
    EP_CHECK(err.place.caret == err.place.column || ep_span_starts_with(excerpt, "..."));
}

static void check_defect(struct ep_span text)
{
    struct ep_error err = {0};
    size_t offset = 0;
    if (ep_defect_find(text, &offset) != EP_DEFECT_NONE) {
        EP_CHECK(offset < text.size);
        (void)ep_defect_fail(&err, EP_FAULT_SOURCE, "file", text);
        EP_CHECK(err.hint[0] != '\0' && err.place.line >= 1);
    }
}

/* The first two bytes choose a place in the rest. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ep_span all = {.data = (const char *)data, .size = size};
    struct ep_span text = ep_span_part(all, 2, SIZE_MAX);
    size_t count = ep_utf8_count(text);

    check_replacement(text);
    check_printable(text);
    check_defect(text);
    check_place(text, size >= 2 ? (size_t)data[0] * 16 + data[1] : 0);
    EP_CHECK(ep_utf8_offset(text, count) == text.size);
    EP_CHECK(count == 0 || ep_utf8_offset(text, count - 1) < text.size);
    return 0;
}
