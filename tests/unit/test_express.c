/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The express lane beside the long way, which defines what becomes of a packet: two boxes with the same secrets get the same
 * packets, and must do the same with them, byte for byte and counter for counter.
 *
 * The long way does not keep the order of what it drops or answers, so in bursts each packet is compared with itself. Fragments
 * come one at a time: what they leave behind depends on when the others of the burst come to their stage.
 */
#include <stdlib.h>

#include "maptext.h"
#include "path/express.h"
#include "traffic.h"
#include "unit.h"

#ifdef __SANITIZE_ADDRESS__ /* which takes its time */
#define PACKETS 6000
#else
#define PACKETS 10000
#endif
#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static struct box *lane, *longer;
static u128 ce6; /* whose rule the BR has */
static struct random rng;
static bool bursts; /* else one packet at a time, and fragments */

static uint32_t
below(uint32_t limit)
{
	return random_below(&rng, limit);
}

static bool
once_in(uint32_t times)
{
	return below(times) == 0;
}

/* ---- what comes ------------------------------------------------------------------------------------------------- */

static const uint32_t inside[] = { BOX_HOST, BOX_HOST2, BOX_HOST, BOX_HOST2, BOX_LAN, UINT32_C(0xc0a80163),
	UINT32_C(0xc0a801ff), BOX_FAR };
static const uint32_t remote[] = { BOX_SERVER, BOX_FAR, BOX_SERVER, BOX_FAR, BOX_SERVER, BOX_FAR, BOX_INTERNET,
	UINT32_C(0x7f000001), UINT32_C(0xe0000001), BOX_EXTERNAL, UINT32_C(0xc0000299) };
static const uint32_t shared[] = { BOX_EXTERNAL, BOX_EXTERNAL, BOX_EXTERNAL, UINT32_C(0xc0000213), BOX_FAR };

#define PICK(array) (array)[below(COUNT(array))]

static void
transport(struct frame *frame, uint8_t protocol, uint16_t src, uint16_t dst)
{
	static const uint8_t flags[] = { TCP_ACK, TCP_ACK, TCP_ACK | 0x08, TCP_SYN, TCP_SYN | TCP_ACK,
		TCP_FIN | TCP_ACK, TCP_RST, TCP_RST | TCP_ACK, 0 };

	frame_payload(frame, once_in(16) ? 1380 + below(120) : below(64));
	switch (protocol) {
	case PROTOCOL_UDP:
		frame_udp(frame, src, dst);
		break;
	case PROTOCOL_TCP:
		frame_tcp(frame, src, dst, PICK(flags), NULL, 0);
		break;
	case PROTOCOL_ICMP:
		frame_icmp(frame, ICMP_ECHO, 0, (uint32_t)src << 16);
		break;
	default:
		break;
	}
}

static void
packet(struct frame *frame, uint32_t src, uint16_t src_port, uint32_t dst, uint16_t dst_port)
{
	static const uint8_t protocol[] = { PROTOCOL_UDP, PROTOCOL_UDP, PROTOCOL_UDP, PROTOCOL_TCP, PROTOCOL_TCP,
		PROTOCOL_TCP, PROTOCOL_ICMP, PROTOCOL_GRE };
	const struct frame_ipv4 header = { .src = src,
		.dst = dst,
		.protocol = PICK(protocol),
		.ttl = (uint8_t)(once_in(16) ? below(3) : 64),
		.tos = (uint8_t)(once_in(4) ? below(256) : 0),
		.option_words = (uint8_t)(once_in(32) ? below(3) : 0),
		.flags = (uint16_t)(!bursts && once_in(16) ? below(0x10000) & ~IPV4_OFFSET : below(2) * IPV4_DF) };

	transport(frame, header.protocol, src_port, dst_port);
	frame_ipv4(frame, &header);
}

