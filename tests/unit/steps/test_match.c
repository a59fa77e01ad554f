/*
 * Unit tests of matching: migrations and ledger rows in, which belongs to which, out.
 */
#include "steps/match.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MOST = 5 };
#define NO_TIME INT64_MIN

/* A journal's where folder and file are NULL; its tag is 0000_x. */
struct file {
    int64_t when;
    const char *hash;
    const char *folder, *file;
};

struct row {
    int64_t created_at; /* NO_TIME: NULL */
    const char *hash, *name;
    bool is_hashless;
};

#define JOURNAL(when_, hash_)            \
    {                                    \
        .when = (when_), .hash = (hash_) \
    }
#define FOLDER(when_, hash_, name_)                         \
    {                                                       \
        .when = (when_), .hash = (hash_), .folder = (name_) \
    }
#define FILE_OF(tag_, hash_)            \
    {                                   \
        .hash = (hash_), .file = (tag_) \
    }
#define ROW(time_, hash_)                      \
    {                                          \
        .created_at = (time_), .hash = (hash_) \
    }
#define NAMED(time_, hash_, name_)                              \
    {                                                           \
        .created_at = (time_), .hash = (hash_), .name = (name_) \
    }

/* expected: for each migration its row, then for each row its migration; "-": none. */
struct scenario {
    const char *name;
    struct file files[MOST];
    struct row rows[MOST];
    enum ep_ledger_shape shape; /* V1 unless said otherwise */
    bool by_number;
    const char *expected;
};

/* Seconds that two names and times share. */
#define TIME INT64_C(1700000000456)
#define SECONDS INT64_C(1700000000000)
#define NAME "20231114221320_x"

