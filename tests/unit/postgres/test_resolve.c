/*
 * Unit tests of postgres/resolve. getaddrinfo() is replaced for names that end
 * in ".test": each has a script for either family. Others get the real one.
 */
#define _GNU_SOURCE /* RTLD_NEXT, EAI_NODATA */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <netdb.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "postgres/resolve.h"
#include "system/clock.h"

enum { SECOND = 1000, SILENT = 3 * SECOND, SHORT = 20 };

struct script {
    const char *name;
    struct {
        int eai_code;
        int delay_ms;
        const char *addresses[3];
    } ipv6, ipv4;
};

static const struct script scripts[] = {
    {"both.test", {0, 0, {"fd12::5"}}, {0, SHORT, {"10.0.0.5", "10.0.0.6"}}},
    {"twice.test", {0, 0, {"fd12::5", "fd12::5"}}, {0, 0, {"10.0.0.5", "10.0.0.5", "10.0.0.6"}}},
    {"only6.test", {0, 0, {"fd12::5"}}, {EAI_NONAME, 0, {0}}},
    {"only4.test", {EAI_AGAIN, 0, {0}}, {0, 0, {"10.0.0.5"}}},
    {"nowhere.test", {EAI_NONAME, 0, {0}}, {EAI_NONAME, SHORT, {0}}},
    {"nodata.test", {EAI_NODATA, 0, {0}}, {EAI_NONAME, 0, {0}}},
    {"again.test", {EAI_NONAME, 0, {0}}, {EAI_AGAIN, 0, {0}}},
    {"family.test", {EAI_FAMILY, 0, {0}}, {EAI_NODATA, 0, {0}}},
    {"empty.test", {0, 0, {0}}, {0, 0, {0}}},
    {"silent.test", {EAI_AGAIN, SILENT, {0}}, {EAI_AGAIN, SILENT, {0}}},
    {"half.test", {EAI_AGAIN, SILENT, {0}}, {0, 0, {"10.0.0.5"}}},
    {"late.test", {0, SECOND, {"fd12::5"}}, {0, 0, {"10.0.0.5"}}},
};

static atomic_int calls, running, running_most, unblocked;

typedef int lookup_function(const char *, const char *, const struct addrinfo *,
                            struct addrinfo **);

static int real_getaddrinfo(const char *name, const struct addrinfo *hints,
                            struct addrinfo **ret_found)
{
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
    lookup_function *function = NULL;
    memcpy(&function, &symbol, sizeof(function)); /* ISO C has no cast for it */
    return function(name, NULL, hints, ret_found);
}

/* freeaddrinfo() of the GNU C library releases each item by itself, so they can be chained. */
static int answer(const char *const addresses[], int family, struct addrinfo **ret_found)
{
    const struct addrinfo hints = {
        .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    struct addrinfo **end = ret_found;
    *end = NULL;
    for (size_t i = 0; i < 3 && addresses[i] != NULL; i++) {
        if (real_getaddrinfo(addresses[i], &hints, end) != 0) {
            return EAI_SYSTEM;
        }
        end = &(*end)->ai_next;
    }
    return 0;
}

static void sleep_ms(int ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L};
    (void)nanosleep(&time, NULL);
}

