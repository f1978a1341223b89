/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where native IPv6 goes: the routes of both interfaces in one table, because the longest prefix counts, whichever way it
 * leads. One search says all about an address: its route, the interface behind which it is, and whether anybody may have it.
 * Const once built.
 */
#ifndef MAPEDGE_PKT_FIB6_H
#define MAPEDGE_PKT_FIB6_H

#include "pkt/interface.h"

#define FIB6_INTERFACES 2

struct fib6 {
	struct table6 table;                    /* without ranges nothing is forwarded */
	struct next_hop *hops[FIB6_INTERFACES]; /* behind each interface, by the hop's number */
	struct routes *routes;                  /* the table is theirs */
};

/*
 * Fills in the table of these interfaces, whose neighbours must be there already. It becomes one of the routes' users. 0, or
 * -ENOMEM with nothing left behind.
 */
int fib6_init(struct fib6 *fib, struct routes *routes, const struct interface interfaces[FIB6_INTERFACES]);

/* Lets go of it all; all zero is allowed. */
void fib6_clear(struct fib6 *fib);

static inline const struct range6 *
fib6_find(const struct fib6 *fib, u128 addr)
{
	return table6_find(&fib->table, addr);
}

/* The neighbour to which a packet for `dst` goes by this route. */
static inline u128
fib6_neighbour(const struct fib6 *fib, const struct range6 *route, u128 dst)
{
	return route->hop >= HOP_GATEWAY ? fib->routes->gateway[route->hop - HOP_GATEWAY] : dst;
}

/* And where that is on the route's interface; NULL when it is not known. The route must lead somewhere. */
static inline const struct ether_pair *
fib6_ether(const struct fib6 *fib, const struct interface *interface, const struct range6 *route, u128 dst)
{
	const struct next_hop *hop = &fib->hops[interface->index][route->hop];

	if (likely(hop->is_known))
		return &hop->ether;
	return route->hop == HOP_ON_LINK ? neighbours_find(&interface->neighbours, dst) : NULL;
}

#endif
