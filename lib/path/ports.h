/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Step: the ports that count. A whole packet has them in its transport header, or (for a stateless BR) in the packet that
 * it quotes; a fragment has those of its datagram's first fragment (virtual reassembly, RFC 7597 section 8.3.2).
 */
#ifndef MAPEDGE_PATH_PORTS_H
#define MAPEDGE_PATH_PORTS_H

#include "path/steps.h"

enum verdict ports_of_fragment(struct worker *w, struct packet *p, bool from_ce);

/* Where fragments meet that have nothing else in common: the worker of their datagram. */
uint16_t ports_meeting(const struct worker *w, const struct packet *p);

/*
 * Reads a first fragment and says what becomes of its whole datagram: NEXT with kind and ports, or dropped for the reason
 * in *why, and so will be the others.
 */
typedef enum verdict ports_judge(struct worker *w, struct packet *p, enum drop_reason *why);

/* A fragment that fragment_in() has passed: NEXT with what its datagram's first one had, HELD, or dropped. `peer` as in virtual.h. */
enum verdict ports_of_datagram(struct worker *w, struct packet *p, u128 peer, ports_judge *judge);

/* The packet's source or destination rule must be in p->rule: the one on its CE's side, `from_ce` says which. */
static inline enum verdict
ports_in(struct worker *w, struct packet *p, bool from_ce)
{
	if (unlikely(ipv4_is_fragment(p)))
		return ports_of_fragment(w, p, from_ce);
	TRY(l4_in(w, p));
	return icmp_quote_ports(w, p, from_ce);
}

#endif
