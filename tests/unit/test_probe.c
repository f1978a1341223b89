/* SPDX-License-Identifier: BSD-3-Clause */
/* OPS-12: what echoes and their answers say about a softwire, with a clock of the test's own. */
#include "stats/probe.h"
#include "unit.h"

#define SECOND UINT64_C(1000000)
#define MISSES 3

static struct probe probe;
static uint64_t now_us;

static void
set_up(void)
{
	now_us = 77;
	probe_begin(&probe, MISSES);
}

/* A second later. */
static uint16_t
echo(void)
{
	now_us += SECOND;
	return probe_send(&probe, now_us);
}

/* The same, and its answer that much later. */
static bool
answered_echo(uint64_t round_trip_us)
{
	const uint16_t number = echo();

	return probe_answer(&probe, number, now_us + round_trip_us);
}

START_TEST(nothing_is_known_before_an_answer)
{
	for (int i = 0; i < MISSES; i++) {
		echo();
		ck_assert_int_eq(probe.state, PROBE_UNKNOWN);
	}
	ck_assert_uint_eq(probe.missed, MISSES - 1); /* the last one still has time */
	echo();
	ck_assert_int_eq(probe.state, PROBE_DOWN);
	ck_assert_uint_eq(probe.missed_us, 77 + SECOND);
	ck_assert_uint_eq(probe.sent, MISSES + 1);
	ck_assert_uint_eq(probe.answered, 0);
}
END_TEST

START_TEST(up_down_and_up_again)
{
	uint64_t first_missed;

	ck_assert(answered_echo(4100));
	ck_assert_int_eq(probe.state, PROBE_UP);
	ck_assert_uint_eq(probe.round_trip_us, 4100);
	ck_assert_uint_eq(probe.answered_us, now_us + 4100);
	echo();
	first_missed = now_us;
	for (int i = 1; i < MISSES; i++) {
		echo();
		ck_assert_int_eq(probe.state, PROBE_UP);
	}
	echo();
	ck_assert_int_eq(probe.state, PROBE_DOWN);
	ck_assert_uint_eq(probe.missed, MISSES);
	ck_assert_uint_eq(probe.missed_us, first_missed);
	ck_assert(answered_echo(1));
	ck_assert_int_eq(probe.state, PROBE_UP);
	ck_assert_uint_eq(probe.missed, 0);
	ck_assert_uint_eq(probe.answered, 2);
}
END_TEST

/* One that gets lost now and then is no silence. */
START_TEST(only_a_row_counts)
{
	for (int round = 0; round < 10; round++) {
		for (int i = 1; i < MISSES; i++)
			echo();
		ck_assert(answered_echo(0));
		ck_assert_int_eq(probe.state, PROBE_UP);
	}
	ck_assert_uint_eq(probe.answered, 10);
	ck_assert_uint_eq(probe.sent, 10 * MISSES);
}
END_TEST

/* Each echo has one answer, and only to what was sent lately; a late one is an answer, too. */
START_TEST(what_is_believed)
{
	uint16_t number;

	ck_assert(!probe_answer(&probe, 0, now_us));
	number = echo();
	ck_assert(!probe_answer(&probe, (uint16_t)(number + 1), now_us));
	ck_assert(!probe_answer(&probe, (uint16_t)(number - 1), now_us));
	ck_assert(probe_answer(&probe, number, now_us));
	ck_assert(!probe_answer(&probe, number, now_us));
	number = echo();
	for (unsigned int i = 1; i < PROBE_ECHOES; i++)
		echo();
	ck_assert_int_eq(probe.state, PROBE_DOWN);
	ck_assert(probe_answer(&probe, number, now_us));
	ck_assert_int_eq(probe.state, PROBE_UP);
	ck_assert_uint_eq(probe.round_trip_us, (PROBE_ECHOES - 1) * SECOND);
	number = echo();
	for (unsigned int i = 0; i < PROBE_ECHOES; i++)
		echo();
	ck_assert(!probe_answer(&probe, number, now_us));
	ck_assert_uint_eq(probe.answered, 2);
}
END_TEST

/* Numbers of 16 bits come again. */
START_TEST(for_ever)
{
	for (uint32_t i = 0; i < 70000; i++) {
		const uint16_t number = echo();

		ck_assert_uint_eq(number, i & UINT16_MAX);
		ck_assert(probe_answer(&probe, number, now_us + 5));
	}
	ck_assert_uint_eq(probe.answered, 70000);
	ck_assert_str_eq(probe_state_word(probe.state), "up");
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("probe");
	TCase *tcase = tcase_create("probe");

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, nothing_is_known_before_an_answer);
	tcase_add_test(tcase, up_down_and_up_again);
	tcase_add_test(tcase, only_a_row_counts);
	tcase_add_test(tcase, what_is_believed);
	tcase_add_test(tcase, for_ever);
	suite_add_tcase(suite, tcase);
	return suite;
}