static void
outer(struct frame *frame, u128 src, u128 dst)
{
	if (once_in(16))
		src ^= (u128)1 << below(128);
	if (once_in(16))
		dst += below(4);
	frame_ipv6(frame, src, dst, once_in(32) ? 44 : 4, (uint8_t)(once_in(4) ? below(256) : 0));
}

static uint16_t
some_port(void)
{
	return (uint16_t)(once_in(32) ? below(2048) : BOX_FIRST_PORT + (once_in(8) ? below(64) : below(16)));
}

/* The answer to what went out before, if there was anything: a session that is or was there. */
static void
answer(struct frame *frame)
{
	const struct nat *nat = lane->worker[0].nat;
	const struct session *s = &nat->sessions[below(nat->session_fresh + 1)];
	const bool known = nat->session_fresh > 0 && !once_in(4);

	if (known)
		packet(frame, session_end_addr(s->remote), session_end_port(s->remote), BOX_EXTERNAL, s->external_port);
	else
		packet(frame, PICK(remote), (uint16_t)(50 + below(5)), PICK(shared), some_port());
}

/* ---- native IPv6 of a CE ---------------------------------------------------------------------------------------- */

#define LAN6 u128_make(UINT64_C(0x2400cb0000010000), 1)
#define FAR6 u128_make(UINT64_C(0x2600000000000000), 9)
#define MARTIAN6 u128_make(UINT64_C(0x2600000000ff0000), 1)

/* The LAN's prefix, of a delegated one; everything else is behind the provider's router. */
static void
route_native(struct box *box)
{
	const struct route told[] = {
		{ .addr = LAN6, .len = 128, .hop = HOP_OWN },
		{ .addr = LAN6, .len = 64, .hop = HOP_ON_LINK, .interface = INTERFACE_V4 },
		{ .addr = LAN6, .len = 56, .hop = HOP_REJECT },
		{ .via = BOX_ROUTER6, .hop = HOP_GATEWAY, .interface = INTERFACE_V6 },
		{ .addr = BOX_CE6, .len = 64, .hop = HOP_ON_LINK, .interface = INTERFACE_V4 },
	};
	const struct prefix6 martian = { MARTIAN6, 48 };
	struct routes *routes = routes6_build(told, COUNT(told));

	ck_assert(routes6_mark(routes, &martian, 1));
	ck_assert_int_eq(fib6_init(&box->snapshot.fib6, routes, box->snapshot.interface), 0);
	routes_free(routes);
	box->snapshot.icmp6_own[INTERFACE_V4] = LAN6;
}

static void
native(struct frame *frame, enum traffic_way way)
{
	const u128 home[] = { BOX_HOST6, BOX_HOST6, BOX_HOST6, BOX_HOST6, LAN6, LAN6 + 5, LAN6 + ((u128)1 << 64),
		BOX_CE6 };
	const u128 world[] = { FAR6, FAR6, FAR6, FAR6 + 7, MARTIAN6, BOX_BR6 };
	static const uint8_t carried[] = { 6, 17, 6, 17, 6, 17, 58, 0, 43, 44, 4 };
	const bool turned = once_in(16);
	const u128 near = PICK(home), far = PICK(world);

	frame_payload(frame, once_in(16) ? 1440 + below(40) : below(64));
	if ((way == CE_UP) != turned)
		frame_ipv6(frame, near, far, PICK(carried), (uint8_t)below(256));
	else
		frame_ipv6(frame, far, near, PICK(carried), (uint8_t)below(256));
	if (once_in(16))
		frame_bytes(frame)[7] = (uint8_t)below(3);
}

static void
make_inner(struct frame *frame, enum traffic_way way)
{
	switch (way) {
	case CE_UP:
		packet(frame, PICK(inside), (uint16_t)(5000 + below(40)), PICK(remote), (uint16_t)(50 + below(5)));
		break;
	case CE_DOWN:
		answer(frame);
		outer(frame, BOX_BR6, BOX_CE6);
		break;
	case BR_UP:
		packet(frame, PICK(shared), some_port(), PICK(remote), (uint16_t)(50 + below(5)));
		outer(frame, ce6, BOX_BR6);
		break;
	default:
		packet(frame, PICK(remote), (uint16_t)(50 + below(5)), PICK(shared), some_port());
		break;
	}
}

