/*
 * Unit tests of the table of numbered files: the columns of one that exists in; how it is read and
 * written, or why it is refused, out. No server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger/numbered.h"

#include "tests/unit/ledger/scripted.h"

#define TABLE "\"public\".\"schema_migrations\""
#define RECORD(names, values, column)                                                            \
    "INSERT INTO " TABLE " (" names ") SELECT " values " WHERE NOT EXISTS (SELECT 1 FROM " TABLE \
    " AS known WHERE known." column "::text = $1::text)"

enum { MOST = 6 };

/* A column: its name, the category of its type, whether it must be given. */
struct column {
    const char *name, *category, *needed;
};

static const struct column own_columns[MOST] = {{"filename", "S", "t"},
                                                {"hash", "S", "t"},
                                                {"applied_at", "D", "f"},
                                                {"duration_ms", "N", "f"}};

static struct ep_result probe_of(const struct column *columns)
{
    struct ep_result probe = {0};

    for (size_t i = 0; i < MOST && columns[i].name != NULL; i++) {
        const char **cells = probe.cells[probe.rows++];
        cells[0] = "r";
        cells[1] = columns[i].name;
        cells[2] = columns[i].category;
        cells[3] = columns[i].needed;
    }
    return probe;
}

static bool read_ledger(struct ep_arena *arena, const struct ep_result *probe,
                        const struct ep_result *rows, struct ep_ledger *ledger,
                        struct ep_error *err)
{
    struct ep_ledger_table table;

    ep_ledger_table_init(arena, EP_LEDGER_OF_NUMBERED, "public", "schema_migrations", &table);
    return ep_ledger_read(arena, &table, probe, rows, ledger, err);
}

static void a_table_of_ours_has_its_own_columns(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_ledger_table table;

    ep_ledger_table_init(&arena, EP_LEDGER_OF_NUMBERED, "public", "schema_migrations", &table);
    assert_string_equal(table.create_v0,
                        "CREATE TABLE IF NOT EXISTS " TABLE
                        " (\n\tfilename text PRIMARY KEY,\n\thash text NOT NULL,\n"
                        "\tapplied_at timestamp with time zone NOT NULL DEFAULT now(),\n"
                        "\tduration_ms bigint\n)");
    assert_string_equal(table.create_v1, table.create_v0);
    assert_string_equal(table.read, "SELECT * FROM " TABLE);
}

