/* SPDX-License-Identifier: BSD-3-Clause */
/* Bindings as text: what a file may look like, and what is wrong with one and where. */
#include "bindings_files.h"

/* ---- texts ------------------------------------------------------------------------------------------------------ */

/* The example of docs/bindings.md. */
START_TEST(example)
{
	load_good_text("# address      psid  softwire\n"
		       "203.0.113.1    0x34  2001:db8:100::1\n"
		       "203.0.113.1    53    2001:db8:200::cafe\n");
	ck_assert_uint_eq(list.count, 2);
	check_binding(0, "203.0.113.1", 0x34, "2001:db8:100::1", 2);
	check_binding(1, "203.0.113.1", 53, "2001:db8:200::cafe", 3);
}
END_TEST

/* Blanks, comments, ends of lines; in the list they are in order, whatever their order in the file. */
START_TEST(spelling)
{
	char text[8192], comment[2000];

	memset(comment, 'x', sizeof(comment));
	comment[sizeof(comment) - 1] = '\0';
	snprintf(text, sizeof(text),
	    "\n \t \n\r\n#\n# 設定\n#%s\n"
	    "203.0.113.255 0XFF 2001:DB8::5 # all of it\r\n"
	    "\t203.0.113.0\t0\t2001:db8::6#%s\n"
	    "198.51.100.127 - 2001:db8::7\n"
	    "192.0.2.7 65535 ::2.0.0.1\n"
	    "192.0.2.7 0x0010 2001:db8::8\n"
	    "203.0.113.0 1 2001:db8::6",
	    comment, comment);
	load_good_text(text);
	ck_assert_uint_eq(list.count, 6);
	check_binding(0, "192.0.2.7", 16, "2001:db8::8", 11);
	check_binding(1, "192.0.2.7", 65535, "::2.0.0.1", 10);
	check_binding(2, "198.51.100.127", 0, "2001:db8::7", 9);
	check_binding(3, "203.0.113.0", 0, "2001:db8::6", 8);
	check_binding(4, "203.0.113.0", 1, "2001:db8::6", 12); /* a CE may have many */
	check_binding(5, "203.0.113.255", 255, "2001:db8::5", 7);
}
END_TEST

START_TEST(nothing)
{
	load_good_text("");
	load_good_text("# nobody yet");
	ck_assert_uint_eq(list.count, 0);
}
END_TEST

#define GOOD "203.0.113.1 1 2001:db8::1\n"

