/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CE, softwire to LAN: what the BR (or, in a mesh, another CE) sends to our MAP address is unwrapped and goes to the
 * inside host whose session it belongs to. RFC 7597 section 8.1.
 */
#include "nat/rewrite.h"
#include "path/outer.h"
#include "path/steps.h"
#include "path/suspects.h"

/*
 * Who may send to us: the BR, whose packets come from anywhere in the Internet, and in a mesh a CE that an FMR covers,
 * whose inner source must then be its own. RFC 7597 section 8.1, RFC 7596 section 5.2.
 */
static inline enum verdict
from_peer(struct worker *w, struct packet *p, const struct softwire *softwire)
{
	const struct ruleset *fmrs = w->snapshot->rules;
	uint16_t port = p->src_port;
	const struct map_rule *rule;
	struct quote quote;

	if (likely(p->outer_src == softwire->br))
		return VERDICT_NEXT;
	if (ruleset_find6(fmrs, p->outer_src) == MAP_NO_RULE)
		return drop(w, p, DROP_spoof_v6);
	quote.dst = p->src;
	if (p->kind == L4_ICMP_ERROR && icmp_quote_parse(p, &quote))
		port = quote.dst_port;
	rule = ruleset_find4(fmrs, p->src, port);
	/* An error must be about a packet that went to that very CE: MAPE-41. */
	if (rule == NULL || !map_rule_owns(rule, port) || map_rule_address(rule, p->src, port) != p->outer_src ||
	    ((quote.dst ^ p->src) & rule->v4_iid_mask) != 0)
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
	return translatable(w, p);
}

/* The external port names the worker, whatever queue the packet came in on. */
static inline enum verdict
to_port_owner(struct worker *w, struct packet *p)
{
	uint16_t port = p->dst_port, owner;
	struct quote quote;

	if (w->count == 1)
		return VERDICT_NEXT;
	if (p->kind == L4_ICMP_ERROR && icmp_quote_parse(p, &quote))
		port = quote.src_port;
	owner = w->snapshot->port_owner[port];
	return owner == w->id ? VERDICT_NEXT : handoff(w, p, owner);
}

static inline uint64_t
remote_end(const struct packet *p)
{
	return session_end(p->src, p->kind == L4_ICMP_QUERY ? 0 : p->src_port, p->kind);
}

/* Stage 1: proven, from a peer, for us, and with the right worker. The session's bucket comes into the cache. */
static inline enum verdict
read_packet(struct worker *w, struct packet *p)
{
	const struct softwire *softwire = &w->snapshot->softwire[0];

	TRY(ethernet_in(w, p, &w->snapshot->interface[INTERFACE_V6]));
	if (p->ether_type != ETHER_TYPE_IPV6)
		return host(w, p);
	TRY(ipv6_in(w, p));
	TRY(find_inner(w, p));
	TRY(ipv4_in_softwire(w, p));
	TRY(refuse_fragments(w, p));
	TRY(l4_in(w, p));
	TRY(from_peer(w, p, softwire));
	TRY(to_us(w, p));
	TRY(source_from_internet(w, p));
	TRY(to_port_owner(w, p));
	traffic_add(&w->counters.softwire[softwire->index].rcvd_ipv6, (uint64_t)IPV6_LEN + p->len);
	p->hash = nat_hash_in(w->nat, p->dst_port, remote_end(p));
	index_prefetch(&w->nat->in, p->hash);
	return VERDICT_NEXT;
}

/* Stage 2: the session itself comes into the cache. */
static inline enum verdict
find_session(struct worker *w, struct packet *p)
{
	nat_prefetch_session(w->nat, &w->nat->in, p->hash);
	return VERDICT_NEXT;
}

/* The session of the packet that an error quotes; the quote shows it as it left us. */
static enum verdict
find_quoted_session(struct worker *w, struct packet *p, struct quote *quote)
{
	uint64_t remote;

	if (!icmp_quote_parse(p, quote) || quote->kind > L4_ICMP_QUERY || quote->src != p->dst ||
	    !icmp_quote_is_intact(quote))
		return drop(w, p, DROP_icmp_bad);
	remote = session_end(quote->dst, quote->kind == L4_ICMP_QUERY ? 0 : quote->dst_port, quote->kind);
	p->session = nat_find_in(w->nat, nat_hash_in(w->nat, quote->src_port, remote), quote->src_port, remote);
	return p->session != NULL ? VERDICT_NEXT : drop(w, p, DROP_nat_no_mapping);
}

/* RFC 5508 REQ-4: type and code stay, the quoted source becomes the host's own again. The session is not touched. */
static void
translate_error(struct packet *p, const struct quote *quote)
{
	const struct session *s = p->session;

	icmp_quote_set_src(p, quote, s->inside_addr, s->inside_port);
	p->dst = s->inside_addr;
	store32(p->ip + 16, s->inside_addr);
	checksum_patch(p->ip + 10, (uint16_t)~s->address_difference);
}

/* Out of the softwire: the TTL is spent and the congestion mark comes inside. */
static inline enum verdict
leave_softwire(struct worker *w, struct packet *p)
{
	const uint32_t external = w->snapshot->external_addr;

	if (unlikely(p->ttl <= 1))
		return refuse_to_softwire(w, p, DROP_ttl, ICMP_TTL_EXCEEDED, external);
	TRY(fits_link(w, p, external));
	TRY(class_out_of_softwire(w, p, p->softwire));
	ipv4_spend_ttl(p);
	mss_clamp(w, p, p->softwire);
	return VERDICT_NEXT;
}

static enum verdict
send_error(struct worker *w, struct packet *p)
{
	struct quote quote;

	TRY(find_quoted_session(w, p, &quote));
	TRY(leave_softwire(w, p));
	translate_error(p, &quote);
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

	if (!nat_admit(w->nat, p->dst_port, remote_end(p), &passage, &why))
		return drop(w, p, why);
	TRY(leave_softwire(w, p));
	p->session = &passage;
	return send_to_host(w, p);
}

/* Stage 3: unwrapped, translated, sent. */
static inline enum verdict
send_packet(struct worker *w, struct packet *p)
{
	if (unlikely(p->kind == L4_ICMP_ERROR))
		return send_error(w, p);
	p->session = nat_find_in(w->nat, p->hash, p->dst_port, remote_end(p));
	if (unlikely(p->session == NULL))
		return send_admitted(w, p);
	TRY(leave_softwire(w, p));
	nat_touch(w->nat, p->session, p->tcp_flags, false, w->now);
	return send_to_host(w, p);
}

void
ce_down(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, read_packet);
	STAGE(w, burst, find_session);
	STAGE(w, burst, send_packet);
}
