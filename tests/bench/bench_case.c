/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench_case.h"

#include <stdlib.h>

#include "base/pages.h"
#include "bench_sessions.h"
#include "pkt/checksum.h"

#define CE_PREFIX u128_make(UINT64_C(0x20010db800123400), 0)
#define CE_ADDRESS u128_make(UINT64_C(0x20010db800123400), UINT64_C(0x0000c00002120034))
#define RULE_IPV4 UINT32_C(0x0a000000) /* 10.0.0.0/24, 10.0.1.0/24, … */

const struct mac bench_mac = { { 2, 0, 0, 0, 0, 1 } };

/* ---- packets ---------------------------------------------------------------------------------------------------- */

/* 7 : 4 : 1 of 64, 594 and 1518-byte frames; lengths here are of the IPv4 packet. */
static uint16_t
ipv4_len(const struct bench_case *c, uint32_t number)
{
	static const uint16_t imix[] = { 46, 576, 46, 46, 576, 46, 1420, 46, 576, 46, 46, 576 };

	if (c->size[0] == 'i')
		return imix[number % 12];
	return c->size[0] == '6' ? 46 : 1420;
}

static void
put_udp(uint8_t *udp, uint16_t len)
{
	store16(udp + 4, len);
	store16(udp + 6, 0x1234); /* a checksum that is there; nobody verifies it */
}

/* A SYN with the option that nearly every one has, and that is the fast path's to change. */
static void
put_syn(uint8_t *tcp)
{
	static const uint8_t mss[] = { 2, 4, 1460 >> 8, 1460 & 0xff };

	memset(tcp + 4, 0, TCP_MIN_LEN - 4);
	tcp[12] = (TCP_MIN_LEN + sizeof(mss)) / 4 << 4;
	tcp[13] = TCP_SYN;
	store16(tcp + 14, 0xffff);
	store16(tcp + 16, 0x1234);
	memcpy(tcp + TCP_MIN_LEN, mss, sizeof(mss));
}

static void
put_ipv4(uint8_t *ip, uint16_t len, const struct bench_flow *flow)
{
	uint8_t *l4 = ip + IPV4_MIN_LEN;
	uint16_t sum;

	memset(ip, 0, IPV4_MIN_LEN);
	ip[0] = 0x45;
	store16(ip + 2, len);
	ip[8] = 64;
	ip[9] = flow->is_tcp ? PROTOCOL_TCP : PROTOCOL_UDP;
	store16(ip + 4, flow->ident);
	store16(ip + 6, flow->fragment);
	store32(ip + 12, flow->src);
	store32(ip + 16, flow->dst);
	sum = checksum(ip, IPV4_MIN_LEN);
	memcpy(ip + 10, &sum, sizeof(sum));
	store16(l4, flow->src_port);
	store16(l4 + 2, flow->dst_port);
	if (flow->is_tcp)
		put_syn(l4);
	else
		put_udp(l4, (uint16_t)(len - IPV4_MIN_LEN));
}

static uint8_t *
put_frame(struct rte_mbuf *mbuf, uint16_t ether_type, uint32_t len)
{
	uint8_t *frame;

	mbuf->data_off = RTE_PKTMBUF_HEADROOM;
	mbuf->data_len = (uint16_t)(ETHER_LEN + len);
	mbuf->pkt_len = ETHER_LEN + len;
	frame = rte_pktmbuf_mtod(mbuf, uint8_t *);
	memcpy(frame, bench_mac.byte, 6);
	memcpy(frame + 6, bench_mac.byte, 6);
	store16(frame + 12, ether_type);
	return frame + ETHER_LEN;
}

void
bench_put_native(struct rte_mbuf *mbuf, uint16_t len, const struct bench_flow *flow)
{
	put_ipv4(put_frame(mbuf, ETHER_TYPE_IPV4, len), len, flow);
}

