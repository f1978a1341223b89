/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtual reassembly by the table in docs/border-relay.md, "IPv4 fragments": what is wrong, orders, copies, overlaps. What
 * is limited and what takes time is in test_virtual_limits.c. FRG-01, FRG-02, FRG-09, FRG-10, FRG-11.
 */
#include "base/random.h"
#include "virtual_fixture.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* ---- by itself -------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	uint8_t protocol, option_words;
	uint32_t start;
	bool more;
	uint16_t len;
	int want;
} alone[] = {
	{ "first of UDP", PROTOCOL_UDP, 0, 0, true, 1480, PASSED },
	{ "first of UDP, no more than its header", PROTOCOL_UDP, 0, 0, true, 8, PASSED },
	{ "first behind options", PROTOCOL_UDP, 10, 0, true, 8, PASSED },
	{ "first of TCP, its header and a unit", PROTOCOL_TCP, 0, 0, true, 24, PASSED },
	{ "first of TCP without all of its header (RFC 1858, RFC 3128)", PROTOCOL_TCP, 0, 0, true, 16, DROP_frag_tiny },
	{ "first of TCP with ports only", PROTOCOL_TCP, 0, 0, true, 8, DROP_frag_tiny },
	{ "TCP at offset 1 (RFC 1858 section 3.2.2)", PROTOCOL_TCP, 0, 8, true, 1480, DROP_frag_tiny },
	{ "TCP at offset 1, the last", PROTOCOL_TCP, 0, 8, false, 12, DROP_frag_tiny },
	{ "TCP at offset 2", PROTOCOL_TCP, 0, 16, true, 8, HELD },
	{ "UDP at offset 1", PROTOCOL_UDP, 0, 8, true, 8, HELD },
	{ "first of ICMP", PROTOCOL_ICMP, 0, 0, true, 8, PASSED },
	{ "no multiple of 8", PROTOCOL_UDP, 0, 0, true, 1479, DROP_frag_bad },
	{ "no multiple of 8, in the middle", PROTOCOL_UDP, 0, 1480, true, 7, DROP_frag_bad },
	{ "any length, the last", PROTOCOL_UDP, 0, 1480, false, 7, HELD },
	{ "one byte, the last", PROTOCOL_UDP, 0, 1480, false, 1, HELD },
	{ "empty first", PROTOCOL_UDP, 0, 0, true, 0, DROP_frag_bad },
	{ "empty, in the middle", PROTOCOL_TCP, 0, 8, true, 0, DROP_frag_bad },
	{ "empty, the last", PROTOCOL_UDP, 0, 1480, false, 0, DROP_frag_bad },
	{ "up to byte 65535", PROTOCOL_UDP, 0, 65528, false, 7, HELD },
	{ "up to byte 65536", PROTOCOL_UDP, 0, 65528, false, 8, DROP_frag_bad },
	{ "ping of death", PROTOCOL_ICMP, 0, 65528, false, 1480, DROP_frag_bad },
	{ "ping of death, and no end", PROTOCOL_ICMP, 0, 64512, true, 1024, DROP_frag_bad },
	{ "just no ping of death", PROTOCOL_ICMP, 0, 64512, true, 1016, HELD },
	{ "wrong and tiny: wrong", PROTOCOL_TCP, 0, 8, true, 9, DROP_frag_bad },
};

/* FRG-09, FRG-11. */
START_TEST(one_alone)
{
	const struct fragment4 fragment = { SRC, DST, 1, alone[_i].protocol, alone[_i].option_words, alone[_i].start,
		alone[_i].more, alone[_i].len };
	const int end = send(&fragment);

	ck_assert_msg(end == alone[_i].want, "%s: %d, not %d", alone[_i].name, end, alone[_i].want);
	ck_assert_uint_eq(virtual_datagrams(v), end < 0);
}
END_TEST

/* ---- orders ----------------------------------------------------------------------------------------------------- */

/* FRG-01: in order nothing waits, and the last one ends it. */
START_TEST(in_order_nothing_waits)
{
	ck_assert_int_eq(put(1, 0, 1480, true), PASSED);
	ck_assert_int_eq(put(1, 1480, 2960, true), PASSED);
	ck_assert_uint_eq(virtual_datagrams(v), 1);
	ck_assert_int_eq(put(1, 2960, 4000, false), PASSED);
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	ck_assert_uint_eq(go_again(), 0);
	ck_assert(has_passed(1, 4000));
}
END_TEST

