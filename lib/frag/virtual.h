/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtual reassembly of IPv4 fragments: the ports of the first fragment are remembered for the others, and fragments that
 * come before the first wait for it; the fragments themselves stay as they are. RFC 7597 section 8.3.2, RFC 4787 REQ-14.
 *
 * A packet that is a fragment goes through fragment_in(), virtual_find() and then one of virtual_learn(), virtual_refuse(),
 * virtual_recall(), and no other fragment in between. What has waited comes out of virtual_next() when its fate is known,
 * and goes the same way once more from the beginning: to be forwarded, or dropped by virtual_find().
 *
 * One worker owns a table; fragments of one datagram must meet there. All memory is taken at the start. A datagram lives
 * for a fixed time from its first-seen fragment, so the oldest is always the next to expire, and a turn costs no search.
 */
#ifndef MAPEDGE_FRAG_VIRTUAL_H
#define MAPEDGE_FRAG_VIRTUAL_H

#include "base/hash.h"
#include "frag/table.h"
#include "pkt/l4.h"

#define VIRTUAL_MAX_GAPS 24 /* between the bytes of one datagram that have come */
#define VIRTUAL_MAX_HELD 64 /* fragments of one datagram that may wait */

struct virtual_config {
	uint32_t datagrams;  /* known at once, >= 8 */
	uint32_t held;       /* fragments waiting at once */
	uint32_t timeout_ms; /* from a datagram's first-seen fragment */
};

struct virtual;
struct datagram;

/* Bytes of memory for a table, a multiple of 64. */
size_t virtual_size(const struct virtual_config *config);

/* Makes a table in `memory` (64-byte aligned, virtual_size() bytes). `key` is secret, so nobody can choose collisions. */
struct virtual *virtual_init(void *memory, const struct virtual_config *config, const struct hash_key *key);

/*
 * What `p`, an IPv4 fragment whose header is proven, may not be, by itself: RFC 791, RFC 1858 section 3, RFC 3128. NEXT,
 * or dropped as frag_bad or frag_tiny.
 */
enum verdict fragment_in(struct worker *w, struct packet *p);

/*
 * Finds or makes the fragment's datagram and notes which bytes have come. `peer`: the outer source for a fragment out of
 * a softwire, else 0. NEXT with *datagram set; or dropped as frag_table_full (also when it would have to wait and cannot),
 * frag_duplicate, frag_overlap, or, when the datagram has been refused, for the reason given then.
 */
enum verdict virtual_find(struct worker *w, struct packet *p, struct virtual *v, u128 peer, struct datagram **datagram);

/* A first fragment, ports known: kind, ports, quoted and ident are remembered, and what has waited is ready for virtual_next(). */
void virtual_learn(struct virtual *v, struct datagram *datagram, const struct packet *p);

/*
 * A first fragment that was dropped for `reason`: what waits will be dropped as soon as virtual_next() has handed it out,
 * and what comes later too. The datagram stays.
 */
void virtual_refuse(struct virtual *v, struct datagram *datagram, enum drop_reason reason);

/*
 * Any other fragment: NEXT with kind, ports, quoted and ident set when the first has been seen (tcp_flags are 0); HELD when it has
 * not. Ends the datagram when all its bytes have passed; so `datagram` must not be used afterwards.
 */
enum verdict virtual_recall(struct worker *w, struct packet *p, struct virtual *v, struct datagram *datagram);

/*
 * Takes up to `max` fragments whose fate has become known since they were held, in the order in which they came. They are
 * whole frames as they were received, to be sent through the path from its beginning before the next virtual_expire();
 * `port` of each is the interface it came in on. Returns their number.
 */
uint16_t virtual_next(struct virtual *v, struct rte_mbuf **mbufs, uint16_t max);

/*
 * Drops, as frag_timeout, what has waited too long at w->now_ms, and forgets old datagrams: at most `budget` fragments and
 * datagrams together, and never more fragments than w->dropped has room for. A datagram whose fragments are ready for
 * virtual_next() stays until they have been taken.
 */
void virtual_expire(struct worker *w, struct virtual *v, uint32_t budget);

/* Fragments held or ready for virtual_next(); each is one mbuf. */
uint32_t virtual_held(const struct virtual *v);
uint32_t virtual_datagrams(const struct virtual *v);

/* The mbufs still held, for the end: moves up to `max` of them out and returns their number. Forgets their datagrams. */
uint16_t virtual_drain(struct virtual *v, struct rte_mbuf **mbufs, uint16_t max);

#endif
