/*
 * Unit tests of src/postgres/conninfo*.c: the table of values found in
 * deployments, what the table does not reach, and that no password comes out.
 */
#include "postgres/conninfo_draft.h"

#include "base/text.h"
#include "conninfo_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROW_NUMBERS = 150 };

static const int versions[] = {V15, V16, V17, V18};

/* A row's text with its password's two pieces replaced; NULL stays NULL. */
static const char *expand(struct ep_arena *arena, const char *text, const char *p, const char *w)
{
    struct ep_text expanded EP_CLEANUP(ep_text_clear) = {0};
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == P[0]) {
            ep_text_add(&expanded, p);
        } else if (*c == W[0]) {
            ep_text_add(&expanded, w);
        } else {
            ep_text_add_byte(&expanded, *c);
        }
    }
    return ep_arena_copy(arena, ep_text_span(&expanded));
}

static bool stands_in_notes(const struct ep_conninfo *conninfo, const char *word)
{
    for (size_t i = 0; i < conninfo->note_count; i++) {
        if (strstr(conninfo->notes[i], word) != NULL) {
            return true;
        }
    }
    return false;
}

static int compare_parameters(const void *a, const void *b)
{
    const struct ep_parameter *first = a;
    const struct ep_parameter *second = b;
    return strcmp(first->keyword, second->keyword);
}

/* "a=1 b=two\ words": all but user, password and dbname, in alphabetical order. */
static const char *list_parameters(struct ep_arena *arena, const struct ep_conninfo *conninfo)
{
    struct ep_text list EP_CLEANUP(ep_text_clear) = {0};
    size_t count = conninfo->parameter_count;
    struct ep_parameter *sorted = ep_arena_array(arena, count + 1, sizeof(*sorted));

    for (size_t i = 0; i < count; i++) {
        sorted[i] = conninfo->parameters[i];
    }
    qsort(sorted, count, sizeof(*sorted), compare_parameters);
    for (size_t i = 0; i < count; i++) {
        const char *keyword = sorted[i].keyword;
        if (strcmp(keyword, "user") == 0 || strcmp(keyword, "password") == 0
            || strcmp(keyword, "dbname") == 0) {
            continue;
        }
        ep_text_format(&list, "%s%s=", list.size == 0 ? "" : " ", keyword);
        for (const char *c = sorted[i].value; *c != '\0'; c++) {
            ep_text_format(&list, "%s%c", *c == ' ' ? "\\" : "", *c);
        }
    }
    return ep_arena_copy(arena, ep_text_span(&list));
}

enum host_field { HOST_NAME, HOST_ADDRESS, HOST_PORT };

static const char *list_hosts(struct ep_arena *arena, const struct ep_conninfo *conninfo,
                              enum host_field field)
{
    const char *list = "";
    for (size_t i = 0; i < conninfo->host_count; i++) {
        const struct ep_host *host = &conninfo->hosts[i];
        const char *text = field == HOST_NAME      ? host->name
                           : field == HOST_ADDRESS ? host->address
                                                   : host->port;
        list = i == 0 ? text : ep_arena_format(arena, "%s,%s", list, text);
    }
    return list;
}

static const char *parameter_or_none(const struct ep_conninfo *conninfo, const char *keyword)
{
    const char *value = ep_conninfo_find(conninfo, keyword);
    return value == NULL ? NONE : value;
}

static const char *or_usual(const char *expected, const char *usual)
{
    return expected == NULL ? usual : expected;
}

static void check_read_row(struct ep_arena *arena, const struct row *row,
                           const struct ep_conninfo *conninfo)
{
    assert_string_equal(list_hosts(arena, conninfo, HOST_NAME), or_usual(row->host, "h"));
    assert_string_equal(list_hosts(arena, conninfo, HOST_ADDRESS), or_usual(row->address, NONE));
    assert_string_equal(list_hosts(arena, conninfo, HOST_PORT), or_usual(row->port, NONE));
    assert_string_equal(parameter_or_none(conninfo, "user"), or_usual(row->user, "u"));
    assert_string_equal(parameter_or_none(conninfo, "password"),
                        expand(arena, or_usual(row->password, PW), "p", "w"));
    assert_string_equal(parameter_or_none(conninfo, "dbname"), or_usual(row->dbname, "db"));
    assert_string_equal(list_parameters(arena, conninfo), or_usual(row->parameters, NONE));
    assert_int_equal(conninfo->pooler_hint, row->pooler);

    if (row->word == NULL) {
        assert_int_equal(conninfo->note_count, 0);
    } else if (!stands_in_notes(conninfo, row->word)) {
        fail_msg("row %d: no note says %s", row->number, row->word);
    }
}

