/* SPDX-License-Identifier: BSD-3-Clause */
#include "world.h"

#include <rte_bus_vdev.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <stdio.h>
#include <unistd.h>

#define CABLE_SIZE 8192

void
world_note(struct world *world, const char *wrong)
{
	const char *nothing = NULL;

	__atomic_compare_exchange_n(&world->wrong, &nothing, wrong, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

bool
world_is_wrong(const struct world *world)
{
	return __atomic_load_n(&world->wrong, __ATOMIC_ACQUIRE) != NULL;
}

/* ---- ports ------------------------------------------------------------------------------------------------------ */

static uint16_t
receive(struct world *world, unsigned int interface, uint16_t queue, struct rte_mbuf **mbufs, uint16_t room)
{
	struct world_thread *thread = &world->thread[queue];
	uint16_t count =
	    (uint16_t)rte_ring_sc_dequeue_burst(world->cable[interface][queue], (void **)mbufs, room, NULL);

	if (interface == INTERFACE_V4)
		count = (uint16_t)(count + traffic_send(thread, mbufs + count, (uint16_t)(room - count)));
	thread->injected += count;
	return count;
}

static uint16_t
receive_v4(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count, uint16_t room, void *world)
{
	(void)port;
	return count == 0 ? receive(world, INTERFACE_V4, queue, mbufs, room) : count;
}

static uint16_t
receive_v6(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count, uint16_t room, void *world)
{
	(void)port;
	return count == 0 ? receive(world, INTERFACE_V6, queue, mbufs, room) : count;
}

static uint16_t
transmit_v4(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count, void *world)
{
	struct world_thread *thread = &((struct world *)world)->thread[queue];

	(void)port;
	for (uint16_t i = 0; i < count; i++)
		traffic_at_host(thread, mbufs[i]);
	thread->received += count;
	return count;
}

static uint16_t
transmit_v6(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count, void *world)
{
	struct world_thread *thread = &((struct world *)world)->thread[queue];

	(void)port;
	for (uint16_t i = 0; i < count; i++)
		traffic_at_far_end(thread, mbufs[i]);
	thread->received += count;
	return count;
}

static int
open_port(struct world *world, unsigned int interface, struct error *err)
{
	const struct port_config config = { .device =
						interface == INTERFACE_V4 ? "net_null0,no-rx=1" : "net_null1,no-rx=1",
		.workers = (uint16_t)world->threads,
		.mtu = 1500,
		.has_mac = true,
		.mac = { { 2, 0, 0, 0, 0x0c, (uint8_t)(interface + 1) } },
		.pool = world->engine.pool };
	struct port *port = &world->engine.port[interface];
	const bool is_v4 = interface == INTERFACE_V4;
	int rc = port_open(&config, port, err);

	if (rc < 0)
		return rc;
	for (uint16_t queue = 0; queue < world->threads; queue++) {
		struct world_thread *thread = &world->thread[queue];

		thread->on_receive[interface] =
		    rte_eth_add_rx_callback(port->id, queue, is_v4 ? receive_v4 : receive_v6, world);
		thread->on_transmit[interface] =
		    rte_eth_add_tx_callback(port->id, queue, is_v4 ? transmit_v4 : transmit_v6, world);
		if (thread->on_receive[interface] == NULL || thread->on_transmit[interface] == NULL)
			return error_set(err, ENOTSUP, "no callbacks");
	}
	return 0;
}

/* Callbacks outlive a port, and the next one of its number would have them. */
static void
close_port(struct world *world, unsigned int interface)
{
	const struct port *port = &world->engine.port[interface];

	for (uint16_t queue = 0; queue < world->threads; queue++) {
		const struct world_thread *thread = &world->thread[queue];

		rte_eth_remove_rx_callback(port->id, queue, thread->on_receive[interface]);
		rte_eth_remove_tx_callback(port->id, queue, thread->on_transmit[interface]);
	}
	port_close(&world->engine.port[interface]);
}

/* Three and eight workers wait for a file that never says anything: only their bells wake them before their time. */
static int
fall_silent(struct world *world)
{
	int rc = 0;

	world->silence = eventfd(0, EFD_CLOEXEC);
	for (unsigned int i = 0; i < world->threads && rc == 0 && world->threads % 5 == 3; i++)
		rc = rest_wait_for(&world->engine.rest[i], &world->silence, 1);
	return rc;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static void *
run_worker(void *argument)
{
	struct world_thread *thread = argument;

	if (rte_thread_register() < 0)
		world_note(thread->world, "a thread is no lcore");
	else
		engine_lcore_main(&thread->lcore);
	rte_thread_unregister();
	return NULL;
}

static int
lay_cables(struct world *world, struct error *err)
{
	for (unsigned int i = 0; i < INTERFACE_COUNT * world->threads; i++) {
		const unsigned int interface = i % INTERFACE_COUNT, queue = i / INTERFACE_COUNT;
		char name[RTE_RING_NAMESIZE];

		snprintf(name, sizeof(name), "cable%u_%u", interface, queue);
		world->cable[interface][queue] =
		    rte_ring_create(name, CABLE_SIZE, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (world->cable[interface][queue] == NULL)
			return error_set(err, ENOMEM, "out of memory for cables");
	}
	return 0;
}

int
world_start(struct world *world, struct error *err)
{
	int rc = lay_cables(world, err);

	for (unsigned int i = 0; i < world->threads; i++)
		world->thread[i] = (struct world_thread){ .world = world,
			.number = i,
			.lcore = { &world->engine, world->engine.worker[i] } };
	for (unsigned int i = 0; i < INTERFACE_COUNT && rc == 0; i++)
		rc = open_port(world, i, err);
	if (rc == 0)
		rc = fall_silent(world);
	for (unsigned int i = 0; i < world->threads && rc == 0; i++)
		rc = -pthread_create(&world->thread[i].thread, NULL, run_worker, &world->thread[i]);
	return rc;
}

void
world_stop(struct world *world)
{
	__atomic_store_n(&world->engine.stop, true, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < world->threads; i++)
		pthread_join(world->thread[i].thread, NULL);
	close(world->silence);
	for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
		close_port(world, i);
		for (unsigned int queue = 0; queue < world->threads; queue++) {
			if (!rte_ring_empty(world->cable[i][queue]))
				world_note(world, "packets were left in a cable");
			rte_ring_free(world->cable[i][queue]);
		}
	}
}

/* ---- rounds ----------------------------------------------------------------------------------------------------- */

void
world_ask(struct world *world, uint32_t packets, bool may_lose)
{
	__atomic_store_n(&world->may_lose, may_lose, __ATOMIC_RELAXED);
	__atomic_fetch_add(&world->quota, packets, __ATOMIC_RELAXED);
}

bool
world_is_answered(const struct world *world)
{
	const uint32_t quota = __atomic_load_n(&world->quota, __ATOMIC_RELAXED);

	for (uint32_t i = 0; i < WORLD_FLOWS; i++) {
		const struct flow *flow = &world->flow[i];
		const uint32_t given_up = __atomic_load_n(&flow->forgiven, __ATOMIC_RELAXED);

		if (__atomic_load_n(&flow->sent, __ATOMIC_RELAXED) < quota || flow_done(flow, i) + given_up < quota)
			return false;
	}
	return true;
}
