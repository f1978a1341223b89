/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/forward.h"

#include "icmp/chain.h"
#include "icmp/error6.h"
#include "path/steps.h"
#include "pkt/pending.h"

static const struct icmp6_error NO_ROUTE = { .type = ICMP6_UNREACHABLE };
static const struct icmp6_error PROHIBITED = { .type = ICMP6_UNREACHABLE, .code = 1 };
static const struct icmp6_error ADDRESS_UNREACHABLE = { .type = ICMP6_UNREACHABLE, .code = 3 };
static const struct icmp6_error FAILED_POLICY = { .type = ICMP6_UNREACHABLE, .code = ICMP6_POLICY };
static const struct icmp6_error REJECT_ROUTE = { .type = ICMP6_UNREACHABLE, .code = 6 };
static const struct icmp6_error HOP_LIMIT_EXCEEDED = { .type = ICMP6_TIME_EXCEEDED };

static inline uint16_t
packet_len(const struct packet *p)
{
	return (uint16_t)(IPV6_LEN + p->outer_len);
}

/*
 * Drops the packet; an error about it goes back to the neighbour that handed it to us, for a source that is refused may have no
 * route, or one that leads to somebody else.
 */
static COLD enum verdict
refuse(struct worker *w, struct packet *p, enum drop_reason reason, struct icmp6_error error)
{
	const struct interface *interface = &w->snapshot->interface[p->interface];
	const uint8_t *frame = p->ip - ETHER_LEN;
	struct ether_pair back;
	struct packet answer;

	memcpy(back.byte, frame + 6, 6);
	memcpy(back.byte + 6, frame, 6);
	if (icmp6_error_build(w, p->ip, packet_len(p), error, w->snapshot->icmp6_own[p->interface], &answer))
		ethernet_out(w, &answer, interface, &back, ETHER_TYPE_IPV6, answer.ip, answer.len);
	return drop(w, p, reason);
}

/* ---- who may send to whom --------------------------------------------------------------------------------------- */

/*
 * RFC 2827, RFC 6092 REC-5 and REC-6: out goes what is from the LAN, in comes what is not. RFC 7084 L-14: a host whose prefix has
 * gone learns of it.
 */
static inline enum verdict
judge_ends(struct worker *w, struct packet *p, const struct range6 *from, const struct range6 *to)
{
	if (unlikely(from->is_martian || to->is_martian))
		return drop(w, p, DROP_martian_v6);
	if (p->interface == INTERFACE_V4 && unlikely(!forward_leads_to(from, INTERFACE_V4)))
		return refuse(w, p, DROP_urpf_v6, FAILED_POLICY);
	if (p->interface == INTERFACE_V6 && unlikely(forward_is_inside(from)))
		return drop(w, p, DROP_urpf_v6);
	return VERDICT_NEXT;
}

/* ---- what it carries -------------------------------------------------------------------------------------------- */

/* RFC 4890 sections 4.3.3 and 4.3.5: MLD, ND and the like have no business beyond their link, others none beyond a site. */
static bool
is_of_link_or_site(uint8_t icmp6_type)
{
	static const struct {
		uint8_t first, last;
	} types[] = { { 100, 101 }, { 127, 127 }, { 130, 143 }, { 148, 149 }, { 151, 153 }, { 200, 201 },
		{ 255, 255 } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (icmp6_type >= types[i].first && icmp6_type <= types[i].last)
			return true;
	}
	return false;
}

/* RFC 5095: no source routes. All other headers are for the ends to judge (RFC 7045 section 2.1), if they are not too many. */
static COLD enum verdict
judge_chain(struct worker *w, struct packet *p)
{
	struct chain chain;

	if (!chain_walk(p->ip, packet_len(p), &chain))
		return drop(w, p, DROP_ipv6_ext);
	if (chain.has_source_route)
		return drop(w, p, DROP_routing_header);
	if (chain.next_header == NEXT_HEADER_ICMPV6 && !chain.is_later_fragment && chain.len > 0 &&
	    is_of_link_or_site(chain.payload[0]))
		return drop(w, p, DROP_icmp6_local);
	return VERDICT_NEXT;
}

static inline enum verdict
judge_payload(struct worker *w, struct packet *p)
{
	if (likely(p->ip[6] == NEXT_HEADER_TCP || p->ip[6] == NEXT_HEADER_UDP))
		return VERDICT_NEXT;
	return judge_chain(w, p);
}

