/* SPDX-License-Identifier: BSD-3-Clause */
/* A home's part of the line's prefix: RFC 7084 L-2 and WPD-5, RFC 6603, RFC 9096 section 3.5. */
#include "provision/home.h"

#include "maptext.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static struct error err;

static struct dhcp6_prefix
delegated(const char *prefix, const char *exclude)
{
	struct dhcp6_prefix given = { .prefix = prefix6(prefix), .has_exclude = exclude != NULL };

	if (exclude != NULL)
		given.exclude = prefix6(exclude);
	return given;
}

/* CER-15 DHC-40: which /64, and never an excluded one. The example of RFC 6603 section 4.2 is among them. */
START_TEST(subnets)
{
	static const struct {
		const char *prefix, *exclude;
		int wanted;
		const char *subnet, *error; /* one of them */
	} cases[] = {
		{ "2001:db8:12:3400::/56", NULL, HOME_SUBNET_AUTO, "2001:db8:12:3401::/64", NULL },
		{ "2001:db8:12:3400::/64", NULL, HOME_SUBNET_AUTO, "2001:db8:12:3400::/64", NULL },
		{ "2001:db8:12:3400::/56", NULL, 0, "2001:db8:12:3400::/64", NULL },
		{ "2001:db8:12:3400::/56", NULL, 255, "2001:db8:12:34ff::/64", NULL },
		{ "2001:db8:12:3400::/56", NULL, 256, NULL, "no /64 of number 256" },
		{ "2001:db8:12:3400::/65", NULL, HOME_SUBNET_AUTO, NULL, "has no /64" },
		{ "2001:db8:dead:bee0::/59", "2001:db8:dead:beef::/64", 15, NULL, "subnet 15" },
		{ "2001:db8:dead:bee0::/59", "2001:db8:dead:beef::/64", HOME_SUBNET_AUTO, "2001:db8:dead:bee1::/64",
		    NULL },
		{ "2001:db8:12:3400::/56", "2001:db8:12:3401::/64", HOME_SUBNET_AUTO, "2001:db8:12:3402::/64", NULL },
		{ "2001:db8:12:3400::/63", "2001:db8:12:3401::/64", HOME_SUBNET_AUTO, NULL, "subnet 1" },
		{ "2001:db8:12:3400::/56", "2001:db8:12:3401:8000::/65", 1, NULL, "subnet 1" },
	};

	for (int i = 0; i < COUNT(cases); i++) {
		const struct dhcp6_prefix given = delegated(cases[i].prefix, cases[i].exclude);
		struct prefix6 subnet;
		char text[PREFIX_TEXT_SIZE];
		const int rc = home_subnet(&given, cases[i].wanted, &subnet, &err);

		ck_assert_msg(rc == (cases[i].error == NULL ? 0 : -EINVAL), "case %d: %s", i, err.text);
		if (cases[i].error == NULL)
			ck_assert_str_eq(prefix6_format(&subnet, text), cases[i].subnet);
		else
			ck_assert_msg(strstr(err.text, cases[i].error) != NULL, "case %d: %s", i, err.text);
	}
}
END_TEST

/* CER-11 DHC-40: every /64 of the prefix is in exactly one part, but for the excluded one. */
START_TEST(discarded)
{
	struct dhcp6_prefix given = delegated("2001:db8:dead:bee0::/59", NULL);
	struct prefix6 parts[HOME_MAX_DISCARD];
	uint32_t count;

	ck_assert_uint_eq(home_discard(&given, parts), 1);
	ck_assert(parts[0].addr == given.prefix.addr && parts[0].len == 59);
	given = delegated("2001:db8:dead:bee0::/59", "2001:db8:dead:beef::/64");
	count = home_discard(&given, parts);
	ck_assert_uint_eq(count, 5);
	for (unsigned int subnet = 0; subnet < 32; subnet++) {
		const u128 addr = given.prefix.addr | (u128)subnet << 64;
		unsigned int in = 0;

		for (uint32_t i = 0; i < count; i++)
			in += prefix6_contains(&parts[i], addr);
		ck_assert_uint_eq(in, subnet != 15);
	}
	for (uint32_t i = 0; i < count; i++)
		ck_assert(prefix6_is_aligned(&parts[i]));
}
END_TEST

