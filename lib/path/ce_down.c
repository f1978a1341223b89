/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CE, softwire to LAN: what the BR (or, in a mesh, another CE) sends to our MAP address is unwrapped and goes to the
 * inside host whose session it belongs to. RFC 7597 section 8.1.
 */
#include "path/ce.h"
#include "path/outer.h"
#include "path/suspects.h"

/*
 * Who may send to us: the BR, whose packets come from anywhere in the Internet, and in a mesh a CE that an FMR covers,
 * whose inner source must then be its own. RFC 7597 section 8.1, RFC 7596 section 5.2.
 */
static inline enum verdict
from_peer(struct worker *w, struct packet *p, const struct softwire *softwire)
{
	const struct ruleset *fmrs = w->snapshot->rules;
	uint16_t port = p->kind <= L4_ICMP_QUERY ? p->src_port : 0;
	const struct map_rule *rule;
	struct quote quote;

	if (likely(p->outer_src == softwire->br))
		return VERDICT_NEXT;
	if (ruleset_find6(fmrs, p->outer_src) == MAP_NO_RULE)
		return drop(w, p, DROP_spoof_v6);
	quote.dst = p->src;
	if (p->kind == L4_ICMP_ERROR && ce_read_quote(p, &quote))
		port = quote.dst_port;
	rule = ruleset_find4(fmrs, p->src, port);
	/* An error must be about a packet that went to that very CE: MAPE-41. */
	if (rule == NULL || !map_rule_owns(rule, port) || map_rule_address(rule, p->src, port) != p->outer_src ||
	    !map_rule_same_ipv4(rule, quote.dst, p->src))
		return drop(w, p, DROP_spoof_v4);
	if (rule->shadowed && ruleset_find6(fmrs, p->outer_src) != (uint32_t)(rule - fmrs->rules))
		return drop(w, p, DROP_spoof_v4);
	return VERDICT_NEXT;
}

/* By default only our own address is accepted inside: RFC 7597 section 8.1. */
static inline enum verdict
to_us(struct worker *w, struct packet *p)
{
	if (p->dst != w->snapshot->external_addr)
		return drop(w, p, DROP_not_my_v4dst);
	return translatable(w, p, false);
}

/* The external port names the worker, whatever queue the packet came in on. */
static inline enum verdict
to_port_owner(struct worker *w, struct packet *p)
{
	uint16_t owner;

	if (w->count == 1)
		return VERDICT_NEXT;
	owner = ce_port_owner(w, p);
	return owner == w->id ? VERDICT_NEXT : handoff(w, p, owner);
}

static enum verdict send_fragment(struct worker *w, struct packet *p);

/* Stage 1: proven, from a peer, for us, and with the right worker. The session's bucket comes into the cache. */
static inline enum verdict
read_packet(struct worker *w, struct packet *p)
{
	TRY(softwire_in(w, p));
	if (unlikely(ipv4_is_fragment(p)))
		return send_fragment(w, p);
	TRY(l4_in(w, p));
	TRY(from_peer(w, p, w->softwire));
	TRY(to_us(w, p));
	TRY(source_from_internet(w, p));
	TRY(to_port_owner(w, p));
	softwire_received(w, p);
	p->far = end_from(p);
	p->hash = nat_hash_in(w->nat, p->dst_port, p->far);
	index_prefetch(&w->nat->in, p->hash);
	return VERDICT_NEXT;
}

/* Stage 2: the session itself comes into the cache. */
static inline enum verdict
find_session(struct worker *w, struct packet *p)
{
	p->session = nat_expect(w->nat, &w->nat->in, p->hash);
	return VERDICT_NEXT;
}

static enum verdict
send_error(struct worker *w, struct packet *p)
{
	struct quote quote;

	TRY(ce_find_quoted(w, p, &quote));
	TRY(leave_softwire(w, p, w->snapshot->external_addr));
	ce_translate_error_in(p, &quote);
	return send_decapsulated(w, p);
}

