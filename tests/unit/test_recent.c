/* SPDX-License-Identifier: BSD-3-Clause */
/* What was dropped in the last minute, by looks every five seconds. */
#include <string.h>

#include "stats/recent.h"
#include "unit.h"

static struct recent recent;
static uint64_t drop[DROP_COUNT];

static void
set_up(void)
{
	memset(&recent, 0, sizeof(recent));
	memset(drop, 0, sizeof(drop));
}

static void
look(unsigned int times)
{
	for (unsigned int i = 0; i < times; i++)
		recent_look(&recent, drop);
}

START_TEST(since_the_start)
{
	ck_assert_uint_eq(recent_drops(&recent, DROP_ttl, 3), 3);
	drop[DROP_ttl] = 3;
	look(RECENT_LOOKS - 1);
	ck_assert_uint_eq(recent_drops(&recent, DROP_ttl, 3), 3);
	ck_assert_uint_eq(recent_drops(&recent, DROP_ttl, 5), 5);
}
END_TEST

/* What was there at the first look is a minute old when the minute's looks are over. */
START_TEST(a_minute_later)
{
	drop[DROP_ttl] = 3;
	drop[DROP_loop] = UINT64_C(1) << 40;
	look(RECENT_LOOKS);
	ck_assert_uint_eq(recent_drops(&recent, DROP_ttl, 3), 0);
	ck_assert_uint_eq(recent_drops(&recent, DROP_ttl, 4), 1);
	ck_assert_uint_eq(recent_drops(&recent, DROP_loop, (UINT64_C(1) << 40) + 7), 7);
}
END_TEST

/* 10 more at each step: the last minute is always 120 of them. */
START_TEST(a_steady_loss)
{
	for (unsigned int i = 0; i < 40; i++) {
		look(1);
		drop[DROP_ttl] += 10;
		ck_assert_uint_eq(recent_drops(&recent, DROP_ttl, drop[DROP_ttl]),
		    10 * (i + 1 < RECENT_LOOKS ? i + 1 : RECENT_LOOKS));
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("recent");
	TCase *tcase = tcase_create("recent");

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, since_the_start);
	tcase_add_test(tcase, a_minute_later);
	tcase_add_test(tcase, a_steady_loss);
	suite_add_tcase(suite, tcase);
	return suite;
}
