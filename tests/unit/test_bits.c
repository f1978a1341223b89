/* SPDX-License-Identifier: BSD-3-Clause */
/* Bits taken out of a word: the machine's instruction, where there is one, does what the loop does. */
#include "base/bits.h"
#include "base/random.h"
#include "unit.h"

START_TEST(known_bits)
{
	ck_assert_uint_eq(bits_extract(UINT64_C(0xc00002121340), 0x0ff0), 0x34);
	ck_assert_uint_eq(bits_extract(UINT64_C(0xc00002121340), UINT64_C(0xff0ff0)), 0x1234);
	ck_assert_uint_eq(bits_extract(UINT64_MAX, UINT64_C(0x8000000000000001)), 3);
	ck_assert_uint_eq(bits_extract(UINT64_MAX, 0), 0);
}
END_TEST

START_TEST(both_agree)
{
	struct random random = { .key = { { 8, 9 } } };

	for (int i = 0; i < 10000; i++) {
		const uint64_t value = random_u64(&random), mask = random_u64(&random) & random_u64(&random);

		ck_assert_uint_eq(bits_extract(value, mask), bits_extract_one_by_one(value, mask));
		ck_assert_uint_eq(bits_extract_one_by_one(value, UINT64_MAX), value);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("bits");
	TCase *tc = tcase_create("bits");

	tcase_add_test(tc, known_bits);
	tcase_add_test(tc, both_agree);
	suite_add_tcase(suite, tc);
	return suite;
}
