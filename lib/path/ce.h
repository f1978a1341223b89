/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps that the CE's ways share: which session, which peer, and translation of what is not a plain packet. */
#ifndef MAPEDGE_PATH_CE_H
#define MAPEDGE_PATH_CE_H

#include "nat/rewrite.h"
#include "path/ports.h"
#include "path/steps.h"

/* The far end of a session; an echo's has no port. Then of a packet that came from it, and of one that goes to it. */
static inline uint64_t
far_end(uint32_t addr, uint16_t port, uint8_t kind)
{
	return session_end(addr, kind == L4_ICMP_QUERY ? 0 : port, kind);
}

static inline uint64_t
end_from(const struct packet *p)
{
	return far_end(p->src, p->src_port, p->kind);
}

static inline uint64_t
end_to(const struct packet *p)
{
	return far_end(p->dst, p->dst_port, p->kind);
}

/* The worker that owns the session of an external port; a call's id says it, and without ports the remote address does. */
static inline uint16_t
ce_owner(const struct worker *w, uint8_t kind, uint16_t port, uint32_t remote)
{
	if (unlikely(kind == L4_CALL))
		return port % w->count;
	return kind < L4_SPACES ? bank_owner(w->snapshot->bank, kind, port) : snapshot_host_owner(remote, w->count);
}

/* The worker's softwire as it is configured, but no larger than the path has been found to be: RFC 8201 section 4. */
void ce_follow_path(struct worker *w);

/*
 * RFC 7597 sections 5.3, 5.4: where a packet for this IPv4 destination goes, the BR or the CE that an FMR says. False with
 * the reason when nobody can have it.
 */
bool ce_find_peer(const struct worker *w, uint32_t dst, uint16_t port, u128 *peer, enum drop_reason *why);

/* The same for a packet from outside; an error belongs to the port of the packet that it is about. */
uint16_t ce_port_owner(const struct worker *w, const struct packet *p);

/* The packet that an ICMP error quotes: false when it cannot be read, or has no port that a session could have. */
static inline bool
ce_read_quote(const struct packet *p, struct quote *quote)
{
	return icmp_quote_parse(p, quote) && quote->kind <= L4_ICMP_QUERY;
}

/*
 * The session that an ICMP error from outside is about: its quote shows the packet as it left us. NEXT with p->session, or
 * dropped as icmp_bad or nat_no_mapping. p->dst must be the external address.
 */
enum verdict ce_find_quoted(struct worker *w, struct packet *p, struct quote *quote);

/* RFC 5508 REQ-4: the error goes to the session's host; type and code stay, and the session is not touched. */
void ce_translate_error_in(struct packet *p, const struct quote *quote);

/* A fragment that has no transport header: only the address changes, outbound the identification too. */
void ce_translate_headless_out(struct packet *p, uint32_t external_addr);
void ce_translate_headless_in(struct packet *p);

/* Of what its datagram must be, if it passes at all: fragments of ICMP errors are not translated. */
static inline enum l4_kind
ce_kind_of_fragment(const struct packet *p)
{
	switch (p->protocol) {
	case PROTOCOL_TCP:
		return L4_TCP;
	case PROTOCOL_UDP:
		return L4_UDP;
	case PROTOCOL_ICMP:
		return L4_ICMP_QUERY;
	default:
		return L4_OTHER;
	}
}

/* A first fragment that the NAPT can translate. An error is none: what it quotes may be cut off. */
enum verdict ce_judge_first(struct worker *w, struct packet *p, enum drop_reason *why);

/*
 * A whole segment of p->session, in which nat_touch() expects control messages of PPTP. Dropped as nat_host_limit,
 * nat_table_full or nat_no_port when it begins a call that cannot be.
 */
enum verdict ce_control(struct worker *w, struct packet *p, bool out);

/*
 * Between two workers a fragment takes along the ports that its datagram's first one had: only one of them knows these,
 * and the other one has the session.
 */
enum verdict ce_hand_over(struct worker *w, struct packet *p, uint16_t owner, enum way way);
void ce_take_ports(struct packet *p);

/* A packet from the LAN, translated already, for a port of ours: it comes in again at the worker that owns the port. */
enum verdict ce_turn_back(struct worker *w, struct packet *p);

#endif
