/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The express lanes of a BR. Why each question is asked stands in br_down.c and br_up.c. A BR with pools has lanes of its own, which
 * ask the bindings, too: other ones need not go over the burst once more for them.
 */
#include "path/express.h"

/* ---- who has an end --------------------------------------------------------------------------------------------- */

static INLINED bool
seek_rule(const struct worker *w, uint64_t end, struct lead *lead)
{
	lead->rule = ruleset_match4(w->snapshot->rules, session_end_addr(end));
	__builtin_prefetch(lead->rule);
	return lead->rule != NULL;
}

/* Pools are few, so the rule is at hand already. */
static INLINED void
seek_binding(const struct worker *w, uint64_t end, struct lead *lead)
{
	const struct snapshot *snapshot = w->snapshot;
	const uint16_t port = session_end_port(end);
	const struct map_rule *rule = ruleset_choose(snapshot->rules, lead->rule, port);

	lead->hash = binding_hash(snapshot->bindings, session_end_addr(end), map_rule_psid(rule, port));
	if (rule->bound)
		binding_prefetch(snapshot->bindings, lead->hash);
}

/* Of the rules of the end's address the one that has its port; nearly always there is but one. */
static INLINED const struct map_rule *
rule_of(const struct worker *w, uint64_t end, const struct lead *lead)
{
	return likely(lead->rule->is_usual) ? lead->rule
					    : ruleset_choose(w->snapshot->rules, lead->rule, session_end_port(end));
}

/* The address of the CE, false when that must be found out first. */
static INLINED bool
find_owner(const struct map_rule *rule, uint64_t end, const struct binding *binding, u128 *ce)
{
	const uint16_t port = session_end_port(end);

	if (likely(rule->is_usual)) {
		*ce = map_rule_usual_address_of(rule, end >> 16);
		return port >= rule->first_port;
	}
	if (!map_rule_owns(rule, port))
		return false;
	if (!rule->bound) {
		*ce = map_rule_address_of(rule, end >> 16);
		return true;
	}
	if (binding == NULL || binding->ipv4 != session_end_addr(end) || binding->psid != map_rule_psid(rule, port))
		return false;
	*ce = binding->softwire;
	return true;
}

/* Of its binding, if it has one and such are counted. */
static INLINED struct binding_counters *
counters_of(const struct worker *w, const struct lead *lead)
{
	if (lead->binding == NULL || w->binding_counters == NULL)
		return NULL;
	return &w->binding_counters[binding_index(w->snapshot->bindings, lead->binding)];
}

static INLINED void
expect_binding(const struct worker *w, struct lead *lead)
{
	lead->binding = lead->rule->bound ? binding_expect(w->snapshot->bindings, lead->hash) : NULL;
	__builtin_prefetch(counters_of(w, lead), 1);
}

/* ---- Internet to softwire --------------------------------------------------------------------------------------- */

static INLINED bool
seek_ce(const struct worker *w, const struct plain *p, struct lead *lead)
{
	return seek_rule(w, *p->dst, lead) && !is_suspect(w->snapshot, session_end_addr(*p->src));
}

static INLINED bool
seek_bound_ce(const struct worker *w, const struct plain *p, struct lead *lead)
{
	if (!seek_ce(w, p, lead))
		return false;
	seek_binding(w, *p->dst, lead);
	return true;
}

static INLINED bool
judge_native(const struct worker *w, const struct plain *p, const struct binding *binding, struct lead *lead)
{
	const struct snapshot *snapshot = w->snapshot;
	const struct map_rule *rule = rule_of(w, *p->dst, lead);

	lead->softwire = &snapshot->softwire[rule->domain];
	if (!find_owner(rule, *p->dst, binding, &lead->outer_dst) || p->len > lead->softwire->mtu)
		return false;
	lead->ether = plain_way_to_softwire(&snapshot->interface[INTERFACE_V6], lead->outer_dst);
	return lead->ether != NULL;
}

static INLINED bool
judge_to_ce(const struct worker *w, const struct plain *p, struct lead *lead)
{
	return judge_native(w, p, NULL, lead);
}

static INLINED bool
judge_to_bound_ce(const struct worker *w, const struct plain *p, struct lead *lead)
{
	return judge_native(w, p, lead->binding, lead);
}

static INLINED void
send_to_ce(struct worker *w, const struct plain *p, const struct lead *lead)
{
	plain_spend_ttl(p);
	plain_wrap(w, p, lead);
}

