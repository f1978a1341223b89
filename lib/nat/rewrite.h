/* SPDX-License-Identifier: BSD-3-Clause */
/* Step: one end of a packet becomes the other side's. RFC 3022 section 4, RFC 5508 section 3. */
#ifndef MAPEDGE_NAT_REWRITE_H
#define MAPEDGE_NAT_REWRITE_H

#include "nat/session.h"
#include "pkt/l4.h"

/* One of the two ports, which lies at this byte of a TCP or UDP header, and the checksum around it. */
static inline void
nat_rewrite_port(struct packet *p, const struct session *s, unsigned int at, uint16_t port, uint16_t difference)
{
	switch (p->kind) {
	case L4_TCP:
		store16(p->l4 + at, port);
		checksum_patch(p->l4 + 16, difference);
		break;
	case L4_UDP:
		store16(p->l4 + at, port);
		checksum_patch_udp(p->l4 + 6, difference);
		break;
	case L4_ICMP_QUERY:
		store16(p->l4 + 4, port);
		checksum_patch(p->l4 + 2, difference);
		break;
	case L4_CALL: /* the key is the receiver's call id: RFC 2637 section 4.1 */
		if (at == 2)
			store16(p->l4 + 6, s->call.inside_id);
		break;
	default: /* a protocol without ports, whose checksum, if any, does not cover addresses */
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
	checksum_patch(p->ip + 10, s->address_difference);
	nat_rewrite_port(p, s, 0, s->external_port, s->l4_difference);
}

/* Inbound: the external endpoint is replaced by the inside one. */
static inline void
nat_rewrite_in(struct packet *p, const struct session *s)
{
	p->dst = session_end_addr(s->inside);
	p->dst_port = session_end_port(s->inside);
	store32(p->ip + 16, p->dst);
	checksum_patch(p->ip + 10, (uint16_t)~s->address_difference);
	nat_rewrite_port(p, s, 2, p->dst_port, (uint16_t)~s->l4_difference);
}

#endif
