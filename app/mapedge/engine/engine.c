/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine is set up, given another configuration, and taken down. */
#include "engine/engine.h"

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <sys/random.h>

#include "engine/onlooker.h"

#define HANDOFF_RING_SIZE 2048

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
	if (rte_pktmbuf_alloc_bulk(engine->pool, w->stock, WORKER_STOCK_SIZE) == 0)
		w->stock_count = WORKER_STOCK_SIZE;
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
	engine->ms_per_tsc = UINT64_MAX / engine->tsc_per_ms + 1;
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
		rest_begin(&engine->rest[i]);
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

/* A worker without a receive queue has nothing but its rings. */
void
engine_wait_for_ports(struct engine *engine)
{
	for (uint16_t worker = 0; worker < engine->workers; worker++) {
		int files[INTERFACE_COUNT];
		unsigned int count = 0;
		bool all = true;

		for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
			if (worker >= engine->port[i].rx_queues)
				continue;
			files[count] = port_wait_file(&engine->port[i], worker);
			all = all && files[count++] >= 0;
		}
		if (all)
			(void)rest_wait_for(&engine->rest[worker], files, count);
	}
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
		rest_close(&engine->rest[i]);
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
engine_waiting(const struct engine *engine, unsigned int worker, uint64_t *room)
{
	uint64_t waiting = 0;

	*room = 0;
	for (unsigned int from = 0; from < engine->workers; from++) {
		if (engine->handoff[from][worker] == NULL)
			continue;
		waiting += onlooker_count(engine->handoff[from][worker]);
		*room += rte_ring_get_capacity(engine->handoff[from][worker]);
	}
	return waiting;
}

uint64_t
engine_held(const struct engine *engine)
{
	uint64_t held = crossing_held(&engine->crossing);

	for (unsigned int from = 0; from < engine->workers; from++) {
		for (unsigned int to = 0; to < engine->workers; to++) {
			if (engine->handoff[from][to] != NULL)
				held += onlooker_count(engine->handoff[from][to]);
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
engine_set_snoop(struct engine *engine, struct snoop *snoop)
{
	__atomic_store_n(&engine->snoop, snoop, __ATOMIC_RELEASE);
	return engine_start_grace(engine);
}

uint64_t
engine_set_tracer(struct engine *engine, struct tracer *tracer)
{
	__atomic_store_n(&engine->tracer, tracer, __ATOMIC_RELEASE);
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