static const struct scenario scenarios[] = {
    {.name = "nothing", .expected = "|"},
    {.name = "rows alone", .rows = {ROW(1, "a"), ROW(2, "b")}, .expected = "| - -"},
    {.name = "files alone", .files = {JOURNAL(1, "a"), JOURNAL(2, "b")}, .expected = "- - |"},
    {.name = "in whatever order",
     .files = {JOURNAL(3, "c"), JOURNAL(1, "a"), JOURNAL(4, "d"), JOURNAL(2, "b")},
     .rows = {ROW(1, "a"), ROW(2, "b"), ROW(4, "d"), ROW(3, "c")},
     .expected = "3 0 2 1 | 1 3 2 0"},
    {.name = "only the first two are out of order",
     .files = {JOURNAL(1, "a"), JOURNAL(2, "b"), JOURNAL(3, "c")},
     .rows = {ROW(2, "b"), ROW(1, "a"), ROW(3, "c")},
     .expected = "1 0 2 | 1 0 2"},
    {.name = "only the last two are out of order",
     .files = {JOURNAL(1, "a"), JOURNAL(2, "b"), JOURNAL(3, "c")},
     .rows = {ROW(1, "a"), ROW(3, "c"), ROW(2, "b")},
     .expected = "0 2 1 | 0 2 1"},
    {.name = "time and hash before time alone",
     .files = {JOURNAL(100, "x"), JOURNAL(100, "b")},
     .rows = {ROW(100, "b"), ROW(100, "a")},
     .expected = "1 0 | 1 0"},
    {.name = "time alone: the hashes decide the order, and what is left over says the same",
     .files = {JOURNAL(100, "x")},
     .rows = {ROW(100, "c"), ROW(100, "b")},
     .expected = "1 | 0 0"},
    {.name = "times around it",
     .files = {JOURNAL(100, "x")},
     .rows = {ROW(99, "a"), ROW(101, "b")},
     .expected = "- | - -"},
    {.name = "alike: the first",
     .files = {JOURNAL(100, "a")},
     .rows = {ROW(100, "a"), ROW(100, "a"), ROW(100, "a")},
     .expected = "0 | 0 0 0"},
    {.name = "alike, behind one that sorts before them",
     .files = {JOURNAL(100, "b")},
     .rows = {ROW(100, "c"), ROW(100, "b"), ROW(100, "b"), ROW(100, "a")},
     .expected = "1 | 0 0 0 0"},
    {.name = "no time is not the time 0",
     .files = {JOURNAL(0, "x")},
     .rows = {ROW(NO_TIME, "a")},
     .expected = "- | -"},
    {.name = "the name before whole seconds and hash",
     .files = {JOURNAL(TIME, "a")},
     .rows = {ROW(SECONDS, "a"), NAMED(5, "z", NAME)},
     .expected = "1 | 0 0"},
    {.name = "two rows of a name: the first; of another: nobody's",
     .files = {JOURNAL(TIME, "a")},
     .rows = {NAMED(5, "y", "other"), NAMED(5, "z", NAME), NAMED(6, "z", NAME)},
     .expected = "1 | - 0 0"},
    {.name = "whole seconds before the hash alone",
     .files = {JOURNAL(TIME, "a")},
     .rows = {ROW(5, "a"), ROW(SECONDS, "a")},
     .expected = "1 | 0 0"},
    {.name = "whole seconds and another hash",
     .files = {JOURNAL(TIME, "a")},
     .rows = {ROW(SECONDS, "b")},
     .expected = "- | -"},
    {.name = "whole seconds before 1970 are rounded down",
     .files = {JOURNAL(-1456, "a")},
     .rows = {ROW(5, "a"), ROW(-1000, "a"), ROW(-2000, "a")},
     .expected = "2 | 0 0 0"},
    {.name = "a whole second stays one",
     .files = {JOURNAL(-3000, "b"), JOURNAL(2000, "a")},
     .rows = {ROW(3000, "a"), ROW(1000, "a"), ROW(-2000, "b"), ROW(-4000, "b")},
     .expected = "2 0 | 1 1 0 0"},
    {.name = "the hash alone, whatever the time",
     .files = {JOURNAL(100, "a")},
     .rows = {ROW(NO_TIME, "a")},
     .expected = "0 | 0"},
    {.name = "a row is of one migration",
     .files = {JOURNAL(100, "a"), JOURNAL(200, "a")},
     .rows = {ROW(200, "a")},
     .expected = "- 0 | 1"},
    {.name = "two of one hash: each has a row",
     .files = {JOURNAL(100, "a"), JOURNAL(200, "a")},
     .rows = {ROW(7, "a"), ROW(8, "a")},
     .expected = "0 1 | 0 1"},
    {.name = "a weaker reason takes no other's row",
     .files = {JOURNAL(100, "b"), JOURNAL(200, "a"), JOURNAL(100, "a")},
     .rows = {ROW(100, "a"), ROW(200, "b")},
     .expected = "- 1 0 | 2 1"},

    {.name = "repeated: the same name, whatever else",
     .files = {JOURNAL(100, "a")},
     .rows = {NAMED(100, "a", "n"), NAMED(200, "b", "n"), NAMED(100, "a", "m")},
     .expected = "0 | 0 0 -"},
    {.name = "repeated: one without a name, by time or by hash",
     .files = {JOURNAL(100, "a")},
     .rows = {NAMED(100, "a", "n"), ROW(100, "z"), ROW(300, "a"), ROW(300, "z")},
     .expected = "0 | 0 0 0 -"},
    {.name = "repeated: one with a name, of one without",
     .files = {JOURNAL(100, "a")},
     .rows = {ROW(100, "a"), NAMED(100, "z", "n"), NAMED(300, "z", "n")},
     .expected = "0 | 0 0 -"},
    {.name = "repeated: no time is not the time 0",
     .files = {JOURNAL(0, "a")},
     .rows = {ROW(0, "a"), ROW(NO_TIME, "z"), ROW(NO_TIME, "a")},
     .expected = "0 | 0 - 0"},
    {.name = "what an unapplied migration would say is nobody's repetition",
     .files = {JOURNAL(100, "a"), JOURNAL(200, "b")},
     .rows = {ROW(100, "a"), ROW(300, "c")},
     .expected = "0 - | 0 -"},
    {.name = "repeated: of the first that it fits",
     .files = {JOURNAL(100, "a"), JOURNAL(200, "b")},
     .rows = {ROW(100, "a"), ROW(200, "b"), ROW(200, "a")},
     .expected = "0 1 | 0 1 0"},

    {.name = "folders by their names, in whatever order and whatever the rest",
     .files = {FOLDER(3000, "c", "3_c"), FOLDER(1000, "a", "1_a"), FOLDER(2000, "b", "2_b")},
     .rows = {NAMED(2000, "a", "1_a"), NAMED(1, "x", "3_c"), NAMED(NO_TIME, "b", "2_b")},
     .expected = "1 0 2 | 1 0 2"},
    {.name = "a folder alone, and none",
     .files = {FOLDER(1000, "a", "1_a")},
     .rows = {NAMED(1000, "a", "1_b"), NAMED(1000, "a", "1_a")},
     .expected = "1 | - 0"},
    {.name = "a folder is known by its name alone",
     .files = {FOLDER(1000, "a", "1_a")},
     .rows = {NAMED(1000, "a", "1_b")},
     .expected = "- | -"},
    {.name = "rows without a name: by the only folder of the second, whatever the hash",
     .files = {FOLDER(2000, "b", "2_b"), FOLDER(1000, "a", "1_a")},
     .rows = {ROW(1999, "b"), ROW(2000, "x")},
     .expected = "1 0 | 1 0"},
    {.name = "of several folders of the second by the hash",
     .files = {FOLDER(1000, "b", "1_b"), FOLDER(1000, "c", "1_c"), FOLDER(1000, "a", "1_a"),
               FOLDER(2000, "d", "2_d")},
     .rows = {ROW(1001, "a"), ROW(1002, "c"), ROW(1003, "d")},
     .expected = "- 1 0 - | 2 1 -"},
    {.name = "of no folder of the second by the hash at all, the last of them",
     .files = {FOLDER(1000, "a", "1_a"), FOLDER(2000, "b", "2_b"), FOLDER(3000, "a", "3_a")},
     .rows = {ROW(9000, "a"), ROW(9000, "z")},
     .expected = "- - 0 | 2 -"},
    {.name = "no time is not the second 0 of folders",
     .files = {FOLDER(0, "x", "0_x")},
     .rows = {ROW(NO_TIME, "a")},
     .expected = "- | -"},
    {.name = "a time before 1970 is rounded towards it",
     .files = {FOLDER(-2000, "a", "-2_a"), FOLDER(-1000, "b", "-1_b")},
     .rows = {ROW(-1456, "z")},
     .expected = "- 0 | 1"},
    {.name = "two rows of one folder: the first is its row, both are its",
     .files = {FOLDER(1000, "a", "1_a"), FOLDER(2000, "b", "2_b")},
     .rows = {NAMED(1000, "a", "1_a"), NAMED(5000, "z", "1_a"), ROW(1000, "a")},
     .expected = "0 - | 0 0 0"},
    {.name = "a folder's repetition needs its name",
     .files = {FOLDER(1000, "a", "1_a"), FOLDER(1000, "b", "1_b")},
     .rows = {NAMED(1000, "a", "1_a"), NAMED(1000, "a", "1_c"), ROW(1000, "z")},
     .expected = "0 - | 0 - -"},
    {.name = "a journal beside folders: its tag is no name of a row, its second no folder's",
     .files = {JOURNAL(1000, "q"), FOLDER(9000, "a", "9_a")},
     .rows = {NAMED(77, "z", "0000_x"), ROW(1456, "y")},
     .expected = "- - | - -"},
    {.name = "a journal and folders, each its own way",
     .files = {JOURNAL(1000, "q"), FOLDER(1000, "q", "1_q")},
     .rows = {NAMED(1000, "q", "1_q"), NAMED(1000, "q", "m")},
     .expected = "1 0 | 1 0"},

    {.name = "files by their names, in whatever order",
     .files = {FILE_OF("3_c", "c"), FILE_OF("1_a", "a"), FILE_OF("2_b", "b")},
     .rows = {NAMED(0, "x", "1_a"), NAMED(0, "c", "3_c")},
     .shape = EP_LEDGER_NAMES,
     .expected = "1 0 - | 1 0"},
    {.name = "renamed: the row whose file is gone, the file of its hash that has no row",
     .files = {FILE_OF("1_a", "a"), FILE_OF("2_new", "b"), FILE_OF("3_new", "b")},
     .rows = {NAMED(0, "a", "1_a"), NAMED(0, "b", "2_old"), NAMED(0, "c", "3_old")},
     .shape = EP_LEDGER_NAMES,
     .expected = "0 1 - | 0 1 -"},
    {.name = "renamed, and nothing else",
     .files = {FILE_OF("1_new", "a")},
     .rows = {NAMED(0, "a", "1_old")},
     .shape = EP_LEDGER_NAMES,
     .expected = "0 | 0"},
    {.name = "a copy is not a new name: the row's own file is there",
     .files = {FILE_OF("1_a", "a"), FILE_OF("2_a", "a")},
     .rows = {NAMED(0, "a", "1_a")},
     .shape = EP_LEDGER_NAMES,
     .expected = "0 - | 0"},
    {.name = "a file that has a row is no renamed one",
     .files = {FILE_OF("1_a", "a")},
     .rows = {NAMED(0, "a", "0_a"), NAMED(0, "x", "1_a")},
     .shape = EP_LEDGER_NAMES,
     .expected = "1 | - 0"},
    {.name = "without hashes nothing is renamed",
     .files = {FILE_OF("1_a", "")},
     .rows = {{0, "", "0_a", .is_hashless = true}},
     .shape = EP_LEDGER_NAMES,
     .expected = "- | -"},
    {.name = "two rows of one name: the first is its row, both are its",
     .files = {FILE_OF("1_a", "a")},
     .rows = {NAMED(0, "a", "1_a"), NAMED(0, "b", "1_a")},
     .shape = EP_LEDGER_NAMES,
     .expected = "0 | 0 0"},
    {.name = "numbers",
     .files = {FILE_OF("001_a", "a"), FILE_OF("fix", "b"), FILE_OF("01_c", "c")},
     .rows = {NAMED(0, "", "001"), NAMED(0, "", "fix"), NAMED(0, "", "1")},
     .shape = EP_LEDGER_NAMES,
     .by_number = true,
     .expected = "0 1 - | 0 1 -"},
};

