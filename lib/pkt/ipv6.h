/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps: the outer header of a softwire packet is proven, its extension headers are walked. RFC 8200, RFC 2473. */
#ifndef MAPEDGE_PKT_IPV6_H
#define MAPEDGE_PKT_IPV6_H

#include "pkt/worker.h"

/* No honest packet has more; a limit keeps one packet from costing like a hundred. */
#define IPV6_MAX_EXTENSIONS 8

enum next_header {
	NEXT_HEADER_HOP_BY_HOP = 0,
	NEXT_HEADER_IPV4 = 4,
	NEXT_HEADER_TCP = 6,
	NEXT_HEADER_UDP = 17,
	NEXT_HEADER_ROUTING = 43,
	NEXT_HEADER_FRAGMENT = 44,
	NEXT_HEADER_AUTHENTICATION = 51,
	NEXT_HEADER_ICMPV6 = 58,
	NEXT_HEADER_DESTINATION = 60,
};

#define IPV6_FRAGMENT_LEN 8         /* of the fragment header */
#define IPV6_FRAGMENT_OFFSET 0xfff8 /* in bytes; of the 16 bits that this and the next are in */
#define IPV6_FRAGMENT_MORE 0x0001

/*
 * Walks the extension headers from p->ip on, where *next_header is, up to the first that it does not know: the payload,
 * or a fragment header (all of it is there). A chain that cannot be walked is dropped when the packet is for us, else
 * Linux's. p->outer_len becomes what is left from p->ip on.
 */
enum verdict ipv6_walk_extensions(struct worker *w, struct packet *p, uint8_t *next_header, bool ours);

static inline enum verdict
ipv6_in(struct worker *w, struct packet *p)
{
	const uint8_t *outer = p->ip;
	const uint32_t available = p->mbuf->data_len - (uint32_t)ETHER_LEN;

	if (available < IPV6_LEN)
		return drop(w, p, DROP_l2_short);
	p->outer_len = load16(outer + 4);
	if (outer[0] >> 4 != 6 || p->outer_len > available - IPV6_LEN)
		return drop(w, p, DROP_ipv6_bad);
	p->outer_class = (uint8_t)(load16(outer) >> 4);
	p->outer_src = ip6_load(outer + 8);
	p->outer_dst = ip6_load(outer + 24);
	return VERDICT_NEXT;
}

#endif
