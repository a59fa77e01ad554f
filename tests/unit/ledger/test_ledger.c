/*
 * Unit tests of Drizzle's tracking table: the statements about it, and what is read from a
 * server's answers. No server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "tests/unit/ledger/scripted.h"

#define TABLE "\"drizzle\".\"__drizzle_migrations\""

static const struct ep_migration journal = {
    .tag = "0001_b", .path = "drizzle/0001_b.sql", .created_at = 1700000000456, .hash = "abc"};

static void table_init(struct ep_arena *arena, struct ep_ledger_table *table)
{
    ep_ledger_table_init(arena, EP_LEDGER_OF_DRIZZLE, "drizzle", "__drizzle_migrations", table);
}

static void the_statements_are_drizzles(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_ledger_table table, odd;

    table_init(&arena, &table);
    assert_int_equal(table.kind, EP_LEDGER_OF_DRIZZLE);
    assert_string_equal(table.create_schema, "CREATE SCHEMA IF NOT EXISTS \"drizzle\"");
    assert_string_equal(table.create_v0, "CREATE TABLE IF NOT EXISTS " TABLE
                                         " (\n\tid SERIAL PRIMARY KEY,\n\thash text NOT NULL,\n"
                                         "\tcreated_at bigint\n)");
    assert_string_equal(table.create_v1, "CREATE TABLE IF NOT EXISTS " TABLE
                                         " (\n\tid SERIAL PRIMARY KEY,\n\thash text NOT NULL,\n"
                                         "\tcreated_at bigint,\n\tname text,\n"
                                         "\tapplied_at timestamp with time zone DEFAULT now()\n)");
    assert_string_equal(table.lock, "LOCK TABLE " TABLE " IN ACCESS EXCLUSIVE MODE");
    assert_string_equal(table.read, "SELECT * FROM " TABLE);
    ep_ledger_table_init(&arena, EP_LEDGER_OF_DRIZZLE, "a\"b", "c.d", &odd);
    assert_string_equal(odd.quoted, "\"a\"\"b\".\"c.d\"");
    assert_string_equal(odd.schema, "a\"b");
    assert_string_equal(odd.table, "c.d");
}

static void the_probe_asks_for_both_names_quoted(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_ledger_table table;

    for (int numbered = 0; numbered < 2; numbered++) {
        ep_ledger_table_init(&arena, numbered ? EP_LEDGER_OF_NUMBERED : EP_LEDGER_OF_DRIZZLE, "s",
                             "t", &table);
        const struct ep_query query = ep_ledger_probe(&arena, &table);
        assert_int_equal(query.parameter_count, 2);
        assert_string_equal(query.parameters[0], "\"s\"");
        assert_string_equal(query.parameters[1], "\"s\".\"t\"");
        assert_int_equal(strstr(query.sql, "relkind") != NULL, numbered);
        assert_int_equal(strstr(query.sql, "has_table_privilege") == NULL, numbered);
    }
}

static void created_at_is_a_whole_number_or_none(void **state)
{
    static const struct {
        const char *text;
        bool is_time;
        int64_t value;
    } cases[] = {
        {"1700000000123", true, 1700000000123},
        {"-5", true, -5},
        {"0", true, 0},
        {"1700000000123.00", true, 1700000000123},
        {"7.", true, 7},
        {"7.50", false, 0},
        {"7.0x", false, 0},
        {"7,0", false, 0},
        {"7x", false, 0},
        {"", false, 0},
        {"NaN", false, 0},
        {".0", false, 0},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {NULL, false, 0},
    };
    (void)state;

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        const struct ep_result probe = {.cells = {{"t", "t", "t"}}, .rows = 1};
        const struct ep_result rows = {.columns = {"id", "hash", "created_at"},
                                       .cells = {{"1", "a", cases[i].text}},
                                       .rows = 1};
        struct ep_ledger_table table;
        struct ep_ledger ledger;
        struct ep_error err = {0};

        print_message("# %s\n", cases[i].text == NULL ? "NULL" : cases[i].text);
        table_init(&arena, &table);
        errno = ERANGE; /* of something that failed before */
        assert_true(ep_ledger_read(&arena, &table, &probe, &rows, &ledger, &err));
        assert_int_equal(ledger.rows[0].has_created_at, cases[i].is_time);
        assert_true(ledger.rows[0].created_at == cases[i].value);
    }
}

