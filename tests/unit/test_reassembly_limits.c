/* SPDX-License-Identifier: BSD-3-Clause */
/* Reassembly over time, under attack and at its limits: FRG-12, FRG-23, BRS-11. */
#include "reassembly_fixture.h"

static uint8_t first[REASSEMBLY_MAX_LEN];

/* ---- time ------------------------------------------------------------------------------------------------------- */

/* FRG-12: 60 s from the first-seen fragment, and then its first fragment as it was, for the ICMPv6 error. */
START_TEST(time_out)
{
	struct fragment6 fragment = piece_of(1, 0, 1448, true);
	struct frame frame;
	uint16_t len = 99;

	fragment.options = 2;
	fragment.traffic_class = 0xba;
	fragment6_frame(&frame, &fragment);
	w->now_ms = 5000;
	ck_assert_int_eq(_i == 0 ? put(1, 1456, 1464, true) : send(&fragment), HELD);
	w->now_ms = 5000 + 59999;
	ck_assert_int_eq(_i == 0 ? send(&fragment) : put(1, 1456, 1464, true), HELD);
	ck_assert(!reassembly_expire(w, r, first, &len));
	w->now_ms++;
	ck_assert(reassembly_expire(w, r, first, &len));
	ck_assert_uint_eq(len, frame.len - ETHER_LEN);
	ck_assert_mem_eq(first, frame_bytes(&frame) + ETHER_LEN, len);
	ck_assert_uint_eq(dropped(DROP_frag6_timeout), 2);
	ck_assert(!reassembly_expire(w, r, first, &len));
	ck_assert_uint_eq(reassembly_held(r), 0);
	ck_assert_uint_eq(reassembly_datagrams(r), 0);
	check_law();
	ck_assert_int_eq(put(1, 1448, 1456, false), HELD); /* a new packet with the same identification */
}
END_TEST

