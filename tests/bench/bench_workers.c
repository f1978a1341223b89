/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a second worker is worth: two of a box at once beside one alone, each on a core of its own with its own queue of each port; and as
 * many copies of the floor in the same run. A CE's flows come to the worker that has their sessions, as ports and hosts say.
 * Windows as in bench.c; packets are made between them, so both cores are never idle. Wants two lcores.
 */
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench_case.h"
#include "bench_floor.h"
#include "bench_sessions.h"

#define WORKERS 2
#define WINDOW 2048
#define RING_SIZE (2 * WINDOW)
#define FLOWS 1000 /* of each worker */
#define MAX_WINDOWS 20000
#define SHORT_FRAME 46 /* bytes of IPv4 in a frame of 64 */

/* A worker with what comes to it and what it sends. */
struct party {
	struct bench *bench;
	uint16_t worker;
	struct bench_case c;
	struct bench_flow flow[FLOWS];
	struct rte_ring *in[INTERFACE_COUNT], *out[INTERFACE_COUNT];
	struct rte_mbuf *mbufs[WINDOW];
	uint32_t next_flow;
	bool is_floor;
	uint64_t until; /* TSC */
	double cycles[MAX_WINDOWS];
	double median; /* cycles a packet */
};

struct bench {
	struct engine engine;
	uint16_t port_id[INTERFACE_COUNT];
	struct party party[WORKERS];
};

static const char *const ways[] = { "br_down", "br_up", "ce_up", "ce_down" };

/* ---- windows ---------------------------------------------------------------------------------------------------- */

static int
by_value(const void *one, const void *other)
{
	const double a = *(const double *)one, b = *(const double *)other;

	return a < b ? -1 : a > b;
}

static double
time_window(struct party *party)
{
	struct engine *engine = &party->bench->engine;
	const unsigned int from = party->c.from, to = !from;
	unsigned int handled = 0;
	uint64_t start, end;

	for (uint32_t i = 0; i < WINDOW; i++)
		party->c.fill(&party->c, party->mbufs[i], party->next_flow++);
	rte_ring_sp_enqueue_bulk(party->in[from], (void **)party->mbufs, WINDOW, NULL);
	start = rte_rdtsc_precise();
	while (handled < WINDOW)
		handled += party->is_floor ? bench_floor_turn(engine, party->worker, from, to, party->c.wraps, NULL)
					   : engine_turn(engine, engine->worker[party->worker]);
	end = rte_rdtsc_precise();
	if (rte_ring_sc_dequeue_bulk(party->out[to], (void **)party->mbufs, WINDOW, NULL) != WINDOW) {
		fprintf(stderr, "bench: %s: worker %u lost packets\n", party->c.name, party->worker);
		exit(1);
	}
	return (double)(end - start) / WINDOW;
}

static int
run_party(void *argument)
{
	struct party *party = argument;
	unsigned int windows = 0;

	while (rte_rdtsc() < party->until && windows < MAX_WINDOWS)
		party->cycles[windows++] = time_window(party);
	qsort(party->cycles, windows, sizeof(double), by_value);
	party->median = party->cycles[windows / 2];
	return 0;
}

/* Packets a second, millions, of the first `count` at once. */
static double
rate(struct bench *bench, unsigned int count, bool is_floor, double seconds)
{
	const uint64_t until = rte_rdtsc() + (uint64_t)(seconds * (double)rte_get_tsc_hz());
	double sum = 0;

	for (unsigned int i = 0; i < WORKERS; i++) {
		bench->party[i].is_floor = is_floor;
		bench->party[i].until = until;
	}
	if (count > 1)
		rte_eal_remote_launch(run_party, &bench->party[1], rte_get_next_lcore(-1, 1, 0));
	run_party(&bench->party[0]);
	rte_eal_mp_wait_lcore();
	for (unsigned int i = 0; i < count; i++)
		sum += (double)rte_get_tsc_hz() / bench->party[i].median / 1e6;
	return sum;
}

/* ---- what comes ------------------------------------------------------------------------------------------------- */

/* The session of a flow begins; the flow is then that of a packet this way. */
static int
open_session(struct party *party, struct bench_flow *flow)
{
	struct engine *engine = &party->bench->engine;
	struct rte_mbuf *mbuf = party->mbufs[0];
	void *sent;

	bench_put_native(mbuf, SHORT_FRAME, flow);
	rte_ring_sp_enqueue(party->in[INTERFACE_V4], mbuf);
	engine_turn(engine, engine->worker[party->worker]);
	if (rte_ring_sc_dequeue(party->out[INTERFACE_V6], &sent) != 0)
		return -EIO;
	if (party->c.from == INTERFACE_V6)
		*flow = bench_answer(flow, mbuf);
	return 0;
}

static int
make_flows(struct party *party)
{
	const struct bench_case *c = &party->c;
	uint32_t count = 0;

	for (uint32_t number = 0; count < FLOWS; number++) {
		struct bench_flow flow = c->is_ce ? bench_flow_ce(c, number) : c->make_flow(c, number);

		if (c->is_ce) {
			if (snapshot_host_owner(flow.src, WORKERS) != party->worker)
				continue;
			if (open_session(party, &flow) < 0)
				return -EIO;
		}
		party->flow[count++] = flow;
	}
	party->c.flow = party->flow;
	return 0;
}

/* ---- setting up ------------------------------------------------------------------------------------------------- */

static int
start_port(struct bench *bench, unsigned int interface, struct error *err)
{
	const struct port_config config = { .device = "ring",
		.workers = WORKERS,
		.mtu = 1500,
		.has_mac = true,
		.mac = bench_mac,
		.pool = bench->engine.pool };

	return port_start(&config, bench->port_id[interface], &bench->engine.port[interface], err);
}

