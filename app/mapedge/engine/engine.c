/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/engine.h"

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#define HANDOFF_RING_SIZE 2048
#define EXPIRE_BUDGET 32 /* sessions looked at in one turn */
#define TRANSMIT_TRIES 4 /* a full ring may empty while we look */
#define IDLE_TURNS 256   /* turns without a packet before the first sleep */
#define IDLE_SLEEP_MIN_US 20
#define IDLE_SLEEP_MAX_US 250

/* ---- emptying outlets ------------------------------------------------------------------------------------------- */

static void
lose(struct worker *w, unsigned int interface, struct rte_mbuf **mbufs, unsigned int count, enum drop_reason reason)
{
	count_drops(w, interface, reason, count);
	rte_pktmbuf_free_bulk(mbufs, count);
}

static void
transmit(struct engine *engine, struct worker *w, unsigned int interface)
{
	struct outlet *outlet = &w->transmit[interface];
	uint64_t bytes = 0;
	uint16_t sent = 0;

	/* Sent buffers may be gone at once, so their bytes are counted before, and what stays is taken off again. */
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
		lose(w, interface, outlet->mbufs + sent, outlet->count - sent, DROP_tx_full);
	outlet->count = 0;
}

static void
hand_off(struct engine *engine, struct worker *w, unsigned int owner)
{
	struct outlet *outlet = &w->handoff[owner];
	const unsigned int taken =
	    rte_ring_sp_enqueue_burst(engine->handoff[w->id][owner], (void **)outlet->mbufs, outlet->count, NULL);

	for (unsigned int i = taken; i < outlet->count; i++)
		lose(w, way_interface(outlet->mbufs[i]->port), &outlet->mbufs[i], 1, DROP_handoff_full);
	outlet->count = 0;
}

/* Without host interfaces nothing gets into that outlet, and there are no questions. */
static void
pass_to_control(struct engine *engine, struct worker *w)
{
	struct outlet *outlet = &w->to_host;
	const unsigned int taken = crossing_enter(&engine->crossing, w);

	engine->has_news[w->id] = true;
	for (unsigned int i = taken; i < outlet->count; i++)
		lose(w, outlet->mbufs[i]->port, &outlet->mbufs[i], 1, DROP_host_full);
	outlet->count = 0;
}

static void
empty_outlets(struct engine *engine, struct worker *w)
{
	for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
		if (w->transmit[i].count > 0)
			transmit(engine, w, i);
	}
	for (unsigned int i = 0; i < w->count; i++) {
		if (w->handoff[i].count > 0)
			hand_off(engine, w, i);
	}
	if (w->to_host.count > 0 || (w->pending != NULL && w->pending->question_count > 0))
		pass_to_control(engine, w);
	if (w->dropped.count > 0) {
		rte_pktmbuf_free_bulk(w->dropped.mbufs, w->dropped.count);
		w->dropped.count = 0;
	}
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

