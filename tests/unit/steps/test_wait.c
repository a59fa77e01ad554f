/*
 * Unit tests of steps/wait: the loop itself, with scripted servers, a scripted
 * resolver and a clock that only moves when somebody waits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netdb.h>
#include <poll.h>

#include "postgres/resolve.h"
#include "steps/wait.h"
#include "system/clock.h"
#include "system/signals.h"

enum { SECOND = 1000, START = 5000 };

struct world {
    int64_t now_ms;
    int64_t ready_at_ms;  /* from then on a login works */
    const char *sqlstate; /* before that */
    const char *message;
    const char *silent;       /* this address swallows packets */
    const char *only;         /* only this address is ever ready, or answers with sqlstate */
    int64_t resolvable_at_ms; /* from then on names are known */
    int signal;               /* noted once somebody pauses */
    int noted;
    unsigned logins, late_logins, lookups, dropped;
    bool hasty; /* each pause is as short as chance makes it */
    int64_t paused_ms, last_login_ms, longest_try_ms;
    unsigned lines, waiting, still_waiting, connected;
    char last_reason[1024], last_address[320];
};

struct world world; /* clang takes poll() below for inline, which may not use a static one */

int64_t ep_clock_ms(void)
{
    return world.now_ms;
}

int64_t ep_clock_jitter(int64_t ms, int percent)
{
    assert_int_equal(percent, 20);
    return world.hasty ? ms * 80 / 100 : ms;
}

int ep_signals_noted(void)
{
    return world.noted;
}

int ep_signals_fd(void)
{
    return -1;
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    assert_int_equal(count, 1);
    assert_int_equal(fds[0].events, POLLIN);
    world.now_ms += timeout_ms;
    world.paused_ms += timeout_ms;
    world.noted = world.signal;
    return 0;
}

/* Two addresses for each name; what is no name stands for itself. */
struct ep_resolver {
    const struct ep_host *host;
    struct ep_address items[2];
};

struct ep_resolver *ep_resolver_open(const struct ep_host *host)
{
    struct ep_resolver *resolver = calloc(1, sizeof(*resolver));
    assert_non_null(resolver);
    resolver->host = host;
    return resolver;
}

void ep_resolver_close(struct ep_resolver *resolver)
{
    free(resolver);
}

bool ep_resolver_find(struct ep_resolver *resolver, int64_t deadline_ms,
                      struct ep_address_list *ret_list, int *ret_eai)
{
    const struct ep_host *host = resolver->host;
    bool is_socket = host->name[0] == '/' || host->name[0] == '\0';
    bool is_name = !is_socket && strspn(host->name, "0123456789.:") < strlen(host->name);

    assert_true(deadline_ms >= world.now_ms);
    world.lookups++;
    if (is_name && world.now_ms < world.resolvable_at_ms) {
        *ret_eai = EAI_NONAME;
        return false;
    }
    resolver->items[0] = (struct ep_address){
        .host = host->name,
        .numeric = is_name ? "::1" : (is_socket ? "" : host->name),
        .port = host->port,
    };
    resolver->items[1] =
        (struct ep_address){.host = host->name, .numeric = "127.0.0.1", .port = host->port};
    *ret_list = (struct ep_address_list){.items = resolver->items, .count = is_name ? 2 : 1};
    return true;
}

static char a_session;

bool ep_session_open(const struct ep_conninfo *conninfo, const struct ep_address *address,
                     int64_t deadline_ms, const struct ep_reporter *reporter,
                     struct ep_session **ret_session, struct ep_refusal *ret_refusal)
{
    (void)conninfo;
    (void)reporter;
    bool here = world.only == NULL || strcmp(world.only, address->numeric) == 0;