struct input {
    struct ep_migration migrations[MOST];
    struct ep_ledger_row rows[MOST];
    struct ep_names_shape names;
    struct ep_migration_list list;
    struct ep_ledger ledger;
};

static void fill(const struct scenario *scenario, struct input *input)
{
    *input = (struct input){.names = {.by_number = scenario->by_number},
                            .list = {.items = input->migrations},
                            .ledger = {.shape = scenario->shape, .rows = input->rows}};
    for (size_t i = 0; i < MOST && scenario->files[i].hash != NULL; i++) {
        const struct file *file = &scenario->files[i];
        struct ep_migration *migration = &input->migrations[input->list.count++];
        migration->layout = file->folder != NULL ? EP_LAYOUT_FOLDERS
                            : file->file != NULL ? EP_LAYOUT_NUMBERED
                                                 : EP_LAYOUT_JOURNAL;
        migration->tag = file->folder != NULL ? file->folder
                         : file->file != NULL ? file->file
                                              : "0000_x";
        migration->created_at = file->when;
        (void)snprintf(migration->hash, sizeof(migration->hash), "%s", file->hash);
    }
    for (size_t i = 0; i < MOST && scenario->rows[i].hash != NULL; i++) {
        const struct row *row = &scenario->rows[i];
        bool has_time = row->created_at != NO_TIME;
        input->rows[input->ledger.row_count++] =
            (struct ep_ledger_row){.created_at = has_time ? row->created_at : 0,
                                   .has_created_at = has_time,
                                   .hash = row->hash,
                                   .name = row->name,
                                   .is_hashless = row->is_hashless};
    }
    if (scenario->shape == EP_LEDGER_NAMES) {
        input->ledger.names = &input->names;
    } else {
        input->ledger.shape = EP_LEDGER_V1;
    }
}

