/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/outer.h"

#include "path/forward.h"
#include "path/relay.h"

/* All fragments of a packet meet at one worker. */
static uint16_t
owner(const struct worker *w, const struct packet *p)
{
	const u128 ends = p->outer_src ^ p->outer_dst;
	const uint64_t mixed =
	    ((uint64_t)ends ^ (uint64_t)(ends >> 64) ^ load32(p->ip + 4)) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint16_t)((mixed >> 32) * w->count >> 32);
}

bool
outer_may_send(const struct snapshot *snapshot, const struct packet *p)
{
	if (snapshot->bindings != NULL || (snapshot->work != WORK_BR && p->outer_src == p->softwire->br))
		return true;
	return ruleset_find6(snapshot->rules, p->outer_src) != MAP_NO_RULE;
}

/* What a fragment header says of the fragmented packet; only the first one's counts, but honest ones are all the same. */
static bool
may_be_ipv4(uint8_t next_header)
{
	switch (next_header) {
	case NEXT_HEADER_IPV4:
	case NEXT_HEADER_HOP_BY_HOP:
	case NEXT_HEADER_ROUTING:
	case NEXT_HEADER_DESTINATION:
		return true;
	default:
		return false;
	}
}

/* p->ip is at a fragment header. */
static enum verdict
make_whole(struct worker *w, struct packet *p)
{
	struct reassembly_refusal refusal;
	uint16_t meeting;
	uint8_t next_header;

	if (!may_be_ipv4(p->ip[0]))
		return host(w, p);
	if (w->reassembly == NULL)
		return drop(w, p, DROP_fragment_v6);
	if (!outer_may_send(w->snapshot, p))
		return drop(w, p, DROP_spoof_v6);
	meeting = owner(w, p);
	if (meeting != w->id)
		return handoff(w, p, meeting);
	switch (reassemble(w, p, w->reassembly, &next_header, &refusal)) {
	case REASSEMBLY_WHOLE:
		return VERDICT_NEXT;
	case REASSEMBLY_HELD:
		return VERDICT_HELD;
	default:
		break;
	}
	if (refusal.icmp_type != 0)
		tell_outer_sender(w, p,
		    (struct icmp6_error){ refusal.icmp_type, refusal.icmp_code, refusal.icmp_value });
	return drop(w, p, refusal.reason);
}

enum verdict
outer_walk(struct worker *w, struct packet *p)
{
	for (bool made_whole = false;; made_whole = true) {
		uint8_t *outer = rte_pktmbuf_mtod(p->mbuf, uint8_t *) + ETHER_LEN;
		uint8_t next_header = outer[6];

		p->ip = outer + IPV6_LEN;
		p->outer_len = load16(outer + 4);
		TRY(ipv6_walk_extensions(w, p, &next_header, p->softwire != NULL));
		if (next_header == NEXT_HEADER_IPV4)
			return VERDICT_NEXT;
		if (p->softwire == NULL)
			return host(w, p);
		if (made_whole)
			return drop(w, p, DROP_ipv6_ext); /* Linux could not tell that it came in pieces: RFC 6980 */
		if (next_header == NEXT_HEADER_ICMPV6)
			return relay_error(w, p);
		if (next_header != NEXT_HEADER_FRAGMENT)
			return host(w, p);
		TRY(make_whole(w, p));
	}
}

enum verdict
outer_elsewhere(struct worker *w, struct packet *p)
{
	TRY(forward_native(w, p));
	TRY(outer_walk(w, p));
	return drop(w, p, DROP_not_map_dst);
}
