/* SPDX-License-Identifier: BSD-3-Clause */
/* DUIDs: RFC 8415 section 11. */
#include "hexbytes.h"
#include "provision/dhcp6_lease.h"
#include "unit.h"

/* DHC-37: a DUID-LL needs no memory: type 3, hardware 1, the address. */
START_TEST(made)
{
	const struct mac mac = { { 0x32, 0x6a, 0xfb, 0xca, 0xea, 0x66 } };
	struct dhcp6_duid duid;
	uint8_t want[32];

	memset(&duid, 0xff, sizeof(duid));
	dhcp6_duid_from_mac(&duid, &mac);
	ck_assert_uint_eq(duid.len, hex_bytes("0003 0001 326afbcaea66", want, sizeof(want)));
	ck_assert_mem_eq(duid.byte, want, duid.len);
}
END_TEST

/* DHC-36: compared as bytes and in no other way. */
START_TEST(compared)
{
	struct dhcp6_duid one = { 6, { 0, 3, 0, 1, 0x32, 0x6a } }, other = one;

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
	tcase_add_test(tcase, compared);
	suite_add_tcase(suite, tcase);
	return suite;
}
