/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cycles per packet of the four ways, in memory: the real engine_turn() between two ring ports, beside a floor that does
 * nothing but receive, touch, move 40 bytes of header, and send.
 *
 * A window of 2048 packets is timed as a whole; packets are made anew outside the window. Minimum, tenth percentile and
 * median over the windows are printed: the minimum is what the code costs, the median what this machine let through.
 */
#include <getopt.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench_floor.h"
#include "bench_sessions.h"

#define WINDOW 2048
#define RING_SIZE (2 * WINDOW)
#define WINDOWS 400
#define HOT_BUFFERS WINDOW
#define COLD_BUFFERS 65536
#define ENDING_ROUNDS 5

struct result {
	const struct bench_case *of;
	const char *name;
	bool cold;
	double min, p10, median;    /* TSC cycles per packet */
	double sessions_per_second; /* opened; 0: none */
	double bytes_per_session;   /* 0: there are none */
};

/* Turns in which no packet comes, microseconds. */
struct turns {
	const char *name;
	double median, p99, max;
};

struct bench {
	struct engine engine;
	struct rte_ring *in[INTERFACE_COUNT], *out[INTERFACE_COUNT];
	uint16_t port_id[INTERFACE_COUNT];
	struct rte_mbuf **buffers;
	double *cycles;
	unsigned int windows;
	const char *only; /* way */
	const char *size;
	uint32_t flows, rules; /* 0: all */
	bool hot_only;
	FILE *json;
	bool first_json;
	double floor[2][2]; /* [up or down][cold]: minimum of this run */
	struct bench_lookup lookup;
};

enum what { THE_PATH, THE_FLOOR, THE_LOOKUP };

/* ---- moving packets --------------------------------------------------------------------------------------------- */

/* What has come out, and for what was dropped as many new ones. Exits when not as many as expected came out. */
static void
take_back(struct bench *bench, const struct bench_case *c, struct rte_ring *out, struct rte_mbuf **mbufs,
    unsigned int expected)
{
	const unsigned int count = rte_ring_sc_dequeue_burst(out, (void **)mbufs, WINDOW, NULL);

	if (count != expected || rte_ring_count(out) != 0 ||
	    (count < WINDOW && rte_pktmbuf_alloc_bulk(bench->engine.pool, mbufs + count, WINDOW - count) != 0)) {
		fprintf(stderr, "bench: %s: %u of %u packets came out\n", c->name, count + rte_ring_count(out),
		    expected);
		exit(1);
	}
}

/* One turn of what is measured; the number of packets. */
static unsigned int
turn(struct bench *bench, const struct bench_case *c, enum what what)
{
	struct bench_lookup *lookup = what == THE_LOOKUP ? &bench->lookup : NULL;

	return what == THE_PATH ? engine_turn(&bench->engine, bench->engine.worker[0])
				: bench_floor_turn(&bench->engine, 0, c->from, !c->from, c->wraps, lookup);
}

/* Cycles that a window takes. Packets that come a few at a time are put into the ring meanwhile. */
static uint64_t
time_window(struct bench *bench, const struct bench_case *c, struct rte_mbuf **mbufs, enum what what)
{
	const unsigned int step = c->burst > 0 && what == THE_PATH ? c->burst : WINDOW;
	uint64_t start = rte_rdtsc_precise();

	for (unsigned int at = 0; at < WINDOW; at += step) {
		unsigned int handled = 0;

		rte_ring_sp_enqueue_bulk(bench->in[c->from], (void **)mbufs + at, step, NULL);
		if (step == WINDOW)
			start = rte_rdtsc_precise();
		while (handled < step)
			handled += turn(bench, c, what);
	}
	return rte_rdtsc_precise() - start;
}

static int
by_value(const void *one, const void *other)
{
	const double a = *(const double *)one, b = *(const double *)other;

	return a < b ? -1 : a > b;
}

