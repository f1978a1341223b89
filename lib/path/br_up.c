/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BR, softwire to Internet: the source is checked against the rule, the packet unwrapped and sent on; what is for
 * another CE goes back into its softwire. RFC 7597 section 8.1.
 */
#include "path/outer.h"
#include "path/ports.h"
#include "path/steps.h"
#include "path/suspects.h"
#include "path/to_ce.h"

/* What the source check asks under a rule and in a pool: some CE of the domain may send this. */
static inline bool
source_is_possible(const struct snapshot *snapshot, const struct packet *p)
{
	const struct map_rule *rule = p->rule;

	if (!map_rule_owns(rule, p->src_port))
		return false;
	if (is_icmp_error(p) && !map_rule_same_ipv4(rule, p->quoted, p->src))
		return false; /* about a packet that went to somebody else: MAPE-41 */
	return &snapshot->softwire[rule->domain] == p->softwire;
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
	u128 expected;

	if (!source_is_possible(snapshot, p))
		return false;
	expected = map_rule_address(rule, p->src, p->src_port);
	if (expected != p->outer_src && !(p->softwire->eabits && map_rule_same_ce(rule, expected, p->outer_src)))
		return false;
	return !rule->shadowed ||
	    ruleset_find6(snapshot->rules, p->outer_src) == (uint32_t)(rule - snapshot->rules->rules);
}

/* RFC 7597 section 8.1 wants a counter and silence; an operator who looks for a fault may want more for a while. */
static enum verdict
refuse_spoof(struct worker *w, struct packet *p, enum drop_reason reason)
{
	if (p->softwire->report_spoofing)
		tell_outer_sender(w, p, (struct icmp6_error){ ICMP6_UNREACHABLE, ICMP6_POLICY, 0 });
	return drop(w, p, reason);
}

/* The same in a pool, whose CEs cannot be found by their addresses: what the binding of the inner source says. */
static enum verdict
refuse_in_pool(struct worker *w, struct packet *p)
{
	struct ce ce;

	if (&w->snapshot->softwire[p->rule->domain] != p->softwire)
		return refuse_spoof(w, p, DROP_spoof_v6);
	TRY(has_port(w, p, p->rule));
	if (!source_is_possible(w->snapshot, p) || !find_ce(w->snapshot, p->rule, p->src, p->src_port, &ce))
		return refuse_spoof(w, p, DROP_spoof_v4);
	return refuse_spoof(w, p, DROP_spoof_v6);
}

/* Why the source check failed, read as the RFC reads it. */
static enum verdict
refuse_source(struct worker *w, struct packet *p)
{
	const struct snapshot *snapshot = w->snapshot;
	const uint32_t index = ruleset_find6(snapshot->rules, p->outer_src);
	const struct map_rule *rule;

	if (index == MAP_NO_RULE && p->rule != NULL && p->rule->bound)
		return refuse_in_pool(w, p);
	if (index == MAP_NO_RULE)
		return refuse_spoof(w, p, DROP_spoof_v6);
	rule = &snapshot->rules->rules[index];
	if (&snapshot->softwire[rule->domain] != p->softwire)
		return refuse_spoof(w, p, DROP_spoof_v6);
	if (!map_rule_same_ipv4(rule, p->src, map_rule_embedded_ipv4(rule, p->outer_src)))
		return refuse_spoof(w, p, DROP_spoof_v4);
	TRY(has_port(w, p, rule));
	if (!map_rule_owns(rule, p->src_port) || (is_icmp_error(p) && !map_rule_same_ipv4(rule, p->quoted, p->src)) ||
	    map_rule_psid(rule, p->src_port) != map_rule_embedded_psid(rule, p->outer_src))
		return refuse_spoof(w, p, DROP_spoof_v4);
	return refuse_spoof(w, p, DROP_spoof_v6);
}

/* Stage 1: proven, sent to a BR address, with the ports that count. The rule of the inner source comes into the cache. */
static inline enum verdict
read_packet(struct worker *w, struct packet *p)
{
	TRY(ethernet_in(w, p, &w->snapshot->interface[INTERFACE_V6]));
	if (p->ether_type != ETHER_TYPE_IPV6)
		return host(w, p);
	TRY(ipv6_in(w, p));
	TRY(find_inner(w, p));
	TRY(ipv4_in_softwire(w, p));
	p->rule = ruleset_match4(w->snapshot->rules, p->src);
	__builtin_prefetch(p->rule);
	return ports_in(w, p, true);
}

