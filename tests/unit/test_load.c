/* SPDX-License-Identifier: BSD-3-Clause */
/* How busy a worker was lately: shares and rates between looks. */
#include "stats/load.h"

#include <string.h>

#include "unit.h"

static struct load load;

static void
set_up(void)
{
	memset(&load, 0, sizeof(load));
}

/* Every five seconds a quarter of the time was busy, with 50 packets a second. */
static void
look_until(unsigned int looks)
{
	for (unsigned int i = 0; i < looks; i++) {
		const struct load_look look = { 5000 * (i + 1), 100 * i, 400 * i, 250 * i };

		load_take(&load, &look);
	}
}

START_TEST(nobody_has_looked)
{
	const struct load_look now = { 1000, 10, 20, 30 };
	const struct load_rate rate = load_since(&load, &now, 5000);

	ck_assert(!rate.is_known);
}
END_TEST

/* Since the newest look that is old enough, or the oldest that is kept. */
static const struct {
	unsigned int looks;
	struct load_look now;
	uint64_t span_ms;
	uint32_t busy_percent;
	uint64_t packets_per_s;
} cases[] = {
	{ 1, { 6000, 50, 100, 2000 }, 5000, 50, 2000 },       /* a second after the only one */
	{ 2, { 15000, 300, 600, 1250 }, 5000, 100, 200 },     /* all of the last five seconds */
	{ 2, { 14999, 300, 600, 1250 }, 5000, 50, 125 },      /* not old enough: the one before */
	{ 30, { 150001, 2900, 11600, 7250 }, 60000, 25, 49 }, /* a minute: some looks are forgotten */
	{ 30, { 151000, 2900, 12000, 7250 }, 1000, 0, 0 },    /* nothing since */
	{ 30, { 155000, 3300, 12000, 17250 }, 5000, 100, 2000 },
};

START_TEST(since)
{
	struct load_rate rate;

	look_until(cases[_i].looks);
	rate = load_since(&load, &cases[_i].now, cases[_i].span_ms);
	ck_assert(rate.is_known);
	ck_assert_uint_eq(rate.busy_percent, cases[_i].busy_percent);
	ck_assert_uint_eq(rate.packets_per_s, cases[_i].packets_per_s);
}
END_TEST

/* In the moment of a look there is no time to have a share of. */
START_TEST(no_time_has_passed)
{
	const struct load_look now = { 5000, 0, 0, 0 };

	look_until(1);
	ck_assert(!load_since(&load, &now, 0).is_known);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("load");
	TCase *tcase = tcase_create("load");

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, nobody_has_looked);
	tcase_add_loop_test(tcase, since, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, no_time_has_passed);
	suite_add_tcase(suite, tcase);
	return suite;
}