static void check_row(const struct row *row, int version)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_conninfo conninfo = {0};
    struct ep_error err = {0};

    bool is_read = ep_conninfo_parse(&arena, expand(&arena, row->value, "p", "w"), version,
                                     row->environment_host, &conninfo, &err);
    if (!is_read) {
        print_message("#   %s\n#   %s\n", err.summary, err.hint);
    }
    for (size_t i = 0; i < conninfo.note_count; i++) {
        print_message("#   %s\n", conninfo.notes[i]);
    }
    assert_int_equal(is_read, row->outcome != REFUSE);
    if (is_read) {
        assert_int_equal(err.fault, EP_FAULT_NONE);
        check_read_row(&arena, row, &conninfo);
        return;
    }
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_int_equal(conninfo.host_count, 0); /* untouched */
    assert_true(err.hint[0] != '\0');
    assert_non_null(strchr(".?", err.hint[strlen(err.hint) - 1]));
    if (strstr(err.summary, row->word) == NULL && strstr(err.hint, row->word) == NULL) {
        fail_msg("row %d: the error does not say %s", row->number, row->word);
    }
}

static void every_row_has_its_outcome(void **state)
{
    (void)state;
    bool is_seen[ROW_NUMBERS + 1] = {false};

    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        is_seen[rows[i].number] = true;
        for (size_t j = 0; j < EP_COUNT_OF(versions); j++) {
            if (rows[i].version == EVERY || rows[i].version == versions[j]) {
                print_message("# row %d, libpq %d\n", rows[i].number, versions[j]);
                check_row(&rows[i], versions[j]);
            }
        }
    }
    for (int number = 1; number <= ROW_NUMBERS; number++) {
        assert_true(is_seen[number]);
    }
}

static void further_values_have_their_outcome(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(further_rows); i++) {
        const struct row *row = &further_rows[i];
        print_message("# further row %d\n", row->number);
        check_row(row, row->version == EVERY ? V18 : row->version);
    }
}

/* Parse text in a buffer of its own, so that reading past its end is noticed. */
static bool parse(struct ep_arena *arena, struct ep_span text, int version,
                  struct ep_conninfo *ret_conninfo, struct ep_error *err)
{
    char *value = malloc(text.size + 1);
    assert_non_null(value);
    memcpy(value, text.data, text.size);
    value[text.size] = '\0';
    bool is_read = ep_conninfo_parse(arena, value, version, false, ret_conninfo, err);
    free(value);
    return is_read;
}

/* start, then piece count times. */
static const char *refusal_of(struct ep_arena *arena, const char *start, const char *piece,
                              size_t count)
{
    struct ep_text value EP_CLEANUP(ep_text_clear) = {0};
    struct ep_conninfo conninfo;
    struct ep_error err = {0};

    ep_text_add(&value, start);
    for (size_t i = 0; i < count; i++) {
        ep_text_add(&value, piece);
    }
    bool is_read = parse(arena, ep_text_span(&value), V18, &conninfo, &err);
    return is_read ? "" : ep_arena_copy(arena, ep_span_of(err.summary));
}

