/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BR, Internet to softwire: destination address and port say which CE, without any state. RFC 7597 sections 5.3, 8.1.
 */
#include "path/steps.h"
#include "path/to_ce.h"

/* Stage 1: proven, with the ports that count. The rule comes into the cache. */
static inline enum verdict
read_packet(struct worker *w, struct packet *p)
{
	const struct interface *internet = &w->snapshot->interface[INTERFACE_V4];

	TRY(ethernet_in(w, p, internet));
	if (p->ether_type != ETHER_TYPE_IPV4)
		return host(w, p);
	TRY(ipv4_in(w, p));
	if (p->dst >> 29 == 7)
		return host(w, p);
	TRY(ipv4_refuse_martians(w, p));
	TRY(l4_in(w, p));
	TRY(icmp_quote_ports(w, p, false));
	p->rule = ruleset_find4(w->snapshot->rules, p->dst, p->dst_port);
	if (p->rule == NULL)
		return interface_is_own(internet, p->dst) ? host(w, p) : drop(w, p, DROP_no_rule);
	__builtin_prefetch(p->rule);
	return VERDICT_NEXT;
}

/* Stage 2: wrapped, sent. */
static inline enum verdict
send_packet(struct worker *w, struct packet *p)
{
	const struct softwire *softwire = &w->snapshot->softwire[p->rule->domain];

	traffic_add(&w->counters.softwire[softwire->index].rcvd_ipv4, p->len);
	TRY(has_ce(w, p));
	TRY(ttl_in(w, p));
	TRY(fits_softwire(w, p, softwire));
	ipv4_spend_ttl(p);
	return send_to_ce(w, p, softwire);
}

void
br_down(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, read_packet);
	STAGE(w, burst, send_packet);
}
