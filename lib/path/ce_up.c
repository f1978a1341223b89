/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CE, LAN to softwire: an inside host's IPv4 packet gets the shared address and a port of ours, and goes to the BR (or,
 * in a mesh, to the CE that owns the destination) inside IPv6. RFC 7597 section 8.1.
 */
#include "nat/foresee.h"
#include "path/ce.h"
#include "path/lan.h"

/* Whoever owns the sessions of these ends. An error belongs to those of the packet it quotes. */
static inline uint16_t
session_owner(const struct worker *w, const struct packet *p)
{
	uint32_t inside = p->kind == L4_OTHER ? p->dst : p->src;
	struct quote quote;

	if (p->kind == L4_ICMP_ERROR && icmp_quote_parse(p, &quote))
		inside = quote.dst;
	return snapshot_host_owner(inside, w->count);
}

static inline enum verdict
to_host_owner(struct worker *w, struct packet *p)
{
	uint16_t owner;

	if (w->count == 1)
		return VERDICT_NEXT;
	owner = session_owner(w, p);
	return owner == w->id ? VERDICT_NEXT : handoff(w, p, owner);
}

/* What is for a port of ours; a port of the same address that is another CE's is like any other destination. */
static inline bool
is_for_us(const struct snapshot *snapshot, uint32_t dst, uint16_t port)
{
	return unlikely(dst == snapshot->external_addr) && portset_contains(&snapshot->ports, port);
}

static enum verdict
choose_peer_in_mesh(struct worker *w, struct packet *p, uint16_t port)
{
	enum drop_reason why;

	return ce_find_peer(w, p->dst, port, &p->outer_dst, &why) ? VERDICT_NEXT : drop(w, p, why);
}

/*
 * To the BR or, in a mesh, to the CE that has the destination; p->outer_dst says which. What is for us stays on the LAN, and
 * 0 says so.
 */
static INLINED enum verdict
choose_peer(struct worker *w, struct packet *p, uint16_t port)
{
	p->outer_dst = w->softwire->br;
	if (is_for_us(w->snapshot, p->dst, port))
		p->outer_dst = 0;
	else if (unlikely(w->snapshot->rules->count != 0))
		return choose_peer_in_mesh(w, p, port);
	return VERDICT_NEXT;
}

/* The same for what has not two ports: an error has those of its quote, an echo's identifier is known when its session is. */
static enum verdict
choose_peer_of_rest(struct worker *w, struct packet *p)
{
	struct quote quote;

	if (p->kind == L4_ICMP_ERROR)
		return ce_read_quote(p, &quote) ? choose_peer(w, p, quote.src_port) : drop(w, p, DROP_icmp_bad);
	p->outer_dst = p->dst == w->snapshot->external_addr ? 0 : w->softwire->br;
	return VERDICT_NEXT;
}

/* What does not go into the softwire need not fit into it. */
static inline enum verdict
fits_way(struct worker *w, struct packet *p)
{
	return likely(p->outer_dst != 0) ? fits_softwire(w, p, w->softwire) : VERDICT_NEXT;
}

static inline uint64_t
inside_end(const struct packet *p)
{
	return session_end(p->src, p->src_port, p->kind);
}

static enum verdict send_fragment(struct worker *w, struct packet *p);

/* Stage 1: proven, ours to translate, and with the right worker. The session's bucket comes into the cache. */
static inline enum verdict
read_packet(struct worker *w, struct packet *p)
{
	TRY(lan_in(w, p));
	if (unlikely(ipv4_is_fragment(p)))
		return send_fragment(w, p);
	TRY(l4_in(w, p));
	TRY(translatable(w, p, true));
	TRY(to_host_owner(w, p));
	traffic_add(&w->counters.softwire[w->softwire->index].rcvd_ipv4, p->len);
	TRY(ttl_in(w, p));
	if (likely(p->kind <= L4_UDP))
		TRY(choose_peer(w, p, p->dst_port));
	else
		TRY(choose_peer_of_rest(w, p));
	TRY(fits_way(w, p));
	p->near = inside_end(p);
	p->far = end_to(p);
	p->hash = nat_hash_out(w->nat, p->near, p->far);
	index_prefetch(&w->nat->out, p->hash);
	return VERDICT_NEXT;
}

