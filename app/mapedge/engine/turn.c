/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker does, turn after turn: receive, path, transmit; and rest when nothing comes. */
#include "engine/engine.h"

#include <rte_cycles.h>

#include "engine/onlooker.h"

#define EXPIRE_BUDGET 32 /* sessions looked at in one turn */
#define TRANSMIT_TRIES 4 /* a full ring may empty while we look */
#define IDLE_TURNS 256   /* turns without a packet before the first sleep */

/* ---- emptying outlets ------------------------------------------------------------------------------------------- */

static struct snoop *
snoop_of(const struct engine *engine)
{
	return __atomic_load_n(&engine->snoop, __ATOMIC_ACQUIRE);
}

static void
free_dropped(struct engine *engine, const struct worker *w, struct rte_mbuf **mbufs, unsigned int count)
{
	struct snoop *snoop = snoop_of(engine);

	if (unlikely(snoop != NULL))
		snoop_dropped(snoop, w, mbufs, count);
	rte_pktmbuf_free_bulk(mbufs, count);
}

static void
lose(struct engine *engine, struct worker *w, unsigned int interface, struct rte_mbuf **mbufs, unsigned int count,
    enum drop_reason reason)
{
	count_drops(w, interface, reason, count);
	for (unsigned int i = 0; i < count; i++)
		dropped_mark(mbufs[i], (uint8_t)interface, reason);
	free_dropped(engine, w, mbufs, count);
}

static void
transmit(struct engine *engine, struct worker *w, unsigned int interface)
{
	struct outlet *outlet = &w->transmit[interface];
	struct snoop *snoop = snoop_of(engine);
	uint64_t bytes = 0;
	uint16_t sent = 0;

	if (unlikely(snoop != NULL))
		snoop_burst(snoop, w, SNOOP_TX, interface, outlet->mbufs, outlet->count);

		/* Sent buffers may be gone at once, so their bytes are counted before, and what stays is taken off again. */
#pragma GCC unroll 8
	for (uint16_t i = 0; i < outlet->count; i++)
		bytes += outlet->mbufs[i]->pkt_len;
	for (int try = 0; try < TRANSMIT_TRIES && sent < outlet->count; try++)
		sent = (uint16_t)(sent +
		    port_transmit(&engine->port[interface], w->id, outlet->mbufs + sent,
			(uint16_t)(outlet->count - sent)));
	for (uint16_t i = sent; i < outlet->count; i++)
		bytes -= outlet->mbufs[i]->pkt_len;
	traffic_add_many(&w->counters.interface[interface].tx, sent, bytes);
	if (sent < outlet->count)
		lose(engine, w, interface, outlet->mbufs + sent, outlet->count - sent, DROP_tx_full);
	outlet->count = 0;
}

static void
hand_off(struct engine *engine, struct worker *w, unsigned int owner)
{
	struct outlet *outlet = &w->handoff[owner];
	const unsigned int taken =
	    rte_ring_sp_enqueue_burst(engine->handoff[w->id][owner], (void **)outlet->mbufs, outlet->count, NULL);

	for (unsigned int i = taken; i < outlet->count; i++)
		lose(engine, w, way_interface(outlet->mbufs[i]->port), &outlet->mbufs[i], 1, DROP_handoff_full);
	outlet->count = 0;
	rest_ring(&engine->rest[owner]);
}

/* Without host interfaces nothing gets into that outlet, and there are no questions. */
static void
pass_to_control(struct engine *engine, struct worker *w)
{
	struct outlet *outlet = &w->to_host;
	const unsigned int taken = crossing_enter(&engine->crossing, w);

	engine->has_news[w->id] = true;
	for (unsigned int i = taken; i < outlet->count; i++)
		lose(engine, w, outlet->mbufs[i]->port, &outlet->mbufs[i], 1, DROP_host_full);
	outlet->count = 0;
}

static void
empty_outlets(struct engine *engine, struct worker *w)
{
	for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
		if (w->transmit[i].count > 0)
			transmit(engine, w, i);
	}
	for (unsigned int i = 0; i < w->count && w->count > 1; i++) {
		if (w->handoff[i].count > 0)
			hand_off(engine, w, i);
	}
	if (w->to_host.count > 0 || (w->pending != NULL && w->pending->question_count > 0))
		pass_to_control(engine, w);
	if (w->dropped.count > 0) {
		free_dropped(engine, w, w->dropped.mbufs, w->dropped.count);
		w->dropped.count = 0;
	}
}