static void sizes_are_limited(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const char *key = "postgresql://h/db?application_name=";

    assert_string_equal(refusal_of(&arena, key, "x", 16384 - strlen(key)), "");
    assert_string_equal(refusal_of(&arena, key, "x", 16385 - strlen(key)),
                        "the value has 16385 bytes, more than 16384");
    assert_string_equal(refusal_of(&arena, "postgresql://h", ",h", 31), "");
    assert_string_equal(refusal_of(&arena, "postgresql://h", ",h", 32),
                        "the value names more than 32 hosts");
    assert_string_equal(refusal_of(&arena, "postgresql://h/db?", "max=1&", 64), "");
    assert_string_equal(refusal_of(&arena, "postgresql://h/db?", "max=1&", 65),
                        "the value has more than 64 parameters");
    assert_string_equal(refusal_of(&arena, "postgresql://", "h", 253), "");
    assert_string_equal(refusal_of(&arena, "postgresql://", "h", 254),
                        "the host at character 14 is neither a host name nor an address");
}

static void invalid_utf8_is_refused_by_position(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};

    assert_string_equal(refusal_of(&arena, "postgresql://\xC3\xA4:\xFF@h/db", "", 0),
                        "the value is not valid UTF-8 at character 16");
}

static void no_value_is_an_empty_one(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_conninfo conninfo;
    struct ep_error err = {0};

    assert_false(ep_conninfo_parse(&arena, NULL, V18, true, &conninfo, &err));
    assert_string_equal(err.summary, "the value is empty");
}

static void a_note_is_given_once(void **state)
{
    (void)state;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_conninfo conninfo;
    struct ep_error err = {0};

    assert_true(ep_conninfo_parse(&arena, "postgresql://h/db?pool=1&pool=2&schema=a&pool=3", V18,
                                  false, &conninfo, &err));
    assert_int_equal(conninfo.note_count, 3);
    assert_string_equal(conninfo.notes[0],
                        "parameter \"pool\" was ignored: it is a connection pool's");
    assert_string_equal(conninfo.notes[2],
                        "if the server's driver is postgres.js: it sends pool, schema to "
                        "PostgreSQL as a setting, which is refused (42704)");
}

static void the_rules_are_good_data(void **state)
{
    (void)state;
    size_t libpq_count = 0;

    for (size_t i = 0; ep_conninfo_rule(i) != NULL; i++) {
        const struct ep_conninfo_rule *rule = ep_conninfo_rule(i);
        assert_ptr_equal(ep_conninfo_find_rule(ep_span_of(rule->key)), rule); /* unique */
        if (ep_conninfo_rule_is_libpq(rule)) {
            libpq_count++;
        } else {
            assert_int_equal(rule->since, 0);
        }
        if (rule->action == EP_CONNINFO_ALIAS) {
            const struct ep_conninfo_rule *target = ep_conninfo_find_rule(ep_span_of(rule->text));
            assert_non_null(target);
            assert_true(ep_conninfo_rule_is_libpq(target));
        }
        bool needs_text = rule->action == EP_CONNINFO_CHOICE || rule->action == EP_CONNINFO_ALIAS
                          || rule->action == EP_CONNINFO_DROP || rule->action == EP_CONNINFO_REFUSE;
        assert_int_equal(rule->text != NULL, needs_text);
        if (rule->action == EP_CONNINFO_REFUSE) {
            assert_int_equal(rule->text[strlen(rule->text) - 1], '.');
        }
    }
    assert_true(libpq_count > 0 && libpq_count <= EP_CONNINFO_PARAMETERS_MAX);
}

/* The password of the tests below. No text of this program holds four of its characters. */
#define MARK_P "KZQV9X"
#define MARK_W "J7WMBT"
static const char mark[] = MARK_P MARK_W;
enum { MARK_PIECE = 4 };

static bool holds_a_piece_of_the_mark(const char *text)
{
    for (size_t i = 0; i + MARK_PIECE < sizeof(mark); i++) {
        char piece[MARK_PIECE + 1] = {0};
        memcpy(piece, mark + i, MARK_PIECE);
        if (strstr(text, piece) != NULL) {
            return true;
        }
    }
    return false;
}

