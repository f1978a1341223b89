/* SPDX-License-Identifier: BSD-3-Clause */
/* SHA-256: the examples of FIPS 180-4, and lengths around the end of a block, whose sums are those of sha256sum(1). */
#include "base/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* `count` times the text. */
static const struct {
	const char *text;
	size_t count;
	const char *sum;
} cases[] = {
	{ "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
	{ "a", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
	{ "a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
	{ "a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34" },
	{ "a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
	{ "a", 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb" },
	{ "a", 120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c" },
};

START_TEST(sums)
{
	for (int i = 0; i < COUNT(cases); i++) {
		char text[SHA256_TEXT_SIZE];
		struct sha256 sha;

		sha256_init(&sha);
		for (size_t j = 0; j < cases[i].count; j++)
			sha256_add(&sha, cases[i].text, strlen(cases[i].text));
		ck_assert_str_eq(sha256_text(&sha, text), cases[i].sum);
	}
}
END_TEST

START_TEST(files)
{
	char name[] = "/tmp/mapedge-sha256-XXXXXX", text[SHA256_TEXT_SIZE] = "untouched";
	const int fd = mkstemp(name);
	FILE *file = fdopen(fd, "w");

	ck_assert_ptr_nonnull(file);
	for (int i = 0; i < 1000000; i++)
		fputc('a', file);
	fclose(file);
	ck_assert_int_eq(sha256_file(name, text), 0);
	ck_assert_str_eq(text, cases[2].sum);
	unlink(name);
	strcpy(text, "untouched");
	ck_assert_int_lt(sha256_file(name, text), 0);
	ck_assert_int_lt(sha256_file("/", text), 0);
	ck_assert_str_eq(text, "untouched");
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("sha256");
	TCase *tcase = tcase_create("sha256");

	tcase_add_test(tcase, sums);
	tcase_add_test(tcase, files);
	suite_add_tcase(suite, tcase);
	return suite;
}
