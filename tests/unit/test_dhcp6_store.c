/* SPDX-License-Identifier: BSD-3-Clause */
/* A lease over a restart: RFC 8415 sections 11, 12 and 18.2.12. */
#include "provision/dhcp6_store.h"

#include "base/sha256.h"
#include "hexbytes.h"
#include "maptext.h"
#include "unit.h"

#define CHECKSUM_SIZE (SHA256_TEXT_SIZE - 1)
#define DAY UINT64_C(86400000)

static uint8_t data[DHCP6_STORE_SIZE], copy[DHCP6_STORE_SIZE];
static struct dhcp6_store written, heard;
static struct error err;

/* Everything that can be kept, each at its most. */
static void
fill(uint64_t now)
{
	memset(&written, 0, sizeof(written));
	written.duid.len = DHCP6_MAX_DUID;
	memset(written.duid.byte, 0xd1, DHCP6_MAX_DUID);
	written.pd_iaid = 0x12345678;
	written.na_iaid = 0xffffffff;
	written.lease.server.len = 3;
	memcpy(written.lease.server.byte, "\0\3\1", 3);
	written.lease.prefix_count = DHCP6_MAX_PREFIXES;
	written.lease.address_count = DHCP6_MAX_ADDRESSES;
	for (uint32_t i = 0; i < DHCP6_MAX_PREFIXES; i++) {
		written.lease.prefixes[i].prefix = prefix6("2001:db8:12:3400::/56");
		written.lease.prefixes[i].prefix.addr += (u128)i << 80;
		written.lease.prefixes[i].preferred_until = now + i * 1000;
		written.lease.prefixes[i].valid_until = i == 1 ? DHCP6_NEVER : now + i * 2000;
		written.lease.addresses[i].prefix = (struct prefix6){ ip6("2001:db8::1") + i, 128 };
		written.lease.addresses[i].valid_until = now + 1;
	}
	written.lease.prefixes[2].has_exclude = true;
	written.lease.prefixes[2].exclude = prefix6("2001:db8:14:34ff::/64");
	written.lease.renew_at = now + 5000;
	written.lease.rebind_at = DHCP6_NEVER;
	written.lease.settings.dns.count = DHCP6_MAX_SERVERS;
	written.lease.settings.dns.addr[7] = ip6("2001:db8::53");
	written.lease.settings.domains.count = DHCP6_MAX_NAMES;
	written.lease.settings.time_names.count = DHCP6_MAX_NAMES;
	for (int i = 0; i < DHCP6_MAX_NAMES; i++) {
		snprintf(written.lease.settings.domains.name[i], DHCP6_NAME_SIZE, "%063d.%063d.%063d.%d.example", 1, 2,
		    3, i);
		strcpy(written.lease.settings.time_names.name[i], "ntp");
	}
	written.lease.settings.softwire_len = DHCP6_MAX_SOFTWIRE;
	memset(written.lease.settings.softwire, 0x5e, DHCP6_MAX_SOFTWIRE);
	written.lease.key.known = true;
	memset(written.lease.key.key, 0x4b, sizeof(written.lease.key.key));
	written.lease.key.replay = UINT64_C(0x123456789abcdef0);
}