/* Stage 2: the session itself comes into the cache. */
static inline enum verdict
find_session(struct worker *w, struct packet *p)
{
	p->session = nat_expect(w->nat, &w->nat->out, p->hash);
	return VERDICT_NEXT;
}

static inline bool
may_open_session(const struct worker *w, const struct packet *p)
{
	return p->session == NULL && p->kind < L4_SPACES && w->nat->bank != NULL;
}

/* Between two stages, for packets that seem to have no session. Inlined: GCC leaves out calls of what only prefetches. */
static INLINED void
foresee_sessions(const struct worker *w, const struct burst *burst)
{
	unsigned int ports[L4_SPACES] = { 0 };

	for (uint16_t i = 0; i < burst->count; i++) {
		if (may_open_session(w, burst->live[i]))
			nat_foresee_mapping(w->nat, burst->live[i]->near);
	}
	for (uint16_t i = 0; i < burst->count; i++) {
		const struct packet *p = burst->live[i];

		if (may_open_session(w, p))
			ports[p->kind] += nat_foresee_session(w->nat, p->near, p->far, ports[p->kind]);
	}
}

static enum verdict
open_session(struct worker *w, struct packet *p, enum drop_reason *why)
{
	const struct nat_opening opening = { .inside = p->near,
		.remote = p->far,
		.tcp = p->l4,
		.now = w->now,
		.now_ms = w->now_ms };

	p->session = nat_open_out(w->nat, &opening, why);
	if (p->session == NULL && (*why == DROP_nat_no_port || *why == DROP_draining)) /* RFC 5508 REQ-8 */
		return refuse_to_ipv4(w, p, *why, ICMP_PROHIBITED);
	if (p->session == NULL)
		return drop(w, p, *why);
	event(w, EVENT_sessions_created);
	return VERDICT_NEXT;
}

/* RFC 6864 section 5.3.1: two hosts may use the same identification towards one destination. */
static inline void
set_ident(struct worker *w, struct packet *p)
{
	if (unlikely(!ipv4_is_atomic(p)))
		ipv4_set_word(p, 4, ident4_next(&w->ident4, p->dst, p->protocol));
}

/* An inside host reports an error about a packet that came in: RFC 5508 REQ-5, RFC 7597 section 8.2. */
static enum verdict
translate_error(struct worker *w, struct packet *p)
{
	const uint32_t external = w->snapshot->external_addr;
	struct session *session, passage;
	struct quote quote;
	uint64_t inside, remote;
	uint32_t before, after;

	if (!ce_read_quote(p, &quote) || quote.src != p->dst || !icmp_quote_is_intact(&quote))
		return drop(w, p, DROP_icmp_bad);
	set_ident(w, p);
	inside = session_end(quote.dst, quote.dst_port, quote.kind);
	remote = far_end(quote.src, quote.src_port, quote.kind);
	session = nat_find_out(w->nat, nat_hash_out(w->nat, inside, remote), inside, remote);
	if (session == NULL) {
		if (!nat_passage_out(w->nat, inside, remote, &passage))
			return drop(w, p, DROP_nat_no_mapping);
		session = &passage;
	}

	icmp_quote_set_dst(p, &quote, external, session->external_port);
	p->src = external;
	memcpy(&before, p->ip + 12, sizeof(before));
	store32(p->ip + 12, external);
	memcpy(&after, p->ip + 12, sizeof(after));
	checksum_patch(p->ip + 10, checksum_difference32(before, after));
	return VERDICT_NEXT;
}

static inline enum verdict
translate(struct worker *w, struct packet *p)
{
	enum drop_reason why;

	if (unlikely(p->kind == L4_ICMP_ERROR))
		return translate_error(w, p);
	p->session = nat_confirm_out(w->nat, p->session, p->hash, p->near, p->far);
	if (unlikely(p->session == NULL))
		TRY(open_session(w, p, &why));
	/* The identifier that goes out, which only the session knows, is the echo's destination port, too. */
	if (unlikely(p->kind == L4_ICMP_QUERY))
		TRY(choose_peer(w, p, p->session->external_port));
	set_ident(w, p);
	if (nat_touch(w->nat, p->session, p->l4, true, w->now))
		TRY(ce_control(w, p, true));
	nat_rewrite_out(p, p->session, w->snapshot->external_addr);
	return VERDICT_NEXT;
}

