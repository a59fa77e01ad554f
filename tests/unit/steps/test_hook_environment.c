/* Unit tests of src/steps/hook_environment: which PG* variables a connection string becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "steps/hook_environment.h"

static void a_connection_string_becomes_variables(void **state)
{
    (void)state;
    static char home[] = "HOME=/", host[] = "PGHOST=old", service[] = "PGSERVICE=old";
    static char passfile[] = "PGPASSFILE=/p", hosts[] = "PGHOSTS=kept";
    char *environment[] = {home, host, service, passfile, hosts, NULL};
    static const struct {
        const char *url;
        const char *expected;
    } cases[] = {
        {"postgresql://u:p%20w@db:5433/app",
         "HOME=/ PGPASSFILE=/p PGHOSTS=kept PGHOST=db PGPORT=5433 PGDATABASE=app PGUSER=u "
         "PGPASSWORD=p w"},
        {"postgresql://u@a:1,b:2/app?sslmode=require&channel_binding=require",
         "HOME=/ PGPASSFILE=/p PGHOSTS=kept PGHOST=a,b PGPORT=1,2 PGDATABASE=app PGUSER=u "
         "PGCHANNELBINDING=require PGSSLMODE=require"},
        {"host=/run/pg dbname=app options='-c role=x'",
         "HOME=/ PGPASSFILE=/p PGHOSTS=kept PGHOST=/run/pg PGDATABASE=app PGOPTIONS=-c role=x"},
    };

    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
        struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
        struct ep_hook_variable variables[EP_HOOK_DATABASE_VARIABLES_MAX];
        struct ep_conninfo conninfo = {0};
        struct ep_error err = {0};

        print_message("# %s\n", cases[i].url);
        assert_true(ep_conninfo_parse(&arena, cases[i].url, 170000, false, &conninfo, &err));
        size_t count = ep_hook_database_variables(&arena, &conninfo, variables);
        char **all = ep_hook_environment(&arena, environment, variables, count);
        for (size_t k = 0; all[k] != NULL; k++) {
            ep_text_format(&text, "%s%s", k == 0 ? "" : " ", all[k]);
        }
        assert_string_equal(ep_text_get(&text), cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_string_becomes_variables),
    };
    return cmocka_run_group_tests_name("hook_environment", tests, NULL, NULL);
}
