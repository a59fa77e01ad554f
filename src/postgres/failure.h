/*
 * failure.h - transient or final?
 *
 * Pure functions: a refusal in, what to do about it out. The table behind them
 * is platforms research, with a test for each row.
 *
 *   T  transient   try again until the deadline
 *   G  grace       try again for 30 s, or until the deadline where the host is
 *                  one that a platform may still be announcing
 *   A  attempts    at most three, then final (a pooler may lock the user out)
 *   F  final       no second try
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
    bool server_answered; /* somebody is there: spare it */
    const char *hint;     /* a sentence, or "" */
};

/* A login that did not succeed. */
struct ep_failure ep_failure_of_refusal(const struct ep_refusal *refusal,
                                        const struct ep_address *address);

/* A name that getaddrinfo() did not find: its EAI_ code. */
struct ep_failure ep_failure_of_lookup(int eai_code);

/*
 * True when a host may be announced later by a platform: a single label, or a
 * name that ends in .internal, .flycast, .svc, .svc.cluster.local, .local.
 */
bool ep_failure_host_may_appear(const char *host);

/*
 * The fault for a statement that the server refused outside of migrations'
 * own SQL: 42501, 28xxx, 25006 -> DENIED; 53xxx, 57xxx, 55P03, 40xxx, 08xxx ->
 * UNAVAILABLE; else SQL.
 */
enum ep_fault ep_failure_fault_of_sqlstate(const char *sqlstate);

#endif