static void a_table_is_written_by_its_shape(void **state)
{
    static const struct {
        const char *name;
        struct column columns[MOST];
        const char *column, *record;
        bool is_own, by_number;
    } cases[] = {
        {"ours",
         {{"filename", "S", "t"},
          {"hash", "S", "t"},
          {"applied_at", "D", "f"},
          {"duration_ms", "N", "f"}},
         "filename",
         .record = RECORD("\"filename\", \"hash\", \"duration_ms\"",
                          "$1::text, $2::text, $3::bigint", "\"filename\""),
         .is_own = true},
        {"ours, with everything to be given",
         {{"filename", "S", "t"},
          {"hash", "S", "t"},
          {"applied_at", "D", "t"},
          {"duration_ms", "N", "t"}},
         "filename",
         .record = RECORD("\"filename\", \"hash\", \"duration_ms\", \"applied_at\"",
                          "$1::text, $2::text, $3::bigint, pg_catalog.now()", "\"filename\""),
         .is_own = true},
        {"not quite ours",
         {{"filename", "S", "t"}, {"hash", "S", "f"}, {"applied_at", "D", "f"}},
         "filename",
         .record = RECORD("\"filename\"", "$1::text", "\"filename\"")},
        {"ours, but for the name of one column",
         {{"name", "S", "t"},
          {"hash", "S", "f"},
          {"applied_at", "D", "f"},
          {"duration_ms", "N", "f"}},
         "name",
         .record = RECORD("\"name\"", "$1::text", "\"name\"")},
        {"a name and times that must be given",
         {{"id", "N", "f"}, {"name", "S", "t"}, {"run_on", "D", "t"}, {"ended_on", "D", "t"}},
         "name",
         .record = RECORD("\"name\", \"run_on\", \"ended_on\"",
                          "$1::text, pg_catalog.now(), pg_catalog.now()", "\"name\"")},
        {"an id of text",
         {{"id", "S", "t"}, {"checksum", "S", "f"}},
         "id",
         .record = RECORD("\"id\"", "$1::text", "\"id\"")},
        {"a number that must be given",
         {{"id", "N", "t"}, {"migration", "S", "f"}},
         NULL,
         .record = "Its column id must be given a value that is not known here."},
        {"a version",
         {{"version", "S", "t"}},
         "version",
         .record = RECORD("\"version\"", "$1::text", "\"version\""),
         .by_number = true},
        {"two that may hold the names",
         {{"name", "S", "t"}, {"filename", "S", "f"}},
         NULL,
         .record = "Both its columns filename and name may hold the files' names."},
        {"golang-migrate's",
         {{"version", "N", "t"}, {"dirty", "B", "t"}},
         NULL,
         .record =
             "It is golang-migrate's: it has one row with the last version, and does not say which "
             "files are applied."},
        {"a version that is a number, and nothing else",
         {{"version", "N", "t"}, {"clean", "B", "t"}},
         NULL,
         .record =
             "It has the columns version, clean; one of text for the files' names (filename, name, "
             "migration or version) is looked for."},
        {"dirty, without a version",
         {{"dirty", "B", "t"}},
         NULL,
         .record = "It has the columns dirty; one of text for the files' names (filename, name, "
                   "migration or version) is looked for."},
        {"no column at all",
         {{"", "", ""}},
         NULL,
         .record =
             "It has the columns ; one of text for the files' names (filename, name, migration or "
             "version) is looked for."},
        {"a value that nobody knows",
         {{"filename", "S", "t"}, {"hash", "S", "t"}},
         NULL,
         .record = "Its column hash must be given a value that is not known here."},
        {"a type that the server does not name",
         {{"filename", "S", "t"}, {"odd", NULL, "t"}},
         NULL,
         .record = "Its column odd must be given a value that is not known here."},
        {"answers of another shape are not followed",
         {{"filename", "S", NULL}, {"odd", NULL, NULL}},
         "filename",
         .record = RECORD("\"filename\"", "$1::text", "\"filename\"")},
    };
    (void)state;

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        const struct ep_result probe = probe_of(cases[i].columns);
        struct ep_ledger ledger = {0};
        struct ep_error err = {0};

        print_message("# %s\n", cases[i].name);
        if (cases[i].column == NULL) {
            assert_false(read_ledger(&arena, &probe, NULL, &ledger, &err));
            assert_int_equal(err.fault, EP_FAULT_CONFIG);
            assert_string_equal(err.summary,
                                TABLE " is not a table of applied files that is known here");
            assert_string_equal(err.detail, cases[i].record);
            assert_int_not_equal(err.hint[0], '\0');
            continue;
        }
        assert_true(read_ledger(&arena, &probe, NULL, &ledger, &err));
        assert_int_equal(ledger.shape, EP_LEDGER_NAMES);
        assert_true(ledger.schema_exists);
        assert_int_equal(ledger.row_count, 0);
        assert_string_equal(ledger.names->column, cases[i].column);
        assert_string_equal(ledger.names->record, cases[i].record);
        assert_int_equal(ledger.names->is_own, cases[i].is_own);
        assert_int_equal(ledger.names->by_number, cases[i].by_number);
        assert_true(ledger.names->has_suffix);
    }
}

static void what_is_there_is_told_by_the_probe(void **state)
{
    static const struct {
        struct ep_result probe;
        enum ep_ledger_shape shape;
        bool schema_exists, succeeds;
        const char *detail;
    } cases[] = {
        {{0}, EP_LEDGER_ABSENT, false, true, ""},
        {{.cells = {{NULL, NULL, NULL, NULL}}, .rows = 1}, EP_LEDGER_ABSENT, true, true, ""},
        {{.cells = {{"r", "name", "S", "t"}}, .rows = 1}, EP_LEDGER_NAMES, true, true, ""},
        {{.cells = {{"p", "name", "S", "t"}}, .rows = 1}, EP_LEDGER_NAMES, true, true, ""},
        {{.cells = {{"v", "name", "S", "t"}}, .rows = 1},
         EP_LEDGER_ABSENT,
         false,
         false,
         "It is no table."},
        {{.cells = {{"", "name", "S", "t"}}, .rows = 1},
         EP_LEDGER_ABSENT,
         false,
         false,
         "It is no table."},
        {{.sqlstate = "42501"}, EP_LEDGER_ABSENT, false, false, ""},
    };
    (void)state;

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_ledger ledger = {0};
        struct ep_error err = {0};

        print_message("# %zu\n", i);
        assert_int_equal(read_ledger(&arena, &cases[i].probe, NULL, &ledger, &err),
                         cases[i].succeeds);
        assert_int_equal(ledger.shape, cases[i].shape);
        assert_int_equal(ledger.schema_exists, cases[i].schema_exists);
        assert_int_equal(ledger.names != NULL, cases[i].shape == EP_LEDGER_NAMES);
        assert_string_equal(err.detail, cases[i].detail);
        assert_int_equal(err.fault == EP_FAULT_NONE, cases[i].succeeds);
    }
}

