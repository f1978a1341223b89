/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FRG-18: no fragment identification comes again early, whatever the number of workers, and nobody can foresee one. RFC 7739 sections 4 and 5,
 * RFC 8200 section 4.5.
 */
#include <stdlib.h>

#include "base/ident.h"
#include "base/random.h"
#include "unit.h"

#define WORKERS_MAX 16
#define IDS (1 << 20) /* of all workers together */

static const struct hash_key keys[] = { { { 0, 0 } }, { { 1, 2 } },
	{ { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) } } };

#define KEYS (int)(sizeof(keys) / sizeof(keys[0]))

static int
by_number(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static uint32_t
count_repeats(uint32_t *ids, size_t count)
{
	uint32_t repeats = 0;

	qsort(ids, count, sizeof(*ids), by_number);
	for (size_t i = 1; i < count; i++)
		repeats += ids[i] == ids[i - 1];
	return repeats;
}

static const uint32_t worker_counts[] = { 1, 2, 3, WORKERS_MAX };

/* 2^20 identifications of one or several workers, drawn in turn: all different. */
START_TEST(no_early_repeat)
{
	const uint32_t workers = worker_counts[_i];
	uint32_t *ids = malloc(IDS * sizeof(*ids));
	struct ident ident[WORKERS_MAX];

	ck_assert_ptr_nonnull(ids);
	for (uint32_t i = 0; i < workers; i++)
		ident_init(&ident[i], &keys[2], i, workers);
	for (uint32_t i = 0; i < IDS; i++)
		ids[i] = ident_next(&ident[i % workers]);
	ck_assert_uint_eq(count_repeats(ids, IDS), 0);
	free(ids);
}
END_TEST

/*
 * One worker is busy until its counter has come round, the others have made few: what it makes then is not theirs. Its
 * counter is put where it would be after a day.
 */
START_TEST(no_repeat_when_the_counter_comes_round)
{
	const uint32_t workers = (uint32_t)_i, each = 3000;
	uint32_t *ids = malloc((size_t)workers * each * 2 * sizeof(*ids));
	struct ident ident[WORKERS_MAX];
	size_t count = 0;

	ck_assert_ptr_nonnull(ids);
	for (uint32_t i = 0; i < workers; i++)
		ident_init(&ident[i], &keys[1], i, workers);
	for (uint32_t i = 1; i < workers; i++) {
		for (uint32_t j = 0; j < each; j++)
			ids[count++] = ident_next(&ident[i]);
	}
	ident[0].counter = UINT32_MAX - UINT32_MAX % ident[0].step; /* the last number that it can reach */
	for (uint32_t j = 0; j < each; j++)
		ids[count++] = ident_next(&ident[0]);
	ck_assert_uint_eq(count_repeats(ids, count), 0);
	free(ids);
}
END_TEST

/* The permutation is one: many numbers from all over the range, and no two give the same identification. */
START_TEST(every_number_has_its_own)
{
	uint32_t *ids = malloc(IDS * sizeof(*ids));
	struct ident ident;

	ck_assert_ptr_nonnull(ids);
	ident_init(&ident, &keys[_i], 0, 1);
	ident.step = UINT32_C(0x9e3779b1); /* odd, so the counter does not repeat itself */
	for (uint32_t i = 0; i < IDS; i++)
		ids[i] = ident_next(&ident);
	ck_assert_uint_eq(count_repeats(ids, IDS), 0);
	free(ids);
}
END_TEST

/* The chi-square quantile for 1 - 10^-6 with 255 degrees of freedom. */
#define CHI_SQUARE_255 377.4

/* No pattern: differences of neighbours are uniform in each of their bytes, and one id says nothing about the next. */
START_TEST(no_pattern)
{
	struct ident ident;
	uint32_t seen[4][256] = { 0 }, last, same_difference = 0, last_difference = 0;
	const uint32_t draws = 256 * 1000;

	ident_init(&ident, &keys[_i], 0, 1);
	last = ident_next(&ident);
	for (uint32_t i = 0; i < draws; i++) {
		const uint32_t id = ident_next(&ident), difference = id - last;

		for (int byte = 0; byte < 4; byte++)
			seen[byte][difference >> byte * 8 & 0xff]++;
		same_difference += difference == last_difference;
		last_difference = difference;
		last = id;
	}
	ck_assert_uint_lt(same_difference, 3); /* expected: one in 16777 runs of this test */
	for (int byte = 0; byte < 4; byte++) {
		double chi_square = 0;

		for (int i = 0; i < 256; i++)
			chi_square += (seen[byte][i] - 1000.0) * (seen[byte][i] - 1000.0) / 1000.0;
		ck_assert_double_lt(chi_square, CHI_SQUARE_255);
	}
}
END_TEST

/* Another key is another order; the same key is the same one, for that is how workers stay apart. */
START_TEST(the_key_makes_the_order)
{
	struct ident one, same, other;
	uint32_t equal = 0;

	ident_init(&one, &keys[1], 0, 1);
	ident_init(&same, &keys[1], 0, 1);
	ident_init(&other, &keys[2], 0, 1);
	for (int i = 0; i < 10000; i++) {
		const uint32_t id = ident_next(&one);

		ck_assert_uint_eq(id, ident_next(&same));
		equal += id == ident_next(&other);
	}
	ck_assert_uint_lt(equal, 3);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("ident");
	TCase *tcase = tcase_create("ident");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, no_early_repeat, 0, 4);
	tcase_add_loop_test(tcase, no_repeat_when_the_counter_comes_round, 1, WORKERS_MAX + 1);
	tcase_add_loop_test(tcase, every_number_has_its_own, 0, KEYS);
	tcase_add_loop_test(tcase, no_pattern, 0, KEYS);
	tcase_add_test(tcase, the_key_makes_the_order);
	suite_add_tcase(suite, tcase);
	return suite;
}
