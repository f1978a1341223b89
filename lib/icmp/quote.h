/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packet that an ICMP error quotes. An error travels against the packet it is about, so for every lookup its own
 * source port is the quoted destination port and the other way round (RFC 7597 section 8.2, RFC 5508 section 4).
 */
#ifndef MAPEDGE_ICMP_QUOTE_H
#define MAPEDGE_ICMP_QUOTE_H

#include "pkt/l4.h"

struct quote {
	uint8_t *ip;
	uint8_t *l4;
	uint16_t l4_len; /* bytes of the quoted transport header and payload that are there, at least 8 */
	uint32_t src;    /* host order, as all numbers here */
	uint32_t dst;
	uint16_t src_port; /* the identifier in both for ICMP queries; 0 for protocols without ports */
	uint16_t dst_port;
	uint8_t kind; /* enum l4_kind; never L4_ICMP_ERROR */
};

/*
 * Parses the packet quoted by an ICMP error that l4_in() has proven. False when it is cut short, not IPv4, a non-first
 * fragment, or itself an ICMP error. Its transport checksum is not looked at (RFC 5508 REQ-3).
 */
bool icmp_quote_parse(const struct packet *p, struct quote *quote);

/* Is the checksum of the quoted IPv4 header right? (RFC 5508 REQ-3b) */
static inline bool
icmp_quote_is_intact(const struct quote *quote)
{
	return checksum_is_valid(quote->ip, (size_t)(quote->l4 - quote->ip));
}

/* Rewrites one end of the quoted packet, its checksums, and the checksum of the ICMP message around it. */
void icmp_quote_set_src(struct packet *p, const struct quote *quote, uint32_t addr, uint16_t port);
void icmp_quote_set_dst(struct packet *p, const struct quote *quote, uint32_t addr, uint16_t port);

/*
 * Step for the stateless BR: an error gets the ports of its quote, so that it is judged and mapped like any packet.
 * `from_ce`: the quoted packet went to a CE, so its destination is the CE's end; else it came from one. Between two CEs both
 * are asked, one after the other.
 */
enum verdict icmp_take_ports(struct worker *w, struct packet *error, bool from_ce);

static inline enum verdict
icmp_quote_ports(struct worker *w, struct packet *p, bool from_ce)
{
	return likely(p->kind != L4_ICMP_ERROR) ? VERDICT_NEXT : icmp_take_ports(w, p, from_ce);
}

#endif
