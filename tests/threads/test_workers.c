/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The daemon's worker loop in 1, 2, 3, 4 and 8 threads, more than there are CPUs: a CE and a BR under traffic of many hosts whose answers come
 * to the wrong worker, while control publishes configurations, changes bindings, and asks. `make tsan` runs it under
 * ThreadSanitizer.
 */
#include <inttypes.h>
#include <rte_eal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../unit/unit.h"
#include "engine/bindings.h"
#include "engine/compile.h"
#include "pool.h"
#include "world.h"

#define BUFFERS 32767
#define CHANGES 12      /* of the configuration in a round, at least */
#define PACKETS 1       /* of each flow with each of them */
#define LIMIT_MS 120000 /* when something hangs */
#define HOSTS 96
#define BOX6 u128_make(UINT64_C(0x20010db8ffff0000), 1)
#define INTERFACES                                                                                             \
	"dpdk = { workers = %u; };\n"                                                                          \
	"interfaces = ( { name = \"a\"; role = \"%s\"; mac = \"02:00:00:00:0c:01\"; addresses = [ \"%s\" ];\n" \
	"    neighbours = ( %s ); %s },\n"                                                                     \
	"  { name = \"b\"; role = \"%s\"; mac = \"02:00:00:00:0c:02\";\n"                                      \
	"    neighbours = ( { address = \"fe80::1\"; mac = \"02:00:00:00:06:01\"; } ); gateway = \"fe80::1\"; } );\n"

static const unsigned int counts[] = { 1, 2, 3, 4, 8 };
static struct world world;
static struct conf *conf;
static struct bindings *bindings;
static char place[] = "/tmp/mapedge-threads-XXXXXX", conf_path[64], bindings_path[64];
static uint16_t user[PORTSET_PORTS]
		    [WORLD_REMOTES]; /* CE, atomic: whose flow has the port towards the remote; flow + 1 */

static void
die(const char *doing, const struct error *err)
{
	ck_abort_msg("%s: %s", doing, err->text);
}

/* ---- flows ------------------------------------------------------------------------------------------------------ */

static struct flow_ends
to_remote(uint32_t host, uint16_t host_port, uint32_t number)
{
	return (struct flow_ends){ .host = host,
		.host_port = host_port,
		.remote = UINT32_C(0x08080801) + number % 4,
		.remote_port = (uint16_t)(7000 + number % WORLD_REMOTES / 4) };
}

/* 288 endpoints for 240 ports: some must be shared, and workers borrow. */
static struct flow_ends
ends_of_ce(uint32_t flow)
{
	const uint32_t endpoint = flow / 2;

	return to_remote(UINT32_C(0xc0a80164) + endpoint % HOSTS, (uint16_t)(5000 + endpoint / HOSTS),
	    flow * 5 + flow / 7);
}

static uint32_t
psid_of(uint32_t flow)
{
	return flow * 13 & 0xff;
}

/* The side of a BR from which requests come is the Internet: its CE is the remote end. Odd flows are of a pool. */
static struct flow_ends
ends_of_br(uint32_t flow)
{
	const struct flow_ends ends = to_remote(0, 0, flow);

	return (struct flow_ends){ .host = ends.remote,
		.host_port = ends.remote_port,
		.remote = (flow % 2 == 0 ? UINT32_C(0xc0000200) : UINT32_C(0xcb007100)) + flow % 250,
		.remote_port = (uint16_t)(0x1000 | psid_of(flow) << 4 | flow % 16) };
}

