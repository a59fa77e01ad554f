/* Unit tests of src/sql/type_change. tests/integration/hazards.bats asks a server the same. */
#include "sql/type_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct change {
    const char *from, *to;
    bool is_explicit;
    const char *verdict; /* "free" or "rewrite", then "+loss", "+failure" */
};

static void check(const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct change *expected = &changes[i];
        struct ep_type_change change;
        char verdict[64];

        ep_type_change_judge(ep_span_of(expected->from), ep_span_of(expected->to),
                             expected->is_explicit, &change);
        (void)snprintf(verdict, sizeof(verdict), "%s%s%s",
                       change.cost == EP_TYPE_CHANGE_FREE ? "free" : "rewrite",
                       change.loss == NULL ? "" : " +loss",
                       change.failure == NULL ? "" : " +failure");
        if (strcmp(verdict, expected->verdict) != 0) {
            fail_msg("%s to %s: %s, not %s", expected->from, expected->to, verdict,
                     expected->verdict);
        }
    }
}

static void the_same_type_under_another_name_is_free(void **state)
{
    (void)state;
    static const struct change changes[] = {
        {"integer", "int", false, "free"},
        {"integer", "INT4", false, "free"},
        {"character varying(255)", "varchar(255)", false, "free"},
        {"timestamp with time zone", "timestamptz", false, "free"},
        {"numeric(10,2)", "decimal(10, 2)", false, "free"},
        {"double precision", "float8", false, "free"},
        {"bigint", "pg_catalog.int8", false, "free"},
        {"text[]", "text[]", false, "free"},
        {"mood", "mood", false, "free"},
    };
    check(changes, EP_COUNT_OF(changes));
}

static void what_only_becomes_wider_is_free(void **state)
{
    (void)state;
    static const struct change changes[] = {
        {"character varying(10)", "varchar(20)", false, "free"},
        {"character varying(10)", "text", false, "free"},
        {"text", "varchar", true, "free"},
        {"numeric(10,2)", "numeric(12,2)", false, "free"},
        {"numeric(10,2)", "numeric", false, "free"},
        {"timestamp(3) without time zone", "timestamp", false, "free"},
        {"bit varying(3)", "varbit(5)", false, "free"},
        {"cidr", "inet", false, "free"},
        {"character varying", "bpchar", false, "free"},
        {"interval(2)", "interval", false, "free"},
    };
    check(changes, EP_COUNT_OF(changes));
}

static void other_changes_write_the_table_anew(void **state)
{
    (void)state;
    static const struct change changes[] = {
        {"integer", "bigint", false, "rewrite"},
        {"bigint", "integer", false, "rewrite +failure"},
        {"text", "varchar(10)", false, "rewrite +failure"},
        {"character varying(20)", "varchar(10)", false, "rewrite +failure"},
        {"character varying(20)", "varchar(10)", true, "rewrite +loss"},
        {"character(5)", "text", false, "rewrite"},
        {"text", "char", true, "rewrite +loss"},
        {"numeric(10,2)", "numeric(10,3)", false, "rewrite +failure"},
        {"numeric(10,2)", "numeric(13,3)", false, "rewrite"},
        {"numeric(10,2)", "numeric(10,1)", false, "rewrite +loss"},
        {"numeric(10,2)", "numeric(8,2)", false, "rewrite +failure"},
        {"numeric", "numeric(8,2)", false, "rewrite +loss +failure"},
        {"numeric(10,2)", "integer", false, "rewrite +loss"},
        {"integer", "numeric(10,2)", false, "rewrite"},
        {"double precision", "real", false, "rewrite +loss"},
        {"real", "double precision", false, "rewrite"},
        {"integer", "double precision", false, "rewrite"},
        {"bigint", "double precision", false, "rewrite +loss"},
        {"integer", "real", false, "rewrite +loss"},
        {"numeric", "double precision", false, "rewrite +loss"},
        {"double precision", "numeric", false, "rewrite +loss"},
        {"timestamp with time zone", "timestamp", false, "rewrite"},
        {"timestamp without time zone", "timestamp(0)", false, "rewrite +loss"},
        {"timestamp with time zone", "date", false, "rewrite +loss"},
        {"date", "timestamptz", false, "rewrite"},
        {"time with time zone", "time", false, "rewrite +loss"},
        {"json", "jsonb", false, "rewrite +loss"},
        {"jsonb", "json", false, "rewrite"},
        {"inet", "cidr", false, "rewrite"},
        {"text", "uuid", true, "rewrite"},
        {"mood", "text", false, "rewrite"},
        {"text", "text[]", true, "rewrite"},
        {"character varying(5)[]", "text[]", false, "rewrite"},
        {"bit(3)", "bit(5)", true, "rewrite"},
        {"", "", false, "free"},
    };
    check(changes, EP_COUNT_OF(changes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_type_under_another_name_is_free),
        cmocka_unit_test(what_only_becomes_wider_is_free),
        cmocka_unit_test(other_changes_write_the_table_anew),
    };
    return cmocka_run_group_tests_name("type change", tests, NULL, NULL);
}
