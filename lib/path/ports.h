/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Step: the ports that count for a stateless BR. A whole packet has them in its transport header, or in the packet that it
 * quotes; a fragment has those of its datagram's first fragment (virtual reassembly, RFC 7597 section 8.3.2).
 */
#ifndef MAPEDGE_PATH_PORTS_H
#define MAPEDGE_PATH_PORTS_H

#include "path/steps.h"

enum verdict ports_of_fragment(struct worker *w, struct packet *p, bool from_ce);

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
