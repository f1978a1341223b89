/* SPDX-License-Identifier: BSD-3-Clause */
/* Step: the way through the outer headers to the IPv4 packet inside. RFC 2473 section 3.3, RFC 8200 section 4. */
#ifndef MAPEDGE_PATH_OUTER_H
#define MAPEDGE_PATH_OUTER_H

#include "path/steps.h"

/* Everything but IPv4 right behind the IPv6 header: extension headers, fragments, ICMPv6 about our softwires, the rest. */
enum verdict outer_walk(struct worker *w, struct packet *p);

/* An IPv6 packet that is for no softwire: native, or what must not get in that way. Never NEXT. */
enum verdict outer_elsewhere(struct worker *w, struct packet *p);

/*
 * Can the outer source be one of ours? Nobody else's fragments take room in the table: RFC 3704, RFC 7597 section 8.1. With
 * bindings anybody may be, for they cannot be found by their softwire address.
 */
bool outer_may_send(const struct snapshot *snapshot, const struct packet *p);

/* NEXT with p->ip at the inner packet, and p->softwire the one that ends at the outer destination. */
static inline enum verdict
find_inner(struct worker *w, struct packet *p)
{
	p->softwire = snapshot_terminating(w->snapshot, p->outer_dst);
	if (unlikely(p->softwire == NULL))
		return outer_elsewhere(w, p);
	if (unlikely(p->ip[6] != NEXT_HEADER_IPV4))
		return outer_walk(w, p);
	p->ip += IPV6_LEN;
	return VERDICT_NEXT;
}

/* The way to the inner IPv4 header on a CE, whose softwire's packets all come from far away. */
static inline enum verdict
softwire_in(struct worker *w, struct packet *p)
{
	TRY(ethernet_in(w, p, &w->snapshot->interface[INTERFACE_V6]));
	if (p->ether_type != ETHER_TYPE_IPV6)
		return host(w, p);
	TRY(ipv6_in(w, p));
	TRY(find_inner(w, p));
	return ipv4_in_softwire(w, p);
}

static inline void
softwire_received(struct worker *w, const struct packet *p)
{
	traffic_add(&w->counters.softwire[p->softwire->index].rcvd_ipv6, (uint64_t)IPV6_LEN + p->len);
}

/* Out of a CE's softwire: the TTL is spent and the congestion mark comes inside. Errors come from `src`. */
static inline enum verdict
leave_softwire(struct worker *w, struct packet *p, uint32_t src)
{
	if (unlikely(p->ttl <= 1))
		return refuse_to_softwire(w, p, DROP_ttl, ICMP_TTL_EXCEEDED, src);
	TRY(fits_link(w, p, src));
	TRY(class_out_of_softwire(w, p, p->softwire));
	ipv4_spend_ttl(p);
	mss_clamp(w, p, w->softwire);
	return VERDICT_NEXT;
}

#endif
