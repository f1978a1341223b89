/* SPDX-License-Identifier: BSD-3-Clause */
/* Headers, field by field: frames, IPv4, transport, IPv6 and its extension headers, and the softwire's own. */
#include <stdlib.h>

#include "pkt/ecn.h"
#include "pkt/encapsulate.h"
#include "pkt/ipv4.h"
#include "two_boxes.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* ---- helpers ---------------------------------------------------------------------------------------------------- */

static void
check_end(enum traffic_way way, const struct frame *frame, size_t len, enum drop_reason want)
{
	const char *wrong = traffic_run(box_of(way), way, frame->room + frame->start, len, want);

	if (wrong != NULL)
		ck_abort_msg("%s", wrong);
}

/* ---- extension headers ------------------------------------------------------------------------------------------ */

/* Hop-by-Hop, Destination Options, Routing without segments left; each of `units` times 8 bytes. */
static void
push_extension(struct frame *frame, uint8_t next, uint8_t units, uint8_t segments_left)
{
	uint8_t header[2048] = { next, (uint8_t)(units - 1), 0, segments_left };

	frame_push(frame, header, (size_t)units * 8);
}

/* A chain in front of an IPv4 packet; `kinds` from the outermost to the innermost, 0xff at its end. */
static void
chain(struct frame *frame, const uint8_t *types, int count, uint8_t units, uint16_t port)
{
	uint8_t next = 4;

	traffic_ipv4(frame, KIND_UDP, BOX_EXTERNAL, port, BOX_SERVER, 53, 0);
	for (int i = count - 1; i >= 0; i--) {
		push_extension(frame, next, units, 0);
		next = types[i];
	}
	frame_ipv6(frame, BOX_CE6, BOX_BR6, next, 0);
	traffic_frame(frame, br, INTERFACE_V6);
}

/* RFC 8200 section 4: up to eight headers are walked, of any length; TUN-20. */
START_TEST(extension_headers_are_walked)
{
	static const uint8_t types[][3] = { { 0, 60, 43 }, { 60, 60, 60 }, { 43, 60, 0 } };

	for (int i = 0; i < COUNT(types); i++) {
		for (int count = 0; count <= 3; count++) {
			for (uint8_t units = 1; units < 40; units += 13) {
				struct frame frame;

				chain(&frame, types[i], count, units, BOX_FIRST_PORT);
				check_end(BR_UP, &frame, frame.len, TRAFFIC_SENT);
			}
		}
	}
}
END_TEST

START_TEST(long_chains)
{
	static const uint8_t types[12] = { 0, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60 };

	for (int count = 0; count <= COUNT(types); count++) {
		struct frame frame;

		chain(&frame, types, count, 1, BOX_FIRST_PORT);
		check_end(BR_UP, &frame, frame.len, count <= 8 ? TRAFFIC_SENT : DROP_ipv6_ext);
	}
}
END_TEST

/* Every cut of a chain, with a payload length that agrees: the chain ends early or the inner packet is short. */
START_TEST(every_cut_of_a_chain)
{
	static const uint8_t types[] = { 0, 43, 60 };
	struct frame frame;
	size_t whole;

	chain(&frame, types, 3, 2, BOX_FIRST_PORT);
	whole = frame.len;
	for (size_t len = ETHER_LEN + IPV6_LEN; len < whole; len++) {
		store16(frame_bytes(&frame) + ETHER_LEN + 4, (uint16_t)(len - ETHER_LEN - IPV6_LEN));
		check_end(BR_UP, &frame, len, len < ETHER_LEN + IPV6_LEN + 48 ? DROP_ipv6_ext : DROP_inner_bad);
	}
}
END_TEST

