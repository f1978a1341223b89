/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses and prefixes as text and as numbers: what the configuration, the calculator and every message rely on. */
#include <errno.h>

#include "base/addr.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text;
	uint32_t addr;
} good4[] = {
	{ "0.0.0.0", 0 },
	{ "255.255.255.255", UINT32_MAX },
	{ "192.0.2.18", 0xc0000212 },
	{ "1.2.3.4", 0x01020304 },
	{ "128.0.0.0", 0x80000000 },
};

START_TEST(ip4_good)
{
	char text[IP4_TEXT_SIZE];
	uint32_t addr = 1;

	ck_assert_int_eq(ip4_parse(good4[_i].text, &addr), 0);
	ck_assert_uint_eq(addr, good4[_i].addr);
	ck_assert_str_eq(ip4_format(addr, text), good4[_i].text);
}
END_TEST

static const char *const bad4[] = { "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-1", "1.2.3.+4", "1.2.3.4 ",
	" 1.2.3.4", "1.2.3.4/32", "01.2.3.4", "0x1.2.3.4", "1.2.3.4a", "a.b.c.d", "::1", "1..3.4", "1.2.3.",
	"192.0.2.18:80", "16909060", "1.2.3.4\n" };

START_TEST(ip4_bad)
{
	uint32_t addr = 0xdeadbeef;

	ck_assert_msg(ip4_parse(bad4[_i], &addr) == -EINVAL, "accepted '%s'", bad4[_i]);
	ck_assert_uint_eq(addr, 0xdeadbeef);
}
END_TEST

static const struct {
	const char *text;
	uint64_t high, low;
	const char *formatted; /* NULL: the same text (RFC 5952) */
} good6[] = {
	{ "::", 0, 0, NULL },
	{ "::1", 0, 1, NULL },
	{ "2001:db8:12:3400:0:c000:212:34", 0x20010db800123400, 0x0000c00002120034, NULL },
	{ "2001:db8:12:3400:c0:2:1200:3400", 0x20010db800123400, 0x00c0000212003400, NULL },
	{ "2001:db8:64::c633:6400:0", 0x20010db800640000, 0x0000c63364000000, NULL },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UINT64_MAX, UINT64_MAX, NULL },
	{ "2001:DB8::AbC", 0x20010db800000000, 0xabc, "2001:db8::abc" },
	{ "2001:0db8:0000:0000:0000:0000:0000:0001", 0x20010db800000000, 1, "2001:db8::1" },
	{ "2001:db8:0:0:1:0:0:1", 0x20010db800000000, 0x0001000000000001, "2001:db8::1:0:0:1" },
	{ "64:ff9b::192.0.2.18", 0x0064ff9b00000000, 0xc0000212, "64:ff9b::c000:212" },
	{ "fe80::1", 0xfe80000000000000, 1, NULL },
};

START_TEST(ip6_good)
{
	const char *const want = good6[_i].formatted != NULL ? good6[_i].formatted : good6[_i].text;
	char text[IP6_TEXT_SIZE];
	u128 addr = 7;

	ck_assert_int_eq(ip6_parse(good6[_i].text, &addr), 0);
	ck_assert_msg(addr == u128_make(good6[_i].high, good6[_i].low), "%s", good6[_i].text);
	ck_assert_str_eq(ip6_format(addr, text), want);
}
END_TEST

static const char *const bad6[] = { "", ":", ":::", "1", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
	"12345::", "g::", "::1%eth0", "::1/128", " ::1", "::1 ", "[::1]", "1.2.3.4", "::1.2.3", "::1.2.3.256",
	"2001:db8:::1", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "-1::", "0x1::" };

START_TEST(ip6_bad)
{
	u128 addr = 7;

	ck_assert_msg(ip6_parse(bad6[_i], &addr) == -EINVAL, "accepted '%s'", bad6[_i]);
	ck_assert(addr == 7);
}
END_TEST

/* The wire's byte order: the first byte is the highest. */
START_TEST(ip6_wire)
{
	uint8_t wire[17] = { 0xee, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x12, 0x34, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x02, 0x12,
		0x00, 0x34 }; /* at an odd address */
	uint8_t stored[17] = { 0xee };
	const u128 addr = ip6_load(wire + 1);

	ck_assert(addr == u128_make(0x20010db800123400, 0x0000c00002120034));
	ip6_store(stored + 1, addr);
	ck_assert_mem_eq(stored, wire, sizeof(wire));
}
END_TEST

static const char *const good_prefix4[] = { "0.0.0.0/0", "192.0.2.0/24", "192.0.2.18/32", "10.0.0.0/8", "192.0.2.1/0" };

