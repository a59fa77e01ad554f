/*
 * failure.h - transient or final?
 *
 * Pure functions: a refusal in, what to do about it out. The tables behind them
 * hold one row for each way in which servers, poolers, platforms, libpq and the
 * operating system are known to say no; tests/unit/postgres/test_failure.c has
 * an example of each.
 *
 *   T  transient   try again until the deadline
 *   G  grace       try again for 30 s, or until the deadline where the host is
 *                  one that a platform may still be announcing
 *   A  attempts    at most three, then final (a pooler may lock the user out)
 *   F  final       no second try
 *
 * Texts of the operating system are compared with strerror() and gai_strerror()
 * of the C library we run with, since every C library words them differently.
 */
#ifndef EP_POSTGRES_FAILURE_H
#define EP_POSTGRES_FAILURE_H

#include "base/error.h"
#include "postgres/session.h"

enum ep_failure_class {
    EP_FAILURE_TRANSIENT,
    EP_FAILURE_GRACE,
    EP_FAILURE_ATTEMPTS,
    EP_FAILURE_FINAL
};

struct ep_failure {
    enum ep_failure_class class;
    enum ep_fault fault;  /* if it stays: UNAVAILABLE, DENIED, CONFIG */
    bool server_answered; /* somebody is there: spare it, and believe it */
    int64_t pause_ms;     /* at least so long before the next try; 0: as usual */
    const char *hint;     /* sentences, or ""; static */
};

/* A login that did not succeed. */
struct ep_failure ep_failure_of_refusal(const struct ep_refusal *refusal,
                                        const struct ep_address *address);

/* A name that getaddrinfo() did not find: its EAI_ code. */
struct ep_failure ep_failure_of_lookup(int eai_code);

/*
 * True when a host may be announced later by a platform: a single label, or a
 * name that ends in .internal, .flycast, .svc or .local (cluster.local too).
 * False for addresses, socket folders and "".
 */
bool ep_failure_host_may_appear(const char *host);

/*
 * The fault for a statement that the server refused outside of migrations'
 * own SQL: 28xxx, 42501, 25006 -> DENIED; 08xxx, 40xxx, 53xxx, 55P03, 57Pxx,
 * 58xxx -> UNAVAILABLE; else SQL.
 */
enum ep_fault ep_failure_fault_of_sqlstate(const char *sqlstate);

#endif
