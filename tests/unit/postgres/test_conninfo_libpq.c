/*
 * Unit tests of src/postgres/conninfo*.c against the libpq that is linked in:
 * what passes here is what libpq itself would read, and the keywords are its own.
 */
#include "postgres/conninfo_draft.h"

#include "base/text.h"
#include "conninfo_rows.h"

#include <libpq-fe.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *expand(struct ep_arena *arena, const char *text)
{
    char *expanded = ep_arena_copy(arena, ep_span_of(text));
    for (char *c = expanded; *c != '\0'; c++) {
        *c = *c == P[0] ? 'p' : *c == W[0] ? 'w' : *c;
    }
    return expanded;
}

/* A field of all hosts, as libpq lists it: one port may stand for all. */
static const char *join(struct ep_arena *arena, const struct ep_conninfo *conninfo, const char *key)
{
    const char *list = "";
    for (size_t i = 0; i < conninfo->host_count; i++) {
        const struct ep_host *host = &conninfo->hosts[i];
        const char *text = strcmp(key, "host") == 0       ? host->name
                           : strcmp(key, "hostaddr") == 0 ? host->address
                                                          : host->port;
        list = i == 0 ? text : ep_arena_format(arena, "%s,%s", list, text);
    }
    return list;
}

static void assert_lists_equal(const char *ours, const char *theirs)
{
    bool is_shared = strchr(theirs, ',') == NULL && strchr(ours, ',') != NULL;
    if (!is_shared) {
        assert_string_equal(ours, theirs);
        return;
    }
    /* "5433,5433" and "5433"; "," and "" */
    struct ep_span rest = ep_span_of(ours);
    while (rest.size > 0) {
        assert_true(ep_span_starts_with(rest, theirs));
        rest = ep_span_part(rest, strlen(theirs) + 1, SIZE_MAX);
    }
}

static void compare(struct ep_arena *arena, const struct ep_conninfo *conninfo,
                    const PQconninfoOption *options)
{
    size_t found = 0;

    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        const char *theirs = option->val == NULL ? "" : option->val;
        const char *ours = ep_conninfo_find(conninfo, option->keyword);
        found += ours != NULL;
        if (strcmp(option->keyword, "client_encoding") == 0) {
            continue;
        }
        if (strncmp(option->keyword, "host", 4) == 0 || strcmp(option->keyword, "port") == 0) {
            assert_null(ours);
            assert_lists_equal(join(arena, conninfo, option->keyword), theirs);
            continue;
        }
        assert_string_equal(ours == NULL ? "" : ours, theirs);
    }
    assert_int_equal(found, conninfo->parameter_count);
}

static void check_row(const struct row *row)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_conninfo conninfo;
    struct ep_error err = {0};
    char *message = NULL;
    const char *value = expand(&arena, row->value);

    assert_true(
        ep_conninfo_parse(&arena, value, PQlibVersion(), row->environment_host, &conninfo, &err));
    PQconninfoOption *options = PQconninfoParse(value, &message);
    if (options == NULL) {
        print_message("#   %s", message);
    }
    assert_non_null(options);
    compare(&arena, &conninfo, options);
    PQconninfoFree(options);
    PQfreemem(message);
}

static size_t check_rows(const struct row *list, size_t count, const char *name)
{
    size_t checked = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_ours =
            list[i].version == EVERY || list[i].version / 10000 == PQlibVersion() / 10000;
        if (list[i].outcome == PASS && is_ours) {
            print_message("# %s %d\n", name, list[i].number);
            check_row(&list[i]);
            checked++;
        }
    }
    return checked;
}

static void what_passes_is_what_libpq_reads(void **state)
{
    (void)state;
    assert_true(check_rows(rows, EP_COUNT_OF(rows), "row") > 0);
    assert_true(check_rows(further_rows, EP_COUNT_OF(further_rows), "further row") > 0);
}

static void the_keywords_are_those_of_libpq(void **state)
{
    (void)state;
    PQconninfoOption *options = PQconndefaults();
    size_t theirs = 0;
    size_t ours = 0;

    assert_non_null(options);
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        const struct ep_conninfo_rule *rule = ep_conninfo_find_rule(ep_span_of(option->keyword));
        print_message("# %s\n", option->keyword);
        assert_non_null(rule);
        assert_true(ep_conninfo_rule_is_libpq(rule));
        assert_true(rule->since <= PQlibVersion());
        assert_true(option->dispchar[0] != '*' || (rule->marks & EP_CONNINFO_SECRET) != 0);
        theirs++;
    }
    PQconninfoFree(options);
    for (size_t i = 0; ep_conninfo_rule(i) != NULL; i++) {
        const struct ep_conninfo_rule *rule = ep_conninfo_rule(i);
        ours += ep_conninfo_rule_is_libpq(rule) && rule->since <= PQlibVersion();
    }
    assert_int_equal(ours, theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_passes_is_what_libpq_reads),
        cmocka_unit_test(the_keywords_are_those_of_libpq),
    };
    return cmocka_run_group_tests_name("conninfo_libpq", tests, NULL, NULL);
}