/* All flows come up before one comes again, in an order that no prefetcher of the CPU foresees. */
static const struct bench_flow *
flow_of(const struct bench_case *c, uint32_t number)
{
	return &c->flow[number * UINT64_C(2654435761) % c->flows]; /* a prime, and larger than any number of flows */
}

static void
fill_native(const struct bench_case *c, struct rte_mbuf *mbuf, uint32_t number)
{
	bench_put_native(mbuf, ipv4_len(c, number), flow_of(c, number));
}

/* One packet of ten is a fragment: datagrams of two, one behind the other, whose first part has 24 bytes of payload. */
static void
fill_fragments(const struct bench_case *c, struct rte_mbuf *mbuf, uint32_t number)
{
	const uint32_t datagram = number / 20, part = number % 20;
	struct bench_flow flow = *flow_of(c, part < 2 ? datagram * 20 : number);

	flow.ident = (uint16_t)datagram;
	if (part < 2)
		flow.fragment = part == 0 ? IPV4_MF : 24 / 8;
	bench_put_native(mbuf, IPV4_MIN_LEN + 24, &flow);
}

static void
fill_new(const struct bench_case *c, struct rte_mbuf *mbuf, uint32_t number)
{
	const struct bench_flow flow = c->open_flow(number);

	bench_put_native(mbuf, ipv4_len(c, number), &flow);
}

static void
fill_tunnelled(const struct bench_case *c, struct rte_mbuf *mbuf, uint32_t number)
{
	const struct bench_flow *flow = flow_of(c, number);
	const uint16_t len = ipv4_len(c, number);
	uint8_t *outer = put_frame(mbuf, ETHER_TYPE_IPV6, (uint32_t)IPV6_LEN + len);

	store32(outer, UINT32_C(6) << 28);
	store16(outer + 4, len);
	outer[6] = 4;
	outer[7] = 64;
	ip6_store(outer + 8, flow->outer_src);
	ip6_store(outer + 24, c->is_ce ? CE_ADDRESS : BENCH_BR_ADDRESS);
	put_ipv4(outer + IPV6_LEN, len, flow);
}

/* ---- CE: native IPv6 -------------------------------------------------------------------------------------------- */

#define HOSTS 64
#define LAN6_SUBNETS 7 /* with the IPv4 address as many as can be configured */

/* A host of one of the LAN's subnets; number 0 is the CE's own address in the first one. */
static u128
lan6_address(uint32_t subnet, uint32_t number)
{
	return u128_make(UINT64_C(0x2400cb0000010000) + subnet, 0x100 + number);
}

static struct bench_flow
flow_native6(const struct bench_case *c, uint32_t number)
{
	(void)c;
	return (struct bench_flow){ .src = 1 + number % (HOSTS - 1),
		.outer_src = u128_make(UINT64_C(0x2600) << 48 | number * UINT64_C(0x9e3779b9), number) };
}

static void
fill_native6(const struct bench_case *c, struct rte_mbuf *mbuf, uint32_t number)
{
	const struct bench_flow *flow = flow_of(c, number);
	const u128 host = lan6_address(flow->src % LAN6_SUBNETS, flow->src), far = flow->outer_src;
	const uint16_t ipv4 = ipv4_len(c, number), len = ipv4 < IPV6_LEN + 8 ? IPV6_LEN + 8 : ipv4;
	uint8_t *ip = put_frame(mbuf, ETHER_TYPE_IPV6, len);

	store32(ip, UINT32_C(6) << 28);
	store16(ip + 4, len - IPV6_LEN);
	ip[6] = PROTOCOL_UDP;
	ip[7] = 64;
	ip6_store(ip + 8, c->wraps ? host : far);
	ip6_store(ip + 24, c->wraps ? far : host);
	put_udp(ip + IPV6_LEN, len - IPV6_LEN);
}