static int
make_rings(struct bench *bench)
{
	for (int interface = 0; interface < INTERFACE_COUNT; interface++) {
		struct rte_ring *in[WORKERS], *out[WORKERS];
		char name[32];
		int id;

		for (int i = 0; i < WORKERS; i++) {
			snprintf(name, sizeof(name), "in%d-%d", interface, i);
			in[i] = rte_ring_create(name, RING_SIZE, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
			snprintf(name, sizeof(name), "out%d-%d", interface, i);
			out[i] = rte_ring_create(name, RING_SIZE, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
			if (in[i] == NULL || out[i] == NULL)
				return -ENOMEM;
			bench->party[i].in[interface] = in[i];
			bench->party[i].out[interface] = out[i];
		}
		snprintf(name, sizeof(name), "bench%d", interface);
		id = rte_eth_from_rings(name, in, WORKERS, out, WORKERS, 0);
		if (id < 0)
			return -ENODEV;
		bench->port_id[interface] = (uint16_t)id;
	}
	return 0;
}

static int
set_up(struct bench *bench, const struct bench_case *c, const struct snapshot *snapshot, struct error *err)
{
	int rc = engine_init(&bench->engine, snapshot, WORKERS, 4 * WORKERS * WINDOW, err);

	for (unsigned int i = 0; i < INTERFACE_COUNT && rc == 0; i++)
		rc = start_port(bench, i, err);
	for (uint16_t i = 0; i < WORKERS && rc == 0; i++) {
		struct party *party = &bench->party[i];

		party->bench = bench;
		party->worker = i;
		party->c = *c;
		rc = rte_pktmbuf_alloc_bulk(bench->engine.pool, party->mbufs, WINDOW);
		if (rc == 0)
			rc = make_flows(party);
		if (rc < 0)
			error_set(err, -rc, "worker %u: no packets", i);
	}
	return rc;
}

static void
clear_up(struct bench *bench)
{
	for (int i = 0; i < WORKERS; i++) {
		rte_pktmbuf_free_bulk(bench->party[i].mbufs, WINDOW);
		memset(bench->party[i].mbufs, 0, sizeof(bench->party[i].mbufs));
	}
	for (int i = 0; i < INTERFACE_COUNT; i++)
		(void)rte_eth_dev_stop(bench->port_id[i]);
	engine_free(&bench->engine);
	memset(&bench->engine, 0, sizeof(bench->engine));
}

/* The best of some rounds, for what else the machine does makes none better. */
static void
compare(struct bench *bench, const char *way, unsigned int rounds, double seconds)
{
	double best[2][WORKERS] = { 0 };
	double gain[2];

	for (unsigned int round = 0; round < rounds; round++) {
		for (int is_floor = 0; is_floor < 2; is_floor++) {
			for (unsigned int count = 1; count <= WORKERS; count++) {
				const double now = rate(bench, count, is_floor == 1, seconds);

				best[is_floor][count - 1] =
				    now > best[is_floor][count - 1] ? now : best[is_floor][count - 1];
			}
		}
	}
	gain[0] = best[0][1] / best[0][0];
	gain[1] = best[1][1] / best[1][0];
	printf("| `%s` | %.1f | %.1f | %.2f | %.1f | %.1f | %.2f | %.2f |\n", way, best[0][0], best[0][1], gain[0],
	    best[1][0], best[1][1], gain[1], gain[0] / gain[1]);
	fflush(stdout);
}

static int
run_way(struct bench *bench, const char *way, unsigned int rounds, double seconds, struct error *err)
{
	struct bench_case c;
	struct snapshot *snapshot;
	size_t i = 0;
	int rc;

	while (strcmp(bench_cases[i].name, way) != 0 || bench_cases[i].flows != FLOWS)
		i++;
	c = bench_cases[i];
	c.workers = WORKERS;
	c.sessions *= WORKERS;
	snapshot = bench_case_prepare(&c, err);
	if (snapshot == NULL)
		return -EINVAL;
	rc = set_up(bench, &c, snapshot, err);
	if (rc == 0)
		compare(bench, way, rounds, seconds);
	clear_up(bench);
	bench_case_free(&c);
	snapshot_free(snapshot);
	return rc;
}

/* usage: mapedge-bench-workers EAL… -- [ROUNDS [SECONDS]] */
int
main(int argc, char **argv)
{
	static struct bench bench;
	const int used = rte_eal_init(argc, argv);
	const int rounds = argc - used > 1 ? atoi(argv[used + 1]) : 5;
	const double seconds = argc - used > 2 ? atof(argv[used + 2]) : 0.5;
	struct error err = { .text = "no memory for rings" };
	int rc;

	if (used < 0 || rte_lcore_count() < WORKERS || rounds < 1 || seconds <= 0) {
		fputs("usage: mapedge-bench-workers -l CORE,CORE [EAL options] -- [ROUNDS [SECONDS]]\n", stderr);
		return 2;
	}
	rc = make_rings(&bench);
	puts("| way | one worker, Mpps | two | ratio | one floor, Mpps | two | ratio | ratio / ratio |\n"
	     "|---|---|---|---|---|---|---|---|");
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && rc == 0; i++)
		rc = run_way(&bench, ways[i], (unsigned int)rounds, seconds, &err);
	if (rc < 0)
		fprintf(stderr, "bench: %s\n", err.text);
	(void)rte_eal_cleanup();
	return rc == 0 ? 0 : 1;
}