static void
make(struct frame *frame, enum traffic_way way)
{
	const bool is_native = lane->snapshot.fib6.table.ranges != NULL && once_in(2);
	const struct mac mac = box_mac(lane, traffic_side(way));

	if (is_native) {
		native(frame, way);
		frame_ethernet(frame, &mac, ETHER_TYPE_IPV6);
	} else {
		make_inner(frame, way);
		traffic_frame(frame, lane, traffic_side(way));
	}
	for (uint32_t flips = once_in(8) ? 1 + below(3) : 0; flips > 0; flips--)
		frame_bytes(frame)[below((uint32_t)frame->len)] ^= (uint8_t)(1 << below(8));
	if (once_in(32))
		frame->len = below((uint32_t)frame->len + 1);
}

/* ---- what became of it ------------------------------------------------------------------------------------------ */

/* Which packet of the burst it was, 0 for what a box has made itself; of these no two are alike in length, or else in bytes. */
#define NUMBER(mbuf) ((mbuf)->dynfield1[0])

static int
by_number(const void *one, const void *other)
{
	const struct rte_mbuf *a = *(struct rte_mbuf *const *)one, *b = *(struct rte_mbuf *const *)other;

	if (NUMBER(a) != NUMBER(b))
		return NUMBER(a) < NUMBER(b) ? -1 : 1;
	if (a->data_len != b->data_len)
		return a->data_len < b->data_len ? -1 : 1;
	return memcmp(rte_pktmbuf_mtod(a, void *), rte_pktmbuf_mtod(b, void *), a->data_len);
}

static void
check_outlets(struct outlet *one, struct outlet *other)
{
	ck_assert_uint_eq(one->count, other->count);
	qsort(one->mbufs, one->count, sizeof(one->mbufs[0]), by_number);
	qsort(other->mbufs, other->count, sizeof(other->mbufs[0]), by_number);
	for (uint16_t i = 0; i < one->count; i++) {
		const struct rte_mbuf *a = one->mbufs[i], *b = other->mbufs[i];

		ck_assert_uint_eq(NUMBER(a), NUMBER(b));
		ck_assert_uint_eq(a->data_off, b->data_off);
		ck_assert_uint_eq(a->data_len, b->data_len);
		ck_assert_uint_eq(a->pkt_len, b->pkt_len);
		ck_assert_uint_eq(a->port, b->port);
		ck_assert_mem_eq(rte_pktmbuf_mtod(a, void *), rte_pktmbuf_mtod(b, void *), a->data_len);
	}
}

static void
check_same(struct worker *a, struct worker *b)
{
	for (unsigned int i = 0; i < INTERFACE_COUNT; i++)
		check_outlets(&a->transmit[i], &b->transmit[i]);
	for (unsigned int i = 0; i < WORKER_MAX; i++)
		check_outlets(&a->handoff[i], &b->handoff[i]);
	check_outlets(&a->to_host, &b->to_host);
	check_outlets(&a->dropped, &b->dropped);
	ck_assert_mem_eq(&a->counters, &b->counters, sizeof(a->counters));
	if (a->nat != NULL)
		ck_assert_uint_eq(a->nat->session_count, b->nat->session_count);
}

static uint64_t
run_burst(enum traffic_way way, uint16_t count)
{
	struct rte_mbuf *one[BURST_SIZE], *other[BURST_SIZE];
	struct worker *a = &lane->worker[0], *b = &longer->worker[0];
	struct frame frame;
	uint64_t sent;

	for (uint16_t i = 0; i < count; i++) {
		make(&frame, way);
		one[i] = box_buffer(frame_bytes(&frame), frame.len);
		other[i] = box_buffer(frame_bytes(&frame), frame.len);
		NUMBER(one[i]) = NUMBER(other[i]) = i + 1U;
	}
	ck_assert_ptr_null(box_run(lane, 0, traffic_side(way), one, count));
	ck_assert_ptr_null(box_run_long(longer, 0, traffic_side(way), other, count));
	check_same(a, b);
	sent = a->transmit[!traffic_side(way)].count;
	box_empty(a);
	box_empty(b);
	a->now = b->now += below(8);
	path_tick(a, 8);
	path_tick(b, 8);
	return sent;
}