static void the_probe_tells_what_exists_and_what_may_be_done(void **state)
{
    static const struct {
        const char *schema, *table, *update;
        enum ep_ledger_shape shape;
        bool schema_exists, may_update;
    } cases[] = {
        {"f", "f", NULL, EP_LEDGER_ABSENT, false, false},
        {"t", "f", NULL, EP_LEDGER_ABSENT, true, false},
        {"t", "t", "f", EP_LEDGER_V0, true, false},
        {"t", "t", "t", EP_LEDGER_V0, true, true},
        {NULL, NULL, NULL, EP_LEDGER_ABSENT, false, false},
    };
    (void)state;

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        const struct ep_result probe = {
            .cells = {{cases[i].schema, cases[i].table, cases[i].update}}, .rows = 1};
        /* Of an absent table the answer is a refusal, which is nobody's concern. */
        const struct ep_result absent = {.sqlstate = "42P01"};
        const struct ep_result empty = {.columns = {"id", "hash", "created_at"}};
        struct ep_ledger_table table;
        struct ep_ledger ledger;
        struct ep_error err = {0};

        table_init(&arena, &table);
        assert_true(ep_ledger_read(&arena, &table, &probe,
                                   cases[i].shape == EP_LEDGER_ABSENT ? &absent : &empty, &ledger,
                                   &err));
        assert_int_equal(ledger.shape, cases[i].shape);
        assert_int_equal(ledger.schema_exists, cases[i].schema_exists);
        assert_int_equal(ledger.may_update, cases[i].may_update);
        assert_int_equal(ledger.row_count, 0);
        assert_null(ledger.names);
        /* Before the table was read its shape is not known. */
        assert_true(ep_ledger_read(&arena, &table, &probe, NULL, &ledger, &err));
        assert_int_equal(ledger.shape, EP_LEDGER_ABSENT);
        assert_int_equal(ledger.schema_exists, cases[i].schema_exists);
    }
}

static void rows_are_read_by_the_names_of_their_columns(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const struct ep_result probe = {.cells = {{"t", "t", "t"}}, .rows = 1};
    const struct ep_result v1 = {
        .columns = {"applied_at", "name", "created_at", "hash", "more", "id"},
        .cells = {{"2026-01-01 00:00:00+00", "20231114221320_b", "5", "abc", "x", "1"},
                  {NULL, NULL, NULL, NULL, NULL, NULL}},
        .rows = 2};
    const struct ep_result v0 = {
        .columns = {"id", "hash", "created_at"}, .cells = {{"7", "abc", "5"}}, .rows = 1};
    struct ep_ledger_table table;
    struct ep_ledger ledger;
    struct ep_error err = {0};

    table_init(&arena, &table);
    assert_true(ep_ledger_read(&arena, &table, &probe, &v1, &ledger, &err));
    assert_int_equal(ledger.shape, EP_LEDGER_V1);
    assert_int_equal(ledger.row_count, 2);
    assert_string_equal(ledger.rows[0].id, "1");
    assert_string_equal(ledger.rows[0].hash, "abc");
    assert_string_equal(ledger.rows[0].name, "20231114221320_b");
    assert_string_equal(ledger.rows[0].applied_at, "2026-01-01 00:00:00+00");
    assert_true(ledger.rows[0].created_at == 5);
    assert_string_equal(ledger.rows[1].id, "");
    assert_string_equal(ledger.rows[1].hash, "");
    assert_false(ledger.rows[1].is_hashless); /* a table of Drizzle's has hashes */
    assert_null(ledger.rows[1].name);
    assert_null(ledger.rows[1].applied_at);
    assert_ptr_not_equal(ledger.rows[0].hash, v1.cells[0][3]); /* the answer may go */

    assert_true(ep_ledger_read(&arena, &table, &probe, &v0, &ledger, &err));
    assert_int_equal(ledger.shape, EP_LEDGER_V0);
    assert_int_equal(ledger.row_count, 1);
    assert_string_equal(ledger.rows[0].id, "7");
    assert_null(ledger.rows[0].name);
    assert_null(ledger.rows[0].applied_at);
}

static void what_is_no_tracking_table_or_cannot_be_read_is_an_error(void **state)
{
    static const struct {
        struct ep_result probe, rows;
        enum ep_fault fault;
        const char *summary, *context;
    } cases[] = {
        {{.sqlstate = "42501"}, {0}, EP_FAULT_DENIED, "refused with 42501", "looking for " TABLE},
        {{.cells = {{"t", "t", "t"}}, .rows = 1},
         {.sqlstate = "42501"},
         EP_FAULT_DENIED,
         "refused with 42501",
         "reading " TABLE},
        {{.cells = {{"t", "t", "t"}}, .rows = 1},
         {.columns = {"hash", "created_at"}},
         EP_FAULT_CONFIG,
         TABLE " is not a Drizzle tracking table",
         "reading " TABLE},
        {{.cells = {{"t", "t", "t"}}, .rows = 1},
         {.columns = {"id", "created_at"}},
         EP_FAULT_CONFIG,
         TABLE " is not a Drizzle tracking table",
         "reading " TABLE},
        {{.cells = {{"t", "t", "t"}}, .rows = 1},
         {.columns = {"id", "hash"}},
         EP_FAULT_CONFIG,
         TABLE " is not a Drizzle tracking table",
         "reading " TABLE},
    };
    (void)state;

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_ledger_table table;
        struct ep_ledger ledger = {.row_count = 77};
        struct ep_error err = {0};

        table_init(&arena, &table);
        assert_false(
            ep_ledger_read(&arena, &table, &cases[i].probe, &cases[i].rows, &ledger, &err));
        assert_int_equal(err.fault, cases[i].fault);
        assert_string_equal(err.summary, cases[i].summary);
        assert_string_equal(err.context, cases[i].context);
        assert_int_equal(err.hint[0] != '\0', err.fault == EP_FAULT_CONFIG);
        assert_int_equal(err.detail[0] != '\0', err.fault == EP_FAULT_CONFIG);
        assert_int_equal(ledger.row_count, 77); /* untouched */
    }
}

