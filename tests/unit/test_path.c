/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole ways: through two boxes and back, from CE to CE, in bursts, and over a change of the snapshot. Among
 * workers: test_path_workers.c.
 */
#include <stdlib.h>

#include "path_packets.h"
#include "two_boxes.h"

/* What one box sent, as the other one receives it. */
static void
cross(struct frame *frame, const struct box *to, unsigned int interface)
{
	const struct mac mac = box_mac(to, interface);

	frame_payload(frame, 0);
	frame_push(frame, end.frame + ETHER_LEN, end.len - ETHER_LEN);
	frame_ethernet(frame, &mac, interface == INTERFACE_V4 ? 0x0800 : 0x86dd);
}

/* ---- there and back --------------------------------------------------------------------------------------------- */

/* Host to server through CE and BR, the answer, and an error about either; what the one sends, the other accepts. */
START_TEST(there_and_back)
{
	struct frame frame;
	uint16_t port;

	udp_packet(&frame, BOX_HOST, 5000, BOX_SERVER, 53, 64);
	native(&frame, ce);
	run(ce, 0, INTERFACE_V4, &frame);
	check_sent(INTERFACE_V6);
	cross(&frame, br, INTERFACE_V6);
	run(br, 0, INTERFACE_V6, &frame);
	check_sent(INTERFACE_V4);
	ck_assert_uint_eq(load32(end.frame + ETHER_LEN + 12), BOX_EXTERNAL);
	ck_assert_uint_eq(end.frame[ETHER_LEN + 8], 62);
	port = load16(end.frame + ETHER_LEN + IPV4_MIN_LEN);
	ck_assert_uint_eq(port >> 4 & 0xff, BOX_PSID);

	udp_packet(&frame, BOX_SERVER, 53, BOX_EXTERNAL, port, 64);
	native(&frame, br);
	run(br, 0, INTERFACE_V4, &frame);
	check_sent(INTERFACE_V6);
	ck_assert(ip6_load(end.frame + ETHER_LEN + 24) == BOX_CE6);
	cross(&frame, ce, INTERFACE_V6);
	run(ce, 0, INTERFACE_V6, &frame);
	check_sent(INTERFACE_V4);
	ck_assert_uint_eq(load32(end.frame + ETHER_LEN + 16), BOX_HOST);
	ck_assert_uint_eq(load16(end.frame + ETHER_LEN + IPV4_MIN_LEN + 2), 5000);

	error_packet(&frame, BOX_EXTERNAL, port, BOX_SERVER, 53); /* the server's, about the host's packet */
	native(&frame, br);
	run(br, 0, INTERFACE_V4, &frame);
	check_sent(INTERFACE_V6);
	cross(&frame, ce, INTERFACE_V6);
	run(ce, 0, INTERFACE_V6, &frame);
	check_sent(INTERFACE_V4);
	ck_assert_ptr_null(frame_fault(end.frame + ETHER_LEN + 28, end.len - ETHER_LEN - 28));
	ck_assert_uint_eq(load32(end.frame + ETHER_LEN + 28 + 12), BOX_HOST);

	error_packet(&frame, BOX_SERVER, 53, BOX_HOST, 5000); /* the host's, about the server's packet */
	native(&frame, ce);
	run(ce, 0, INTERFACE_V4, &frame);
	check_sent(INTERFACE_V6);
	cross(&frame, br, INTERFACE_V6);
	run(br, 0, INTERFACE_V6, &frame);
	check_sent(INTERFACE_V4);
	ck_assert_uint_eq(load32(end.frame + ETHER_LEN + 28 + 16), BOX_EXTERNAL);
}
END_TEST

/* The way back of an error whose sender is not the server but a router on the way, as RFC 1812 has it. */
START_TEST(error_from_a_router)
{
	struct frame frame;

	udp_packet(&frame, BOX_EXTERNAL, BOX_FIRST_PORT, BOX_SERVER, 53, 1);
	frame_icmp(&frame, ICMP_TIME_EXCEEDED, 0, 0);
	frame_ipv4(&frame,
	    &(struct frame_ipv4){ .src = UINT32_C(0xcb007101), .dst = BOX_EXTERNAL, .protocol = PROTOCOL_ICMP });
	native(&frame, br);
	run(br, 0, INTERFACE_V4, &frame);
	check_sent(INTERFACE_V6);
	ck_assert(ip6_load(end.frame + ETHER_LEN + 24) == BOX_CE6);
}
END_TEST

/* ---- from CE to CE ---------------------------------------------------------------------------------------------- */