/* The LAN has as many subnets as it may; martians are those by default. */
static void
configure_native6(struct conf *conf, struct conf_neighbour hosts[HOSTS])
{
	struct conf_interface *lan = &conf->interfaces[INTERFACE_V4];
	static const struct prefix6 martians[] = { { (u128)0x20010db8 << 96, 32 }, { (u128)0x3fff << 112, 20 },
		{ (u128)0x20010010 << 96, 28 }, { (u128)0x20010020 << 96, 28 }, { (u128)0xfec0 << 112, 10 },
		{ (u128)0xfc << 120, 7 }, { (u128)0x0100 << 112, 64 } };

	conf->forwards_ipv6 = true;
	conf->martian6_count = sizeof(martians) / sizeof(martians[0]);
	memcpy(conf->martians6, martians, sizeof(martians));
	for (uint32_t i = 0; i < LAN6_SUBNETS; i++)
		lan->addresses[lan->address_count++] = (struct conf_address){ .v6 = lan6_address(i, 0), .len = 64 };
	for (uint32_t i = 0; i < HOSTS; i++)
		hosts[i].address = (struct conf_address){ .v6 = lan6_address(i % LAN6_SUBNETS, i), .len = 128 };
}

/* ---- BR: flows are CEs, spread over the rules ------------------------------------------------------------------- */

static void
ce_of(uint32_t number, uint32_t rules, uint32_t *ipv4, uint16_t *port)
{
	const uint32_t within = number / rules; /* 256 addresses of 256 PSIDs under each rule */

	*ipv4 = RULE_IPV4 + (number % rules) * 256 + (within & 0xff);
	*port = (uint16_t)(1024 + ((within >> 8 & 0xff) << 2)); /* offset 6, PSID length 8: m = 2 */
}

static struct bench_flow
flow_br_down(const struct bench_case *c, uint32_t number)
{
	struct bench_flow flow = { .src = BENCH_SERVER_IPV4 + number % 1000, .src_port = 53 };

	ce_of(number, c->rules, &flow.dst, &flow.dst_port);
	return flow;
}

static struct bench_flow
flow_br_up(const struct bench_case *c, uint32_t number)
{
	struct bench_flow flow = { .dst = BENCH_SERVER_IPV4 + number % 1000, .dst_port = 53 };
	const struct map_rule *rule;

	ce_of(number, c->rules, &flow.src, &flow.src_port);
	rule = ruleset_find4(c->rule_set, flow.src, flow.src_port);
	flow.outer_src = map_rule_address(rule, flow.src, flow.src_port);
	return flow;
}

/* Every second CE says that it is another. */
static struct bench_flow
flow_br_spoofed(const struct bench_case *c, uint32_t number)
{
	struct bench_flow flow = flow_br_up(c, number);

	flow.outer_src ^= (u128)(number % 2) << 80;
	return flow;
}

/* ---- BR with a pool: each flow is of a binding ------------------------------------------------------------------ */

#define POOL_PSID_LEN 6

static struct binding
binding_of(uint32_t number)
{
	return (struct binding){ .softwire = u128_make(UINT64_C(0x2400) << 48 | (uint64_t)number << 16, 1),
		.ipv4 = RULE_IPV4 + (number >> POOL_PSID_LEN),
		.psid = number % (1 << POOL_PSID_LEN) };
}

/* The first of a CE's ports: offset 6, so m = 4. */
static uint16_t
bound_port(const struct binding *binding)
{
	return (uint16_t)(1024 + (binding->psid << 4));
}

static struct bench_flow
flow_bound_down(const struct bench_case *c, uint32_t number)
{
	const struct binding binding = binding_of(number);

	(void)c;
	return (struct bench_flow){ .src = BENCH_SERVER_IPV4 + number % 1000,
		.src_port = 53,
		.dst = binding.ipv4,
		.dst_port = bound_port(&binding) };
}

static struct bench_flow
flow_bound_up(const struct bench_case *c, uint32_t number)
{
	const struct binding binding = binding_of(number);

	(void)c;
	return (struct bench_flow){ .outer_src = binding.softwire,
		.src = binding.ipv4,
		.src_port = bound_port(&binding),
		.dst = BENCH_SERVER_IPV4 + number % 1000,
		.dst_port = 53 };
}

