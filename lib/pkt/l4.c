/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/l4.h"

enum verdict
l4_in_first_fragment(struct worker *w, struct packet *p)
{
	const uint8_t *l4 = p->l4;

	p->tcp_flags = 0;
	switch (p->protocol) {
	case PROTOCOL_TCP: /* no honest sender cuts through a TCP header (RFC 1858), and its options are ours to change */
		p->kind = L4_TCP;
		if (!tcp_is_whole(l4, packet_l4_len(p)) || !l4_read_ports(p, l4))
			return drop(w, p, DROP_l4_bad);
		p->tcp_flags = l4[13];
		return VERDICT_NEXT;
	case PROTOCOL_UDP:
		p->kind = L4_UDP;
		if (load16(l4 + 4) < UDP_LEN || !l4_read_ports(p, l4))
			return drop(w, p, DROP_l4_bad);
		return VERDICT_NEXT;
	case PROTOCOL_ICMP:
		p->kind = icmp_kind(l4[0]);
		p->src_port = p->dst_port = load16(l4 + 4);
		return VERDICT_NEXT;
	default:
		p->kind = L4_OTHER;
		p->src_port = p->dst_port = 0;
		return VERDICT_NEXT;
	}
}
