/* SPDX-License-Identifier: BSD-3-Clause */
/* The keyed hashes and the random numbers made from them. */
#include "base/random.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* ---- SipHash ---------------------------------------------------------------------------------------------------- */

/*
 * The first is the entry for messages of 8 bytes in vectors_sip64 of the reference implementation by Aumasson and
 * Bernstein; the others were calculated with OpenSSL 3.0: openssl mac -macopt hexkey:KEY -macopt size:8 SIPHASH.
 */
static const struct {
	uint8_t key[16], message[8], hash[8];
} sip_vectors[] = {
	{ { 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f },
	    { 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07 }, { 0x62, 0x24, 0x93, 0x9a, 0x79, 0xf5, 0xf5, 0x93 } },
	{ { 0 }, { 0 }, { 0x67, 0x25, 0xfe, 0x6f, 0xbb, 0xe8, 0x49, 0xe8 } },
	{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	    { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, { 0xd0, 0xf9, 0x77, 0x17, 0x49, 0x77, 0x3e, 0xf1 } },
	{ { 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f }, { 0 },
	    { 0xa7, 0x81, 0x76, 0xa0, 0x1c, 0x85, 0xd3, 0x39 } },
	{ { 0x0f, 0x0e, 0x0d, 0x0c, 0x0b, 0x0a, 0x09, 0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, 0x00 },
	    { 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, 0x00 }, { 0x1c, 0xc4, 0x83, 0xf9, 0x15, 0xfb, 0x14, 0xb1 } },
	{ { [15] = 1 }, { [0] = 1 }, { 0x5c, 0xcd, 0x11, 0x8c, 0xeb, 0x86, 0x54, 0xb5 } },
	{ { [0] = 0x80 }, { [7] = 0x80 }, { 0xa5, 0xbd, 0xd8, 0x57, 0xbe, 0xa8, 0x09, 0x94 } },
	{ { 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c },
	    { 0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96 }, { 0x32, 0x1d, 0x46, 0xa6, 0xb6, 0xff, 0x3b, 0xdd } },
};

/* SipHash reads and writes its bytes in little-endian order. */
static uint64_t
little_endian(const uint8_t byte[8])
{
	uint64_t value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | byte[i];
	return value;
}

START_TEST(siphash_2_4_of_eight_bytes)
{
	const struct hash_key key = { { little_endian(sip_vectors[_i].key), little_endian(sip_vectors[_i].key + 8) } };

	ck_assert_uint_eq(hash_sip(&key, little_endian(sip_vectors[_i].message)), little_endian(sip_vectors[_i].hash));
}
END_TEST

/* ---- random numbers --------------------------------------------------------------------------------------------- */

/* SipHash of a counter under the key, so the vector with message 0 is the first number. */
START_TEST(random_is_siphash_in_counter_mode)
{
	const struct hash_key key = { { little_endian(sip_vectors[3].key), little_endian(sip_vectors[3].key + 8) } };
	struct random one = { .key = key }, other = { .key = key };

	ck_assert_uint_eq(random_u64(&one), little_endian(sip_vectors[3].hash));
	ck_assert_uint_eq(random_u64(&other), little_endian(sip_vectors[3].hash));
	for (uint64_t i = 1; i < 1000; i++) {
		const uint64_t number = random_u64(&one);

		ck_assert_uint_eq(number, hash_sip(&key, i));
		ck_assert_uint_eq(number, random_u64(&other));
	}
}
END_TEST

START_TEST(forks_go_their_own_ways)
{
	struct random parent = { .key = { { 1, 2 } } }, same = parent;
	struct random one = random_fork(&parent), other = random_fork(&parent), again = random_fork(&same);
	unsigned int equal = 0;

	for (int i = 0; i < 1000; i++) {
		const uint64_t number = random_u64(&one);

		ck_assert_uint_eq(number, random_u64(&again));
		equal += number == random_u64(&other);
		equal += number == random_u64(&parent);
	}
	ck_assert_uint_eq(equal, 0);
}
END_TEST

START_TEST(random_stays_below_its_bound)
{
	static const uint32_t bounds[] = { 1, 2, 3, 7, 240, 252, 65536, 0x7fffffff, 0x80000000, 0xffffffff };
	struct random random = { .key = { { 3, 4 } } };

	for (int i = 0; i < COUNT(bounds); i++) {
		for (int j = 0; j < 20000; j++)
			ck_assert_uint_lt(random_below(&random, bounds[i]), bounds[i]);
	}
}
END_TEST

/* The chi-square quantiles for 10^-6 and 1 - 10^-6; a thousand draws for each value. */
static const struct {
	uint32_t bound;
	double low, high;
} uniform[] = { { 10, 0.1, 46.0 }, { 100, 45.6, 181.2 }, { 256, 161.4, 377.4 } };

START_TEST(random_is_uniform)
{
	const uint32_t bound = uniform[_i].bound;
	struct random random = { .key = { { 5, (uint64_t)_i } } };
	uint32_t seen[256] = { 0 };
	double chi_square = 0;

	for (uint32_t i = 0; i < bound * 1000; i++)
		seen[random_below(&random, bound)]++;
	for (uint32_t i = 0; i < bound; i++)
		chi_square += (seen[i] - 1000.0) * (seen[i] - 1000.0) / 1000.0;
	ck_assert_double_gt(chi_square, uniform[_i].low);
	ck_assert_double_lt(chi_square, uniform[_i].high);
}
END_TEST

/* ---- the flow hash ---------------------------------------------------------------------------------------------- */

/* What the index takes from a hash: a bucket from the low bits, a signature from the high ones. */
START_TEST(flow_hash_spreads_neighbours)
{
	const struct hash_key key = { { UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210) } };
	uint32_t low[256] = { 0 }, high[256] = { 0 };
	double chi_low = 0, chi_high = 0;

	/* One host, consecutive ports, one server: the two words differ in few bits. */
	for (uint64_t port = 0; port < 256 * 100; port++) {
		const uint64_t hash =
		    hash_pair(&key, UINT64_C(0xc0a8010a) << 32 | port << 16 | 1, UINT64_C(0xc633640900350001));

		low[hash & 255]++;
		high[hash >> 56]++;
	}
	for (int i = 0; i < 256; i++) {
		chi_low += (low[i] - 100.0) * (low[i] - 100.0) / 100.0;
		chi_high += (high[i] - 100.0) * (high[i] - 100.0) / 100.0;
	}
	ck_assert_double_lt(chi_low, 377.4);
	ck_assert_double_lt(chi_high, 377.4);
}
END_TEST