static inline enum verdict
send_to_host(struct worker *w, struct packet *p)
{
	nat_rewrite_in(p, p->session);
	return send_decapsulated(w, p);
}

/* No session, but perhaps a mapping that lets the sender in. */
static enum verdict
send_admitted(struct worker *w, struct packet *p)
{
	struct session passage;
	enum drop_reason why;

	if (!nat_admit(w->nat, p->dst_port, end_from(p), &passage, &why))
		return drop(w, p, why);
	TRY(leave_softwire(w, p, w->snapshot->external_addr));
	p->session = &passage;
	return send_to_host(w, p);
}

/* Stage 3: unwrapped, translated, sent. */
static inline enum verdict
send_packet(struct worker *w, struct packet *p)
{
	if (unlikely(p->kind == L4_ICMP_ERROR))
		return send_error(w, p);
	p->session = nat_confirm_in(w->nat, p->session, p->hash, p->dst_port, p->far);
	if (unlikely(p->session == NULL))
		return send_admitted(w, p);
	TRY(leave_softwire(w, p, w->snapshot->external_addr));
	if (nat_touch(w->nat, p->session, p->l4, false, w->now))
		TRY(ce_control(w, p, false));
	return send_to_host(w, p);
}

/* ---- fragments: rare enough to go through in one -------------------------------------------------------------------- */

/* All of a datagram meet at one worker; nobody's who cannot be a peer, or for somebody else, take room in its table. */
static enum verdict
meet(struct worker *w, struct packet *p)
{
	const uint16_t meeting = ports_meeting(w, p);

	if (w->fragments == NULL)
		return drop(w, p, DROP_fragment_v4);
	TRY(fragment_in(w, p));
	if (!outer_may_send(w->snapshot, p))
		return drop(w, p, DROP_spoof_v6);
	if (p->dst != w->snapshot->external_addr)
		return drop(w, p, DROP_not_my_v4dst);
	if (meeting != w->id)
		return handoff(w, p, meeting);
	return ports_of_datagram(w, p, p->outer_src, ce_judge_first);
}

/* Its ports are known, and the session is here. */
static enum verdict
translate_fragment(struct worker *w, struct packet *p)
{
	const uint64_t remote = end_from(p);
	struct session passage;
	enum drop_reason why;

	p->session = nat_find_in(w->nat, nat_hash_in(w->nat, p->dst_port, remote), p->dst_port, remote);
	if (p->session == NULL && !nat_admit(w->nat, p->dst_port, remote, &passage, &why))
		return drop(w, p, why);
	TRY(leave_softwire(w, p, w->snapshot->external_addr));
	if (p->session == NULL)
		p->session = &passage;
	else if (!ipv4_is_headless(p))
		nat_touch(w->nat, p->session, p->l4, false, w->now);
	if (!ipv4_is_headless(p))
		return send_to_host(w, p);
	ce_translate_headless_in(p);
	return send_decapsulated(w, p);
}

static enum verdict
send_known(struct worker *w, struct packet *p)
{
	const uint16_t owner = ce_port_owner(w, p);

	TRY(from_peer(w, p, w->softwire));
	TRY(source_from_internet(w, p));
	if (owner != w->id)
		return ce_hand_over(w, p, owner, WAY_FRAGMENT);
	softwire_received(w, p);
	return translate_fragment(w, p);
}

static enum verdict
send_fragment(struct worker *w, struct packet *p)
{
	TRY(meet(w, p));
	return send_known(w, p);
}

/* From the worker where they met. */
static enum verdict
take_up(struct worker *w, struct packet *p)
{
	TRY(softwire_in(w, p));
	ce_take_ports(p);
	return send_known(w, p);
}

void
ce_fragments(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, take_up);
}

void
ce_down(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, read_packet);
	STAGE(w, burst, find_session);
	STAGE(w, burst, send_packet);
}