    world.logins++;
    world.late_logins += world.now_ms >= START + 30 * SECOND ? 1 : 0;
    world.last_login_ms = world.now_ms;
    *ret_refusal = (struct ep_refusal){0};
    if (world.silent != NULL && strcmp(world.silent, address->numeric) == 0) {
        int64_t took_ms = deadline_ms > world.now_ms ? deadline_ms - world.now_ms : 0;
        world.longest_try_ms = took_ms > world.longest_try_ms ? took_ms : world.longest_try_ms;
        world.now_ms += took_ms;
        ret_refusal->timed_out = true;
        (void)snprintf(ret_refusal->message, sizeof(ret_refusal->message), "no answer in time");
        return false;
    }
    world.now_ms += 1;
    if (here && world.now_ms >= world.ready_at_ms) {
        *ret_session = (struct ep_session *)(void *)&a_session;
        return true;
    }
    (void)snprintf(ret_refusal->sqlstate, sizeof(ret_refusal->sqlstate), "%s",
                   here ? world.sqlstate : "");
    (void)snprintf(ret_refusal->message, sizeof(ret_refusal->message), "%s",
                   here ? world.message : "Connection refused");
    return false;
}

void ep_session_drop(struct ep_session **slot)
{
    world.dropped += *slot == NULL ? 0 : 1;
}

const char *ep_session_server_version_text(const struct ep_session *session)
{
    assert_ptr_equal(session, &a_session);
    return "17.2";
}

static void listen_in(void *context, const struct ep_event *event)
{
    (void)context;
    world.lines++;
    world.waiting += event->kind == EP_EVENT_WAITING ? 1 : 0;
    world.still_waiting += event->kind == EP_EVENT_STILL_WAITING ? 1 : 0;
    world.connected += event->kind == EP_EVENT_CONNECTED ? 1 : 0;
    for (size_t i = 0; i < event->field_count; i++) {
        const struct ep_field *field = &event->fields[i];
        if (strcmp(field->name, "reason") == 0) {
            (void)snprintf(world.last_reason, sizeof(world.last_reason), "%s", field->text);
        }
        if (strcmp(field->name, "address") == 0) {
            (void)snprintf(world.last_address, sizeof(world.last_address), "%s", field->text);
        }
    }
}

static const struct ep_reporter reporter = {.report = listen_in};

static struct world refusing(void)
{
    return (struct world){
        .now_ms = START, .ready_at_ms = INT64_MAX, .sqlstate = "", .message = "Connection refused"};
}

static bool wait_for(const char *first, const char *second, int64_t timeout_ms,
                     struct ep_error *err)
{
    const struct ep_host hosts[] = {{.name = first, .address = "", .port = "5432"},
                                    {.name = second, .address = "", .port = ""}};
    const struct ep_conninfo conninfo = {.hosts = hosts, .host_count = second[0] == '\0' ? 1 : 2};
    const struct ep_wait wait = {
        .conninfo = &conninfo, .timeout_ms = timeout_ms, .reporter = &reporter};
    struct ep_session *session = NULL;

    *err = (struct ep_error){0};
    bool connected = ep_wait(&wait, &session, err);
    assert_int_equal(session != NULL, connected);
    assert_int_equal(err->fault != EP_FAULT_NONE, !connected);
    return connected;
}

static void a_server_that_is_there_is_used_at_once(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.ready_at_ms = 0;
    assert_true(wait_for("10.0.0.5", "", 60 * SECOND, &err));
    assert_int_equal(world.logins, 1);
    assert_int_equal(world.lines, 1);
    assert_int_equal(world.connected, 1);
    assert_int_equal(world.paused_ms, 0);
    assert_string_equal(world.last_address, "10.0.0.5:5432");
}

static void a_server_that_starts_is_noticed_soon(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.ready_at_ms = START + 4321;
    assert_true(wait_for("10.0.0.5", "", 60 * SECOND, &err));
    assert_in_range(world.now_ms, world.ready_at_ms, world.ready_at_ms + 26);
    assert_int_equal(world.waiting, 1);
    assert_int_equal(world.connected, 1);
}

static void nothing_listens(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    assert_false(wait_for("10.0.0.5", "", 25 * SECOND, &err));
    assert_int_equal(world.now_ms, START + 25 * SECOND); /* neither earlier nor later */
    assert_int_equal(err.fault, EP_FAULT_UNAVAILABLE);
    assert_string_equal(err.summary, "could not connect to 10.0.0.5:5432: Connection refused");
    assert_non_null(strstr(err.detail, "Tried for 25.0 s, "));
    assert_non_null(strstr(err.hint, "Nothing listens"));
    assert_int_equal(world.waiting, 1);
    assert_int_equal(world.still_waiting, 2);
}

