/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine: ports, workers and what they share. The control lcore builds it, publishes snapshots to it and takes it
 * down; each worker lcore runs engine_turn() again and again.
 */
#ifndef MAPEDGE_APP_ENGINE_H
#define MAPEDGE_APP_ENGINE_H

#include <rte_rcu_qsbr.h>
#include <rte_ring.h>

#include "engine/crossing.h"
#include "engine/inquiry.h"
#include "engine/rest.h"
#include "engine/snoop.h"
#include "engine/tracer.h"
#include "path/path.h"
#include "port.h"

struct engine {
	/* written by control, read by workers */
	const struct snapshot *published; /* release-store here, acquire-load in each turn */
	struct snoop *snoop;              /* the same; NULL: nobody looks at packets */
	struct tracer *tracer;            /* the same; NULL: nobody looks at their ways */
	bool stop;
	bool poll; /* never sleep */
	unsigned int workers;
	uint64_t start_tsc;
	uint64_t tsc_per_ms;
	uint64_t ms_per_tsc; /* the same the other way round: a fraction of 64 bits, rounded up */

	struct rte_mempool *pool;
	struct rte_rcu_qsbr *grace; /* a worker reports once a turn that it holds no snapshot */
	struct port port[INTERFACE_COUNT];
	unsigned int ports_open;
	struct crossing crossing; /* to Linux and back */

	/* one slot for each worker, touched by nobody else while it runs */
	struct worker *worker[WORKER_MAX];
	void *memory[WORKER_MAX];                         /* of their tables */
	struct inquiry_desk desk[WORKER_MAX];             /* shared with control, as inquiry.h says */
	bool has_news[WORKER_MAX];                        /* for control, which is to be woken at the end of the turn */
	struct rest rest[WORKER_MAX];                     /* shared with who gives it work, as rest.h says */
	struct hash_key key;                              /* secret of this run */
	struct rte_ring *handoff[WORKER_MAX][WORKER_MAX]; /* [from][to]: one producer, one consumer */
};

/*
 * Makes pool, workers and rings for a snapshot, which is published. Ports are the caller's: engine->port[] must be set
 * before the first turn. EAL must be up. 0, or a negative errno with the reason; engine_free() in both cases.
 */
int engine_init(struct engine *engine, const struct snapshot *snapshot, unsigned int workers, uint32_t buffers,
    struct error *err);
void engine_free(struct engine *engine);

/* Workers whose ports all have files that tell of packets wait for those from now on. Ports are open, no worker runs. */
void engine_wait_for_ports(struct engine *engine);

/* Something is in the ring of what Linux sends. */
static inline void
engine_wake_for_host(struct engine *engine)
{
	rest_ring(&engine->rest[0]);
}

/* One turn of a worker's loop: receive, run, send, look after the sessions. Returns the number of packets handled. */
unsigned int engine_turn(struct engine *engine, struct worker *w);

/* A worker lcore's whole life, until engine->stop; for rte_eal_remote_launch(). */
struct engine_lcore {
	struct engine *engine;
	struct worker *worker;
};
int engine_lcore_main(void *engine_lcore);

/* How long ago a worker has gone through its loop: some milliseconds, unless it stands still. Any thread may ask. */
uint64_t engine_silent_ms(const struct engine *engine, unsigned int worker);

/* Packets that other workers have passed to this one and that it has not taken yet, of how many at most. Any thread may ask. */
uint64_t engine_waiting(const struct engine *engine, unsigned int worker, uint64_t *room);

/* Packets that wait at the moment, in rings and in workers. */
uint64_t engine_held(const struct engine *engine);

/*
 * Replaces the snapshot. Returns a token: once engine_is_quiet(token), no worker can see the old one any more.
 */
uint64_t engine_publish(struct engine *engine, const struct snapshot *snapshot);

/* Workers show packets to it, or to nobody. Returns a token for the one before. */
uint64_t engine_set_snoop(struct engine *engine, struct snoop *snoop);
uint64_t engine_set_tracer(struct engine *engine, struct tracer *tracer);

/* The same for what was taken out of a snapshot's tables, which were changed in place. */
uint64_t engine_start_grace(struct engine *engine);

bool engine_is_quiet(struct engine *engine, uint64_t token);

#endif