/* 0, or -ENOMEM. */
static int
bind_all(struct bench_case *c, struct snapshot *snapshot)
{
	static const struct hash_key key = { { UINT64_C(0x243f6a8885a308d3),
	    UINT64_C(0x13198a2e03707344) } }; /* of pi */
	void *memory = pages_alloc(binding_table_size(c->flows));

	c->binding_counters = pages_alloc(c->flows * sizeof(*c->binding_counters));
	if (memory == NULL || c->binding_counters == NULL)
		return -ENOMEM;
	memset(c->binding_counters, 0, c->flows * sizeof(*c->binding_counters));
	c->bindings = binding_table_init(memory, c->flows, &key);
	for (uint32_t i = 0; i < c->flows; i++) {
		const struct binding binding = binding_of(i);

		(void)binding_add(c->bindings, &binding);
	}
	snapshot->bindings = c->bindings;
	snapshot->binding_counters[0] = c->binding_counters;
	return 0;
}

/* ---- configuration ---------------------------------------------------------------------------------------------- */

static struct map_rule_spec
br_rule(uint32_t number)
{
	return (struct map_rule_spec){ .ipv6 = { u128_make(UINT64_C(0x2400) << 48 | (uint64_t)number << 24, 0), 40 },
		.ipv4 = { RULE_IPV4 + number * 256, 24 },
		.ea_len = 16,
		.psid_offset = 6,
		.fmr = true };
}

static struct map_rule_spec
pool_rule(void)
{
	return (struct map_rule_spec){ .ipv4 = { RULE_IPV4, 8 },
		.psid_offset = 6,
		.psid_len = POOL_PSID_LEN,
		.bound = true,
		.fmr = true };
}

/* 240 ports of a shared address, or all of one. */
static struct map_rule_spec
ce_rule(const struct bench_case *c)
{
	return (struct map_rule_spec){ .ipv6 = { u128_make(UINT64_C(0x20010db8) << 32, 0), 40 },
		.ipv4 = { UINT32_C(0xc0000200), 24 },
		.ea_len = c->whole_address ? 8 : 16,
		.psid_offset = 4 };
}

/* 0: out of memory. */
static size_t
configure_softwire(const struct bench_case *c, struct conf_softwire *softwire)
{
	const uint8_t prefix_len = c->whole_address ? 48 : 56;

	*softwire = (struct conf_softwire){ .name = "bench",
		.br = BENCH_BR_ADDRESS,
		.mtu = 1460,
		.mss_clamp = true,
		.hop_limit = 64,
		.end_user_prefix = { CE_PREFIX & mask6(prefix_len), prefix_len },
		.mesh = c->rules > 1,
		.rules = calloc(c->rules, sizeof(*softwire->rules)),
		.rule_count = c->rules };
	for (uint32_t i = 0; i < c->rules && softwire->rules != NULL; i++)
		softwire->rules[i] = c->is_ce && i == 0 ? ce_rule(c) : br_rule(i);
	if (c->is_bound && softwire->rules != NULL)
		softwire->rules[0] = pool_rule();
	return softwire->rules != NULL ? softwire->rule_count : 0;
}

static void
configure(const struct bench_case *c, struct conf *conf, struct conf_softwire *softwire,
    struct conf_neighbour neighbours[INTERFACE_COUNT][64])
{
	*conf = (struct conf){ .role = c->is_ce ? CONF_CE : CONF_BR,
		.workers = c->workers > 0 ? c->workers : 1,
		.interface_count = INTERFACE_COUNT,
		.softwires = softwire,
		.softwire_count = 1,
		.fragments = { .reassembly = true, .datagrams = 4096, .held = 1024, .timeout = 30, .path_mru = 1500 },
		.nat = { .sessions = c->sessions,
		    .udp_timeout = c->end_all != NULL ? BENCH_USUAL_TIMEOUT : BENCH_LONG_TIMEOUT,
		    .dns_timeout = BENCH_SHORT_TIMEOUT,
		    .tcp_opening_timeout = BENCH_SHORT_TIMEOUT,
		    .filtering = CONF_ADDRESS_DEPENDENT,
		    .port_reuse = c->always_reuse ? CONF_REUSE_ALWAYS : CONF_REUSE_ON_EXHAUSTION } };
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		struct conf_interface *interface = &conf->interfaces[i];

