/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BR, Internet to softwire: destination address and port say which CE, without any state. RFC 7597 sections 5.3, 8.1.
 */
#include "path/ports.h"
#include "path/steps.h"
#include "path/suspects.h"
#include "path/to_ce.h"

/* No rule has the destination: ours, Linux's to answer, or nobody's. */
static enum verdict
not_for_a_ce(struct worker *w, struct packet *p)
{
	if (interface_hears(&w->snapshot->interface[INTERFACE_V4], p->dst))
		return host(w, p);
	return drop(w, p, DROP_no_rule);
}

/* Stage 1: proven, not from a forger, with the ports that count. The rule comes into the cache. */
static inline enum verdict
read_packet(struct worker *w, struct packet *p)
{
	TRY(ethernet_in(w, p, &w->snapshot->interface[INTERFACE_V4]));
	if (p->ether_type != ETHER_TYPE_IPV4)
		return host(w, p);
	TRY(ipv4_in(w, p));
	p->rule = ruleset_match4(w->snapshot->rules, p->dst);
	if (unlikely(p->rule == NULL))
		return not_for_a_ce(w, p);
	__builtin_prefetch(p->rule);
	TRY(source_from_internet(w, p));
	return ports_in(w, p, false);
}

/* Where bindings are: the one of the destination comes into the cache. */
static inline enum verdict
prefetch_binding(struct worker *w, struct packet *p)
{
	prefetch_ce(w->snapshot, p->rule, p->dst, p->dst_port);
	return VERDICT_NEXT;
}

/* As below, to the CE that is bound to the port set. */
static enum verdict
send_to_bound(struct worker *w, struct packet *p, const struct softwire *softwire)
{
	struct ce ce;

	if (!find_ce(w->snapshot, p->rule, p->dst, p->dst_port, &ce))
		return drop(w, p, DROP_no_rule);
	TRY(ttl_in(w, p));
	TRY(fits_softwire(w, p, softwire));
	return send_and_count(w, p, softwire, &ce);
}

/* Stage 2: wrapped, sent. */
static inline enum verdict
send_packet(struct worker *w, struct packet *p)
{
	const struct softwire *softwire;

	p->rule = ruleset_choose(w->snapshot->rules, p->rule, p->dst_port);
	softwire = &w->snapshot->softwire[p->rule->domain];
	traffic_add(&w->counters.softwire[softwire->index].rcvd_ipv4, p->len);
	TRY(has_ce(w, p));
	if (unlikely(p->rule->bound))
		return send_to_bound(w, p, softwire);
	TRY(ttl_in(w, p));
	TRY(fits_softwire(w, p, softwire));
	return send_to_ce(w, p, softwire, map_rule_address(p->rule, p->dst, p->dst_port));
}

void
br_down(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, read_packet);
	if (w->snapshot->bindings != NULL)
		STAGE(w, burst, prefetch_binding);
	STAGE(w, burst, send_packet);
}