/* DHC-36, DHC-38: who we are is the same, and so is the rest. */
START_TEST(there_and_back)
{
	const uint64_t now = 1000000;
	size_t len;

	fill(now);
	len = dhcp6_store_write(&written, now, DAY, data);
	ck_assert_uint_gt(len, DHCP6_MAX_SOFTWIRE);
	ck_assert_msg(dhcp6_store_read(data, len, now, DAY, &heard, &err) == 0, "%s", err.text);
	ck_assert(dhcp6_duid_equal(&heard.duid, &written.duid));
	ck_assert_uint_eq(heard.pd_iaid, written.pd_iaid);
	ck_assert_uint_eq(heard.na_iaid, written.na_iaid);
	ck_assert(dhcp6_duid_equal(&heard.lease.server, &written.lease.server));
	ck_assert_uint_eq(heard.lease.prefix_count, DHCP6_MAX_PREFIXES);
	for (int i = 0; i < DHCP6_MAX_PREFIXES; i++) {
		ck_assert(heard.lease.prefixes[i].prefix.addr == written.lease.prefixes[i].prefix.addr);
		ck_assert_uint_eq(heard.lease.prefixes[i].prefix.len, 56);
		ck_assert_uint_eq(heard.lease.prefixes[i].preferred_until, written.lease.prefixes[i].preferred_until);
		ck_assert_uint_eq(heard.lease.prefixes[i].valid_until, written.lease.prefixes[i].valid_until);
		ck_assert(heard.lease.prefixes[i].has_exclude == (i == 2));
		ck_assert(heard.lease.addresses[i].prefix.addr == written.lease.addresses[i].prefix.addr);
		ck_assert_str_eq(heard.lease.settings.domains.name[i], written.lease.settings.domains.name[i]);
		ck_assert_str_eq(heard.lease.settings.time_names.name[i], "ntp");
	}
	ck_assert(heard.lease.prefixes[2].exclude.addr == written.lease.prefixes[2].exclude.addr);
	ck_assert_uint_eq(heard.lease.renew_at, written.lease.renew_at);
	ck_assert_uint_eq(heard.lease.rebind_at, DHCP6_NEVER);
	ck_assert(heard.lease.settings.dns.addr[7] == ip6("2001:db8::53"));
	ck_assert_uint_eq(heard.lease.settings.softwire_len, DHCP6_MAX_SOFTWIRE);
	ck_assert_mem_eq(heard.lease.settings.softwire, written.lease.settings.softwire, DHCP6_MAX_SOFTWIRE);
	ck_assert(heard.lease.key.known);
	ck_assert_uint_eq(heard.lease.key.replay, written.lease.key.replay);
	ck_assert_mem_eq(heard.lease.key.key, written.lease.key.key, sizeof(written.lease.key.key));
}
END_TEST

/* The clock of the new start is another one; the wall clock says that 3 s have passed, or has gone back. */
START_TEST(time_passes)
{
	size_t len;

	fill(1000000);
	len = dhcp6_store_write(&written, 1000000, DAY, data);
	ck_assert_int_eq(dhcp6_store_read(data, len, 50, DAY + 3000, &heard, &err), 0);
	ck_assert_uint_eq(heard.lease.renew_at, 2050);
	ck_assert_uint_eq(heard.lease.prefixes[5].preferred_until, 2050);
	ck_assert_uint_eq(heard.lease.prefixes[5].valid_until, 7050);
	ck_assert_uint_eq(heard.lease.prefixes[0].valid_until, 50);
	ck_assert_uint_eq(heard.lease.prefixes[1].valid_until, DHCP6_NEVER);
	ck_assert_int_eq(dhcp6_store_read(data, len, 50, DAY - 3000, &heard, &err), 0);
	ck_assert_uint_eq(heard.lease.renew_at, 5050);
}
END_TEST

/* SEC-16: cut off at every length, and changed in every byte. */
START_TEST(damaged)
{
	size_t len;

	memset(&written, 0, sizeof(written));
	written.lease.server = (struct dhcp6_duid){ 3, { 0, 3, 1 } };
	written.lease.prefix_count = 1;
	written.lease.prefixes[0].prefix = prefix6("2001:db8:12:3400::/56");
	len = dhcp6_store_write(&written, 0, 0, data);
	memset(&heard, 0x77, sizeof(heard));
	for (size_t i = 0; i < len; i++)
		ck_assert_int_eq(dhcp6_store_read(data, i, 0, 0, &heard, &err), -EINVAL);
	for (size_t i = 0; i < len * 8; i++) {
		memcpy(copy, data, len);
		copy[i / 8] ^= (uint8_t)(1 << i % 8);
		ck_assert_int_eq(dhcp6_store_read(copy, len, 0, 0, &heard, &err), -EINVAL);
		ck_assert_str_ne(err.text, "");
	}
	ck_assert_uint_eq(heard.pd_iaid, 0x77777777);
	ck_assert_int_eq(dhcp6_store_read(data, len, 0, 0, &heard, &err), 0);
}
END_TEST