static INLINED void
send_to_bound_ce(struct worker *w, const struct plain *p, const struct lead *lead)
{
	struct binding_counters *counters = counters_of(w, lead);

	send_to_ce(w, p, lead);
	if (counters != NULL)
		traffic_add(&counters->sent_ipv6, (uint64_t)IPV6_LEN + p->len);
}

static const struct lane rules_down = {
	.before = ETHER_LEN,
	.stray = stray_waits,
	.read = headers_read_native,
	.seek = seek_ce,
	.judge = judge_to_ce,
	.send = send_to_ce,
	.close = tally_wrapped,
};

static const struct lane pools_down = {
	.before = ETHER_LEN,
	.stray = stray_waits,
	.read = headers_read_native,
	.seek = seek_bound_ce,
	.fetch = expect_binding,
	.judge = judge_to_bound_ce,
	.send = send_to_bound_ce,
	.close = tally_wrapped,
};

void
br_down_express(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	if (likely(w->snapshot->bindings == NULL))
		lane_run(w, way, mbufs, count, rules_down);
	else
		lane_run(w, way, mbufs, count, pools_down);
}

/* ---- softwire to Internet --------------------------------------------------------------------------------------- */

static INLINED bool
seek_source(const struct worker *w, const struct plain *p, struct lead *lead)
{
	lead->softwire = snapshot_terminating(w->snapshot, ip6_load(p->ip - 16));
	return seek_rule(w, *p->src, lead) && lead->softwire != NULL;
}

static INLINED bool
seek_bound_source(const struct worker *w, const struct plain *p, struct lead *lead)
{
	if (!seek_source(w, p, lead))
		return false;
	seek_binding(w, *p->src, lead);
	return true;
}

/* The strict source check, where the rule of the inner source, or its binding, is all that it needs. */
static INLINED bool
source_is_plain(const struct worker *w, const struct plain *p, const struct binding *binding, struct lead *lead)
{
	const struct map_rule *rule = rule_of(w, *p->src, lead);
	u128 ce;

	return find_owner(rule, *p->src, binding, &ce) && !rule->shadowed &&
	    lead->softwire == &w->snapshot->softwire[rule->domain] && ce == ip6_load(p->ip - 32);
}

static INLINED bool
judge_tunnelled(const struct worker *w, const struct plain *p, const struct binding *binding, struct lead *lead)
{
	const struct snapshot *snapshot = w->snapshot;
	const struct interface *out = &snapshot->interface[INTERFACE_V4];
	const uint32_t dst = session_end_addr(*p->dst);

	if (!source_is_plain(w, p, binding, lead) || !plain_class(p, lead->softwire) || p->len > out->mtu)
		return false;
	if (ruleset_match4(snapshot->rules, dst) != NULL || is_suspect(snapshot, dst))
		return false;
	lead->ether = plain_way_to_ipv4(out, dst);
	return lead->ether != NULL;
}

static INLINED bool
judge_from_ce(const struct worker *w, const struct plain *p, struct lead *lead)
{
	return judge_tunnelled(w, p, NULL, lead);
}

static INLINED bool
judge_from_bound_ce(const struct worker *w, const struct plain *p, struct lead *lead)
{
	return judge_tunnelled(w, p, lead->binding, lead);
}

static INLINED void
send_to_internet(struct worker *w, const struct plain *p, const struct lead *lead)
{
	plain_spend_ttl(p);
	plain_unwrap(w, p, lead);
}

static INLINED void
send_from_bound_ce(struct worker *w, const struct plain *p, const struct lead *lead)
{
	struct binding_counters *counters = counters_of(w, lead);

	send_to_internet(w, p, lead);
	if (counters != NULL)
		traffic_add(&counters->sent_ipv4, p->len);
}

static const struct lane rules_up = {
	.before = ETHER_LEN + IPV6_LEN,
	.stray = stray_waits,
	.read = headers_read_tunnelled,
	.seek = seek_source,
	.judge = judge_from_ce,
	.send = send_to_internet,
	.close = tally_unwrapped,
};

static const struct lane pools_up = {
	.before = ETHER_LEN + IPV6_LEN,
	.stray = stray_waits,
	.read = headers_read_tunnelled,
	.seek = seek_bound_source,
	.fetch = expect_binding,
	.judge = judge_from_bound_ce,
	.send = send_from_bound_ce,
	.close = tally_unwrapped,
};

void
br_up_express(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	if (likely(w->snapshot->bindings == NULL))
		lane_run(w, way, mbufs, count, rules_up);
	else
		lane_run(w, way, mbufs, count, pools_up);
}
