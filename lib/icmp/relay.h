/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMPv6 errors from inside a softwire, about packets that we encapsulated, read for their relay to the inner source as
 * ICMPv4: RFC 2473 section 8, RFC 7597 section 8.2.
 */
#ifndef MAPEDGE_ICMP_RELAY_H
#define MAPEDGE_ICMP_RELAY_H

#include "icmp/error.h"
#include "icmp/error6.h"
#include "icmp/quote.h"

struct relay {
	struct icmp6_error error; /* as received */
	u128 outer_src;           /* of the quoted softwire packet, host order */
	u128 outer_dst;
	/*
	 * The quoted IPv4 packet, fit for icmp_error_build(): ip, l4, addresses, protocol, kind, ports, ttl, tos; len = bytes
	 * that are there. It lies in the message. An ICMP error has the ports of its own quote, crosswise as in icmp/quote.h,
	 * and its address in `quoted`; a fragment that is not the first is L4_OTHER. Ports that cannot be known are 0.
	 */
	struct packet inner;
};

/*
 * Reads the ICMPv6 error of `len` bytes at `message`, sent from src to dst. False when its checksum is wrong or it does
 * not quote an IPv4-in-IPv6 packet (also as a first fragment, but with no other extension header) as far as the ports: the
 * IPv4 header and 8 bytes. The quoted IPv4 checksum must be right.
 */
bool relay_parse(const uint8_t *message, uint16_t len, u128 src, u128 dst, struct relay *relay);

/*
 * What the inner source is to be told, or false when it is of no use to it (RFC 2473 sections 8.2, 8.3) or the inner
 * packet may not be answered. For packet too big the MTU is less the outer header; the caller has judged whether it
 * may be believed.
 */
bool relay_translate(const struct relay *relay, struct icmp_error *error);

#endif
