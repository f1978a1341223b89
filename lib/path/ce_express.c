/* SPDX-License-Identifier: BSD-3-Clause */
/* The express lanes of a CE: plain packets of sessions that there are. Why each question is asked stands in ce_up.c and ce_down.c. */
#include "path/ce.h"
#include "path/express.h"

/* A segment that says nothing of its connection but that it goes on. */
static INLINED bool
goes_on(const struct session *s, const uint8_t *l4)
{
	return s->space != L4_TCP ||
	    (s->state == SESSION_TCP_ESTABLISHED && (l4[13] & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK)) == TCP_ACK);
}

/* The other end's address and port are the session's now, and the checksum of TCP or UDP says so. */
static INLINED void
rewrite_port(const struct plain *p, unsigned int at, uint16_t port, uint16_t difference)
{
	uint8_t *l4 = p->ip + IPV4_MIN_LEN;

	store16(l4 + at, port);
	if ((uint8_t)*p->src == L4_UDP)
		checksum_patch_udp(l4 + 6, difference);
	else
		checksum_patch(l4 + 16, difference);
}

/* ---- LAN to softwire -------------------------------------------------------------------------------------------- */

static INLINED bool
seek_out(const struct worker *w, const struct plain *p, struct lead *lead)
{
	const struct snapshot *snapshot = w->snapshot;
	const struct interface *lan = &snapshot->interface[INTERFACE_V4];
	const uint32_t src = session_end_addr(*p->src), dst = session_end_addr(*p->dst);

	if (is_suspect(snapshot, dst) || dst == snapshot->external_addr)
		return false;
	if (!interface_is_on_link(lan, src) || interface_is_on_link(lan, dst))
		return false;
	if (w->count > 1 && snapshot_host_owner(src, w->count) != w->id)
		return false;
	lead->hash = nat_hash_out(w->nat, *p->src, *p->dst);
	index_prefetch(&w->nat->out, lead->hash);
	return true;
}

static INLINED void
expect_out(const struct worker *w, struct lead *lead)
{
	lead->session = nat_expect(w->nat, &w->nat->out, lead->hash);
}

static INLINED bool
judge_native(const struct worker *w, const struct plain *p, struct lead *lead)
{
	const struct snapshot *snapshot = w->snapshot;
	const struct session *s = lead->session;
	enum drop_reason why;

	lead->softwire = w->softwire;
	lead->outer_dst = w->softwire->br;
	if (s == NULL || s->inside != *p->src || s->remote != *p->dst || !goes_on(s, p->ip + IPV4_MIN_LEN))
		return false;
	if (p->len > w->softwire->mtu)
		return false;
	if (unlikely(snapshot->rules->count != 0) &&
	    !ce_find_peer(w, session_end_addr(*p->dst), session_end_port(*p->dst), &lead->outer_dst, &why))
		return false;
	lead->ether = plain_way_to_softwire(&snapshot->interface[INTERFACE_V6], lead->outer_dst);
	return lead->ether != NULL;
}

/* RFC 6864 section 5.3.1. What is added to the header's sum. */
static INLINED uint16_t
set_ident(struct worker *w, const struct plain *p)
{
	uint16_t before, after;

	if (load16(p->ip + 6) & IPV4_DF)
		return 0;
	memcpy(&before, p->ip + 4, sizeof(before));
	store16(p->ip + 4, ident4_next(&w->ident4, session_end_addr(*p->dst), p->ip[9]));
	memcpy(&after, p->ip + 4, sizeof(after));
	return checksum_difference16(before, after);
}

static INLINED void
send_to_softwire(struct worker *w, const struct plain *p, const struct lead *lead)
{
	struct session *s = lead->session;

	nat_touch(w->nat, s, p->ip + IPV4_MIN_LEN, true, w->now);
	plain_spend_ttl_and(p, (uint32_t)set_ident(w, p) + s->address_difference);
	*p->src = session_end(w->snapshot->external_addr, s->external_port, (uint8_t)*p->src);
	store32(p->ip + 12, session_end_addr(*p->src));
	rewrite_port(p, 0, s->external_port, s->l4_difference);
	plain_wrap(w, p, lead);
}

static const struct lane up = {
	.before = ETHER_LEN,
	.stray = forward_stray_up,
	.read = headers_read_native,
	.seek = seek_out,
	.fetch = expect_out,
	.judge = judge_native,
	.send = send_to_softwire,
	.close = tally_wrapped,
};

void
ce_up_express(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	lane_run(w, way, mbufs, count, up);
}

/* ---- softwire to LAN -------------------------------------------------------------------------------------------- */

static INLINED bool
seek_in(const struct worker *w, const struct plain *p, struct lead *lead)
{
	const struct snapshot *snapshot = w->snapshot;
	const uint16_t port = session_end_port(*p->dst);
	const uint32_t src = session_end_addr(*p->src);

	if (ip6_load(p->ip - 32) != w->softwire->br || ip6_load(p->ip - 16) != w->softwire->local)
		return false;
	if (session_end_addr(*p->dst) != snapshot->external_addr || is_suspect(snapshot, src))
		return false;
	if (w->count > 1 && ce_owner(w, (uint8_t)*p->dst, port, src) != w->id)
		return false;
	lead->hash = nat_hash_in(w->nat, port, *p->src);
	index_prefetch(&w->nat->in, lead->hash);
	return true;
}

static INLINED void
expect_in(const struct worker *w, struct lead *lead)
{
	lead->session = nat_expect(w->nat, &w->nat->in, lead->hash);
}

static INLINED bool
judge_tunnelled(const struct worker *w, const struct plain *p, struct lead *lead)
{
	const struct interface *lan = &w->snapshot->interface[INTERFACE_V4];
	const struct session *s = lead->session;

	lead->softwire = w->softwire;
	if (s == NULL || s->external_port != session_end_port(*p->dst) || s->remote != *p->src ||
	    !goes_on(s, p->ip + IPV4_MIN_LEN))
		return false;
	if (p->len > lan->mtu || !plain_class(p, w->softwire))
		return false;
	lead->ether = plain_way_to_ipv4(lan, session_end_addr(s->inside));
	return lead->ether != NULL;
}

static INLINED void
send_to_host(struct worker *w, const struct plain *p, const struct lead *lead)
{
	struct session *s = lead->session;

	nat_touch(w->nat, s, p->ip + IPV4_MIN_LEN, false, w->now);
	plain_spend_ttl_and(p, (uint16_t)~s->address_difference);
	store32(p->ip + 16, session_end_addr(s->inside));
	rewrite_port(p, 2, session_end_port(s->inside), (uint16_t)~s->l4_difference);
	plain_unwrap(w, p, lead);
}

static const struct lane down = {
	.before = ETHER_LEN + IPV6_LEN,
	.stray = forward_stray_down,
	.read = headers_read_tunnelled,
	.seek = seek_in,
	.fetch = expect_in,
	.judge = judge_tunnelled,
	.send = send_to_host,
	.close = tally_unwrapped,
};

void
ce_down_express(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	lane_run(w, way, mbufs, count, down);
}
