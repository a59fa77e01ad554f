/*
 * resolve.h - from a host name to addresses.
 *
 * Each address family is asked for on its own, at the same time, and the
 * answers are merged: some resolvers fail the whole look-up when one family
 * does (an AAAA query refused or dropped), and musl follows them. Addresses are
 * resolved here rather than in libpq, whose asynchronous interface blocks in
 * getaddrinfo() and knows no time limit.
 *
 * getaddrinfo() blocks for 5 to 15 s when a name server is silent and cannot be
 * interrupted, so it runs in threads. A look-up that outlives its deadline goes
 * on behind the scenes, and its answer serves the next call; there is never
 * more than one thread per host and family. Signals are blocked in them: the
 * handlers run in the thread that waits.
 *
 *     struct ep_resolver *resolver = ep_resolver_open(&host);
 *     while (!ep_resolver_find(resolver, ep_clock_ms() + 5000, &list, &eai)) ...
 *     ep_resolver_close(resolver);
 *
 * Limit: 16 addresses of each family. Source: getaddrinfo(3), RFC 8305 for the
 * time that the slower family is given.
 */
#ifndef EP_POSTGRES_RESOLVE_H
#define EP_POSTGRES_RESOLVE_H

#include "postgres/session.h"

#include <stdint.h>

struct ep_resolver;

/* Belongs to the resolver, valid until the next call with it. */
struct ep_address_list {
    const struct ep_address *items;
    size_t count;
};

/* host must outlive the resolver. Nothing is looked up yet. */
struct ep_resolver *ep_resolver_open(const struct ep_host *host);

/* Release; look-ups under way end by themselves. NULL is allowed. */
void ep_resolver_close(struct ep_resolver *resolver);
void ep_resolver_drop(struct ep_resolver **slot); /* for EP_CLEANUP */

/*
 * The addresses of the host. No look-up for socket folders, numeric addresses,
 * hosts that carry their address, and "" (one item, libpq decides). IPv6 first,
 * each address once. An answer is good for a second: servers may be asked fifty
 * times as often, name servers not. "localhost" that the resolver does not know
 * (an image without /etc/hosts) is ::1 and 127.0.0.1.
 *
 * Returns false when no family gave an address by deadline_ms on ep_clock_ms(),
 * with ret_eai set to an EAI_ code: the most hopeful of both, and EAI_AGAIN
 * when there was no answer in time.
 */
bool ep_resolver_find(struct ep_resolver *resolver, int64_t deadline_ms,
                      struct ep_address_list *ret_list, int *ret_eai) EP_MUST_CHECK;

#endif
