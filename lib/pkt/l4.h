/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Step: the transport header is proven and its ports are read, from behind the IPv4 options (never from the byte where
 * ports would be without them).
 */
#ifndef MAPEDGE_PKT_L4_H
#define MAPEDGE_PKT_L4_H

#include "pkt/ipv4.h"

#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_GRE 47
#define PROTOCOL_AH 51

#define TCP_MIN_LEN 20
#define UDP_LEN 8
#define ICMP_LEN 8
#define GRE_CALL_LEN 8 /* of enhanced GRE, up to the call id */

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

enum icmp_type {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_SOURCE_QUENCH = 4,
	ICMP_REDIRECT = 5,
	ICMP_ECHO = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER_PROBLEM = 12,
};

static inline enum l4_kind
icmp_kind(uint8_t type)
{
	switch (type) {
	case ICMP_ECHO:
	case ICMP_ECHO_REPLY:
		return L4_ICMP_QUERY;
	case ICMP_UNREACHABLE:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETER_PROBLEM:
		return L4_ICMP_ERROR;
	default:
		return L4_ICMP_OTHER;
	}
}

/* Of the tunnels of PPTP: version 1 with a key, and neither checksum nor routing in front of it (RFC 2637 section 4.1). */
static inline bool
gre_is_call(const uint8_t *gre, uint32_t len)
{
	return len >= 4 && (load16(gre) & 0xe007) == 0x2001 && load16(gre + 2) == 0x880b;
}

/* Of such a header that is whole. */
static inline uint16_t
gre_call_id(const uint8_t *gre)
{
	return load16(gre + 6);
}

/* Both ports, when the header in front of them is whole. Port 0 belongs to nobody. */
static inline bool
l4_read_ports(struct packet *p, const uint8_t *l4)
{
	const uint16_t src = load16(l4), dst = load16(l4 + 2);

	p->src_port = src;
	p->dst_port = dst;
	return src != 0 && dst != 0;
}

static INLINED bool
tcp_is_whole(const uint8_t *tcp, uint32_t len)
{
	uint32_t header_len;

	if (len < TCP_MIN_LEN)
		return false;
	header_len = (uint32_t)(tcp[12] >> 4) * 4;
	return header_len >= TCP_MIN_LEN && header_len <= len;
}

static INLINED bool
udp_is_whole(const uint8_t *udp, uint32_t len)
{
	uint32_t udp_len;

	if (len < UDP_LEN)
		return false;
	udp_len = load16(udp + 4);
	return udp_len >= UDP_LEN && udp_len <= len;
}

/* A first fragment, of which the minimal header of its protocol is known to be there; a length in it is the datagram's. */
enum verdict l4_in_first_fragment(struct worker *w, struct packet *p);

/* A packet that is no fragment. */
static INLINED enum verdict
l4_in(struct worker *w, struct packet *p)
{
	uint8_t *l4 = p->l4;
	const uint16_t len = packet_l4_len(p);

	p->tcp_flags = 0;
	switch (p->protocol) {
	case PROTOCOL_TCP:
		if (!tcp_is_whole(l4, len) || !l4_read_ports(p, l4))
			return drop(w, p, DROP_l4_bad);
		p->kind = L4_TCP;
		p->tcp_flags = l4[13];
		return VERDICT_NEXT;
	case PROTOCOL_UDP:
		if (!udp_is_whole(l4, len) || !l4_read_ports(p, l4))
			return drop(w, p, DROP_l4_bad);
		p->kind = L4_UDP;
		return VERDICT_NEXT;
	case PROTOCOL_ICMP:
		if (len < ICMP_LEN)
			return drop(w, p, DROP_l4_bad);
		p->kind = icmp_kind(l4[0]);
		p->src_port = p->dst_port = load16(l4 + 4); /* the identifier, where there is one */
		return VERDICT_NEXT;
	default:
		p->kind = L4_OTHER;
		p->src_port = p->dst_port = 0;
		return VERDICT_NEXT;
	}
}

#endif
