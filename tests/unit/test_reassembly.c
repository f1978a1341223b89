/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reassembly by the table in docs/border-relay.md, "IPv6 fragments of the softwire": what is wrong, orders, copies, overlaps,
 * atomic fragments, ECN. What is limited and what takes time is in test_reassembly_limits.c. FRG-13 to FRG-16, FRG-20.
 */
#include "reassembly_fixture.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* ---- by itself -------------------------------------------------------------------------------------------------- */

#define UDP 17
#define DESTINATION NEXT_HEADER_DESTINATION
#define ROUTING NEXT_HEADER_ROUTING
#define IPV4 NEXT_HEADER_IPV4

/* Extension headers behind the fragment header: next header, length in units behind the first. */
static const uint8_t one_option[64] = { IPV4, 0 }, long_option[64] = { IPV4, 2 }, udp_option[64] = { UDP, 0 },
		     two_options[64] = { DESTINATION, 0, 0, 0, 0, 0, 0, 0, ROUTING, 1 };

static const struct {
	const char *name;
	uint8_t next_header, options;
	const uint8_t *bytes;
	uint32_t start;
	bool more;
	uint16_t len;
	int want;
	uint8_t icmp_code;
	int pointer; /* -1: nothing is said */
} alone[] = {
	{ "first", IPV4, 0, NULL, 0, true, 1448, HELD, 0, -1 },
	{ "no multiple of 8 (RFC 8200: pointer at the payload length)", IPV4, 0, NULL, 0, true, 1447, DROP_frag6_bad, 0,
	    4 },
	{ "no multiple of 8, in the middle, behind options", IPV4, 2, NULL, 8, true, 9, DROP_frag6_bad, 0, 4 },
	{ "any length, the last", IPV4, 0, NULL, 8, false, 9, HELD, 0, -1 },
	{ "empty first", IPV4, 0, NULL, 0, true, 0, DROP_frag6_bad, 0, 4 },
	{ "empty, the last", IPV4, 0, NULL, 8, false, 0, DROP_frag6_bad, 0, 4 },
	{ "up to byte 65535: only too long for us", IPV4, 0, NULL, 65528, false, 7, DROP_frag6_too_big, 0, -1 },
	{ "up to byte 65536 (RFC 8200: pointer at the fragment offset)", IPV4, 0, NULL, 65528, false, 8, DROP_frag6_bad,
	    0, 42 },
	{ "up to byte 65536 with the options", IPV4, 1, NULL, 65520, true, 8, DROP_frag6_bad, 0, 50 },
	{ "up to byte 65535 with the options", IPV4, 1, NULL, 65520, false, 7, DROP_frag6_too_big, 0, -1 },
	{ "ping of death", IPV4, 0, NULL, 65528, false, 1448, DROP_frag6_bad, 0, 42 },
	{ "wrong both ways: the length", IPV4, 0, NULL, 65528, true, 9, DROP_frag6_bad, 0, 4 },
	{ "IPv4 header and 4 bytes (RFC 7112)", IPV4, 0, NULL, 0, true, 24, DROP_frag6_chain, 3, 0 },
	{ "IPv4 header and 12 bytes", IPV4, 0, NULL, 0, true, 32, HELD, 0, -1 },
	{ "no IPv4 header", IPV4, 0, NULL, 0, true, 8, DROP_frag6_chain, 3, 0 },
	{ "option, IPv4 header and 12 bytes", DESTINATION, 0, one_option, 0, true, 40, HELD, 0, -1 },
	{ "option, IPv4 header and 4 bytes", DESTINATION, 0, one_option, 0, true, 32, DROP_frag6_chain, 3, 0 },
	{ "option and nothing", DESTINATION, 0, one_option, 0, true, 8, DROP_frag6_chain, 3, 0 },
	{ "option longer than the fragment", DESTINATION, 0, long_option, 0, true, 16, DROP_frag6_chain, 3, 0 },
	{ "long option, IPv4 header and 4 bytes", DESTINATION, 0, long_option, 0, true, 48, DROP_frag6_chain, 3, 0 },
	{ "long option, IPv4 header and 12 bytes", DESTINATION, 0, long_option, 0, true, 56, HELD, 0, -1 },
	{ "option, half a routing header", DESTINATION, 0, two_options, 0, true, 16, DROP_frag6_chain, 3, 0 },
	{ "UDP: not for us to judge", UDP, 0, NULL, 0, true, 8, HELD, 0, -1 },
	{ "option and UDP", DESTINATION, 0, udp_option, 0, true, 8, HELD, 0, -1 },
	{ "no chain in a later fragment", DESTINATION, 0, long_option, 16, true, 8, HELD, 0, -1 },
	{ "last that fits into path_mru", IPV4, 0, NULL, 1496, false, 4, HELD, 0, -1 },
	{ "last that does not", IPV4, 0, NULL, 1496, false, 5, DROP_frag6_too_big, 0, -1 },
	{ "options count", IPV4, 1, NULL, 0, true, 1496, DROP_frag6_too_big, 0, -1 },
	{ "without them it fits", IPV4, 0, NULL, 0, true, 1496, HELD, 0, -1 },
	{ "no chain and too long: no chain", DESTINATION, 200, one_option, 0, true, 8, DROP_frag6_chain, 3, 0 },
};

