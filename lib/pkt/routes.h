/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The routes of an interface, of one family: from a destination to a hop. Const once built, and shared by all snapshots
 * in which they are the same, for a full table of the Internet is not built anew because a neighbour came or went.
 *
 * IPv4 is a trie. IPv6 is cut into ranges of addresses with the same hop, sorted, and found by binary search among those that
 * an address's first bits leave. A table of IPv6 may span several interfaces: pkt/fib6.h.
 */
#ifndef MAPEDGE_PKT_ROUTES_H
#define MAPEDGE_PKT_ROUTES_H

#include <stddef.h>

#include "map/trie4.h"

/* What a route leads to. The gateways are numbered: HOP_GATEWAY, HOP_GATEWAY + 1, … */
enum hop {
	HOP_NONE, /* no route */
	HOP_OWN,  /* an address of ours */
	HOP_DEVICE, /* Linux, through the device of a CE's softwire: its own address there, and networks of the home that it has */
	HOP_BROADCAST, /* a subnet's; nothing is forwarded there: RFC 2644 */
	HOP_REJECT,    /* the route says that there is no way; senders are told: RFC 4443 section 3.1, code 6 */
	HOP_PROHIBIT,  /* nor may there be: code 1 */
	HOP_BLACKHOLE, /* and they are not told */
	HOP_ON_LINK,   /* the destination is a neighbour itself */
	HOP_GATEWAY,
};

/* A route as it is told, addresses as in pkt/neighbours.h. */
struct route {
	u128 addr; /* host bits are ignored */
	u128 via;  /* HOP_GATEWAY: the gateway */
	enum hop hop;
	uint32_t metric;   /* of several routes to one prefix the one with the least, of these the first, counts */
	uint8_t len;       /* of the prefix: 0..32 or 0..128 */
	uint8_t interface; /* IPv6: that it leaves by, where the table is of several */
};

/* From `start` on, up to the next one's start. */
struct range6 {
	u128 start;
	uint32_t hop;
	uint8_t interface; /* of the route */
	bool is_martian;   /* routes6_mark() */
};

#define TABLE6_BITS 12
#define TABLE6_SLOTS (1 << TABLE6_BITS)

struct table6 {
	struct range6 *ranges; /* the first one starts at ::; NULL: there is no table */
	uint32_t *
	    slot; /* by an address's first bits: which range the first one of these is in; behind the last, the last range */
};

struct subnet {
	uint32_t addr; /* host order, host bits 0 */
	uint32_t mask;
};

struct routes {
	unsigned int users;   /* who holds them: routes_free() */
	struct trie4 *trie;   /* IPv4 */
	struct table6 table6; /* IPv6 */
	uint32_t range_count; /* of it, at least 1 */
	uint32_t gateway_count;
	u128 *gateway; /* of hop HOP_GATEWAY + index */
	uint32_t link_count;
	struct subnet *link; /* IPv4 prefixes of hop HOP_ON_LINK */
	uint32_t local_count;
	uint32_t *local; /* IPv4 addresses of hop HOP_OWN and HOP_BROADCAST, host order */
};

/* NULL when memory is out. The caller is the first user. */
struct routes *routes4_build(const struct route *routes, size_t count);
struct routes *routes6_build(const struct route *routes, size_t count);

/*
 * Marks the ranges inside of these prefixes, whatever their routes are; those that lie across a border are cut. False when
 * memory is out, then perhaps not all are marked.
 */
bool routes6_mark(struct routes *routes, const struct prefix6 *prefixes, size_t count);

/* One user less; the last one frees. NULL is allowed. */
void routes_free(struct routes *routes);

static inline const struct range6 *
table6_find(const struct table6 *table, u128 addr)
{
	const uint32_t *slot = &table->slot[(uint32_t)(addr >> (128 - TABLE6_BITS))];
	const struct range6 *range = &table->ranges[slot[0]];
	uint32_t count = slot[1] - slot[0] + 1;

	while (count > 1) {
		const uint32_t half = count / 2;

		if (range[half].start <= addr)
			range += half;
		count -= half;
	}
	return range;
}

#endif
