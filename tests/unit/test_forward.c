/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FW-01, FW-03, FW-05, CER-11, CER-22, ICM-19, ICM-21: what becomes of native IPv6, beside a model that reads the routes from end to end; and what
 * waits for a neighbour. The model knows the RFCs' order of questions, not the code.
 */
#include <stdlib.h>

#include "box.h"
#include "frames.h"
#include "icmp/error6.h"
#include "path/forward.h"
#include "pkt/pending.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROUTES 24
#define LAN6 u128_make(UINT64_C(0x2400cb0000010000), 1)
#define HOST6 u128_make(UINT64_C(0x2400cb0000010000), 0x10)
#define FAR6 u128_make(UINT64_C(0x2600000000000000), 9)
#define NOBODY6 u128_make(UINT64_C(0x2400cb0000010000), 0x99)
#define OWN_WAN6 u128_make(UINT64_C(0x2400cb00000f0000), 2)

static struct box *box;
static struct worker *w;
static struct box_end end;
static struct random rng;

static struct route told[ROUTES];
static size_t told_count;
static struct prefix6 martians[4];
static size_t martian_count;

/* Routes and martians of `told`; they take the place of those before. */
static void
build(void)
{
	struct routes *routes = routes6_build(told, told_count);

	fib6_clear(&box->snapshot.fib6);
	ck_assert_ptr_nonnull(routes);
	ck_assert(routes6_mark(routes, martians, martian_count));
	ck_assert_int_eq(fib6_init(&box->snapshot.fib6, routes, box->snapshot.interface), 0);
	routes_free(routes);
	box->snapshot.icmp6_own[INTERFACE_V4] = LAN6;
	box->snapshot.icmp6_own[INTERFACE_V6] = OWN_WAN6;
	box->snapshot.icmp_limit = (struct limit){ 1000000, 1000000 };
	box_reset(box);
}

/* A host on the LAN, everything else behind the provider's router. */
static void
usual_routes(void)
{
	told[0] = (struct route){ .addr = LAN6, .len = 128, .hop = HOP_OWN };
	told[1] = (struct route){ .addr = LAN6, .len = 64, .hop = HOP_ON_LINK, .interface = INTERFACE_V4 };
	told[2] = (struct route){ .via = BOX_ROUTER6, .hop = HOP_GATEWAY, .interface = INTERFACE_V6 };
	told[3] = (struct route){ .addr = OWN_WAN6, .len = 128, .hop = HOP_OWN };
	told_count = 4;
	martian_count = 0;
	build();
}

static void
set_up(void)
{
	box = box_new(&(struct box_options){ .is_ce = true, .workers = 2 });
	w = &box->worker[0];
	usual_routes();
}

static void
tear_down(void)
{
	box_free(box);
}

static void
make(struct frame *frame, unsigned int from, u128 src, u128 dst, uint8_t hop_limit, size_t payload)
{
	const struct mac mac = box_mac(box, from);

	frame_payload(frame, payload);
	frame_ipv6(frame, src, dst, 17, 0);
	frame_bytes(frame)[7] = hop_limit;
	frame_ethernet(frame, &mac, 0x86dd);
}

static void
run(unsigned int worker, unsigned int from, struct frame *frame)
{
	box_run_one(box, worker, from, frame_bytes(frame), frame->len, &end);
	ck_assert_msg(end.broken == NULL, "%s", end.broken);
}

/* ---- the model -------------------------------------------------------------------------------------------------- */

static const struct route *
longest(u128 addr)
{
	const struct route *best = NULL;

	for (size_t i = 0; i < told_count; i++) {
		if (((told[i].addr ^ addr) & mask6(told[i].len)) != 0)
			continue;
		if (best == NULL || told[i].len > best->len ||
		    (told[i].len == best->len && told[i].metric < best->metric))
			best = &told[i];
	}
	return best;
}

static bool
is_martian(u128 addr)
{
	for (size_t i = 0; i < martian_count; i++) {
		if (((martians[i].addr ^ addr) & mask6(martians[i].len)) == 0)
			return true;
	}
	return false;
}

static bool
goes_by(const struct route *route, unsigned int interface)
{
	return route != NULL && (route->hop == HOP_ON_LINK || route->hop == HOP_GATEWAY) &&
	    route->interface == interface;
}

