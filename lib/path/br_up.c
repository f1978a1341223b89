/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BR, softwire to Internet: the source is checked against the rule, the packet unwrapped and sent on; what is for
 * another CE goes back into its softwire. RFC 7597 section 8.1.
 */
#include "path/steps.h"
#include "path/to_ce.h"

/* The domain whose BR address the packet was sent to, or NULL. */
static inline const struct softwire *
terminating(const struct snapshot *snapshot, u128 outer_dst)
{
	for (uint16_t i = 0; i < snapshot->softwire_count; i++) {
		if (snapshot->softwire[i].local == outer_dst)
			return &snapshot->softwire[i];
	}
	return NULL;
}

/*
 * The source check. The RFC selects the rule by longest match on the outer source and compares what that embeds with
 * the inner source. Going the other way round says the same: find the rule of the inner source, compute the MAP address
 * that belongs to it, and compare that with the outer source. It needs no IPv6 lookup, and one comparison covers prefix,
 * EA bits and interface identifier. Only where another rule's IPv6 prefix lies inside this rule's (`shadowed`) could an
 * address be equal and yet belong to the longer match; then the IPv6 side is asked too.
 */
static inline bool
source_is_true(const struct snapshot *snapshot, const struct packet *p)
{
	const struct map_rule *rule = p->rule;
	const struct softwire *softwire;
	u128 expected;

	if (rule == NULL || !map_rule_owns(rule, p->src_port))
		return false;
	if (p->kind == L4_ICMP_ERROR && ((p->quoted ^ p->src) & rule->v4_iid_mask) != 0)
		return false; /* about a packet that went to somebody else: MAPE-41 */
	softwire = &snapshot->softwire[rule->domain];
	expected = map_rule_address(rule, p->src, p->src_port);
	if (softwire->eabits ? !map_rule_same_ce(rule, expected, p->outer_src) : expected != p->outer_src)
		return false;
	if (softwire->local != p->outer_dst)
		return false;
	return !rule->shadowed ||
	    ruleset_find6(snapshot->rules, p->outer_src) == (uint32_t)(rule - snapshot->rules->rules);
}

/* Why the source check failed, read as the RFC reads it. Silent: RFC 7597 section 8.1 wants a counter, no ICMP. */
static enum verdict
refuse_source(struct worker *w, struct packet *p)
{
	const struct snapshot *snapshot = w->snapshot;
	const uint32_t index = ruleset_find6(snapshot->rules, p->outer_src);
	const struct map_rule *rule;

	if (index == MAP_NO_RULE)
		return drop(w, p, DROP_spoof_v6);
	rule = &snapshot->rules->rules[index];
	if (snapshot->softwire[rule->domain].local != p->outer_dst)
		return drop(w, p, DROP_spoof_v6);
	if ((p->src & rule->v4_iid_mask) != map_rule_embedded_ipv4(rule, p->outer_src))
		return drop(w, p, DROP_spoof_v4);
	TRY(has_port(w, p, rule));
	if (!map_rule_owns(rule, p->src_port) ||
	    (p->kind == L4_ICMP_ERROR && ((p->quoted ^ p->src) & rule->v4_iid_mask) != 0) ||
	    map_rule_psid(rule, p->src_port) != map_rule_embedded_psid(rule, p->outer_src))
		return drop(w, p, DROP_spoof_v4);
	return drop(w, p, DROP_spoof_v6);
}

/* Stage 1: proven, sent to a BR address, with the ports that count. The rule of the inner source comes into the cache. */
static inline enum verdict
read_packet(struct worker *w, struct packet *p)
{
	TRY(ethernet_in(w, p, &w->snapshot->interface[INTERFACE_V6]));
	if (p->ether_type != ETHER_TYPE_IPV6)
		return host(w, p);
	TRY(ipv6_in(w, p));
	TRY(ipv6_find_inner(w, p, terminating(w->snapshot, p->outer_dst) != NULL));
	TRY(ipv4_in_softwire(w, p));
	TRY(ipv4_refuse_martians(w, p));
	TRY(l4_in(w, p));
	TRY(icmp_quote_ports(w, p, true));
	p->rule = ruleset_find4(w->snapshot->rules, p->src, p->src_port);
	if (p->rule != NULL)
		__builtin_prefetch(p->rule);
	return VERDICT_NEXT;
}

/* Would the packet go back to the CE it came from? As far as that CE's own address is known. */
static inline bool
is_same_ce(const struct packet *p, const struct softwire *from)
{
	const u128 to = map_rule_address(p->rule, p->dst, p->dst_port);

	return from->eabits ? map_rule_same_ce(p->rule, to, p->outer_src) : to == p->outer_src;
}

/* From one CE to another through us: the destination is judged as if it came from outside. */
static enum verdict
hairpin(struct worker *w, struct packet *p, const struct softwire *from)
{
	const struct softwire *to = &w->snapshot->softwire[p->rule->domain];

	TRY(icmp_quote_ports(w, p, false)); /* of an error: what it quotes must have come from the other CE */
	TRY(has_ce(w, p));
	if (is_same_ce(p, from))
		return drop(w, p, DROP_loop);
	if (p->len > to->mtu)
		return refuse_to_softwire(w, p, DROP_too_big, icmp_fragmentation_needed(to->mtu), from,
		    w->snapshot->interface[INTERFACE_V4].address);
	TRY(ecn_out_of_softwire(w, p));
	ipv4_spend_ttl(p);
	mss_clamp(w, p, from); /* both softwires are on the way */
	event(w, EVENT_hairpin);
	return send_to_ce(w, p, to);
}

static inline enum verdict
send_to_internet(struct worker *w, struct packet *p, const struct softwire *from)
{
	const struct interface *internet = &w->snapshot->interface[INTERFACE_V4];

	TRY(fits_link(w, p, from, internet->address));
	TRY(ecn_out_of_softwire(w, p));
	ipv4_spend_ttl(p);
	mss_clamp(w, p, from);
	return send_decapsulated(w, p, from);
}

/* Stage 2: judged, unwrapped, sent. */
static inline enum verdict
send_packet(struct worker *w, struct packet *p)
{
	const struct softwire *softwire;

	if (unlikely(!source_is_true(w->snapshot, p)))
		return refuse_source(w, p);
	TRY(has_port(w, p, p->rule));
	softwire = &w->snapshot->softwire[p->rule->domain];
	traffic_add(&w->counters.softwire[softwire->index].rcvd_ipv6, (uint64_t)IPV6_LEN + p->len);
	if (interface_is_own(&w->snapshot->interface[INTERFACE_V4], p->dst))
		return ethernet_to_host(w, p, &w->snapshot->interface[INTERFACE_V4]);
	if (unlikely(p->ttl <= 1))
		return refuse_to_softwire(w, p, DROP_ttl, ICMP_TTL_EXCEEDED, softwire,
		    w->snapshot->interface[INTERFACE_V4].address);

	p->rule = ruleset_find4(w->snapshot->rules, p->dst, p->dst_port);
	if (unlikely(p->rule != NULL))
		return hairpin(w, p, softwire);
	return send_to_internet(w, p, softwire);
}

void
br_up(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, read_packet);
	STAGE(w, burst, send_packet);
}