/* Times windows over the buffers, each filled by the case before it is its turn. */
static struct result
measure(struct bench *bench, const struct bench_case *c, bool cold, enum what what)
{
	const uint32_t buffers = cold ? COLD_BUFFERS : HOT_BUFFERS;
	struct result result = { .of = c, .name = c->name, .cold = cold };
	uint32_t next_flow = 0, at = 0;

	for (uint32_t i = 0; i < buffers; i++)
		c->fill(c, bench->buffers[i], next_flow++);
	for (unsigned int window = 0; window < bench->windows; window++) {
		struct rte_mbuf **mbufs = bench->buffers + at;

		bench->cycles[window] = (double)time_window(bench, c, mbufs, what) / WINDOW;
		take_back(bench, c, bench->out[!c->from], mbufs,
		    what == THE_PATH ? WINDOW - WINDOW * c->dropped / 100 : WINDOW);
		if (c->open_flow != NULL && what == THE_PATH)
			bench_end_new_sessions(c, &bench->engine);
		for (uint32_t i = 0; i < WINDOW; i++)
			c->fill(c, mbufs[i], next_flow++);
		at = (at + WINDOW) % buffers;
	}
	qsort(bench->cycles, bench->windows, sizeof(double), by_value);
	result.min = bench->cycles[0];
	result.p10 = bench->cycles[bench->windows / 10];
	result.median = bench->cycles[bench->windows / 2];
	return result;
}

/* ---- output ----------------------------------------------------------------------------------------------------- */

static void
print_header(void)
{
	printf("%-14s %-5s %7s %7s %-4s | %7s %7s %7s | %s\n", "way", "size", "flows", "rules", "pool", "min", "p10",
	    "median", "min / floor");
}

/* Opens a row of the JSON file, if there is one. */
static bool
json_row(struct bench *bench, const struct bench_case *c, const char *name)
{
	if (bench->json == NULL)
		return false;
	fprintf(bench->json, "%s\n  {\"way\": \"%s\", \"size\": \"%s\", \"flows\": %u, \"rules\": %u",
	    bench->first_json ? "" : ",", name, c->size, c->flows, c->rules);
	bench->first_json = false;
	return true;
}

static void
print_result(struct bench *bench, const struct result *r, double floor)
{
	const struct bench_case *c = r->of;
	const char *pool = r->cold ? "cold" : "hot";

	printf("%-14s %-5s %7u %7u %-4s | %7.1f %7.1f %7.1f | %5.2f", r->name, c->size, c->flows, c->rules, pool,
	    r->min, r->p10, r->median, r->min / floor);
	if (r->sessions_per_second > 0)
		printf(" | %.2f M sessions/s", r->sessions_per_second / 1e6);
	if (r->bytes_per_session > 0)
		printf(" | %.0f B/session", r->bytes_per_session);
	puts("");
	fflush(stdout);
	if (!json_row(bench, c, r->name))
		return;
	fprintf(bench->json,
	    ", \"pool\": \"%s\", \"min\": %.2f, \"p10\": %.2f, \"median\": %.2f, \"ratio_to_floor\": %.3f", pool,
	    r->min, r->p10, r->median, r->min / floor);
	if (r->sessions_per_second > 0)
		fprintf(bench->json, ", \"sessions_per_second\": %.0f", r->sessions_per_second);
	if (r->bytes_per_session > 0)
		fprintf(bench->json, ", \"bytes_per_session\": %.1f", r->bytes_per_session);
	fputs("}", bench->json);
}

static void
print_turns(struct bench *bench, const struct bench_case *c, const struct turns *t, double floor)
{
	printf("%-14s %-5s %7u %7u %-4s | %7.2f %7.2f %7.2f | %5.2f | µs a turn: median, p99, max\n", t->name, c->size,
	    c->flows, c->rules, "none", t->median, t->p99, t->max, t->median / floor);
	fflush(stdout);
	if (json_row(bench, c, t->name))
		fprintf(bench->json,
		    ", \"median_us\": %.3f, \"p99_us\": %.3f, \"max_us\": %.3f, \"ratio_to_floor\": %.3f}", t->median,
		    t->p99, t->max, t->median / floor);
}

/* ---- runs ------------------------------------------------------------------------------------------------------- */