/* What must come of it: a reason, or DROP_COUNT when it is sent. The error's code in *code, -1: none; its type is in *type. */
static enum drop_reason
expect(unsigned int from, u128 src, u128 dst, uint8_t hop_limit, int *type, int *code)
{
	const struct route *to = longest(dst), *back = longest(src);

	*code = -1;
	*type = ICMP6_UNREACHABLE;
	if (to != NULL && (to->hop == HOP_OWN || (from == INTERFACE_V4 && goes_by(to, INTERFACE_V4))))
		return DROP_no_host;
	if (is_martian(src) || is_martian(dst))
		return DROP_martian_v6;
	if (from == INTERFACE_V4 && !goes_by(back, INTERFACE_V4)) {
		*code = 5;
		return DROP_urpf_v6;
	}
	if (from == INTERFACE_V6 && back != NULL && !goes_by(back, INTERFACE_V6))
		return DROP_urpf_v6;
	if (to == NULL || goes_by(to, from)) {
		*code = 0;
		return DROP_no_route;
	}
	if (!goes_by(to, !from)) {
		*code = to->hop == HOP_REJECT ? 6 : to->hop == HOP_PROHIBIT ? 1 : -1;
		return DROP_route_discard;
	}
	if (hop_limit <= 1) {
		*type = ICMP6_TIME_EXCEEDED;
		*code = 0;
		return DROP_hop_limit;
	}
	if (to->hop == HOP_ON_LINK || to->via != BOX_ROUTER6 || to->interface != INTERFACE_V6)
		return DROP_no_neighbour; /* the box knows no other */
	return DROP_COUNT;
}

static void
check(unsigned int from, u128 src, u128 dst, uint8_t hop_limit)
{
	int type, code;
	const enum drop_reason want = expect(from, src, dst, hop_limit, &type, &code);
	const uint8_t *message = end.answer + ETHER_LEN + IPV6_LEN;
	struct frame frame;

	make(&frame, from, src, dst, hop_limit, 20);
	run(random_below(&rng, 2), from, &frame);
	if (want == DROP_COUNT) {
		ck_assert_int_eq(end.how, BOX_SENT);
		ck_assert_uint_eq(end.to, !from);
		ck_assert_uint_eq(end.frame[ETHER_LEN + 7], hop_limit - 1);
		return;
	}
	ck_assert_int_eq(end.how, BOX_DROPPED);
	ck_assert_msg(end.reason == want, "%s, not %s", drop_info[end.reason].name, drop_info[want].name);
	/* An error needs somebody who can hear it, and who that is the test of errors says. */
	if (!end.has_answer)
		return;
	ck_assert_uint_eq(end.answer_to, from);
	ck_assert_int_eq(message[0], type);
	ck_assert_int_eq(message[1], code);
}

static u128
random_addr(void)
{
	return u128_make((UINT64_C(0x2400) << 48 | (uint64_t)random_below(&rng, 3) << 40) ^
		(uint64_t)random_below(&rng, 4) << 16 ^ random_below(&rng, 3),
	    (uint64_t)random_below(&rng, 3) << 63 | random_below(&rng, 4));
}

static void
random_routes(void)
{
	static const enum hop hops[] = { HOP_OWN, HOP_REJECT, HOP_PROHIBIT, HOP_BLACKHOLE, HOP_ON_LINK, HOP_ON_LINK,
		HOP_GATEWAY, HOP_GATEWAY, HOP_GATEWAY };

	told_count = random_below(&rng, ROUTES);
	for (size_t i = 0; i < told_count; i++) {
		told[i] = (struct route){ .addr = random_addr(),
			.len = (uint8_t)random_below(&rng, 129),
			.hop = hops[random_below(&rng, COUNT(hops))],
			.metric = random_below(&rng, 3),
			.interface = (uint8_t)random_below(&rng, 2) };
		told[i].via = told[i].hop == HOP_GATEWAY ? BOX_ROUTER6 + random_below(&rng, 2) : 0;
	}
	martian_count = random_below(&rng, COUNT(martians) + 1);
	for (size_t i = 0; i < martian_count; i++) {
		martians[i].len = (uint8_t)(20 + random_below(&rng, 109));
		martians[i].addr = random_addr() & mask6(martians[i].len);
	}
	build();
}

START_TEST(as_the_model)
{
	rng = (struct random){ .key = { { (uint64_t)_i, 7 } } };
	random_routes();
	for (int i = 0; i < 300; i++)
		check(random_below(&rng, 2), random_addr(), random_addr(), (uint8_t)random_below(&rng, 5));
}
END_TEST