/* FRG-02: what waited comes out in the order in which it came, as often as it came. */
START_TEST(first_comes_last)
{
	ck_assert_int_eq(put(1, 2960, 4000, false), HELD);
	ck_assert_int_eq(put(1, 1480, 2960, true), HELD);
	ck_assert_uint_eq(go_again(), 0);
	ck_assert_int_eq(put(1, 0, 1480, true), PASSED);
	ck_assert_uint_eq(virtual_held(v), 2);
	ck_assert_uint_eq(virtual_datagrams(v), 1);
	ck_assert_uint_eq(go_again(), 2);
	ck_assert(has_passed(1, 4000));
	ck_assert_uint_eq(passes[1].start, 2960);
	ck_assert_uint_eq(passes[2].start, 1480);
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	ck_assert_uint_eq(virtual_held(v), 0);
}
END_TEST

/* All orders of five fragments, with what is ready going again after each of them, or only at the end. */
START_TEST(every_order)
{
	static const uint32_t bounds[] = { 0, 8, 16, 40, 1512, 1517 };
	const int count = COUNT(bounds) - 1;
	uint16_t id = 0;

	for (int code = 0; code < 5 * 4 * 3 * 2; code++, id++) {
		int left[] = { 0, 1, 2, 3, 4 }, rest = code;

		for (int i = count; i > 0; i--) {
			const int which = rest % i, fragment = left[which];

			rest /= i;
			left[which] = left[i - 1];
			ck_assert_int_lt(put(id, bounds[fragment], bounds[fragment + 1], fragment < count - 1), 0);
			if (_i == 1)
				go_again();
		}
		go_again();
		ck_assert_msg(has_passed(id, bounds[count]), "order %d", code);
		ck_assert_uint_eq(virtual_datagrams(v), 0);
	}
}
END_TEST

/* The longest datagram there is, in pieces of an Ethernet link. */
static void
put_shuffled(uint16_t id, struct random *random)
{
	const uint32_t count = 45, len = 65515;
	uint32_t order[45];

	for (uint32_t i = 0; i < count; i++) {
		const uint32_t j = random_below(random, i + 1);

		order[i] = order[j];
		order[j] = i;
	}
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t start = order[i] * 1480, end = start + 1480 < len ? start + 1480 : len;

		ck_assert_int_lt(put(id, start, end, end < len), 0);
		if (random_below(random, 3) == 0)
			go_again();
	}
	go_again();
	ck_assert(has_passed(id, len));
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	passed = 0;
	received = fragment_drops(w) + virtual_held(v);
}

/* Shuffled 200 times: 24 gaps are always enough. */
START_TEST(shuffled_longest_datagrams)
{
	struct random random = { .key = { { 791, 1 } } };

	for (uint16_t id = 0; id < 200; id++)
		put_shuffled(id, &random);
}
END_TEST

/* ---- keys ------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	struct fragment4 fragment;
	u128 peer;
} strangers[] = {
	{ "other source", { SRC + 1, DST, 1, PROTOCOL_UDP, 0, 8, false, 8 }, 0 },
	{ "other destination", { SRC, DST + 1, 1, PROTOCOL_UDP, 0, 8, false, 8 }, 0 },
	{ "other identification", { SRC, DST, 2, PROTOCOL_UDP, 0, 8, false, 8 }, 0 },
	{ "other protocol", { SRC, DST, 1, PROTOCOL_ICMP, 0, 8, false, 8 }, 0 },
	{ "out of a softwire", { SRC, DST, 1, PROTOCOL_UDP, 0, 8, false, 8 }, CE6 },
	{ "reversed", { DST, SRC, 1, PROTOCOL_UDP, 0, 8, false, 8 }, 0 },
};

/* A fragment of another datagram learns nothing from this one and does nothing to it, not even a copy of its bytes. */
START_TEST(strangers_do_not_meet)
{
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
	peer = strangers[_i].peer;
	ck_assert_msg(send(&strangers[_i].fragment) == HELD, "%s", strangers[_i].name);
	peer = 0;
	ck_assert_int_eq(put(1, 8, 16, false), PASSED);
	ck_assert_uint_eq(virtual_datagrams(v), 1);
}
END_TEST

/* Two CEs cannot touch each other's datagrams, whatever they write into the inner header. */
START_TEST(peers_do_not_meet)
{
	peer = CE6;
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
	peer = CE6 + 1;
	ck_assert_int_eq(put(1, 8, 16, false), HELD);
	ck_assert_int_eq(put(1, 16, 24, true), DROP_frag_overlap);
	peer = CE6 + ((u128)1 << 64);
	ck_assert_int_eq(put(1, 8, 16, false), HELD);
	peer = CE6;
	ck_assert_int_eq(put(1, 8, 16, false), PASSED);
}
END_TEST