/* Most turns end with nothing in any outlet, for each burst has emptied them. */
static inline bool
has_outlets_to_empty(const struct worker *w)
{
	return w->count > 1 ||
	    (w->transmit[INTERFACE_V4].count | w->transmit[INTERFACE_V6].count | w->to_host.count | w->dropped.count) >
	    0 ||
	    (w->pending != NULL && w->pending->question_count > 0);
}

static void
refill_stock(struct engine *engine, struct worker *w)
{
	const unsigned int missing = WORKER_STOCK_SIZE - w->stock_count;

	if (missing > 0 && rte_pktmbuf_alloc_bulk(engine->pool, w->stock + w->stock_count, missing) == 0)
		w->stock_count = WORKER_STOCK_SIZE;
}

/* What a burst left: packets to send, buffers to replace, and fragments that may go on because of it. */
static void
after_burst(struct engine *engine, struct worker *w)
{
	do {
		empty_outlets(engine, w);
		if (unlikely(w->stock_count < WORKER_STOCK_SIZE))
			refill_stock(engine, w);
	} while (unlikely(path_resume(w) > 0));
}

/* ---- a turn ----------------------------------------------------------------------------------------------------- */

/* A burst in which somebody wants to see a packet's way has taken it when tracer_run() says so. */
static inline void
run(const struct engine *engine, struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	struct tracer *tracer = __atomic_load_n(&engine->tracer, __ATOMIC_ACQUIRE);

	if (likely(tracer == NULL) || !tracer_run(tracer, w, way, mbufs, count))
		path_run(w, way, mbufs, count);
}

static unsigned int
receive(struct engine *engine, struct worker *w, unsigned int interface)
{
	struct rte_mbuf *mbufs[BURST_SIZE];
	const struct port *port = &engine->port[interface];
	struct snoop *snoop = snoop_of(engine);
	uint64_t bytes = 0;
	uint16_t count;

	if (w->id >= port->rx_queues)
		return 0;
	count = port_receive(port, w->id, mbufs, BURST_SIZE);
	if (count == 0)
		return 0;
	if (unlikely(snoop != NULL))
		snoop_burst(snoop, w, SNOOP_RX, interface, mbufs, count);
#pragma GCC unroll 8
	for (uint16_t i = 0; i < count; i++)
		bytes += mbufs[i]->pkt_len;
	traffic_add_many(&w->counters.interface[interface].rx, count, bytes);
	run(engine, w, (enum way)interface, mbufs, count);
	after_burst(engine, w);
	return count;
}

/* What other workers passed to us; handoff_on() has noted in `port` where a packet goes on. */
static unsigned int
take_over(struct engine *engine, struct worker *w, unsigned int from)
{
	struct rte_mbuf *mbufs[BURST_SIZE], *sorted[WAYS][BURST_SIZE];
	uint16_t counts[WAYS] = { 0 };
	const unsigned int count =
	    rte_ring_sc_dequeue_burst(engine->handoff[from][w->id], (void **)mbufs, BURST_SIZE, NULL);

	if (count > 0)
		gauge_set(&w->gauges.taken_over, gauge_get(&w->gauges.taken_over) + count);
	for (unsigned int i = 0; i < count; i++)
		sorted[mbufs[i]->port][counts[mbufs[i]->port]++] = mbufs[i];
	for (unsigned int i = 0; i < WAYS; i++) {
		if (counts[i] == 0)
			continue;
		run(engine, w, (enum way)i, sorted[i], counts[i]);
		after_burst(engine, w);
	}
	return count;
}

/* What Linux sends; control has counted it. What it sends out of a port goes as it is, what is for the softwire goes its way. */
static unsigned int
send_from_host(struct engine *engine, struct worker *w)
{
	struct rte_mbuf *mbufs[BURST_SIZE], *inside[BURST_SIZE];
	uint16_t inside_count = 0;
	const unsigned int count =
	    rte_ring_sc_dequeue_burst(engine->crossing.from_host, (void **)mbufs, BURST_SIZE, NULL);

	for (unsigned int i = 0; i < count; i++) {
		if (mbufs[i]->port == INTERFACE_DEVICE)
			inside[inside_count++] = mbufs[i];
		else
			outlet_put(&w->transmit[mbufs[i]->port], mbufs[i]);
	}
	if (inside_count > 0)
		run(engine, w, WAY_FROM_DEVICE, inside, inside_count);
	if (count > 0)
		after_burst(engine, w);
	return count;
}

/* By a multiplication: a division in each turn would be felt. */
static uint64_t
ms_of(const struct engine *engine, uint64_t cycles)
{
	return (uint64_t)((u128)cycles * engine->ms_per_tsc >> 64);
}