/* FW-26: chains of anything, cut anywhere, in buffers that end where the frame ends: all laws of box_run() hold. */
START_TEST(whatever_comes)
{
	static const uint8_t next_headers[] = { 0, 43, 44, 51, 58, 60, 6, 17, 4, 41, 59 };
	struct frame frame;

	rng = (struct random){ .key = { { (uint64_t)_i, 8 } } };
	for (int i = 0; i < 5000; i++) {
		const unsigned int from = random_below(&rng, 2);
		uint8_t *ip;

		make(&frame, from, from == INTERFACE_V4 ? HOST6 : FAR6, from == INTERFACE_V4 ? FAR6 : HOST6, 64,
		    random_below(&rng, 90));
		ip = frame_bytes(&frame) + ETHER_LEN;
		ip[6] = next_headers[random_below(&rng, COUNT(next_headers))];
		for (size_t at = IPV6_LEN; at < frame.len - ETHER_LEN; at++)
			ip[at] = at % 8 == 0 ? next_headers[random_below(&rng, COUNT(next_headers))]
					     : (uint8_t)random_below(&rng, 3);
		if (random_below(&rng, 4) == 0)
			frame.len -= random_below(&rng, (uint32_t)frame.len + 1);
		else if (random_below(&rng, 4) == 0)
			ip[random_below(&rng, IPV6_LEN)] = (uint8_t)random_u64(&rng);
		run(0, from, &frame);
	}
}
END_TEST

/* ---- errors ----------------------------------------------------------------------------------------------------- */

/* They go back the way that the packet came, from the address of that side, and are whole. */
START_TEST(errors_are_right)
{
	static const struct {
		enum hop hop;
		int code; /* -1: silence */
	} discards[] = { { HOP_REJECT, 6 }, { HOP_PROHIBIT, 1 }, { HOP_BLACKHOLE, -1 } };
	const uint8_t *ip = end.answer + ETHER_LEN;
	struct frame frame;

	for (size_t i = 0; i < COUNT(discards); i++) {
		told[4] = (struct route){ .addr = FAR6, .len = 48, .hop = discards[i].hop };
		told_count = 5;
		build();
		make(&frame, INTERFACE_V4, HOST6, FAR6, 64, 100);
		run(0, INTERFACE_V4, &frame);
		ck_assert_int_eq(end.reason, DROP_route_discard);
		ck_assert_int_eq(end.has_answer, discards[i].code >= 0);
		if (!end.has_answer)
			continue;
		ck_assert_uint_eq(end.answer_to, INTERFACE_V4);
		ck_assert_mem_eq(end.answer, frame_bytes(&frame) + 6, 6);
		ck_assert_mem_eq(end.answer + 6, frame_bytes(&frame), 6);
		ck_assert(ip6_load(ip + 8) == LAN6 && ip6_load(ip + 24) == HOST6);
		ck_assert_int_eq(ip[IPV6_LEN], ICMP6_UNREACHABLE);
		ck_assert_int_eq(ip[IPV6_LEN + 1], discards[i].code);
		ck_assert_mem_eq(ip + IPV6_LEN + 8, frame_bytes(&frame) + ETHER_LEN, IPV6_LEN + 100);
	}
}
END_TEST

/* Without an address there is nobody to speak; the packet is dropped all the same. */
START_TEST(no_address_no_error)
{
	struct frame frame;

	box->snapshot.icmp6_own[INTERFACE_V4] = 0;
	make(&frame, INTERFACE_V4, HOST6, FAR6, 1, 20);
	run(0, INTERFACE_V4, &frame);
	ck_assert_int_eq(end.reason, DROP_hop_limit);
	ck_assert(!end.has_answer);
}
END_TEST

/* ---- waiting for a neighbour ------------------------------------------------------------------------------------- */

/* Holds one packet of native IPv6, or of the softwire, for a neighbour on an interface and lets its time run out. */
static void
wait_in_vain(unsigned int from, struct frame *frame)
{
	struct rte_mbuf *mbuf = box_buffer(frame_bytes(frame), frame->len);

	w->stock[w->stock_count++] = box_buffer(NULL, 2048);
	w->now_ms = 1000;
	path_run(w, (enum way)from, &mbuf, 1);
	ck_assert_uint_eq(w->pending->packet_count, 1);
	w->now_ms += PENDING_TIMEOUT_MS;
	path_tick(w, 0);
	ck_assert_uint_eq(w->pending->packet_count, 0);
	ck_assert_uint_eq(w->counters.drop[DROP_no_neighbour], 1);
	ck_assert_uint_eq(w->dropped.count, 1);
}