/* FRG-13, FRG-16, and the order of the checks. */
START_TEST(one_alone)
{
	struct fragment6 fragment = piece_of(1, alone[_i].start, alone[_i].start + alone[_i].len, alone[_i].more);
	int end;

	fragment.next_header = alone[_i].next_header;
	fragment.options = alone[_i].options;
	fragment.bytes = alone[_i].bytes;
	refusal.icmp_type = 99;
	end = send(&fragment);
	ck_assert_msg(end == alone[_i].want, "%s: %d, not %d", alone[_i].name, end, alone[_i].want);
	ck_assert_uint_eq(reassembly_datagrams(r), end == HELD);
	if (end == HELD)
		return;
	ck_assert_uint_eq(refusal.icmp_type, alone[_i].pointer < 0 ? 0 : 4);
	ck_assert_uint_eq(refusal.icmp_code, alone[_i].icmp_code);
	ck_assert_uint_eq(refusal.icmp_value, alone[_i].pointer < 0 ? 0 : (uint32_t)alone[_i].pointer);
}
END_TEST

/* ---- orders ----------------------------------------------------------------------------------------------------- */

/* Both orders of the two fragments of a 1500-byte packet over MTU 1500, with the room behind the frame and before it. */
START_TEST(two_fragments)
{
	room_is_in_front = _i & 1;
	ck_assert_int_eq(_i & 2 ? put(1, 0, 1448, true) : put(1, 1448, 1500, false), HELD);
	ck_assert_uint_eq(reassembly_held(r), 1);
	ck_assert_int_eq(_i & 2 ? put(1, 1448, 1500, false) : put(1, 0, 1448, true), WHOLE);
	ck_assert_pstr_eq(find_fault(1, 1500, 0, 0), NULL);
	ck_assert_uint_eq(reassembly_held(r), 0);
	ck_assert_uint_eq(reassembly_datagrams(r), 0);
	ck_assert_uint_eq(w->counters.merged, 1);
	ck_assert_uint_eq(w->counters.event[EVENT_reassembled], 1);
}
END_TEST

/* All orders of five fragments, behind 0 to 2 options. */
START_TEST(every_order)
{
	static const uint32_t bounds[] = { 0, 32, 40, 64, 1400, 1407 };
	const int count = COUNT(bounds) - 1;
	uint32_t id = 0;

	for (int code = 0; code < 5 * 4 * 3 * 2; code++, id++) {
		int left[] = { 0, 1, 2, 3, 4 }, rest = code;

		for (int i = count; i > 0; i--) {
			const int which = rest % i, n = left[which];
			struct fragment6 fragment = piece_of(id, bounds[n], bounds[n + 1], n < count - 1);

			rest /= i;
			left[which] = left[i - 1];
			fragment.options = (uint8_t)_i;
			ck_assert_int_eq(send(&fragment), i > 1 ? HELD : WHOLE);
		}
		ck_assert_pstr_eq(find_fault(id, (uint16_t)bounds[count], (uint8_t)_i, 0), NULL);
		ck_assert_uint_eq(reassembly_datagrams(r), 0);
	}
	ck_assert_uint_eq(w->counters.merged, 120 * 4);
}
END_TEST

