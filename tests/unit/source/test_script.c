#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/* Unit tests of src/source/script. */
#include "source/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/source/folder.h"

#define MARK "--> statement-breakpoint"

/* The chunks with "|" between them. */
static const char *split(struct ep_arena *arena, struct ep_span text)
{
    struct ep_text joined EP_CLEANUP(ep_text_clear) = {0};
    struct ep_script script;
    ep_script_split(arena, text, &script);
    assert_true(script.text.data == text.data && script.text.size == text.size);
    assert_true(script.chunk_count >= 1);
    for (size_t i = 0; i < script.chunk_count; i++) {
        ep_text_add(&joined, i > 0 ? "|" : "");
        ep_text_append(&joined, script.chunks[i]);
    }
    return ep_arena_copy(arena, ep_text_span(&joined));
}

static void text_is_cut_where_drizzle_cuts_it(void **state)
{
    (void)state;
    static const struct {
        const char *text, *chunks;
    } cases[] = {
        {"", ""},
        {"a", "a"},
        {MARK, "|"},
        {MARK MARK, "||"},
        {"a;\n" MARK "\nb;", "a;\n|\nb;"},
        {"a;" MARK, "a;|"},
        {MARK "a;", "|a;"},
        {"select '" MARK "s'", "select '|s'"},
        {"/* -- " MARK " */", "/* -- | */"},
        {"----> statement-breakpoint", "--|"},
        {"-" MARK "t", "-|t"},
        {"-->statement-breakpoint", "-->statement-breakpoint"},
        {"-->  statement-breakpoint", "-->  statement-breakpoint"},
        {"--> Statement-Breakpoint", "--> Statement-Breakpoint"},
        {"--> statement-breakpoin", "--> statement-breakpoin"},
        {"--> statement-break" MARK, "--> statement-break|"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        assert_string_equal(split(&arena, ep_span_of(cases[i].text)), cases[i].chunks);
    }
}

static void any_bytes_are_cut(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_script script;
    static const char text[] = "a\0\xFF" MARK "\0";

    assert_string_equal(split(&arena, (struct ep_span){0}), "");
    ep_script_split(&arena, (struct ep_span){text, sizeof(text) - 1}, &script);
    assert_int_equal(script.chunk_count, 2);
    assert_int_equal(script.chunks[0].size, 3);
    assert_int_equal(script.chunks[1].size, 1);
}

static bool load(struct folder *folder, struct ep_span content, struct ep_script *ret_script,
                 struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_migration migration = {.tag = "a", .path = "drizzle/a.sql"};
    struct ep_error none = {0};
    folder_write_bytes(migration.path, content);
    assert_true(ep_migration_examine(&arena, &migration, &none));
    return ep_script_load(&folder->arena, &migration, ret_script, err);
}

static void a_sound_script_is_loaded(void **state)
{
    struct folder *folder = *state;
    struct ep_script script;
    struct ep_error err = {0};
    assert_true(load(folder, ep_span_of("a;\r\n" MARK "b \xC3\xA9;"), &script, &err));
    assert_int_equal(script.chunk_count, 2);
    assert_true(ep_span_equals(script.chunks[0], "a;\r\n"));
    assert_true(ep_span_equals(script.chunks[1], "b \xC3\xA9;"));
    assert_int_equal(script.text.data[script.text.size], '\0');
}

static void a_defect_is_refused_with_its_place_and_remedy(void **state)
{
    struct folder *folder = *state;
    static const struct {
        struct ep_span content;
        const char *summary, *detail, *excerpt;
        long line, column;
    } cases[] = {
        {{"\xEF\xBB\xBF"
          "a;",
          5},
         "\"drizzle/a.sql\" starts with a byte order mark",
         "PostgreSQL would take the mark for a part of the first word and answer with a syntax "
         "error.",
         "?a;",
         1,
         1},
        {{"a;\nb\0;", 6},
         "\"drizzle/a.sql\" holds a NUL byte",
         "PostgreSQL would not see what follows it.",
         "b?;",
         2,
         2},
        {{"a;\r\n\r\n\xC3\xA9 caf\xE9;", 14},
         "\"drizzle/a.sql\" is not UTF-8: invalid byte 0xE9",
         "Drizzle would run it with U+FFFD, a question mark in a diamond, in the place of what is "
         "invalid.",
         "\xC3\xA9 caf\xEF\xBF\xBD;",
         3,
         6},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_script script;
        struct ep_error err = {0};
        assert_false(load(folder, cases[i].content, &script, &err));
        assert_int_equal(err.fault, EP_FAULT_SOURCE);
        assert_string_equal(err.summary, cases[i].summary);
        assert_string_equal(err.detail, cases[i].detail);
        assert_string_not_equal(err.hint, "");
        assert_string_equal(err.place.file, "drizzle/a.sql");
        assert_int_equal(err.place.line, cases[i].line);
        assert_int_equal(err.place.column, cases[i].column);
        assert_int_equal(err.place.caret, cases[i].column);
        assert_string_equal(err.place.excerpt, cases[i].excerpt);
    }
}

static void a_file_that_changed_since_is_refused(void **state)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct folder *folder = *state;
    struct ep_migration migration = {.tag = "a", .path = "a.sql"};
    struct ep_script script;
    struct ep_error err = {0};
    folder_write("a.sql", "select 1");
    assert_true(ep_migration_examine(&arena, &migration, &err));
    folder_write("a.sql", "select 2");

    assert_false(ep_script_load(&folder->arena, &migration, &script, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_string_equal(err.summary, "\"a.sql\" changed while this program ran");
    assert_string_equal(err.place.file, "a.sql");

    struct ep_error gone = {0};
    assert_int_equal(unlink("a.sql"), 0);
    assert_false(ep_script_load(&folder->arena, &migration, &script, &gone));
    assert_int_equal(gone.fault, EP_FAULT_SOURCE);
}

static void a_place_in_the_second_chunk(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_migration migration = {.tag = "a", .path = "drizzle/a.sql"};
    struct ep_script script;
    struct ep_error err = {0};
    ep_script_split(&arena, ep_span_of("a;\r\n" MARK "\r\n\tselect x;"), &script);
    (void)ep_fail(&err, EP_FAULT_SQL, "column \"x\" does not exist");

    size_t chunk = (size_t)(script.chunks[1].data - script.text.data);
    ep_script_place(&migration, &script, chunk + strlen("\r\n\tselect "), &err);
    assert_string_equal(err.place.file, "drizzle/a.sql");
    assert_int_equal(err.place.line, 3);
    assert_int_equal(err.place.column, 9);
    assert_string_equal(err.place.excerpt, " select x;");
    assert_int_equal(err.place.caret, 9);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_where_drizzle_cuts_it),
        cmocka_unit_test(any_bytes_are_cut),
        TEST(a_sound_script_is_loaded),
        TEST(a_defect_is_refused_with_its_place_and_remedy),
        TEST(a_file_that_changed_since_is_refused),
        cmocka_unit_test(a_place_in_the_second_chunk),
    };
    return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