static const struct {
	const char *text;
	unsigned int line;
	const char *error, *hint;
} wrong_texts[] = {
	/* the line */
	{ "203.0.113.1\n", 1, "has 3 fields, here are 1", "write: ADDRESS PSID SOFTWIRE" },
	{ GOOD "203.0.113.1 2001:db8::1\n", 2, "here are 2", "ADDRESS PSID SOFTWIRE" },
	{ GOOD "203.0.113.1 2 2001:db8::1 x\n", 2, "here are 4", "ADDRESS PSID SOFTWIRE" },
	{ GOOD "\n\n203.0.113.1 2 2001:db8::1 #\n203.0.113.1 2001:db8::1", 5, "here are 2", "ADDRESS PSID" },
	{ "203.0.113.1,1,2001:db8::1\n", 1, "here are 1", "ADDRESS PSID SOFTWIRE" },
	{ GOOD "203.0.113.1\v2 2001:db8::1\n", 2, "byte 0x0b is no text", "another file" },
	{ GOOD "# \x7f\n", 2, "byte 0x7f is no text", "another file" },
	/* the address */
	{ "203.0.113 1 2001:db8::1\n", 1, "'203.0.113' is not an IPv4 address", "203.0.113.1" },
	{ "203.0.113.256 1 2001:db8::1\n", 1, "'203.0.113.256' is not an IPv4 address", "203.0.113.1" },
	{ "203.0.113.1/32 1 2001:db8::1\n", 1, "is not an IPv4 address", "203.0.113.1" },
	{ "\xef\xbb\xbf" GOOD, 1, "is not an IPv4 address", "203.0.113.1" },
	{ GOOD GOOD "203.0.114.0 1 2001:db8::1\n", 3, "203.0.114.0 is in no pool",
	    "203.0.113.0/24, 198.51.100.0/25, 192.0.2.7/32" },
	{ "198.51.100.128 - 2001:db8::1\n", 1, "198.51.100.128 is in no pool", "198.51.100.0/25" },
	{ "192.0.2.6 1 2001:db8::1\n", 1, "192.0.2.6 is in no pool", "192.0.2.7/32" },
	/* the PSID */
	{ "203.0.113.1 256 2001:db8::1\n", 1, "PSID 256 does not fit into the 8 bits of the pool 203.0.113.0/24",
	    "0..255" },
	{ "203.0.113.1 0x100 2001:db8::1\n", 1, "PSID 256 does not fit", "psid_len of 8" },
	{ "203.0.113.1 65536 2001:db8::1\n", 1, "PSID 65536 does not fit", "0..255" },
	{ "192.0.2.7 65536 2001:db8::1\n", 1, "does not fit into the 16 bits of the pool 192.0.2.7/32", "0..65535" },
	{ "203.0.113.1 - 2001:db8::1\n", 1, "203.0.113.1 needs a PSID", "0..255" },
	{ "198.51.100.1 0 2001:db8::1\n", 1, "198.51.100.1 has no PSID", "write - in its place" },
	{ "203.0.113.1 -1 2001:db8::1\n", 1, "'-1' is not a PSID", "decimal without leading zeros" },
	{ "203.0.113.1 +1 2001:db8::1\n", 1, "'+1' is not a PSID", "decimal" },
	{ "203.0.113.1 01 2001:db8::1\n", 1, "'01' is not a PSID", "decimal without leading zeros" },
	{ "203.0.113.1 0x 2001:db8::1\n", 1, "'0x' is not a PSID", "0x and hexadecimal" },
	{ "203.0.113.1 0x00034 2001:db8::1\n", 1, "'0x00034' is not a PSID", "0x and hexadecimal" },
	{ "203.0.113.1 0x3g 2001:db8::1\n", 1, "'0x3g' is not a PSID", "0x and hexadecimal" },
	{ "203.0.113.1 3a 2001:db8::1\n", 1, "'3a' is not a PSID", "decimal" },
	{ "203.0.113.1 4294967297 2001:db8::1\n", 1, "is not a PSID", "decimal" },
	{ "203.0.113.1 -- 2001:db8::1\n", 1, "'--' is not a PSID", "- for a whole address" },
	/* the softwire */
	{ "203.0.113.1 1 2001:db8:::1\n", 1, "'2001:db8:::1' is not an IPv6 address", "2001:db8:100::1" },
	{ "203.0.113.1 1 2001:db8::1/64\n", 1, "is not an IPv6 address", "2001:db8:100::1" },
	{ "203.0.113.1 1 192.0.2.1\n", 1, "'192.0.2.1' is not an IPv6 address", "2001:db8:100::1" },
	{ "203.0.113.1 1 ::\n", 1, "softwire :: is unspecified", "own IPv6 address" },
	{ "203.0.113.1 1 ::1\n", 1, "is the loopback address", "own IPv6 address" },
	{ "203.0.113.1 1 ff02::1\n", 1, "softwire ff02::1 is multicast", "own IPv6 address" },
	{ "203.0.113.1 1 fe80::1\n", 1, "softwire fe80::1 is link-local", "own IPv6 address" },
	{ "203.0.113.1 1 ::ffff:192.0.2.1\n", 1, "is an IPv4-mapped address", "own IPv6 address" },
	{ GOOD "203.0.113.2 1 2001:db8:ffff::2\n", 2, "2001:db8:ffff::2 is the address of a border relay",
	    "own IPv6 address" },
	/* twice */
	{ GOOD "203.0.113.2 1 2001:db8::1\n203.0.113.1 0x1 2001:db8::2\n", 3,
	    "a second binding for 203.0.113.1, PSID 1", "the first is in line 1" },
	{ GOOD GOOD, 2, "a second binding for 203.0.113.1, PSID 1", "line 1" },
	{ "198.51.100.1 - 2001:db8::1\n#\n198.51.100.1 - 2001:db8::1\n", 3, "a second binding for 198.51.100.1",
	    "line 1" },
	{ "203.0.113.9 1 2001:db8::1\n203.0.113.1 1 2001:db8::1\n203.0.113.9 1 2001:db8::1\n203.0.113.9 1 2001:db8::1\n"
	  "203.0.113.1 1 2001:db8::1\n",
	    3, "a second binding for 203.0.113.9", "line 1" },
};

/* SEC-10: nothing of a file that is wrong somewhere is taken. */
START_TEST(wrong_text)
{
	load_good_text("203.0.113.77 7 2001:db8::77\n");
	write_raw("b.txt", wrong_texts[_i].text, strlen(wrong_texts[_i].text));
	ck_assert_int_eq(load("b.txt"), -EINVAL);
	check_error(&err, "b.txt", wrong_texts[_i].line, wrong_texts[_i].error, wrong_texts[_i].hint);
	ck_assert_uint_eq(list.count, 1);
	check_binding(0, "203.0.113.77", 7, "2001:db8::77", 1);
}
END_TEST

/* A zero byte ends no line and hides nothing. */
START_TEST(zero_byte)
{
	static const char text[] = GOOD "203.0.113.2 1 2001:db8::1\0 junk";

	write_raw("b.txt", text, sizeof(text) - 1);
	ck_assert_int_eq(load("b.txt"), -EINVAL);
	check_error(&err, "b.txt", 2, "byte 0x00 is no text", "damaged");
}
END_TEST