/* 192.0.2.77 and 192.0.2.18 with the PSID after ours, and their MAP addresses under 2001:db8::/40 (RFC 7597 section 5.2). */
static const struct {
	uint32_t addr;
	uint16_t port;
	uint64_t high, low;
} neighbours[] = {
	{ UINT32_C(0xc000024d), 4928, UINT64_C(0x20010db8004d3400), UINT64_C(0x0000c000024d0034) },
	{ BOX_EXTERNAL, 4944, UINT64_C(0x20010db800123500), UINT64_C(0x0000c00002120035) },
};

/* MAPE-56: a packet, and the error about it on the way back, whether or not both CEs share an address. */
START_TEST(hairpin)
{
	const u128 other = u128_make(neighbours[_i].high, neighbours[_i].low);
	struct frame frame;

	udp_packet(&frame, neighbours[_i].addr, neighbours[_i].port, BOX_EXTERNAL, BOX_FIRST_PORT, 64);
	tunnelled(&frame, br, other, BOX_BR6);
	run(br, 0, INTERFACE_V6, &frame);
	check_sent(INTERFACE_V6);
	ck_assert(ip6_load(end.frame + ETHER_LEN + 24) == BOX_CE6);

	error_packet(&frame, neighbours[_i].addr, neighbours[_i].port, BOX_EXTERNAL, BOX_FIRST_PORT);
	tunnelled(&frame, br, BOX_CE6, BOX_BR6);
	run(br, 0, INTERFACE_V6, &frame);
	check_sent(INTERFACE_V6);
	ck_assert(ip6_load(end.frame + ETHER_LEN + 24) == other);
	ck_assert_uint_eq(br->worker[0].counters.event[EVENT_hairpin], 2);
}
END_TEST

/* MAPE-41 on the same way: neither about a packet that went to somebody else, nor about one that the other cannot have sent. */
START_TEST(hairpin_of_forged_errors)
{
	static const struct {
		uint32_t quoted_src, quoted_dst;
		enum drop_reason why;
	} cases[] = {
		{ UINT32_C(0xc000024d), UINT32_C(0xc0000213), DROP_spoof_v4 },
		{ UINT32_C(0xc000024e), BOX_EXTERNAL, DROP_icmp_bad },
		{ BOX_SERVER, BOX_EXTERNAL, DROP_icmp_bad },
		{ BOX_EXTERNAL, BOX_EXTERNAL, DROP_icmp_bad },
	};

	for (int i = 0; i < COUNT(cases); i++) {
		struct frame frame;

		udp_packet(&frame, cases[i].quoted_src, 4928, cases[i].quoted_dst, BOX_FIRST_PORT, 0);
		frame_icmp(&frame, ICMP_UNREACHABLE, 3, 0);
		frame_ipv4(&frame,
		    &(struct frame_ipv4){ .src = BOX_EXTERNAL,
			.dst = UINT32_C(0xc000024d),
			.protocol = PROTOCOL_ICMP });
		tunnelled(&frame, br, BOX_CE6, BOX_BR6);
		run(br, 0, INTERFACE_V6, &frame);
		ck_assert_int_eq(end.how, BOX_DROPPED);
		ck_assert_int_eq(end.reason, cases[i].why);
	}
}
END_TEST

/* ---- bursts ----------------------------------------------------------------------------------------------------- */

/* A whole burst of packets that each cause an answer: twice as many packets as came in, and room for all of them. */
START_TEST(burst_of_answers)
{
	struct rte_mbuf *mbufs[BURST_SIZE];
	const char *broken;

	for (int i = 0; i < BURST_SIZE; i++) {
		struct frame frame;

		udp_packet(&frame, BOX_HOST, (uint16_t)(5000 + i), BOX_SERVER, 53, 1);
		native(&frame, ce);
		mbufs[i] = box_buffer(frame_bytes(&frame), frame.len);
	}
	broken = box_run(ce, 0, INTERFACE_V4, mbufs, BURST_SIZE);
	ck_assert_msg(broken == NULL, "%s", broken);
	ck_assert_uint_eq(ce->worker[0].dropped.count, BURST_SIZE);
	ck_assert_uint_eq(ce->worker[0].transmit[INTERFACE_V4].count, BURST_SIZE);
	ck_assert_uint_eq(ce->worker[0].counters.event[EVENT_icmp4_sent], BURST_SIZE);
	box_empty(&ce->worker[0]);
}
END_TEST

