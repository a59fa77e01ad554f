#include "steps/wait.h"

#include "base/arena.h"
#include "postgres/resolve.h"
#include "steps/patience.h"
#include "system/clock.h"
#include "system/signals.h"

#include <limits.h>
#include <netdb.h>
#include <poll.h>

enum {
    TRY_MS = 5000,    /* for one address: proxies that wake a server take a while */
    LOOKUP_MS = 6000, /* for one name, before the other hosts have their turn; it goes on behind */
    JITTER_PERCENT = 20
};

/* A wait under way. */
struct waiting {
    const struct ep_wait *wait;
    struct ep_patience patience;
    struct ep_resolver **resolvers; /* one for each host */
    unsigned tries;
    size_t host; /* the one that accepted the login, and its address */
    const struct ep_address *address;
};

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

static bool is_over(const struct waiting *waiting)
{
    return ep_clock_ms() >= waiting->patience.deadline_ms;
}

/* "db:5432 (10.0.0.5)", "[::1]:5432", "/run/postgresql/.s.PGSQL.5432" */
static void format_address(const struct ep_host *host, const char *numeric, char *text, size_t size)
{
    const char *name = host->name[0] != '\0' ? host->name : host->address;
    bool is_socket = name[0] == '/' || name[0] == '@';
    bool is_ipv6 = !is_socket && strchr(name, ':') != NULL;
    bool more = numeric[0] != '\0' && strcmp(name, numeric) != 0;
    const char *before_port = is_socket ? "/.s.PGSQL." : ":";

    (void)snprintf(text, size, "%s%s%s%s%s%s%s%s", is_ipv6 ? "[" : "",
                   name[0] != '\0' ? name : "libpq's default host", is_ipv6 ? "]" : "",
                   host->port[0] != '\0' ? before_port : "", host->port, more ? " (" : "",
                   more ? numeric : "", more ? ")" : "");
}

/*
 * A try that the deadline cut short says nothing about the server: the reason
 * before it is kept.
 */
static void refuse(struct waiting *waiting, size_t host, const struct ep_attempt *attempt,
                   bool timed_out)
{
    const struct ep_patience_host *known = &waiting->patience.hosts[host];

    if (!timed_out || !is_over(waiting) || (!known->last.tried && !known->current.tried)) {
        ep_patience_refused(&waiting->patience, host, attempt);
    }
}

static bool find_addresses(struct waiting *waiting, size_t host, struct ep_address_list *ret_list)
{
    const struct ep_host *name = &waiting->wait->conninfo->hosts[host];
    int64_t until_ms = earlier(ep_clock_ms() + LOOKUP_MS, waiting->patience.deadline_ms);
    struct ep_attempt attempt = {.lookup = true};
    int eai = 0;

    if (ep_resolver_find(waiting->resolvers[host], until_ms, ret_list, &eai)) {
        return true;
    }
    attempt.failure = ep_failure_of_lookup(eai);
    format_address(name, "", attempt.address, sizeof(attempt.address));
    (void)snprintf(attempt.reason, sizeof(attempt.reason),
                   "could not translate host name \"%s\" to address: %s", name->name,
                   gai_strerror(eai));
    refuse(waiting, host, &attempt, eai == EAI_AGAIN);
    return false;
}

/* left: how many addresses are still to try in this round; they share what is left of the time. */
static bool try_address(struct waiting *waiting, size_t host, const struct ep_address *address,
                        size_t left, struct ep_session **ret_session)
{
    const struct ep_wait *wait = waiting->wait;
    int64_t now_ms = ep_clock_ms();
    int64_t share_ms = (waiting->patience.deadline_ms - now_ms) / (int64_t)left;
    struct ep_refusal refusal = {0};
    struct ep_attempt attempt = {0};

    waiting->tries++;
    if (ep_session_open(wait->conninfo, address, now_ms + earlier(TRY_MS, share_ms), wait->reporter,
                        ret_session, &refusal)) {
        return true;
    }
    attempt.failure = ep_failure_of_refusal(&refusal, address);
    memcpy(attempt.sqlstate, refusal.sqlstate, sizeof(attempt.sqlstate));
    format_address(&wait->conninfo->hosts[host], address->numeric, attempt.address,
                   sizeof(attempt.address));
    (void)snprintf(attempt.reason, sizeof(attempt.reason), "%s",
                   refusal.message[0] != '\0' ? refusal.message : "no reason given");
    refuse(waiting, host, &attempt, refusal.timed_out);
    return false;
}

static void report_connected(const struct waiting *waiting, const struct ep_session *session)
{
    char text[sizeof(((struct ep_attempt *)NULL)->address)];

    format_address(&waiting->wait->conninfo->hosts[waiting->host], waiting->address->numeric, text,
                   sizeof(text));
    ep_report(waiting->wait->reporter, EP_EVENT_CONNECTED,
              EP_TEXT_FIELD("server_version", ep_session_server_version_text(session)),
              EP_TEXT_FIELD("address", text),
              EP_INTEGER_FIELD("elapsed_ms", ep_clock_ms() - waiting->patience.start_ms));
}

static bool try_host(struct waiting *waiting, size_t host, struct ep_session **ret_session)
{
    size_t hosts_after = waiting->wait->conninfo->host_count - host - 1;
    struct ep_address_list list = {0};

    if (!find_addresses(waiting, host, &list)) {
        return false;
    }
    for (size_t i = 0; i < list.count; i++) {
        if (is_over(waiting) && waiting->tries > 0) {
            return false;
        }
        const struct ep_address *address = list.items + i; /* the resolver's */
        if (try_address(waiting, host, address, list.count - i + hosts_after, ret_session)) {
            waiting->host = host;
            waiting->address = address;
            return true;
        }
    }
    return false;
}