static const struct {
	const char *name;
	uint8_t first, second; /* next header values; second 0xff: none */
	uint8_t segments_left;
	uint8_t fragment_of;          /* what a fragment header says next */
	enum drop_reason ours, other; /* sent to the BR address, or to another one */
} ends[] = {
	{ "IPv4", 4, 0xff, 0, 0, TRAFFIC_SENT, DROP_not_map_dst },
	{ "UDP", 17, 0xff, 0, 0, DROP_no_host, DROP_no_host },
	{ "ICMPv6, an error about nothing", 58, 0xff, 0, 0, DROP_icmp6_relay_bad, DROP_no_host },
	{ "no next header", 59, 0xff, 0, 0, DROP_no_host, DROP_no_host },
	{ "IPv6", 41, 0xff, 0, 0, DROP_no_host, DROP_no_host },
	{ "ESP", 50, 0xff, 0, 0, DROP_no_host, DROP_no_host },
	{ "fragment of IPv4", 44, 0xff, 0, 4, DROP_fragment_v6, DROP_no_host },
	{ "fragment of IPv4 behind destination options", 60, 44, 0, 4, DROP_fragment_v6, DROP_no_host },
	{ "fragment of destination options", 44, 0xff, 0, 60, DROP_fragment_v6, DROP_no_host },
	{ "fragment of ICMPv6", 44, 0xff, 0, 58, DROP_no_host, DROP_no_host },
	{ "fragment of TCP behind hop-by-hop options", 0, 44, 0, 6, DROP_no_host, DROP_no_host },
	{ "ICMPv6 behind hop-by-hop options", 0, 58, 0, 0, DROP_icmp6_relay_bad, DROP_no_host },
	{ "IPv4 behind destination options", 60, 4, 0, 0, TRAFFIC_SENT, DROP_not_map_dst },
	{ "routing header, segments left (RFC 8200 section 4.4)", 43, 4, 1, 0, DROP_ipv6_ext, DROP_no_host },
	{ "routing header, none left", 43, 4, 0, 0, TRAFFIC_SENT, DROP_not_map_dst },
};

START_TEST(ends_of_a_chain)
{
	for (int other = 0; other < 2; other++) {
		struct frame frame;

		traffic_ipv4(&frame, KIND_UDP, BOX_EXTERNAL, BOX_FIRST_PORT, BOX_SERVER, 53, 0);
		if (ends[_i].first == 44 || ends[_i].second == 44)
			frame_push(&frame, (uint8_t[8]){ ends[_i].fragment_of, 0, 0, 1 }, 8);
		if (ends[_i].second != 0xff)
			push_extension(&frame, ends[_i].second, 1, ends[_i].segments_left);
		frame_ipv6(&frame, BOX_CE6, other ? BOX_BR6 + 100 : BOX_BR6, ends[_i].first, 0);
		traffic_frame(&frame, br, INTERFACE_V6);
		check_end(BR_UP, &frame, frame.len, other ? ends[_i].other : ends[_i].ours);
	}
}
END_TEST

/* ---- single headers --------------------------------------------------------------------------------------------- */