START_TEST(prefix4_good)
{
	char text[PREFIX_TEXT_SIZE];
	struct prefix4 prefix;

	ck_assert_int_eq(prefix4_parse(good_prefix4[_i], &prefix), 0);
	ck_assert_str_eq(prefix4_format(&prefix, text), good_prefix4[_i]);
}
END_TEST

static const char *const bad_prefix4[] = { "", "/", "/24", "192.0.2.0", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1",
	"192.0.2.0/+1", "192.0.2.0/ 1", "192.0.2.0/024", "192.0.2.0/00", "192.0.2.0/24 ", "192.0.2.0/24/24",
	"192.0.2.0/0x8", "192.0.2.0/4294967296", "192.0.2.0/18446744073709551616", "192.0.2/24",
	"1000000000.0000000000.0.0/8", "::/0", "192.0.2.0 /24" };

START_TEST(prefix4_bad)
{
	struct prefix4 prefix = { 0xdeadbeef, 99 };

	ck_assert_msg(prefix4_parse(bad_prefix4[_i], &prefix) == -EINVAL, "accepted '%s'", bad_prefix4[_i]);
	ck_assert(prefix.addr == 0xdeadbeef && prefix.len == 99);
}
END_TEST

static const char *const good_prefix6[] = { "::/0", "2001:db8::/40", "2001:db8:12:3400::/56", "2001:db8:0:1:ab00::/72",
	"2001:db8::1/128", "2001:db8::2/127", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128" };

START_TEST(prefix6_good)
{
	char text[PREFIX_TEXT_SIZE];
	struct prefix6 prefix;

	ck_assert_int_eq(prefix6_parse(good_prefix6[_i], &prefix), 0);
	ck_assert_str_eq(prefix6_format(&prefix, text), good_prefix6[_i]);
}
END_TEST

static const char *const bad_prefix6[] = { "", "/", "/56", "2001:db8::", "2001:db8::/", "2001:db8::/129",
	"2001:db8::/-1", "2001:db8::/056", "2001:db8::/56 ", "2001:db8::/5 6", "2001:db8::/56/56", "2001:db8::/0x38",
	"192.0.2.0/24", "2001:db8::/99999999999999999999",
	"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8" };

START_TEST(prefix6_bad)
{
	struct prefix6 prefix = { 7, 99 };

	ck_assert_msg(prefix6_parse(bad_prefix6[_i], &prefix) == -EINVAL, "accepted '%s'", bad_prefix6[_i]);
	ck_assert(prefix.addr == 7 && prefix.len == 99);
}
END_TEST

/* MAPE-61: every length has its mask, also 0 and the whole width, where a plain shift is undefined. */
START_TEST(masks)
{
	u128 one6 = 0;
	uint32_t one4 = 0;

	for (unsigned int len = 0; len <= 128; len++) {
		ck_assert_msg(mask6(len) == one6, "mask6(%u)", len);
		one6 = one6 >> 1 | (u128)1 << 127;
	}
	for (unsigned int len = 0; len <= 32; len++) {
		ck_assert_msg(mask4(len) == one4, "mask4(%u)", len);
		one4 = one4 >> 1 | UINT32_C(1) << 31;
	}
}
END_TEST

static const struct {
	const char *prefix, *addr;
	bool contains;
} inside6[] = {
	{ "::/0", "ffff::", true },
	{ "2001:db8::/40", "2001:db8:ff:ffff:ffff:ffff:ffff:ffff", true },
	{ "2001:db8::/40", "2001:db8:100::", false },
	{ "2001:db8::/40", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", false },
	{ "2001:db8::2/127", "2001:db8::3", true },
	{ "2001:db8::2/127", "2001:db8::4", false },
	{ "2001:db8::2/128", "2001:db8::2", true },
	{ "2001:db8::2/128", "2001:db8::3", false },
	{ "2001:db8:0:1::/64", "2001:db8:0:1:8000::", true },
	{ "2001:db8:0:1::/65", "2001:db8:0:1:8000::", false },
};

START_TEST(prefix6_contains_address)
{
	struct prefix6 prefix;
	u128 addr;

	ck_assert_int_eq(prefix6_parse(inside6[_i].prefix, &prefix), 0);
	ck_assert_int_eq(ip6_parse(inside6[_i].addr, &addr), 0);
	ck_assert_int_eq(prefix6_contains(&prefix, addr), inside6[_i].contains);
	ck_assert(prefix6_is_aligned(&prefix));
}
END_TEST

static const struct {
	const char *prefix, *addr;
	bool contains;
} inside4[] = {
	{ "0.0.0.0/0", "255.255.255.255", true },
	{ "192.0.2.0/24", "192.0.2.255", true },
	{ "192.0.2.0/24", "192.0.3.0", false },
	{ "192.0.2.0/24", "192.0.1.255", false },
	{ "192.0.2.18/31", "192.0.2.19", true },
	{ "192.0.2.18/32", "192.0.2.19", false },
	{ "128.0.0.0/1", "255.0.0.0", true },
	{ "128.0.0.0/1", "127.255.255.255", false },
};

START_TEST(prefix4_contains_address)
{
	struct prefix4 prefix;
	uint32_t addr;

	ck_assert_int_eq(prefix4_parse(inside4[_i].prefix, &prefix), 0);
	ck_assert_int_eq(ip4_parse(inside4[_i].addr, &addr), 0);
	ck_assert_int_eq(prefix4_contains(&prefix, addr), inside4[_i].contains);
	ck_assert(prefix4_is_aligned(&prefix));
}
END_TEST

START_TEST(host_bits)
{
	struct prefix6 six;
	struct prefix4 four;

	ck_assert_int_eq(prefix6_parse("2001:db8:12:3401::/56", &six), 0);
	ck_assert(!prefix6_is_aligned(&six));
	ck_assert_int_eq(prefix6_parse("::1/0", &six), 0);
	ck_assert(!prefix6_is_aligned(&six));
	ck_assert_int_eq(prefix4_parse("219.104.138.0/20", &four), 0);
	ck_assert(!prefix4_is_aligned(&four));
	ck_assert_int_eq(prefix4_parse("0.0.0.1/0", &four), 0);
	ck_assert(!prefix4_is_aligned(&four));
}
END_TEST

static const char *const good_mac[] = { "00:00:00:00:00:00", "02:00:5e:10:00:01", "ff:ff:ff:ff:ff:ff" };

START_TEST(mac_good)
{
	char text[MAC_TEXT_SIZE];
	struct mac mac;

	ck_assert_int_eq(mac_parse(good_mac[_i], &mac), 0);
	ck_assert_str_eq(mac_format(&mac, text), good_mac[_i]);
}
END_TEST

START_TEST(mac_upper_case)
{
	const struct mac want = { { 0x02, 0xab, 0xcd, 0xef, 0x00, 0x9f } };
	struct mac mac;

	ck_assert_int_eq(mac_parse("02:AB:cD:EF:00:9F", &mac), 0);
	ck_assert_mem_eq(&mac, &want, sizeof(mac));
}
END_TEST

static const char *const bad_mac[] = { "", "02", "02:00:5e:10:00", "02:00:5e:10:00:01:02", "02-00-5e-10-00-01",
	"0200.5e10.0001", "02:00:5e:10:00:0g", "2:0:5e:10:0:1", "02:00:5e:10:00:1 ", " 2:00:5e:10:00:01",
	"02: 0:5e:10:00:01", "+2:00:5e:10:00:01", "02:00:5e:10:00:+1", "-2:00:5e:10:00:01", "0x:00:5e:10:00:01",
	"02:00:5e:10:00:0x", "002:0:5e:10:00:01", "02:00:5e:10:00:01 ", "02:00:5e:10:00:\t1" };

START_TEST(mac_bad)
{
	struct mac mac = { { 9, 9, 9, 9, 9, 9 } };
	const struct mac before = mac;

	ck_assert_msg(mac_parse(bad_mac[_i], &mac) == -EINVAL, "accepted '%s'", bad_mac[_i]);
	ck_assert_mem_eq(&mac, &before, sizeof(mac));
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("addr");
	TCase *text = tcase_create("text"), *numbers = tcase_create("numbers");

	tcase_add_loop_test(text, ip4_good, 0, COUNT(good4));
	tcase_add_loop_test(text, ip4_bad, 0, COUNT(bad4));
	tcase_add_loop_test(text, ip6_good, 0, COUNT(good6));
	tcase_add_loop_test(text, ip6_bad, 0, COUNT(bad6));
	tcase_add_loop_test(text, prefix4_good, 0, COUNT(good_prefix4));
	tcase_add_loop_test(text, prefix4_bad, 0, COUNT(bad_prefix4));
	tcase_add_loop_test(text, prefix6_good, 0, COUNT(good_prefix6));
	tcase_add_loop_test(text, prefix6_bad, 0, COUNT(bad_prefix6));
	tcase_add_loop_test(text, mac_good, 0, COUNT(good_mac));
	tcase_add_test(text, mac_upper_case);
	tcase_add_loop_test(text, mac_bad, 0, COUNT(bad_mac));
	suite_add_tcase(suite, text);

	tcase_add_test(numbers, ip6_wire);
	tcase_add_test(numbers, masks);
	tcase_add_loop_test(numbers, prefix6_contains_address, 0, COUNT(inside6));
	tcase_add_loop_test(numbers, prefix4_contains_address, 0, COUNT(inside4));
	tcase_add_test(numbers, host_bits);
	suite_add_tcase(suite, numbers);
	return suite;
}