static unsigned int
receive(struct engine *engine, struct worker *w, unsigned int interface)
{
	struct rte_mbuf *mbufs[BURST_SIZE];
	const struct port *port = &engine->port[interface];
	uint64_t bytes = 0;
	uint16_t count;

	if (w->id >= port->rx_queues)
		return 0;
	count = port_receive(port, w->id, mbufs, BURST_SIZE);
	if (count == 0)
		return 0;
	for (uint16_t i = 0; i < count; i++)
		bytes += mbufs[i]->pkt_len;
	traffic_add_many(&w->counters.interface[interface].rx, count, bytes);
	path_run(w, (enum way)interface, mbufs, count);
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

	for (unsigned int i = 0; i < count; i++)
		sorted[mbufs[i]->port][counts[mbufs[i]->port]++] = mbufs[i];
	for (unsigned int i = 0; i < WAYS; i++) {
		if (counts[i] == 0)
			continue;
		path_run(w, (enum way)i, sorted[i], counts[i]);
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
		path_run(w, WAY_FROM_DEVICE, inside, inside_count);
	if (count > 0)
		after_burst(engine, w);
	return count;
}

/* An lcore may move to a CPU whose counter is a little behind; time stands still then, it never runs back. */
static void
update_time(const struct engine *engine, struct worker *w)
{
	const uint64_t ms = (rte_rdtsc() - engine->start_tsc) / engine->tsc_per_ms;

	if (ms > w->now_ms) {
		w->now_ms = ms;
		w->now = (uint32_t)(ms / 1000);
	}
}

unsigned int
engine_turn(struct engine *engine, struct worker *w)
{
	const struct snapshot *snapshot = __atomic_load_n(&engine->published, __ATOMIC_ACQUIRE);
	unsigned int handled = 0;

	update_time(engine, w);
	path_adopt(w, snapshot);

	for (unsigned int i = 0; i < INTERFACE_COUNT; i++)
		handled += receive(engine, w, i);
	for (unsigned int from = 0; from < w->count && w->count > 1; from++) {
		if (from != w->id)
			handled += take_over(engine, w, from);
	}
	if (w->id == 0 && engine->crossing.from_host != NULL)
		handled += send_from_host(engine, w);
	path_tick(w, EXPIRE_BUDGET);
	empty_outlets(engine, w);
	if (engine->has_news[w->id]) {
		engine->has_news[w->id] = false;
		crossing_wake(&engine->crossing);
	}
	return handled;
}

/* ---- a worker's life -------------------------------------------------------------------------------------------- */

/* Sleeps longer the longer nothing comes; a sleeping worker holds no snapshot up. */
static void
rest(struct engine *engine, struct worker *w, unsigned int *idle_us)
{
	rte_rcu_qsbr_thread_offline(engine->grace, w->id);
	usleep(*idle_us);
	rte_rcu_qsbr_thread_online(engine->grace, w->id);
	*idle_us = *idle_us * 2 < IDLE_SLEEP_MAX_US ? *idle_us * 2 : IDLE_SLEEP_MAX_US;
}

int
engine_lcore_main(void *engine_lcore)
{
	const struct engine_lcore *lcore = engine_lcore;
	struct engine *engine = lcore->engine;
	struct worker *w = lcore->worker;
	unsigned int idle_turns = 0, idle_us = IDLE_SLEEP_MIN_US;

	rte_rcu_qsbr_thread_online(engine->grace, w->id);
	while (!__atomic_load_n(&engine->stop, __ATOMIC_RELAXED)) {
		if (engine_turn(engine, w) > 0) {
			idle_turns = 0;
			idle_us = IDLE_SLEEP_MIN_US;
		} else if (!engine->poll && ++idle_turns > IDLE_TURNS) {
			rest(engine, w, &idle_us);
		}
		rte_rcu_qsbr_quiescent(engine->grace, w->id);
	}
	rte_rcu_qsbr_thread_offline(engine->grace, w->id);
	return 0;
}

/* ---- set-up ----------------------------------------------------------------------------------------------------- */

static int
make_worker(struct engine *engine, const struct snapshot *snapshot, unsigned int id, struct error *err)
{
	struct worker *w = rte_zmalloc("worker", sizeof(*w), RTE_CACHE_LINE_SIZE);

	if (w == NULL)
		return error_set(err, ENOMEM, "out of memory for worker %u", id);
	engine->worker[id] = w;
	w->id = (uint16_t)id;
	w->count = (uint16_t)engine->workers;
	if (getrandom(&w->random.key, sizeof(w->random.key), 0) != sizeof(w->random.key))
		return error_set(err, EIO, "no random numbers from the system");
	engine->memory[id] = rte_malloc("tables", path_memory_size(snapshot), RTE_CACHE_LINE_SIZE);
	if (engine->memory[id] == NULL) {
		error_set(err, ENOMEM, "out of memory for the %zu MiB of tables of worker %u",
		    path_memory_size(snapshot) >> 20, id);
		error_hint(err, "lower nat.sessions or fragments.datagrams, or give the machine more huge pages");
		return -ENOMEM;
	}
	if (snapshot->host.is_on) {
		w->pending = rte_zmalloc("pending", sizeof(*w->pending), RTE_CACHE_LINE_SIZE);
		if (w->pending == NULL)
			return error_set(err, ENOMEM, "out of memory for worker %u", id);
	}
	path_init(w, engine->memory[id], snapshot, &engine->key);
	refill_stock(engine, w);
	if (rte_rcu_qsbr_thread_register(engine->grace, id) != 0)
		return error_set(err, EINVAL, "worker %u cannot take part in grace periods", id);
	return 0;
}

static int
make_rings(struct engine *engine, struct error *err)
{
	for (unsigned int from = 0; from < engine->workers; from++) {
		for (unsigned int to = 0; to < engine->workers; to++) {
			char name[RTE_RING_NAMESIZE];

			snprintf(name, sizeof(name), "handoff%u_%u", from, to);
			if (from == to)
				continue;
			engine->handoff[from][to] =
			    rte_ring_create(name, HANDOFF_RING_SIZE, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
			if (engine->handoff[from][to] == NULL)
				return error_set(err, ENOMEM, "out of memory for a ring between workers");
		}
	}
	return 0;
}

int
engine_init(struct engine *engine, const struct snapshot *snapshot, unsigned int workers, uint32_t buffers,
    struct error *err)
{
	int rc;

	*engine = (struct engine){ .workers = workers,
		.published = snapshot,
		.start_tsc = rte_rdtsc(),
		.tsc_per_ms = rte_get_tsc_hz() / 1000 };
	if (getrandom(&engine->key, sizeof(engine->key), 0) != sizeof(engine->key))
		return error_set(err, EIO, "no random numbers from the system");
	engine->pool = rte_pktmbuf_pool_create("packets", buffers, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (engine->pool == NULL) {
		error_set(err, ENOMEM, "out of memory for %u packet buffers", buffers);
		error_hint(err, "lower dpdk.buffers, reserve huge pages, or use --no-huge with -m in dpdk.eal");
		return -ENOMEM;
	}
	engine->grace = rte_zmalloc("grace", rte_rcu_qsbr_get_memsize(workers), RTE_CACHE_LINE_SIZE);
	if (engine->grace == NULL || rte_rcu_qsbr_init(engine->grace, workers) != 0)
		return error_set(err, ENOMEM, "out of memory for %u workers", workers);
	for (unsigned int i = 0; i < workers; i++) {
		rc = make_worker(engine, snapshot, i, err);
		if (rc < 0)
			return rc;
	}
	if (snapshot->host.is_on) {
		rc = crossing_init(&engine->crossing, err);
		if (rc < 0)
			return rc;
	}
	return make_rings(engine, err);
}

/* What the rings still hold is freed; engine_held() has counted it before. */
static void
free_ring(struct rte_ring *ring)
{
	void *mbuf;

	if (ring == NULL)
		return;
	while (rte_ring_dequeue(ring, &mbuf) == 0)
		rte_pktmbuf_free(mbuf);
	rte_ring_free(ring);
}

static void
free_worker(struct worker *w)
{
	struct rte_mbuf *mbufs[PENDING_MAX];
	uint16_t count;

	if (w == NULL)
		return;
	rte_pktmbuf_free_bulk(w->stock, w->stock_count);
	while (w->fragments != NULL && (count = virtual_drain(w->fragments, mbufs, BURST_SIZE)) > 0)
		rte_pktmbuf_free_bulk(mbufs, count);
	if (w->pending != NULL)
		rte_pktmbuf_free_bulk(mbufs, pending_drain(w->pending, mbufs));
	rte_free(w->pending);
	rte_free(w);
}

void
engine_free(struct engine *engine)
{
	for (unsigned int i = 0; i < engine->workers; i++) {
		for (unsigned int j = 0; j < engine->workers; j++)
			free_ring(engine->handoff[i][j]);
		free_worker(engine->worker[i]);
		rte_free(engine->memory[i]);
	}
	crossing_free(&engine->crossing);
	rte_free(engine->grace);
	rte_mempool_free(engine->pool);
}

uint64_t
engine_held(const struct engine *engine)
{
	uint64_t held = crossing_held(&engine->crossing);

	for (unsigned int from = 0; from < engine->workers; from++) {
		for (unsigned int to = 0; to < engine->workers; to++) {
			if (engine->handoff[from][to] != NULL)
				held += rte_ring_count(engine->handoff[from][to]);
		}
		held += gauge_get(&engine->worker[from]->gauges.held);
	}
	return held;
}

uint64_t
engine_publish(struct engine *engine, const struct snapshot *snapshot)
{
	__atomic_store_n(&engine->published, snapshot, __ATOMIC_RELEASE);
	return engine_start_grace(engine);
}

uint64_t
engine_start_grace(struct engine *engine)
{
	return rte_rcu_qsbr_start(engine->grace);
}

bool
engine_is_quiet(struct engine *engine, uint64_t token)
{
	return rte_rcu_qsbr_check(engine->grace, token, false) == 1;
}
