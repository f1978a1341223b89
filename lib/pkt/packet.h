/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One packet on its way. Bytes are parsed once, into this struct; every later step reads the struct and touches the
 * buffer only to rewrite it.
 */
#ifndef MAPEDGE_PKT_PACKET_H
#define MAPEDGE_PKT_PACKET_H

#include <rte_mbuf.h>

#include "base/addr.h"

#define ETHER_LEN 14
#define IPV4_MIN_LEN 20
#define IPV6_LEN 40

#define BURST_SIZE 32

enum l4_kind {
	L4_TCP,
	L4_UDP,
	L4_ICMP_QUERY,         /* echo request and reply: the identifier stands for both ports (RFC 7597 section 8.2) */
	L4_ICMP_ERROR,         /* unreachable, time exceeded, parameter problem: the quoted packet has the ports */
	L4_ICMP_ERROR_NO_PORT, /* the same, but what it quotes has none: only a stateless BR tells them apart */
	L4_ICMP_OTHER,
	L4_OTHER,
	L4_CALL, /* enhanced GRE of PPTP: the call id stands for the port at our end (RFC 2637 section 4.1) */
};

/* Port spaces of the NAPT: the first three kinds. Its sessions of L4_OTHER and L4_CALL have none. */
#define L4_SPACES 3

struct map_rule;
struct session;
struct softwire;

struct packet {
	struct rte_mbuf *mbuf;
	uint8_t *ip; /* the IPv4 header; the inner one when the packet came through the softwire */
	uint8_t *l4;
	uint32_t src; /* IPv4 addresses, host order */
	uint32_t dst;
	uint16_t src_port; /* host order; the ICMP identifier in both for queries */
	uint16_t dst_port;
	uint32_t quoted;   /* ICMP errors at a BR: the address at our end of the quoted packet, host order */
	uint16_t len;      /* IPv4 total length, bytes */
	uint8_t interface; /* index of the interface it came in on */
	uint8_t kind;      /* enum l4_kind */
	uint8_t protocol;  /* IPv4 protocol number */
	uint8_t ttl;
	uint8_t tos;
	uint8_t tcp_flags;
	uint8_t outer_class; /* traffic class of the outer header */
	uint16_t outer_len;  /* IPv6 payload left behind the outer headers, bytes */
	uint16_t ether_type; /* host order */
	uint16_t ident;      /* CE: the identification that a fragment leaves with */
	uint64_t near, far;  /* ends of the session, as nat/session.h has them: ours, and the remote one */
	uint64_t hash;       /* of both */
	u128 outer_src;      /* IPv6 addresses, host order */
	u128 outer_dst;
	const struct map_rule *rule;     /* the rule that owns the CE's end, once known */
	const struct softwire *softwire; /* that it came out of */
	struct session *session;
};

/* What came in together goes on together, stage by stage; see STAGE. */
struct burst {
	uint16_t count;
	struct packet *live[BURST_SIZE]; /* the packets that are still on their way */
	struct packet packets[BURST_SIZE];
};

static inline bool
is_icmp_error(const struct packet *p)
{
	return p->kind == L4_ICMP_ERROR || p->kind == L4_ICMP_ERROR_NO_PORT;
}

/* Bytes from l4 to the end of the IPv4 packet. */
static inline uint16_t
packet_l4_len(const struct packet *p)
{
	return (uint16_t)(p->len - (p->l4 - p->ip));
}

/* Makes the buffer hold exactly the bytes from `start` on, `len` of them; cuts Ethernet padding off. */
static inline void
packet_set_bounds(struct packet *p, uint8_t *start, uint32_t len)
{
	p->mbuf->data_off = (uint16_t)(start - (uint8_t *)p->mbuf->buf_addr);
	p->mbuf->data_len = (uint16_t)len;
	p->mbuf->pkt_len = len;
}

/* Unaligned loads and stores in network order. */
static inline uint16_t
load16(const void *wire)
{
	uint16_t value;

	memcpy(&value, wire, sizeof(value));
	return __builtin_bswap16(value);
}

static inline uint32_t
load32(const void *wire)
{
	uint32_t value;

	memcpy(&value, wire, sizeof(value));
	return __builtin_bswap32(value);
}

static inline void
store16(void *wire, uint16_t value)
{
	value = __builtin_bswap16(value);
	memcpy(wire, &value, sizeof(value));
}

static inline void
store32(void *wire, uint32_t value)
{
	value = __builtin_bswap32(value);
	memcpy(wire, &value, sizeof(value));
}

#endif
