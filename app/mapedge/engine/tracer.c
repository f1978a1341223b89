/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/tracer.h"

#include <rte_cycles.h>
#include <stdlib.h>
#include <string.h>

/* ---- set-up ----------------------------------------------------------------------------------------------------- */

static void on_done(void *context, const struct packet *p, unsigned int verdict, const struct trail *trail);

static int
make_queues(struct tracer *tracer, struct error *err)
{
	for (unsigned int i = 0; i < tracer->workers; i++) {
		struct tracer_queue *queue = calloc(1, sizeof(*queue));

		if (queue == NULL)
			return error_set(err, ENOMEM, "out of memory for a trace");
		queue->trace.done = on_done;
		queue->trace.context = queue;
		tracer->queue[i] = queue;
	}
	return 0;
}

struct tracer *
tracer_new(const struct tracer_wish *wish, unsigned int workers, struct error *err)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));

	if (tracer == NULL) {
		error_set(err, ENOMEM, "out of memory for a trace");
		return NULL;
	}
	tracer->interface = wish->interface;
	tracer->wanted = wish->count;
	tracer->unclaimed = (int32_t)wish->count;
	tracer->workers = workers;
	if (sieve_init(&tracer->sieve, wish->filter, err) == 0 && make_queues(tracer, err) == 0)
		return tracer;
	tracer_free(tracer);
	return NULL;
}

void
tracer_free(struct tracer *tracer)
{
	if (tracer == NULL)
		return;
	for (unsigned int i = 0; i < tracer->workers; i++)
		free(tracer->queue[i]);
	sieve_free(&tracer->sieve);
	free(tracer);
}

/* ---- worker ----------------------------------------------------------------------------------------------------- */

static void
keep(struct traced_bytes *bytes, const struct rte_mbuf *mbuf)
{
	bytes->captured = (uint16_t)(mbuf->data_len < TRACER_SNAP ? mbuf->data_len : TRACER_SNAP);
	memcpy(bytes->data, rte_pktmbuf_mtod(mbuf, const void *), bytes->captured);
}

/* False: there have been enough. */
static bool
claim(struct tracer *tracer)
{
	if (__atomic_fetch_sub(&tracer->unclaimed, 1, __ATOMIC_RELAXED) > 0)
		return true;
	__atomic_fetch_add(&tracer->unclaimed, 1, __ATOMIC_RELAXED);
	return false;
}

/* Where the packet is to be written, behind `before` others of its burst; NULL: nowhere. */
static struct traced *
choose(struct tracer *tracer, struct tracer_queue *queue, unsigned int before, const struct rte_mbuf *mbuf)
{
	const uint32_t at = queue->filled + before;
	struct traced *slot = &queue->slot[at % TRACER_SLOTS];

	if (!sieve_passes(&tracer->sieve, mbuf, false))
		return NULL;
	if (at - __atomic_load_n(&queue->taken, __ATOMIC_ACQUIRE) == TRACER_SLOTS) {
		counter_add(&queue->lost, 1);
		return NULL;
	}
	if (!claim(tracer))
		return NULL;
	keep(&slot->came, mbuf);
	return slot;
}

static void
on_done(void *context, const struct packet *p, unsigned int verdict, const struct trail *trail)
{
	struct tracer_queue *queue = context;
	struct traced *slot = queue->chosen[trail - queue->trace.trail];

	if (slot == NULL)
		return;
	slot->interface = p->interface;
	slot->verdict = (uint8_t)verdict;
	slot->reason = (uint16_t)(verdict == VERDICT_DROP ? dropped_reason(p->mbuf) : DROP_COUNT);
	slot->went.captured = 0;
	if (verdict == VERDICT_FORWARD)
		keep(&slot->went, p->mbuf);
	slot->trail.count = trail->count;
	memcpy(slot->trail.step, trail->step,
	    sizeof(trail->step[0]) * (trail->count < TRAIL_STEPS ? trail->count : TRAIL_STEPS));
}

static bool
is_wanted(const struct tracer *tracer, enum way way)
{
	return __atomic_load_n(&tracer->unclaimed, __ATOMIC_RELAXED) > 0 &&
	    (tracer->interface < 0 || tracer->interface == way_interface(way));
}

bool
tracer_run(struct tracer *tracer, struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	struct tracer_queue *queue = tracer->queue[w->id];
	const uint64_t tsc = rte_rdtsc();
	unsigned int chosen = 0;

	for (uint16_t i = 0; i < count && is_wanted(tracer, way); i++) {
		queue->chosen[i] = choose(tracer, queue, chosen, mbufs[i]);
		if (queue->chosen[i] != NULL) {
			queue->chosen[i]->tsc = tsc;
			chosen++;
		}
	}
	if (chosen == 0)
		return false;
	path_trace(w, way, mbufs, count, &queue->trace);
	memset(queue->chosen, 0, sizeof(queue->chosen));
	__atomic_store_n(&queue->filled, queue->filled + chosen, __ATOMIC_RELEASE);
	return true;
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

const struct traced *
tracer_look(const struct tracer *tracer, unsigned int worker)
{
	const struct tracer_queue *queue = tracer->queue[worker];

	if (__atomic_load_n(&queue->filled, __ATOMIC_ACQUIRE) == queue->taken)
		return NULL;
	return &queue->slot[queue->taken % TRACER_SLOTS];
}

void
tracer_next(struct tracer *tracer, unsigned int worker)
{
	struct tracer_queue *queue = tracer->queue[worker];

	__atomic_store_n(&queue->taken, queue->taken + 1, __ATOMIC_RELEASE);
}

uint32_t
tracer_left(const struct tracer *tracer)
{
	uint32_t left = tracer->wanted;

	for (unsigned int i = 0; i < tracer->workers; i++)
		left -= tracer->queue[i]->taken;
	return left;
}

uint64_t
tracer_lost(const struct tracer *tracer)
{
	uint64_t lost = 0;

	for (unsigned int i = 0; i < tracer->workers; i++)
		lost += __atomic_load_n(&tracer->queue[i]->lost, __ATOMIC_RELAXED);
	return lost;
}