/* The CE's own rule and a neighbour's, as with a PSID for each; and one whose EA bits end in the lower half. */
static const struct map_rule_spec given[] = {
	{ .ipv4 = { BOX_EXTERNAL, 32 }, .psid_offset = 4, .has_psid = true, .psid_len = 8, .psid = 0x34, .fmr = true },
	{ .ipv4 = { BOX_EXTERNAL, 32 }, .psid_offset = 4, .has_psid = true, .psid_len = 8, .psid = 0x35, .fmr = true },
};
static const struct map_rule_spec long_prefix = { .ipv4 = { UINT32_C(0xc0000200), 24 },
	.ea_len = 16,
	.psid_offset = 4,
	.fmr = true };

static const struct {
	struct box_options options;
	enum work work;
	bool native;
} boxes[] = {
	{ { .is_ce = true, .sessions = 64 }, WORK_CE, false },
	{ { .is_ce = true, .sessions = 4096, .filtering = NAT_ENDPOINT_INDEPENDENT, .seed = 1 }, WORK_CE, false },
	{ { .is_ce = true, .workers = 2, .seed = 2 }, WORK_CE, false },
	{ { .is_ce = true, .seed = 3 }, WORK_CE, true },
	{ { .is_ce = true, .seed = 4 }, WORK_CE_PLAIN, true },
	{ { .is_ce = true, .workers = 2, .seed = 5 }, WORK_CE_OFF, true },
	{ { .is_ce = false }, WORK_BR, false },
	{ { .is_ce = false, .fragments = true, .workers = 3 }, WORK_BR, false },
	{ { .is_ce = false, .rules = given, .rule_count = 2 }, WORK_BR, false },
	{ { .is_ce = false, .rules = &long_prefix, .rule_count = 1 }, WORK_BR, false },
};

static struct box *
set_up(int number)
{
	struct box_options options = boxes[number].options;
	struct map_rule_spec rules[2];
	struct box *box;

	for (uint32_t i = 0; i < options.rule_count; i++) {
		rules[i] = options.rules[i];
		rules[i].ipv6 = rules[i].has_psid
		    ? (struct prefix6){ u128_make(UINT64_C(0x20010db800123400) + (i << 8), 0), 56 }
		    : (struct prefix6){ u128_make(UINT64_C(0x20010db800120000), 0), 60 };
	}
	options.rules = options.rule_count > 0 ? rules : NULL;
	box = box_new(&options);
	if (boxes[number].work == WORK_BR)
		ce6 = map_rule_address(ruleset_find4(box->snapshot.rules, BOX_EXTERNAL, BOX_FIRST_PORT), BOX_EXTERNAL,
		    BOX_FIRST_PORT);
	box->snapshot.work = boxes[number].work;
	if (boxes[number].native)
		route_native(box);
	box_reset(box);
	return box;
}

/* Port sets of two CEs, one of which nobody sends from. */
#define BINDINGS 2

static struct binding_table *
bind_ends(struct box *box, struct binding_counters *counters)
{
	static const struct hash_key key = { { 3, 4 } };
	struct binding_table *table =
	    binding_table_init(aligned_alloc(64, binding_table_size(BINDINGS)), BINDINGS, &key);

	for (uint16_t i = 0; i < BINDINGS; i++) {
		const struct binding binding = { .softwire = BOX_CE6 + i,
			.ipv4 = BOX_EXTERNAL,
			.psid = (uint16_t)(0x34 + i) };

		ck_assert_int_eq(binding_add(table, &binding), 0);
	}
	box->snapshot.bindings = table;
	box->snapshot.binding_counters[0] = counters;
	path_adopt(&box->worker[0], &box->snapshot);
	return table;
}

