/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/steps.h"

#include "frag/split.h"
#include "path/find_ce.h"

/* ---- what we answer --------------------------------------------------------------------------------------------- */

/* RFC 1812 section 4.3.2.7 knows more cases; here: only a packet that asks for it learns about its size. */
static bool
wants_error(const struct packet *p, enum drop_reason reason)
{
	return reason != DROP_too_big || ipv4_has_df(p);
}

enum verdict
refuse_to_ipv4(struct worker *w, struct packet *p, enum drop_reason reason, struct icmp_error error)
{
	struct packet answer;

	if (wants_error(p, reason) && icmp_error_build(w, p, error, w->snapshot->icmp_source, &answer))
		ethernet_out_ipv4(w, &answer, &w->snapshot->interface[INTERFACE_V4]);
	return drop(w, p, reason);
}

enum verdict
refuse_to_softwire(struct worker *w, struct packet *p, enum drop_reason reason, struct icmp_error error, uint32_t src)
{
	struct packet answer;

	if (wants_error(p, reason) && icmp_error_build(w, p, error, src, &answer))
		send_encapsulated(w, &answer, p->softwire, p->outer_src);
	return drop(w, p, reason);
}

void
tell_sender(struct worker *w, const uint8_t *outer, uint16_t len, struct icmp6_error error)
{
	const struct softwire *softwire = snapshot_terminating(w->snapshot, ip6_load(outer + 24));
	struct packet answer;
	u128 src;

	if (softwire == NULL)
		return; /* a new configuration has taken the address away meanwhile */
	src = softwire->anycast ? w->snapshot->icmp6_source : softwire->local; /* RFC 4443 section 2.2 */
	if (icmp6_error_build(w, outer, len, error, src, &answer))
		ethernet_out_ipv6(w, &answer, &w->snapshot->interface[INTERFACE_V6], answer.ip, answer.len);
}

void
tell_outer_sender(struct worker *w, const struct packet *p, struct icmp6_error error)
{
	const uint8_t *outer = rte_pktmbuf_mtod(p->mbuf, uint8_t *) + ETHER_LEN;

	tell_sender(w, outer, (uint16_t)(IPV6_LEN + load16(outer + 4)), error);
}

void
send_answer(struct worker *w, struct packet *answer)
{
	const struct ruleset *rules = w->snapshot->rules;
	const struct map_rule *rule = ruleset_find4(rules, answer->dst, answer->dst_port);

	struct ce ce;

	if (rule != NULL && map_rule_owns(rule, answer->dst_port) &&
	    find_ce(w->snapshot, rule, answer->dst, answer->dst_port, &ce))
		send_encapsulated(w, answer, &w->snapshot->softwire[rule->domain], ce.address);
	else
		ethernet_out_ipv4(w, answer, &w->snapshot->interface[INTERFACE_V4]);
}

/* ---- what goes in pieces ---------------------------------------------------------------------------------------- */

/* RFC 2473 section 7.2 (b): the IPv6 packet is fragmented; the softwire's other end makes it whole. */
static enum verdict
fragment_outer(struct worker *w, struct packet *p, const struct softwire *softwire, u128 dst)
{
	const struct interface *interface = &w->snapshot->interface[INTERFACE_V6];
	struct split6 pieces[SPLIT_MAX];
	unsigned int count;

	TRY(encapsulate(w, p, softwire, dst));
	count = split_ipv6(w, p, (uint16_t)(softwire->mtu + IPV6_LEN), ident_next(&w->ident), pieces);
	if (count == 0)
		return drop(w, p, DROP_no_buffer);
	for (unsigned int i = 0; i < count; i++) {
		struct packet piece = { .mbuf = pieces[i].mbuf };

		ethernet_out_ipv6(w, &piece, interface, pieces[i].start, pieces[i].len);
	}
	return VERDICT_FORWARD;
}

/* RFC 4459 section 3.4: the IPv4 packet is fragmented; its destination makes it whole. */
static enum verdict
fragment_inner(struct worker *w, struct packet *p, const struct softwire *softwire, u128 dst)
{
	struct packet pieces[SPLIT_MAX];
	const unsigned int count = split_ipv4(w, p, softwire->mtu, pieces);

	if (count == 0)
		return drop(w, p, DROP_no_buffer);
	for (unsigned int i = 0; i < count; i++)
		send_encapsulated(w, &pieces[i], softwire, dst);
	return VERDICT_FORWARD;
}

enum verdict
fragment_to_softwire(struct worker *w, struct packet *p, const struct softwire *softwire, u128 dst)
{
	if (softwire->fragment == SOFTWIRE_FRAGMENT_OUTER)
		return fragment_outer(w, p, softwire, dst);
	return fragment_inner(w, p, softwire, dst);
}

enum verdict
fragment_to_ipv4(struct worker *w, struct packet *p)
{
	struct packet pieces[SPLIT_MAX];
	const unsigned int count = split_ipv4(w, p, w->snapshot->interface[INTERFACE_V4].mtu, pieces);

	if (count == 0)
		return drop(w, p, DROP_no_buffer);
	for (unsigned int i = 0; i < count; i++)
		send_decapsulated(w, &pieces[i]);
	return VERDICT_FORWARD;
}

/* A tunnel of PPTP: its call id names the call at the end that the packet is for, or, on its way out, comes from. */
static enum verdict
call_in(struct worker *w, struct packet *p, bool out)
{
	uint16_t id;

	if (packet_l4_len(p) < GRE_CALL_LEN)
		return drop(w, p, DROP_l4_bad);
	id = gre_call_id(p->l4);
	p->kind = L4_CALL;
	p->src_port = out ? id : 0;
	p->dst_port = out ? 0 : id;
	return VERDICT_NEXT;
}

enum verdict
translatable_without_ports(struct worker *w, struct packet *p, bool out)
{
	if (w->snapshot->ports.psid_len != 0 || p->protocol == PROTOCOL_AH)
		return drop(w, p, DROP_proto_unsupported);
	if (p->protocol == PROTOCOL_GRE && gre_is_call(p->l4, packet_l4_len(p)))
		return call_in(w, p, out);
	p->src_port = p->dst_port = p->protocol; /* what a session knows it by */
	return VERDICT_NEXT;
}