static void a_row_is_recorded_as_drizzle_would(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const struct ep_ledger v0 = {.shape = EP_LEDGER_V0}, v1 = {.shape = EP_LEDGER_V1};
    struct ep_ledger_table table, numbered;
    struct ep_query query = {0};
    struct ep_error err = {0};

    table_init(&arena, &table);
    server_begin(0);
    assert_sent(ep_ledger_record(NULL, &table, &v0, &journal, 5, &err),
                "INSERT INTO " TABLE " (\"hash\", \"created_at\") VALUES ($1, $2) [abc] "
                "[1700000000456]");
    server_begin(0);
    assert_sent(ep_ledger_record(NULL, &table, &v1, &journal, 5, &err),
                "INSERT INTO " TABLE " (\"hash\", \"created_at\", \"name\") VALUES ($1, $2, $3) "
                "[abc] [1700000000456] [20231114221320_b]");
    server_begin(1);
    assert_refused(ep_ledger_record(NULL, &table, &v1, &journal, 5, &err), &err,
                   "recording it in " TABLE);

    assert_true(ep_ledger_record_query(&arena, &table, &v0, &journal, &query));
    assert_string_equal(query.sql, table.record_v0);
    assert_int_equal(query.parameter_count, 2);
    ep_ledger_table_init(&arena, EP_LEDGER_OF_NUMBERED, "s", "t", &numbered);
    assert_false(ep_ledger_record_query(&arena, &numbered, &v0, &journal, &query));
}

static void rows_are_removed_and_named_by_their_id(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const struct ep_ledger ledger = {.shape = EP_LEDGER_V1};
    const struct ep_ledger_row row = {.id = "7", .hash = "abc"};
    const char *const name_and_id[2] = {"20231114221320_b", "7"};
    struct ep_ledger_table table;
    struct ep_error err = {0}, second = {0}, third = {0};

    table_init(&arena, &table);
    server_begin(0);
    assert_sent(ep_ledger_remove(NULL, &table, &ledger, &row, &err),
                "DELETE FROM " TABLE " WHERE \"id\"::text = $1 [7]");
    server_begin(1);
    assert_refused(ep_ledger_remove(NULL, &table, &ledger, &row, &err), &err,
                   "removing a row of " TABLE);
    server_begin(0);
    assert_sent(ep_ledger_name(NULL, &table, name_and_id, true, &second),
                "UPDATE " TABLE " SET \"name\" = $1, \"applied_at\" = NULL WHERE \"id\"::text = $2 "
                "[20231114221320_b] [7]");
    server_begin(0);
    assert_sent(ep_ledger_name(NULL, &table, name_and_id, false, &second),
                "UPDATE " TABLE " SET \"name\" = $1 WHERE \"id\"::text = $2 [20231114221320_b] "
                "[7]");
    server_begin(1);
    assert_refused(ep_ledger_name(NULL, &table, name_and_id, true, &third), &third,
                   "naming a row of " TABLE);
}

static void an_upgrade_adds_the_two_columns(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_ledger_table table;
    struct ep_error none = {0};

    table_init(&arena, &table);
    server_begin(0);
    assert_sent(ep_ledger_upgrade(NULL, &table, &none),
                "ALTER TABLE " TABLE " ADD COLUMN IF NOT EXISTS \"name\" text\n"
                "ALTER TABLE " TABLE " ADD COLUMN IF NOT EXISTS \"applied_at\" "
                "timestamp with time zone DEFAULT now()");
    for (size_t refused = 1; refused <= 2; refused++) {
        struct ep_error err = {0};
        server_begin(refused);
        assert_refused(ep_ledger_upgrade(NULL, &table, &err), &err, "upgrading " TABLE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_statements_are_drizzles),
        cmocka_unit_test(the_probe_asks_for_both_names_quoted),
        cmocka_unit_test(created_at_is_a_whole_number_or_none),
        cmocka_unit_test(the_probe_tells_what_exists_and_what_may_be_done),
        cmocka_unit_test(rows_are_read_by_the_names_of_their_columns),
        cmocka_unit_test(what_is_no_tracking_table_or_cannot_be_read_is_an_error),
        cmocka_unit_test(a_row_is_recorded_as_drizzle_would),
        cmocka_unit_test(rows_are_removed_and_named_by_their_id),
        cmocka_unit_test(an_upgrade_adds_the_two_columns),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
