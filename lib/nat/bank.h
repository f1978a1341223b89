/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The external ports of a box, as its workers share them. Every port has a home: the i-th port of the set is that of worker
 * i mod n, so that each has ports of every range. A worker takes its own ports first; who has none left borrows those that
 * others do not use. What a worker has taken nobody else takes until it gives it back: that is one bit for each port in each
 * space, and no lock.
 *
 * The worker that took a port last is its owner. What comes back to a port goes to its owner, whichever worker received it.
 */
#ifndef MAPEDGE_NAT_BANK_H
#define MAPEDGE_NAT_BANK_H

#include "base/random.h"
#include "map/portset.h"
#include "pkt/l4.h"
#include "pkt/worker.h"

#define BANK_LINE_PORTS 512u /* free bits in a cache line: one worker's own ports share none with another's */
#define BANK_WORDS (PORTSET_PORTS / 64 + WORKER_MAX * BANK_LINE_PORTS / 64)

struct bank {
	struct portset set;
	unsigned int users; /* who holds it: bank_free() */
	uint16_t workers;
	uint16_t words;                                    /* of 64 ports, for each home */
	uint32_t each;                                     /* ports of the home that has most */
	uint8_t owner[L4_SPACES][PORTSET_PORTS];           /* atomic */
	_Alignas(64) uint64_t free[L4_SPACES][BANK_WORDS]; /* atomic; by home, and there in ascending order */
};

/* All ports of the set are free. 1..WORKER_MAX workers. NULL: out of memory. */
struct bank *bank_new(const struct portset *set, uint16_t workers);

/* One user less; the last one frees it. NULL is allowed. */
void bank_free(struct bank *bank);

static inline uint16_t
bank_home(const struct bank *bank, uint16_t port)
{
	return (uint16_t)(portset_index(&bank->set, port) % bank->workers);
}

static inline uint16_t
bank_owner(const struct bank *bank, unsigned int space, uint16_t port)
{
	return __atomic_load_n(&bank->owner[space][port], __ATOMIC_RELAXED);
}

/* Before a packet with this port leaves, and an answer can come: what sends it is a barrier. */
static inline void
bank_set_owner(struct bank *bank, unsigned int space, uint16_t port, uint16_t owner)
{
	__atomic_store_n(&bank->owner[space][port], (uint8_t)owner, __ATOMIC_RELAXED);
}

/* Does somebody use the port at the moment? Any thread may ask. Ports of forwards count as free. */
bool bank_is_taken(const struct bank *bank, unsigned int space, uint16_t port);

/* Which ports a worker would take: a bit for each, in the order of bank.free. */
struct bank_ports {
	uint64_t bits[BANK_WORDS];
};

/* No port at all, then one more. Not port 0, which is nobody's. */
void bank_allow_none(const struct bank *bank, struct bank_ports *ports);
void bank_allow(const struct bank *bank, struct bank_ports *ports, uint16_t port);

/* What is wanted: a free port of a space, whose home is `home`, that is among `allowed` and, in each 64, among `of_64`. */
struct bank_wish {
	const struct bank_ports *allowed;
	uint64_t of_64;
	uint16_t home;
	uint8_t space;
	uint16_t worker; /* who wants it */
};

/* One of them at random (RFC 6056 section 3.3.2), which is the worker's from now on; 0 when there is none. */
uint16_t bank_take(struct bank *bank, const struct bank_wish *wish, struct random *random);

/*
 * The same in two steps, for who wants to know early where it will look. An ordinal among the ports of a home at random, the port that has it if
 * any has, and taking that: 0 when it is not among those wanted.
 */
static inline uint32_t
bank_draw(const struct bank *bank, struct random *random)
{
	return random_below(random, bank->each);
}

static inline uint16_t
bank_port_at(const struct bank *bank, uint16_t home, uint32_t ordinal)
{
	return portset_port(&bank->set, ordinal * bank->workers + home);
}

uint16_t bank_take_at(struct bank *bank, const struct bank_wish *wish, uint32_t ordinal);

/* That very port; false when it is not free. */
bool bank_claim(struct bank *bank, unsigned int space, uint16_t port, uint16_t worker);

/* The caller uses its port no longer. It stays its owner until somebody else takes it. */
void bank_give_back(struct bank *bank, unsigned int space, uint16_t port);

#endif