/* Translated; now wrapped and sent. */
static inline enum verdict
send_translated(struct worker *w, struct packet *p)
{
	ipv4_spend_ttl(p);
	if (unlikely(p->outer_dst == 0))
		return ce_turn_back(w, p);
	mss_clamp(w, p, w->softwire);
	return send_encapsulated(w, p, w->softwire, p->outer_dst);
}

/* Stage 3. */
static inline enum verdict
send_packet(struct worker *w, struct packet *p)
{
	TRY(translate(w, p));
	return send_translated(w, p);
}

/* ---- fragments: rare enough to go through in one -------------------------------------------------------------------- */

static void
find_out(struct worker *w, struct packet *p)
{
	p->near = inside_end(p);
	p->far = end_to(p);
	p->session = nat_find_out(w->nat, nat_hash_out(w->nat, p->near, p->far), p->near, p->far);
}

/* Only its first fragment says that a datagram is a call's; the others have met it where their destination says. */
static bool
is_call_elsewhere(const struct worker *w, const struct packet *p)
{
	return p->kind == L4_CALL && session_owner(w, p) != w->id;
}

/* The first one opens the session, and if there can be none, its datagram ends here. All get the same identification. */
static enum verdict
judge_first(struct worker *w, struct packet *p, enum drop_reason *why)
{
	TRY(ce_judge_first(w, p, why));
	p->ident = ident4_next(&w->ident4, p->dst, p->protocol);
	if (is_call_elsewhere(w, p))
		return VERDICT_NEXT;
	find_out(w, p);
	return p->session != NULL ? VERDICT_NEXT : open_session(w, p, why);
}

static enum verdict
choose_peer_of_fragment(struct worker *w, struct packet *p)
{
	if (p->kind > L4_ICMP_QUERY)
		return choose_peer_of_rest(w, p);
	return choose_peer(w, p, p->kind == L4_ICMP_QUERY ? p->session->external_port : p->dst_port);
}

static enum verdict
translate_fragment(struct worker *w, struct packet *p)
{
	const uint32_t external = w->snapshot->external_addr;

	if (ipv4_is_headless(p)) {
		ce_translate_headless_out(p, external);
		return VERDICT_NEXT;
	}
	ipv4_set_word(p, 4, p->ident);
	nat_touch(w->nat, p->session, p->l4, true, w->now);
	nat_rewrite_out(p, p->session, external);
	return VERDICT_NEXT;
}

/* What its datagram's first one said is known, and the session is here if there is one. */
static enum verdict
send_known(struct worker *w, struct packet *p)
{
	find_out(w, p);
	if (p->session == NULL)
		return drop(w, p, DROP_nat_no_mapping);
	traffic_add(&w->counters.softwire[w->softwire->index].rcvd_ipv4, p->len);
	TRY(ttl_in(w, p));
	TRY(choose_peer_of_fragment(w, p));
	TRY(fits_way(w, p));
	TRY(translate_fragment(w, p));
	return send_translated(w, p);
}

static enum verdict
send_fragment(struct worker *w, struct packet *p)
{
	p->kind = (uint8_t)ce_kind_of_fragment(p);
	TRY(to_host_owner(w, p)); /* that all fragments of a datagram meet there, too */
	if (w->fragments == NULL)
		return drop(w, p, DROP_fragment_v4);
	TRY(fragment_in(w, p));
	TRY(ports_of_datagram(w, p, 0, judge_first));
	if (likely(!is_call_elsewhere(w, p)))
		return send_known(w, p);
	p->dst_port = p->ident; /* a call's far end has no port, and the room is needed */
	return ce_hand_over(w, p, session_owner(w, p), WAY_CALL_FRAGMENT);
}

/* Of a call, from the worker where they met. */
static enum verdict
take_up(struct worker *w, struct packet *p)
{
	p->ip = rte_pktmbuf_mtod(p->mbuf, uint8_t *) + ETHER_LEN;
	TRY(ipv4_in(w, p));
	ce_take_ports(p);
	p->kind = L4_CALL;
	p->ident = p->dst_port;
	p->dst_port = 0;
	return send_known(w, p);
}

void
ce_call_fragments(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, take_up);
}

void
ce_up(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, read_packet);
	STAGE(w, burst, find_session);
	foresee_sessions(w, burst);
	STAGE(w, burst, send_packet);
}
