/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an IPv6 packet carries behind its extension headers (RFC 8200 section 4), when the packet is the subject of an
 * ICMPv6 error: it may be cut short anywhere, and it may never have been meant for us.
 */
#ifndef MAPEDGE_ICMP_CHAIN_H
#define MAPEDGE_ICMP_CHAIN_H

#include "pkt/ipv6.h"

struct chain {
	const uint8_t *payload; /* behind the last extension header that is whole */
	uint32_t len;           /* bytes from there on */
	uint8_t next_header;    /* what is there; an extension header that is cut short is this one */
	bool has_source_route;  /* a Routing header of type 0: RFC 5095 */
	bool is_later_fragment; /* what is there is the middle of something that begins in another packet */
};

/* Walks the chain in `len` bytes from `ip6` on. False when it is no IPv6, or the extension headers are too many. */
bool chain_walk(const uint8_t *ip6, uint32_t len, struct chain *chain);

#endif
