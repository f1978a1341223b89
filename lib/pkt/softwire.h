/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One end of a softwire as the workers see it (a CE's softwire, a BR's domain): part of the snapshot, const.
 */
#ifndef MAPEDGE_PKT_SOFTWIRE_H
#define MAPEDGE_PKT_SOFTWIRE_H

#include "pkt/worker.h"

/* What becomes of an IPv4 packet without DF that does not fit: RFC 2473 section 7.2, RFC 4459. */
enum softwire_fragment {
	SOFTWIRE_FRAGMENT_OUTER, /* encapsulate, then fragment the IPv6 packet */
	SOFTWIRE_FRAGMENT_INNER, /* fragment the IPv4 packet, then encapsulate */
	SOFTWIRE_FRAGMENT_DROP,
};

struct softwire {
	u128 local; /* the address that terminates the softwire here: MAP address (CE) or BR address (BR) */
	u128 br;    /* where a CE sends what no FMR covers */
	uint8_t outer[IPV6_LEN]; /* outer header with everything that does not depend on the packet */
	uint64_t
	    inherited; /* of its first eight bytes, in memory's order, what the inner packet tells: class, length */
	uint16_t mtu;  /* largest IPv4 packet that fits */
	uint16_t mss;  /* largest MSS let through, 0 = do not clamp */
	uint8_t class_mask;   /* bits of the inner TOS that go outside: ECN always, DSCP by policy */
	bool flow_label;      /* a hash of the inner flow goes outside, else 0 */
	uint8_t decap_mask;   /* bits of the outer traffic class that come inside: ECN always, DSCP by policy */
	uint8_t fragment;     /* enum softwire_fragment */
	uint8_t index;        /* of its counters, which it keeps by its name */
	bool clear_df;        /* CE: DF is taken off what does not fit, against RFC 6864 */
	bool eabits;          /* BR: weaker source check, RFC 7597 section 8.1's minimum */
	bool anycast;         /* BR: `local` never sends ICMPv6, and nobody's packet too big is about it alone */
	bool report_spoofing; /* BR: tell senders that the source check refuses, for debugging */
	uint8_t spare[32];    /* an even power of two, so that its place is a shift away */
};

_Static_assert(sizeof(struct softwire) == 128, "two cache lines");

/* Fills in the outer header. dscp 0..63, or negative to copy the inner DSCP. RFC 2473 section 5.1. */
static inline void
softwire_set_outer(struct softwire *softwire, u128 src, u128 dst, uint8_t hop_limit, int dscp)
{
	const uint8_t class_mask = dscp < 0 ? 0xff : 0x03;
	const uint8_t inherited[8] = { class_mask >> 4, (uint8_t)(class_mask << 4), 0, 0, 0xff, 0xff };

	softwire->class_mask = class_mask;
	memcpy(&softwire->inherited, inherited, sizeof(softwire->inherited));
	store32(softwire->outer, UINT32_C(6) << 28 | (dscp < 0 ? 0 : (uint32_t)dscp << 22));
	store16(softwire->outer + 4, 0);
	softwire->outer[6] = 4; /* next header: IPv4 */
	softwire->outer[7] = hop_limit;
	ip6_store(softwire->outer + 8, src);
	ip6_store(softwire->outer + 24, dst);
}

#endif
