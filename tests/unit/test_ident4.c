/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NAT-40: IPv4 identifications do not come again early for one destination and protocol, whatever else is sent, and two
 * workers never make the same. RFC 6864 section 4.3.
 */
#include "base/ident.h"
#include "unit.h"

#define WORKERS_MAX 16
#define OTHERS 1000

static struct ident4 ident[WORKERS_MAX];

static void
begin(uint32_t workers)
{
	struct random random = { .key = { { 1, 2 } } };

	for (uint32_t i = 0; i < workers; i++)
		ident4_init(&ident[i], &random, i, workers);
}

static const uint32_t worker_counts[] = { 1, 2, 3, WORKERS_MAX };

/* As many as there are for all workers together, each of them once; 0, which looks like none, is left out. */
START_TEST(none_comes_again_early)
{
	const uint32_t workers = worker_counts[_i];
	static bool seen[UINT16_MAX + 1];

	memset(seen, 0, sizeof(seen));
	begin(workers);
	for (uint32_t i = 0; i < (UINT16_MAX + 1) / ident[0].step * workers - workers; i++) {
		const uint16_t id = ident4_next(&ident[i % workers], 0xc6336409, 17);

		ck_assert(id != 0 && !seen[id]);
		seen[id] = true;
	}
}
END_TEST

/* The counter is the destination's and protocol's: those of others do not use it up, or one in IDENT4_COUNTERS does. */
START_TEST(others_do_not_count)
{
	uint16_t first, steps;

	begin(1);
	first = ident4_next(&ident[0], 0xc6336409, 17);
	for (uint32_t i = 1; i <= OTHERS; i++) {
		ident4_next(&ident[0], 0xc6336409 + i, 17);
		ident4_next(&ident[0], 0xc6336409, (uint8_t)(17 + i % 200 + 1));
	}
	steps = (uint16_t)(ident4_next(&ident[0], 0xc6336409, 17) - first);
	ck_assert(steps >= 1 && steps < OTHERS / 10);
}
END_TEST

/* Nobody can tell from outside where a destination's numbers begin. */
START_TEST(beginnings_differ)
{
	uint32_t near = 0;

	begin(1);
	for (uint32_t i = 0; i < OTHERS; i++) {
		const uint16_t one = ident4_next(&ident[0], i, 17), other = ident4_next(&ident[0], i + 1, 17);

		near += (uint16_t)(other - one) < 256;
	}
	ck_assert_uint_lt(near, OTHERS / 20);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("ident4");
	TCase *tcase = tcase_create("ident4");

	tcase_add_loop_test(tcase, none_comes_again_early, 0, 4);
	tcase_add_test(tcase, others_do_not_count);
	tcase_add_test(tcase, beginnings_differ);
	suite_add_tcase(suite, tcase);
	return suite;
}
