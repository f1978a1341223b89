/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench_case.h"

#include <stdlib.h>

#include "pkt/checksum.h"

#define BR_ADDRESS u128_make(UINT64_C(0x20010db8ffff0000), 1)
#define CE_PREFIX u128_make(UINT64_C(0x20010db800123400), 0)
#define CE_ADDRESS u128_make(UINT64_C(0x20010db800123400), UINT64_C(0x0000c00002120034))
#define CE_IPV4 UINT32_C(0xc0000212)     /* 192.0.2.18 */
#define SERVER_IPV4 UINT32_C(0xc6120000) /* 198.18.0.0 */
#define LAN_IPV4 UINT32_C(0xc0a80000)    /* 192.168.0.0/16 */
#define RULE_IPV4 UINT32_C(0x0a000000)   /* 10.0.0.0/24, 10.0.1.0/24, … */
#define INSIDE_ENDPOINTS 200             /* as many ports as the CE has, less a few */

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
put_ipv4(uint8_t *ip, uint16_t len, const struct bench_flow *flow)
{
	uint16_t sum;

	memset(ip, 0, IPV4_MIN_LEN + 8);
	ip[0] = 0x45;
	store16(ip + 2, len);
	ip[8] = 64;
	ip[9] = 17;
	store32(ip + 12, flow->src);
	store32(ip + 16, flow->dst);
	sum = checksum(ip, IPV4_MIN_LEN);
	memcpy(ip + 10, &sum, sizeof(sum));
	store16(ip + 20, flow->src_port);
	store16(ip + 22, flow->dst_port);
	store16(ip + 24, (uint16_t)(len - IPV4_MIN_LEN));
	store16(ip + 26, 0x1234); /* a checksum that is there; nobody verifies it */
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

static void
fill_native(const struct bench_case *c, struct rte_mbuf *mbuf, uint32_t number)
{
	const uint16_t len = ipv4_len(c, number);

	put_ipv4(put_frame(mbuf, ETHER_TYPE_IPV4, len), len, &c->flow[number % c->flows]);
}

static void
fill_tunnelled(const struct bench_case *c, struct rte_mbuf *mbuf, uint32_t number)
{
	const struct bench_flow *flow = &c->flow[number % c->flows];
	const uint16_t len = ipv4_len(c, number);
	uint8_t *outer = put_frame(mbuf, ETHER_TYPE_IPV6, (uint32_t)IPV6_LEN + len);

	store32(outer, UINT32_C(6) << 28);
	store16(outer + 4, len);
	outer[6] = 4;
	outer[7] = 64;
	ip6_store(outer + 8, flow->outer_src);
	ip6_store(outer + 24, c->is_ce ? CE_ADDRESS : BR_ADDRESS);
	put_ipv4(outer + IPV6_LEN, len, flow);
}

/* ---- BR: flows are CEs, spread over the rules ------------------------------------------------------------------- */

static void
ce_of(uint32_t number, uint32_t rules, uint32_t *ipv4, uint16_t *port)
{
	const uint32_t within = number / rules; /* 256 addresses of 256 PSIDs under each rule */

	*ipv4 = RULE_IPV4 + (number % rules) * 256 + (within & 0xff);
	*port = (uint16_t)(1024 + ((within >> 8 & 0xff) << 2)); /* offset 6, PSID length 8: m = 2 */
}

static void
flow_br_down(const struct bench_case *c, uint32_t number, struct bench_flow *flow)
{
	*flow = (struct bench_flow){ .src = SERVER_IPV4 + number % 1000, .src_port = 53 };
	ce_of(number, c->rules, &flow->dst, &flow->dst_port);
}

static void
flow_br_up(const struct bench_case *c, uint32_t number, struct bench_flow *flow)
{
	const struct map_rule *rule;

	*flow = (struct bench_flow){ .dst = SERVER_IPV4 + number % 1000, .dst_port = 53 };
	ce_of(number, c->rules, &flow->src, &flow->src_port);
	rule = ruleset_find4(c->rule_set, flow->src, flow->src_port);
	flow->outer_src = map_rule_address(rule, flow->src, flow->src_port);
}

/* ---- CE: flows are sessions of 200 inside endpoints ------------------------------------------------------------- */

static void
flow_ce_up(const struct bench_case *c, uint32_t number, struct bench_flow *flow)
{
	const uint32_t endpoint = number % INSIDE_ENDPOINTS;

	(void)c;
	*flow = (struct bench_flow){ .src = LAN_IPV4 + 2 + endpoint % 50,
		.src_port = (uint16_t)(40000 + endpoint),
		.dst = SERVER_IPV4 + 1 + number / INSIDE_ENDPOINTS,
		.dst_port = 443 };
}

/* One packet up; what comes out says which external port it got. */
static int
warm_ce(struct bench_case *c, struct engine *engine, struct rte_ring *const in[], struct rte_ring *const out[],
    struct rte_mbuf *mbuf, struct error *err)
{
	const bool down = c->from == INTERFACE_V6;

	for (uint32_t i = 0; i < c->flows; i++) {
		struct bench_flow flow;
		const uint8_t *inner;
		void *sent = mbuf;
		const uint16_t len = 46;

		flow_ce_up(c, i, &flow);
		put_ipv4(put_frame(mbuf, ETHER_TYPE_IPV4, len), len, &flow);
		rte_ring_sp_enqueue(in[INTERFACE_V4], mbuf);
		engine_turn(engine, engine->worker[0]);
		if (rte_ring_sc_dequeue(out[INTERFACE_V6], &sent) != 0)
			return error_set(err, EIO, "flow %u opened no session", i);
		inner = rte_pktmbuf_mtod(mbuf, uint8_t *) + ETHER_LEN + IPV6_LEN;
		if (down)
			c->flow[i] = (struct bench_flow){ .outer_src = BR_ADDRESS,
				.src = flow.dst,
				.src_port = flow.dst_port,
				.dst = CE_IPV4,
				.dst_port = load16(inner + IPV4_MIN_LEN) };
	}
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

static void
configure(const struct bench_case *c, struct conf *conf, struct conf_softwire *softwire,
    struct conf_neighbour neighbours[INTERFACE_COUNT][64])
{
	*softwire = (struct conf_softwire){ .name = "bench",
		.br = BR_ADDRESS,
		.mtu = 1460,
		.mss_clamp = true,
		.hop_limit = 64,
		.end_user_prefix = { CE_PREFIX, 56 },
		.mesh = c->rules > 1,
		.rules = calloc(c->rules, sizeof(*softwire->rules)),
		.rule_count = c->rules };
	for (uint32_t i = 0; i < c->rules; i++)
		softwire->rules[i] = br_rule(i);
	if (c->is_ce)
		softwire->rules[0] = (struct map_rule_spec){ .ipv6 = { u128_make(UINT64_C(0x20010db8) << 32, 0), 40 },
			.ipv4 = { UINT32_C(0xc0000200), 24 },
			.ea_len = 16,
			.psid_offset = 4 };

	*conf = (struct conf){ .role = c->is_ce ? CONF_CE : CONF_BR,
		.workers = 1,
		.interface_count = INTERFACE_COUNT,
		.softwires = softwire,
		.softwire_count = 1,
		.nat = { 70000, 300, 7440, 240, 60, CONF_ADDRESS_DEPENDENT } };
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
			    (struct conf_neighbour){ { .ipv4 = true, .v4 = LAN_IPV4 + 1 + j, .len = 32 }, bench_mac };
	}
	conf->interfaces[INTERFACE_V4].address_count = 1;
	conf->interfaces[INTERFACE_V4].addresses[0] = (struct conf_address){ .ipv4 = true,
		.v4 = c->is_ce ? LAN_IPV4 + 1 : UINT32_C(0xc6336401),
		.len = c->is_ce ? 16 : 24 };
}

struct snapshot *
bench_case_prepare(struct bench_case *c, struct error *err)
{
	static struct conf_neighbour neighbours[INTERFACE_COUNT][64];
	const struct mac macs[INTERFACE_COUNT] = { bench_mac, bench_mac };
	struct conf_softwire softwire;
	struct snapshot *snapshot;
	struct conf conf;

	configure(c, &conf, &softwire, neighbours);
	snapshot = snapshot_compile(&conf, macs, NULL, err);
	free(softwire.rules);
	c->flow = calloc(c->flows, sizeof(*c->flow));
	if (snapshot == NULL || c->flow == NULL)
		return NULL;
	c->rule_set = snapshot->rules;
	c->fill = c->wraps ? fill_native : fill_tunnelled;
	for (uint32_t i = 0; i < c->flows && c->make_flow != NULL; i++)
		c->make_flow(c, i, &c->flow[i]);
	return snapshot;
}

void
bench_case_free(struct bench_case *c)
{
	free(c->flow);
}

#define BR(size, flows, rules)                                                                              \
	{ "br_down", size, INTERFACE_V4, true, false, flows, rules, flow_br_down, NULL, NULL, NULL, NULL }, \
	{                                                                                                   \
		"br_up", size, INTERFACE_V6, false, false, flows, rules, flow_br_up, NULL, NULL, NULL, NULL \
	}

#define CE(size, flows, rules)                                                                            \
	{ "ce_up", size, INTERFACE_V4, true, true, flows, rules, flow_ce_up, warm_ce, NULL, NULL, NULL }, \
	{                                                                                                 \
		"ce_down", size, INTERFACE_V6, false, true, flows, rules, NULL, warm_ce, NULL, NULL, NULL \
	}

/* On a CE more than one rule means a mesh: every packet up looks its destination up among the FMRs. */
#define RULES(way, size, flows) way(size, flows, 1), way(size, flows, 1000), way(size, flows, 100000)
#define FLOWS(way, size) RULES(way, size, 1), RULES(way, size, 1000), RULES(way, size, 64000)
#define SIZE(size) FLOWS(BR, size), FLOWS(CE, size)

const struct bench_case bench_cases[] = { SIZE("64"), SIZE("imix"), SIZE("1500") };
const size_t bench_case_count = sizeof(bench_cases) / sizeof(bench_cases[0]);
