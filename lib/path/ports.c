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

/* All fragments of a datagram meet at one worker. */
static uint16_t
owner(const struct worker *w, const struct packet *p)
{
	const uint32_t mixed = (p->src ^ p->dst ^ load16(p->ip + 4)) * UINT32_C(0x9e3779b1);

	return (uint16_t)((uint64_t)mixed * w->count >> 32);
}

static enum verdict
first_fragment(struct worker *w, struct packet *p, struct datagram *datagram, bool from_ce)
{
	if (l4_in_first_fragment(w, p) != VERDICT_NEXT) {
		virtual_refuse(w->fragments, datagram, DROP_l4_bad);
		return VERDICT_DROP;
	}
	if (icmp_quote_ports(w, p, from_ce) != VERDICT_NEXT) {
		virtual_refuse(w->fragments, datagram, DROP_icmp_bad);
		return VERDICT_DROP;
	}
	virtual_learn(w->fragments, datagram, p);
	return VERDICT_NEXT;
}

enum verdict
ports_of_fragment(struct worker *w, struct packet *p, bool from_ce)
{
	struct datagram *datagram;
	uint16_t meeting;

	if (w->fragments == NULL)
		return drop(w, p, DROP_fragment_v4);
	TRY(fragment_in(w, p));
	if (!needs_ports(w->snapshot, p, from_ce)) {
		p->kind = L4_OTHER;
		p->src_port = p->dst_port = 0;
		return VERDICT_NEXT;
	}
	meeting = owner(w, p);
	if (meeting != w->id)
		return handoff(w, p, meeting);
	TRY(virtual_find(w, p, w->fragments, from_ce ? p->outer_src : 0, &datagram));
	if (load16(p->ip + 6) & IPV4_OFFSET)
		return virtual_recall(w, p, w->fragments, datagram);
	return first_fragment(w, p, datagram, from_ce);
}