static void check_nothing_leaks(struct ep_span value, int version)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_conninfo conninfo = {0};
    struct ep_error err = {0};

    (void)!parse(&arena, value, version, &conninfo, &err);
    bool leaks = holds_a_piece_of_the_mark(err.summary) || holds_a_piece_of_the_mark(err.detail)
                 || holds_a_piece_of_the_mark(err.hint) || holds_a_piece_of_the_mark(err.context);
    for (size_t i = 0; i < conninfo.note_count; i++) {
        leaks = leaks || holds_a_piece_of_the_mark(conninfo.notes[i]);
    }
    if (leaks) {
        print_message("# %.*s\n#   %s\n#   %s\n", EP_SPAN_PRINT(value), err.summary, err.hint);
        for (size_t i = 0; i < conninfo.note_count; i++) {
            print_message("#   %s\n", conninfo.notes[i]);
        }
        fail_msg("a piece of the password came out");
    }
}

/* What is logged of a value that was read: where it leads, and as whom. */
static void check_nothing_leaks_into_names(const char *value)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_conninfo conninfo = {0};
    struct ep_error err = {0};

    if (ep_conninfo_parse(&arena, value, V18, true, &conninfo, &err)) {
        assert_false(holds_a_piece_of_the_mark(list_hosts(&arena, &conninfo, HOST_NAME)));
        assert_false(holds_a_piece_of_the_mark(list_hosts(&arena, &conninfo, HOST_PORT)));
        assert_false(holds_a_piece_of_the_mark(parameter_or_none(&conninfo, "user")));
        assert_false(holds_a_piece_of_the_mark(parameter_or_none(&conninfo, "dbname")));
        assert_false(holds_a_piece_of_the_mark(list_parameters(&arena, &conninfo)));
    }
}

static uint32_t random_state = 20240229;

/* xorshift: the same numbers on every machine. */
static uint32_t random_below(size_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return (uint32_t)(random_state % limit);
}

/* Change one byte, or a few: what typing, pasting and templates do to a value. */
static void mutate(struct ep_text *value)
{
    static const char bytes[] = "@@@/??##::%&&===;'\" \\+,[]${}\n.x1";
    char byte = bytes[random_below(sizeof(bytes) - 1)];
    struct ep_span old = ep_text_span(value);
    size_t at = random_below(old.size + 1);
    size_t skipped = random_below(3) == 0 ? 0 : 1;
    struct ep_text changed EP_CLEANUP(ep_text_clear) = {0};

    ep_text_append(&changed, ep_span_part(old, 0, at));
    if (random_below(4) != 0) {
        ep_text_add_byte(&changed, byte);
    }
    ep_text_append(&changed, ep_span_part(old, at + skipped, SIZE_MAX));
    if (changed.size == 0) {
        ep_text_add_byte(&changed, byte);
    }
    ep_text_reset(value);
    ep_text_append(value, ep_text_span(&changed));
}

static void check_mutations(const struct row *row, size_t count)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_text value EP_CLEANUP(ep_text_clear) = {0};
    const char *original = expand(&arena, row->value, MARK_P, MARK_W);

    check_nothing_leaks(ep_span_of(original), V18);
    check_nothing_leaks(ep_span_of(original), V15);
    check_nothing_leaks_into_names(original);
    for (size_t i = 0; i < count; i++) {
        ep_text_reset(&value);
        ep_text_add(&value, original);
        for (size_t changes = 1 + random_below(4); changes > 0; changes--) {
            mutate(&value);
        }
        check_nothing_leaks(ep_text_span(&value), versions[random_below(EP_COUNT_OF(versions))]);
    }
}

static void no_piece_of_a_password_comes_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        check_mutations(&rows[i], 60);
    }
    for (size_t i = 0; i < EP_COUNT_OF(further_rows); i++) {
        check_mutations(&further_rows[i], 60);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_its_outcome),
        cmocka_unit_test(further_values_have_their_outcome),
        cmocka_unit_test(sizes_are_limited),
        cmocka_unit_test(invalid_utf8_is_refused_by_position),
        cmocka_unit_test(no_value_is_an_empty_one),
        cmocka_unit_test(a_note_is_given_once),
        cmocka_unit_test(the_rules_are_good_data),
        cmocka_unit_test(no_piece_of_a_password_comes_out),
    };
    return cmocka_run_group_tests_name("conninfo", tests, NULL, NULL);
}