/* Every bit of both words reaches the hash, and so does every bit of the key: a flip changes about half of the bits. */
START_TEST(flow_hash_uses_every_bit)
{
	struct random random = { .key = { { 6, 7 } } };

	for (int bit = 0; bit < 256; bit++) {
		unsigned int changed = 0;

		for (int i = 0; i < 200; i++) {
			struct hash_key key = { { random_u64(&random), random_u64(&random) } };
			uint64_t word[2] = { random_u64(&random), random_u64(&random) };
			const uint64_t before = hash_pair(&key, word[0], word[1]);

			ck_assert_uint_eq(before, hash_pair(&key, word[0], word[1]));
			*(bit < 128 ? &word[bit / 64] : &key.word[bit / 64 - 2]) ^= UINT64_C(1) << bit % 64;
			changed += (unsigned int)__builtin_popcountll(before ^ hash_pair(&key, word[0], word[1]));
		}
		ck_assert_msg(changed > 200 * 28 && changed < 200 * 36, "bit %d changes %u of 200 * 64 bits", bit,
		    changed);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("hash");
	TCase *sip = tcase_create("siphash"), *random = tcase_create("random"), *flow = tcase_create("flow");

	tcase_add_loop_test(sip, siphash_2_4_of_eight_bytes, 0, COUNT(sip_vectors));
	suite_add_tcase(suite, sip);
	tcase_add_test(random, random_is_siphash_in_counter_mode);
	tcase_add_test(random, forks_go_their_own_ways);
	tcase_add_test(random, random_stays_below_its_bound);
	tcase_add_loop_test(random, random_is_uniform, 0, COUNT(uniform));
	suite_add_tcase(suite, random);
	tcase_add_test(flow, flow_hash_spreads_neighbours);
	tcase_add_test(flow, flow_hash_uses_every_bit);
	suite_add_tcase(suite, flow);
	return suite;
}