		*interface = (struct conf_interface){ .has_mac = true,
			.mac = bench_mac,
			.mtu = 1500,
			.neighbours = neighbours[i],
			.neighbour_count = 64,
			.has_gateway = true };
		for (uint32_t j = 0; j < 64; j++)
			neighbours[i][j] =
			    (struct conf_neighbour){ { .ipv4 = true, .v4 = BENCH_LAN_IPV4 + 1 + j, .len = 32 },
				    bench_mac };
	}
	conf->interfaces[INTERFACE_V4].addresses[0] = (struct conf_address){ .ipv4 = true,
		.v4 = c->is_ce ? BENCH_LAN_IPV4 + 1 : UINT32_C(0xc6336401),
		.len = c->is_ce ? 16 : 24 };
	conf->interfaces[INTERFACE_V4].address_count = 1;
	if (c->is_native6)
		configure_native6(conf, neighbours[INTERFACE_V4]);
}

static bench_fill *
fill_of(const struct bench_case *c)
{
	if (c->is_native6)
		return fill_native6;
	if (c->has_fragments)
		return fill_fragments;
	if (c->open_flow != NULL)
		return fill_new;
	return c->wraps ? fill_native : fill_tunnelled;
}

struct snapshot *
bench_case_prepare(struct bench_case *c, struct error *err)
{
	static struct conf_neighbour neighbours[INTERFACE_COUNT][64];
	const struct mac macs[INTERFACE_COUNT] = { bench_mac, bench_mac };
	struct conf_softwire softwire;
	struct snapshot *snapshot;
	struct conf conf;

	if (configure_softwire(c, &softwire) == 0)
		return NULL;
	configure(c, &conf, &softwire, neighbours);
	snapshot = snapshot_compile(&conf, macs, NULL, err);
	free(softwire.rules);
	c->flow = calloc(c->flows, sizeof(*c->flow));
	if (snapshot == NULL || c->flow == NULL || (c->is_bound && bind_all(c, snapshot) < 0))
		return NULL;
	c->rule_set = snapshot->rules;
	c->nat_bytes = c->is_ce ? nat_size(&snapshot->nat) : 0;
	c->fill = fill_of(c);
	for (uint32_t i = 0; i < c->flows && c->make_flow != NULL; i++)
		c->flow[i] = c->make_flow(c, i);
	return snapshot;
}

void
bench_case_free(struct bench_case *c)
{
	free(c->flow);
	free(c->bindings);
	free(c->binding_counters);
}

/* clang-format off */
#define WAY(name_, size_, from_, flows_, rules_) \
	.name = name_, .size = size_, .from = from_, .wraps = from_ == INTERFACE_V4, .flows = flows_, .rules = rules_

#define BR(size, flows, rules) \
	{ WAY("br_down", size, INTERFACE_V4, flows, rules), .make_flow = flow_br_down }, \
	{ WAY("br_up", size, INTERFACE_V6, flows, rules), .make_flow = flow_br_up }

/* A pool with a binding for each flow. */
#define BOUND(size, flows) \
	{ WAY("br_down_bound", size, INTERFACE_V4, flows, 1), .is_bound = true, .make_flow = flow_bound_down }, \
	{ WAY("br_up_bound", size, INTERFACE_V6, flows, 1), .is_bound = true, .make_flow = flow_bound_up }