static int play(const struct script *script, const struct addrinfo *hints, struct addrinfo **found)
{
    bool is_ipv6 = hints->ai_family == AF_INET6;
    sigset_t mask;

    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (sigismember(&mask, SIGTERM) != 1 || sigismember(&mask, SIGINT) != 1) {
        atomic_fetch_add(&unblocked, 1);
    }
    atomic_fetch_add(&calls, 1);
    int now_running = atomic_fetch_add(&running, 1) + 1;
    if (now_running > atomic_load(&running_most)) {
        atomic_store(&running_most, now_running);
    }
    sleep_ms(is_ipv6 ? script->ipv6.delay_ms : script->ipv4.delay_ms);
    atomic_fetch_sub(&running, 1);
    int eai_code = is_ipv6 ? script->ipv6.eai_code : script->ipv4.eai_code;
    return eai_code != 0 ? eai_code
                         : answer(is_ipv6 ? script->ipv6.addresses : script->ipv4.addresses,
                                  hints->ai_family, found);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    (void)service;
    if ((hints->ai_flags & AI_NUMERICHOST) == 0) {
        for (size_t i = 0; i < EP_COUNT_OF(scripts); i++) {
            if (strcmp(scripts[i].name, name) == 0) {
                return play(&scripts[i], hints, found);
            }
        }
        if (strcmp(name, "LocalHost") == 0) {
            return EAI_NONAME;
        }
    }
    return real_getaddrinfo(name, hints, found);
}

/* The addresses, joined by blanks; or the code of the failure. */
static const char *find(struct ep_resolver *resolver, int64_t timeout_ms, int *ret_eai)
{
    static char text[512];
    struct ep_address_list list = {0};

    *ret_eai = 0;
    text[0] = '\0';
    if (ep_resolver_find(resolver, ep_clock_ms() + timeout_ms, &list, ret_eai)) {
        for (size_t i = 0; i < list.count; i++) {
            size_t used = strlen(text);
            (void)snprintf(text + used, sizeof(text) - used, "%s%s", i == 0 ? "" : " ",
                           list.items[i].numeric);
            assert_string_equal(list.items[i].port, "5433");
        }
    }
    return text;
}

static void check_host(struct ep_host host, const char *addresses, int eai_code)
{
    struct ep_resolver *resolver EP_CLEANUP(ep_resolver_drop) = ep_resolver_open(&host);
    int eai = 0;

    host.port = "5433";
    assert_string_equal(find(resolver, 10 * SECOND, &eai), addresses);
    assert_int_equal(eai, eai_code);
}

static void check(const char *name, const char *addresses, int eai_code)
{
    check_host((struct ep_host){.name = name, .address = "", .port = "5433"}, addresses, eai_code);
}

static void literals_need_no_look_up(void **state)
{
    (void)state;
    atomic_store(&calls, 0);
    check("10.0.0.5", "10.0.0.5", 0);
    check("::1", "::1", 0);
    check("fd12::5", "fd12::5", 0);
    check("/run/postgresql", "", 0);
    check("@abstract", "", 0);
    check("", "", 0);
    check_host((struct ep_host){.name = "silent.test", .address = "10.0.0.7", .port = "5433"},
               "10.0.0.7", 0);
    check_host((struct ep_host){.name = "", .address = "10.0.0.7", .port = "5433"}, "10.0.0.7", 0);
    assert_int_equal(atomic_load(&calls), 0);
}

static void an_item_keeps_the_name_for_tls(void **state)
{
    (void)state;
    const struct ep_host host = {.name = "only4.test", .address = "", .port = ""};
    struct ep_resolver *resolver EP_CLEANUP(ep_resolver_drop) = ep_resolver_open(&host);
    struct ep_address_list list = {0};
    int eai = 0;

    assert_true(ep_resolver_find(resolver, EP_CLOCK_NEVER, &list, &eai));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].host, "only4.test");
    assert_string_equal(list.items[0].numeric, "10.0.0.5");
}

static void the_families_are_merged(void **state)
{
    (void)state;
    check("both.test", "fd12::5 10.0.0.5 10.0.0.6", 0);
    check("twice.test", "fd12::5 10.0.0.5 10.0.0.6", 0);
    check("only6.test", "fd12::5", 0);
    check("only4.test", "10.0.0.5", 0);
}

static void the_most_hopeful_failure_counts(void **state)
{
    (void)state;
    check("nowhere.test", "", EAI_NONAME);
    check("nodata.test", "", EAI_NONAME);
    check("again.test", "", EAI_AGAIN);
    check("family.test", "", EAI_NODATA);
    check("empty.test", "", EAI_NONAME);
}