static void rows_of_ours_have_hashes_and_times(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const struct ep_result probe = probe_of(own_columns);
    const struct ep_result rows = {
        .columns = {"hash", "created_at", "applied_at", "filename", "duration_ms"},
        .cells = {{"aa", "never", "2026-01-01", "001_a.sql", "5"},
                  {"zz", NULL, NULL, NULL, NULL},
                  {NULL, "never", NULL, "002_b.sql", NULL}},
        .rows = 3};
    struct ep_ledger ledger = {0};
    struct ep_error err = {0};

    assert_true(read_ledger(&arena, &probe, &rows, &ledger, &err));
    assert_int_equal(ledger.row_count, 2); /* without a name it says nothing */
    assert_string_equal(ledger.rows[0].id, "001_a.sql");
    assert_string_equal(ledger.rows[0].name, "001_a");
    assert_string_equal(ledger.rows[0].hash, "aa");
    assert_false(ledger.rows[0].is_hashless);
    assert_false(ledger.rows[0].has_created_at);
    assert_string_equal(ledger.rows[0].applied_at, "2026-01-01");
    assert_string_equal(ledger.rows[1].name, "002_b");
    assert_string_equal(ledger.rows[1].hash, "");
    assert_true(ledger.rows[1].is_hashless);
    assert_null(ledger.rows[1].applied_at);
    assert_string_equal(ledger.names->remove,
                        "DELETE FROM " TABLE " AS known WHERE known.\"filename\"::text = $1");
}

/* Of a table of names alone: which names make which tags, and how the next one is written. */
static void names_tell_how_the_next_one_is_written(void **state)
{
    static const struct {
        const char *column;
        const char *names[4], *tags[4];
        bool by_number, has_suffix;
    } cases[] = {
        {"name", {"001_a.sql", "002_b.sql"}, {"001_a", "002_b"}, false, true},
        {"name", {"001_a", "002_b"}, {"001_a", "002_b"}, false, false},
        {"name", {"001_a.sql", "002_b"}, {"001_a", "002_b"}, false, false},
        {"name", {"001_a", "002_b.sql"}, {"001_a", "002_b"}, false, false},
        {"name", {"001", "002"}, {"001", "002"}, false, false},
        {"name",
         {"migrations/001_a.up.sql", "002.b.up", "x/y/.sql", "up.sql"},
         {"001_a", "002.b.up", "", "up"},
         false,
         false},
        {"version", {"001", "20260101000000"}, {"001", "20260101000000"}, true, false},
        {"version", {"001", "002_b"}, {"001", "002_b"}, false, false},
        {"version", {"001_a", "002"}, {"001_a", "002"}, false, false},
        {"version", {"", "002"}, {"", "002"}, false, false},
    };
    (void)state;

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        const struct column columns[MOST] = {{cases[i].column, "S", "t"}, {"hash", "S", "f"}};
        const struct ep_result probe = probe_of(columns);
        struct ep_result rows = {.columns = {"hash", cases[i].column, "run_on", "created_at"}};
        struct ep_ledger ledger = {0};
        struct ep_error err = {0};

        print_message("# %zu\n", i);
        for (size_t j = 0; j < 4 && cases[i].names[j] != NULL; j++) {
            const char **cells = rows.cells[rows.rows++];
            cells[0] = "not ours"; /* somebody else's idea of a hash */
            cells[1] = cases[i].names[j];
            cells[2] = "2026-01-01";
            cells[3] = "later";
        }
        assert_true(read_ledger(&arena, &probe, &rows, &ledger, &err));
        assert_int_equal(ledger.row_count, rows.rows);
        for (size_t j = 0; j < rows.rows; j++) {
            assert_string_equal(ledger.rows[j].name, cases[i].tags[j]);
            assert_string_equal(ledger.rows[j].id, cases[i].names[j]);
            assert_true(ledger.rows[j].is_hashless);
            assert_string_equal(ledger.rows[j].applied_at, "2026-01-01");
        }
        assert_int_equal(ledger.names->by_number, cases[i].by_number);
        assert_int_equal(ledger.names->has_suffix, cases[i].has_suffix);
    }
}