/* ---- the way on ------------------------------------------------------------------------------------------------- */

/* RFC 7084 WPD-5: never back to the provider, and what of the delegated prefix nobody has is refused. */
static COLD enum verdict
has_no_way(struct worker *w, struct packet *p, const struct range6 *to)
{
	switch (to->hop) {
	case HOP_REJECT:
		return refuse(w, p, DROP_route_discard, REJECT_ROUTE);
	case HOP_PROHIBIT:
		return refuse(w, p, DROP_route_discard, PROHIBITED);
	case HOP_BLACKHOLE:
		return drop(w, p, DROP_route_discard);
	default:
		return refuse(w, p, DROP_no_route, NO_ROUTE);
	}
}

static inline enum verdict
may_leave(struct worker *w, struct packet *p, const struct range6 *to)
{
	const uint16_t mtu = w->snapshot->interface[!p->interface].mtu;

	if (unlikely(!forward_leads_to(to, !p->interface)))
		return has_no_way(w, p, to);
	if (unlikely(p->ip[7] <= 1))
		return refuse(w, p, DROP_hop_limit, HOP_LIMIT_EXCEEDED);
	if (unlikely(packet_len(p) > mtu))
		return refuse(w, p, DROP_too_big_v6, (struct icmp6_error){ ICMP6_TOO_BIG, 0, mtu });
	return VERDICT_NEXT;
}

static inline enum verdict
leave(struct worker *w, struct packet *p, const struct range6 *to)
{
	const struct interface *interface = &w->snapshot->interface[to->interface];
	const struct fib6 *fib = &w->snapshot->fib6;
	const struct ether_pair *ether = fib6_ether(fib, interface, to, p->outer_dst);

	if (unlikely(ether == NULL && w->pending == NULL))
		return drop(w, p, DROP_no_neighbour);
	event(w, p->interface == INTERFACE_V4 ? EVENT_forwarded_up : EVENT_forwarded_down);
	p->ip[7]--;
	if (unlikely(ether == NULL))
		return pending_hold(w, p, interface, fib6_neighbour(fib, to, p->outer_dst), p->ip, packet_len(p));
	return ethernet_out(w, p, interface, ether, ETHER_TYPE_IPV6, p->ip, packet_len(p));
}

/* Between LAN and LAN it is for Linux to forward, and to redirect: RFC 4861 section 8.2. */
static inline bool
is_for_linux(const struct packet *p, const struct range6 *to)
{
	return to->hop == HOP_OWN || (p->interface == INTERFACE_V4 && forward_leads_to(to, INTERFACE_V4));
}

enum verdict
forward_native(struct worker *w, struct packet *p)
{
	const struct fib6 *fib = &w->snapshot->fib6;
	const struct range6 *to;

	if (fib->table.ranges == NULL)
		return VERDICT_NEXT;
	to = fib6_find(fib, p->outer_dst);
	if (is_for_linux(p, to))
		return VERDICT_NEXT;
	TRY(judge_ends(w, p, fib6_find(fib, p->outer_src), to));
	TRY(judge_payload(w, p));
	TRY(may_leave(w, p, to));
	return leave(w, p, to);
}

enum verdict
forward_from_lan(struct worker *w, struct packet *p)
{
	if (p->ether_type == ETHER_TYPE_IPV6 && w->snapshot->fib6.table.ranges != NULL) {
		TRY(ipv6_in(w, p));
		TRY(forward_native(w, p));
	}
	return host(w, p);
}

/* What came in natively still has the frame header that it came with in front of it; what we have made ourselves is from us. */
enum verdict
forward_unreachable(struct worker *w, struct packet *p)
{
	const struct fib6 *fib = &w->snapshot->fib6;

	p->ip = rte_pktmbuf_mtod(p->mbuf, uint8_t *);
	if (p->ip[0] >> 4 != 6 || fib->table.ranges == NULL || fib6_find(fib, ip6_load(p->ip + 8))->hop == HOP_OWN)
		return drop(w, p, DROP_no_neighbour);
	p->outer_len = load16(p->ip + 4);
	return refuse(w, p, DROP_no_neighbour, ADDRESS_UNREACHABLE);
}
