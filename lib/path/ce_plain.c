/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CE without translation, both directions: the hosts have addresses that the other end of the softwire knows what to do with.
 * They are a prefix of the line's own (RFC 7597 section 5.2, RFC 2473), or the provider translates (DS-Lite's B4, RFC 6333
 * section 5). No state, so any worker takes any packet.
 */
#include "path/lan.h"
#include "path/outer.h"

/* Nobody asks for ports here, but the MSS of a whole packet and the flow label do. */
static inline enum verdict
transport_in(struct worker *w, struct packet *p)
{
	if (likely(!ipv4_is_fragment(p)))
		return l4_in(w, p);
	p->kind = L4_OTHER;
	p->src_port = p->dst_port = 0;
	return fragment_in(w, p);
}

static inline enum verdict
send_up(struct worker *w, struct packet *p)
{
	TRY(lan_in(w, p));
	if (!prefix4_contains(&w->snapshot->own, p->src))
		return drop(w, p, DROP_not_my_v4src);
	TRY(transport_in(w, p));
	traffic_add(&w->counters.softwire[w->softwire->index].rcvd_ipv4, p->len);
	TRY(ttl_in(w, p));
	TRY(fits_softwire(w, p, w->softwire));
	ipv4_spend_ttl(p);
	mss_clamp(w, p, w->softwire);
	return send_encapsulated(w, p, w->softwire, w->softwire->br);
}

/* From the other end of the softwire alone, and for one of our hosts. */
static inline enum verdict
for_us(struct worker *w, struct packet *p)
{
	if (p->outer_src != w->softwire->br)
		return drop(w, p, DROP_spoof_v6);
	if (!prefix4_contains(&w->snapshot->own, p->dst))
		return drop(w, p, DROP_not_my_v4dst);
	return source_from_internet(w, p);
}

/* RFC 6333 section 5.7 names the address of a B4. */
static inline uint32_t
own_address(const struct snapshot *snapshot)
{
	return snapshot->external_addr != 0 ? snapshot->external_addr : snapshot->icmp_source;
}

static inline enum verdict
send_down(struct worker *w, struct packet *p)
{
	TRY(softwire_in(w, p));
	TRY(for_us(w, p));
	TRY(transport_in(w, p));
	softwire_received(w, p);
	TRY(leave_softwire(w, p, own_address(w->snapshot)));
	return send_decapsulated(w, p);
}

void
ce_plain_up(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, send_up);
}

void
ce_plain_down(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, send_down);
}