/* And when the answers find no next hop: all of them in the drop outlet. */
START_TEST(burst_of_lost_answers)
{
	struct rte_mbuf *mbufs[BURST_SIZE];
	const char *broken;

	for (int i = 0; i < BURST_SIZE; i++) {
		struct frame frame;

		udp_packet(&frame, UINT32_C(0xc0a80180), (uint16_t)(5000 + i), BOX_SERVER, 53, 1);
		native(&frame, ce);
		mbufs[i] = box_buffer(frame_bytes(&frame), frame.len);
	}
	broken = box_run(ce, 0, INTERFACE_V4, mbufs, BURST_SIZE);
	ck_assert_msg(broken == NULL, "%s", broken);
	ck_assert_uint_eq(ce->worker[0].dropped.count, 2 * BURST_SIZE);
	ck_assert_uint_eq(ce->worker[0].counters.drop[DROP_no_neighbour], BURST_SIZE);
	ck_assert_uint_eq(ce->worker[0].counters.drop[DROP_ttl], BURST_SIZE);
	box_empty(&ce->worker[0]);
}
END_TEST

/* ---- time and snapshots ----------------------------------------------------------------------------------------- */

static void
open_flow(void)
{
	struct frame frame;

	udp_packet(&frame, BOX_HOST, 5000, BOX_SERVER, 53, 64);
	native(&frame, ce);
	run(ce, 0, INTERFACE_V4, &frame);
	check_sent(INTERFACE_V6);
}

START_TEST(tick_publishes_and_expires)
{
	struct worker *w = &ce->worker[0];

	open_flow();
	path_tick(w, 64);
	ck_assert_uint_eq(gauge_get(&w->gauges.sessions), 1);
	ck_assert_uint_eq(gauge_get(&w->gauges.mappings), 1);
	ck_assert_uint_eq(gauge_get(&w->gauges.generation), 1);
	ck_assert_uint_eq(gauge_get(&w->gauges.ports_total[L4_UDP]), 240);
	ck_assert_uint_eq(gauge_get(&w->gauges.ports_used[L4_UDP]), 1);
	ck_assert_uint_eq(gauge_get(&w->gauges.ports_used[L4_TCP]), 0);
	ck_assert_uint_eq(w->counters.event[EVENT_sessions_created], 1);
	w->now = 300;
	path_tick(w, 64);
	ck_assert_uint_eq(w->counters.event[EVENT_sessions_expired], 0);
	w->now = 302;
	path_tick(w, 64);
	ck_assert_uint_eq(w->counters.event[EVENT_sessions_expired], 1);
	ck_assert_uint_eq(gauge_get(&w->gauges.sessions), 0);
	ck_assert_uint_eq(gauge_get(&w->gauges.ports_used[L4_UDP]), 0);
	path_tick(&br->worker[0], 64); /* a BR has no sessions */
	ck_assert_uint_eq(gauge_get(&br->worker[0].gauges.generation), 1);
}
END_TEST

/* Aligned memory comes in multiples of its alignment (C11 7.22.3.1). */
START_TEST(memory)
{
	ck_assert_uint_eq(path_memory_size(&ce->snapshot) % 64, 0);
	ck_assert_uint_eq(path_memory_size(&br->snapshot) % 64, 0);
}
END_TEST

/* A new snapshot keeps the sessions unless the address or the ports are new: MAPE-59. */
START_TEST(new_snapshots)
{
	static struct snapshot next;
	struct worker *w = &ce->worker[0];

	open_flow();
	next = ce->snapshot;
	next.generation = 2;
	next.nat.timeout[SESSION_DNS] = 600;
	path_adopt(w, &next);
	ck_assert_uint_eq(w->nat->session_count, 1);
	ck_assert_uint_eq(w->nat->config.timeout[SESSION_DNS], 600);
	w->now = 500;
	path_tick(w, 64);
	ck_assert_uint_eq(w->nat->session_count, 1);
	ck_assert_uint_eq(gauge_get(&w->gauges.generation), 2);

	next.nat_epoch = next.generation = 3;
	next.external_addr++;
	path_adopt(w, &next);
	ck_assert_uint_eq(w->nat->session_count, 0);
	ck_assert_uint_eq(w->nat->external_addr, BOX_EXTERNAL + 1);
	ck_assert_uint_eq(w->counters.event[EVENT_sessions_flushed], 1);
	path_adopt(w, &ce->snapshot);
}
END_TEST

/*
 * RFC 7597 section 7.1, MAPE-51: without a softwire hosts are told at once that there is no way, what still comes out of the
 * old one ends here, and so does what one worker has begun for another. Everything else goes to Linux as ever.
 */