/* Each change of a good packet, and why it is then dropped. `at` counts from the IPv4 header. */
static const struct {
	const char *name;
	enum traffic_kind kind;
	size_t at;
	uint8_t value;
	bool mend; /* the header checksum */
	enum drop_reason v4, inner;
} changes[] = {
	{ "version 5", KIND_UDP, 0, 0x55, true, DROP_ipv4_bad, DROP_inner_bad },
	{ "version 6", KIND_UDP, 0, 0x65, true, DROP_ipv4_bad, DROP_inner_bad },
	{ "header of 16 bytes", KIND_UDP, 0, 0x44, true, DROP_ipv4_bad, DROP_inner_bad },
	{ "header of 0 bytes", KIND_UDP, 0, 0x40, true, DROP_ipv4_bad, DROP_inner_bad },
	{ "header longer than the packet", KIND_UDP, 0, 0x4f, false, DROP_ipv4_bad, DROP_inner_bad },
	{ "checksum", KIND_UDP, 10, 0xaa, false, DROP_ipv4_bad, DROP_inner_bad },
	{ "more fragments", KIND_UDP, 6, 0x20, true, DROP_fragment_v4, DROP_fragment_v4 },
	{ "fragment offset", KIND_UDP, 7, 0x01, true, DROP_fragment_v4, DROP_fragment_v4 },
	{ "largest fragment offset", KIND_UDP, 6, 0x1f, true, DROP_fragment_v4, DROP_fragment_v4 },
	{ "reserved flag", KIND_UDP, 6, 0x80, true, TRAFFIC_SENT, TRAFFIC_SENT },
	{ "DF", KIND_UDP, 6, 0x40, true, TRAFFIC_SENT, TRAFFIC_SENT },
	{ "UDP length 7", KIND_UDP, 25, 7, true, DROP_l4_bad, DROP_l4_bad },
	{ "UDP length 0", KIND_UDP, 25, 0, true, DROP_l4_bad, DROP_l4_bad },
	{ "UDP length beyond the packet", KIND_UDP, 25, 22, true, DROP_l4_bad, DROP_l4_bad },
	{ "UDP length below the packet", KIND_UDP, 25, 20, true, TRAFFIC_SENT, TRAFFIC_SENT },
	{ "TCP data offset 4", KIND_TCP, 32, 0x40, true, DROP_l4_bad, DROP_l4_bad },
	{ "TCP data offset 0", KIND_TCP, 32, 0x00, true, DROP_l4_bad, DROP_l4_bad },
	{ "TCP data offset beyond the segment", KIND_TCP, 32, 0x90, true, DROP_l4_bad, DROP_l4_bad },
	{ "TCP data offset at its end", KIND_TCP, 32, 0x80, true, TRAFFIC_SENT, TRAFFIC_SENT },
	{ "protocol ESP", KIND_UDP, 9, 50, true, DROP_proto_unsupported, DROP_proto_unsupported },
};

START_TEST(changed_headers)
{
	struct frame frame;
	uint8_t *ip;

	for (int way = BR_UP; way <= BR_DOWN; way++) {
		traffic_packet(&frame, way, changes[_i].kind, 0, BOX_FIRST_PORT, box_of(way));
		ip = frame_bytes(&frame) + ETHER_LEN + (way == BR_UP ? IPV6_LEN : 0);
		ip[changes[_i].at] = changes[_i].value;
		if (changes[_i].mend)
			frame_mend_ipv4(ip, load16(ip + 2));
		check_end(way, &frame, frame.len, way == BR_UP ? changes[_i].inner : changes[_i].v4);
	}
}
END_TEST

/* NAT-50: port 0 belongs to nobody. */
START_TEST(port_zero)
{
	for (int end = 0; end < 4; end++) {
		struct frame frame;

		traffic_ipv4(&frame, end < 2 ? KIND_UDP : KIND_TCP, BOX_HOST, end % 2 == 0 ? 0 : 5000, BOX_SERVER,
		    end % 2 == 1 ? 0 : 53, 0);
		traffic_frame(&frame, ce, INTERFACE_V4);
		check_end(CE_UP, &frame, frame.len, DROP_l4_bad);
	}
}
END_TEST

/* RFC 1812 section 5.3.7, from the Internet: 0/8, 127/8, 224/4, 240/4 as source or destination, and their neighbours. */
START_TEST(martians)
{
	static const struct {
		uint32_t addr;
		bool refused;
	} cases[] = { { 0, true }, { UINT32_C(0x00ffffff), true }, { UINT32_C(0x01000000), false },
		{ UINT32_C(0x7effffff), false }, { UINT32_C(0x7f000000), true }, { UINT32_C(0x7fffffff), true },
		{ UINT32_C(0x80000000), false }, { UINT32_C(0xdfffffff), false }, { UINT32_C(0xe0000000), true },
		{ UINT32_C(0xf0000000), true }, { UINT32_C(0xffffffff), true } };

	for (int i = 0; i < COUNT(cases); i++) {
		struct frame frame;

		ck_assert_int_eq(ipv4_is_martian(cases[i].addr), cases[i].refused);
		traffic_ipv4(&frame, KIND_UDP, cases[i].addr, 53, BOX_EXTERNAL, BOX_FIRST_PORT, 0);
		traffic_frame(&frame, br, INTERFACE_V4);
		check_end(BR_DOWN, &frame, frame.len, cases[i].refused ? DROP_martian_v4 : TRAFFIC_SENT);
	}
}
END_TEST