/* Options, hop limit and flow label of the first fragment count, those of the others do not (RFC 8200 section 4.5). */
START_TEST(headers_are_the_first_fragment_s)
{
	struct fragment6 first = piece_of(1, 0, 40, true), last = piece_of(1, 40, 45, false);

	first.options = 1;
	first.traffic_class = 0xb8;
	last.options = 3;
	last.traffic_class = 0x48;
	last.next_header = UDP;
	ck_assert_int_eq(_i == 0 ? send(&first) : send(&last), HELD);
	ck_assert_int_eq(_i == 0 ? send(&last) : send(&first), WHOLE);
	ck_assert_pstr_eq(find_fault(1, 45, 1, 0xb8), NULL);
}
END_TEST

/* What lies behind the IPv6 packet in its frame is no part of it. */
START_TEST(padding_is_left_behind)
{
	const struct fragment6 fragment = piece_of(1, 32, 33, false), atomic = piece_of(1, 0, 33, false);
	struct frame frame;
	struct rte_mbuf *mbuf;

	fragment6_frame(&frame, &fragment);
	mbuf = fragment_buffer(&frame, ROOM, 7);
	mbuf->data_len = (uint16_t)(mbuf->data_len + 7);
	mbuf->pkt_len += 7;
	ck_assert_int_eq(put(1, 0, 32, true), HELD);
	ck_assert_int_eq(run(mbuf), WHOLE);
	ck_assert_pstr_eq(find_fault(1, 33, 0, 0), NULL);
	ck_assert_int_eq(send(&atomic), WHOLE);
	ck_assert_pstr_eq(find_fault(1, 33, 0, 0), NULL);
}
END_TEST

/* ---- copies and overlaps ---------------------------------------------------------------------------------------- */

static const uint8_t other_bytes[1500];

struct piece {
	uint32_t start, end;
	bool more;
	const uint8_t *bytes;
	int want;
};

static const struct {
	const char *name;
	struct piece pieces[5];
} repeats[] = {
	{ "first", { { 0, 40, true, NULL, HELD }, { 0, 40, true, NULL, DROP_frag6_duplicate } } },
	{ "middle", { { 40, 48, true, NULL, HELD }, { 40, 48, true, NULL, DROP_frag6_duplicate } } },
	{ "middle between others",
	    { { 40, 48, true, NULL, HELD }, { 56, 64, true, NULL, HELD }, { 48, 56, true, NULL, HELD },
		{ 48, 56, true, NULL, DROP_frag6_duplicate } } },
	{ "last", { { 40, 43, false, NULL, HELD }, { 40, 43, false, NULL, DROP_frag6_duplicate } } },
	{ "across words of bits",
	    { { 480, 1200, true, NULL, HELD }, { 480, 1200, true, NULL, DROP_frag6_duplicate } } },
	{ "other bytes", { { 40, 48, true, NULL, HELD }, { 40, 48, true, other_bytes, DROP_frag6_overlap } } },
	{ "other bytes, the last",
	    { { 40, 43, false, NULL, HELD }, { 40, 43, false, other_bytes, DROP_frag6_overlap } } },
	{ "part of one, its beginning", { { 40, 64, true, NULL, HELD }, { 40, 48, true, NULL, DROP_frag6_overlap } } },
	{ "part of one, its middle", { { 40, 64, true, NULL, HELD }, { 48, 56, true, NULL, DROP_frag6_overlap } } },
	{ "part of one, its end", { { 40, 64, true, NULL, HELD }, { 56, 64, true, NULL, DROP_frag6_overlap } } },
	{ "two in one",
	    { { 40, 48, true, NULL, HELD }, { 48, 56, true, NULL, HELD },
		{ 40, 56, true, NULL, DROP_frag6_overlap } } },
	{ "half of one and all of another",
	    { { 32, 48, true, NULL, HELD }, { 48, 56, true, NULL, HELD },
		{ 40, 56, true, NULL, DROP_frag6_overlap } } },
	{ "one unit more", { { 40, 48, true, NULL, HELD }, { 40, 56, true, NULL, DROP_frag6_overlap } } },
	{ "by one unit at the end",
	    { { 0, 1448, true, NULL, HELD }, { 1440, 1500, false, NULL, DROP_frag6_overlap } } },
	{ "by one unit at the front", { { 48, 64, true, NULL, HELD }, { 40, 56, true, NULL, DROP_frag6_overlap } } },
	{ "teardrop", { { 0, 40, true, NULL, HELD }, { 24, 28, false, NULL, DROP_frag6_overlap } } },
	{ "around another", { { 48, 56, true, NULL, HELD }, { 40, 64, true, NULL, DROP_frag6_overlap } } },
	{ "first that covers more", { { 32, 40, true, NULL, HELD }, { 0, 40, true, NULL, DROP_frag6_overlap } } },
	{ "behind the end", { { 40, 48, false, NULL, HELD }, { 48, 56, true, NULL, DROP_frag6_overlap } } },
	{ "far behind the end", { { 40, 48, false, NULL, HELD }, { 1400, 1401, false, NULL, DROP_frag6_overlap } } },
	{ "an end before what came", { { 48, 56, true, NULL, HELD }, { 40, 48, false, NULL, DROP_frag6_overlap } } },
	{ "two ends", { { 48, 50, false, NULL, HELD }, { 40, 42, false, NULL, DROP_frag6_overlap } } },
	{ "last, longer", { { 48, 50, false, NULL, HELD }, { 48, 51, false, NULL, DROP_frag6_overlap } } },
	{ "last, shorter", { { 48, 50, false, NULL, HELD }, { 48, 49, false, NULL, DROP_frag6_overlap } } },
	{ "last, and more follow", { { 48, 56, false, NULL, HELD }, { 48, 56, true, NULL, DROP_frag6_overlap } } },
	{ "last of odd length, and more follow",
	    { { 48, 50, false, NULL, HELD }, { 48, 56, true, NULL, DROP_frag6_overlap } } },
	{ "middle that is the last", { { 48, 56, true, NULL, HELD }, { 48, 56, false, NULL, DROP_frag6_overlap } } },
};

