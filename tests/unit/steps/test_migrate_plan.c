#define _XOPEN_SOURCE 700 /* nftw(), in scratch.h */
/*
 * Unit tests of the plan of a tier: files whose hash differs are read again, and the settings
 * become policies. No server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "steps/migrate.h"
#include "system/clock.h"

#include "tests/unit/scratch.h"

enum { FILES = 3 };

struct world {
    struct ep_migration migrations[FILES];
    struct ep_ledger_row rows[FILES + 1];
    struct ep_tier tier;
    struct ep_ledger ledger;
    struct ep_settings settings;
    struct ep_migrate migrate;
};

static void examine(struct ep_migration *migration)
{
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};

    assert_true(ep_migration_examine(&scratch, migration, &err));
}

/* Three files, all applied with the hashes that they have now. */
static void begin(struct world *world)
{
    static const char *const paths[FILES] = {"0000_a.sql", "0001_b.sql", "0002_c.sql"};
    static const char *const tags[FILES] = {"0000_a", "0001_b", "0002_c"};

    *world = (struct world){.settings = {.migrate_edited = EP_POLICY_FAIL}};
    world->migrate = (struct ep_migrate){.settings = &world->settings};
    world->tier.migrations = (struct ep_migration_list){.items = world->migrations, .count = FILES};
    world->ledger = (struct ep_ledger){
        .shape = EP_LEDGER_V0, .rows = world->rows, .row_count = FILES, .may_update = true};
    for (size_t i = 0; i < FILES; i++) {
        struct ep_migration *migration = &world->migrations[i];
        ep_scratch_text(paths[i], "SELECT 1;\nSELECT 2;\n", 0644);
        migration->tag = tags[i];
        migration->path = paths[i];
        migration->created_at = 100 * (int64_t)(i + 1);
        examine(migration);
        world->rows[i] = (struct ep_ledger_row){.id = "1",
                                                .hash = migration->hash,
                                                .created_at = migration->created_at,
                                                .has_created_at = true};
    }
}

static void write_file(struct world *world, size_t item, const char *text)
{
    ep_scratch_text(world->migrations[item].path, text, 0644);
    examine(&world->migrations[item]);
}

/* What was applied stays what it was. */
static void keep_hash(struct ep_arena *arena, struct world *world, size_t item)
{
    world->rows[item].hash = ep_arena_format(arena, "%s", world->migrations[item].hash);
}

static bool make(struct ep_arena *arena, struct world *world, struct ep_plan *ret_plan,
                 struct ep_error *err)
{
    bool made =
        ep_migrate_plan(arena, &world->migrate, &world->tier, &world->ledger, ret_plan, err);

    for (size_t i = 0; i < FILES; i++) { /* they are the arena's, and this may go */
        assert_null(world->migrations[i].hash_lf);
        assert_null(world->migrations[i].hash_crlf);
    }
    return made;
}

static void other_line_endings_are_no_edit(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_plan made = {0};
    struct world world;

    begin(&world);
    keep_hash(&arena, &world, 0);
    write_file(&world, 0, "SELECT 1;\r\nSELECT 2;\r\n");
    write_file(&world, 2, "SELECT 3;\r\n");
    keep_hash(&arena, &world, 2);
    write_file(&world, 2, "SELECT 3;\n");
    assert_true(make(&arena, &world, &made, &err));
    assert_true(made.items[0].line_endings_differ);
    assert_false(made.items[1].line_endings_differ);
    assert_true(made.items[2].line_endings_differ);
    assert_false(made.items[0].edited || made.items[1].edited || made.items[2].edited);
}

static void an_edit_is_refused_shown_or_ignored(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0}, none = {0};
    struct ep_plan made = {0};
    struct world world;

    begin(&world);
    keep_hash(&arena, &world, 1);
    write_file(&world, 1, "SELECT 5;\n");
    assert_false(make(&arena, &world, &made, &err));
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_string_equal(err.summary, "1 migration changed after it was applied: 0001_b");

    world.settings.migrate_edited = EP_POLICY_IGNORE;
    assert_true(make(&arena, &world, &made, &none));
    assert_int_equal(made.note_count, 0);
    world.migrate.only_shown = true; /* then it is told, whatever the setting */
    assert_true(make(&arena, &world, &made, &none));
    assert_int_equal(made.note_count, 1);
    assert_true(made.items[1].edited);
}

static void a_file_that_cannot_be_read_again_is_an_error(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error err = {0};
    struct ep_plan made = {.item_count = 77};
    struct world world;

    begin(&world);
    for (size_t i = 0; i < FILES; i++) {
        world.rows[i].hash = "another";
    }
    assert_int_equal(remove("0001_b.sql"), 0);
    assert_int_equal(remove("0002_c.sql"), 0);
    assert_false(make(&arena, &world, &made, &err)); /* of the first; two would be a bug */
    assert_int_equal(err.fault, EP_FAULT_SOURCE);
    assert_non_null(strstr(err.summary, "0001_b.sql"));
    assert_int_equal(made.item_count, 77);
}

static void the_other_policies_and_the_time_are_handed_on(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_error ahead = {0}, order = {0}, none = {0};
    struct ep_plan made = {0};
    struct world world;

    begin(&world);
    world.rows[FILES] =
        (struct ep_ledger_row){.id = "9", .hash = "z", .created_at = 999, .has_created_at = true};
    world.ledger.row_count = FILES + 1;
    assert_true(make(&arena, &world, &made, &none));
    world.settings.migrate_ahead = EP_POLICY_FAIL;
    assert_false(make(&arena, &world, &made, &ahead));
    assert_non_null(strstr(ahead.summary, "not in this image"));

    begin(&world);
    world.rows[1] = world.rows[2];
    world.ledger.row_count = 2;
    assert_true(make(&arena, &world, &made, &none));
    world.settings.migrate_out_of_order = EP_OUT_OF_ORDER_FAIL;
    assert_false(make(&arena, &world, &made, &order));
    assert_non_null(strstr(order.summary, "not applied although"));

    begin(&world);
    world.migrations[2].created_at = ep_clock_unix_ms() + INT64_C(2) * 60 * 60 * 1000;
    world.rows[2].created_at = world.migrations[2].created_at;
    assert_true(make(&arena, &world, &made, &none));
    assert_true(made.items[2].in_future);
    assert_false(made.items[1].in_future);
}

int main(void)
{
#define IN_SCRATCH(test) \
    cmocka_unit_test_setup_teardown(test, ep_scratch_setup, ep_scratch_teardown)
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(other_line_endings_are_no_edit),
        IN_SCRATCH(an_edit_is_refused_shown_or_ignored),
        IN_SCRATCH(a_file_that_cannot_be_read_again_is_an_error),
        IN_SCRATCH(the_other_policies_and_the_time_are_handed_on),
    };
    return cmocka_run_group_tests_name("migrate_plan", tests, NULL, NULL);
}