/* What is not the usual: half of it spoofed, fragments in it, or packets that come alone. */
#define UNUSUAL(flows) \
	{ WAY("br_up_spoofed", "64", INTERFACE_V6, flows, 1), .dropped = 50, .make_flow = flow_br_spoofed }, \
	{ WAY("br_down_frags", "64", INTERFACE_V4, flows, 1), .has_fragments = true, .make_flow = flow_br_down }, \
	{ WAY("br_down_by_8", "64", INTERFACE_V4, flows, 1), .burst = 8, .make_flow = flow_br_down }, \
	{ WAY("br_down_by_1", "64", INTERFACE_V4, flows, 1), .burst = 1, .make_flow = flow_br_down }

#define CE_WAY(name, size, from, flows, rules) \
	WAY(name, size, from, flows, rules), .is_ce = true, .warm = bench_open_sessions

/* The limit of sessions is the default one where that is enough. */
#define LIMIT(flows) ((flows) > 65536 ? (flows) + 4096 : 65536)
#define CE(size, flows_, rules) \
	{ CE_WAY("ce_up", size, INTERFACE_V4, flows_, rules), .sessions = LIMIT(flows_), .make_flow = bench_flow_ce }, \
	{ CE_WAY("ce_down", size, INTERFACE_V6, flows_, rules), .sessions = LIMIT(flows_) }

/* Every packet opens a session, in a table of two million that has so many already. */
#define NEW_WAY(name, flows_) CE_WAY(name, "64", INTERFACE_V4, flows_, 1), .sessions = LIMIT(2000000)
#define NEW(flows_) \
	{ NEW_WAY("ce_new_udp", flows_), .whole_address = true, .open_flow = bench_new_udp }, \
	{ NEW_WAY("ce_new_tcp", flows_), .whole_address = true, .open_flow = bench_new_tcp }, \
	{ NEW_WAY("ce_new_shared", flows_), .always_reuse = true, .open_flow = bench_new_udp }

/* Not a session in sight. */
#define NATIVE6(size, flows_) \
	{ WAY("v6_up", size, INTERFACE_V4, flows_, 1), .is_ce = true, .is_native6 = true, .sessions = 16, .make_flow = flow_native6 }, \
	{ WAY("v6_down", size, INTERFACE_V6, flows_, 1), .is_ce = true, .is_native6 = true, .sessions = 16, .make_flow = flow_native6 }

#define END_WAY(name, flows_) CE_WAY(name, "64", INTERFACE_V4, flows_, 1), .sessions = LIMIT(flows_)
#define END(flows_) \
	{ END_WAY("expiry", flows_), .end_all = bench_let_all_time_out }, \
	{ END_WAY("sweep", flows_), .end_all = bench_halve_timeout }, \
	{ END_WAY("readdress", flows_), .end_all = bench_change_address }, \
	{ END_WAY("readdress_whole", flows_), .whole_address = true, .end_all = bench_change_address }
/* clang-format on */

/* On a CE more than one rule means a mesh: every packet up looks its destination up among the FMRs. */
#define RULES(way, size, flows) way(size, flows, 1), way(size, flows, 1000), way(size, flows, 100000)
#define FLOWS(way, size) RULES(way, size, 1), RULES(way, size, 1000), RULES(way, size, 64000)
#define SIZE(size) FLOWS(BR, size), FLOWS(CE, size)

const struct bench_case bench_cases[] = { SIZE("64"), SIZE("imix"), SIZE("1500"), BOUND("64", 1000), BOUND("64", 64000),
	BOUND("64", 1000000), UNUSUAL(1000), UNUSUAL(64000), NATIVE6("64", 1000), NATIVE6("64", 64000),
	NATIVE6("imix", 1000), NATIVE6("1500", 1000), NEW(1000), CE("64", 1000000, 1), CE("64", 2000000, 1),
	NEW(2000000), END(2000000) };
const size_t bench_case_count = sizeof(bench_cases) / sizeof(bench_cases[0]);
