/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the sleep of an idle worker costs in time and saves in CPU: the daemon's worker loop in a thread, between two ring ports. Packets
 * come one at a time, some milliseconds apart, and each is timed from the ring it is put into to the moment the worker sends
 * it. A worker that never sleeps is measured beside it: what is more is the sleep's; and one that waits for a file.
 */
#include <pthread.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench_case.h"

#define RING_SIZE 64
#define IDLE_SECONDS 3
#define GAP_MIN_US 3000
#define GAP_RANGE_US 9973 /* a prime: in step with nothing */

struct bench {
	struct engine engine;
	struct engine_lcore lcore;
	struct rte_ring *in, *out;
	int file;         /* readable while a packet is there */
	uint64_t sent_at; /* atomic, TSC: when the worker sent the last packet; 0: not yet */
	double cpu_seconds;
};

static uint16_t
note_time(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count, void *bench)
{
	eventfd_t packets;

	(void)port;
	(void)queue;
	(void)mbufs;
	(void)eventfd_read(((struct bench *)bench)->file, &packets);
	__atomic_store_n(&((struct bench *)bench)->sent_at, rte_rdtsc(), __ATOMIC_RELEASE);
	return count;
}

static double
cpu_of_thread(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void *
run_worker(void *argument)
{
	struct bench *bench = argument;

	engine_lcore_main(&bench->lcore);
	bench->cpu_seconds = cpu_of_thread();
	return NULL;
}

static int
by_value(const void *one, const void *other)
{
	const double a = *(const double *)one, b = *(const double *)other;

	return a < b ? -1 : a > b;
}

/* One packet, and how long it took, microseconds. */
static double
time_packet(struct bench *bench, const struct bench_case *c, struct rte_mbuf *mbuf)
{
	uint64_t start;
	void *back;

	c->fill(c, mbuf, 0);
	__atomic_store_n(&bench->sent_at, 0, __ATOMIC_RELAXED);
	start = rte_rdtsc();
	rte_ring_sp_enqueue(bench->in, mbuf);
	(void)eventfd_write(bench->file, 1);
	usleep(GAP_MIN_US + (useconds_t)(start % GAP_RANGE_US));
	while (__atomic_load_n(&bench->sent_at, __ATOMIC_ACQUIRE) == 0 || rte_ring_sc_dequeue(bench->out, &back) != 0)
		usleep(100);
	return (double)(__atomic_load_n(&bench->sent_at, __ATOMIC_ACQUIRE) - start) * 1e6 / (double)rte_get_tsc_hz();
}

/* The worker lives for one run; without packets nothing but its CPU time is told. */
static int
run(struct bench *bench, const struct bench_case *c, const char *name, bool poll, unsigned int packets)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(bench->engine.pool);
	double *us = calloc(packets + 1, sizeof(*us)), seconds;
	const uint64_t start = rte_rdtsc();
	pthread_t thread;

	bench->engine.poll = poll;
	bench->engine.stop = false;
	if (mbuf == NULL || us == NULL || pthread_create(&thread, NULL, run_worker, bench) != 0)
		return -1;
	for (unsigned int i = 0; i < packets; i++)
		us[i] = time_packet(bench, c, mbuf);
	if (packets == 0)
		sleep(IDLE_SECONDS);
	seconds = (double)(rte_rdtsc() - start) / (double)rte_get_tsc_hz();
	__atomic_store_n(&bench->engine.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	printf("| %s | %.2f %%", name, 100 * bench->cpu_seconds / seconds);
	if (packets > 0) {
		qsort(us, packets, sizeof(*us), by_value);
		printf(" | %.0f | %.0f | %.0f |\n", us[packets / 2], us[packets - 1 - packets / 100], us[packets - 1]);
	} else {
		printf(" | | | |\n");
	}
	rte_pktmbuf_free(mbuf);
	free(us);
	return 0;
}

static int
start_port(struct bench *bench, unsigned int interface, struct rte_ring *in, struct rte_ring *out, struct error *err)
{
	const struct port_config config = { .device = "ring",
		.workers = 1,
		.mtu = 1500,
		.has_mac = true,
		.mac = bench_mac,
		.pool = bench->engine.pool };
	const int id = rte_eth_from_rings(interface == INTERFACE_V4 ? "rest4" : "rest6", &in, 1, &out, 1, 0);
	int rc = id < 0 ? -ENODEV : port_start(&config, (uint16_t)id, &bench->engine.port[interface], err);

	if (rc == 0 && rte_eth_add_tx_callback((uint16_t)id, 0, note_time, bench) == NULL)
		rc = error_set(err, ENOTSUP, "no callbacks");
	return rc;
}

/* IPv4 goes in, the softwire's packets come out; in between lies nothing else. */
static int
set_up(struct bench *bench, const struct snapshot *snapshot, struct error *err)
{
	const unsigned int flags = RING_F_SP_ENQ | RING_F_SC_DEQ;
	struct rte_ring *nothing = rte_ring_create("nothing", RING_SIZE, SOCKET_ID_ANY, flags);
	int rc;

	bench->in = rte_ring_create("in", RING_SIZE, SOCKET_ID_ANY, flags);
	bench->out = rte_ring_create("out", RING_SIZE, SOCKET_ID_ANY, flags);
	if (nothing == NULL || bench->in == NULL || bench->out == NULL)
		return error_set(err, ENOMEM, "out of memory");
	rc = engine_init(&bench->engine, snapshot, 1, 2047, err);
	if (rc == 0)
		rc = start_port(bench, INTERFACE_V4, bench->in, nothing, err);
	if (rc == 0)
		rc = start_port(bench, INTERFACE_V6, nothing, bench->out, err);
	bench->lcore = (struct engine_lcore){ &bench->engine, bench->engine.worker[0] };
	return rc;
}

int
main(int argc, char **argv)
{
	const int used = rte_eal_init(argc, argv);
	const unsigned int packets = argc - used > 1 ? (unsigned int)atoi(argv[used + 1]) : 1000;
	struct bench_case c = bench_cases[0];
	struct bench bench = { .file = eventfd(0, EFD_NONBLOCK) };
	struct error err = { .text = "" };
	struct snapshot *snapshot;

	/* as the daemon does it */
	(void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	snapshot = used < 0 ? NULL : bench_case_prepare(&c, &err);
	if (snapshot == NULL || set_up(&bench, snapshot, &err) < 0) {
		fprintf(stderr, "bench: %s\n", err.text);
		return 1;
	}
	printf("| worker | CPU | median, us | 99 %% | longest |\n|---|---|---|---|---|\n");
	if (run(&bench, &c, "never sleeps", true, packets / 10 + 1) < 0 ||
	    run(&bench, &c, "sleeps, a packet each 8 ms", false, packets) < 0 ||
	    run(&bench, &c, "sleeps, no packets", false, 0) < 0)
		return 1;
	if (rest_wait_for(&bench.engine.rest[0], &bench.file, 1) < 0 ||
	    run(&bench, &c, "waits for a file, a packet each 8 ms", false, packets) < 0 ||
	    run(&bench, &c, "waits for a file, no packets", false, 0) < 0)
		return 1;
	bench_case_free(&c);
	(void)rte_eal_cleanup();
	return 0;
}
