/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random fragments through virtual reassembly and reassembly, beside plain lists: every end, every counter, every byte.
 * FRG-02, FRG-03, FRG-10, FRG-12, FRG-14, FRG-15, FRG-20.
 */
#include "base/random.h"
#include "fragment_model.h"
#include "unit.h"

#define ROUNDS 30
#define RECORDS 6000

static struct fragment_model_record data[RECORDS];

/* A quarter of a small datagram; three of four have no marks. */
static struct fragment_model_record
quarter(struct random *random)
{
	const uint8_t place = (uint8_t)random_below(random, 4), mark = (uint8_t)random_below(random, 4);
	const bool is_marked = random_below(random, 4) == 0;

	return (struct fragment_model_record){ .operation = 0x80,
		.key = (uint8_t)random_below(random, 24),
		.place = place,
		.size = 3,
		.how = (place < 3), /* more follow */
		.marks = is_marked ? mark : 0xc0 };
}

/* Fragments that fit together, half as many that need not, and time; in some rounds little is forgotten, so tables fill up. */
static void
make_data(uint64_t seed, int round)
{
	struct random random = { .key = { { seed, (uint64_t)round } } };

	for (int i = 0; i < RECORDS; i++) {
		const uint64_t number = random_u64(&random);

		memcpy(&data[i], &number, sizeof(data[i]));
		if (random_below(&random, 3) > 0)
			data[i] = quarter(&random);
		else if (round % 3 > 0 && random_below(&random, 3) > 0)
			data[i].operation = (uint8_t)(8 | (5 + random_below(&random, 3)));
		else if (round % 2 > 0)
			data[i].operation |= 0x80;
	}
	data[0].operation = (uint8_t)(round << 6);
}

START_TEST(virtual_reassembly)
{
	struct fragment_model_count count = { 0 };

	for (int round = 0; round < ROUNDS; round++) {
		const char *difference;

		make_data(2024, round);
		difference = virtual_model_run((const uint8_t *)data, sizeof(data), &count);
		ck_assert_msg(difference == NULL, "round %d: %s", round, difference);
	}
	/* Everything must have happened, or nothing was tested. */
	ck_assert_uint_gt(count.passed, 10000);
	ck_assert_uint_gt(count.held, 10000);
	ck_assert_uint_gt(count.again, 3000);
	ck_assert_uint_gt(count.ended, 300);
	ck_assert_uint_gt(count.bad, 1000);
	ck_assert_uint_gt(count.tiny, 10000);
	ck_assert_uint_gt(count.duplicate, 5000);
	ck_assert_uint_gt(count.overlap, 5000);
	ck_assert_uint_gt(count.full, 10000);
	ck_assert_uint_gt(count.refused, 50);
	ck_assert_uint_gt(count.timeout, 10000);
}
END_TEST

START_TEST(reassembly)
{
	struct fragment_model_count count = { 0 };

	for (int round = 0; round < ROUNDS; round++) {
		const char *difference;

		make_data(2025, round);
		difference = reassembly_model_run((const uint8_t *)data, sizeof(data), &count);
		ck_assert_msg(difference == NULL, "round %d: %s", round, difference);
	}
	ck_assert_uint_gt(count.whole, 500);
	ck_assert_uint_gt(count.atomic, 1000);
	ck_assert_uint_gt(count.held, 10000);
	ck_assert_uint_gt(count.bad, 1000);
	ck_assert_uint_gt(count.tiny, 50);
	ck_assert_uint_gt(count.too_big, 5000);
	ck_assert_uint_gt(count.duplicate, 5000);
	ck_assert_uint_gt(count.overlap, 3000);
	ck_assert_uint_gt(count.full, 10000);
	ck_assert_uint_gt(count.ecn, 20);
	ck_assert_uint_gt(count.timeout, 10000);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("fragment_models");
	TCase *tcase = tcase_create("fragment_models");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, virtual_reassembly);
	tcase_add_test(tcase, reassembly);
	suite_add_tcase(suite, tcase);
	return suite;
}
