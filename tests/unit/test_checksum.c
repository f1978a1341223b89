/* SPDX-License-Identifier: BSD-3-Clause */
/* Internet checksums: the RFCs' examples, and incremental updates against adding everything up again. */
#include "base/random.h"
#include "frames.h"
#include "pkt/checksum.h"
#include "pkt/packet.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* Sums lie in memory as they lie in the packet; this is their value as people write it. */
static uint16_t
written(uint16_t in_memory)
{
	return load16(&in_memory);
}

static uint16_t
in_memory(uint16_t as_written)
{
	uint16_t word;

	store16(&word, as_written);
	return word;
}

/* ---- published examples ----------------------------------------------------------------------------------------- */

/* RFC 1071 section 3: the sum of 00 01 f2 03 f4 f5 f6 f7 is ddf2. */
START_TEST(example_of_rfc_1071)
{
	static const uint8_t data[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	uint8_t whole[sizeof(data) + 2];
	uint16_t sum = checksum(data, sizeof(data));

	ck_assert_uint_eq(written(checksum_fold(checksum_add(0, data, sizeof(data)))), 0xddf2);
	ck_assert_uint_eq(written(sum), (uint16_t)~0xddf2);
	memcpy(whole, data, sizeof(data));
	memcpy(whole + sizeof(data), &sum, sizeof(sum));
	ck_assert(checksum_is_valid(whole, sizeof(whole)));
	whole[3] ^= 0x10;
	ck_assert(!checksum_is_valid(whole, sizeof(whole)));
}
END_TEST

/* RFC 1624 section 4: checksum dd2f, a word changes from 5555 to 3285; equation 3 gives 0000, equation 2 a wrong ffff. */
START_TEST(example_of_rfc_1624)
{
	const uint16_t difference = checksum_difference16(in_memory(0x5555), in_memory(0x3285));
	uint8_t field[2] = { 0xdd, 0x2f };

	ck_assert_uint_eq(written(checksum_update(in_memory(0xdd2f), difference)), 0x0000);
	checksum_patch(field, difference);
	ck_assert_uint_eq(load16(field), 0x0000);
	/* and back */
	checksum_patch(field, (uint16_t)~difference);
	ck_assert_uint_eq(load16(field), 0xdd2f);
}
END_TEST

/* A worked example that is widely published: 4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7. */
START_TEST(ipv4_header)
{
	static const uint8_t header[] = { 0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0xb8, 0x61, 0xc0,
		0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7 };
	uint8_t blank[sizeof(header)];

	ck_assert(checksum_is_valid(header, sizeof(header)));
	memcpy(blank, header, sizeof(header));
	blank[10] = blank[11] = 0;
	ck_assert_uint_eq(written(checksum(blank, sizeof(blank))), 0xb861);
}
END_TEST

/* ---- sums ------------------------------------------------------------------------------------------------------- */

/* All lengths, odd ones too, at all alignments; and in two parts wherever the first has an even length. */
START_TEST(sum_of_all_lengths)
{
	struct random random = { .key = { { 1, 0 } } };
	uint8_t data[320];

	for (size_t len = 0; len <= 300; len++) {
		for (size_t at = 0; at < 8; at++) {
			const uint8_t *from = data + at;

			for (size_t i = 0; i < sizeof(data); i++)
				data[i] = (uint8_t)random_u64(&random);
			ck_assert_uint_eq(written(checksum(from, len)), frame_checksum(from, len));
		}
		for (size_t part = 0; part <= len; part += 2) {
			const uint64_t sum = checksum_add(checksum_add(0, data, part), data + part, len - part);

			ck_assert_uint_eq(written((uint16_t)~checksum_fold(sum)), frame_checksum(data, len));
		}
	}
}
END_TEST

/* The most that a sum can reach: every byte ff, 64 KiB of them. */
START_TEST(sum_of_the_largest_packet)
{
	static uint8_t data[65536];

	memset(data, 0xff, sizeof(data));
	ck_assert_uint_eq(checksum_fold(checksum_add(0, data, sizeof(data))), 0xffff);
	ck_assert_uint_eq(checksum_fold(checksum_add(0, data, sizeof(data) - 1)), in_memory(0xff00));
	ck_assert_uint_eq(checksum_fold(UINT64_MAX), 0xffff);
	ck_assert_uint_eq(checksum_fold(0), 0);
	ck_assert_uint_eq(checksum_fold(UINT64_C(0xffffffff00000001)), 1);
	ck_assert_uint_eq(checksum_fold(UINT64_C(0x100000000)), 1);
}
END_TEST

/* ---- incremental updates ---------------------------------------------------------------------------------------- */

/* RFC 1624 equation 3 gives what adding everything up again would, bit for bit, unless all data become zero. */
START_TEST(update_is_recomputation)
{
	struct random random = { .key = { { 2, 0 } } };
	uint8_t data[64];

	for (int i = 0; i < 200000; i++) {
		const size_t len = 2 + random_below(&random, sizeof(data) - 2), words = len / 2;
		const size_t at = 2 * random_below(&random, (uint32_t)words);
		const bool wide = at + 4 <= len && random_below(&random, 2) == 1;
		uint16_t sum, difference;
		uint32_t before = 0, after = 0;

		for (size_t j = 0; j < len; j++)
			data[j] = (uint8_t)(random_below(&random, 4) == 0 ? random_u64(&random)
									  : 0xff * random_below(&random, 2));
		data[len - 1] |= 1;
		sum = in_memory(frame_checksum(data, len));
		memcpy(&before, data + at, wide ? 4 : 2);
		after = random_below(&random, 3) == 0 ? (uint32_t)random_u64(&random)
						      : UINT32_MAX * random_below(&random, 2);
		if (!wide)
			after &= 0xffff;
		memcpy(data + at, &after, wide ? 4 : 2);
		data[len - 1] |= 1;
		memcpy(&after, data + at, wide ? 4 : 2);
		difference = wide ? checksum_difference32(before, after)
				  : checksum_difference16((uint16_t)before, (uint16_t)after);
		ck_assert_uint_eq(written(checksum_update(sum, difference)), frame_checksum(data, len));
	}
}
END_TEST

/* Differences can be added and taken back; the way back of a session uses the complement. */
START_TEST(differences_add_up_and_go_back)
{
	struct random random = { .key = { { 3, 0 } } };

	for (int i = 0; i < 100000; i++) {
		const uint16_t sum = (uint16_t)random_below(&random, 0xffff); /* ffff is written as 0 */
		const uint32_t a = (uint32_t)random_u64(&random), b = (uint32_t)random_u64(&random);
		const uint16_t c = (uint16_t)random_u64(&random), d = (uint16_t)random_u64(&random);
		const uint16_t one = checksum_difference32(a, b), other = checksum_difference16(c, d);
		const uint16_t both = checksum_fold((uint32_t)one + other);
		const uint16_t there = checksum_update(sum, both);

		ck_assert_uint_eq(there, checksum_update(checksum_update(sum, one), other));
		ck_assert_uint_eq(checksum_update(there, (uint16_t)~both), sum);
	}
}
END_TEST

/* ---- UDP -------------------------------------------------------------------------------------------------------- */

/* RFC 768, NAT-41: zero means "no checksum" and stays so; a checksum that comes out as zero is sent as all ones. */
static const struct {
	uint16_t field, old, new, want;
} udp[] = {
	{ 0x0000, 0x5555, 0x3285, 0x0000 },
	{ 0x0000, 0x0000, 0xffff, 0x0000 },
	{ 0xdd2f, 0x5555, 0x3285, 0xffff }, /* RFC 1624's example: 0000 */
	{ 0x1234, 0x1234, 0x1234, 0x1234 },
	{ 0x1000, 0x0000, 0x0fff, 0x0001 },
	{ 0x1000, 0x0000, 0x1000, 0xffff },
	{ 0x1000, 0x0000, 0x1001, 0xfffe },
	{ 0xffff, 0x0000, 0x0001, 0xfffe }, /* a zero that was sent as ffff */
	{ 0xffff, 0x1234, 0x1234, 0xffff },
};

START_TEST(udp_zero_rules)
{
	const uint16_t difference = checksum_difference16(in_memory(udp[_i].old), in_memory(udp[_i].new));
	uint8_t field[2];

	store16(field, udp[_i].field);
	checksum_patch_udp(field, difference);
	ck_assert_uint_eq(load16(field), udp[_i].want);
}
END_TEST

/* Of all checksums that there are, none becomes zero, and none becomes wrong. */
START_TEST(udp_never_becomes_zero)
{
	const uint16_t difference = checksum_difference32(UINT32_C(0x0a01a8c0), UINT32_C(0x120200c0));

	for (uint32_t sum = 1; sum <= 0xffff; sum++) {
		uint8_t field[2], plain[2];

		store16(field, (uint16_t)sum);
		store16(plain, (uint16_t)sum);
		checksum_patch_udp(field, difference);
		checksum_patch(plain, difference);
		ck_assert_uint_ne(load16(field), 0);
		ck_assert_uint_eq(load16(field), load16(plain) == 0 ? 0xffff : load16(plain));
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("checksum");
	TCase *examples = tcase_create("examples"), *sums = tcase_create("sums"), *updates = tcase_create("updates");

	tcase_add_test(examples, example_of_rfc_1071);
	tcase_add_test(examples, example_of_rfc_1624);
	tcase_add_test(examples, ipv4_header);
	suite_add_tcase(suite, examples);
	tcase_add_test(sums, sum_of_all_lengths);
	tcase_add_test(sums, sum_of_the_largest_packet);
	suite_add_tcase(suite, sums);
	tcase_add_test(updates, update_is_recomputation);
	tcase_add_test(updates, differences_add_up_and_go_back);
	tcase_add_loop_test(updates, udp_zero_rules, 0, COUNT(udp));
	tcase_add_test(updates, udp_never_becomes_zero);
	suite_add_tcase(suite, updates);
	return suite;
}