/* In so small a table that they share buckets. */
START_TEST(many_peers_do_not_meet)
{
	tear_down();
	set_up_with(8, 8);
	for (uint32_t i = 0; i < 8; i++) {
		peer = CE6 + ((u128)i << 72);
		ck_assert_int_eq(put(1, 8, 16, false), HELD);
	}
	for (uint32_t i = 0; i < 8; i++) {
		peer = CE6 + ((u128)i << 72);
		ck_assert_int_eq(put(1, 0, 8, true), PASSED);
		ck_assert_uint_eq(go_again(), 1);
		ck_assert_uint_eq(virtual_datagrams(v), 7 - i);
	}
}
END_TEST

/* ---- refused ---------------------------------------------------------------------------------------------------- */

/* A first fragment with a bad transport header takes the others with it, before and after, for the same reason. */
START_TEST(refused_with_the_first)
{
	ck_assert_int_eq(put(1, 16, 24, true), HELD);
	ck_assert_int_eq(put(1, 24, 30, false), HELD);
	first_is_bad = true;
	ck_assert_int_eq(put(1, 0, 8, true), DROP_l4_bad);
	first_is_bad = false;
	ck_assert_uint_eq(go_again(), 2);
	ck_assert_uint_eq(dropped(DROP_l4_bad), 3);
	ck_assert_int_eq(put(1, 8, 16, true), DROP_l4_bad);
	ck_assert_int_eq(put(1, 0, 8, true), DROP_l4_bad);
	ck_assert_uint_eq(virtual_held(v), 0);
	ck_assert_uint_eq(virtual_datagrams(v), 1);
	w->now_ms = TIMEOUT;
	virtual_expire(w, v, 10);
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
}
END_TEST

/* ---- copies ----------------------------------------------------------------------------------------------------- */

/* FRG-10: copies are dropped alone, whether the fragment waits, is ready, has passed, or two of them came as one. */
START_TEST(duplicates)
{
	ck_assert_int_eq(put(1, 8, 16, true), HELD);
	ck_assert_int_eq(put(1, 8, 16, true), DROP_frag_duplicate);
	ck_assert_int_eq(put(1, 16, 24, true), HELD);
	ck_assert_int_eq(put(1, 8, 24, true), DROP_frag_duplicate);
	ck_assert_int_eq(put(1, 24, 27, false), HELD);
	ck_assert_int_eq(put(1, 24, 27, false), DROP_frag_duplicate);
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
	ck_assert_int_eq(put(1, 0, 8, true), DROP_frag_duplicate);
	ck_assert_uint_eq(go_again(), 3);
	ck_assert(has_passed(1, 27));
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	ck_assert_uint_eq(dropped(DROP_frag_duplicate), 4);
}
END_TEST

/* A copy that comes while its original is ready passes in its place; the original is the copy then. */
START_TEST(copy_overtakes)
{
	ck_assert_int_eq(put(1, 8, 16, true), HELD);
	ck_assert_int_eq(put(1, 16, 24, false), HELD);
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
	ck_assert_int_eq(put(1, 8, 16, true), PASSED);
	ck_assert_int_eq(put(1, 16, 24, false), PASSED);
	ck_assert_uint_eq(virtual_datagrams(v), 1); /* whole, but not without those that are ready */
	ck_assert_uint_eq(go_again(), 2);
	ck_assert_uint_eq(dropped(DROP_frag_duplicate), 2);
	ck_assert(has_passed(1, 24));
}
END_TEST

/* ---- overlaps --------------------------------------------------------------------------------------------------- */

struct piece {
	uint32_t start, end;
	bool more;
	int want;
};

static const struct {
	const char *name;
	struct piece pieces[5];
} overlaps[] = {
	{ "teardrop: the second begins inside the first and ends there",
	    { { 0, 40, true, PASSED }, { 24, 28, false, DROP_frag_duplicate } } },
	{ "teardrop that ends behind it", { { 0, 40, true, PASSED }, { 24, 44, false, DROP_frag_overlap } } },
	{ "by one unit at the end", { { 0, 1480, true, PASSED }, { 1472, 2960, true, DROP_frag_overlap } } },
	{ "by one unit at the front", { { 16, 32, true, HELD }, { 8, 24, true, DROP_frag_overlap } } },
	{ "around another", { { 16, 24, true, HELD }, { 8, 32, true, DROP_frag_overlap } } },
	{ "over a gap", { { 8, 16, true, HELD }, { 24, 32, true, HELD }, { 8, 32, true, DROP_frag_overlap } } },
	{ "of the last byte", { { 24, 32, false, HELD }, { 16, 32, true, DROP_frag_overlap } } },
	{ "first that covers more", { { 8, 16, true, HELD }, { 0, 16, true, DROP_frag_overlap } } },
	{ "behind the end", { { 8, 16, false, HELD }, { 16, 24, true, DROP_frag_overlap } } },
	{ "far behind the end", { { 8, 16, false, HELD }, { 65528, 65535, false, DROP_frag_overlap } } },
	{ "an end before what came", { { 16, 24, true, HELD }, { 8, 16, false, DROP_frag_overlap } } },
	{ "two ends", { { 16, 20, false, HELD }, { 8, 12, false, DROP_frag_overlap } } },
	{ "last longer than the last", { { 16, 20, false, HELD }, { 16, 21, false, DROP_frag_overlap } } },
	{ "last that others follow", { { 16, 20, false, HELD }, { 16, 24, true, DROP_frag_overlap } } },
	{ "last shorter: all of it was here", { { 16, 20, false, HELD }, { 16, 19, false, DROP_frag_duplicate } } },
};

