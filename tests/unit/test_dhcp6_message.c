/* SPDX-License-Identifier: BSD-3-Clause */
/* Options and names on the wire: RFC 8415 section 21.1, RFC 1035 section 3.1. */
#include "provision/dhcp6_message.h"

#include "hexbytes.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static uint8_t bytes[1024];

static struct dhcp6_reader
reader(const char *text)
{
	return (struct dhcp6_reader){ bytes, hex_bytes(text, bytes, sizeof(bytes)) };
}

START_TEST(options)
{
	struct dhcp6_reader all = reader("0007 0001 ff  ea60 0000  0007 0002 0102"), at = all;
	struct dhcp6_option option;

	ck_assert(dhcp6_well_formed(all));
	ck_assert(dhcp6_next(&at, &option) && option.code == 7 && option.len == 1 && option.data[0] == 0xff);
	ck_assert(dhcp6_next(&at, &option) && option.code == 60000 && option.len == 0);
	ck_assert(dhcp6_next(&at, &option) && option.code == 7 && option.len == 2 && option.data[1] == 2);
	ck_assert(!dhcp6_next(&at, &option) && at.left == 0);
	ck_assert(dhcp6_find(all, 7, &option) && option.len == 1);
	ck_assert(!dhcp6_find(all, 8, &option));
	ck_assert_uint_eq(dhcp6_inside(&option, 2).left, 0);
}
END_TEST

/* DHC-51: nothing is read behind the end. */
START_TEST(cut_off)
{
	static const char *const texts[] = { "00", "0007 00", "0007 0001", "0007 0002 ff", "0007 ffff 00",
		"0007 0001 ff 00" };
	struct dhcp6_option option;

	for (int i = 0; i < COUNT(texts); i++) {
		ck_assert(!dhcp6_well_formed(reader(texts[i])));
		ck_assert(!dhcp6_find(reader(texts[i]), 60000, &option));
	}
	ck_assert(dhcp6_well_formed(reader("")));
}
END_TEST

static const struct {
	const char *text, *name; /* NULL: refused */
	size_t left;
} names[] = {
	{ "07 6578616d706c65 03 636f6d 00", "example.com", 0 },
	{ "01 61 00 01 62 00", "a", 3 },
	{ "04 5f6e2d31 00", "_n-1", 0 },
	{ "00", NULL, 0 },
	{ "", NULL, 0 },
	{ "01", NULL, 0 },
	{ "01 61", NULL, 0 },
	{ "02 61 00", NULL, 0 },
	{ "01 61 c0 00", NULL, 0 },
	{ "40 61", NULL, 0 },
	{ "01 2e 00", NULL, 0 },
	{ "02 611b 00", NULL, 0 },
	{ "02 6122 00", NULL, 0 },
	{ "02 61ff 00", NULL, 0 },
	{ "02 6100 00", NULL, 0 },
};

/* SEC-15: no byte of a name can do anything to a terminal or a file of settings. */
START_TEST(one_name)
{
	struct dhcp6_reader at = reader(names[_i].text);
	const size_t len = at.left;
	char text[DHCP6_NAME_TEXT_SIZE] = "untouched";

	ck_assert(dhcp6_get_name(&at, text) == (names[_i].name != NULL));
	ck_assert_str_eq(text, names[_i].name != NULL ? names[_i].name : "untouched");
	ck_assert_uint_eq(at.left, names[_i].name != NULL ? names[_i].left : len);
}
END_TEST

/* RFC 1035 section 2.3.4: 255 bytes on the wire at most, which are 253 characters. */
START_TEST(long_names)
{
	char text[DHCP6_NAME_TEXT_SIZE];
	struct dhcp6_reader at = { bytes, 255 };

	memset(bytes, 'a', sizeof(bytes));
	bytes[0] = bytes[64] = bytes[128] = 63;
	bytes[192] = 61;
	bytes[254] = 0;
	ck_assert(dhcp6_get_name(&at, text));
	ck_assert_uint_eq(strlen(text), 253);
	bytes[192] = 62;
	bytes[254] = 'a';
	bytes[255] = 0;
	at = (struct dhcp6_reader){ bytes, 256 };
	ck_assert(!dhcp6_get_name(&at, text));
}
END_TEST

