/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CE, LAN to LAN: a packet to the external address and a port of ours has been translated like any that goes out, and
 * comes in again here, without having been in the softwire. RFC 4787 REQ-9, RFC 5508 REQ-7.
 */
#include "path/ce.h"

static enum verdict
deliver_error(struct worker *w, struct packet *p)
{
	struct quote quote;

	TRY(ce_find_quoted(w, p, &quote));
	ce_translate_error_in(p, &quote);
	return ethernet_out_ipv4(w, p, &w->snapshot->interface[INTERFACE_V4]);
}

/* Its sender is on the LAN, so no filter stops it: RFC 4787 section 6 asks for the translation, not for a permit. */
static enum verdict
deliver(struct worker *w, struct packet *p)
{
	const uint64_t remote = end_from(p);
	struct session passage;

	event(w, EVENT_hairpin);
	if (p->kind == L4_ICMP_ERROR)
		return deliver_error(w, p);
	p->session = nat_find_in(w->nat, nat_hash_in(w->nat, p->dst_port, remote), p->dst_port, remote);
	if (p->session == NULL) {
		if (!nat_passage(w->nat, p->dst_port, remote, &passage))
			return drop(w, p, DROP_nat_no_mapping);
		p->session = &passage;
	} else if (!ipv4_is_headless(p) && nat_touch(w->nat, p->session, p->l4, false, w->now) &&
	    !ipv4_is_fragment(p)) {
		TRY(ce_control(w, p, false));
	}
	if (ipv4_is_headless(p))
		ce_translate_headless_in(p);
	else
		nat_rewrite_in(p, p->session);
	return ethernet_out_ipv4(w, p, &w->snapshot->interface[INTERFACE_V4]);
}

enum verdict
ce_turn_back(struct worker *w, struct packet *p)
{
	uint16_t owner;

	if (p->kind == L4_ICMP_QUERY)
		p->dst_port = p->src_port; /* the identifier that went out is both ends' */
	if (p->kind == L4_CALL) {          /* and what comes in has no port at its far end */
		p->dst_port = session_end_port(p->near);
		p->src_port = 0;
	}
	owner = ce_port_owner(w, p);
	if (owner == w->id)
		return deliver(w, p);
	return ce_hand_over(w, p, owner, WAY_HAIRPIN);
}

/* What another worker has translated. It was proven there; here it is only read again. */
static enum verdict
take_up(struct worker *w, struct packet *p)
{
	p->ip = rte_pktmbuf_mtod(p->mbuf, uint8_t *) + ETHER_LEN;
	TRY(ipv4_in(w, p));
	if (unlikely(ipv4_is_fragment(p))) {
		ce_take_ports(p);
		return deliver(w, p);
	}
	TRY(l4_in(w, p));
	TRY(translatable(w, p, false));
	return deliver(w, p);
}

void
ce_hairpin(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, take_up);
}
