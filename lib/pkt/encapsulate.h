/* SPDX-License-Identifier: BSD-3-Clause */
/* Step: IPv4 into IPv6. RFC 2473 section 3.1, RFC 6040 section 4.1. */
#ifndef MAPEDGE_PKT_ENCAPSULATE_H
#define MAPEDGE_PKT_ENCAPSULATE_H

#include "pkt/softwire.h"

/* Writes the outer header in front of p->ip. ECN is copied always (normal mode), DSCP by the softwire's policy. */
static inline enum verdict
encapsulate(struct worker *w, struct packet *p, const struct softwire *softwire, u128 dst)
{
	uint8_t *outer = p->ip - IPV6_LEN;

	if (outer - ETHER_LEN < (uint8_t *)p->mbuf->buf_addr)
		return drop(w, p, DROP_no_headroom);
	memcpy(outer, softwire->outer, IPV6_LEN - sizeof(struct ip6));
	store32(outer, load32(outer) | (uint32_t)(p->tos & softwire->class_mask) << 20);
	store16(outer + 4, p->len);
	ip6_store(outer + 24, dst);
	traffic_add(&w->counters.softwire[softwire->index].sent_ipv6, (uint64_t)IPV6_LEN + p->len);
	return VERDICT_NEXT;
}

#endif
