/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps: a packet whose rule is known goes to its CE, from the Internet or from another CE. */
#ifndef MAPEDGE_PATH_TO_CE_H
#define MAPEDGE_PATH_TO_CE_H

#include "path/find_ce.h"
#include "path/steps.h"

/* Does a rule carry this packet at all? A shared address carries only what has a port or an identifier. */
static inline enum verdict
has_port(struct worker *w, struct packet *p, const struct map_rule *rule)
{
	if (unlikely(p->kind >= L4_ICMP_ERROR_NO_PORT && rule->kind == MAP_SHARED))
		return drop(w, p, p->kind == L4_OTHER ? DROP_proto_unsupported : DROP_icmp_unsupported);
	return VERDICT_NEXT;
}

/* Is there a CE for the destination? Not for ports with A = 0 (RFC 7597 section 5.1), nor for a PSID nobody has. */
static inline enum verdict
has_ce(struct worker *w, struct packet *p)
{
	TRY(has_port(w, p, p->rule));
	if (unlikely(is_icmp_error(p) && !map_rule_same_ipv4(p->rule, p->quoted, p->dst)))
		return drop(w, p, DROP_icmp_bad); /* about a packet that this CE cannot have sent */
	if (unlikely(!map_rule_owns(p->rule, p->dst_port)))
		return drop(w, p, p->dst_port < p->rule->first_port ? DROP_port_excluded : DROP_no_rule);
	return VERDICT_NEXT;
}

static inline enum verdict
send_to_ce(struct worker *w, struct packet *p, const struct softwire *softwire, u128 address)
{
	ipv4_spend_ttl(p);
	mss_clamp(w, p, softwire);
	return send_encapsulated(w, p, softwire, address);
}

/* The same, counted for the CE's binding if it has one. */
static inline enum verdict
send_and_count(struct worker *w, struct packet *p, const struct softwire *softwire, const struct ce *ce)
{
	const struct traffic *sent = &w->counters.softwire[softwire->index].sent_ipv6, before = *sent;
	const enum verdict verdict = send_to_ce(w, p, softwire, ce->address);

	if (ce->binding != NULL && w->binding_counters != NULL)
		count_gain(&w->binding_counters[binding_index(w->snapshot->bindings, ce->binding)].sent_ipv6, sent,
		    &before);
	return verdict;
}

#endif
