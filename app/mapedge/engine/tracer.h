/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ways of the next packets that somebody wants to see, step by step. While there is a tracer, workers let the bursts in
 * which there is such a packet take the traced path (path/trace.h), which does the same and notes it. Each worker has a queue
 * of its own to control; when it is full, what comes is not shown and counted as lost, packets never wait. While nobody
 * wants to see anything, a worker tests one pointer for each burst.
 */
#ifndef MAPEDGE_APP_TRACER_H
#define MAPEDGE_APP_TRACER_H

#include "engine/sieve.h"
#include "path/trace.h"

#define TRACER_SLOTS 64u
#define TRACER_SNAP 128u /* bytes: all headers that there may be */

struct tracer_wish {
	int interface;      /* -1: any */
	uint32_t count;     /* of packets, at all workers together */
	const char *filter; /* as tcpdump takes it, of what comes; "": all */
};

/* Of a frame: so begins what a worker takes up, whoever had it before. */
struct traced_bytes {
	uint16_t captured;
	uint8_t data[TRACER_SNAP];
};

/* One packet's way. A packet that is handed to another worker has one there as well, if it still fits the filter. */
struct traced {
	uint64_t tsc;
	uint8_t interface; /* it came in on */
	uint8_t verdict;   /* enum verdict */
	uint16_t reason;   /* DROP_COUNT when it was not dropped */
	struct traced_bytes came;
	struct traced_bytes went; /* nothing when it was not sent */
	struct trail trail;
};

/* One producer, the worker; one consumer, control. */
struct tracer_queue {
	uint64_t lost;
	uint32_t filled; /* ever; written by the worker */
	uint32_t taken;  /* ever; written by control */
	struct traced slot[TRACER_SLOTS];

	/* the worker's alone: the burst that is on its way */
	struct trace trace;
	struct traced *chosen[BURST_SIZE]; /* NULL: not to be shown */
};

struct tracer {
	int interface;
	uint32_t wanted;   /* packets */
	int32_t unclaimed; /* of them; workers take from it */
	struct sieve sieve;
	unsigned int workers;
	struct tracer_queue *queue[WORKER_MAX];
};

/* Ready to be published to the workers. NULL with the reason, which may be the filter's. */
struct tracer *tracer_new(const struct tracer_wish *wish, unsigned int workers, struct error *err);

/* No worker knows it any more. NULL is allowed. */
void tracer_free(struct tracer *tracer);

/* Worker: runs a burst with a wanted packet the traced way. False: it has none, and nothing has been done. */
COLD bool tracer_run(struct tracer *tracer, struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count);

/* Control: the oldest way of the worker's queue, or NULL. It is gone with tracer_next(). */
const struct traced *tracer_look(const struct tracer *tracer, unsigned int worker);
void tracer_next(struct tracer *tracer, unsigned int worker);

/* Control: packets that have still to be taken, and those that were lost since the beginning. */
uint32_t tracer_left(const struct tracer *tracer);
uint64_t tracer_lost(const struct tracer *tracer);

#endif