/* FRG-10: a datagram with an overlap is dropped, with all that is held of it and all that comes later, until its time. */
START_TEST(overlap)
{
	const struct piece *piece = overlaps[_i].pieces;
	uint32_t held = 0;

	for (; piece->end > 0; piece++) {
		const int end = put(1, piece->start, piece->end, piece->more);

		ck_assert_msg(end == piece->want, "%s: %d, not %d", overlaps[_i].name, end, piece->want);
		held += end == HELD;
	}
	if (piece[-1].want == DROP_frag_duplicate)
		return;
	ck_assert_uint_eq(go_again(), held);
	ck_assert_uint_eq(virtual_held(v), 0);
	ck_assert_uint_eq(dropped(DROP_frag_overlap), held + 1);
	ck_assert_int_eq(put(1, 0, 8, true), DROP_frag_overlap);
	ck_assert_int_eq(put(1, 4096, 4104, true), DROP_frag_overlap);
	ck_assert_int_eq(put(2, 0, 8, true), PASSED);
	w->now_ms = TIMEOUT;
	virtual_expire(w, v, 10);
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
	ck_assert_uint_eq(dropped(DROP_frag_timeout), 0);
}
END_TEST

/* One that overlaps a fragment which is ready: it passes, the other one is dropped, and all that is left. */
START_TEST(overlap_with_what_is_ready)
{
	ck_assert_int_eq(put(1, 8, 24, true), HELD);
	ck_assert_int_eq(put(1, 32, 40, true), HELD);
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
	ck_assert_int_eq(put(1, 16, 32, true), PASSED);
	ck_assert_uint_eq(go_again(), 2);
	ck_assert_uint_eq(dropped(DROP_frag_overlap), 2);
	ck_assert_int_eq(put(1, 40, 48, false), DROP_frag_overlap);
	ck_assert(has_passed(1, 24));
}
END_TEST

/* Every second unit: the 25th gap is too much; closing gaps makes room again, also on the second way. */
START_TEST(too_many_gaps)
{
	for (uint32_t i = 1; i <= 24; i++)
		ck_assert_int_eq(put(1, i * 16, i * 16 + 8, true), HELD);
	if (_i == 0) {
		ck_assert_int_eq(put(1, 25 * 16, 25 * 16 + 8, true), DROP_frag_overlap);
		ck_assert_uint_eq(go_again(), 24);
		ck_assert_uint_eq(dropped(DROP_frag_overlap), 25);
		return;
	}
	ck_assert_int_eq(put(1, 24, 32, true), HELD);
	ck_assert_int_eq(put(1, 25 * 16, 25 * 16 + 8, false), HELD);
	for (uint32_t i = 24; i >= 2; i--)
		ck_assert_int_eq(put(1, i * 16 + 8, i * 16 + 16, true), HELD);
	ck_assert_int_eq(put(1, 8, 16, true), HELD);
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
	go_again();
	ck_assert(has_passed(1, 25 * 16 + 8));
	ck_assert_uint_eq(virtual_datagrams(v), 0);
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
	Suite *suite = suite_create("virtual");
	TCase *orders = add(suite, "orders"), *wrong = add(suite, "wrong");

	tcase_add_loop_test(orders, one_alone, 0, COUNT(alone));
	tcase_add_test(orders, in_order_nothing_waits);
	tcase_add_test(orders, first_comes_last);
	tcase_add_loop_test(orders, every_order, 0, 2);
	tcase_add_test(orders, shuffled_longest_datagrams);
	tcase_add_loop_test(orders, strangers_do_not_meet, 0, COUNT(strangers));
	tcase_add_test(orders, peers_do_not_meet);
	tcase_add_test(orders, many_peers_do_not_meet);
	tcase_add_test(wrong, refused_with_the_first);
	tcase_add_test(wrong, duplicates);
	tcase_add_test(wrong, copy_overtakes);
	tcase_add_loop_test(wrong, overlap, 0, COUNT(overlaps));
	tcase_add_test(wrong, overlap_with_what_is_ready);
	tcase_add_loop_test(wrong, too_many_gaps, 0, 2);
	return suite;
}