START_TEST(frames)
{
	static const struct {
		struct mac to;
		uint16_t type;
		enum drop_reason want;
	} cases[] = {
		{ { { 2, 0, 0, 0, 11, 1 } }, 0x0800, TRAFFIC_SENT },
		{ { { 2, 0, 0, 0, 11, 3 } }, 0x0800, DROP_l2_other },
		{ { { 2, 0, 0, 0, 12, 1 } }, 0x0800, DROP_l2_other },
		{ { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } }, 0x0800, DROP_no_host },
		{ { { 1, 0, 0x5e, 0, 0, 1 } }, 0x0800, DROP_no_host },
		{ { { 2, 0, 0, 0, 11, 1 } }, 0x0806, DROP_no_host },
		{ { { 2, 0, 0, 0, 11, 1 } }, 0x86dd, DROP_no_host },
		{ { { 2, 0, 0, 0, 11, 1 } }, 0x8100, DROP_no_host },
	};

	for (int i = 0; i < COUNT(cases); i++) {
		struct frame frame;

		traffic_ipv4(&frame, KIND_UDP, BOX_SERVER, 53, BOX_EXTERNAL, BOX_FIRST_PORT, 0);
		frame_ethernet(&frame, &cases[i].to, cases[i].type);
		check_end(BR_DOWN, &frame, frame.len, cases[i].want);
	}
}
END_TEST

/* TRAP-39, SEC-11: a packet in two buffers is not one that the steps can read. */
START_TEST(segmented)
{
	struct frame frame;
	struct rte_mbuf *mbuf;

	traffic_packet(&frame, BR_DOWN, KIND_UDP, 0, BOX_FIRST_PORT, br);
	mbuf = box_buffer(frame_bytes(&frame), frame.len);
	mbuf->nb_segs = 2;
	ck_assert_ptr_null(box_run(br, 0, INTERFACE_V4, &mbuf, 1));
	ck_assert_uint_eq(br->worker[0].counters.drop[DROP_segmented], 1);
	box_empty(&br->worker[0]);
}
END_TEST

/*
 * TRAP-38, SEC-11: what the driver says of the checksums of the frame that came is said of other headers than those that go. So the
 * checksums are all ours, and nothing asks a driver to touch them.
 */
START_TEST(no_offload_is_asked_for)
{
	static const enum traffic_way ways[] = { BR_UP, BR_DOWN };

	for (int i = 0; i < 2; i++) {
		const unsigned int from = traffic_side(ways[i]),
				   to = from == INTERFACE_V4 ? INTERFACE_V6 : INTERFACE_V4;
		const struct outlet *outlet = &br->worker[0].transmit[to];
		struct frame frame;
		struct rte_mbuf *mbuf;

		traffic_packet(&frame, ways[i], KIND_UDP, 0, BOX_FIRST_PORT, br);
		mbuf = box_buffer(frame_bytes(&frame), frame.len);
		mbuf->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_BAD | RTE_MBUF_F_RX_L4_CKSUM_BAD;
		ck_assert_ptr_null(box_run(br, 0, from, &mbuf, 1));
		ck_assert_uint_eq(outlet->count, 1);
		ck_assert_uint_eq(outlet->mbufs[0]->ol_flags & RTE_MBUF_F_TX_OFFLOAD_MASK, 0);
		box_empty(&br->worker[0]);
	}
}
END_TEST

/* ---- the softwire's header -------------------------------------------------------------------------------------- */

