/*
 * Unit tests of source/schema: names as PostgreSQL cuts them, finding, merging.
 */
#include "source/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define X60 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void names_are_cut_at_63_bytes_and_between_characters(void **state)
{
    static const struct {
        const char *name, *cut;
    } cases[] = {
        {"", ""},
        {"short", "short"},
        {X60 "abc", X60 "abc"},
        {X60 "abcd", X60 "abc"},
        {X60 "a\xc3\xa9z", X60 "a\xc3\xa9"},
        {X60 "ab\xc3\xa9", X60 "ab"},
        {X60 "\xe2\x82\xac", X60 "\xe2\x82\xac"},
        {X60 "a\xe2\x82\xac", X60 "a"},
        {X60 "\xf0\x9f\x98\x80", X60},
        {"\xff" X60 "abcd", "\xff" X60 "ab"},
    };
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};

    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        assert_string_equal(ep_schema_name(&arena, cases[i].name), cases[i].cut);
    }
}

static void add_table(struct ep_arena *arena, struct ep_schema *schema, const char *in,
                      const char *name)
{
    struct ep_table *table = ep_schema_add_table(arena, schema);
    table->schema = in;
    table->name = name;
}

static void any_number_of_tables_is_found_by_schema_and_name(void **state)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_schema schema = {0};

    (void)state;
    assert_null(ep_schema_find_table(&schema, "public", "t1"));
    for (int i = 0; i < 100; i++) {
        add_table(&arena, &schema, i % 2 == 0 ? "public" : "app",
                  ep_arena_format(&arena, "t%d", i * 7 % 100));
    }
    ep_schema_sort(&schema);
    assert_int_equal(schema.table_count, 100);
    assert_non_null(ep_schema_find_table(&schema, "public", "t14"));
    assert_null(ep_schema_find_table(&schema, "app", "t14"));
    assert_null(ep_schema_find_table(&schema, "public", "t100"));
}

static void merging_adds_what_is_not_there_yet(void **state)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_schema schema = {0}, other = {0};

    (void)state;
    add_table(&arena, &schema, "public", "b");
    add_table(&arena, &other, "public", "a");
    add_table(&arena, &other, "public", "b");
    add_table(&arena, &other, "app", "b");
    ep_schema_add_name(&arena, &other.schemas, "app");
    ep_schema_merge(&arena, &schema, &other);
    ep_schema_merge(&arena, &schema, &other);
    assert_int_equal(schema.table_count, 3);
    assert_int_equal(schema.schemas.count, 1);
    assert_string_equal(schema.tables[0].schema, "app");

    struct ep_names used = ep_schema_used(&arena, &schema);
    assert_int_equal(used.count, 2);
    assert_string_equal(used.items[0], "app");
    assert_string_equal(used.items[1], "public");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_cut_at_63_bytes_and_between_characters),
        cmocka_unit_test(any_number_of_tables_is_found_by_schema_and_name),
        cmocka_unit_test(merging_adds_what_is_not_there_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
