/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets whose next hop's MAC address is not known yet wait here, a few for each next hop, while Linux asks for it: RFC
 * 4861 section 7.2.2, RFC 1122 section 2.3.2.2. When too many wait, the newest replaces the oldest. One worker owns it.
 */
#ifndef MAPEDGE_PKT_PENDING_H
#define MAPEDGE_PKT_PENDING_H

#include "pkt/interface.h"

#define PENDING_PER_HOP 4
#define PENDING_MAX 64 /* packets in all, and so next hops */
#define PENDING_TIMEOUT_MS 3000
#define PENDING_ASK_MS 1000

/* What Linux is to find out. */
struct question {
	u128 addr; /* as in pkt/neighbours.h */
	uint32_t interface;
};

struct pending_packet {
	struct rte_mbuf *mbuf; /* its bounds are those of the IP packet: no frame header yet */
	uint64_t since_ms;
	uint8_t from; /* the interface it came in on */
};

struct pending_hop {
	u128 addr;
	uint64_t asked_ms;
	uint8_t interface;
	uint8_t count;                                  /* at least 1 */
	struct pending_packet packets[PENDING_PER_HOP]; /* oldest first */
};

/* All zero is empty. */
struct pending {
	uint64_t generation; /* of the neighbours looked at last */
	uint16_t hop_count;
	uint16_t packet_count;
	uint16_t question_count;
	struct pending_hop hops[PENDING_MAX];
	struct question questions[PENDING_MAX]; /* for app/ to pass on after every burst */
};

/*
 * Holds the IP packet of `len` bytes at `start` until `addr` is known on the interface. What it replaces is dropped as
 * no_neighbour.
 */
enum verdict pending_hold(struct worker *w, struct packet *p, const struct interface *interface, u128 addr,
    uint8_t *start, uint32_t len);

/* The end of an IP packet, at the mbuf's data, whose neighbour does not answer: it must be dropped as no_neighbour. */
typedef enum verdict pending_give_up(struct worker *w, struct packet *p);

/*
 * With a new generation of the interfaces (by index) sends what has a neighbour now; gives up what has waited too long; for
 * the rest Linux is asked again, as a question may have been lost. At most PENDING_MAX packets go to the outlets, and what
 * give_up() makes of them.
 */
void pending_tick(struct worker *w, const struct interface *interfaces, uint64_t generation, pending_give_up *give_up);

/* For the end: moves up to PENDING_MAX packets out and returns their number. */
uint16_t pending_drain(struct pending *pending, struct rte_mbuf *mbufs[PENDING_MAX]);

#endif