/* Length and checksum as they should be. */
static size_t
mend(size_t len)
{
	char text[SHA256_TEXT_SIZE];
	struct sha256 sha;

	data[12] = (uint8_t)((len + CHECKSUM_SIZE) >> 8);
	data[13] = (uint8_t)(len + CHECKSUM_SIZE);
	sha256_init(&sha);
	sha256_add(&sha, data, len);
	memcpy(data + len, sha256_text(&sha, text), CHECKSUM_SIZE);
	return len + CHECKSUM_SIZE;
}

/* SEC-16: whoever can make a checksum cannot make us read behind the end, nor believe what cannot be. */
START_TEST(forged)
{
	size_t len;

	fill(0);
	written.lease.settings.softwire_len = 50;
	len = dhcp6_store_write(&written, 0, 0, copy) - CHECKSUM_SIZE;
	for (size_t i = 14; i <= len + 1; i++) {
		memcpy(data, copy, i);
		ck_assert_int_eq(dhcp6_store_read(data, mend(i), 0, 0, &heard, &err), i == len ? 0 : -EINVAL);
	}
	/* The length of the DUID, and each number behind it in turn, as large as can be. */
	for (size_t i = 22; i < len; i++) {
		memcpy(data, copy, len);
		data[i] = 0xff;
		if (dhcp6_store_read(data, mend(len), 0, 0, &heard, &err) < 0)
			continue;
		ck_assert_uint_le(heard.duid.len, DHCP6_MAX_DUID);
		ck_assert_uint_le(heard.lease.prefix_count, DHCP6_MAX_PREFIXES);
		ck_assert_uint_le(heard.lease.settings.dns.count, DHCP6_MAX_SERVERS);
		ck_assert_uint_le(heard.lease.settings.softwire_len, DHCP6_MAX_SOFTWIRE);
	}
}
END_TEST

START_TEST(impossible)
{
	for (int i = 0; i < 8; i++) {
		struct dhcp6_prefix *prefix = &written.lease.prefixes[2];
		size_t len;

		fill(0);
		if (i == 1)
			prefix->prefix.addr |= 1;
		if (i == 2)
			prefix->preferred_until = prefix->valid_until + 1;
		if (i == 3)
			prefix->exclude.addr = 0;
		if (i == 4)
			prefix->exclude.len = 56;
		if (i == 5)
			prefix->prefix = (struct prefix6){ 0, 0 };
		if (i == 6)
			written.lease.server.len = 0;
		if (i == 7)
			written.duid.len = 2;
		len = dhcp6_store_write(&written, 0, 0, data);
		ck_assert_int_eq(dhcp6_store_read(data, len, 0, 0, &heard, &err), i == 0 ? 0 : -EINVAL);
	}
	/* A moment behind the end of time. */
	fill(0);
	written.lease.renew_at = DHCP6_NEVER - 5;
	ck_assert_int_eq(dhcp6_store_read(data, dhcp6_store_write(&written, 0, 0, data), 10, 0, &heard, &err), -EINVAL);
}
END_TEST

START_TEST(another_version)
{
	size_t len;

	fill(0);
	len = dhcp6_store_write(&written, 0, 0, data);
	data[9] = 2;
	ck_assert_int_eq(dhcp6_store_read(data, len, 0, 0, &heard, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "version 2"));
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("dhcp6_store");
	TCase *tcase = tcase_create("dhcp6_store");

	tcase_add_test(tcase, there_and_back);
	tcase_add_test(tcase, time_passes);
	tcase_add_test(tcase, damaged);
	tcase_add_test(tcase, forged);
	tcase_add_test(tcase, impossible);
	tcase_add_test(tcase, another_version);
	suite_add_tcase(suite, tcase);
	return suite;
}
