/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps that more than one way shares and that need the snapshot. */
#ifndef MAPEDGE_PATH_STEPS_H
#define MAPEDGE_PATH_STEPS_H

#include "icmp/error.h"
#include "icmp/quote.h"
#include "path/path.h"
#include "pkt/ecn.h"
#include "pkt/encapsulate.h"
#include "pkt/ethernet.h"
#include "pkt/ipv6.h"
#include "pkt/mss.h"

/* Drops the packet; an ICMPv4 error about it goes back out of the IPv4 interface it came in on. */
enum verdict refuse_to_ipv4(struct worker *w, struct packet *p, enum drop_reason reason, struct icmp_error error);

/* Drops the packet; an ICMPv4 error from `src` about it goes back through the softwire it came out of. */
enum verdict refuse_to_softwire(struct worker *w, struct packet *p, enum drop_reason reason, struct icmp_error error,
    const struct softwire *softwire, uint32_t src);

/*
 * What the NAPT can translate: an address that is shared carries only what has a port or an identifier (RFC 7597 section
 * 8, RFC 6346 section 5.3.2). ICMP with a wrong checksum must not pass (RFC 5508 REQ-3).
 */
static inline enum verdict
translatable(struct worker *w, struct packet *p)
{
	if (likely(p->kind <= L4_UDP))
		return VERDICT_NEXT;
	if (p->kind == L4_OTHER)
		return drop(w, p, DROP_proto_unsupported);
	if (p->kind == L4_ICMP_OTHER)
		return drop(w, p, DROP_icmp_unsupported);
	return checksum_is_valid(p->l4, packet_l4_len(p)) ? VERDICT_NEXT : drop(w, p, DROP_icmp_bad);
}

/* RFC 1812 section 5.3.1, for packets that came in natively. */
static inline enum verdict
ttl_in(struct worker *w, struct packet *p)
{
	if (unlikely(p->ttl <= 1))
		return refuse_to_ipv4(w, p, DROP_ttl, ICMP_TTL_EXCEEDED);
	return VERDICT_NEXT;
}

/* RFC 2473 section 7.2: larger than the softwire carries. */
static inline enum verdict
fits_softwire(struct worker *w, struct packet *p, const struct softwire *softwire)
{
	if (unlikely(p->len > softwire->mtu))
		return refuse_to_ipv4(w, p, DROP_too_big, icmp_fragmentation_needed(softwire->mtu));
	return VERDICT_NEXT;
}

/* The same for the link behind the softwire. */
static inline enum verdict
fits_link(struct worker *w, struct packet *p, const struct softwire *softwire, uint32_t src)
{
	const uint16_t mtu = w->snapshot->interface[INTERFACE_V4].mtu;

	if (unlikely(p->len > mtu))
		return refuse_to_softwire(w, p, DROP_too_big, icmp_fragmentation_needed(mtu), softwire, src);
	return VERDICT_NEXT;
}

/* Out of the softwire and on to its IPv4 destination. */
static inline enum verdict
send_decapsulated(struct worker *w, struct packet *p, const struct softwire *softwire)
{
	const enum verdict verdict = ethernet_out_ipv4(w, p, &w->snapshot->interface[INTERFACE_V4]);

	if (likely(verdict != VERDICT_DROP))
		traffic_add(&w->counters.softwire[softwire->index].sent_ipv4, p->len);
	return verdict;
}

#endif
