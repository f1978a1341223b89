/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMPv6 errors that we create: RFC 4443. */
#ifndef MAPEDGE_ICMP_ERROR6_H
#define MAPEDGE_ICMP_ERROR6_H

#include "pkt/worker.h"

enum icmp6_type {
	ICMP6_UNREACHABLE = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER_PROBLEM = 4,
	ICMP6_FIRST_INFORMATIONAL = 128,
	ICMP6_REDIRECT = 137,
};

#define ICMP6_REASSEMBLY 1 /* code of time exceeded: fragment reassembly */
#define ICMP6_POLICY 5     /* code of unreachable: source address failed ingress policy */

struct icmp6_error {
	uint8_t type;
	uint8_t code;
	uint32_t value; /* MTU or pointer, else 0 */
};

/*
 * Builds an error from `src` about the IPv6 packet of `len` bytes at `trigger`, whole from its IPv6 header on. In the
 * new packet error->ip is at the IPv6 header, error->len its length with header; outer_dst is its destination. At most
 * 1280 bytes (RFC 4443 section 2.4 c). False when none may be sent: src is 0 (nobody to speak for us); the trigger is,
 * or may be the rest of, an ICMPv6 error or Redirect, or its source or destination is not one host (2.4 e); the rate
 * limit is reached; there is no buffer.
 */
bool icmp6_error_build(struct worker *w, const uint8_t *trigger, uint16_t len, struct icmp6_error what, u128 src,
    struct packet *error);

/* Over pseudo-header and message (RFC 8200 section 8.1); 0 when a message with its checksum in place is right. */
uint16_t icmp6_checksum(u128 src, u128 dst, const uint8_t *message, uint16_t len);

#endif
