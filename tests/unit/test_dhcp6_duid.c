/* SPDX-License-Identifier: BSD-3-Clause */
/* DHC-37: DUIDs of types 1, 3 and 4. One of them Kea made for itself, see tests/dhcp6/starts.py. */
#include <errno.h>
#include <string.h>

#include "provision/dhcp6_lease.h"
#include "unit.h"

static char text[DHCP6_DUID_TEXT_SIZE];

START_TEST(made)
{
	const struct mac mac = { { 0x32, 0x6a, 0xfb, 0xca, 0xea, 0x66 } };
	uint8_t random[16];
	struct dhcp6_duid duid;

	dhcp6_duid_from_mac(&duid, &mac);
	ck_assert_str_eq(dhcp6_duid_format(&duid, text), "00:03:00:01:32:6a:fb:ca:ea:66");
	/* Kea made its own at 2026-11-22T09:56:35Z. */
	dhcp6_duid_from_time(&duid, &mac, UINT64_C(1795341395) * 1000 + 999);
	ck_assert_str_eq(dhcp6_duid_format(&duid, text), "00:01:00:01:32:95:78:d3:32:6a:fb:ca:ea:66");
	memset(random, 0xff, sizeof(random));
	dhcp6_duid_from_uuid(&duid, random);
	ck_assert_str_eq(dhcp6_duid_format(&duid, text), "00:04:ff:ff:ff:ff:ff:ff:4f:ff:bf:ff:ff:ff:ff:ff:ff:ff");
	memset(random, 0, sizeof(random));
	dhcp6_duid_from_uuid(&duid, random);
	ck_assert_str_eq(dhcp6_duid_format(&duid, text), "00:04:00:00:00:00:00:00:40:00:80:00:00:00:00:00:00:00");
}
END_TEST

START_TEST(read_and_written)
{
	static const char *const refused[] = { "", "0003", "00:03", "00:03:0", "00:03:00:", ":00:03:00", "00::03:00",
		"00:03:0g", "00 03 00", "0x0003" };
	struct dhcp6_duid duid = { .len = 7 };
	char many[2 * DHCP6_MAX_DUID + 3];

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ck_assert_msg(dhcp6_duid_parse(refused[i], &duid) == -EINVAL && duid.len == 7, "%s", refused[i]);
	ck_assert_int_eq(dhcp6_duid_parse("0003:00aBCd", &duid), 0);
	ck_assert_str_eq(dhcp6_duid_format(&duid, text), "00:03:00:ab:cd");
	memset(many, 'f', sizeof(many));
	many[2 * DHCP6_MAX_DUID] = '\0';
	ck_assert_int_eq(dhcp6_duid_parse(many, &duid), 0);
	ck_assert_uint_eq(duid.len, DHCP6_MAX_DUID);
	ck_assert_uint_eq(strlen(dhcp6_duid_format(&duid, text)), DHCP6_DUID_TEXT_SIZE - 1);
	memcpy(many + 2 * DHCP6_MAX_DUID, "ff", 3);
	ck_assert_int_eq(dhcp6_duid_parse(many, &duid), -EINVAL);
	duid.len = 0;
	ck_assert_str_eq(dhcp6_duid_format(&duid, text), "");
}
END_TEST

/* DHC-36: compared as bytes and in no other way. */
START_TEST(compared)
{
	struct dhcp6_duid one, other;

	ck_assert_int_eq(dhcp6_duid_parse("00:03:00:01:32:6a", &one), 0);
	ck_assert_int_eq(dhcp6_duid_parse("00:03:00:01:32:6a", &other), 0);
	ck_assert(dhcp6_duid_equal(&one, &other));
	other.byte[5]++;
	ck_assert(!dhcp6_duid_equal(&one, &other));
	other.byte[5]--;
	other.len--;
	ck_assert(!dhcp6_duid_equal(&one, &other));
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("dhcp6_duid");
	TCase *tcase = tcase_create("dhcp6_duid");

	tcase_add_test(tcase, made);
	tcase_add_test(tcase, read_and_written);
	tcase_add_test(tcase, compared);
	suite_add_tcase(suite, tcase);
	return suite;
}