START_TEST(escapes)
{
	static const uint8_t text[] = { 'o', 'k', ' ', 0x1b, '[', '"', '\\', '\'', 0, 0xff, '\n', '~', 0x7f };
	char out[64], small[7];

	dhcp6_escape(text, sizeof(text), out, sizeof(out));
	ck_assert_str_eq(out, "ok \\x1b[\\x22\\x5c\\x27\\x00\\xff\\x0a~\\x7f");
	dhcp6_escape(text, sizeof(text), small, sizeof(small));
	ck_assert_str_eq(small, "ok ");
	dhcp6_escape(text, 3, small, sizeof(small));
	ck_assert_str_eq(small, "ok ");
	dhcp6_escape((const uint8_t *)"abcdef", 6, small, sizeof(small));
	ck_assert_str_eq(small, "abcdef");
}
END_TEST

/* DHC-52: a status text of 60 KB that wants to write to the terminal. */
START_TEST(long_text)
{
	static uint8_t text[60000];
	char out[81];

	memset(text, 0x1b, sizeof(text));
	dhcp6_escape(text, sizeof(text), out, sizeof(out));
	ck_assert_uint_eq(strlen(out), 80);
	ck_assert_uint_eq(strspn(out, "\\x1b"), 80);
}
END_TEST

START_TEST(repeated)
{
	u128 seen = 0;

	ck_assert(!dhcp6_is_repeated(2, &seen) && !dhcp6_is_repeated(127, &seen) && !dhcp6_is_repeated(128, &seen));
	ck_assert(dhcp6_is_repeated(2, &seen) && dhcp6_is_repeated(127, &seen) && !dhcp6_is_repeated(128, &seen));
}
END_TEST

START_TEST(written)
{
	uint8_t data[20], want[20];
	struct dhcp6_writer writer = { data, sizeof(data), 0, false };
	size_t outer, inner;

	memset(data, 0xee, sizeof(data));
	outer = dhcp6_open(&writer, 25);
	dhcp6_put32(&writer, 1);
	inner = dhcp6_open(&writer, 26);
	dhcp6_put8(&writer, 9);
	dhcp6_close(&writer, inner);
	dhcp6_close(&writer, outer);
	ck_assert_uint_eq(writer.len, hex_bytes("0019 0009 00000001 001a 0001 09", want, sizeof(want)));
	ck_assert_mem_eq(data, want, writer.len);
	dhcp6_put_option(&writer, 1, "abcd", 4);
	ck_assert(writer.full);
	dhcp6_put8(&writer, 1);
	ck_assert(writer.full);
	ck_assert_uint_le(writer.len, 17);
	ck_assert_uint_eq(data[17], 0xee);
}
END_TEST

START_TEST(words)
{
	for (unsigned int i = 0; i < DHCP6_ERRORS; i++)
		for (unsigned int j = 0; j < i; j++)
			ck_assert_str_ne(dhcp6_error_word((enum dhcp6_error)i), dhcp6_error_word((enum dhcp6_error)j));
	ck_assert_str_eq(dhcp6_type_word(11), "Information-request");
	ck_assert_str_eq(dhcp6_type_word(0), "?");
	ck_assert_str_eq(dhcp6_type_word(12), "?");
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("dhcp6_message");
	TCase *tcase = tcase_create("dhcp6_message");

	tcase_add_test(tcase, options);
	tcase_add_test(tcase, cut_off);
	tcase_add_loop_test(tcase, one_name, 0, COUNT(names));
	tcase_add_test(tcase, long_names);
	tcase_add_test(tcase, escapes);
	tcase_add_test(tcase, long_text);
	tcase_add_test(tcase, repeated);
	tcase_add_test(tcase, written);
	tcase_add_test(tcase, words);
	suite_add_tcase(suite, tcase);
	return suite;
}