static void ours_keeps_the_suffix_whatever_is_in_it(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const struct ep_result probe = probe_of(own_columns);
    const struct ep_result rows = {
        .columns = {"filename"}, .cells = {{"001_a"}, {"002_b.sql"}}, .rows = 2};
    const struct ep_result refused = {.sqlstate = "42501"};
    struct ep_ledger ledger = {0};
    struct ep_error err = {0};

    assert_true(read_ledger(&arena, &probe, &rows, &ledger, &err));
    assert_true(ledger.names->has_suffix);
    assert_null(ledger.rows[0].applied_at); /* no column of a time in the answer */
    assert_true(ledger.rows[0].is_hashless);

    assert_false(read_ledger(&arena, &probe, &refused, &ledger, &err));
    assert_int_equal(err.fault, EP_FAULT_DENIED);
    assert_string_equal(err.context, "reading " TABLE);
}

static void a_file_is_recorded_as_the_others_are(void **state)
{
    static const struct {
        struct ep_names_shape shape;
        const char *tag, *path, *sent;
    } cases[] = {
        {{.is_own = true, .has_suffix = true},
         "001_a",
         "migrations/001_a.up.sql",
         "RECORD [001_a.up.sql] [abc] [42]"},
        {{.has_suffix = true}, "001_a", "001_a.sql", "RECORD [001_a.sql]"},
        {{0}, "001_a", "migrations/001_a.sql", "RECORD [001_a]"},
        {{.by_number = true, .has_suffix = true}, "001_a", "m/001_a.sql", "RECORD [001]"},
        {{.by_number = true, .has_suffix = true}, "fix", "m/fix.sql", "RECORD [fix]"},
        {{.by_number = true, .has_suffix = true}, "7_a", "m/7_a.sql", "RECORD [7]"},
    };
    (void)state;

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        const struct ep_migration migration = {.layout = EP_LAYOUT_NUMBERED,
                                               .tag = cases[i].tag,
                                               .path = cases[i].path,
                                               .hash = "abc"};
        struct ep_names_shape shape = cases[i].shape;
        const struct ep_ledger ledger = {.shape = EP_LEDGER_NAMES, .names = &shape};
        struct ep_ledger_table table;
        struct ep_error err = {0};

        shape.record = "RECORD";
        ep_ledger_table_init(&arena, EP_LEDGER_OF_NUMBERED, "public", "schema_migrations", &table);
        server_begin(0);
        assert_sent(ep_ledger_record(NULL, &table, &ledger, &migration, 42, &err), cases[i].sent);
        server_begin(1);
        assert_refused(ep_ledger_record(NULL, &table, &ledger, &migration, 42, &err), &err,
                       "recording it in " TABLE);
    }
}

static void a_row_is_removed_by_its_name_as_it_stands_there(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const struct ep_names_shape shape = {.remove = "REMOVE"};
    const struct ep_ledger ledger = {.shape = EP_LEDGER_NAMES, .names = &shape};
    const struct ep_ledger_row row = {.id = "x/001_a.sql", .name = "001_a", .hash = ""};
    struct ep_ledger_table table;
    struct ep_error err = {0};

    ep_ledger_table_init(&arena, EP_LEDGER_OF_NUMBERED, "public", "schema_migrations", &table);
    server_begin(0);
    assert_sent(ep_ledger_remove(NULL, &table, &ledger, &row, &err), "REMOVE [x/001_a.sql]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_ours_has_its_own_columns),
        cmocka_unit_test(a_table_is_written_by_its_shape),
        cmocka_unit_test(what_is_there_is_told_by_the_probe),
        cmocka_unit_test(rows_of_ours_have_hashes_and_times),
        cmocka_unit_test(names_tell_how_the_next_one_is_written),
        cmocka_unit_test(ours_keeps_the_suffix_whatever_is_in_it),
        cmocka_unit_test(a_file_is_recorded_as_the_others_are),
        cmocka_unit_test(a_row_is_removed_by_its_name_as_it_stands_there),
    };
    return cmocka_run_group_tests_name("numbered", tests, NULL, NULL);
}
