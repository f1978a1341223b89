/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/ports.h"

/* Only an address that is shared needs a port to tell whose packet it is. */
static bool
is_shared(const struct map_rule *rule)
{
	return rule != NULL && rule->kind == MAP_SHARED;
}

/* Not what will fail the source check anyhow: an inner source that is no CE's, an outer one under no rule (of a pool: any). */
static bool
needs_ports(const struct snapshot *snapshot, const struct packet *p, bool from_ce)
{
	if (!from_ce)
		return is_shared(p->rule);
	return p->rule != NULL && (is_shared(p->rule) || is_shared(ruleset_match4(snapshot->rules, p->dst))) &&
	    (p->rule->bound || ruleset_find6(snapshot->rules, p->outer_src) != MAP_NO_RULE);
}

uint16_t
ports_meeting(const struct worker *w, const struct packet *p)
{
	const uint32_t mixed = (p->src ^ p->dst ^ load16(p->ip + 4)) * UINT32_C(0x9e3779b1);

	return (uint16_t)((uint64_t)mixed * w->count >> 32);
}

enum verdict
ports_of_datagram(struct worker *w, struct packet *p, u128 peer, ports_judge *judge)
{
	struct datagram *datagram;
	enum drop_reason why;
	enum verdict verdict;

	TRY(virtual_find(w, p, w->fragments, peer, &datagram));
	if (ipv4_is_headless(p))
		return virtual_recall(w, p, w->fragments, datagram);
	verdict = judge(w, p, &why);
	if (verdict == VERDICT_NEXT)
		virtual_learn(w->fragments, datagram, p);
	else
		virtual_refuse(w->fragments, datagram, why);
	return verdict;
}

static enum verdict
judge_from_ce(struct worker *w, struct packet *p, enum drop_reason *why)
{
	*why = DROP_l4_bad;
	TRY(l4_in_first_fragment(w, p));
	*why = DROP_icmp_bad;
	return icmp_quote_ports(w, p, true);
}

static enum verdict
judge_from_internet(struct worker *w, struct packet *p, enum drop_reason *why)
{
	*why = DROP_l4_bad;
	TRY(l4_in_first_fragment(w, p));
	*why = DROP_icmp_bad;
	return icmp_quote_ports(w, p, false);
}

enum verdict
ports_of_fragment(struct worker *w, struct packet *p, bool from_ce)
{
	uint16_t meeting;

	if (w->fragments == NULL)
		return drop(w, p, DROP_fragment_v4);
	TRY(fragment_in(w, p));
	if (!needs_ports(w->snapshot, p, from_ce)) {
		p->kind = L4_OTHER;
		p->src_port = p->dst_port = 0;
		return VERDICT_NEXT;
	}
	meeting = ports_meeting(w, p);
	if (meeting != w->id)
		return handoff(w, p, meeting);
	if (from_ce)
		return ports_of_datagram(w, p, p->outer_src, judge_from_ce);
	return ports_of_datagram(w, p, 0, judge_from_internet);
}