static int
start_ports(struct bench *bench, struct error *err)
{
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		const struct port_config config = { .device = "ring",
			.workers = 1,
			.mtu = 1500,
			.has_mac = true,
			.mac = bench_mac,
			.pool = bench->engine.pool };
		int rc = port_start(&config, bench->port_id[i], &bench->engine.port[i], err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static void
stop_ports(struct bench *bench)
{
	for (int i = 0; i < INTERFACE_COUNT; i++)
		(void)rte_eth_dev_stop(bench->port_id[i]);
}

/* The floor is measured in the same run, once for each direction and pool, with the packets of the first case. */
static double
floor_of(struct bench *bench, const struct bench_case *c, bool cold)
{
	double *floor = &bench->floor[c->wraps][cold];

	if (*floor == 0) {
		struct result r = measure(bench, c, cold, THE_FLOOR);

		*floor = r.min;
		r.name = c->wraps ? "floor, wrap" : "floor, unwrap";
		print_result(bench, &r, *floor);
	}
	return *floor;
}

/* The floor with what memory takes to find as many flows in tables of the kind that this case has. */
static int
measure_lookup(struct bench *bench, const struct bench_case *c, bool cold, double floor, struct error *err)
{
	struct result r;
	int rc = bench_lookup_make(&bench->lookup, c->flows, c->is_bound);

	if (rc == 0) {
		r = measure(bench, c, cold, THE_LOOKUP);
		r.name = c->wraps ? "lookup, wrap" : "lookup, unwrap";
		print_result(bench, &r, floor);
	} else {
		error_set(err, ENOMEM, "no memory for %u flows", c->flows);
	}
	bench_lookup_free(&bench->lookup);
	return rc;
}

static bool
has_lookup(const struct bench_case *c)
{
	const bool has_sessions = c->is_ce && !c->is_native6 && c->open_flow == NULL && c->rules == 1;

	return strcmp(c->size, "64") == 0 && (has_sessions || c->is_bound);
}

static bool
is_wanted(const struct bench *bench, const struct bench_case *c)
{
	return (bench->only == NULL || strcmp(bench->only, c->name) == 0) &&
	    (bench->size == NULL || strcmp(bench->size, c->size) == 0) &&
	    (bench->flows == 0 || bench->flows == c->flows) && (bench->rules == 0 || bench->rules == c->rules);
}

static int
warm(struct bench *bench, struct bench_case *c, struct error *err)
{
	if (c->warm == NULL)
		return 0;
	return c->warm(c, &bench->engine, bench->in, bench->out, bench->buffers[0], err);
}

static int
run_packets(struct bench *bench, struct bench_case *c, struct error *err)
{
	int rc = warm(bench, c, err);

	for (int cold = 0; cold < (bench->hot_only ? 1 : 2) && rc == 0; cold++) {
		const double floor = floor_of(bench, c, cold);
		struct result r = measure(bench, c, cold, THE_PATH);

		if (c->open_flow != NULL)
			r.sessions_per_second = (double)rte_get_tsc_hz() / r.min;
		if (c->is_ce)
			r.bytes_per_session = (double)c->nat_bytes / c->sessions;
		print_result(bench, &r, floor);
		if (has_lookup(c))
			rc = measure_lookup(bench, c, cold, floor, err);
	}
	return rc;
}

static struct turns
sum_up_turns(const char *name, double *cycles, uint32_t count)
{
	const double per_us = (double)rte_get_tsc_hz() / 1e6;

	qsort(cycles, count, sizeof(*cycles), by_value);
	return (struct turns){ .name = name,
		.median = cycles[count / 2] / per_us,
		.p99 = cycles[count - 1 - count / 100] / per_us,
		.max = cycles[count - 1] / per_us };
}

static void
keep_least(double *least, const double *cycles, uint32_t count, bool is_first)
{
	for (uint32_t i = 0; i < count; i++)
		least[i] = is_first || cycles[i] < least[i] ? cycles[i] : least[i];
}

/*
 * All sessions are over at once, some times over. Of each turn the least is kept: its work comes again, what the machine
 * did meanwhile does not. The floor is as many turns with nothing to do.
 */
static int
run_ending(struct bench *bench, struct bench_case *c, struct error *err)
{
	double *busy = calloc(c->flows, sizeof(*busy)), *idle = calloc(c->flows, sizeof(*idle)),
	       *cycles = calloc(c->flows, sizeof(*cycles));
	struct turns floor, result;
	uint32_t count = 0;
	int rc = 0;

	if (busy == NULL || idle == NULL || cycles == NULL)
		rc = error_set(err, ENOMEM, "out of memory");
	for (int round = 0; round < ENDING_ROUNDS && rc == 0; round++) {
		rc = warm(bench, c, err);
		c->end_all(&bench->engine);
		count = bench_time_ending(&bench->engine, cycles, c->flows);
		keep_least(busy, cycles, count, round == 0);
		bench_time_turns(&bench->engine, cycles, count);
		keep_least(idle, cycles, count, round == 0);
	}
	if (rc == 0) {
		floor = sum_up_turns("floor, idle", idle, count);
		result = sum_up_turns(c->name, busy, count);
		print_turns(bench, c, &floor, floor.median);
		print_turns(bench, c, &result, floor.median);
	}
	free(busy);
	free(idle);
	free(cycles);
	return rc;
}

static int
start_case(struct bench *bench, const struct snapshot *snapshot, struct error *err)
{
	int rc = engine_init(&bench->engine, snapshot, 1, 2 * COLD_BUFFERS, err);

	if (rc == 0)
		rc = start_ports(bench, err);
	if (rc == 0 && rte_pktmbuf_alloc_bulk(bench->engine.pool, bench->buffers, COLD_BUFFERS) != 0)
		rc = error_set(err, ENOMEM, "no packet buffers");
	return rc;
}

static int
run_case(struct bench *bench, const struct bench_case *plan, struct error *err)
{
	struct bench_case c = *plan;
	struct snapshot *snapshot;
	int rc;

	if (!is_wanted(bench, &c))
		return 0;
	snapshot = bench_case_prepare(&c, err);
	if (snapshot == NULL)
		return -EINVAL;
	rc = start_case(bench, snapshot, err);
	if (rc == 0 && c.end_all != NULL)
		rc = run_ending(bench, &c, err);
	else if (rc == 0)
		rc = run_packets(bench, &c, err);
	if (rc == 0)
		rte_pktmbuf_free_bulk(bench->buffers, COLD_BUFFERS);
	stop_ports(bench);
	engine_free(&bench->engine);
	bench_case_free(&c);
	snapshot_free(snapshot);
	return rc;
}

static int
make_rings(struct bench *bench)
{
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		char name[32];
		int id;

		snprintf(name, sizeof(name), "in%d", i);
		bench->in[i] = rte_ring_create(name, RING_SIZE, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
		snprintf(name, sizeof(name), "out%d", i);
		bench->out[i] = rte_ring_create(name, RING_SIZE, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (bench->in[i] == NULL || bench->out[i] == NULL)
			return -ENOMEM;
		snprintf(name, sizeof(name), "bench%d", i);
		id = rte_eth_from_rings(name, &bench->in[i], 1, &bench->out[i], 1, 0);
		if (id < 0)
			return -ENODEV;
		bench->port_id[i] = (uint16_t)id;
	}
	return 0;
}

static int
run_all(struct bench *bench)
{
	struct error err = { 0 };
	int rc = make_rings(bench);

	if (rc < 0)
		error_set(&err, -rc, "cannot make ring ports");
	print_header();
	for (size_t i = 0; i < bench_case_count && rc == 0; i++)
		rc = run_case(bench, &bench_cases[i], &err);
	if (rc < 0)
		fprintf(stderr, "bench: %s\n", err.text);
	return rc;
}

static int
parse_options(struct bench *bench, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", required_argument, NULL, 'j' },
		{ "only", required_argument, NULL, 'o' },
		{ "size", required_argument, NULL, 's' },
		{ "flows", required_argument, NULL, 'f' },
		{ "rules", required_argument, NULL, 'r' },
		{ "windows", required_argument, NULL, 'w' },
		{ "hot", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'j')
			bench->json = fopen(optarg, "w");
		else if (option == 'o')
			bench->only = optarg;
		else if (option == 's')
			bench->size = optarg;
		else if (option == 'f')
			bench->flows = (uint32_t)atoi(optarg);
		else if (option == 'r')
			bench->rules = (uint32_t)atoi(optarg);
		else if (option == 'w' && atoi(optarg) > 0)
			bench->windows = (unsigned int)atoi(optarg);
		else if (option == 'h')
			bench->hot_only = true;
		else
			return -1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct bench bench = { .windows = WINDOWS, .first_json = true };
	int used = rte_eal_init(argc, argv), rc;

	if (used < 0)
		return 1;
	if (parse_options(&bench, argc - used, argv + used) < 0)
		return 2;
	bench.buffers = calloc(COLD_BUFFERS, sizeof(*bench.buffers));
	bench.cycles = calloc(bench.windows, sizeof(*bench.cycles));
	if (bench.buffers == NULL || bench.cycles == NULL)
		return 1;
	if (bench.json != NULL)
		fputs("[", bench.json);
	rc = run_all(&bench);
	if (bench.json != NULL) {
		fputs("\n]\n", bench.json);
		fclose(bench.json);
	}
	free(bench.buffers);
	free(bench.cycles);
	(void)rte_eal_cleanup();
	return rc == 0 ? 0 : 1;
}
