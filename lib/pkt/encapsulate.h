/* SPDX-License-Identifier: BSD-3-Clause */
/* Step: IPv4 into IPv6. RFC 2473 section 3.1, RFC 6040 section 4.1. */
#ifndef MAPEDGE_PKT_ENCAPSULATE_H
#define MAPEDGE_PKT_ENCAPSULATE_H

#include "pkt/softwire.h"

/*
 * The same for all packets of a flow and for all fragments of a packet, different for most flows, so that routers on the
 * way can balance them: RFC 6438 section 3. Not a secret.
 */
static inline uint32_t
flow_label(uint32_t src, uint32_t dst, uint32_t ports, uint8_t protocol)
{
	const uint64_t ends = (uint64_t)src << 32 ^ dst ^ (uint64_t)ports << 16 ^ protocol;

	return (uint32_t)(ends * UINT64_C(0x9e3779b97f4a7c15) >> 44);
}

/*
 * Writes the outer header in front of p->ip. ECN is copied always (normal mode), DSCP and flow label by the softwire's
 * policy.
 */
static inline enum verdict
encapsulate(struct worker *w, struct packet *p, const struct softwire *softwire, u128 dst)
{
	uint8_t *outer = p->ip - IPV6_LEN;
	uint32_t first;

	if (outer - ETHER_LEN < (uint8_t *)p->mbuf->buf_addr)
		return drop(w, p, DROP_no_headroom);
	memcpy(outer, softwire->outer, IPV6_LEN - sizeof(struct ip6));
	first = load32(outer) | (uint32_t)(p->tos & softwire->class_mask) << 20;
	if (softwire->flow_label)
		first |= flow_label(p->src, p->dst, (uint32_t)p->src_port << 16 | p->dst_port, p->protocol);
	store32(outer, first);
	store16(outer + 4, p->len);
	ip6_store(outer + 24, dst);
	traffic_add(&w->counters.softwire[softwire->index].sent_ipv6, (uint64_t)IPV6_LEN + p->len);
	return VERDICT_NEXT;
}

#endif