/* RFC 6040 figure 4: the ECN field that goes on, by inner and outer field. 9: dropped. */
static const uint8_t figure_4[4][4] = {
	/*      outer: Not-ECT  ECT(1)  ECT(0)  CE (codes 0, 1, 2, 3) */
	/* Not-ECT */ { 0, 0, 0, 9 },
	/* ECT(1)  */ { 1, 1, 1, 3 },
	/* ECT(0)  */ { 2, 1, 2, 3 },
	/* CE      */ { 3, 3, 3, 3 },
};

START_TEST(ecn_comes_inside)
{
	for (uint8_t inner = 0; inner < 4; inner++) {
		for (uint8_t outer = 0; outer < 4; outer++) {
			static struct box_end end;
			struct frame frame;
			const uint8_t want = figure_4[inner][outer], dscp = (uint8_t)(0xb8 ^ inner << 4);

			frame_payload(&frame, 10);
			frame_udp(&frame, BOX_FIRST_PORT, 53);
			frame_ipv4(&frame,
			    &(struct frame_ipv4){ .src = BOX_EXTERNAL,
				.dst = BOX_SERVER,
				.protocol = 17,
				.tos = (uint8_t)((dscp & 0xfc) | inner) });
			frame_ipv6(&frame, BOX_CE6, BOX_BR6, 4, (uint8_t)(0x50 | outer));
			traffic_frame(&frame, br, INTERFACE_V6);
			box_run_one(br, 0, INTERFACE_V6, frame_bytes(&frame), frame.len, &end);
			ck_assert_ptr_null(end.broken);
			if (want == 9) {
				ck_assert_int_eq(end.how, BOX_DROPPED);
				ck_assert_int_eq(end.reason, DROP_ecn_drop);
				continue;
			}
			ck_assert_int_eq(end.how, BOX_SENT);
			ck_assert_uint_eq(end.frame[ETHER_LEN + 1], (uint8_t)((dscp & 0xfc) | want));
			ck_assert_ptr_null(frame_fault(end.frame + ETHER_LEN, end.len - ETHER_LEN));
		}
	}
}
END_TEST

/* RFC 2473 section 5.1, RFC 6040 section 4.1: the outer header, byte by byte. */
START_TEST(outer_header)
{
	static const struct {
		int dscp;
		uint8_t tos, want_class;
	} cases[] = { { 0, 0x00, 0x00 }, { 0, 0xb9, 0x01 }, { 0, 0x03, 0x03 }, { 46, 0x02, 0xba }, { 63, 0xff, 0xff },
		{ -1, 0xb8, 0xb8 }, { -1, 0xff, 0xff }, { -1, 0x00, 0x00 } };

	for (int i = 0; i < COUNT(cases); i++) {
		uint8_t want[IPV6_LEN] = { 0x60, 0, 0, 0, 0, 0, 4, 37 };
		struct softwire softwire = { .index = 3 };
		struct frame frame;
		struct rte_mbuf *mbuf;
		struct packet p = { 0 };

		softwire_set_outer(&softwire, BOX_BR6, BOX_CE6, 37, cases[i].dscp);
		traffic_packet(&frame, BR_DOWN, KIND_UDP, 0, BOX_FIRST_PORT, br);
		mbuf = box_buffer(frame_bytes(&frame), frame.len);
		p.mbuf = mbuf;
		p.ip = rte_pktmbuf_mtod_offset(mbuf, uint8_t *, ETHER_LEN);
		p.len = (uint16_t)(frame.len - ETHER_LEN);
		p.tos = cases[i].tos;
		ck_assert_int_eq(encapsulate(&br->worker[0], &p, &softwire, BOX_CE6 + 5), VERDICT_NEXT);
		want[0] = (uint8_t)(0x60 | cases[i].want_class >> 4);
		want[1] = (uint8_t)(cases[i].want_class << 4);
		store16(want + 4, p.len);
		for (int j = 0; j < 16; j++) {
			want[8 + j] = (uint8_t)(BOX_BR6 >> (120 - 8 * j));
			want[24 + j] = (uint8_t)((BOX_CE6 + 5) >> (120 - 8 * j));
		}
		ck_assert_mem_eq(p.ip - IPV6_LEN, want, sizeof(want));
		ck_assert_uint_eq(br->worker[0].counters.softwire[3].sent_ipv6.packets, (uint64_t)i + 1);
		free(mbuf);
	}
}
END_TEST

