/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMPv4 errors that we create: RFC 792, RFC 1812 sections 4.3.2 and 4.3.3. */
#ifndef MAPEDGE_ICMP_ERROR_H
#define MAPEDGE_ICMP_ERROR_H

#include "pkt/l4.h"

struct icmp_error {
	uint8_t type;
	uint8_t code;
	uint16_t mtu; /* next-hop MTU for 3/4, else 0 */
};

static const struct icmp_error ICMP_TTL_EXCEEDED = { .type = ICMP_TIME_EXCEEDED };
static const struct icmp_error ICMP_NET_UNREACHABLE = { .type = ICMP_UNREACHABLE };
static const struct icmp_error ICMP_HOST_UNREACHABLE = { .type = ICMP_UNREACHABLE, .code = 1 };
static const struct icmp_error ICMP_PROHIBITED = { .type = ICMP_UNREACHABLE, .code = 13 };

static inline struct icmp_error
icmp_fragmentation_needed(uint16_t mtu)
{
	return (struct icmp_error){ .type = ICMP_UNREACHABLE, .code = 4, .mtu = mtu };
}

/*
 * May there be an error about this packet at all? Not about an ICMP error (redirect and source quench are errors, too),
 * a fragment that is not the first, nor what came from or went to something that is not one host: RFC 1812 section
 * 4.3.2.7. Looks at the packet itself, so its kind and ports need not be known.
 */
bool icmp_may_answer(const struct packet *trigger);

/*
 * Builds an error about the trigger, whose IPv4 packet must still be as it was received, from the address `src`. The
 * new packet is at error->ip, ready to be sent or encapsulated. False when none may be sent: the trigger may not be
 * answered, `src` is 0 (we have no address), the rate limit is reached (section 4.3.2.8), or there is no buffer.
 */
bool icmp_error_build(struct worker *w, const struct packet *trigger, struct icmp_error what, uint32_t src,
    struct packet *error);

#endif