/* FRG-14, RFC 5722: a copy is dropped alone; an overlap drops all, silently, and all that comes later. */
START_TEST(repeat)
{
	const struct piece *piece = repeats[_i].pieces;
	uint32_t held = 0;

	for (; piece->end > 0; piece++) {
		struct fragment6 fragment = piece_of(1, piece->start, piece->end, piece->more);
		int end;

		fragment.bytes = piece->bytes;
		end = send(&fragment);
		ck_assert_msg(end == piece->want, "%s: %d, not %d", repeats[_i].name, end, piece->want);
		held += end == HELD;
	}
	ck_assert_uint_eq(refusal.icmp_type, 0);
	if (piece[-1].want == DROP_frag6_duplicate) {
		ck_assert_uint_eq(reassembly_held(r), held);
		return;
	}
	ck_assert_uint_eq(reassembly_held(r), 0);
	ck_assert_uint_eq(dropped(DROP_frag6_overlap), held + 1);
	ck_assert_int_eq(put(1, 1480, 1488, true), DROP_frag6_overlap);
	ck_assert_int_eq(put(1, 0, 40, true), DROP_frag6_overlap);
	ck_assert_uint_eq(refusal.icmp_type, 0);
	ck_assert_int_eq(put(2, 0, 40, true), HELD);
}
END_TEST

/* A packet that had copies comes out right, and late copies of what was whole begin anew. */
START_TEST(whole_in_spite_of_copies)
{
	for (int round = 0; round < 3; round++) {
		ck_assert_int_eq(put(1, 40, 80, true), HELD);
		ck_assert_int_eq(put(1, 40, 80, true), DROP_frag6_duplicate);
		ck_assert_int_eq(put(1, 80, 85, false), HELD);
		ck_assert_int_eq(put(1, 80, 85, false), DROP_frag6_duplicate);
		ck_assert_int_eq(put(1, 0, 40, true), WHOLE);
		ck_assert_pstr_eq(find_fault(1, 85, 0, 0), NULL);
	}
	ck_assert_int_eq(put(1, 80, 85, false), HELD);
}
END_TEST

/* ---- atomic fragments ------------------------------------------------------------------------------------------- */

/* FRG-15, RFC 6946: whole at once, headers right, and nothing happens to fragments with the same identification. */
START_TEST(atomic)
{
	struct fragment6 fragment = piece_of(1, 0, 61, false);

	fragment.options = (uint8_t)_i;
	fragment.traffic_class = 0xb9;
	ck_assert_int_eq(put(1, 0, 40, true), HELD);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(send(&fragment), WHOLE);
		ck_assert_pstr_eq(find_fault(1, 61, (uint8_t)_i, 0xb9), NULL);
	}
	ck_assert_uint_eq(w->counters.event[EVENT_reassembled], 0);
	ck_assert_uint_eq(w->counters.merged, 0);
	ck_assert_int_eq(put(1, 40, 61, false), WHOLE);
	ck_assert_pstr_eq(find_fault(1, 61, 0, 0), NULL);
}
END_TEST