/* CER-25: each for its time; one that is given again is not over. */
START_TEST(over)
{
	const struct prefix6 one = prefix6("2001:db8:1:1::/64"), two = prefix6("2001:db8:2:1::/64");
	struct home_stale stale = { 0 };

	home_stale_add(&stale, &one, 1000);
	home_stale_add(&stale, &two, 2000);
	home_stale_add(&stale, &one, 3000);
	ck_assert_uint_eq(stale.count, 2);
	ck_assert(!home_stale_expire(&stale, 1999));
	ck_assert(home_stale_expire(&stale, 2000));
	ck_assert_uint_eq(stale.count, 1);
	ck_assert(stale.at[0].prefix.addr == one.addr);
	home_stale_remove(&stale, &two);
	ck_assert_uint_eq(stale.count, 1);
	home_stale_remove(&stale, &one);
	ck_assert_uint_eq(stale.count, 0);
	for (uint32_t i = 0; i <= HOME_MAX_STALE; i++) {
		const struct prefix6 next = { one.addr + ((u128)i << 64), 64 };

		home_stale_add(&stale, &next, i == 3 ? 1 : 100 + i);
	}
	ck_assert_uint_eq(stale.count, HOME_MAX_STALE);
	ck_assert(stale.at[3].prefix.addr == one.addr + ((u128)HOME_MAX_STALE << 64));
}
END_TEST

/* CER-26: there and back, what is given now as well; of a damaged text what can be read. */
START_TEST(kept)
{
	const struct prefix6 one = prefix6("2001:db8:1:1::/64"), two = prefix6("2001:db8:2:1::/64");
	struct home_stale stale = { 0 };
	char text[HOME_FILE_SIZE];

	home_stale_add(&stale, &one, 1000);
	ck_assert_uint_eq(home_stale_write(&stale, &two, text), strlen("2001:db8:2:1::/64\n2001:db8:1:1::/64\n"));
	ck_assert_str_eq(text, "2001:db8:2:1::/64\n2001:db8:1:1::/64\n");
	home_stale_read(text, 5000, &stale);
	ck_assert_uint_eq(stale.count, 2);
	ck_assert(stale.at[0].prefix.addr == two.addr && stale.at[0].valid_until == 5000);
	home_stale_read("what? 2001:db8:1:1::/56 2001:db8:1:1::1/64\n2001:db8:1:1::/64", 5000, &stale);
	ck_assert_uint_eq(stale.count, 1);
	home_stale_read("", 5000, &stale);
	ck_assert_uint_eq(stale.count, 0);
	ck_assert_uint_eq(home_stale_write(&stale, NULL, text), 0);
}
END_TEST

/* CER-13: RFC 4193 section 3.1: fd00::/8, 40 bits, and a /64 for each network. */
START_TEST(unique_local)
{
	const struct prefix6 ula = home_ula(UINT64_C(0x6d61706564ffffff)),
			     bad[] = { prefix6("fc6d:6170:6564::/48"), prefix6("fd6d:6170:6500::/40"),
				     prefix6("2001:db8:12::/48"), { ip6("fd6d:6170:6564:1::"), 48 } };
	char text[PREFIX_TEXT_SIZE];
	struct prefix6 subnet;

	ck_assert_str_eq(prefix6_format(&ula, text), "fd6d:6170:6564::/48");
	ck_assert(home_is_ula(&ula));
	for (int i = 0; i < COUNT(bad); i++)
		ck_assert_msg(!home_is_ula(&bad[i]), "%d", i);
	subnet = home_ula_subnet(&ula, HOME_SUBNET_AUTO);
	ck_assert_str_eq(prefix6_format(&subnet, text), "fd6d:6170:6564:1::/64");
	subnet = home_ula_subnet(&ula, 65535);
	ck_assert_str_eq(prefix6_format(&subnet, text), "fd6d:6170:6564:ffff::/64");
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("home");
	TCase *tcase = tcase_create("home");

	tcase_add_test(tcase, subnets);
	tcase_add_test(tcase, unique_local);
	tcase_add_test(tcase, discarded);
	tcase_add_test(tcase, over);
	tcase_add_test(tcase, kept);
	suite_add_tcase(suite, tcase);
	return suite;
}
