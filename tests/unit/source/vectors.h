/*
 * vectors.h - compare migrations with what the real Drizzle made of the same folder.
 *
 * tests/fixtures/drizzle/NAME.expected.json holds, for each migration of
 * tests/fixtures/drizzle/NAME, its file, created_at, name, hash and chunks.
 *
 * Include the four headers that cmocka.h wants, and cmocka.h, before this one.
 */
#ifndef EP_TESTS_UNIT_SOURCE_VECTORS_H
#define EP_TESTS_UNIT_SOURCE_VECTORS_H

#include "format/json.h"
#include "format/utf8.h"
#include "source/script.h"
#include "system/file.h"

/* The text as Drizzle has it: what ep_migration_examine() hashes. */
static inline struct ep_span vectors_text(struct ep_arena *arena, const char *path)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_span content;
    struct ep_error err = {0};
    assert_true(ep_file_read(arena, path, 4096, EP_FAULT_SOURCE, &content, &err));
    ep_utf8_replace_invalid(content, &text);
    return (struct ep_span){ep_arena_copy(arena, ep_text_span(&text)), text.size};
}

static inline const char *vectors_hex(struct ep_arena *arena, struct ep_span bytes)
{
    struct ep_text digits EP_CLEANUP(ep_text_clear) = {0};
    for (size_t i = 0; i < bytes.size; i++) {
        ep_text_format(&digits, "%02x", (unsigned int)(unsigned char)bytes.data[i]);
    }
    return ep_arena_copy(arena, ep_text_span(&digits));
}

static inline void vectors_compare_one(struct ep_arena *arena, const char *folder,
                                       const struct ep_migration *migration, const json_t *expected)
{
    const json_t *chunks = json_object_get(expected, "chunks_hex");
    const json_t *name = json_object_get(expected, "name"); /* Drizzle 1.x only */
    struct ep_script script;

    print_message("# %s\n", migration->tag);
    assert_string_equal(migration->path + strlen(folder) + 1,
                        json_string_value(json_object_get(expected, "file")));
    assert_true((double)migration->created_at
                == json_real_value(json_object_get(expected, "created_at")));
    assert_string_equal(migration->hash, json_string_value(json_object_get(expected, "hash")));
    if (json_is_string(name)) {
        assert_string_equal(ep_migration_name(arena, migration), json_string_value(name));
    }

    ep_script_split(arena, vectors_text(arena, migration->path), &script);
    assert_int_equal(script.chunk_count, json_array_size(chunks));
    for (size_t i = 0; i < script.chunk_count; i++) {
        assert_string_equal(vectors_hex(arena, script.chunks[i]),
                            json_string_value(json_array_get(chunks, i)));
    }
}

/* list, read from folder, is what folder.expected.json says, in that order. */
static inline void vectors_compare(struct ep_arena *arena, const char *folder,
                                   const struct ep_migration_list *list)
{
    json_t *expected EP_CLEANUP(ep_json_drop) = NULL;
    const char *file = ep_arena_format(arena, "%s.expected.json", folder);
    struct ep_span content;
    struct ep_error err = {0};

    assert_true(ep_file_read(arena, file, 65536, EP_FAULT_SOURCE, &content, &err));
    assert_true(ep_json_parse(file, content, &expected, &err));
    assert_int_equal(json_array_size(expected), list->count);
    for (size_t i = 0; i < list->count; i++) {
        vectors_compare_one(arena, folder, &list->items[i], json_array_get(expected, i));
    }
}

#endif
