#include "source/script.h"

#include "format/digest.h"
#include "format/excerpt.h"
#include "format/utf8.h"
#include "source/sections.h"
#include "system/file.h"

#include <stdint.h>

#define DELIMITER "--> statement-breakpoint"

enum { DELIMITER_BYTES = sizeof(DELIMITER) - 1 };

/* Twice over the text rather than an array that grows: searching costs nearly nothing. */
static size_t count_delimiters(struct ep_span text)
{
    size_t count = 0;
    size_t found = ep_span_find(text, 0, DELIMITER);
    while (found != SIZE_MAX) {
        count++;
        found = ep_span_find(text, found + DELIMITER_BYTES, DELIMITER);
    }
    return count;
}

void ep_script_split(struct ep_arena *arena, struct ep_span text, struct ep_script *ret_script)
{
    size_t count = count_delimiters(text) + 1;
    struct ep_span *chunks = ep_arena_array(arena, count, sizeof(*chunks));
    size_t start = 0;

    for (size_t i = 0; i + 1 < count; i++) {
        size_t end = ep_span_find(text, start, DELIMITER);
        chunks[i] = ep_span_part(text, start, end - start);
        start = end + DELIMITER_BYTES;
    }
    chunks[count - 1] = ep_span_part(text, start, SIZE_MAX);
    *ret_script = (struct ep_script){.text = text, .chunks = chunks, .chunk_count = count};
}

static bool fail_defect(const char *file, struct ep_span content, enum ep_defect defect,
                        struct ep_error *err)
{
    (void)ep_defect_fail(err, EP_FAULT_SOURCE, file, content);
    switch (defect) {
    case EP_DEFECT_NONE:
        break;
    case EP_DEFECT_BOM:
        return ep_error_detail(err, "PostgreSQL would take the mark for a part of the first word "
                                    "and answer with a syntax error.");
    case EP_DEFECT_NUL:
        return ep_error_detail(err, "PostgreSQL would not see what follows it.");
    case EP_DEFECT_INVALID:
        return ep_error_detail(err, "Drizzle would run it with U+FFFD, a question mark in a "
                                    "diamond, in the place of what is invalid.");
    }
    return false;
}

static bool divide(struct ep_arena *arena, const struct ep_migration *migration,
                   struct ep_span content, struct ep_script *ret_script, struct ep_error *err)
{
    struct ep_sections sections;
    struct ep_span *chunk = ep_arena_array(arena, 1, sizeof(*chunk));

    ep_sections_find(content, &sections);
    if (sections.problem != NULL) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "\"%s\" cannot be run as a file of %s",
                      ep_utf8_printable(arena, ep_span_of(migration->path)),
                      ep_section_tool_name(sections.tool));
        (void)ep_error_detail(err, "%s", sections.problem);
        return ep_excerpt_place(err, migration->path, content, sections.problem_offset);
    }
    *chunk = sections.up;
    *ret_script = (struct ep_script){
        .text = content,
        .chunks = chunk,
        .chunk_count = 1,
        .no_transaction = sections.up_alone,
        .down = sections.down,
        .down_no_transaction = sections.down_alone,
    };
    return true;
}

bool ep_script_load(struct ep_arena *arena, const struct ep_migration *migration,
                    struct ep_script *ret_script, struct ep_error *err)
{
    const char *file = ep_utf8_printable(arena, ep_span_of(migration->path));
    struct ep_span content;
    if (!ep_file_read(arena, migration->path, EP_MIGRATION_BYTES_MAX, EP_FAULT_SOURCE, &content,
                      err)) {
        return false;
    }

    size_t offset = 0;
    enum ep_defect defect = ep_defect_find(content, &offset);
    if (defect != EP_DEFECT_NONE) {
        return fail_defect(file, content, defect, err);
    }
    char hash[EP_DIGEST_HEX_BYTES];
    ep_digest_sha256_hex(content, hash);
    if (strcmp(hash, migration->hash) != 0) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "\"%s\" changed while this program ran", file);
        (void)ep_error_place(err, migration->path, 0, 0);
        return ep_error_hint(err, "Start again when nothing writes to the folder.");
    }
    if (migration->layout == EP_LAYOUT_NUMBERED) {
        return divide(arena, migration, content, ret_script, err);
    }
    ep_script_split(arena, content, ret_script);
    return true;
}

const char *ep_script_terminate(const struct ep_script *script, struct ep_span part,
                                struct ep_text *copy)
{
    size_t end = (size_t)(part.data - script->text.data) + part.size;

    if (part.size > 0 && ep_span_trim(ep_span_part(script->text, end, SIZE_MAX)).size == 0) {
        return part.data;
    }
    ep_text_reset(copy);
    ep_text_append(copy, part);
    return ep_text_get(copy);
}

void ep_script_place(const struct ep_migration *migration, const struct ep_script *script,
                     size_t offset, struct ep_error *err)
{
    (void)ep_excerpt_place(err, migration->path, script->text, offset);
}