/* An lcore may move to a CPU whose counter is a little behind; time stands still then, it never runs back. */
static void
update_time(const struct engine *engine, struct worker *w)
{
	const uint64_t cycles = rte_rdtsc() - engine->start_tsc, ms = ms_of(engine, cycles);

	if (cycles > gauge_get(&w->gauges.cycles))
		gauge_set(&w->gauges.cycles, cycles);
	if (ms > w->now_ms) {
		w->now_ms = ms;
		w->now = (uint32_t)(ms / 1000);
		gauge_set(&w->gauges.turned_ms, ms);
	}
}

uint64_t
engine_silent_ms(const struct engine *engine, unsigned int worker)
{
	const uint64_t ms = ms_of(engine, rte_rdtsc() - engine->start_tsc),
		       turned_ms = gauge_get(&engine->worker[worker]->gauges.turned_ms);

	return ms > turned_ms ? ms - turned_ms : 0;
}

unsigned int
engine_turn(struct engine *engine, struct worker *w)
{
	const struct snapshot *snapshot = __atomic_load_n(&engine->published, __ATOMIC_ACQUIRE);
	const bool is_new = w->generation != snapshot->generation;
	unsigned int handled = 0;

	update_time(engine, w);
	path_adopt(w, snapshot);
	if (unlikely(is_new))
		empty_outlets(engine, w); /* who has waited for a neighbour leaves before the others come */

	for (unsigned int i = 0; i < INTERFACE_COUNT; i++)
		handled += receive(engine, w, i);
	for (unsigned int from = 0; from < w->count && w->count > 1; from++) {
		if (from != w->id)
			handled += take_over(engine, w, from);
	}
	if (w->id == 0 && engine->crossing.from_host != NULL)
		handled += send_from_host(engine, w);
	path_tick(w, EXPIRE_BUDGET);
	if (has_outlets_to_empty(w))
		empty_outlets(engine, w);
	handled += inquiry_answer(&engine->desk[w->id], w);
	if (engine->has_news[w->id]) {
		engine->has_news[w->id] = false;
		crossing_wake(&engine->crossing);
	}
	return handled;
}

/* ---- a worker's life -------------------------------------------------------------------------------------------- */

/* Has somebody put something into a ring of the worker's? */
static bool
has_work(const void *engine_lcore)
{
	const struct engine_lcore *lcore = engine_lcore;
	const struct engine *engine = lcore->engine;
	const struct worker *w = lcore->worker;

	for (unsigned int from = 0; from < w->count; from++) {
		if (from != w->id && onlooker_count(engine->handoff[from][w->id]) > 0)
			return true;
	}
	return w->id == 0 && engine->crossing.from_host != NULL && onlooker_count(engine->crossing.from_host) > 0;
}

/* A sleeping worker holds no snapshot up. */
static void
rest(const struct engine_lcore *lcore)
{
	struct engine *engine = lcore->engine;
	const unsigned int id = lcore->worker->id;

	rte_rcu_qsbr_thread_offline(engine->grace, id);
	rest_sleep(&engine->rest[id], has_work, lcore);
	rte_rcu_qsbr_thread_online(engine->grace, id);
}

/* The time from one turn to the next belongs to the first: with its sleep, if it had nothing to do. */
static void
count_busy(struct worker *w, uint64_t *before, bool was_busy)
{
	const uint64_t now = gauge_get(&w->gauges.cycles);

	if (was_busy)
		gauge_set(&w->gauges.busy_cycles, gauge_get(&w->gauges.busy_cycles) + now - *before);
	*before = now;
}

int
engine_lcore_main(void *engine_lcore)
{
	const struct engine_lcore *lcore = engine_lcore;
	struct engine *engine = lcore->engine;
	struct worker *w = lcore->worker;
	unsigned int idle_turns = 0;
	uint64_t before = 0;
	bool is_busy = false;

	rte_rcu_qsbr_thread_online(engine->grace, w->id);
	while (!__atomic_load_n(&engine->stop, __ATOMIC_RELAXED)) {
		const bool was_busy = is_busy;

		is_busy = engine_turn(engine, w) > 0;
		count_busy(w, &before, was_busy);
		if (is_busy) {
			idle_turns = 0;
			rest_begin(&engine->rest[w->id]);
		} else if (!engine->poll && ++idle_turns > IDLE_TURNS) {
			rest(lcore);
		}
		rte_rcu_qsbr_quiescent(engine->grace, w->id);
	}
	rte_rcu_qsbr_thread_offline(engine->grace, w->id);
	return 0;
}
