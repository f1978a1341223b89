/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the work of a CE spreads over many workers, and whether they get the ports they need: the box's own NATs, bank and hashes
 * under generated flows, without packets or threads. Of hosts as of flows a few have most: the i-th host opens flows in
 * proportion to 1 / i, the packets of a flow are Pareto distributed.
 *
 * A flow has an inside port of its own, and holds an external one for FLOW_SECONDS. New ones come as fast as keeps `demand` percent
 * of the port set in use. Without lending, each worker has a bank in which the others have taken all that is theirs.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "path/snapshot.h"

#define FLOW_SECONDS 60
#define LIVES 5          /* of a flow: so long a run takes */
#define PARETO_ALPHA 1.2 /* packets of flows: one in a hundred has half of them */
#define MAX_PACKETS 1e6
#define HOSTS_NET UINT32_C(0xc0a80000)
#define EXTERNAL UINT32_C(0xc0000212)

enum mode { OWN_ONLY, LENDING, SHARING, MODES };
static const char *const mode_names[MODES] = { "own ports", "lending", "lending, on_exhaustion" };

struct plan {
	uint16_t workers;
	struct portset set;
	uint32_t hosts;
	uint32_t demand; /* percent of the ports */
	enum mode mode;
	uint64_t seed;
};

struct result {
	uint64_t offered, opened, refused; /* sessions */
	uint64_t starved;                  /* refused though a port was free */
	uint64_t up, up_handed;            /* packets, and those that another worker had to pass on */
	uint64_t down, down_handed;
	double balance; /* of what the busiest worker translates to the mean */
};

struct crowd {
	struct plan plan;
	struct random random;
	struct nat *nat[WORKER_MAX];
	struct bank *bank[WORKER_MAX]; /* with lending all the same */
	struct random of_worker[WORKER_MAX];
	uint64_t event[EVENT_COUNT];
	uint64_t load[WORKER_MAX]; /* packets translated */
	double *odds;              /* of the hosts: sums of 1 / i */
	struct result result;
};

