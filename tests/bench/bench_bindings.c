/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What bindings cost: loading files, looking up, updating. usage: mapedge-bench-bindings [COUNT [DIRECTORY]]
 *
 * Files of COUNT bindings (a million) are made in DIRECTORY (/tmp) and removed again. Times are of CPU, so that a busy
 * machine disturbs them less; a load's wall-clock time is beside it.
 */
#include <rte_cycles.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "engine/bindings.h"
#include "conf/bindings.h"

#define PSID_LEN 6
#define POOL_LEN 8
#define BURST 32
#define BURSTS 50000
#define UPDATES 20000
#define MANY 100 /* bindings of one request */

struct bench {
	struct engine engine;
	struct conf conf;
	struct conf_softwire domain;
	struct bindings *bindings;
	struct snapshot snapshot;
	struct random random;
	uint32_t count;
	char text[200], compiled[200];
};

/* ---- time ------------------------------------------------------------------------------------------------------- */

static double
seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
cpu(void)
{
	return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static void
die(const char *what, const struct error *err)
{
	fprintf(stderr, "bench: %s: %s\n", what, err->text);
	exit(1);
}

/* ---- bindings --------------------------------------------------------------------------------------------------- */

/* The i-th port set of the pool 10.0.0.0/8. */
static uint32_t
address_of(uint32_t i)
{
	return UINT32_C(0x0a000000) + (i >> PSID_LEN);
}

static uint16_t
psid_of(uint32_t i)
{
	return i & ((1u << PSID_LEN) - 1);
}

static void
write_text(struct bench *bench)
{
	FILE *file = fopen(bench->text, "w");
	char addr[IP4_TEXT_SIZE], softwire[IP6_TEXT_SIZE];
	struct error err = { .text = "cannot be written" };

	if (file == NULL)
		die(bench->text, &err);
	for (uint32_t i = 0; i < bench->count; i++) {
		const u128 address = u128_make(UINT64_C(0x20010db8) << 32 | i, random_u64(&bench->random));

		fprintf(file, "%s %u %s\n", ip4_format(address_of(i), addr), psid_of(i), ip6_format(address, softwire));
	}
	if (fclose(file) != 0)
		die(bench->text, &err);
}

static void
compile(struct bench *bench)
{
	struct conf_bindings_scope scope;
	struct conf_bindings list = { 0 };
	struct error err;

	conf_bindings_scope(&bench->conf, 0, &scope);
	if (conf_bindings_load(bench->text, &scope, &list, &err) < 0 ||
	    conf_bindings_compile(bench->compiled, &scope, &list, &err) < 0)
		die("compile", &err);
	conf_bindings_free(&list);
}

/* As at a start or a reload: the file is read and checked, and a table made of it. */
static void
load(struct bench *bench, const char *what, const char *file)
{
	const double wall = seconds(CLOCK_MONOTONIC), start = cpu();
	struct report report = { 0 };
	struct error err;

	bindings_free(bench->bindings);
	snprintf(bench->domain.bindings_file, sizeof(bench->domain.bindings_file), "%s", file);
	if (bindings_load(&bench->conf, 1, &bench->bindings, &err) < 0)
		die(what, &err);
	bindings_attach(bench->bindings, &bench->snapshot);
	bindings_report(bench->bindings, &report);
	printf("load %-9s %9u bindings: %6.3f s of CPU, %6.3f s by the clock; %.1f bytes of table, %.1f in all, each\n",
	    what, report.bindings.count, cpu() - start, seconds(CLOCK_MONOTONIC) - wall,
	    (double)binding_table_size(report.bindings.capacity) / report.bindings.count,
	    (double)report.bindings.memory / report.bindings.count);
}

/* ---- lookups ---------------------------------------------------------------------------------------------------- */

static int
by_value(const void *one, const void *other)
{
	const double a = *(const double *)one, b = *(const double *)other;

	return a < b ? -1 : a > b;
}

/* Random port sets among the first `among`, in bursts as the data path takes them: cycles for each, median of the bursts. */
static double
look_up(struct bench *bench, uint32_t among, bool prefetch)
{
	static double cycles[BURSTS];
	const struct binding_table *table = bench->snapshot.bindings;
	uint32_t keys[BURST], missing = 0;

	for (uint32_t burst = 0; burst < BURSTS; burst++) {
		uint64_t start;

		for (int i = 0; i < BURST; i++)
			keys[i] = random_below(&bench->random, among);
		start = rte_rdtsc_precise();
		for (int i = 0; i < BURST && prefetch; i++)
			binding_prefetch(table, binding_hash(table, address_of(keys[i]), psid_of(keys[i])));
		for (int i = 0; i < BURST && prefetch; i++)
			(void)binding_expect(table, binding_hash(table, address_of(keys[i]), psid_of(keys[i])));
		for (int i = 0; i < BURST; i++)
			missing += binding_find(table, address_of(keys[i]), psid_of(keys[i])) == NULL;
		cycles[burst] = (double)(rte_rdtsc_precise() - start) / BURST;
	}
	if (missing > 0)
		die("lookup", &(struct error){ .text = "a binding is not there" });
	qsort(cycles, BURSTS, sizeof(*cycles), by_value);
	return cycles[BURSTS / 2];
}

static void
look_up_all(struct bench *bench)
{
	for (uint32_t among = 1000; among <= bench->count; among *= 10)
		printf("lookup among %9u: %6.1f cycles, %6.1f with prefetches\n", among, look_up(bench, among, false),
		    look_up(bench, among, true));
}

/* ---- updates ---------------------------------------------------------------------------------------------------- */

static void
print_updates(const char *what, double *spent, unsigned int count, unsigned int each)
{
	double sum = 0;

	for (unsigned int i = 0; i < count; i++)
		sum += spent[i];
	qsort(spent, count, sizeof(*spent), by_value);
	printf("%-28s %9.0f a second; median %7.2f us, p99 %7.2f us, longest %7.2f us\n", what, count * each / sum,
	    spent[count / 2] * 1e6, spent[count * 99 / 100] * 1e6, spent[count - 1] * 1e6);
}

static int
backend_add(void *context, const struct api_binding *binding, bool replace, struct error *err)
{
	struct bench *bench = context;
	const int rc = bindings_add(bench->bindings, &bench->conf, binding, replace, err);

	(void)bindings_tidy(bench->bindings, &bench->engine);
	return rc;
}

static int
backend_remove(void *context, const struct api_binding *binding, struct error *err)
{
	struct bench *bench = context;
	const int rc = bindings_remove(bench->bindings, &bench->conf, binding, err);

	(void)bindings_tidy(bench->bindings, &bench->engine);
	return rc;
}

/* Removes and adds port sets at random, all of which are bound: the backend alone. */
static void
update_table(struct bench *bench)
{
	static double added[UPDATES], removed[UPDATES];
	struct error err;

	for (unsigned int i = 0; i < UPDATES; i++) {
		const uint32_t number = random_below(&bench->random, bench->count);
		const struct api_binding binding = { .ipv4 = address_of(number),
			.psid = psid_of(number),
			.softwire = u128_make(UINT64_C(0x20010db8) << 32, i) };
		double start = cpu();

		if (backend_remove(bench, &binding, &err) < 0)
			die("remove", &err);
		removed[i] = cpu() - start;
		start = cpu();
		if (backend_add(bench, &binding, false, &err) < 0)
			die("add", &err);
		added[i] = cpu() - start;
	}
	print_updates("remove", removed, UPDATES, 1);
	print_updates("add", added, UPDATES, 1);
}

/* The same from the line that comes in at the socket to the line that goes out: `each` bindings in one request. */
static void
update_by_request(struct bench *bench, const char *what, unsigned int each)
{
	static double spent[UPDATES];
	static char line[API_MAX_REQUEST];
	const struct api_backend backend = { .context = bench,
		.binding_add = backend_add,
		.binding_remove = backend_remove };
	const unsigned int requests = UPDATES / each;

	for (unsigned int i = 0; i < requests; i++) {
		size_t len = (size_t)sprintf(line,
		    "{\"command\": \"binding-add\", \"arguments\": {\"replace\": true, \"bindings\": [");
		double start;
		json_t *reply;

		for (unsigned int j = 0; j < each; j++) {
			const uint32_t number = random_below(&bench->random, bench->count);
			char addr[IP4_TEXT_SIZE];

			len += (size_t)sprintf(line + len,
			    "%s{\"ipv4\": \"%s\", \"psid\": %u, \"softwire\": \"2001:db8:%x:%x::1\"}",
			    j == 0 ? "" : ", ", ip4_format(address_of(number), addr), psid_of(number), i & 0xffff, j);
		}
		len += (size_t)sprintf(line + len, "]}}");
		start = cpu();
		reply = api_handle(&backend, line, len);
		free(json_dumps(reply, JSON_COMPACT));
		spent[i] = cpu() - start;
		if (json_integer_value(json_object_get(reply, "result")) != API_OK)
			die(json_string_value(json_object_get(reply, "text")), &(struct error){ .text = "refused" });
		json_decref(reply);
	}
	print_updates(what, spent, requests, each);
}

/* ---- all -------------------------------------------------------------------------------------------------------- */

/* Grace periods of one worker, which sleeps. */
static void
make_engine(struct bench *bench)
{
	const size_t size = rte_rcu_qsbr_get_memsize(1);

	bench->engine.grace = aligned_alloc(64, (size + 63) / 64 * 64);
	if (bench->engine.grace == NULL || rte_rcu_qsbr_init(bench->engine.grace, 1) != 0)
		die("engine", &(struct error){ .text = "out of memory" });
}

int
main(int argc, char **argv)
{
	const long count = argc > 1 ? atol(argv[1]) : 1000000;
	const char *directory = argc > 2 ? argv[2] : "/tmp";
	struct bench bench = { .count = (uint32_t)count, .random = { .key = { { 1, 2 } } } };

	if (count < 1 || count > 10000000 || argc > 3) {
		fputs("usage: mapedge-bench-bindings [COUNT [DIRECTORY]]\n", stderr);
		return 2;
	}
	snprintf(bench.text, sizeof(bench.text), "%.150s/mapedge-bench-%d.txt", directory, (int)getpid());
	snprintf(bench.compiled, sizeof(bench.compiled), "%.150s/mapedge-bench-%d.bin", directory, (int)getpid());
	bench.domain = (struct conf_softwire){ .name = "bench", .br = 1u << 16, .pool_count = 1 };
	bench.domain.pools[0] =
	    (struct conf_pool){ .ipv4 = { 0x0a000000, POOL_LEN }, .psid_offset = 6, .psid_len = PSID_LEN };
	bench.conf = (struct conf){ .role = CONF_BR, .softwires = &bench.domain, .softwire_count = 1 };
	make_engine(&bench);
	write_text(&bench);
	compile(&bench);
	load(&bench, "text", bench.text);
	load(&bench, "compiled", bench.compiled);
	look_up_all(&bench);
	update_table(&bench);
	update_by_request(&bench, "one in a request", 1);
	update_by_request(&bench, "a hundred in a request", MANY);
	bindings_free(bench.bindings);
	free(bench.engine.grace);
	(void)unlink(bench.text);
	(void)unlink(bench.compiled);
	return 0;
}
