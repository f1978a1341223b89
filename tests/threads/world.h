/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A box whose workers are threads, as the daemon runs them, and the world around it: hosts on the IPv4 side that send to
 * far ends on the IPv6 side, which answer. Both live in the callbacks of two ports of net_null, in the worker's own thread;
 * so all that threads say to each other goes through code that ThreadSanitizer sees.
 *
 *   request: made by the thread of its flow --> box --> far end, at whichever worker sends it
 *   answer:  comes to a queue that the flow's number says, seldom the right one --> box --> host
 *
 * Of each flow there are at most some packets on the way, so nothing has to be lost. What goes wrong is noted, not asserted:
 * threads have no test to fail.
 */
#ifndef MAPEDGE_TESTS_WORLD_H
#define MAPEDGE_TESTS_WORLD_H

#include <pthread.h>

#include "engine/engine.h"

#define WORLD_MAX_THREADS 8
#define WORLD_FLOWS 576
#define WORLD_REMOTES 16

/* Numbers that several threads write are changed atomically; each other one belongs to one thread. */
struct flow {
	uint32_t sent;      /* by its thread */
	uint32_t forgiven;  /* by its thread: given up when packets may be lost */
	uint64_t last_sent; /* by its thread, TSC */
	uint32_t heads;     /* answers that have come, whole or first fragments */
	uint32_t tails;     /* second fragments */
	uint32_t far_seq;   /* by the one worker that sends the flow out: order inside a flow */
	uint32_t near_seq;  /* by the one worker that delivers its answers */
};

/* A flow's inner addresses and ports, on the host's side of the box and seen from the host. */
struct flow_ends {
	uint32_t host, remote;
	uint16_t host_port, remote_port;
};

struct world;
struct world_thread {
	struct world *world;
	pthread_t thread;
	unsigned int number;
	uint32_t idents;             /* of its datagrams so far */
	uint64_t injected, received; /* packets */
	struct engine_lcore lcore;
	const struct rte_eth_rxtx_callback *on_receive[INTERFACE_COUNT], *on_transmit[INTERFACE_COUNT];
};

struct world {
	struct engine engine;
	bool is_ce;
	unsigned int threads;
	struct world_thread thread[WORLD_MAX_THREADS];
	struct rte_ring *cable[INTERFACE_COUNT][WORLD_MAX_THREADS]; /* into each queue */
	pthread_mutex_t plugging;                                   /* of who puts something in */
	struct flow flow[WORLD_FLOWS];
	uint32_t quota;    /* atomic: of packets for each flow so far */
	bool may_lose;     /* atomic */
	int silence;       /* a file that is never readable */
	const char *wrong; /* atomic: the first thing that was */
	struct flow_ends (*ends)(uint32_t flow);
	/* What is wrong with a packet at a far end, or NULL; CE: notes who uses the port. */
	const char *(*look)(struct world *world, const uint8_t *outer, uint32_t flow, const struct flow_ends *seen);
};

/* Ports and threads for an engine that engine_init() has made, which begin to run. 0, or a negative errno. */
int world_start(struct world *world, struct error *err);

/* All threads have ended, ports are closed. */
void world_stop(struct world *world);

/* So many packets more of each flow. True when all have been answered, or given up. */
void world_ask(struct world *world, uint32_t packets, bool may_lose);
bool world_is_answered(const struct world *world);

/* ---- traffic.c -------------------------------------------------------------------------------------------------- */

/* A packet that the box sends is looked at; a far end answers it. */
void traffic_at_far_end(struct world_thread *thread, const struct rte_mbuf *sent);
void traffic_at_host(struct world_thread *thread, const struct rte_mbuf *sent);

/* What the flows of a thread have to send now, at most `room` packets. How many. */
uint16_t traffic_send(struct world_thread *thread, struct rte_mbuf **mbufs, uint16_t room);

/* Of a flow: those that have come back so far, fragments only as a whole. */
uint32_t flow_done(const struct flow *flow, uint32_t number);

/* The first thing that is wrong counts; any thread may say so. */
void world_note(struct world *world, const char *wrong);
bool world_is_wrong(const struct world *world);

#endif