static void *
need(void *memory)
{
	if (memory == NULL) {
		fputs("out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

/* ---- setting up ------------------------------------------------------------------------------------------------- */

static struct bank *
bank_of_one(const struct plan *plan, uint16_t worker)
{
	struct bank *bank = need(bank_new(&plan->set, plan->workers));

	for (uint32_t i = 0; i < portset_count(&plan->set); i++) {
		if (i % plan->workers != worker)
			(void)bank_claim(bank, L4_UDP, portset_port(&plan->set, i), (uint16_t)(i % plan->workers));
	}
	return bank;
}

static void
set_up(struct crowd *crowd, const struct plan *plan)
{
	struct nat_config config = { .sessions = portset_count(&plan->set) + 1024,
		.reuse = plan->mode == SHARING ? NAT_REUSE_ON_EXHAUSTION : NAT_REUSE_OFF };

	*crowd = (struct crowd){ .plan = *plan, .random = { .key = { { plan->seed, 1 } } } };
	for (int state = 0; state < SESSION_STATES; state++)
		config.timeout[state] = FLOW_SECONDS;
	crowd->odds = need(calloc(plan->hosts, sizeof(*crowd->odds)));
	for (uint32_t i = 0; i < plan->hosts; i++)
		crowd->odds[i] = (i > 0 ? crowd->odds[i - 1] : 0) + 1.0 / (i + 1);
	for (uint16_t i = 0; i < plan->workers; i++) {
		crowd->of_worker[i] = random_fork(&crowd->random);
		crowd->nat[i] = nat_init(need(aligned_alloc(64, (nat_size(&config) + 63) / 64 * 64)), &config,
		    &crowd->of_worker[i], crowd->event, 0);
		if (plan->mode == OWN_ONLY)
			crowd->bank[i] = bank_of_one(plan, i);
		else
			crowd->bank[i] = i > 0 ? crowd->bank[0] : need(bank_new(&plan->set, plan->workers));
		nat_set_external(crowd->nat[i], EXTERNAL, crowd->bank[i], i, 0);
	}
}

static void
tear_down(struct crowd *crowd)
{
	for (uint16_t i = 0; i < crowd->plan.workers; i++) {
		free(crowd->nat[i]);
		if (i == 0 || crowd->plan.mode == OWN_ONLY)
			bank_free(crowd->bank[i]);
	}
	free(crowd->odds);
}

/* ---- flows ------------------------------------------------------------------------------------------------------ */

/* In 0..1, without 0. */
static double
chance(struct crowd *crowd)
{
	return ((double)(random_u64(&crowd->random) >> 11) + 1) / 0x1p53;
}

/* The box numbers hosts as they come, so the busiest of them may have any address. */
static uint32_t
choose_host(struct crowd *crowd)
{
	const double point = chance(crowd) * crowd->odds[crowd->plan.hosts - 1];
	uint32_t low = 0, high = crowd->plan.hosts - 1;

	while (low < high) {
		const uint32_t middle = (low + high) / 2;

		if (crowd->odds[middle] < point)
			low = middle + 1;
		else
			high = middle;
	}
	return HOSTS_NET + 1 + (low * 40503u + (uint32_t)crowd->plan.seed * 7919u) % 65521;
}

static uint32_t
ports_held(const struct crowd *crowd)
{
	uint32_t held = 0;

	for (uint16_t i = 0; i < crowd->plan.workers; i++)
		held += crowd->nat[i]->ports[L4_UDP].held;
	return held;
}

/*
 * A card spreads IPv4 by addresses and ports over its queues, so a flow comes in anywhere. What comes down the softwire has the
 * BR's and our address outside, always the same, and comes in on one queue.
 */
static void
count_packets(struct crowd *crowd, uint16_t owner, uint16_t port)
{
	const uint16_t workers = crowd->plan.workers;
	const double packets = pow(chance(crowd), -1 / PARETO_ALPHA);
	const uint64_t count = packets < MAX_PACKETS ? (uint64_t)packets : (uint64_t)MAX_PACKETS;
	const uint16_t in_up = (uint16_t)random_below(&crowd->random, workers), in_down = 0;
	const uint16_t to = bank_owner(crowd->bank[owner], L4_UDP, port);

	crowd->result.up += count;
	crowd->result.down += count;
	crowd->result.up_handed += in_up != owner ? count : 0;
	crowd->result.down_handed += in_down != to ? count : 0;
	crowd->load[owner] += count;
	crowd->load[to] += count;
}

static void
open_flow(struct crowd *crowd, uint32_t number, uint32_t now)
{
	const uint32_t host = choose_host(crowd);
	const uint16_t owner = snapshot_host_owner(host, crowd->plan.workers);
	const struct nat_opening opening = { .inside = session_end(host, (uint16_t)(1024 + number % 64000), L4_UDP),
		.remote = session_end(UINT32_C(0x08000001) + random_below(&crowd->random, 2000), 443, L4_UDP),
		.now = now,
		.now_ms = now * UINT64_C(1000) };
	const uint32_t held = ports_held(crowd);
	enum drop_reason why;
	const struct session *session = nat_open_out(crowd->nat[owner], &opening, &why);

	crowd->result.offered++;
	if (session != NULL) {
		crowd->result.opened++;
		count_packets(crowd, owner, session->external_port);
		return;
	}
	crowd->result.refused++;
	crowd->result.starved += held < portset_count(&crowd->plan.set) - portset_contains(&crowd->plan.set, 0);
}

static struct result
simulate(const struct plan *plan)
{
	struct crowd crowd;
	uint64_t most = 0, all = 0;
	uint32_t opened = 0;
	double due = 0;

	set_up(&crowd, plan);
	for (uint32_t now = 1; now <= LIVES * FLOW_SECONDS; now++) {
		for (uint16_t i = 0; i < plan->workers; i++)
			(void)nat_expire(crowd.nat[i], now, UINT32_MAX);
		/* exponential gaps, so that new flows come in crowds now and then */
		while (due < now) {
			open_flow(&crowd, opened++, now);
			due -= log(chance(&crowd)) * FLOW_SECONDS * 100 /
			    ((double)portset_count(&plan->set) * plan->demand);
		}
	}
	for (uint16_t i = 0; i < plan->workers; i++) {
		most = crowd.load[i] > most ? crowd.load[i] : most;
		all += crowd.load[i];
	}
	crowd.result.balance = (double)most * plan->workers / (double)all;
	tear_down(&crowd);
	return crowd.result;
}

/* ---- output ----------------------------------------------------------------------------------------------------- */

/* The sum of several runs; the balance is their mean. */
static struct result
simulate_all(struct plan plan, unsigned int runs)
{
	struct result sum = { 0 };

	for (unsigned int i = 0; i < runs; i++) {
		struct result one;

		plan.seed = i + 1;
		one = simulate(&plan);
		sum.offered += one.offered;
		sum.opened += one.opened;
		sum.refused += one.refused;
		sum.starved += one.starved;
		sum.up += one.up;
		sum.up_handed += one.up_handed;
		sum.down += one.down;
		sum.down_handed += one.down_handed;
		sum.balance += one.balance / runs;
	}
	return sum;
}

static double
percent(uint64_t part, uint64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

static struct portset
set_of(uint32_t ports)
{
	if (ports == 65536)
		return (struct portset){ 0 };
	return (struct portset){ .psid = 0x34, .psid_len = ports == 240 ? 8 : 6, .offset = ports == 240 ? 4 : 6 };
}

static int
print_table(uint32_t demand)
{
	static const uint32_t ports[] = { 240, 1008, 65536 }, hosts[] = { 32, 128, 4096 }, runs[] = { 40, 20, 2 };
	static const uint16_t workers[] = { 2, 4, 8, 16, 32 };

	printf("| ports | hosts | workers | busiest ÷ mean | handed over, up | down | no port though one is free: own "
	       "ports | lending | on_exhaustion |\n|---|---|---|---|---|---|---|---|---|\n");
	for (unsigned int i = 0; i < 3; i++) {
		for (unsigned int j = 0; j < 5; j++) {
			struct plan plan = { .workers = workers[j],
				.set = set_of(ports[i]),
				.hosts = hosts[i],
				.demand = demand };
			struct result of[MODES];

			for (plan.mode = OWN_ONLY; plan.mode < MODES; plan.mode++)
				of[plan.mode] = simulate_all(plan, runs[i]);
			printf("| %u | %u | %u | %.2f | %.0f %% | %.0f %% | %.2f %% | %.2f %% | %.2f %% |\n", ports[i],
			    hosts[i], workers[j], of[LENDING].balance, percent(of[LENDING].up_handed, of[LENDING].up),
			    percent(of[LENDING].down_handed, of[LENDING].down),
			    percent(of[OWN_ONLY].starved, of[OWN_ONLY].offered),
			    percent(of[LENDING].starved, of[LENDING].offered),
			    percent(of[SHARING].starved, of[SHARING].offered));
			fflush(stdout);
		}
	}
	return 0;
}

/* ---- what always holds ------------------------------------------------------------------------------------------ */

static bool
expect(bool holds, const struct plan *plan, const char *law)
{
	if (!holds)
		printf("not ok - %u workers, %u ports, %s: %s\n", plan->workers, portset_count(&plan->set),
		    mode_names[plan->mode], law);
	return holds;
}

static bool
check(const struct plan *plan)
{
	const struct result r = simulate(plan);
	const uint64_t spread = (uint64_t)(plan->workers - 1) * 100 / plan->workers;
	bool holds = expect(r.offered == r.opened + r.refused, plan, "opened and refused are all");

	holds &= expect(r.starved <= r.refused, plan, "who starves is refused");
	holds &=
	    expect(r.balance >= 1 && r.balance <= plan->workers, plan, "the busiest has between its share and all");
	holds &=
	    expect(r.up_handed * 100 <= r.up * (spread + 40) && r.down_handed <= r.down, plan, "few are handed over");
	holds &= expect(r.up == r.down && r.up >= r.opened, plan, "each flow has packets");
	if (plan->workers == 1)
		holds &= expect(r.up_handed + r.down_handed == 0 && r.balance == 1, plan, "one worker does all");
	if (plan->mode == LENDING || plan->workers == 1)
		holds &= expect(r.starved == 0, plan, "nobody starves while a port is free");
	if (plan->mode == OWN_ONLY && plan->workers >= 8)
		holds &= expect(r.starved > 0, plan, "without lending somebody starves");
	return holds;
}

static int
check_all(void)
{
	static const uint16_t workers[] = { 1, 2, 3, 4, 8, 16, 32 };
	bool holds = true;

	for (unsigned int i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
		struct plan plan = { .workers = workers[i], .set = set_of(240), .hosts = 32, .demand = 90, .seed = 1 };

		for (plan.mode = OWN_ONLY; plan.mode < MODES; plan.mode++)
			holds &= check(&plan);
		plan = (struct plan){ .workers = workers[i],
			.set = set_of(1008),
			.hosts = 128,
			.demand = 110,
			.seed = 2,
			.mode = LENDING };
		holds &= check(&plan);
	}
	return holds ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "demand", required_argument, NULL, 'd' },
		{ "check", no_argument, NULL, 'c' }, { 0 } };
	int option, demand = 80;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c')
			return check_all();
		if (option != 'd' || (demand = atoi(optarg)) <= 0)
			return 2;
	}
	return print_table((uint32_t)demand);
}
