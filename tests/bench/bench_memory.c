/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What sessions, rules, bindings and workers take of memory: what is set aside for them, and what is resident once they are there, as
 * Linux counts it. usage: mapedge-bench-memory [BINDINGS [SESSIONS]], a million and two million.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/bindings.h"
#include "engine/engine.h"

#define RULES 100000u
#define ENDPOINTS 200u /* inside; each has one port and so many destinations as are needed */
#define PSID_LEN 8
#define HOST UINT32_C(0xc0a80001)

static void
die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

static size_t
resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	size_t pages = 0;

	if (file == NULL || fscanf(file, "%*s %zu", &pages) != 1)
		die("/proc/self/statm");
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* `set_aside` 0: nothing is beforehand. */
static void
print(const char *what, uint64_t count, size_t set_aside, size_t taken)
{
	printf("| %s | %lu | ", what, (unsigned long)count);
	if (set_aside > 0)
		printf("%.1f B, %.0f MB", (double)set_aside / (double)count, (double)set_aside / 1e6);
	printf(" | %.1f B, %.0f MB |\n", (double)taken / (double)count, (double)taken / 1e6);
}

/* ---- sessions --------------------------------------------------------------------------------------------------- */

static size_t
measure_sessions(uint32_t count)
{
	struct nat_config config = { .sessions = count };
	const struct portset whole = { 0 };
	struct random random = { .key = { { 1, 2 } } };
	struct bank *bank = bank_new(&whole, 1);
	uint64_t event[EVENT_COUNT] = { 0 };
	enum drop_reason why;
	const size_t before = resident();
	struct nat *nat;
	size_t taken;

	for (int state = 0; state < SESSION_STATES; state++)
		config.timeout[state] = 300;
	nat = nat_init(aligned_alloc(64, (nat_size(&config) + 63) / 64 * 64), &config, &random, event, 0);
	nat_set_external(nat, UINT32_C(0xc0000201), bank, 0, 0);
	for (uint32_t i = 0; i < count; i++) {
		const struct nat_opening opening = { .inside = session_end(HOST + i % ENDPOINTS, 5000, L4_UDP),
			.remote = session_end(UINT32_C(0x08000000) + i / ENDPOINTS, 443, L4_UDP) };

		if (nat_open_out(nat, &opening, &why) == NULL)
			die(drop_info[why].name);
	}
	taken = resident() - before;
	print("session, all indexes included", count, nat_size(&config), taken);
	free(nat);
	bank_free(bank);
	return taken;
}

/* ---- rules ------------------------------------------------------------------------------------------------------ */

static void
measure_rules(void)
{
	struct map_rule_spec *specs = calloc(RULES, sizeof(*specs));
	struct ruleset *set;
	struct error err;
	size_t before;
	uint32_t bad;

	for (uint32_t i = 0; i < RULES && specs != NULL; i++)
		specs[i] =
		    (struct map_rule_spec){ .ipv6 = { u128_make(UINT64_C(0x2400) << 48 | (uint64_t)i << 24, 0), 40 },
			    .ipv4 = { UINT32_C(0x0a000000) + i * 256, 24 },
			    .ea_len = 16,
			    .psid_offset = 6 };
	before = resident();
	set = specs != NULL ? ruleset_build(specs, RULES, &bad, &err) : NULL;
	if (set == NULL)
		die("no rule set");
	print("rule, /24 each", RULES, 0, resident() - before);
	ruleset_free(set);
	free(specs);
}

/* ---- bindings --------------------------------------------------------------------------------------------------- */

static void
write_bindings(const char *path, uint32_t count)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		die(path);
	for (uint32_t i = 0; i < count; i++)
		fprintf(file, "10.%u.%u.%u %u 2001:db8:%x:%x::1\n", i >> 24, i >> 16 & 0xff, i >> 8 & 0xff, i & 0xff,
		    i >> 16, i & 0xffff);
	fclose(file);
}

static size_t
measure_bindings(uint32_t count)
{
	static struct conf conf;
	static struct snapshot snapshot;
	struct conf_softwire domain = { .name = "memory", .pool_count = 1 };
	struct bindings *bindings = NULL;
	struct error err = { .text = "" };
	char path[] = "/tmp/mapedge-memory-XXXXXX";
	size_t before, taken, table;

	domain.pools[0] =
	    (struct conf_pool){ .ipv4 = { UINT32_C(0x0a000000), 8 }, .psid_offset = 4, .psid_len = PSID_LEN };
	snprintf(domain.bindings_file, sizeof(domain.bindings_file), "%s", path);
	if (mkstemp(path) < 0)
		die(path);
	snprintf(domain.bindings_file, sizeof(domain.bindings_file), "%s", path);
	write_bindings(path, count);
	conf = (struct conf){ .role = CONF_BR, .softwires = &domain, .softwire_count = 1, .workers = 1 };
	before = resident();
	if (bindings_load(&conf, 1, &bindings, &err) < 0)
		die(err.text);
	remove(path);
	bindings_attach(bindings, &snapshot);
	/* every binding has counted */
	memset(snapshot.binding_counters[0], 1, (size_t)count * sizeof(struct binding_counters));
	taken = resident() - before;
	table = binding_table_size(snapshot.bindings->capacity);
	print("binding, table alone, a quarter more room than bindings", count, table, table);
	print("binding, and counters of one worker and of control", count,
	    table + 2 * (size_t)snapshot.bindings->capacity * sizeof(struct binding_counters), taken);
	bindings_free(bindings);
	return taken;
}

/* ---- workers ---------------------------------------------------------------------------------------------------- */

/* By default settings; a ring for each other worker comes on top. */
static void
measure_workers(void)
{
	struct snapshot snapshot = { .work = WORK_BR,
		.fragments = { .datagrams = 4096, .held = 2048, .timeout_ms = 15000 },
		.reassembly = { .datagrams = 4096, .path_mru = 1540 } };

	print("worker itself", 1, sizeof(struct worker), sizeof(struct worker));
	print("worker's tables, BR by default", 1, path_memory_size(&snapshot), path_memory_size(&snapshot));
	snapshot.work = WORK_CE;
	snapshot.nat.sessions = 65536;
	print("worker's tables, CE by default", 1, path_memory_size(&snapshot), path_memory_size(&snapshot));
}

int
main(int argc, char **argv)
{
	const uint32_t bindings = argc > 1 ? (uint32_t)atol(argv[1]) : 1000000;
	const uint32_t sessions = argc > 2 ? (uint32_t)atol(argv[2]) : 2000000;
	size_t both;

	printf("| | how many | set aside, each and all | resident |\n|---|---|---|---|\n");
	measure_workers();
	measure_rules();
	both = measure_sessions(sessions);
	both += measure_bindings(bindings);
	print("these sessions and bindings together", (uint64_t)sessions + bindings, 0, both);
	return 0;
}