static bool try_round(struct waiting *waiting, struct ep_session **ret_session)
{
    for (size_t host = 0; host < waiting->wait->conninfo->host_count; host++) {
        bool first = host == 0 && waiting->tries == 0;
        if (!waiting->patience.hosts[host].closed && (first || !is_over(waiting))
            && try_host(waiting, host, ret_session)) {
            return true;
        }
    }
    return false;
}

static void tell(const struct waiting *waiting, const struct ep_patience_step *step)
{
    const struct ep_attempt *attempt = step->attempt;
    const struct ep_field address = EP_TEXT_FIELD("address", attempt->address);
    const struct ep_field reason = EP_TEXT_FIELD("reason", attempt->reason);
    const struct ep_field sqlstate =
        EP_TEXT_FIELD("sqlstate", attempt->sqlstate[0] == '\0' ? NULL : attempt->sqlstate);

    switch (step->say) {
    case EP_SAY_NOTHING:
        break;
    case EP_SAY_REASON:
        ep_report(waiting->wait->reporter, EP_EVENT_WAITING, address, reason, sqlstate);
        break;
    case EP_SAY_STILL_WAITING:
        ep_report(
            waiting->wait->reporter, EP_EVENT_STILL_WAITING, address,
            EP_INTEGER_FIELD("elapsed_s", (ep_clock_ms() - waiting->patience.start_ms) / 1000),
            reason, sqlstate);
        break;
    }
}

static bool fail(const struct waiting *waiting, const struct ep_patience_step *step,
                 struct ep_error *err)
{
    const struct ep_attempt *attempt = step->attempt;
    const struct ep_patience *patience = &waiting->patience;
    int64_t elapsed_ms = ep_clock_ms() - patience->start_ms;

    (void)ep_fail(err, step->fault, "could not connect to %s: %s", attempt->address,
                  attempt->reason);
    memcpy(err->sqlstate, attempt->sqlstate, sizeof(err->sqlstate));
    (void)ep_error_detail(err, "Tried for %lld.%lld s, %u %s.", (long long)elapsed_ms / 1000,
                          (long long)elapsed_ms % 1000 / 100, waiting->tries,
                          waiting->tries == 1 ? "login" : "logins");
    for (size_t i = 0; i < patience->host_count; i++) {
        const struct ep_attempt *other = &patience->hosts[i].last.best;
        if (patience->hosts[i].last.tried && other != attempt) {
            (void)ep_error_detail(err, "%s: %s.", other->address, other->reason);
        }
    }
    if (attempt->failure.hint[0] != '\0') {
        (void)ep_error_hint(err, "%s", attempt->failure.hint);
    }
    return false;
}

/* Ends early when a signal is noted. Never goes past the deadline. */
static void pause_for(const struct waiting *waiting, int64_t pause_ms)
{
    int64_t left_ms = waiting->patience.deadline_ms - ep_clock_ms();
    int64_t sleep_ms = earlier(ep_clock_jitter(pause_ms, JITTER_PERCENT), left_ms);
    struct pollfd signal = {.fd = ep_signals_fd(), .events = POLLIN};

    if (sleep_ms > 0) {
        (void)poll(&signal, 1, sleep_ms > INT_MAX ? INT_MAX : (int)sleep_ms);
    }
}

/* The files were read while the first login was tried; what they are is said before its result. */
static bool finish_examination(const struct waiting *waiting, struct ep_error *err)
{
    return waiting->wait->examination == NULL
           || ep_examination_finish(waiting->wait->examination, waiting->wait->reporter, err);
}

static bool run(struct waiting *waiting, struct ep_session **ret_session, struct ep_error *err)
{
    for (;;) {
        struct ep_session *session EP_CLEANUP(ep_session_drop) = NULL;
        bool connected = try_round(waiting, &session);

        if (!finish_examination(waiting, err)) {
            return false;
        }
        if (connected) {
            report_connected(waiting, session);
            *ret_session = session;
            session = NULL;
            return true;
        }
        struct ep_patience_step step = ep_patience_decide(&waiting->patience, ep_clock_ms());
        tell(waiting, &step);
        if (!step.again) {
            return fail(waiting, &step, err);
        }
        pause_for(waiting, step.pause_ms);
        if (ep_signals_noted() != 0) {
            (void)ep_fail(err, EP_FAULT_SIGNAL, "stopped by signal %d", ep_signals_noted());
            err->signal = ep_signals_noted();
            return false;
        }
    }
}

bool ep_wait(const struct ep_wait *wait, struct ep_session **ret_session, struct ep_error *err)
{
    const struct ep_conninfo *conninfo = wait->conninfo;
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct waiting waiting = {.wait = wait};
    struct ep_patience_host *hosts = ep_arena_array(&arena, conninfo->host_count, sizeof(hosts[0]));

    waiting.resolvers = ep_arena_array(&arena, conninfo->host_count, sizeof(waiting.resolvers[0]));
    for (size_t i = 0; i < conninfo->host_count; i++) {
        hosts[i].may_appear = ep_failure_host_may_appear(conninfo->hosts[i].name);
        waiting.resolvers[i] = ep_resolver_open(&conninfo->hosts[i]);
    }
    ep_patience_begin(&waiting.patience, ep_clock_ms(), wait->timeout_ms, hosts,
                      conninfo->host_count);

    bool connected = run(&waiting, ret_session, err);
    for (size_t i = 0; i < conninfo->host_count; i++) {
        ep_resolver_close(waiting.resolvers[i]);
    }
    return connected;
}