/* It is as long as it is: no reassembly, no path_mru. Nor does it matter that there is nothing in it. */
START_TEST(atomic_of_any_length)
{
	static const uint16_t lens[] = { 0, 1, 27, 1500, 1501, 1900 };

	for (int i = 0; i < COUNT(lens); i++) {
		ck_assert_int_eq(put(1, 0, lens[i], false), WHOLE);
		ck_assert_pstr_eq(find_fault(1, lens[i], 0, 0), NULL);
	}
	ck_assert_uint_eq(reassembly_datagrams(r), 0);
}
END_TEST

/* ---- ECN -------------------------------------------------------------------------------------------------------- */

#define DROPPED 9

/* RFC 3168 section 5.3: [mark of the first fragment][of the other] -> of the whole. 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE. */
static const uint8_t marks[4][4] = {
	{ 0, 0, 0, DROPPED },
	{ 1, 1, 1, 3 },
	{ 2, 2, 2, 3 },
	{ DROPPED, 3, 3, 3 },
};

/* FRG-20: all 16 mixtures, in both orders of arrival. */
START_TEST(ecn_of_two)
{
	const uint8_t first_mark = _i & 3, last_mark = _i >> 2 & 3, want = marks[first_mark][last_mark];
	struct fragment6 first = piece_of(1, 0, 40, true), last = piece_of(1, 40, 45, false);
	const bool in_order = _i < 16;

	first.traffic_class = 0xb8 | first_mark;
	last.traffic_class = 0x48 | last_mark;
	ck_assert_int_eq(in_order ? send(&first) : send(&last), HELD);
	if (want == DROPPED) {
		ck_assert_int_eq(in_order ? send(&last) : send(&first), DROP_ecn_drop);
		ck_assert_uint_eq(dropped(DROP_ecn_drop), 2);
		ck_assert_uint_eq(refusal.icmp_type, 0);
		ck_assert_uint_eq(reassembly_datagrams(r), 0);
		return;
	}
	ck_assert_int_eq(in_order ? send(&last) : send(&first), WHOLE);
	ck_assert_pstr_eq(find_fault(1, 45, 0, 0xb8 | want), NULL);
}
END_TEST

/* Three fragments: one mark and one Not-ECT are enough to lose it, wherever they are. */
START_TEST(ecn_of_three)
{
	uint8_t mark[3] = { _i & 3, _i >> 2 & 3, _i >> 4 & 3 };
	bool ce = false, not_ect = false;
	int end = HELD;

	for (uint32_t i = 0; i < 3; i++) {
		struct fragment6 fragment = piece_of(1, i * 40, i * 40 + 40, i < 2);

		fragment.traffic_class = mark[i];
		ce |= mark[i] == 3;
		not_ect |= mark[i] == 0;
		ck_assert_int_eq(end, HELD);
		end = send(&fragment);
	}
	ck_assert_int_eq(end, ce && not_ect ? (int)DROP_ecn_drop : WHOLE);
	if (end == WHOLE)
		ck_assert_pstr_eq(find_fault(1, 120, 0, ce ? 3 : mark[0]), NULL);
	else
		ck_assert_uint_eq(dropped(DROP_ecn_drop), 3);
}
END_TEST

static TCase *
add(Suite *suite, const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	suite_add_tcase(suite, tcase);
	return tcase;
}

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("reassembly");
	TCase *orders = add(suite, "orders"), *wrong = add(suite, "wrong"), *marked = add(suite, "marks");

	tcase_add_loop_test(wrong, one_alone, 0, COUNT(alone));
	tcase_add_loop_test(wrong, repeat, 0, COUNT(repeats));
	tcase_add_test(wrong, whole_in_spite_of_copies);
	tcase_add_loop_test(orders, two_fragments, 0, 4);
	tcase_add_loop_test(orders, every_order, 0, 3);
	tcase_add_loop_test(orders, headers_are_the_first_fragment_s, 0, 2);
	tcase_add_test(orders, padding_is_left_behind);
	tcase_add_loop_test(orders, atomic, 0, 3);
	tcase_add_test(orders, atomic_of_any_length);
	tcase_add_loop_test(marked, ecn_of_two, 0, 32);
	tcase_add_loop_test(marked, ecn_of_three, 0, 64);
	return suite;
}