/* As long as a line may be, and one more. */
START_TEST(long_lines)
{
	char text[600];

	for (int extra = 0; extra < 2; extra++) {
		const int blanks = 255 - (int)strlen("203.0.113.1 1 2001:db8::1") + extra;

		snprintf(text, sizeof(text), "203.0.113.1 1 %*s2001:db8::1\n", blanks, "");
		write_raw("b.txt", text, strlen(text));
		ck_assert_int_eq(load("b.txt"), extra == 0 ? 0 : -EINVAL);
	}
	check_error(&err, "b.txt", 1, "longer than 255 characters", "ADDRESS PSID SOFTWIRE");
}
END_TEST

START_TEST(no_file)
{
	ck_assert_int_eq(load("b.txt"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "b.txt: error: cannot be read: No such file"));
	ck_assert_int_eq(conf_bindings_load(dir, &scope, &list, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "error: cannot be read"));
}
END_TEST

/* Two files, each with its own pools, go into one list. */
START_TEST(two_domains)
{
	static const struct conf_pool other = { .ipv4 = { 0x0a000000, 8 }, .psid_len = 4, .psid_offset = 6 };

	load_good_text("203.0.113.2 7 2001:db8::77\n203.0.113.1 7 2001:db8::77\n");
	scope.pools = &other;
	scope.pool_count = 1;
	scope.domain = 4;
	load_good_text("10.0.0.2 15 2001:db8::1\n10.0.0.1 15 2001:db8::1\n");
	ck_assert_uint_eq(list.count, 4);
	check_binding(1, "203.0.113.2", 7, "2001:db8::77", 1);
	ck_assert_uint_eq(list.bindings[2].ipv4, ip4("10.0.0.1"));
	ck_assert_uint_eq(list.bindings[2].domain, 4);
}
END_TEST

/* ---- one binding ------------------------------------------------------------------------------------------------ */

/* MAPE-15: an address may have as many bindings as PSIDs of the pool's length, whatever that is. */
START_TEST(psids_of_every_length)
{
	const struct conf_pool pool = { .ipv4 = { 0x0a000000, 8 }, .psid_len = (uint8_t)_i };
	const int count = 1 << _i;
	struct binding binding;

	scope.pools = &pool;
	scope.pool_count = 1;
	for (int psid = 0; psid < count && _i > 0; psid += 1 + psid / 7) {
		if (conf_binding_make(&scope, 0x0a000001, psid, 1u << 31, &binding, &err) < 0)
			ck_abort_msg("%d: %s", psid, err.text);
		ck_assert_int_eq(binding.psid, psid);
	}
	ck_assert_int_eq(conf_binding_make(&scope, 0x0a000001, CONF_NO_PSID, 1u << 31, &binding, &err),
	    _i == 0 ? 0 : -EINVAL);
	ck_assert_int_eq(conf_binding_make(&scope, 0x0a000001, count, 1u << 31, &binding, &err), -EINVAL);
	if (_i > 0)
		ck_assert_int_eq(conf_binding_make(&scope, 0x0a000001, count - 1, 1u << 31, &binding, &err), 0);
}
END_TEST

START_TEST(scope_of_a_domain)
{
	struct conf_softwire softwires[2] = { { .br = 11, .pool_count = 0 },
		{ .br = 22, .pool_count = 1, .pools = { pools[1] } } };
	const struct conf conf = { .role = CONF_BR, .softwires = softwires, .softwire_count = 2 };

	conf_bindings_scope(&conf, 1, &scope);
	ck_assert_uint_eq(scope.domain, 1);
	ck_assert_uint_eq(scope.br_count, 2);
	ck_assert(scope.br[0] == 11 && scope.br[1] == 22);
	ck_assert_ptr_eq(conf_bindings_pool(&scope, ip4("198.51.100.5")), &softwires[1].pools[0]);
	ck_assert_ptr_null(conf_bindings_pool(&scope, ip4("203.0.113.1")));
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("bindings_text");
	TCase *text = tcase_create("text"), *one = tcase_create("one");

	tcase_add_checked_fixture(text, set_up_files, tear_down_files);
	tcase_add_test(text, example);
	tcase_add_test(text, spelling);
	tcase_add_test(text, nothing);
	tcase_add_loop_test(text, wrong_text, 0, COUNT(wrong_texts));
	tcase_add_test(text, zero_byte);
	tcase_add_test(text, long_lines);
	tcase_add_test(text, no_file);
	tcase_add_test(text, two_domains);
	suite_add_tcase(suite, text);
	tcase_add_checked_fixture(one, set_up_files, tear_down_files);
	tcase_add_loop_test(one, psids_of_every_length, 0, 17);
	tcase_add_test(one, scope_of_a_domain);
	suite_add_tcase(suite, one);
	return suite;
}
