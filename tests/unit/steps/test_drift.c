/*
 * Unit tests of steps/drift: two tables as snapshots describe them, and the differences. Each kind
 * of alteration of a real database is in tests/integration/check.bats.
 */
#include "steps/drift.h"

#include "base/text.h"
#include "source/snapshot_rows.h"
#include "source/snapshot_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *describe(struct ep_arena *arena, const struct ep_drift *drift)
{
    static const char marks[] = {
        [EP_DIFFERENCE_EXTRA] = '+', [EP_DIFFERENCE_MISSING] = '-', [EP_DIFFERENCE_CHANGED] = '~'};
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    for (size_t i = 0; i < drift->count; i++) {
        const struct ep_difference *item = &drift->items[i];
        ep_text_format(&text, "%s%s%c %s", item->group, item->group[0] == '\0' ? "" : " ",
                       marks[item->kind], item->object);
        if (item->kind == EP_DIFFERENCE_CHANGED) {
            ep_text_format(&text, " %s %s/%s", item->property, item->expected, item->found);
        }
        ep_text_add(&text, "\n");
    }
    return ep_arena_copy(arena, ep_text_span(&text));
}

static struct ep_schema read_rows(struct ep_arena *arena, const char *json)
{
    struct ep_schema schema = {0};
    json_t *rows = json_loads(ep_arena_format(arena, "[%s]", json), JSON_DECODE_INT_AS_REAL, NULL);

    assert_non_null(rows);
    ep_snapshot_rows_read(arena, rows, &schema);
    json_decref(rows);
    return schema;
}

#define T "{\"entityType\":\"tables\",\"schema\":\"public\",\"name\":\"t\",\"isRlsEnabled\":false}"
#define COLUMN(name, rest)                                                                \
    ",{\"entityType\":\"columns\",\"schema\":\"public\",\"table\":\"t\",\"name\":\"" name \
    "\"," rest "}"
#define UNIQUE(name, explicit, column)                                                    \
    ",{\"entityType\":\"uniques\",\"schema\":\"public\",\"table\":\"t\",\"name\":\"" name \
    "\",\"nameExplicit\":" explicit ",\"columns\":[\"" column "\"]}"
#define INDEX(name, explicit, column)                                                         \
    ",{\"entityType\":\"indexes\",\"schema\":\"public\",\"table\":\"t\",\"name\":\"" name     \
    "\",\"nameExplicit\":" explicit ",\"method\":\"btree\",\"columns\":[{\"value\":\"" column \
                                    "\",\"isExpression\":false}]}"