static void write_index(struct ep_text *line, ptrdiff_t index)
{
    if (index >= 0) {
        ep_text_format(line, "%td ", index);
    } else {
        ep_text_add(line, "- ");
    }
}

static void each_row_is_whose_it_should_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(scenarios); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_text line EP_CLEANUP(ep_text_clear) = {0};
        struct ep_match match = {.matched_count = 77};
        struct input input;
        size_t matched = 0;

        print_message("# %s\n", scenarios[i].name);
        fill(&scenarios[i], &input);
        ep_match_make(&arena, &input.list, &input.ledger, &match);
        for (size_t j = 0; j < input.list.count; j++) {
            matched += match.rows[j] != NULL;
            write_index(&line, match.rows[j] == NULL ? -1 : match.rows[j] - input.rows);
        }
        ep_text_add(&line, "|");
        for (size_t j = 0; j < input.ledger.row_count; j++) {
            ep_text_add(&line, j == 0 ? " " : "");
            write_index(&line, match.owners[j] == NULL ? -1 : match.owners[j] - input.migrations);
        }
        assert_string_equal(ep_arena_copy(&arena, ep_span_trim(ep_text_span(&line))),
                            scenarios[i].expected);
        assert_int_equal(match.matched_count, matched);
    }
}

static void a_file_is_known_by_its_tag_or_its_number(void **state)
{
    static const struct ep_names_shape names = {.by_number = false}, numbers = {.by_number = true};
    static const struct ep_migration numbered = {.tag = "0012_a"}, plain = {.tag = "fix_1"};
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};

    (void)state;
    const struct ep_ledger absent = {.names = NULL}, named = {.names = &names},
                           counted = {.names = &numbers};
    assert_string_equal(ep_match_name(&arena, &numbered, &absent), "0012_a");
    assert_string_equal(ep_match_name(&arena, &numbered, &named), "0012_a");
    assert_string_equal(ep_match_name(&arena, &numbered, &counted), "0012");
    assert_string_equal(ep_match_name(&arena, &plain, &counted), "fix_1");
}

static void mismatches_are_rows_with_another_hash(void **state)
{
    (void)state;
    static const struct scenario scenario = {
        .files = {JOURNAL(100, "A"), JOURNAL(200, "b"), JOURNAL(300, "C"), JOURNAL(400, "d")},
        .rows = {ROW(100, "a"), ROW(200, "b"), ROW(300, "c")},
    };
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct input input;
    struct ep_match match;
    const size_t *indices = NULL;
    size_t count = 0;

    fill(&scenario, &input);
    ep_match_make(&arena, &input.list, &input.ledger, &match);
    ep_match_find_mismatches(&arena, &input.list, &match, &indices, &count);
    assert_int_equal(count, 2);
    assert_int_equal(indices[0], 0);
    assert_int_equal(indices[1], 2);

    input.rows[2].is_hashless = true; /* then nothing can be said */
    ep_match_find_mismatches(&arena, &input.list, &match, &indices, &count);
    assert_int_equal(count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_whose_it_should_be),
        cmocka_unit_test(a_file_is_known_by_its_tag_or_its_number),
        cmocka_unit_test(mismatches_are_rows_with_another_hash),
    };
    return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
