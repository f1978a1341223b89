/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtual reassembly under attack and over time: bounded memory, bounded work in a turn, nobody pays for a flood but its
 * source. FRG-03, FRG-04, BRS-11.
 */
#include "virtual_fixture.h"

static TCase *
add(Suite *suite, const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	suite_add_tcase(suite, tcase);
	return tcase;
}

/* A fragment of a datagram of its own, from a source of its own. */
static int
put_from(uint32_t source, uint16_t id, uint32_t start, uint32_t end, bool more)
{
	return send(&(struct fragment4){ source, DST, id, PROTOCOL_UDP, 0, start, more, (uint16_t)(end - start) });
}

static void
expire(uint32_t budget)
{
	const uint64_t before = fragment_drops(w);

	virtual_expire(w, v, budget);
	ck_assert_uint_eq(fragment_drops(w) - before, w->dropped.count);
	ck_assert_uint_le(w->dropped.count, budget);
	fragment_empty(w);
	check_law();
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

/* FRG-04: the time is fixed, from the first-seen fragment; what comes later does not make it longer. */
START_TEST(time_out_of_what_waits)
{
	w->now_ms = 1000;
	ck_assert_int_eq(put(1, 8, 16, true), HELD);
	w->now_ms += TIMEOUT - 1;
	ck_assert_int_eq(put(1, 16, 24, true), HELD);
	expire(100);
	ck_assert_uint_eq(virtual_held(v), 2);
	w->now_ms++;
	expire(100);
	ck_assert_uint_eq(dropped(DROP_frag_timeout), 2);
	ck_assert_uint_eq(virtual_held(v), 0);
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	ck_assert_int_eq(put(1, 0, 8, true), PASSED); /* a new datagram with the same identification */
}
END_TEST

START_TEST(time_out_of_what_was_learnt)
{
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
	w->now_ms = TIMEOUT - 1;
	expire(100);
	ck_assert_int_eq(put(1, 8, 16, true), PASSED);
	w->now_ms = TIMEOUT;
	expire(100);
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	ck_assert_uint_eq(fragment_drops(w), 0);
	ck_assert_int_eq(put(1, 16, 24, false), HELD);
}
END_TEST

/* The oldest first, and none before its time. */
START_TEST(time_out_in_order_of_age)
{
	for (uint16_t id = 0; id < 8; id++) {
		w->now_ms = id * 100u;
		ck_assert_int_eq(put(id, 8, 16, true), HELD);
	}
	for (uint32_t id = 0; id < 8; id++) {
		w->now_ms = TIMEOUT + id * 100 + 50;
		expire(100);
		ck_assert_uint_eq(virtual_datagrams(v), 7 - id);
		ck_assert_uint_eq(dropped(DROP_frag_timeout), id + 1);
	}
}
END_TEST

/* A turn does what its budget allows and no more than the drop outlet can take. */
START_TEST(time_out_is_bounded)
{
	for (uint32_t i = 0; i < 200; i++)
		ck_assert_int_eq(put_from(SRC + i % 32, 1, 8 + i / 32 * 8, 16 + i / 32 * 8, true), HELD);
	w->now_ms = TIMEOUT;
	expire(5);
	ck_assert_uint_eq(virtual_held(v), 195);
	virtual_expire(w, v, UINT32_MAX);
	ck_assert_uint_eq(w->dropped.count, OUTLET_SIZE);
	virtual_expire(w, v, UINT32_MAX);
	ck_assert_uint_eq(w->dropped.count, OUTLET_SIZE);
	ck_assert_uint_eq(virtual_held(v), 195 - OUTLET_SIZE);
	fragment_empty(w);
	expire(UINT32_MAX);
	ck_assert_uint_eq(virtual_held(v), 0);
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	ck_assert_uint_eq(dropped(DROP_frag_timeout), 200);
}
END_TEST

/* Its time is over while its fragments are ready: they pass, then it goes. */
START_TEST(time_out_waits_for_what_is_ready)
{
	ck_assert_int_eq(put(1, 8, 16, true), HELD);
	ck_assert_int_eq(put(1, 16, 24, true), HELD);
	w->now_ms = TIMEOUT - 1;
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
	w->now_ms = TIMEOUT + 1000;
	expire(100);
	ck_assert_uint_eq(virtual_datagrams(v), 1);
	ck_assert_uint_eq(go_again(), 2);
	ck_assert(has_passed(1, 24));
	expire(100);
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	ck_assert_uint_eq(fragment_drops(w), 0);
}
END_TEST

/* ---- room ------------------------------------------------------------------------------------------------------- */

/* FRG-03: ten times as many datagrams as there is room for, each from its own source: fragments are lost, nothing else. */
START_TEST(more_datagrams_than_room)
{
	uint32_t full = 0;

	for (uint16_t id = 0; id < 640; id++) {
		const int end = put_from(SRC + id * 259u, id, 0, 8, true);

		ck_assert(end == PASSED || end == DROP_frag_table_full);
		full += end == DROP_frag_table_full;
	}
	ck_assert_uint_eq(virtual_datagrams(v), 64);
	ck_assert_uint_eq(full, 640 - 64);
	ck_assert_uint_eq(dropped(DROP_frag_table_full), full);
	/* Those that are known go on. */
	ck_assert_int_eq(put_from(SRC, 0, 8, 16, false), PASSED);
	ck_assert_uint_eq(virtual_datagrams(v), 63);
	w->now_ms = TIMEOUT;
	expire(64);
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	ck_assert_int_eq(put_from(SRC + 639 * 259u, 639, 0, 8, true), PASSED);
}
END_TEST

/* BRS-11: one source floods and gets its eighth; the others find room. */
START_TEST(one_source_floods)
{
	for (uint16_t id = 0; id < 1000; id++)
		ck_assert_int_eq(put_from(SRC, id, 8, 16, true), id < 8 ? HELD : DROP_frag_table_full);
	ck_assert_uint_eq(virtual_datagrams(v), 8);
	for (uint32_t i = 1; i <= 4; i++) {
		ck_assert_int_eq(put_from(SRC + i, 1, 0, 8, true), PASSED);
		ck_assert_int_eq(put_from(SRC + i, 1, 8, 16, false), PASSED);
	}
	/* What is over makes room for the source itself. */
	ck_assert_int_eq(put_from(SRC, 3, 0, 8, true), PASSED);
	ck_assert_int_eq(put_from(SRC, 3, 16, 24, false), PASSED);
	go_again();
	ck_assert_int_eq(put_from(SRC, 999, 8, 16, true), HELD);
	ck_assert_int_eq(put_from(SRC, 998, 8, 16, true), DROP_frag_table_full);
}
END_TEST

/* A CE has as many addresses as it likes, outside and inside: its share is that of its /56. */
START_TEST(one_ce_floods)
{
	for (uint16_t id = 0; id < 100; id++) {
		peer = CE6 + id + ((u128)id << 64);
		ck_assert_int_eq(put_from(SRC + id, id, 0, 8, true), id < 8 ? PASSED : DROP_frag_table_full);
	}
	peer = CE6 + ((u128)1 << 72);
	ck_assert_int_eq(put_from(SRC, 1, 0, 8, true), PASSED);
	peer = 0;
	ck_assert_int_eq(put_from(SRC, 1, 0, 8, true), PASSED);
}
END_TEST

/* More fragments wait than there is room for; one that need not wait still passes. */
START_TEST(more_waiting_than_room)
{
	for (uint32_t i = 0; i < 300; i++) {
		const int end = put_from(SRC + i % 32, 1, 8 + i / 32 * 8, 16 + i / 32 * 8, true);

		ck_assert_int_eq(end, i < 256 ? HELD : DROP_frag_table_full);
	}
	ck_assert_int_eq(put_from(SRC + 32, 1, 8, 16, true), DROP_frag_table_full);
	ck_assert_uint_eq(virtual_datagrams(v), 32); /* and takes no room as a datagram either */
	ck_assert_int_eq(put_from(SRC + 32, 1, 0, 8, true), PASSED);
	ck_assert_int_eq(put_from(SRC + 32, 1, 8, 16, false), PASSED);
	ck_assert_int_eq(put_from(SRC, 1, 0, 8, true), PASSED);
	ck_assert_uint_eq(go_again(), 8);
	ck_assert_int_eq(put_from(SRC + 1, 1, 800, 808, true), HELD);
}
END_TEST

/* 64 fragments of one datagram, whatever they are; what could not wait can come again. */
START_TEST(more_of_one_datagram_than_may_wait)
{
	for (uint32_t i = 1; i <= 70; i++)
		ck_assert_int_eq(put(1, i * 8, i * 8 + 8, true), i <= 64 ? HELD : DROP_frag_table_full);
	ck_assert_int_eq(put(1, 8, 16, true), DROP_frag_table_full); /* comes before frag_duplicate */
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
	ck_assert_uint_eq(go_again(), 64);
	for (uint32_t i = 65; i <= 70; i++)
		ck_assert_int_eq(put(1, i * 8, i * 8 + 8, i < 70), PASSED);
	ck_assert(has_passed(1, 71 * 8));
	ck_assert_uint_eq(virtual_datagrams(v), 0);
}
END_TEST

/* Rose attack: nothing but first and last fragments, 64 kB apart, from everywhere. Each costs what any other costs. */
START_TEST(first_and_last_only)
{
	for (uint32_t round = 0; round < 20; round++) {
		for (uint32_t i = 0; i < 64; i++) {
			const uint32_t source = round * 64 * 7919 + i * 7919;

			put_from(source, (uint16_t)i, 65000, 65008, false);
			put_from(source, (uint16_t)i, 0, 8, true);
		}
		go_again();
		ck_assert_uint_le(virtual_datagrams(v), 64);
		ck_assert_uint_eq(virtual_held(v), 0);
		w->now_ms += TIMEOUT;
		expire(64);
		ck_assert_uint_eq(virtual_datagrams(v), 0);
	}
	ck_assert_uint_gt(passed, 20 * 64);
}
END_TEST

/* The same with the first fragment missing. */
START_TEST(last_only)
{
	for (uint32_t round = 0; round < 20; round++) {
		for (uint32_t i = 0; i < 200; i++)
			put_from(i * 7919, (uint16_t)i, 65000, 65008, false);
		ck_assert_uint_eq(virtual_datagrams(v), 64);
		w->now_ms += TIMEOUT;
		expire(128);
		ck_assert_uint_eq(virtual_datagrams(v), 0);
	}
	ck_assert_uint_eq(dropped(DROP_frag_timeout), 20 * 64);
	ck_assert_uint_eq(dropped(DROP_frag_table_full), 20 * 136);
}
END_TEST

/* ---- the least table, and the end ------------------------------------------------------------------------------- */

/* Eight datagrams, one for a source, and room for one to wait. */
START_TEST(least_table)
{
	tear_down();
	set_up_with(8, 1);
	ck_assert_int_eq(put(1, 8, 16, false), HELD);
	ck_assert_int_eq(put(2, 0, 8, true), DROP_frag_table_full);
	ck_assert_int_eq(put(1, 16, 24, true), DROP_frag_table_full);
	ck_assert_int_eq(put(1, 0, 8, true), PASSED);
	ck_assert_uint_eq(go_again(), 1);
	ck_assert(has_passed(1, 16));
	ck_assert_int_eq(put(2, 0, 8, true), PASSED);
}
END_TEST

/* At the end every buffer comes out, whether it waited or was ready. */
START_TEST(drain)
{
	struct rte_mbuf *mbufs[5];
	uint32_t total = 0;
	uint16_t count;

	for (uint32_t i = 0; i < 13; i++)
		ck_assert_int_eq(put_from(SRC + i % 4, 1, 8 + i / 4 * 8, 16 + i / 4 * 8, true), HELD);
	ck_assert_int_eq(put_from(SRC + 1, 1, 0, 8, true), PASSED);
	ck_assert_int_eq(put_from(SRC + 2, 1, 0, 24, true), DROP_frag_overlap);
	while ((count = virtual_drain(v, mbufs, 5)) > 0) {
		total += count;
		while (count > 0)
			free(mbufs[--count]);
	}
	ck_assert_uint_eq(total, 13);
	ck_assert_uint_eq(virtual_held(v), 0);
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	received -= 13;
	ck_assert_int_eq(put_from(SRC, 1, 8, 16, true), HELD);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("virtual_limits");
	TCase *time = add(suite, "time"), *room = add(suite, "room");

	tcase_add_test(time, time_out_of_what_waits);
	tcase_add_test(time, time_out_of_what_was_learnt);
	tcase_add_test(time, time_out_in_order_of_age);
	tcase_add_test(time, time_out_is_bounded);
	tcase_add_test(time, time_out_waits_for_what_is_ready);
	tcase_add_test(room, more_datagrams_than_room);
	tcase_add_test(room, one_source_floods);
	tcase_add_test(room, one_ce_floods);
	tcase_add_test(room, more_waiting_than_room);
	tcase_add_test(room, more_of_one_datagram_than_may_wait);
	tcase_add_test(room, first_and_last_only);
	tcase_add_test(room, last_only);
	tcase_add_test(room, least_table);
	tcase_add_test(room, drain);
	return suite;
}