START_TEST(both_do_the_same_with_bindings)
{
	const struct map_rule_spec pool = pool_spec("192.0.2.0/24", 4, 8);
	const struct box_options options = { .rules = &pool, .rule_count = 1 };
	struct binding_counters counters[2][BINDINGS] = { 0 };
	struct binding_table *table[2];

	bursts = _i == 1;
	ce6 = BOX_CE6;
	rng = (struct random){ .key = { { (uint64_t)_i, 2 } } };
	lane = box_new(&options);
	longer = box_new(&options);
	table[0] = bind_ends(lane, counters[0]);
	table[1] = bind_ends(longer, counters[1]);
	for (uint32_t i = 0; i < PACKETS;) {
		const uint32_t count = bursts ? 1 + below(BURST_SIZE) : 1;

		run_burst(once_in(2) ? BR_UP : BR_DOWN, (uint16_t)count);
		i += count;
	}
	ck_assert_mem_eq(counters[0], counters[1], sizeof(counters[0]));
	ck_assert_uint_gt(counters[0][0].sent_ipv6.packets, PACKETS / 100);
	ck_assert_uint_gt(counters[0][0].sent_ipv4.packets, PACKETS / 100);
	ck_assert_uint_gt(counters[0][1].sent_ipv6.packets, PACKETS / 500);
	box_free(lane);
	box_free(longer);
	free(table[0]);
	free(table[1]);
}
END_TEST

START_TEST(both_do_the_same)
{
	const enum traffic_way up = boxes[_i / 2].work == WORK_BR ? BR_UP : CE_UP;
	uint64_t sent[2] = { 0, 0 };

	bursts = _i % 2 == 1;
	rng = (struct random){ .key = { { (uint64_t)_i, 1 } } };
	lane = set_up(_i / 2);
	longer = set_up(_i / 2);
	for (uint32_t i = 0; i < PACKETS;) {
		const bool down = once_in(2);
		const uint32_t count = bursts ? 1 + below(BURST_SIZE) : 1;

		sent[down] += run_burst(up + down, (uint16_t)count);
		i += count;
	}
	ck_assert_uint_gt(sent[0], PACKETS / 100);
	ck_assert_uint_gt(sent[1], PACKETS / 100);
	box_free(lane);
	box_free(longer);
}
END_TEST

/* ---- and the lane is taken -------------------------------------------------------------------------------------- */

/* The lane for what comes in on one side, while the long way is that of a box with other work. */
static express_lane *
lane_alone(struct box *box, unsigned int side, enum work other)
{
	express_lane *const chosen = express_chosen()->of[box->snapshot.work][side];

	box->snapshot.work = other;
	return chosen;
}

static struct rte_mbuf *
plain_packet(enum traffic_way way, const struct box *box, uint16_t ce_port)
{
	const uint32_t ce = way == CE_UP ? BOX_HOST : BOX_EXTERNAL;
	struct frame frame;

	if (way == CE_UP || way == BR_UP)
		traffic_ipv4(&frame, KIND_UDP, ce, ce_port, BOX_FAR, 4500, 0);
	else
		traffic_ipv4(&frame, KIND_UDP, BOX_FAR, 4500, ce, ce_port, 0);
	if (way == CE_DOWN)
		frame_ipv6(&frame, BOX_BR6, BOX_CE6, 4, 0);
	if (way == BR_UP)
		frame_ipv6(&frame, BOX_CE6, BOX_BR6, 4, 0);
	traffic_frame(&frame, box, traffic_side(way));
	return box_buffer(frame_bytes(&frame), frame.len);
}

/* For nobody here, and of any length. */
static struct rte_mbuf *
stray(uint32_t number)
{
	static const uint8_t frame[96] = { 2, 0xff };

	return box_buffer(frame, number % 3 == 0 ? sizeof(frame) : 14 + number);
}