/* Without the first fragment there is nobody to tell (RFC 8200 section 4.5). */
START_TEST(time_out_without_the_first)
{
	uint16_t len = 99;

	ck_assert_int_eq(put(1, 40, 80, true), HELD);
	w->now_ms = 60000;
	ck_assert(reassembly_expire(w, r, first, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_uint_eq(dropped(DROP_frag6_timeout), 1);
}
END_TEST

/* After an overlap it is silent, though the first fragment had come (RFC 5722), and its time-out counts nothing twice. */
START_TEST(time_out_after_an_overlap)
{
	uint16_t len = 99;

	ck_assert_int_eq(put(1, 0, 80, true), HELD);
	ck_assert_int_eq(put(1, 40, 80, true), DROP_frag6_overlap);
	w->now_ms = 59999;
	ck_assert_int_eq(put(1, 80, 88, true), DROP_frag6_overlap);
	w->now_ms = 60000;
	ck_assert(reassembly_expire(w, r, first, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_uint_eq(dropped(DROP_frag6_timeout), 0);
	ck_assert_uint_eq(dropped(DROP_frag6_overlap), 3);
	check_law();
	ck_assert_int_eq(put(1, 40, 80, true), HELD);
}
END_TEST

/* The oldest first; one a call. */
START_TEST(time_out_in_order_of_age)
{
	uint16_t len;

	for (uint32_t id = 0; id < 8; id++) {
		w->now_ms = id * 100;
		ck_assert_int_eq(put(id, 0, 80, true), HELD);
	}
	for (uint32_t id = 0; id < 8; id++) {
		w->now_ms = 60000 + id * 100;
		ck_assert(reassembly_expire(w, r, first, &len));
		ck_assert_uint_eq(len, IPV6_LEN + 8 + 80);
		ck_assert_uint_eq(load32(first + IPV6_LEN + 4), id);
		ck_assert(!reassembly_expire(w, r, first, &len));
	}
}
END_TEST

/* The longest first fragment there is, 8 bytes longer than what `first` has room for: its end is cut off. */
START_TEST(time_out_of_the_longest)
{
	const struct fragment6 fragment = piece_of(1, 0, 1960, true);
	struct frame frame;
	uint16_t len;

	tear_down();
	set_up_with(8, 2000);
	fragment6_frame(&frame, &fragment);
	ck_assert_int_eq(send(&fragment), HELD);
	w->now_ms = 60000;
	ck_assert(reassembly_expire(w, r, first, &len));
	ck_assert_uint_eq(len, 2000);
	ck_assert_mem_eq(first, frame_bytes(&frame) + ETHER_LEN, 2000);
}
END_TEST

/* ---- room ------------------------------------------------------------------------------------------------------- */

static int
put_from(u128 source, uint32_t id, uint32_t start, uint32_t end, bool more)
{
	struct fragment6 fragment = piece_of(id, start, end, more);

	fragment.src = source;
	return send(&fragment);
}

/* FRG-23, BRS-11: a flood from one /56, with any address and any identification, gets an eighth. The others find room. */
START_TEST(one_ce_floods)
{
	for (uint32_t id = 0; id < 1000; id++) {
		const u128 source = CE6 + id * 7 + ((u128)(id % 200) << 64);
		const int end = put_from(source, id, 0, 80, true);

		ck_assert_int_eq(end, id < 8 ? HELD : DROP_frag6_table_full);
	}
	ck_assert_uint_eq(reassembly_datagrams(r), 8);
	for (u128 i = 1; i <= 8; i++) {
		ck_assert_int_eq(put_from(CE6 + (i << 72), 1, 0, 80, true), HELD);
		ck_assert_int_eq(put_from(CE6 + (i << 72), 1, 80, 85, false), WHOLE);
	}
	/* What is over makes room for the source itself. */
	ck_assert_int_eq(put_from(CE6, 0, 80, 88, false), WHOLE);
	ck_assert_int_eq(put_from(CE6, 1000, 0, 80, true), HELD);
	ck_assert_int_eq(put_from(CE6, 1001, 0, 80, true), DROP_frag6_table_full);
}
END_TEST

/* Floods from everywhere fill the table; what is known becomes whole, atomic fragments pass, and time makes room. */
START_TEST(more_packets_than_room)
{
	uint32_t full = 0;
	uint16_t len;

	for (uint32_t id = 0; id < 640; id++) {
		const int end = put_from(CE6 + ((u128)id * 259 << 72), id, 0, 80, true);

		ck_assert(end == HELD || end == DROP_frag6_table_full);
		full += end == DROP_frag6_table_full;
	}
	ck_assert_uint_eq(reassembly_datagrams(r), 64);
	ck_assert_uint_eq(full, 640 - 64);
	ck_assert_int_eq(put_from(CE6 + 1, 9999, 0, 80, false), WHOLE);
	ck_assert_int_eq(put_from(CE6, 0, 80, 88, false), WHOLE);
	w->now_ms = 60000;
	for (uint32_t i = 0; i < 63; i++)
		ck_assert(reassembly_expire(w, r, first, &len));
	ck_assert(!reassembly_expire(w, r, first, &len));
	ck_assert_uint_eq(dropped(DROP_frag6_timeout), 63);
	ck_assert_int_eq(put(1, 0, 80, true), HELD);
	check_law();
}
END_TEST

static const struct {
	const char *name;
	u128 src, dst;
	uint32_t id;
} strangers[] = {
	{ "other source", CE6 + 1, BR6, 1 },
	{ "other subnet", CE6 + ((u128)1 << 64), BR6, 1 },
	{ "other CE", CE6 + ((u128)1 << 96), BR6, 1 },
	{ "other BR address", CE6, BR6 + 1, 1 },
	{ "other domain", CE6, BR6 + ((u128)1 << 64), 1 },
	{ "other identification", CE6, BR6, 2 },
	{ "other identification far away", CE6, BR6, UINT32_C(0x80000001) },
};

/* FRG-12: the key is source, destination, identification; not the next header (RFC 8200 section 4.5). */
START_TEST(strangers_do_not_meet)
{
	struct fragment6 fragment = piece_of(strangers[_i].id, 40, 45, false);

	fragment.src = strangers[_i].src;
	fragment.dst = strangers[_i].dst;
	ck_assert_int_eq(put(1, 0, 40, true), HELD);
	ck_assert_msg(send(&fragment) == HELD, "%s", strangers[_i].name);
	ck_assert_uint_eq(reassembly_datagrams(r), 2);
	fragment = piece_of(1, 40, 45, false);
	fragment.next_header = 17;
	ck_assert_int_eq(send(&fragment), WHOLE);
	ck_assert_pstr_eq(find_fault(1, 45, 0, 0), NULL);
}
END_TEST

/* As many as fit into the table, eight from each source: some are in one bucket. What comes out is whose it is. */
START_TEST(many_strangers_do_not_meet)
{
	for (uint32_t i = 0; i < 128; i++) {
		struct fragment6 fragment = i < 64 ? piece_of(1, 0, 40, true) : piece_of(1, 40, 45, false);

		fragment.src += (u128)(i / 8 % 8) << 72;
		fragment.dst += _i == 0 ? i % 8 : 0;
		fragment.id += _i == 1 ? i % 8 : 0;
		ck_assert_int_eq(send(&fragment), i < 64 ? HELD : WHOLE);
		if (i < 64)
			continue;
		ck_assert(ip6_load(whole.room + ETHER_LEN + 8) == fragment.src);
		ck_assert(ip6_load(whole.room + ETHER_LEN + 24) == fragment.dst);
		ck_assert_uint_eq(whole.room[ETHER_LEN + IPV6_LEN], fragment_byte(fragment.id, 0));
	}
}
END_TEST

/* ---- length ----------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	uint16_t path_mru;
	uint8_t options;
	uint16_t len;
	bool fits;
} lengths[] = {
	{ "1540, no option", 1540, 0, 1500, true },
	{ "1541, no option", 1540, 0, 1501, false },
	{ "1540 with an option", 1540, 1, 1492, true },
	{ "1541 with an option", 1540, 1, 1493, false },
	{ "least", 1280, 0, 1240, true },
	{ "more than the least", 1280, 0, 1241, false },
	{ "most", 2000, 0, 1960, true },
	{ "more than the most", 2000, 0, 1961, false },
	{ "most, nearly all of it options", 2000, 238, 56, true },
	{ "more, nearly all of it options", 2000, 238, 57, false },
};

/* path_mru counts the whole packet with its headers, without the fragment header; options are known only with the first. */
START_TEST(longest_packet)
{
	const uint16_t len = lengths[_i].len, cut = len > 1000 ? 1000 : 40;
	struct fragment6 start = piece_of(1, 0, cut, true), end = piece_of(1, cut, len, false);
	int result;

	for (int order = 0; order < 2; order++) {
		tear_down();
		set_up_with(8, lengths[_i].path_mru);
		start.options = end.options = lengths[_i].options;
		result = order == 0 ? send(&start) : send(&end);
		if (result == HELD)
			result = order == 0 ? send(&end) : send(&start);
		ck_assert_msg(result == (lengths[_i].fits ? WHOLE : (int)DROP_frag6_too_big), "%s, order %d: %d",
		    lengths[_i].name, order, result);
		if (lengths[_i].fits)
			ck_assert_pstr_eq(find_fault(1, len, lengths[_i].options, 0), NULL);
		else
			ck_assert_uint_eq(refusal.icmp_type, 0);
	}
}
END_TEST

/* A buffer too small for the whole: nothing is written into it, and all of the packet is dropped. */
START_TEST(too_small_a_buffer)
{
	const struct fragment6 fragment = piece_of(1, 1448, 1500, false);
	const size_t need = ETHER_LEN + IPV6_LEN + 1500;
	struct frame frame;

	fragment6_frame(&frame, &fragment);
	ck_assert_int_eq(put(1, 0, 1448, true), HELD);
	ck_assert_int_eq(run(fragment_buffer(&frame, need - frame.len - 1, 0)), DROP_frag6_too_big);
	ck_assert_uint_eq(dropped(DROP_frag6_too_big), 2);
	ck_assert_uint_eq(reassembly_datagrams(r), 0);

	ck_assert_int_eq(put(1, 0, 1448, true), HELD);
	ck_assert_int_eq(run(fragment_buffer(&frame, need - frame.len, 0)), WHOLE);
	ck_assert_pstr_eq(find_fault(1, 1500, 0, 0), NULL);
}
END_TEST

/* Rose attack: first and last only, from everywhere; the table fills up, empties itself, and says so. */
START_TEST(first_and_last_only)
{
	uint16_t len;

	for (uint32_t round = 0; round < 10; round++) {
		for (uint32_t i = 0; i < 200; i++) {
			const u128 source = CE6 + ((u128)(round * 200 + i) * 7919 << 72);

			put_from(source, i, 0, 80, true);
			put_from(source, i, 1440, 1448, false);
		}
		ck_assert_uint_eq(reassembly_datagrams(r), 64);
		w->now_ms += 60000;
		while (reassembly_expire(w, r, first, &len))
			ck_assert_uint_eq(len, IPV6_LEN + 8 + 80);
		ck_assert_uint_eq(reassembly_datagrams(r), 0);
	}
	ck_assert_uint_eq(dropped(DROP_frag6_timeout), 10 * 64 * 2);
	ck_assert_uint_eq(dropped(DROP_frag6_table_full), 10 * 136 * 2);
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
	Suite *suite = suite_create("reassembly_limits");
	TCase *time = add(suite, "time"), *room = add(suite, "room");

	tcase_add_loop_test(time, time_out, 0, 2);
	tcase_add_test(time, time_out_without_the_first);
	tcase_add_test(time, time_out_after_an_overlap);
	tcase_add_test(time, time_out_in_order_of_age);
	tcase_add_test(time, time_out_of_the_longest);
	tcase_add_test(room, one_ce_floods);
	tcase_add_test(room, more_packets_than_room);
	tcase_add_loop_test(room, strangers_do_not_meet, 0, (int)(sizeof(strangers) / sizeof(strangers[0])));
	tcase_add_loop_test(room, many_strangers_do_not_meet, 0, 2);
	tcase_add_loop_test(room, longest_packet, 0, (int)(sizeof(lengths) / sizeof(lengths[0])));
	tcase_add_test(room, too_small_a_buffer);
	tcase_add_test(room, first_and_last_only);
	return suite;
}
