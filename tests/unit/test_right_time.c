/* SPDX-License-Identifier: BSD-3-Clause */
/* When time servers are asked, on a virtual clock, and which answers set one: what chronyd 4.3 says, word for word (DHC-50). */
#include <errno.h>
#include <string.h>

#include "provision/right_time.h"
#include "unit.h"

#define BUILT UINT64_C(1795000000000) /* 2026-11-18T11:06:40Z */
#define FIRST                                                                                                          \
	"2026-11-22T16:13:52Z chronyd version 4.3 starting (+CMDMON +NTP +REFCLOCK +RTC +PRIVDROP +SCFILTER -DEBUG)\n" \
	"2026-11-22T16:13:52Z Disabled control of system clock\n"
#define LAST "2026-11-22T16:13:56Z chronyd exiting\n"
#define FORWARD FIRST "2026-11-22T16:13:56Z System clock wrong by 1795000060.000026 seconds (ignored)\n" LAST
#define NOBODY FIRST "2026-11-22T16:14:00Z Timeout reached\n" LAST

static struct right_time t;

static void
check(const char *word, const char *reason)
{
	ck_assert_str_eq(right_time_word(t.state), word);
	ck_assert_msg(strstr(t.reason, reason) != NULL, "%s", t.reason);
}

START_TEST(clock_that_is_right)
{
	right_time_init(&t, BUILT, BUILT);
	check("good", "can be");
	ck_assert(!right_time_tick(&t, 0, 5, true));
	ck_assert(t.next_ms == UINT64_MAX && !t.is_set);
}
END_TEST

START_TEST(clock_that_is_set)
{
	int64_t step;

	right_time_init(&t, 0, BUILT);
	check("waiting", "the clock says 1970-01-01T00:00:00.000Z, and mapedge was built later");
	ck_assert(!right_time_tick(&t, 1000, 1000, false));
	check("waiting", "no time server is known");
	ck_assert(!right_time_answer(&t, 1000, 1000, FORWARD, &step)); /* nobody was asked */
	ck_assert(right_time_tick(&t, 2000, 2000, true));
	check("asking", "being asked");
	ck_assert_uint_eq(t.next_ms, 2000 + RIGHT_TIME_LIMIT_MS);
	ck_assert(!right_time_tick(&t, 3000, 3000, true));
	ck_assert(right_time_answer(&t, 6000, 6000, FORWARD, &step));
	ck_assert_int_eq(step, INT64_C(1795000060000));
	right_time_set(&t, 6000, step, 0);
	check("good", "the clock was set forward by 1795000060 s");
	ck_assert(t.is_set && t.stepped_ms == step);
	ck_assert(!right_time_tick(&t, 7000, BUILT + 66000, true));
}
END_TEST

/* 10 s, then twice as long each time, up to 5 minutes. */
START_TEST(nobody_answers)
{
	static const uint64_t waits[] = { 10000, 20000, 40000, 80000, 160000, 300000, 300000 };
	uint64_t now = 5000;
	int64_t step;

	right_time_init(&t, 0, BUILT);
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		ck_assert(right_time_tick(&t, now, now, true));
		ck_assert(!right_time_answer(&t, now + 4000, now, NOBODY, &step));
		check("retry", "no time server has answered");
		ck_assert_uint_eq(t.next_ms, now + 4000 + waits[i]);
		ck_assert(!right_time_tick(&t, t.next_ms - 1, 5, true));
		now = t.next_ms;
	}
	ck_assert(right_time_tick(&t, now, now, true));
	ck_assert(!right_time_tick(&t, now + RIGHT_TIME_LIMIT_MS - 1, now, true));
	check("asking", "");
	ck_assert(!right_time_tick(&t, now + RIGHT_TIME_LIMIT_MS, now, true));
	check("retry", "no answer in time");
}
END_TEST

START_TEST(times_that_cannot_be)
{
	static const struct {
		const char *said, *reason;
	} cases[] = {
		{ "System clock wrong by 1794999000.000000 seconds (ignored)",
		    "2026-11-18T10:50:00.000Z, which cannot be" },
		{ "System clock wrong by -1.5 seconds (ignored)", "a time before 1970, which cannot be" },
		{ "System clock wrong by 4294967296.000000 seconds (ignored)",
		    "2106-02-07T06:28:16.000Z, which cannot be" },
		{ "System clock wrong by 1e300 seconds (ignored)", "no time server has answered" },
		{ "System clock wrong by nan seconds (ignored)", "no time server has answered" },
		{ "System clock wrong by 1795000060.0", "no time server has answered" },
		{ "System clock wrong by ", "no time server has answered" },
		{ "", "no time server has answered" },
	};
	int64_t step;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		right_time_init(&t, 0, BUILT);
		ck_assert(right_time_tick(&t, 0, 0, true));
		ck_assert_msg(!right_time_answer(&t, 0, 0, cases[i].said, &step), "%s", cases[i].said);
		check("retry", cases[i].reason);
	}
}
END_TEST

/* The earliest and the latest that are believed. */
START_TEST(edges)
{
	int64_t step;

	right_time_init(&t, 500, BUILT);
	ck_assert(right_time_tick(&t, 0, 500, true));
	ck_assert(right_time_answer(&t, 0, 500, "System clock wrong by 1794999999.500 seconds (ignored)", &step));
	right_time_set(&t, 0, step, EPERM);
	check("retry", "the clock cannot be set: Operation not permitted (mapedge needs CAP_SYS_TIME)");
	ck_assert(!t.is_set);
}
END_TEST

START_TEST(somebody_else_sets_it)
{
	right_time_init(&t, 0, BUILT);
	ck_assert(right_time_tick(&t, 0, 0, true));
	ck_assert(!right_time_tick(&t, 1000, BUILT + 1, true));
	check("good", "somebody else");
	ck_assert(!t.is_set);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("right_time");
	TCase *tcase = tcase_create("right_time");

	tcase_add_test(tcase, clock_that_is_right);
	tcase_add_test(tcase, clock_that_is_set);
	tcase_add_test(tcase, nobody_answers);
	tcase_add_test(tcase, times_that_cannot_be);
	tcase_add_test(tcase, edges);
	tcase_add_test(tcase, somebody_else_sets_it);
	suite_add_tcase(suite, tcase);
	return suite;
}