/* While the long way leads nowhere, a plain packet of a flow that is known still passes, wherever it stands in a burst. */
START_TEST(plain_packets_take_the_lane)
{
	const enum traffic_way way = (enum traffic_way)_i;
	struct box *box = box_new(&(struct box_options){ .is_ce = way == CE_UP || way == CE_DOWN });
	struct worker *w = &box->worker[0];
	const unsigned int side = traffic_side(way);
	uint16_t port = BOX_FIRST_PORT;
	express_lane *run_lane;
	struct rte_mbuf *mbuf;

	if (box->snapshot.work == WORK_CE) {
		mbuf = plain_packet(CE_UP, box, 5000);
		ck_assert_ptr_null(box_run(box, 0, INTERFACE_V4, &mbuf, 1));
		port = w->nat->sessions[0].external_port;
		box_empty(w);
	}
	run_lane = lane_alone(box, side, WORK_CE_OFF);
	for (uint16_t at = 0; at < BURST_SIZE; at++) {
		struct rte_mbuf *mbufs[BURST_SIZE];

		for (uint16_t i = 0; i < BURST_SIZE; i++)
			mbufs[i] = i == at ? plain_packet(way, box, way == CE_UP ? 5000 : port) : stray(at + i);
		run_lane(w, (enum way)side, mbufs, BURST_SIZE);
		ck_assert_uint_eq(w->transmit[!side].count, 1);
		ck_assert_ptr_eq(w->transmit[!side].mbufs[0], mbufs[at]);
		box_empty(w);
	}
	box_free(box);
}
END_TEST

/* The same of native IPv6 through a CE: the long way of a BR would drop it. */
START_TEST(native_packets_take_the_lane)
{
	const enum traffic_way way = (enum traffic_way)_i;
	struct box *box = box_new(&(struct box_options){ .is_ce = true });
	struct worker *w = &box->worker[0];
	const unsigned int side = traffic_side(way);
	const struct mac mac = box_mac(box, side);
	express_lane *run_lane;
	struct frame frame;

	route_native(box);
	frame_payload(&frame, 20);
	frame_udp(&frame, 5000, 53);
	frame_ipv6(&frame, way == CE_UP ? BOX_HOST6 : FAR6, way == CE_UP ? FAR6 : BOX_HOST6, 17, 0);
	frame_ethernet(&frame, &mac, ETHER_TYPE_IPV6);
	run_lane = lane_alone(box, side, WORK_BR);
	for (uint16_t at = 0; at < BURST_SIZE; at++) {
		struct rte_mbuf *mbufs[BURST_SIZE];

		for (uint16_t i = 0; i < BURST_SIZE; i++)
			mbufs[i] = i == at ? box_buffer(frame_bytes(&frame), frame.len) : stray(at + i);
		run_lane(w, (enum way)side, mbufs, BURST_SIZE);
		ck_assert_uint_eq(w->transmit[!side].count, 1);
		ck_assert_ptr_eq(w->transmit[!side].mbufs[0], mbufs[at]);
		ck_assert_uint_eq(w->dropped.count, BURST_SIZE - 1);
		for (uint16_t i = 0; i < BURST_SIZE - 1; i++) /* each at its place */
			ck_assert_ptr_eq(w->dropped.mbufs[i], mbufs[i + (i >= at)]);
		box_empty(w);
	}
	box_free(box);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("express");
	TCase *tc = tcase_create("lane");

	tcase_add_loop_test(tc, both_do_the_same, 0, 2 * COUNT(boxes));
	tcase_add_loop_test(tc, both_do_the_same_with_bindings, 0, 2);
	tcase_add_loop_test(tc, plain_packets_take_the_lane, 0, TRAFFIC_WAYS);
	tcase_add_loop_test(tc, native_packets_take_the_lane, CE_UP, CE_DOWN + 1);
	suite_add_tcase(suite, tc);
	return suite;
}