START_TEST(without_a_softwire)
{
	static struct snapshot next;
	struct worker *w = &ce->worker[0];
	struct frame frame;

	open_flow();
	next = ce->snapshot;
	next.generation = next.nat_epoch = 2;
	next.work = WORK_CE_OFF;
	path_adopt(w, &next);
	path_tick(w, 64);
	ck_assert_uint_eq(gauge_get(&w->gauges.ports_total[L4_UDP]), 0);

	udp_packet(&frame, BOX_HOST, 5000, BOX_SERVER, 53, 64);
	native(&frame, ce);
	run(ce, 0, INTERFACE_V4, &frame);
	ck_assert_int_eq(end.how, BOX_DROPPED);
	ck_assert_int_eq(end.reason, DROP_softwire_off);
	ck_assert(end.has_answer);
	ck_assert_uint_eq(end.answer_to, INTERFACE_V4);
	ck_assert_uint_eq(load16(end.answer + ETHER_LEN + IPV4_MIN_LEN), 0x0300); /* net unreachable */

	udp_packet(&frame, BOX_SERVER, 53, BOX_EXTERNAL, BOX_FIRST_PORT, 64);
	tunnelled(&frame, ce, BOX_BR6, BOX_CE6);
	run(ce, 0, INTERFACE_V6, &frame);
	ck_assert_int_eq(end.how, BOX_DROPPED);
	ck_assert_int_eq(end.reason, DROP_softwire_off);
	path_adopt(w, &ce->snapshot);
}
END_TEST

/* A host hears at once that nothing new is taken; what there is goes on. */
START_TEST(drained)
{
	static struct snapshot next;
	struct worker *w = &ce->worker[0];
	struct frame frame;

	open_flow();
	next = ce->snapshot;
	next.generation = 2;
	next.nat.refuses_new = true;
	path_adopt(w, &next);
	udp_packet(&frame, BOX_HOST, 5001, BOX_SERVER, 53, 64);
	native(&frame, ce);
	run(ce, 0, INTERFACE_V4, &frame);
	ck_assert_int_eq(end.how, BOX_DROPPED);
	ck_assert_int_eq(end.reason, DROP_draining);
	ck_assert(end.has_answer);
	ck_assert_uint_eq(end.answer_to, INTERFACE_V4);
	ck_assert_uint_eq(load16(end.answer + ETHER_LEN + IPV4_MIN_LEN), 0x030d); /* administratively prohibited */
	udp_packet(&frame, BOX_HOST, 5000, BOX_SERVER, 53, 64);
	native(&frame, ce);
	run(ce, 0, INTERFACE_V4, &frame);
	ck_assert_int_eq(end.how, BOX_SENT);
	path_adopt(w, &ce->snapshot);
}
END_TEST

/* What was learned of the path lasts its ten minutes through news of neighbours and rules, but not on another line. */
START_TEST(path_mtu_outlives_a_snapshot)
{
	static struct snapshot next;
	struct worker *w = &ce->worker[0];
	const uint16_t mtu = ce->snapshot.softwire[0].mtu, mss = ce->snapshot.softwire[0].mss;

	w->path_mtu = 1300;
	w->path_mtu_until = 600;
	next = ce->snapshot;
	next.generation = 2;
	path_adopt(w, &next);
	ck_assert_uint_eq(w->softwire->mtu, 1300);
	ck_assert_uint_eq(w->softwire->mss, 1260);
	w->now = 599;
	path_tick(w, 64);
	ck_assert_uint_eq(w->softwire->mtu, 1300);
	w->now = 600;
	path_tick(w, 64);
	ck_assert_uint_eq(w->softwire->mtu, mtu);
	ck_assert_uint_eq(w->softwire->mss, mss);

	w->path_mtu = 1300;
	w->path_mtu_until = 1200;
	next.nat_epoch = next.generation = 3;
	path_adopt(w, &next);
	ck_assert_uint_eq(w->softwire->mtu, mtu);
	path_adopt(w, &ce->snapshot);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("path");
	TCase *ways = tcase_create("ways"), *bursts = tcase_create("bursts");
	TCase *snapshots = tcase_create("snapshots");

	tcase_add_checked_fixture(ways, set_up, tear_down);
	tcase_add_test(ways, there_and_back);
	tcase_add_test(ways, error_from_a_router);
	tcase_add_loop_test(ways, hairpin, 0, COUNT(neighbours));
	tcase_add_test(ways, hairpin_of_forged_errors);
	suite_add_tcase(suite, ways);
	tcase_add_checked_fixture(bursts, set_up, tear_down);
	tcase_add_test(bursts, burst_of_answers);
	tcase_add_test(bursts, burst_of_lost_answers);
	suite_add_tcase(suite, bursts);
	tcase_add_checked_fixture(snapshots, set_up, tear_down);
	tcase_add_test(snapshots, tick_publishes_and_expires);
	tcase_add_test(snapshots, memory);
	tcase_add_test(snapshots, new_snapshots);
	tcase_add_test(snapshots, path_mtu_outlives_a_snapshot);
	tcase_add_test(snapshots, without_a_softwire);
	tcase_add_test(snapshots, drained);
	suite_add_tcase(suite, snapshots);
	return suite;
}
