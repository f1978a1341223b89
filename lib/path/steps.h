/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps that more than one way shares and that need the snapshot. */
#ifndef MAPEDGE_PATH_STEPS_H
#define MAPEDGE_PATH_STEPS_H

#include "icmp/error.h"
#include "icmp/error6.h"
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
enum verdict
refuse_to_softwire(struct worker *w, struct packet *p, enum drop_reason reason, struct icmp_error error, uint32_t src);

/* An ICMPv6 error about an IPv6 packet sent to one of our softwires, `len` bytes as received, goes to its sender. */
void tell_sender(struct worker *w, const uint8_t *outer, uint16_t len, struct icmp6_error error);

/* The same about the packet in p's frame. */
void tell_outer_sender(struct worker *w, const struct packet *p, struct icmp6_error error);

/* An ICMPv4 packet of ours goes where its destination is: into a CE's softwire, or out of the IPv4 interface. */
void send_answer(struct worker *w, struct packet *answer);

/* The pieces of a packet without DF that is larger than the way on carries; the TTL is spent. */
enum verdict fragment_to_softwire(struct worker *w, struct packet *p, const struct softwire *softwire, u128 dst);
enum verdict fragment_to_ipv4(struct worker *w, struct packet *p);

/*
 * A protocol without ports passes under an address that is all ours, unless it vouches for addresses itself (RFC 4302). NEXT
 * with what a session knows it by in place of ports. `out`: from the LAN.
 */
COLD enum verdict translatable_without_ports(struct worker *w, struct packet *p, bool out);

/*
 * What the NAPT can translate: an address that is shared carries only what has a port or an identifier (RFC 7597 section
 * 8, RFC 6346 section 5.3.2). ICMP with a wrong checksum must not pass (RFC 5508 REQ-3). `out`: from the LAN.
 */
static inline enum verdict
translatable(struct worker *w, struct packet *p, bool out)
{
	if (likely(p->kind <= L4_UDP))
		return VERDICT_NEXT;
	if (p->kind == L4_OTHER)
		return translatable_without_ports(w, p, out);
	if (p->kind == L4_ICMP_OTHER)
		return drop(w, p, DROP_icmp_unsupported);
	/* A fragment has not all that its checksum covers. */
	return ipv4_is_fragment(p) || checksum_is_valid(p->l4, packet_l4_len(p)) ? VERDICT_NEXT
										 : drop(w, p, DROP_icmp_bad);
}

/* RFC 1812 section 5.3.1, for packets that came in natively. */
static inline enum verdict
ttl_in(struct worker *w, struct packet *p)
{
	if (unlikely(p->ttl <= 1))
		return refuse_to_ipv4(w, p, DROP_ttl, ICMP_TTL_EXCEEDED);
	return VERDICT_NEXT;
}

static inline bool
is_oversize(const struct packet *p, const struct softwire *softwire)
{
	return unlikely(p->len > softwire->mtu);
}

/* May a packet that is larger than the softwire carries go in pieces? RFC 2473 section 7.2. */
static inline bool
may_fragment(const struct packet *p, const struct softwire *softwire)
{
	return !ipv4_has_df(p) && softwire->fragment != SOFTWIRE_FRAGMENT_DROP;
}

/* RFC 2473 section 7.2: larger than the softwire carries, and it must not be fragmented. */
static inline enum verdict
fits_softwire(struct worker *w, struct packet *p, const struct softwire *softwire)
{
	if (!is_oversize(p, softwire))
		return VERDICT_NEXT;
	if (softwire->clear_df)
		ipv4_set_word(p, 6, load16(p->ip + 6) & (uint16_t)~IPV4_DF);
	if (may_fragment(p, softwire))
		return VERDICT_NEXT;
	return refuse_to_ipv4(w, p, DROP_too_big, icmp_fragmentation_needed(softwire->mtu));
}

/* The same for the link behind the softwire that it came out of. */
static inline enum verdict
fits_link(struct worker *w, struct packet *p, uint32_t src)
{
	const uint16_t mtu = w->snapshot->interface[INTERFACE_V4].mtu;

	if (unlikely(p->len > mtu) && ipv4_has_df(p))
		return refuse_to_softwire(w, p, DROP_too_big, icmp_fragmentation_needed(mtu), src);
	return VERDICT_NEXT;
}

/* Into the softwire, whole or in pieces. */
static inline enum verdict
send_encapsulated(struct worker *w, struct packet *p, const struct softwire *softwire, u128 dst)
{
	if (is_oversize(p, softwire))
		return fragment_to_softwire(w, p, softwire, dst);
	TRY(encapsulate(w, p, softwire, dst));
	return ethernet_out_softwire(w, p, &w->snapshot->interface[INTERFACE_V6]);
}

/* Out of the softwire and on to its IPv4 destination, whole or in pieces. */
static inline enum verdict
send_decapsulated(struct worker *w, struct packet *p)
{
	const struct interface *interface = &w->snapshot->interface[INTERFACE_V4];
	enum verdict verdict;

	if (unlikely(p->len > interface->mtu))
		return fragment_to_ipv4(w, p);
	verdict = ethernet_out_ipv4(w, p, interface);
	if (likely(verdict != VERDICT_DROP))
		traffic_add(&w->counters.softwire[p->softwire->index].sent_ipv4, p->len);
	return verdict;
}

#endif