static const struct {
    const char *expected, *found, *drift;
} cases[] = {
    {T, T, ""},
    {T, "", "public.t - table\n"},
    {"", T, "public.t + table\n"},
    {T COLUMN("a", "\"type\":\"text\""), T COLUMN("b", "\"type\":\"text\""),
     "public.t - column a\npublic.t + column b\n"},
    {T COLUMN("a", "\"type\":\"text\",\"notNull\":true"), T COLUMN("a", "\"type\":\"integer\""),
     "public.t ~ column a type text/integer\npublic.t ~ column a not null yes/no\n"},
    {T COLUMN("a", "\"type\":\"integer\",\"dimensions\":2"),
     T COLUMN("a", "\"type\":\"integer[]\",\"dimensions\":0"), ""},
    {T COLUMN("a", "\"type\":\"serial\""), T COLUMN("a", "\"type\":\"integer\",\"default\":\"1\""),
     ""},
    /* Of a generated column there is no default to speak of. */
    {T COLUMN("a", "\"type\":\"text\",\"generated\":{\"as\":\"x\"}"),
     T COLUMN("a", "\"type\":\"text\""), "public.t ~ column a generated yes/no\n"},
    {T COLUMN("a", "\"type\":\"text\",\"identity\":{\"type\":\"byDefault\"}"),
     T COLUMN("a", "\"type\":\"text\",\"identity\":{\"type\":\"always\"}"),
     "public.t ~ column a identity by default/always\n"},
    /* Names: explicit ones count, others only where nothing else has these columns. */
    {T UNIQUE("u", "true", "a"), T UNIQUE("v", "true", "a"),
     "public.t - unique u\npublic.t + unique v\n"},
    {T UNIQUE("u", "false", "a"), T UNIQUE("v", "true", "a"), ""},
    {T UNIQUE("u", "false", "a"), T UNIQUE("v", "true", "b"),
     "public.t - unique u\npublic.t + unique v\n"},
    {T UNIQUE("u", "false", "a") UNIQUE("v", "true", "a"),
     T UNIQUE("v", "true", "a") UNIQUE("w", "true", "a"), ""},
    {T UNIQUE("u", "false", "a"), T UNIQUE("u", "true", "b"),
     "public.t ~ unique u columns (a)/(b)\n"},
    {T INDEX("i", "false", "a"), T INDEX("j", "true", "a"), ""},
    {T INDEX("i", "true", "a"), T INDEX("j", "true", "a"),
     "public.t - index i\npublic.t + index j\n"},
    {T INDEX("i", "true", "a"), T INDEX("i", "true", "b"), "public.t ~ index i columns (a)/(b)\n"},
    {"{\"entityType\":\"enums\",\"schema\":\"app\",\"name\":\"e\",\"values\":[\"x\",\"y\"]}",
     "{\"entityType\":\"enums\",\"schema\":\"app\",\"name\":\"e\",\"values\":[\"y\",\"x\"]}",
     "~ enum app.e values (x, y)/(y, x)\n"},
    {"{\"entityType\":\"schemas\",\"name\":\"app\"}", "", "- schema app\n"},
    {"", "{\"entityType\":\"schemas\",\"name\":\"app\"}", ""},
    {"{\"entityType\":\"views\",\"schema\":\"public\",\"name\":\"v\",\"materialized\":true}",
     "{\"entityType\":\"views\",\"schema\":\"public\",\"name\":\"v\",\"materialized\":false}",
     "~ materialized view public.v kind materialized view/view\n"},
    {"{\"entityType\":\"sequences\",\"schema\":\"public\",\"name\":\"s\",\"cacheSize\":10}",
     "{\"entityType\":\"sequences\",\"schema\":\"public\",\"name\":\"s\",\"cacheSize\":1}",
     "~ sequence public.s cache 10/1\n"},
};

static void two_schemas_have_these_differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_schema expected = read_rows(&arena, cases[i].expected);
        struct ep_schema found = read_rows(&arena, cases[i].found);
        struct ep_drift drift = {0};

        print_message("# %s\n", cases[i].expected);
        ep_drift_compare(&arena, &expected, &found, &drift);
        assert_string_equal(describe(&arena, &drift), cases[i].drift);
    }
}

/* What a snapshot's format does not have is not missed. */
static void what_an_old_format_does_not_know_is_not_compared(void **state)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    json_t *json = json_loads("{\"tables\":{\"t\":{\"name\":\"t\",\"schema\":\"\",\"columns\":{}}},"
                              "\"enums\":{},\"schemas\":{}}",
                              0, NULL);
    struct ep_schema expected = {0};
    struct ep_schema found = read_rows(
        &arena,
        "{\"entityType\":\"tables\",\"schema\":\"public\",\"name\":\"t\",\"isRlsEnabled\":true},"
        "{\"entityType\":\"views\",\"schema\":\"public\",\"name\":\"v\"},"
        "{\"entityType\":\"sequences\",\"schema\":\"public\",\"name\":\"s\"}");
    struct ep_drift drift = {0};

    (void)state;
    ep_snapshot_tree_read(&arena, json, &expected);
    json_decref(json);
    ep_schema_sort(&expected);
    ep_drift_compare(&arena, &expected, &found, &drift);
    assert_string_equal(describe(&arena, &drift), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_schemas_have_these_differences),
        cmocka_unit_test(what_an_old_format_does_not_know_is_not_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