static void localhost_is_known(void **state)
{
    (void)state;
    const struct ep_host host = {.name = "localhost", .address = "", .port = "5433"};
    struct ep_resolver *resolver EP_CLEANUP(ep_resolver_drop) = ep_resolver_open(&host);
    int eai = 0;

    assert_non_null(strstr(find(resolver, 10 * SECOND, &eai), "127.0.0.1"));
    check("LocalHost", "::1 127.0.0.1", 0); /* the resolver says no */
}

static void a_silent_name_server_does_not_hold_us(void **state)
{
    (void)state;
    const struct ep_host host = {.name = "silent.test", .address = "", .port = "5433"};
    struct ep_resolver *resolver EP_CLEANUP(ep_resolver_drop) = ep_resolver_open(&host);
    int eai = 0;

    atomic_store(&calls, 0);
    atomic_store(&running_most, 0);
    int64_t start_ms = ep_clock_ms();
    for (int i = 0; i < 5; i++) {
        assert_string_equal(find(resolver, SHORT, &eai), "");
        assert_int_equal(eai, EAI_AGAIN);
    }
    assert_true(ep_clock_ms() - start_ms < SILENT);
    assert_int_equal(atomic_load(&calls), 2); /* the first look-ups are still under way */
    assert_int_equal(atomic_load(&running_most), 2);
}

static void a_silent_family_does_not_hold_the_other(void **state)
{
    (void)state;
    int64_t start_ms = ep_clock_ms();
    check("half.test", "10.0.0.5", 0);
    assert_true(ep_clock_ms() - start_ms < SILENT);
}

static void a_late_answer_serves_the_next_call(void **state)
{
    (void)state;
    const struct ep_host host = {.name = "late.test", .address = "", .port = "5433"};
    struct ep_resolver *resolver EP_CLEANUP(ep_resolver_drop) = ep_resolver_open(&host);
    int eai = 0;

    assert_string_equal(find(resolver, 10 * SECOND, &eai), "10.0.0.5");
    sleep_ms(3 * SECOND / 2);
    assert_string_equal(find(resolver, 10 * SECOND, &eai), "fd12::5 10.0.0.5");
}

static void an_answer_is_good_for_a_while(void **state)
{
    (void)state;
    const struct ep_host host = {.name = "both.test", .address = "", .port = "5433"};
    struct ep_resolver *resolver EP_CLEANUP(ep_resolver_drop) = ep_resolver_open(&host);
    int eai = 0;

    atomic_store(&calls, 0);
    assert_string_not_equal(find(resolver, 10 * SECOND, &eai), "");
    assert_string_not_equal(find(resolver, 10 * SECOND, &eai), "");
    assert_int_equal(atomic_load(&calls), 2);
    sleep_ms(SECOND + SHORT);
    assert_string_not_equal(find(resolver, 10 * SECOND, &eai), "");
    assert_int_equal(atomic_load(&calls), 4);
}

static void signals_are_for_the_thread_that_waits(void **state)
{
    (void)state;
    sigset_t mask;
    check("both.test", "fd12::5 10.0.0.5 10.0.0.6", 0);
    assert_int_equal(atomic_load(&unblocked), 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
    assert_int_equal(sigismember(&mask, SIGTERM), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_need_no_look_up),
        cmocka_unit_test(an_item_keeps_the_name_for_tls),
        cmocka_unit_test(the_families_are_merged),
        cmocka_unit_test(the_most_hopeful_failure_counts),
        cmocka_unit_test(localhost_is_known),
        cmocka_unit_test(a_silent_name_server_does_not_hold_us),
        cmocka_unit_test(a_silent_family_does_not_hold_the_other),
        cmocka_unit_test(a_late_answer_serves_the_next_call),
        cmocka_unit_test(an_answer_is_good_for_a_while),
        cmocka_unit_test(signals_are_for_the_thread_that_waits),
    };
    return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
