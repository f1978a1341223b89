/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/ce.h"

void
ce_follow_path(struct worker *w)
{
	struct softwire *softwire = w->softwire;
	const uint16_t mss = (uint16_t)(w->path_mtu - IPV4_MIN_LEN - TCP_MIN_LEN);

	*softwire = w->snapshot->softwire[0];
	if (w->path_mtu == 0 || w->path_mtu >= softwire->mtu)
		return;
	softwire->mtu = w->path_mtu;
	if (softwire->mss > mss)
		softwire->mss = mss;
}

bool
ce_find_peer(const struct worker *w, uint32_t dst, uint16_t port, u128 *peer, enum drop_reason *why)
{
	const struct softwire *softwire = w->softwire;
	const struct map_rule *rule = ruleset_find4(w->snapshot->rules, dst, port);

	*peer = softwire->br;
	if (rule == NULL)
		return true;
	if (port < rule->first_port) {
		*why = DROP_port_excluded;
		return false;
	}
	if (!map_rule_owns(rule, port))
		return true; /* a one-to-one rule of another PSID: the BR may know whose */
	*peer = map_rule_address(rule, dst, port);
	*why = DROP_loop;
	return *peer != softwire->local;
}

uint16_t
ce_port_owner(const struct worker *w, const struct packet *p)
{
	uint16_t port = p->dst_port;
	uint8_t space = p->kind;
	struct quote quote;

	if (p->kind == L4_ICMP_ERROR && icmp_quote_parse(p, &quote)) {
		port = quote.src_port;
		space = quote.kind;
	}
	return ce_owner(w, space, port, p->src);
}

enum verdict
ce_find_quoted(struct worker *w, struct packet *p, struct quote *quote)
{
	uint64_t remote;

	if (!ce_read_quote(p, quote) || quote->src != p->dst || !icmp_quote_is_intact(quote))
		return drop(w, p, DROP_icmp_bad);
	remote = far_end(quote->dst, quote->dst_port, quote->kind);
	p->session = nat_find_in(w->nat, nat_hash_in(w->nat, quote->src_port, remote), quote->src_port, remote);
	return p->session != NULL ? VERDICT_NEXT : drop(w, p, DROP_nat_no_mapping);
}

void
ce_translate_error_in(struct packet *p, const struct quote *quote)
{
	const uint64_t inside = p->session->inside;

	icmp_quote_set_src(p, quote, session_end_addr(inside), session_end_port(inside));
	ce_translate_headless_in(p); /* its own header has no ports */
}

void
ce_translate_headless_out(struct packet *p, uint32_t external_addr)
{
	p->src = external_addr;
	p->src_port = p->session->external_port; /* as the first fragment's: the flow label is made of it */
	store32(p->ip + 12, external_addr);
	checksum_patch(p->ip + 10, p->session->address_difference);
	ipv4_set_word(p, 4, p->ident);
}

void
ce_translate_headless_in(struct packet *p)
{
	p->dst = session_end_addr(p->session->inside);
	store32(p->ip + 16, p->dst);
	checksum_patch(p->ip + 10, (uint16_t)~p->session->address_difference);
}

enum verdict
ce_judge_first(struct worker *w, struct packet *p, enum drop_reason *why)
{
	*why = DROP_l4_bad;
	TRY(l4_in_first_fragment(w, p));
	*why = DROP_icmp_bad;
	if (p->kind == L4_ICMP_ERROR)
		return drop(w, p, *why);
	*why = p->kind == L4_OTHER ? DROP_proto_unsupported : DROP_icmp_unsupported;
	return translatable(w, p, p->interface != INTERFACE_V6);
}

enum verdict
ce_control(struct worker *w, struct packet *p, bool out)
{
	const struct nat_control control = { .tcp = p->l4,
		.len = packet_l4_len(p),
		.out = out,
		.now = w->now,
		.now_ms = w->now_ms };
	enum drop_reason why;

	return nat_pptp(w->nat, p->session, &control, &why) ? VERDICT_NEXT : drop(w, p, why);
}

enum verdict
ce_hand_over(struct worker *w, struct packet *p, uint16_t owner, enum way way)
{
	p->mbuf->hash.usr = (uint32_t)p->src_port << 16 | p->dst_port;
	return handoff_on(w, p, owner, way);
}

void
ce_take_ports(struct packet *p)
{
	const uint32_t ports = p->mbuf->hash.usr;

	p->kind = (uint8_t)ce_kind_of_fragment(p);
	p->src_port = (uint16_t)(ports >> 16);
	p->dst_port = (uint16_t)ports;
	if (p->kind == L4_OTHER && p->src_port == 0) /* a protocol is its own port, and never 0 */
		p->kind = L4_CALL;
	p->tcp_flags = p->kind == L4_TCP && !ipv4_is_headless(p) ? p->l4[13] : 0;
}
