/* Unit tests of entrypoint/status_output.c and status_json.c: a plan in, golden texts out. */
#include "entrypoint/status_output.h"
#include "format/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct ep_ledger_row rows[] = {
    {.id = "1",
     .created_at = 1700000000123,
     .has_created_at = true,
     .hash = "aaaa",
     .name = "20231114221320_init",
     .applied_at = "2026-11-21 06:28:44.123456+00"},
    {.id = "2",
     .created_at = -1,
     .has_created_at = true,
     .hash = "cccccccccccccccccccc",
     .applied_at = "infinity"},
    {.id = "7", .hash = "dddd", .name = "\x1b[31m"},
};
static const struct ep_ledger_row *const unknown[] = {&rows[1], &rows[2]};

static const struct ep_migration migrations[] = {
    {.tag = "0000_init", .created_at = 1700000000123, .hash = "bbbb"},
    {.tag = "0001_\xc3\xbc", .created_at = INT64_MAX, .hash = "eeee"},
    {.tag = "0002_evil\n\xff", .created_at = -62135596800001, .hash = "ffff"},
    {.tag = "0003", .created_at = 0, .hash = "0000"},
};

static struct ep_plan_item items[] = {
    {.migration = &migrations[0], .state = EP_PLAN_APPLIED, .row = &rows[0], .edited = true},
    {.migration = &migrations[1], .state = EP_PLAN_PENDING, .in_future = true},
    {.migration = &migrations[2], .state = EP_PLAN_SKIPPED, .out_of_order = true},
    {.migration = &migrations[3],
     .state = EP_PLAN_APPLIED,
     .row = &rows[0],
     .line_endings_differ = true,
     .runs_again = true},
};

static const struct ep_plan_note notes[] = {
    {.migration = &migrations[0], .text = "the file was changed"},
    {.migration = NULL, .text = "a row\nhas no name"},
};

static const struct ep_status full = {
    .table = "\"drizzle\".\"m\"",
    .shape = EP_LEDGER_V1,
    .plan = {.items = items,
             .item_count = EP_COUNT_OF(items),
             .applied_count = 2,
             .pending_count = 1,
             .notes = notes,
             .note_count = EP_COUNT_OF(notes),
             .unknown = unknown,
             .unknown_count = EP_COUNT_OF(unknown)},
};

static void the_table_is_aligned_and_printable(void **state)
{
    (void)state;
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    ep_status_output_text(&text, &(struct ep_status_list){.items = &full, .count = 1});
    assert_string_equal(
        ep_text_get(&text),
        "STATE    MIGRATION    CREATED              APPLIED              NOTES\n"
        "applied  0000_init    2023-11-14 22:13:20  2026-11-21 06:28:44  edited\n"
        "pending  0001_\xc3\xbc       9223372036854775807  -                    "
        "\"when\" in the future\n"
        "skipped  0002_evil \xef\xbf\xbd  0000-12-31 23:59:59  -                    out of order\n"
        "applied  0003         1970-01-01 00:00:00  2026-11-21 06:28:44  "
        "other line endings, Drizzle 0.x would run it again\n"
        "unknown  -            1969-12-31 23:59:59  infinity             "
        "not in this image: row 2, hash cccccccccccc\n"
        "unknown  ?[31m        -                    -                    "
        "not in this image: row 7, hash dddd\n"
        "\n"
        "0000_init: the file was changed\n"
        "\"drizzle\".\"m\": a row has no name\n"
        "\n"
        "2 applied, 1 pending, 1 skipped, 2 not in this image; table \"drizzle\".\"m\"\n");
}

static void without_migrations_there_is_a_summary(void **state)
{
    (void)state;
    const struct ep_status empty = {.table = "\"a\".\"b\"", .shape = EP_LEDGER_ABSENT};
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    ep_status_output_text(&text, &(struct ep_status_list){.items = &empty, .count = 1});
    assert_string_equal(ep_text_get(&text),
                        "0 applied, 0 pending; table \"a\".\"b\", which does not exist yet\n");

    ep_text_reset(&text);
    ep_status_output_json(&text, &(struct ep_status_list){.items = &empty, .count = 1});
    assert_string_equal(ep_text_get(&text), "{\n"
                                            "  \"table\": \"\\\"a\\\".\\\"b\\\"\",\n"
                                            "  \"exists\": false,\n"
                                            "  \"applied\": 0,\n"
                                            "  \"pending\": 0,\n"
                                            "  \"skipped\": 0,\n"
                                            "  \"migrations\": [],\n"
                                            "  \"unknown\": [],\n"
                                            "  \"notes\": []\n"
                                            "}\n");
}

static void the_document_holds_all_of_it(void **state)
{
    (void)state;
    struct ep_status one = full;
    one.plan.item_count = one.plan.applied_count = one.plan.unknown_count = 1;
    one.plan.pending_count = 0;
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    ep_status_output_json(&text, &(struct ep_status_list){.items = &one, .count = 1});
    assert_string_equal(ep_text_get(&text),
                        "{\n"
                        "  \"table\": \"\\\"drizzle\\\".\\\"m\\\"\",\n"
                        "  \"exists\": true,\n"
                        "  \"applied\": 1,\n"
                        "  \"pending\": 0,\n"
                        "  \"skipped\": 0,\n"
                        "  \"migrations\": [\n"
                        "    {\n"
                        "      \"tag\": \"0000_init\",\n"
                        "      \"state\": \"applied\",\n"
                        "      \"created_at\": 1700000000123,\n"
                        "      \"applied_at\": \"2026-11-21T06:28:44.123456Z\",\n"
                        "      \"hash\": \"bbbb\",\n"
                        "      \"recorded_hash\": \"aaaa\",\n"
                        "      \"edited\": true,\n"
                        "      \"line_endings_differ\": false,\n"
                        "      \"out_of_order\": false,\n"
                        "      \"drizzle_runs_again\": false,\n"
                        "      \"in_future\": false,\n"
                        "      \"renamed\": false,\n"
                        "      \"notes\": [\n"
                        "        \"the file was changed\"\n"
                        "      ]\n"
                        "    }\n"
                        "  ],\n"
                        "  \"unknown\": [\n"
                        "    {\n"
                        "      \"id\": \"2\",\n"
                        "      \"name\": null,\n"
                        "      \"created_at\": -1,\n"
                        "      \"applied_at\": \"infinity\",\n"
                        "      \"hash\": \"cccccccccccccccccccc\"\n"
                        "    }\n"
                        "  ],\n"
                        "  \"notes\": [\n"
                        "    \"a row\\nhas no name\"\n"
                        "  ]\n"
                        "}\n");
}

static void whatever_the_names_hold_it_is_json(void **state)
{
    (void)state;
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    json_t *json EP_CLEANUP(ep_json_drop) = NULL;
    struct ep_error err = {0};

    ep_status_output_json(&text, &(struct ep_status_list){.items = &full, .count = 1});
    assert_true(ep_json_parse("status", ep_text_span(&text), &json, &err));
    const json_t *evil = json_array_get(json_object_get(json, "migrations"), 2);
    assert_string_equal(json_string_value(json_object_get(evil, "tag")), "0002_evil\n\xef\xbf\xbd");
    assert_true(json_is_null(json_object_get(evil, "applied_at")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_aligned_and_printable),
        cmocka_unit_test(without_migrations_there_is_a_summary),
        cmocka_unit_test(the_document_holds_all_of_it),
        cmocka_unit_test(whatever_the_names_hold_it_is_json),
    };
    return cmocka_run_group_tests_name("status_output", tests, NULL, NULL);
}