static void a_server_that_answers_with_errors_is_spared(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.sqlstate = "57P03";
    world.message = "the database system is starting up";
    world.hasty = true;
    assert_false(wait_for("10.0.0.5", "", 90 * SECOND, &err));
    assert_in_range(world.late_logins, 60, 2 * 60); /* at most two a second after half a minute */
}

static bool fail_to_read(void *context, struct ep_arena *arena, const struct ep_reporter *told,
                         struct ep_error *err)
{
    (void)context;
    (void)arena;
    ep_report(told, EP_EVENT_SOURCE_NOTE, EP_TEXT_FIELD("note", "odd"));
    return ep_fail(err, EP_FAULT_SOURCE, "no journal");
}

static void a_folder_that_is_wrong_ends_the_wait_after_the_first_try(void **state)
{
    (void)state;
    const struct ep_host host = {.name = "10.0.0.5", .address = "", .port = "5432"};
    const struct ep_conninfo conninfo = {.hosts = &host, .host_count = 1};

    for (int ready = 0; ready < 2; ready++) {
        struct ep_examination examination EP_CLEANUP(ep_examination_clear) = {.read = fail_to_read};
        const struct ep_wait wait = {.conninfo = &conninfo,
                                     .timeout_ms = 60 * SECOND,
                                     .reporter = &reporter,
                                     .examination = &examination};
        struct ep_session *session = NULL;
        struct ep_error err = {0};
        world = refusing();
        world.ready_at_ms = ready == 1 ? 0 : INT64_MAX;
        ep_examination_begin(&examination);
        assert_false(ep_wait(&wait, &session, &err));
        assert_null(session);
        assert_int_equal(world.dropped, ready);
        assert_int_equal(world.logins, 1);
        assert_int_equal(world.lines, 1); /* the note, and neither "waiting" nor "connected" */
        assert_int_equal(world.paused_ms, 0);
        assert_string_equal(err.summary, "no journal");
    }
}

static void a_wrong_password_is_final_after_three_logins(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.sqlstate = "28P01";
    world.message = "password authentication failed for user \"app\"";
    assert_false(wait_for("10.0.0.5", "", 60 * SECOND, &err));
    assert_int_equal(world.logins, 3);
    assert_int_equal(err.fault, EP_FAULT_DENIED);
    assert_string_equal(err.sqlstate, "28P01");
    assert_non_null(strstr(err.hint, "%-encoded"));
    assert_int_equal(world.waiting, 1);
}

static void the_answer_of_one_family_beats_the_silence_of_the_other(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.only = "127.0.0.1";
    world.sqlstate = "28P01";
    world.message = "password authentication failed";
    assert_false(wait_for("db", "", 60 * SECOND, &err));
    assert_int_equal(world.logins, 6);
    assert_string_equal(err.summary,
                        "could not connect to db:5432 (127.0.0.1): password authentication failed");
}

static void an_address_that_swallows_packets_gets_five_seconds(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.ready_at_ms = 0;
    world.silent = "::1";
    assert_true(wait_for("db", "", 60 * SECOND, &err));
    assert_int_equal(world.longest_try_ms, 5 * SECOND);
    assert_string_equal(world.last_address, "db:5432 (127.0.0.1)");
}

static void a_short_timeout_is_shared(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.ready_at_ms = 0;
    world.silent = "::1";
    assert_true(wait_for("db", "", 3 * SECOND, &err));
    assert_int_equal(world.longest_try_ms, 3 * SECOND / 2);
}

static void the_deadline_is_kept(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.silent = "10.0.0.5";
    assert_false(wait_for("10.0.0.5", "", 12 * SECOND, &err));
    assert_int_equal(world.now_ms, START + 12 * SECOND);
    assert_int_equal(err.fault, EP_FAULT_UNAVAILABLE);
    assert_non_null(strstr(err.summary, "no answer in time"));
}

static void a_try_cut_short_does_not_hide_the_reason(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.sqlstate = "57P03";
    world.message = "the database system is starting up";
    world.silent = "10.0.0.6"; /* the second host uses up the time */
    assert_false(wait_for("10.0.0.5", "10.0.0.6", 2 * SECOND, &err));
    assert_int_equal(world.now_ms, START + 2 * SECOND);
    assert_non_null(strstr(err.summary, "starting up"));
    assert_non_null(strstr(err.detail, "10.0.0.6: no answer in time."));
}

