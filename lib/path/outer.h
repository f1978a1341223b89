/* SPDX-License-Identifier: BSD-3-Clause */
/* Step: the way through the outer headers to the IPv4 packet inside. RFC 2473 section 3.3, RFC 8200 section 4. */
#ifndef MAPEDGE_PATH_OUTER_H
#define MAPEDGE_PATH_OUTER_H

#include "path/steps.h"

/* Everything but IPv4 right behind the IPv6 header: extension headers, fragments, ICMPv6 about our softwires, the rest. */
enum verdict outer_walk(struct worker *w, struct packet *p);

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
	if (unlikely(p->ip[6] != NEXT_HEADER_IPV4))
		TRY(outer_walk(w, p));
	else
		p->ip += IPV6_LEN;
	if (unlikely(p->softwire == NULL))
		return drop(w, p, DROP_not_map_dst);
	return VERDICT_NEXT;
}

#endif
