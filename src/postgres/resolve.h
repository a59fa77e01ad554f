/*
 * resolve.h - from a host name to addresses.
 *
 * Each address family is asked for on its own, at the same time, and the
 * answers are merged: some resolvers fail the whole look-up when one family
 * does (an AAAA query refused or dropped), and musl follows them. A look-up
 * that outlives the deadline is abandoned; its thread ends by itself.
 *
 * Addresses are resolved here rather than in libpq, whose asynchronous
 * interface blocks in getaddrinfo() and has no time limit per address.
 */
#ifndef EP_POSTGRES_RESOLVE_H
#define EP_POSTGRES_RESOLVE_H

#include "base/arena.h"
#include "postgres/session.h"

#include <stdint.h>

struct ep_address_list {
    struct ep_address *items;
    size_t count;
};

/*
 * The addresses of a host. No look-up for socket folders, numeric addresses,
 * hosts that carry their address, and "" (one item, libpq decides). IPv6 first,
 * each address once. "localhost" that the resolver does not know (an image
 * without /etc/hosts) is ::1 and 127.0.0.1.
 *
 * Returns false with ret_eai set to an EAI_ code (EAI_AGAIN when the deadline
 * passed) when no family gave an address.
 */
bool ep_resolve(struct ep_arena *arena, const struct ep_host *host, int64_t deadline_ms,
                struct ep_address_list *ret_list, int *ret_eai) EP_MUST_CHECK;

#endif
