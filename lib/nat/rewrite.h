/* SPDX-License-Identifier: BSD-3-Clause */
/* Step: one end of a packet becomes the other side's. RFC 3022 section 4, RFC 5508 section 3. */
#ifndef MAPEDGE_NAT_REWRITE_H
#define MAPEDGE_NAT_REWRITE_H

#include "nat/session.h"
#include "pkt/l4.h"

static inline void
nat_patch_l4(struct packet *p, uint16_t difference)
{
	switch (p->kind) {
	case L4_TCP:
		checksum_patch(p->l4 + 16, difference);
		break;
	case L4_UDP:
		checksum_patch_udp(p->l4 + 6, difference);
		break;
	default:
		checksum_patch(p->l4 + 2, difference);
		break;
	}
}

/* Outbound: the inside endpoint is replaced by the external one. */
static inline void
nat_rewrite_out(struct packet *p, const struct session *s, uint32_t external_addr)
{
	p->src = external_addr;
	p->src_port = s->external_port;
	store32(p->ip + 12, external_addr);
	store16(p->l4 + (p->kind == L4_ICMP_QUERY ? 4 : 0), s->external_port);
	checksum_patch(p->ip + 10, s->address_difference);
	nat_patch_l4(p, s->l4_difference);
}

/* Inbound: the external endpoint is replaced by the inside one. */
static inline void
nat_rewrite_in(struct packet *p, const struct session *s)
{
	p->dst = s->inside_addr;
	p->dst_port = s->inside_port;
	store32(p->ip + 16, s->inside_addr);
	store16(p->l4 + (p->kind == L4_ICMP_QUERY ? 4 : 2), s->inside_port);
	checksum_patch(p->ip + 10, (uint16_t)~s->address_difference);
	nat_patch_l4(p, (uint16_t)~s->l4_difference);
}

#endif
