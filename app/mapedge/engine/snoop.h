/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies of packets on their way through the workers, for somebody who wants to see them: those that are dropped with the
 * reason, and those that are received and sent. Each worker has a queue of its own to control; when it is full, copies are
 * lost and counted, packets never wait. While nobody looks, a worker tests one pointer for a burst received, sent or dropped.
 */
#ifndef MAPEDGE_APP_SNOOP_H
#define MAPEDGE_APP_SNOOP_H

#include "engine/sieve.h"
#include "pkt/worker.h"

#define SNOOP_SLOTS 256u
#define SNOOP_SNAP_MAX 2048u

enum snoop_kind { SNOOP_DROP, SNOOP_RX, SNOOP_TX };

/* What is wanted. */
struct snoop_wish {
	bool reasons[DROP_COUNT]; /* dropped for these */
	bool rx, tx;
	int interface;      /* -1: any */
	uint32_t snap;      /* bytes of each packet, 1..SNOOP_SNAP_MAX */
	const char *filter; /* as tcpdump takes it; "": all */
};

/* A copy. */
struct snooped {
	uint64_t tsc;
	uint32_t length; /* of the packet */
	uint16_t captured;
	uint16_t reason; /* DROP_COUNT when it was not dropped */
	uint8_t kind;
	uint8_t interface; /* it came in on or leaves by */
	bool is_ip;        /* begins with its IP header: what was dropped may have lost its frame */
	uint8_t data[SNOOP_SNAP_MAX];
};

/* One producer, the worker; one consumer, control. */
struct snoop_queue {
	uint64_t lost;
	uint32_t filled; /* ever; written by the worker */
	uint32_t taken;  /* ever; written by control */
	struct snooped slot[SNOOP_SLOTS];
};

struct snoop {
	struct snoop_wish wish;
	struct sieve sieve;
	unsigned int workers;
	struct snoop_queue *queue[WORKER_MAX];
};

/* Ready to be published to the workers. NULL with the reason, which may be the filter's. */
struct snoop *snoop_new(const struct snoop_wish *wish, unsigned int workers, struct error *err);

/* No worker knows it any more. NULL is allowed. */
void snoop_free(struct snoop *snoop);

/* Worker: what it has received, or is about to send, if that is wanted. */
void snoop_burst(struct snoop *snoop, const struct worker *w, enum snoop_kind kind, unsigned int interface,
    struct rte_mbuf *const *mbufs, unsigned int count);

/* Worker: what was dropped; a buffer's `port` is the reason, see drop(). */
void snoop_dropped(struct snoop *snoop, const struct worker *w, struct rte_mbuf *const *mbufs, unsigned int count);

/* Control: the oldest copy of the worker's queue, or NULL. It is gone with snoop_next(). */
const struct snooped *snoop_look(const struct snoop *snoop, unsigned int worker);
void snoop_next(struct snoop *snoop, unsigned int worker);

/* Control: copies that were lost since the beginning. */
uint64_t snoop_lost(const struct snoop *snoop);

#endif
