/* SPDX-License-Identifier: BSD-3-Clause */
/* Random operations on a NAT and on a plain list of flows: counts, uniqueness of ports, lookups both ways, expiry. */
#include "base/random.h"
#include "nat_model.h"
#include "unit.h"

#define ROUNDS 30
#define BYTES 40000

START_TEST(random_operations)
{
	static uint8_t data[BYTES];
	struct random random = { .key = { { 2024, (uint64_t)_i } } };
	struct nat_model_count count = { 0 };
	const char *difference;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)random_u64(&random);
	if (_i % 2 == 1) { /* time stands still more often, so that tables and port sets fill up */
		for (size_t i = 0; i < sizeof(data); i++)
			data[i] |= random_below(&random, 20) != 0 ? 8 : 0;
	}
	difference = nat_model_run(data, sizeof(data), &count);
	ck_assert_msg(difference == NULL, "%s", difference);

	/* Everything must have happened, or nothing was tested. */
	ck_assert_uint_gt(count.opened, 100);
	ck_assert_uint_gt(count.found_out, 20);
	ck_assert_uint_gt(count.found_in, 5);
	ck_assert_uint_gt(count.admitted, 0);
	ck_assert_uint_gt(count.filtered, 0);
	ck_assert_uint_gt(count.unmapped, 20);
	ck_assert_uint_gt(count.expired, 100);
	ck_assert(_i % 2 == 1 || count.flushed > 0);
	ck_assert(_i % 2 == 0 || count.table_full > 20);
}
END_TEST

/* One protocol alone uses its 60 ports up before the 96 sessions. */
START_TEST(port_set_used_up)
{
	static uint8_t data[5 * 600];
	struct random random = { .key = { { 2025, 1 } } };
	struct nat_model_count count = { 0 };
	const char *difference;

	for (size_t i = 0; i < sizeof(data); i += 5) {
		data[i] = 15;    /* packet out */
		data[i + 1] = 1; /* UDP */
		data[i + 2] = (uint8_t)random_u64(&random);
		data[i + 3] = (uint8_t)random_below(&random, 2);
		data[i + 4] = 0;
	}
	difference = nat_model_run(data, sizeof(data), &count);
	ck_assert_msg(difference == NULL, "%s", difference);
	ck_assert_uint_gt(count.no_port, 10);
	ck_assert_uint_ge(count.opened, 60);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("nat_model");
	TCase *tcase = tcase_create("nat_model");

	tcase_add_loop_test(tcase, random_operations, 0, ROUNDS);
	tcase_add_test(tcase, port_set_used_up);
	suite_add_tcase(suite, tcase);
	return suite;
}