static void timeout_zero_tries_each_address_once(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    assert_false(wait_for("db", "10.0.0.6", 0, &err));
    assert_int_equal(world.logins, 3);
    assert_int_equal(world.lines, 0);
    assert_int_equal(err.fault, EP_FAULT_UNAVAILABLE);

    world = refusing();
    world.silent = "10.0.0.5";
    assert_false(wait_for("10.0.0.5", "", 0, &err));
    assert_int_equal(world.longest_try_ms, 5 * SECOND);
}

static void a_name_may_appear_later(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.ready_at_ms = 0;
    world.resolvable_at_ms = START + 45 * SECOND;
    assert_true(wait_for("postgres.railway.internal", "", 60 * SECOND, &err));
    assert_in_range(world.now_ms, world.resolvable_at_ms, world.resolvable_at_ms + SECOND);
    assert_true(world.lookups < 400);
    assert_non_null(strstr(world.last_reason, "could not translate host name"));
}

static void a_name_on_the_internet_gets_thirty_seconds(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.resolvable_at_ms = INT64_MAX;
    assert_false(wait_for("db.example.com", "", 60 * SECOND, &err));
    assert_in_range(world.now_ms, START + 30 * SECOND, START + 31 * SECOND);
    assert_int_equal(err.fault, EP_FAULT_CONFIG);
    assert_int_equal(world.logins, 0);
}

static void the_second_host_is_as_good(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.only = "10.0.0.6";
    world.ready_at_ms = START + SECOND;
    assert_true(wait_for("10.0.0.5", "10.0.0.6", 60 * SECOND, &err));
    assert_string_equal(world.last_address, "10.0.0.6");
}

static void a_noted_signal_ends_it(void **state)
{
    (void)state;
    struct ep_error err;
    world = refusing();
    world.signal = 15;
    assert_false(wait_for("10.0.0.5", "", 60 * SECOND, &err));
    assert_int_equal(err.fault, EP_FAULT_SIGNAL);
    assert_int_equal(ep_error_exit_status(&err), 143);
    assert_int_equal(world.logins, 1);
}

static void addresses_are_written_readably(void **state)
{
    (void)state;
    static const struct {
        const char *host, *address;
    } rows[] = {{"::1", "[::1]:5432"},
                {"10.0.0.5", "10.0.0.5:5432"},
                {"db", "db:5432 (::1)"},
                {"/run/postgresql", "/run/postgresql/.s.PGSQL.5432"},
                {"", "libpq's default host:5432"}};
    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        struct ep_error err;
        world = refusing();
        world.ready_at_ms = 0;
        assert_true(wait_for(rows[i].host, "", SECOND, &err));
        assert_string_equal(world.last_address, rows[i].address);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_is_there_is_used_at_once),
        cmocka_unit_test(a_server_that_starts_is_noticed_soon),
        cmocka_unit_test(nothing_listens),
        cmocka_unit_test(a_server_that_answers_with_errors_is_spared),
        cmocka_unit_test(a_folder_that_is_wrong_ends_the_wait_after_the_first_try),
        cmocka_unit_test(a_wrong_password_is_final_after_three_logins),
        cmocka_unit_test(the_answer_of_one_family_beats_the_silence_of_the_other),
        cmocka_unit_test(an_address_that_swallows_packets_gets_five_seconds),
        cmocka_unit_test(a_short_timeout_is_shared),
        cmocka_unit_test(the_deadline_is_kept),
        cmocka_unit_test(a_try_cut_short_does_not_hide_the_reason),
        cmocka_unit_test(timeout_zero_tries_each_address_once),
        cmocka_unit_test(a_name_may_appear_later),
        cmocka_unit_test(a_name_on_the_internet_gets_thirty_seconds),
        cmocka_unit_test(the_second_host_is_as_good),
        cmocka_unit_test(a_noted_signal_ends_it),
        cmocka_unit_test(addresses_are_written_readably),
    };
    return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
