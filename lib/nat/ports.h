/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The external ports of one space, as one worker uses them: it holds those that it has taken from the bank (bank.h), as long
 * as they have a mapping or a session, and for a time of quarantine after that if it is wanted (RFC 6888 REQ-8). Taking one
 * picks at random among all free ones, over all ranges of the set (RFC 6056 section 4, RFC 7597 section 5.1).
 */
#ifndef MAPEDGE_NAT_PORTS_H
#define MAPEDGE_NAT_PORTS_H

#include "nat/bank.h"

enum port_kind {
	PORT_FOREIGN,  /* not ours to use: outside the set, or another worker's forward */
	PORT_COMMON,   /* for everybody, may be shared */
	PORT_RESERVED, /* for endpoints whose policy says so */
	PORT_FORWARD,  /* has a mapping that does not end */
};

enum port_rest { PORT_AWAY, PORT_HELD, PORT_IN_QUARANTINE };

struct nat_port {
	uint64_t inside;  /* endpoint of its mapping, 0: it has none */
	uint32_t mapped;  /* sessions of that mapping */
	uint32_t sharing; /* sessions without mapping, or of one that a new configuration has ended */
	uint32_t freed;   /* in quarantine: since then, seconds */
	uint16_t
	    mapping;    /* number of its mapping, not 0: another one when a new configuration ends it before its time */
	uint16_t place; /* borrowed: in the list of those that may be shared */
	uint16_t before; /* in quarantine: neighbours, 0 at the ends */
	uint16_t after;
	uint8_t kind; /* enum port_kind */
	uint8_t rest; /* enum port_rest; a forward's port is not held, and nobody else takes it */
};

_Static_assert(sizeof(struct nat_port) == 32, "two of them are one cache line");

#define PORTS_DRAWN BURST_SIZE /* all packets of a burst may need one */

_Static_assert(65536 % PORTS_DRAWN == 0, "next_drawn goes round with 16 bits");

struct port_list {
	uint32_t count;
	uint16_t port[PORTSET_PORTS]; /* in no order */
};

struct ports {
	struct bank *bank; /* NULL: there are no ports */
	struct random *random;
	uint8_t space;
	uint16_t self;        /* the worker */
	uint32_t total;       /* with their home here */
	uint32_t held;        /* from wherever */
	uint32_t forwards;    /* with their host here */
	uint32_t shared;      /* with sessions that share them */
	uint16_t quarantined; /* first and last in quarantine, in the order in which they were left; 0: none */
	uint16_t quarantined_last;
	uint16_t next_drawn;
	uint16_t drawn[PORTS_DRAWN];             /* bank_draw(), in a ring: ports are taken there first */
	struct bank_ports allowed[PORT_FORWARD]; /* by kind */
	struct port_list
	    common; /* that may be shared: all of PORT_COMMON that have their home here, and those borrowed */
	struct nat_port port[PORTSET_PORTS];
};

/* No port is known, whatever the memory holds. */
void ports_init(struct ports *ports, unsigned int space, struct random *random);

/* No port is held. The bank keeps what was: `bank` must be another one, or nobody's. `old`: the set so far, of so many ports. */
void ports_clear(struct ports *ports, struct bank *bank, const struct portset *old, uint32_t old_count);

static inline bool
ports_is_home(const struct ports *ports, uint16_t port)
{
	return bank_home(ports->bank, port) == ports->self;
}

/* The port that the n-th ports_take() from now will probably take, 0 the next one. It need not be of the set. */
static inline uint16_t
ports_expect(const struct ports *ports, unsigned int n)
{
	return bank_port_at(ports->bank, ports->self, ports->drawn[(ports->next_drawn + n) % PORTS_DRAWN]);
}

static inline uint32_t
ports_used(const struct ports *ports)
{
	return ports->held + ports->forwards;
}

/* A free port of the kind with its home here, which is held from now on; 0 when there is none. */
uint16_t ports_take(struct ports *ports, enum port_kind kind);

/* One of another worker's. Of `modestly` every worker keeps a quarter of its ports: nobody can leave it with none. */
uint16_t ports_borrow(struct ports *ports, enum port_kind kind, bool modestly);

/* This one port is held from now on, if it was not; false: another worker has it. */
bool ports_hold(struct ports *ports, uint16_t port);

/* The port is given back, whatever uses it. */
void ports_give_back(struct ports *ports, uint16_t port);

/* A port that is held and that nothing uses any more is in quarantine, or given back where `quarantine` is 0. */
void ports_settle(struct ports *ports, uint16_t port, uint32_t now, uint32_t quarantine);

/* Gives back ports whose quarantine, seconds, is over: at most `budget`. Returns how many. */
uint32_t ports_end_quarantine(struct ports *ports, uint32_t now, uint32_t quarantine, uint32_t budget);

/* What may be shared, anew after ports have changed their kind. */
void ports_list_common(struct ports *ports);

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