/* ND-03, RFC 4861 section 7.2.2: address unreachable, to who has sent it. */
START_TEST(nobody_answers)
{
	const uint8_t *sent, *ip;
	struct frame frame;

	w->pending = calloc(1, sizeof(*w->pending));
	make(&frame, INTERFACE_V6, FAR6, NOBODY6, 64, 20);
	memcpy(frame_bytes(&frame) + 6, "\2\0\0\0\6\1", 6);
	wait_in_vain(INTERFACE_V6, &frame);
	ck_assert_uint_eq(w->transmit[INTERFACE_V6].count, 1);
	sent = rte_pktmbuf_mtod(w->transmit[INTERFACE_V6].mbufs[0], const uint8_t *);
	ck_assert_mem_eq(sent, "\2\0\0\0\6\1", 6);
	ip = sent + ETHER_LEN;
	ck_assert(ip6_load(ip + 8) == OWN_WAN6 && ip6_load(ip + 24) == FAR6);
	ck_assert_mem_eq(ip + IPV6_LEN, "\1\3", 2);
	ck_assert_uint_eq(ip[IPV6_LEN + 8 + 7], 63);
	box_empty(w);
	free(w->pending);
}
END_TEST

/* What we have made ourselves, into the softwire, is nobody's to be told. */
START_TEST(our_own_is_not_told)
{
	struct frame frame;
	const struct mac mac = box_mac(box, INTERFACE_V4);

	told[told_count++] = (struct route){ .addr = BOX_CE6, .len = 128, .hop = HOP_OWN };
	build();
	w->pending = calloc(1, sizeof(*w->pending));
	box->snapshot.interface[INTERFACE_V6].only6 = NULL;
	neighbours_clear(&box->snapshot.interface[INTERFACE_V6].neighbours);
	ck_assert_int_eq(neighbours_init(&box->snapshot.interface[INTERFACE_V6].neighbours, 0, &(struct hash_key){ 0 }),
	    0);
	memset(box->snapshot.interface[INTERFACE_V6].hops, 0, (HOP_GATEWAY + 1) * sizeof(struct next_hop));
	frame_payload(&frame, 20);
	frame_udp(&frame, 5000, 53);
	frame_ipv4(&frame, &(struct frame_ipv4){ .src = BOX_HOST, .dst = BOX_SERVER, .protocol = 17, .ttl = 64 });
	frame_ethernet(&frame, &mac, 0x0800);
	wait_in_vain(INTERFACE_V4, &frame);
	ck_assert_uint_eq(w->transmit[INTERFACE_V4].count + w->transmit[INTERFACE_V6].count, 0);
	box_empty(w);
	free(w->pending);
}
END_TEST

/* With the snapshot that knows the neighbour the packet leaves, before the worker receives another one. */
START_TEST(who_has_waited_goes_first)
{
	const struct neighbour known = { .addr = NOBODY6, .ether = { { 2, 0, 0, 0, 1, 77 } } };
	struct snapshot next = box->snapshot;
	struct frame frame;
	struct rte_mbuf *mbuf;

	w->pending = calloc(1, sizeof(*w->pending));
	make(&frame, INTERFACE_V6, FAR6, NOBODY6, 64, 20);
	mbuf = box_buffer(frame_bytes(&frame), frame.len);
	path_run(w, WAY_FROM_V6, &mbuf, 1);
	ck_assert_uint_eq(w->pending->packet_count, 1);

	next.generation++;
	ck_assert_int_eq(neighbours_init(&next.interface[INTERFACE_V4].neighbours, 1, &(struct hash_key){ 0 }), 0);
	neighbours_add(&next.interface[INTERFACE_V4].neighbours, &known);
	path_adopt(w, &next);
	ck_assert_uint_eq(w->pending->packet_count, 0);
	ck_assert_uint_eq(w->transmit[INTERFACE_V4].count, 1);
	ck_assert_mem_eq(rte_pktmbuf_mtod(mbuf, uint8_t *), &known.ether, sizeof(known.ether));
	box_empty(w);
	neighbours_clear(&next.interface[INTERFACE_V4].neighbours);
	free(w->pending);
}
END_TEST

/* Nothing changes where Linux forwards. */
START_TEST(off_it_is_linux_s)
{
	struct frame frame;

	fib6_clear(&box->snapshot.fib6);
	for (unsigned int from = 0; from < INTERFACE_COUNT; from++) {
		make(&frame, from, HOST6, FAR6, 64, 20);
		run(0, from, &frame);
		ck_assert_int_eq(end.reason, DROP_no_host);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("forward");
	TCase *all = tcase_create("forward");

	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_loop_test(all, as_the_model, 0, 200);
	tcase_add_loop_test(all, whatever_comes, 0, 4);
	tcase_add_test(all, errors_are_right);
	tcase_add_test(all, no_address_no_error);
	tcase_add_test(all, nobody_answers);
	tcase_add_test(all, our_own_is_not_told);
	tcase_add_test(all, who_has_waited_goes_first);
	tcase_add_test(all, off_it_is_linux_s);
	suite_add_tcase(suite, all);
	return suite;
}