/* Where bindings are: the one of the inner source comes into the cache. */
static inline enum verdict
prefetch_binding(struct worker *w, struct packet *p)
{
	prefetch_ce(w->snapshot, p->rule, p->src, p->src_port);
	return VERDICT_NEXT;
}

/* Would the packet go back to the CE it came from? As far as that CE's own address is known. */
static inline bool
is_same_ce(const struct packet *p, u128 to)
{
	return p->softwire->eabits ? map_rule_same_ce(p->rule, to, p->outer_src) : to == p->outer_src;
}

/* From one CE to another through us: the destination is judged as if it came from outside. */
static enum verdict
hairpin(struct worker *w, struct packet *p)
{
	const struct softwire *to = &w->snapshot->softwire[p->rule->domain];
	struct ce ce;

	if (unlikely(is_icmp_error(p))) {
		if (ipv4_is_fragment(p))
			return drop(w, p, DROP_icmp_bad); /* nobody remembers both ends of what it quotes */
		TRY(icmp_take_ports(w, p, false));        /* what it quotes must have come from the other CE */
	}
	TRY(has_ce(w, p));
	if (!find_ce(w->snapshot, p->rule, p->dst, p->dst_port, &ce))
		return drop(w, p, DROP_no_rule);
	if (is_same_ce(p, ce.address))
		return drop(w, p, DROP_loop);
	if (is_oversize(p, to) && !may_fragment(p, to))
		return refuse_to_softwire(w, p, DROP_too_big, icmp_fragmentation_needed(to->mtu),
		    w->snapshot->icmp_source);
	TRY(class_out_of_softwire(w, p, p->softwire));
	if (to->mss == 0 || p->softwire->mss < to->mss)
		mss_clamp(w, p, p->softwire); /* both softwires are on the way; the other one has its own clamp */
	event(w, EVENT_hairpin);
	return send_and_count(w, p, to, &ce);
}

static inline enum verdict
send_to_internet(struct worker *w, struct packet *p)
{
	TRY(fits_link(w, p, w->snapshot->icmp_source));
	TRY(class_out_of_softwire(w, p, p->softwire));
	ipv4_spend_ttl(p);
	mss_clamp(w, p, p->softwire);
	return send_decapsulated(w, p);
}

/* Its source is true: on to the Internet, or to another CE. Inline in both ways that lead here. */
static inline __attribute__((always_inline)) enum verdict
send_on(struct worker *w, struct packet *p)
{
	TRY(has_port(w, p, p->rule));
	traffic_add(&w->counters.softwire[p->softwire->index].rcvd_ipv6, (uint64_t)IPV6_LEN + p->len);

	p->rule = ruleset_find4(w->snapshot->rules, p->dst, p->dst_port);
	if (likely(p->rule == NULL))
		TRY(destination_to_internet(w, p));
	if (unlikely(p->ttl <= 1))
		return refuse_to_softwire(w, p, DROP_ttl, ICMP_TTL_EXCEEDED, w->snapshot->icmp_source);
	if (unlikely(p->rule != NULL))
		return hairpin(w, p);
	return send_to_internet(w, p);
}

/* As below, from the CE that is bound to the port set; what it sends is counted for its binding, too. */
static enum verdict
send_from_bound(struct worker *w, struct packet *p)
{
	const struct traffic *sent = &w->counters.softwire[p->softwire->index].sent_ipv4, before = *sent;
	const struct snapshot *snapshot = w->snapshot;
	enum verdict verdict;
	struct ce ce;

	if (!source_is_possible(snapshot, p) || !find_ce(snapshot, p->rule, p->src, p->src_port, &ce) ||
	    ce.address != p->outer_src)
		return refuse_source(w, p);
	verdict = send_on(w, p);
	if (w->binding_counters != NULL)
		count_gain(&w->binding_counters[binding_index(snapshot->bindings, ce.binding)].sent_ipv4, sent,
		    &before);
	return verdict;
}

/* Stage 2: judged, unwrapped, sent. */
static inline enum verdict
send_packet(struct worker *w, struct packet *p)
{
	if (unlikely(p->rule == NULL))
		return refuse_source(w, p);
	p->rule = ruleset_choose(w->snapshot->rules, p->rule, p->src_port);
	if (unlikely(p->rule->bound))
		return send_from_bound(w, p);
	if (unlikely(!source_is_true(w->snapshot, p)))
		return refuse_source(w, p);
	return send_on(w, p);
}

void
br_up(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, read_packet);
	if (w->snapshot->bindings != NULL)
		STAGE(w, burst, prefetch_binding);
	STAGE(w, burst, send_packet);
}