/* No two workers, and no two hosts, use one port for the same destination. */
static const char *
look_at_ce(struct world *of, const uint8_t *outer, uint32_t flow, const struct flow_ends *seen)
{
	const uint32_t remote = (seen->remote - 1) % 4 * 4 + (seen->remote_port - 7000u);
	uint16_t nobody = 0;

	(void)of;
	if (ip6_load(outer + 24) != BOX6)
		return "not to the BR";
	if (seen->host != UINT32_C(0xc0000212))
		return "another source address";
	if (__atomic_compare_exchange_n(&user[seen->host_port][remote], &nobody, (uint16_t)(flow + 1), false,
		__ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
	    nobody == flow + 1)
		return NULL;
	return "two flows have one port and one destination";
}

/* RFC 7597 section 5.2 and 6, written out; a binding says itself whose it is. */
static const char *
look_at_br(struct world *of, const uint8_t *outer, uint32_t flow, const struct flow_ends *seen)
{
	const u128 to = ip6_load(outer + 24);
	const uint64_t number = flow % 250, psid = psid_of(flow);
	const u128 ce = u128_make(UINT64_C(0x20010db800000000) | number << 16 | psid << 8,
	    (UINT64_C(0xc0000200) | number) << 16 | psid);

	(void)of;
	if (flow % 2 == 0)
		return to == ce ? NULL : "a packet went to another CE";
	if (to >> 64 != (UINT64_C(0x2400) << 48 | seen->remote) || (to & 0xffff) != psid)
		return "a packet went to somebody else's binding";
	return NULL;
}

/* ---- configuration ---------------------------------------------------------------------------------------------- */

static void
write_ce(FILE *file, uint32_t version, uint32_t psid)
{
	char hosts[HOSTS * 72];
	size_t len = 0;

	for (unsigned int i = 0; i < HOSTS; i++)
		len += (size_t)snprintf(hosts + len, sizeof(hosts) - len,
		    "%s{ address = \"192.168.1.%u\"; mac = \"02:00:00:00:01:%02x\"; }", i > 0 ? ", " : "", 100 + i, i);
	fprintf(file, "role = \"ce\";\n" INTERFACES, world.threads, "lan", "192.168.1.1/24", hosts, "", "wan");
	fprintf(file,
	    "softwires = ( { name = \"m\"; end_user_prefix = \"2001:db8:12:%x00::/56\"; br = \"2001:db8:ffff::1\";\n"
	    "  rules = ( { ipv6 = \"2001:db8::/40\"; ipv4 = \"192.0.2.0/24\"; ea = 16; offset = 4; } ); } );\n"
	    "nat = { sessions = 4096; port_reuse = \"on_exhaustion\"; udp_timeout = %u; filtering = \"%s\"; };\n",
	    psid, 200 + version % 100, version % 2 == 0 ? "address-dependent" : "address-and-port-dependent");
}

static void
write_br(FILE *file, uint32_t version)
{
	fprintf(file, "role = \"br\";\n" INTERFACES, world.threads, "internet", "198.51.100.1/24",
	    "{ address = \"198.51.100.254\"; mac = \"02:00:00:00:04:01\"; }", "gateway = \"198.51.100.254\";", "map");
	fprintf(file,
	    "domains = ( { name = \"d\"; br = \"2001:db8:ffff::1\"; bindings_file = \"%s\";\n"
	    "  pools = ( { ipv4 = \"203.0.113.0/24\"; offset = 4; psid_len = 8; } );\n"
	    "  rules = ( { ipv6 = \"2001:db8::/40\"; ipv4 = \"192.0.2.0/24\"; ea = 16; offset = 4; } ); } );\n"
	    "icmp = { rate = %u; };\n",
	    bindings_path, 100 + version);
}

static struct api_binding
binding_of_flow(uint32_t flow, uint64_t version)
{
	const uint32_t ipv4 = ends_of_br(flow).remote;

	return (struct api_binding){ .ipv4 = ipv4,
		.psid = (int)psid_of(flow),
		.softwire = u128_make(UINT64_C(0x2400) << 48 | ipv4, version << 16 | psid_of(flow)) };
}

static void
write_bindings(void)
{
	FILE *file = fopen(bindings_path, "w");

	ck_assert_ptr_nonnull(file);
	for (uint32_t flow = 1; flow < WORLD_FLOWS; flow += 2) {
		const uint32_t ipv4 = ends_of_br(flow).remote, psid = psid_of(flow);

		fprintf(file, "203.0.113.%u %u 2400::%x:%x:0:0:0:%x\n", ipv4 & 0xff, psid, ipv4 >> 16, ipv4 & 0xffff,
		    psid);
	}
	fclose(file);
}

/* What the daemon does with a file; the one before goes when no worker can see it. `psid` of the CE's address. */
static struct snapshot *
compile(uint32_t version, uint32_t psid, const struct snapshot *before)
{
	const struct mac macs[INTERFACE_COUNT] = { { { 0 } } };
	FILE *file = fopen(conf_path, "w");
	struct snapshot *snapshot;
	struct error err = { 0 };

	ck_assert_ptr_nonnull(file);
	if (world.is_ce)
		write_ce(file, version, psid);
	else
		write_br(file, version);
	fclose(file);
	conf_free(conf);
	conf = conf_load(conf_path, &err);
	if (conf == NULL)
		die("conf_load", &err);
	snapshot = snapshot_compile(conf, macs, before, &err);
	if (snapshot == NULL)
		die("snapshot_compile", &err);
	return snapshot;
}

static void
publish(uint32_t version, uint32_t psid)
{
	const struct snapshot *before = world.engine.published;
	struct snapshot *next = compile(version, psid, before);
	uint64_t token;

	bindings_attach(bindings, next);
	token = engine_publish(&world.engine, next);
	while (!engine_is_quiet(&world.engine, token))
		usleep(100);
	snapshot_free((struct snapshot *)before);
}

/* Bindings that no flow has, and, where packets may get lost, of one that has. */
static void
change_bindings(uint64_t version, bool may_lose)
{
	struct api_binding wanted = binding_of_flow((uint32_t)(version * 2 + 1) % WORLD_FLOWS, version);
	struct error err = { 0 };

	if (bindings == NULL)
		return;
	if (may_lose && bindings_add(bindings, conf, &wanted, true, &err) < 0)
		die("bindings_add", &err);
	wanted =
	    (struct api_binding){ .ipv4 = UINT32_C(0xcb0071fe), .psid = (int)(version % 256), .softwire = version };
	if (bindings_add(bindings, conf, &wanted, false, &err) < 0 ||
	    bindings_remove(bindings, conf, &wanted, &err) < 0)
		die("bindings_remove", &err);
	(void)bindings_tidy(bindings, &world.engine);
}

/* ---- a run ------------------------------------------------------------------------------------------------------ */

static struct counters
sum_counters(void)
{
	struct counters sum = { 0 };

	for (unsigned int i = 0; i < world.threads; i++)
		counters_sum(&sum, &world.engine.worker[i]->counters);
	return sum;
}

static uint64_t
drops(void)
{
	const struct counters sum = sum_counters();

	return counters_conservation(&sum, 0).dropped;
}

/* What control asks for while workers run. */
static void
ask_workers(void)
{
	static struct nat_listing listing;
	uint64_t room;

	(void)engine_held(&world.engine);
	(void)sum_counters();
	for (unsigned int i = 0; i < world.threads; i++) {
		listing = (struct nat_listing){ .space = NAT_ANY_SPACE, .limit = NAT_LISTING_ROWS };
		(void)inquiry_ask(&world.engine.desk[i], &listing);
		(void)engine_waiting(&world.engine, i, &room);
		(void)engine_silent_ms(&world.engine, i);
	}
}

/* Each flow has packets to send, more with every change that is made; then until all have been answered. */
static void
round_of(uint32_t *version, uint32_t *psid, bool may_lose)
{
	const uint64_t before = drops();
	unsigned int changes = 0, waited_ms = 0;

	while ((changes < CHANGES || !world_is_answered(&world)) && !world_is_wrong(&world)) {
		if (changes++ < CHANGES)
			world_ask(&world, PACKETS, may_lose);
		*psid += may_lose && changes < CHANGES && changes % 4 == 0;
		publish(++*version, *psid);
		change_bindings(*version, may_lose);
		ask_workers();
		usleep(2000);
		waited_ms += 2;
		if (waited_ms > LIMIT_MS)
			world_note(&world, "packets have got lost");
	}
	if (!may_lose && drops() != before)
		world_note(&world, "packets were dropped");
}

static void
check_conservation(void)
{
	struct engine *engine = &world.engine;
	const struct counters sum = sum_counters();
	const struct conservation law = counters_conservation(&sum, engine_held(engine));
	uint64_t injected = 0, received = 0, stock = 0;

	for (unsigned int i = 0; i < world.threads; i++) {
		injected += world.thread[i].injected;
		received += world.thread[i].received;
		stock += engine->worker[i]->stock_count;
	}
	ck_assert_uint_eq(law.received, injected);
	ck_assert_uint_eq(law.transmitted, received);
	ck_assert_uint_eq(law.received + law.created, law.transmitted + law.merged + law.dropped + law.held);
	ck_assert_uint_eq(rte_mempool_avail_count(engine->pool) + stock + law.held, BUFFERS);
	if (world.threads > 1)
		ck_assert_uint_gt(sum.event[EVENT_handoff], 0);
}

/* A port that can spread what it receives is asked to: net_null says that it can spread everything. */
static void
check_spread(void)
{
	struct rte_eth_rss_conf spread = { 0 };

	for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
		ck_assert_int_eq(rte_eth_dev_rss_hash_conf_get(world.engine.port[i].id, &spread), 0);
		ck_assert_uint_eq(spread.rss_hf & (RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6),
		    RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6);
		ck_assert_uint_eq(spread.rss_hf & RTE_ETH_RSS_TCP, RTE_ETH_RSS_TCP);
		ck_assert_uint_eq(spread.rss_hf & RTE_ETH_RSS_UDP, RTE_ETH_RSS_UDP);
	}
}

