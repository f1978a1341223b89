/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SEC-11: packets cut short, at every length: nothing outside of them is read (a sanitizer sees it), each ends in exactly one
 * place, and the reason counted is the right one.
 */
#include "two_boxes.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* ---- helpers ---------------------------------------------------------------------------------------------------- */

/* The CE must know the flow before a packet of it may come in; its external port. */
static uint16_t
open_flow(enum traffic_kind kind)
{
	static struct box_end end;
	struct frame frame;

	/* An error is about the UDP flow. */
	traffic_packet(&frame, CE_UP, kind == KIND_ERROR ? KIND_UDP : kind, 0, 5000, ce);
	box_run_one(ce, 0, INTERFACE_V4, frame_bytes(&frame), frame.len, &end);
	ck_assert_ptr_null(end.broken);
	ck_assert_int_eq(end.how, BOX_SENT);
	return load16(end.frame + ETHER_LEN + IPV6_LEN + IPV4_MIN_LEN + (kind == KIND_ECHO ? 4 : 0));
}

static void
check_end(enum traffic_way way, const struct frame *frame, size_t len, enum drop_reason want)
{
	const char *wrong = traffic_run(box_of(way), way, frame->room + frame->start, len, want);

	if (wrong != NULL)
		ck_abort_msg("%s", wrong);
}

/* ---- cuts ------------------------------------------------------------------------------------------------------- */

/* Frames cut by the link: every length below the whole. The lengths inside say that there should be more. */
static void
cut_frames(enum traffic_way way, const struct frame *whole)
{
	struct frame frame = *whole;
	const bool tunnelled = traffic_side(way) == INTERFACE_V6;

	for (size_t len = 0; len < whole->len; len++) {
		enum drop_reason want = tunnelled ? DROP_ipv6_bad : DROP_ipv4_bad;

		if (len < ETHER_LEN + IPV4_MIN_LEN || (tunnelled && len < ETHER_LEN + IPV6_LEN))
			want = DROP_l2_short;
		check_end(way, &frame, len, want);
	}
}

/* In a tunnelled packet: the outer header knows about the cut, the inner one does not. */
static void
cut_inside(enum traffic_way way, const struct frame *whole)
{
	struct frame frame = *whole;

	for (size_t len = ETHER_LEN + IPV6_LEN; len < whole->len; len++) {
		store16(frame_bytes(&frame) + ETHER_LEN + 4, (uint16_t)(len - ETHER_LEN - IPV6_LEN));
		check_end(way, &frame, len, DROP_inner_bad);
	}
}

/* Why a whole IPv4 packet with so many bytes of transport is dropped. UDP and ICMP errors say how long they are. */
static enum drop_reason
reason_of_short_l4(enum traffic_way way, enum traffic_kind kind, size_t l4_len, size_t whole)
{
	const bool is_ce = way <= CE_DOWN;

	switch (kind) {
	case KIND_UDP:
		return l4_len < whole ? DROP_l4_bad : TRAFFIC_SENT;
	case KIND_TCP:
		return l4_len < 20 ? DROP_l4_bad : TRAFFIC_SENT;
	case KIND_TCP_MSS:
		return l4_len < 28 ? DROP_l4_bad : TRAFFIC_SENT;
	case KIND_ECHO: /* a NAPT looks at the ICMP checksum, which a cut breaks; a BR has no reason to */
		return l4_len < 8 ? DROP_l4_bad : is_ce && l4_len < whole ? DROP_icmp_bad : TRAFFIC_SENT;
	case KIND_ERROR:
		if (l4_len < 8)
			return DROP_l4_bad;
		return l4_len < whole && (is_ce || l4_len < 8 + 20 + 8) ? DROP_icmp_bad : TRAFFIC_SENT;
	case KIND_GRE:
		return DROP_proto_unsupported;
	case KIND_OTHER_ICMP:
		return l4_len < 8 ? DROP_l4_bad : DROP_icmp_unsupported;
	}
	return TRAFFIC_SENT;
}

/* All lengths agree with each other, the packet is just short: cut behind the IPv4 header. */
static void
short_packets(enum traffic_way way, enum traffic_kind kind, const struct frame *whole)
{
	struct frame frame = *whole;
	const size_t outer = traffic_ipv4_at(way);
	uint8_t *ip = frame_bytes(&frame) + outer;
	const size_t header = (size_t)(ip[0] & 15) * 4, l4_whole = whole->len - outer - header;

	for (size_t l4_len = 0; l4_len <= l4_whole; l4_len++) {
		frame_mend_ipv4(ip, (uint16_t)(header + l4_len));
		if (outer != ETHER_LEN)
			store16(ip - IPV6_LEN + 4, (uint16_t)(header + l4_len));
		check_end(way, &frame, outer + header + l4_len, reason_of_short_l4(way, kind, l4_len, l4_whole));
	}
}

static const struct {
	enum traffic_kind kind;
	uint8_t option_words;
} kinds[] = { { KIND_UDP, 0 }, { KIND_UDP, 10 }, { KIND_TCP, 0 }, { KIND_TCP_MSS, 0 }, { KIND_TCP_MSS, 3 },
	{ KIND_ECHO, 0 }, { KIND_ECHO, 1 }, { KIND_ERROR, 0 }, { KIND_ERROR, 10 }, { KIND_GRE, 0 },
	{ KIND_OTHER_ICMP, 0 } };

START_TEST(every_cut_of_every_kind)
{
	const enum traffic_way way = (enum traffic_way)(_i / COUNT(kinds));
	const enum traffic_kind kind = kinds[_i % COUNT(kinds)].kind;
	uint16_t port = BOX_FIRST_PORT;
	struct frame whole;

	if (way <= CE_DOWN && kind != KIND_GRE && kind != KIND_OTHER_ICMP)
		port = open_flow(kind);
	/* From the LAN the CE's end has its inside port; an error quotes the packet as the host got it. */
	traffic_packet(&whole, way, kind, kinds[_i % COUNT(kinds)].option_words, way == CE_UP ? 5000 : port,
	    box_of(way));
	cut_frames(way, &whole);
	if (traffic_side(way) == INTERFACE_V6)
		cut_inside(way, &whole);
	short_packets(way, kind, &whole);
}
END_TEST

/* RFC 894: what is behind the total length is padding, and does not go on. */
START_TEST(padding_is_cut_off)
{
	const uint8_t zeros[60] = { 0 };

	for (int way = CE_UP; way <= BR_DOWN; way++) {
		static struct box_end end;
		struct frame whole, padded;
		size_t want;

		traffic_packet(&whole, way, KIND_UDP, 0,
		    way == CE_UP         ? 5000
			: way == CE_DOWN ? open_flow(KIND_UDP)
					 : BOX_FIRST_PORT,
		    box_of(way));
		frame_payload(&padded, 0);
		frame_push(&padded, zeros, sizeof(zeros));
		frame_push(&padded, frame_bytes(&whole), whole.len);
		want = traffic_side(way) == INTERFACE_V6 ? whole.len - IPV6_LEN : whole.len + IPV6_LEN;
		box_run_one(box_of(way), 0, traffic_side(way), frame_bytes(&padded), padded.len, &end);
		ck_assert_ptr_null(end.broken);
		ck_assert_int_eq(end.how, BOX_SENT);
		ck_assert_uint_eq(end.len, want);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("packet");
	TCase *tcase = tcase_create("cuts");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, every_cut_of_every_kind, 0, 4 * COUNT(kinds));
	tcase_add_test(tcase, padding_is_cut_off);
	suite_add_tcase(suite, tcase);
	return suite;
}
