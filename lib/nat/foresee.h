/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening a session touches a dozen cache lines all over the tables, each of which says where the next one is. For packets that
 * seem to have no session they are fetched ahead, all at once, on the guess that every such packet opens one. Nothing but time
 * depends on the guess. What follows from no packet, the next free records, whoever takes one fetches the next (sessions.c, mappings.c).
 */
#ifndef MAPEDGE_NAT_FORESEE_H
#define MAPEDGE_NAT_FORESEE_H

#include "nat/nat.h"

/* First, what says whether the inside endpoint has a mapping. */
static INLINED void
nat_foresee_mapping(const struct nat *nat, uint64_t inside)
{
	index_prefetch(&nat->inside, nat_hash_inside(nat, inside));
}

/*
 * Then what follows from its port, or from the one that it will probably get when so many others of its space get theirs before. True:
 * it will need one. The NAT has a bank, and both session_end()s are of a space with ports.
 */
static INLINED bool
nat_foresee_session(const struct nat *nat, uint64_t inside, uint64_t remote, unsigned int before)
{
	const struct ports *ports = &nat->ports[(uint8_t)inside];
	const uint32_t mapped = index_peek(&nat->inside, nat_hash_inside(nat, inside));
	const uint16_t port = mapped != INDEX_NONE ? (uint16_t)mapped : ports_expect(ports, before);

	__builtin_prefetch(&ports->port[port], 1);
	index_prefetch(&nat->in, nat_hash_in(nat, port, remote));
	index_prefetch(&nat->by_peer, nat_hash_peer(nat, nat_peer_key(port, remote)));
	return mapped == INDEX_NONE;
}

#endif