static void
run(bool is_ce, unsigned int threads)
{
	uint32_t version = 1, psid = 0x34;
	struct error err = { 0 };
	struct snapshot *first;

	world = (struct world){ .is_ce = is_ce,
		.plugging = PTHREAD_MUTEX_INITIALIZER,
		.threads = threads,
		.ends = is_ce ? ends_of_ce : ends_of_br,
		.look = is_ce ? look_at_ce : look_at_br };
	memset(user, 0, sizeof(user));
	first = compile(version, psid, NULL);
	if (bindings_load(conf, threads, &bindings, &err) < 0)
		die("bindings_load", &err);
	bindings_attach(bindings, first);
	if (engine_init(&world.engine, first, threads, BUFFERS, &err) < 0 || world_start(&world, &err) < 0)
		die("start", &err);
	if (threads > 1)
		check_spread();
	round_of(&version, &psid, false);
	round_of(&version, &psid, true);
	round_of(&version, &psid, false);
	world_stop(&world);
	ck_assert_msg(world.wrong == NULL, "%u workers: %s", threads, world.wrong);
	check_conservation();
	first = (struct snapshot *)world.engine.published;
	engine_free(&world.engine);
	snapshot_free(first);
	bindings_free(bindings);
	bindings = NULL;
	conf_free(conf);
	conf = NULL;
}

START_TEST(ce)
{
	run(true, counts[_i]);
}
END_TEST

START_TEST(br)
{
	run(false, counts[_i]);
}
END_TEST

static void
set_up(void)
{
	static char text[] =
	    "threads --no-huge --no-pci --no-shconf --no-telemetry -m 512 --lcores=0 --log-level=error";
	char *arguments[16];
	int count = 0;

	for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
		arguments[count++] = word;
	ck_assert_ptr_nonnull(mkdtemp(place));
	snprintf(conf_path, sizeof(conf_path), "%s/conf", place);
	snprintf(bindings_path, sizeof(bindings_path), "%s/bindings", place);
	write_bindings();
	ck_assert_int_ge(rte_eal_init(count, arguments), 0);
	ck_assert_int_eq(pool_be_seen(), 0);
}

static void
tear_down(void)
{
	remove(conf_path);
	remove(bindings_path);
	remove(place);
	(void)rte_eal_cleanup();
}

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("workers");
	TCase *tcase = tcase_create("threads");

	tcase_add_unchecked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, ce, 0, sizeof(counts) / sizeof(counts[0]));
	tcase_add_loop_test(tcase, br, 0, sizeof(counts) / sizeof(counts[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