/* 54 bytes are needed in front of the IPv4 header; with one less the packet is dropped, and nothing is written. */
START_TEST(headroom)
{
	struct softwire softwire = { .index = 0 };

	softwire_set_outer(&softwire, BOX_BR6, BOX_CE6, 64, 0);
	for (uint16_t room = 38; room <= 42; room++) {
		struct packet p = { .len = 30 };
		struct rte_mbuf *mbuf = box_buffer(NULL, 100);
		uint8_t *before = malloc(228);

		ck_assert_ptr_nonnull(before);
		memset(mbuf->buf_addr, 0x11, 228);
		memcpy(before, mbuf->buf_addr, 228);
		p.mbuf = mbuf;
		p.ip = (uint8_t *)mbuf->buf_addr + room + ETHER_LEN;
		if (room < IPV6_LEN) {
			ck_assert_int_eq(encapsulate(&br->worker[0], &p, &softwire, BOX_CE6), VERDICT_DROP);
			ck_assert_mem_eq(mbuf->buf_addr, before, 228);
			br->worker[0].dropped.count = 0;
		} else {
			ck_assert_int_eq(encapsulate(&br->worker[0], &p, &softwire, BOX_CE6), VERDICT_NEXT);
		}
		free(before);
		free(mbuf);
	}
	ck_assert_uint_eq(br->worker[0].counters.drop[DROP_no_headroom], 2);
}
END_TEST

/* NAT-51: one less, and the checksum as if added up again, for every TTL. */
START_TEST(ttl_is_spent)
{
	for (unsigned int ttl = 2; ttl < 256; ttl++) {
		struct packet p = { 0 };
		struct frame frame;

		frame_payload(&frame, 0);
		frame_udp(&frame, 1, 2);
		frame_ipv4(&frame,
		    &(struct frame_ipv4){ .src = ttl * 0x10203,
			.dst = BOX_SERVER,
			.protocol = 17,
			.ttl = (uint8_t)ttl });
		p.ip = frame_bytes(&frame);
		ipv4_spend_ttl(&p);
		if (p.ip[8] != ttl - 1 || frame_fault(p.ip, frame.len) != NULL)
			ck_abort_msg("TTL %u: %u, %s", ttl, p.ip[8], frame_fault(p.ip, frame.len));
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("headers");
	TCase *chains = tcase_create("extension headers"), *headers = tcase_create("headers");
	TCase *softwire = tcase_create("softwire");

	tcase_add_checked_fixture(chains, set_up, tear_down);
	tcase_add_test(chains, extension_headers_are_walked);
	tcase_add_test(chains, long_chains);
	tcase_add_test(chains, every_cut_of_a_chain);
	tcase_add_loop_test(chains, ends_of_a_chain, 0, COUNT(ends));
	suite_add_tcase(suite, chains);
	tcase_add_checked_fixture(headers, set_up, tear_down);
	tcase_add_loop_test(headers, changed_headers, 0, COUNT(changes));
	tcase_add_test(headers, port_zero);
	tcase_add_test(headers, martians);
	tcase_add_test(headers, frames);
	tcase_add_test(headers, segmented);
	tcase_add_test(headers, no_offload_is_asked_for);
	suite_add_tcase(suite, headers);
	tcase_add_checked_fixture(softwire, set_up, tear_down);
	tcase_add_test(softwire, ecn_comes_inside);
	tcase_add_test(softwire, outer_header);
	tcase_add_test(softwire, headroom);
	tcase_add_test(softwire, ttl_is_spent);
	suite_add_tcase(suite, softwire);
	return suite;
}
