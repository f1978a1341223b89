/* SPDX-License-Identifier: BSD-3-Clause */
/* OPS-08: 80 % of 252 ports; what swings around the threshold is said once. */
#include "stats/alarm.h"
#include "unit.h"

static struct alarm alarm_state;

static void
set_up(void)
{
	alarm_state = (struct alarm){ 0 };
}

static enum alarm_news
look(uint64_t used)
{
	return alarm_look(&alarm_state, used, 252, 80);
}

/* 80 % of 252 are 201.6; seven eighths of that are 176.4. */
START_TEST(raised_and_over)
{
	ck_assert_int_eq(look(0), ALARM_NO_NEWS);
	ck_assert_int_eq(look(201), ALARM_NO_NEWS);
	ck_assert_int_eq(look(202), ALARM_RAISED);
	ck_assert_int_eq(look(252), ALARM_NO_NEWS);
	ck_assert_int_eq(look(177), ALARM_NO_NEWS);
	ck_assert(alarm_state.is_on);
	ck_assert_int_eq(look(176), ALARM_OVER);
	ck_assert(!alarm_state.is_on);
	ck_assert_uint_eq(alarm_state.raised, 1);
}
END_TEST

START_TEST(swings_are_said_once)
{
	unsigned int news = 0;

	for (uint64_t i = 0; i < 100; i++)
		news += look(190 + i % 30) != ALARM_NO_NEWS;
	ck_assert_uint_eq(news, 1);
	ck_assert_int_eq(look(10), ALARM_OVER);
	ck_assert_int_eq(look(252), ALARM_RAISED);
	ck_assert_uint_eq(alarm_state.raised, 2);
}
END_TEST

START_TEST(exactly_the_threshold)
{
	ck_assert_int_eq(alarm_look(&alarm_state, 79, 100, 80), ALARM_NO_NEWS);
	ck_assert_int_eq(alarm_look(&alarm_state, 80, 100, 80), ALARM_RAISED);
	ck_assert_int_eq(alarm_look(&alarm_state, 70, 100, 80), ALARM_NO_NEWS);
	ck_assert_int_eq(alarm_look(&alarm_state, 69, 100, 80), ALARM_OVER);
	ck_assert_int_eq(alarm_look(&alarm_state, 65535, 65536, 100), ALARM_NO_NEWS);
	ck_assert_int_eq(alarm_look(&alarm_state, 65536, 65536, 100), ALARM_RAISED);
}
END_TEST

/* Switched off by a reload, or the softwire is gone and its ports with it. */
START_TEST(off)
{
	ck_assert_int_eq(alarm_look(&alarm_state, 252, 252, 0), ALARM_NO_NEWS);
	ck_assert_int_eq(alarm_look(&alarm_state, 0, 0, 80), ALARM_NO_NEWS);
	ck_assert_int_eq(look(252), ALARM_RAISED);
	ck_assert_int_eq(alarm_look(&alarm_state, 252, 252, 0), ALARM_OVER);
	ck_assert_int_eq(look(252), ALARM_RAISED);
	ck_assert_int_eq(alarm_look(&alarm_state, 0, 0, 80), ALARM_OVER);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("alarm");
	TCase *tcase = tcase_create("alarm");

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, raised_and_over);
	tcase_add_test(tcase, swings_are_said_once);
	tcase_add_test(tcase, exactly_the_threshold);
	tcase_add_test(tcase, off);
	suite_add_tcase(suite, tcase);
	return suite;
}
