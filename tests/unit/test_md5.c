/* SPDX-License-Identifier: BSD-3-Clause */
/* MD5: the test suite of RFC 1321 appendix A.5. HMAC-MD5: RFC 2202 section 2. */
#include "base/md5.h"

#include "hexbytes.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text, *sum;
} sums[] = {
	{ "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ "a", "0cc175b9c0f1b6a831c399e269772661" },
	{ "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
	{ "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
	{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f" },
	{ "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
	    "57edf4a22be3c955ac49da2e2107b67a" },
};

static void
check(const uint8_t digest[MD5_SIZE], const char *sum)
{
	uint8_t want[MD5_SIZE];

	ck_assert_uint_eq(hex_bytes(sum, want, sizeof(want)), MD5_SIZE);
	ck_assert_mem_eq(digest, want, MD5_SIZE);
}

START_TEST(examples)
{
	uint8_t digest[MD5_SIZE];
	struct md5 md5;

	for (int i = 0; i < COUNT(sums); i++) {
		md5_init(&md5);
		md5_add(&md5, sums[i].text, strlen(sums[i].text));
		md5_end(&md5, digest);
		check(digest, sums[i].sum);
		/* And byte by byte. */
		md5_init(&md5);
		for (const char *c = sums[i].text; *c != '\0'; c++)
			md5_add(&md5, c, 1);
		md5_end(&md5, digest);
		check(digest, sums[i].sum);
	}
}
END_TEST

/* Lengths around the end of a block: what md5sum(1) prints for so many letters a. */
START_TEST(lengths)
{
	static const struct {
		size_t len;
		const char *sum;
	} cases[] = {
		{ 55, "ef1772b6dff9a122358552954ad0df65" },
		{ 56, "3b0c8ac703f828b04c6c197006d17218" },
		{ 63, "b06521f39153d618550606be297466d5" },
		{ 64, "014842d480b571495a4a0363793f7367" },
		{ 119, "8a7bd0732ed6a28ce75f6dabc90e1613" },
		{ 120, "5f61c0ccad4cac44c75ff505e1f1e537" },
		{ 1000, "cabe45dcc9ae5b66ba86600cca6b8ba8" },
	};
	uint8_t digest[MD5_SIZE];
	struct md5 md5;

	for (int i = 0; i < COUNT(cases); i++) {
		md5_init(&md5);
		for (size_t j = 0; j < cases[i].len; j++)
			md5_add(&md5, "a", 1);
		md5_end(&md5, digest);
		check(digest, cases[i].sum);
	}
}
END_TEST

static const struct {
	const char *key, *data, *digest;
} macs[] = {
	{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265", "9294727a3638bb1c13f48ef8158bfc9d" },
	{ "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f", "750c783e6ab0b503eaa86e310a5db738" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
	    "56be34521d144c88dbb8c733f0e8b3f6" },
	{ "0102030405060708090a0b0c0d0e0f10111213141516171819",
	    "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
	    "697eaf0aca3a3aea3a75164746ffaa79" },
};

START_TEST(hmac)
{
	uint8_t key[64], data[64], digest[MD5_SIZE];
	struct md5 md5;

	for (int i = 0; i < COUNT(macs); i++) {
		const size_t key_len = hex_bytes(macs[i].key, key, sizeof(key));

		hmac_md5_begin(&md5, key, key_len);
		md5_add(&md5, data, hex_bytes(macs[i].data, data, sizeof(data)));
		hmac_md5_end(&md5, key, key_len, digest);
		check(digest, macs[i].digest);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("md5");
	TCase *tcase = tcase_create("md5");

	tcase_add_test(tcase, examples);
	tcase_add_test(tcase, lengths);
	tcase_add_test(tcase, hmac);
	suite_add_tcase(suite, tcase);
	return suite;
}
