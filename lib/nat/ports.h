/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The external ports that one worker may use, for one protocol. Taking one picks at random among all free ones, over
 * all ranges of the set (RFC 6056 section 4, RFC 7597 section 5.1), in constant time.
 *
 * A port with a mapping, a session, or a forward is in use. One that nothing holds any more is free, after a time of
 * quarantine if that is wanted (RFC 6888 REQ-8).
 */
#ifndef MAPEDGE_NAT_PORTS_H
#define MAPEDGE_NAT_PORTS_H

#include "base/random.h"
#include "map/portset.h"

enum port_kind {
	PORT_FOREIGN,  /* not ours to use */
	PORT_COMMON,   /* for everybody, may be shared */
	PORT_RESERVED, /* for endpoints whose policy says so */
	PORT_FORWARD,  /* has a mapping that does not end */
	PORT_KINDS,
};

enum port_rest { PORT_IN_USE, PORT_FREE, PORT_IN_QUARANTINE };

struct nat_port {
	uint64_t inside;  /* endpoint of its mapping, 0: it has none */
	uint32_t mapped;  /* sessions of that mapping */
	uint32_t sharing; /* sessions without mapping, or of one that a new configuration has ended */
	uint32_t freed;   /* in quarantine: since then, seconds */
	uint16_t
	    mapping;    /* number of its mapping, not 0: another one when a new configuration ends it before its time */
	uint16_t place; /* free: in the list of its kind */
	uint16_t before; /* in quarantine: neighbours, 0 at the ends */
	uint16_t after;
	uint8_t kind; /* enum port_kind */
	uint8_t rest; /* enum port_rest */
};

_Static_assert(sizeof(struct nat_port) == 32, "two of them are one cache line");

struct port_list {
	uint32_t count;
	uint16_t port[PORTSET_PORTS]; /* in no order */
};

struct ports {
	uint32_t total;       /* ours */
	uint32_t shared;      /* with sessions that share them */
	uint16_t quarantined; /* first and last in quarantine, in the order in which they were left; 0: none */
	uint16_t quarantined_last;
	struct port_list free[PORT_FORWARD]; /* by kind */
	struct port_list common;             /* all of PORT_COMMON, free or not */
	struct nat_port port[PORTSET_PORTS];
};

/* No port is ours. */
void ports_clear(struct ports *ports);

static inline uint32_t
ports_used(const struct ports *ports)
{
	return ports->total - ports->free[PORT_COMMON].count - ports->free[PORT_RESERVED].count;
}

/* A free port of the kind, which is in use from now on; 0 when there is none. */
uint16_t ports_take(struct ports *ports, struct random *random, enum port_kind kind);

/* The port ceases to be free or in quarantine. */
void ports_leave_rest(struct ports *ports, uint16_t port);

/* A port in use that nothing holds any more is in quarantine, or free where `quarantine` is 0. */
void ports_settle(struct ports *ports, uint16_t port, uint32_t now, uint32_t quarantine);

/* Frees ports whose quarantine, seconds, is over: at most `budget`. Returns how many. */
uint32_t ports_end_quarantine(struct ports *ports, uint32_t now, uint32_t quarantine, uint32_t budget);

/* So many sessions more, or fewer, share the port. */
static inline void
ports_share(struct ports *ports, uint16_t port, int32_t sessions)
{
	struct nat_port *it = &ports->port[port];

	ports->shared -= it->sharing > 0;
	it->sharing += (uint32_t)sessions;
	ports->shared += it->sharing > 0;
}

#endif
