/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CE, LAN to softwire: an inside host's IPv4 packet gets the shared address and a port of ours, and goes to the BR (or,
 * in a mesh, to the CE that owns the destination) inside IPv6. RFC 7597 section 8.1.
 */
#include "nat/rewrite.h"
#include "path/steps.h"
#include "path/suspects.h"

/* Only what comes from the LAN's own subnets is translated; what stays on the LAN or is for the box is Linux's. */
static inline enum verdict
lan_checks(struct worker *w, struct packet *p, const struct interface *lan)
{
	TRY(ends_on_lan(w, p));
	if (!interface_is_on_link(lan, p->src))
		return drop(w, p, DROP_lan_spoof);
	if (interface_is_on_link(lan, p->dst))
		return host(w, p);
	return VERDICT_NEXT;
}

/* An inside host's sessions are all with one worker. For an error that host is the one whose packet it quotes. */
static inline enum verdict
to_host_owner(struct worker *w, struct packet *p)
{
	uint32_t inside = p->src;
	struct quote quote;
	uint16_t owner;

	if (w->count == 1)
		return VERDICT_NEXT;
	if (p->kind == L4_ICMP_ERROR && icmp_quote_parse(p, &quote))
		inside = quote.dst;
	owner = snapshot_host_owner(inside, w->count);
	return owner == w->id ? VERDICT_NEXT : handoff(w, p, owner);
}

/* The destination's port in a mesh, which for an error is the quoted source's. */
static inline uint16_t
far_port(const struct packet *p)
{
	struct quote quote;

	return p->kind == L4_ICMP_ERROR && icmp_quote_parse(p, &quote) ? quote.src_port : p->dst_port;
}

/* RFC 7597 sections 5.3, 5.4: the BR, unless an FMR says which CE has the destination. */
static inline enum verdict
choose_peer(struct worker *w, struct packet *p, uint16_t port)
{
	const struct softwire *softwire = &w->snapshot->softwire[0];
	const struct ruleset *fmrs = w->snapshot->rules;

	p->outer_dst = softwire->br;
	if (likely(fmrs->count == 0))
		return VERDICT_NEXT;
	p->rule = ruleset_find4(fmrs, p->dst, port);
	if (p->rule == NULL)
		return VERDICT_NEXT;
	if (port < p->rule->first_port)
		return drop(w, p, DROP_port_excluded);
	if (!map_rule_owns(p->rule, port))
		return VERDICT_NEXT; /* a one-to-one rule of another PSID: the BR may know whose */
	p->outer_dst = map_rule_address(p->rule, p->dst, port);
	return p->outer_dst == softwire->local ? drop(w, p, DROP_loop) : VERDICT_NEXT;
}

static inline uint64_t
inside_end(const struct packet *p)
{
	return session_end(p->src, p->src_port, p->kind);
}

static inline uint64_t
remote_end(const struct packet *p)
{
	return session_end(p->dst, p->kind == L4_ICMP_QUERY ? 0 : p->dst_port, p->kind);
}

/* Stage 1: proven, ours to translate, and with the right worker. The session's bucket comes into the cache. */
static inline enum verdict
read_packet(struct worker *w, struct packet *p)
{
	const struct interface *lan = &w->snapshot->interface[INTERFACE_V4];
	const struct softwire *softwire = &w->snapshot->softwire[0];

	TRY(ethernet_in(w, p, lan));
	if (p->ether_type != ETHER_TYPE_IPV4)
		return host(w, p);
	TRY(ipv4_in(w, p));
	TRY(lan_checks(w, p, lan));
	TRY(refuse_fragments(w, p));
	TRY(l4_in(w, p));
	TRY(translatable(w, p));
	TRY(to_host_owner(w, p));
	traffic_add(&w->counters.softwire[softwire->index].rcvd_ipv4, p->len);
	TRY(ttl_in(w, p));
	TRY(fits_softwire(w, p, softwire));
	if (likely(p->kind != L4_ICMP_QUERY))
		TRY(choose_peer(w, p, far_port(p)));
	p->hash = nat_hash_out(w->nat, inside_end(p), remote_end(p));
	index_prefetch(&w->nat->out, p->hash);
	return VERDICT_NEXT;
}

/* Stage 2: the session itself comes into the cache. */
static inline enum verdict
find_session(struct worker *w, struct packet *p)
{
	nat_prefetch_session(w->nat, &w->nat->out, p->hash);
	return VERDICT_NEXT;
}

static enum verdict
open_session(struct worker *w, struct packet *p)
{
	enum drop_reason why;

	p->session = nat_open_out(w->nat, inside_end(p), remote_end(p), p->tcp_flags, w->now, &why);
	if (p->session == NULL)
		return drop(w, p, why);
	event(w, EVENT_sessions_created);
	return VERDICT_NEXT;
}

/* An inside host reports an error about a packet that came in: RFC 5508 REQ-5, RFC 7597 section 8.2. */
static enum verdict
translate_error(struct worker *w, struct packet *p)
{
	const uint32_t external = w->snapshot->external_addr;
	struct quote quote;
	uint64_t inside, remote;
	uint32_t before, after;

	if (!icmp_quote_parse(p, &quote) || quote.kind > L4_ICMP_QUERY || !icmp_quote_is_intact(&quote))
		return drop(w, p, DROP_icmp_bad);
	inside = session_end(quote.dst, quote.dst_port, quote.kind);
	remote = session_end(quote.src, quote.kind == L4_ICMP_QUERY ? 0 : quote.src_port, quote.kind);
	p->session = nat_find_out(w->nat, nat_hash_out(w->nat, inside, remote), inside, remote);
	if (p->session == NULL)
		return drop(w, p, DROP_nat_no_mapping);

	icmp_quote_set_dst(p, &quote, external, p->session->external_port);
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
	if (unlikely(p->kind == L4_ICMP_ERROR))
		return translate_error(w, p);
	p->session = nat_find_out(w->nat, p->hash, inside_end(p), remote_end(p));
	if (unlikely(p->session == NULL))
		TRY(open_session(w, p));
	/* The identifier that goes out, which only the session knows, is the echo's destination port, too. */
	if (unlikely(p->kind == L4_ICMP_QUERY))
		TRY(choose_peer(w, p, p->session->external_port));
	nat_touch(w->nat, p->session, p->tcp_flags, true, w->now);
	nat_rewrite_out(p, p->session, w->snapshot->external_addr);
	return VERDICT_NEXT;
}

/* Stage 3: translated, wrapped, sent. */
static inline enum verdict
send_packet(struct worker *w, struct packet *p)
{
	const struct softwire *softwire = &w->snapshot->softwire[0];

	TRY(translate(w, p));
	ipv4_spend_ttl(p);
	mss_clamp(w, p, softwire);
	return send_encapsulated(w, p, softwire, p->outer_dst);
}

void
ce_up(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, read_packet);
	STAGE(w, burst, find_session);
	STAGE(w, burst, send_packet);
}
