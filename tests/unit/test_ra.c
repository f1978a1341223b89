/* SPDX-License-Identifier: BSD-3-Clause */
/* Router advertisements: the bytes are Scapy's. */
#include "provision/ra_state.h"

#include <errno.h>

#include "hexbytes.h"
#include "maptext.h"

#define HOUR UINT64_C(3600000)

/* O; MTU 1500; 2001:db8:12:3400::/64 L A 30 days, 7 days; 2001:db8:99::/48 L for ever; two name servers for 1200 s. */
#define HEADER "8600075840480708 00000000 00000000"
#define LINK_AND_MTU "0101020000000611 05010000000005dc"
#define SHARED "030440c0 00278d00 00093a80 00000000 20010db8001234000000000000000000"
#define OTHER "03043080 ffffffff ffffffff 00000000 20010db8009900000000000000000000"
#define SERVERS "19050000 000004b0 20010db8000f0000000000000000000a fe800000000000000000000000000001"

static uint8_t message[1024];

static struct ra
heard(const char *text)
{
	const size_t len = hex_bytes(text, message, sizeof(message));
	struct ra ra;

	ck_assert_int_eq(ra_read(message, len, &ra), 0);
	return ra;
}

START_TEST(read_whole)
{
	const struct ra ra = heard(HEADER LINK_AND_MTU SHARED OTHER SERVERS);

	ck_assert_uint_eq(ra.hop_limit, 64);
	ck_assert(!ra.managed && ra.other);
	ck_assert_uint_eq(ra.router_lifetime, 1800);
	ck_assert_uint_eq(ra.prefix_count, 2);
	ck_assert(ra.prefixes[0].prefix.addr == ip6("2001:db8:12:3400::"));
	ck_assert_uint_eq(ra.prefixes[0].prefix.len, 64);
	ck_assert(ra.prefixes[0].on_link && ra.prefixes[0].autonomous);
	ck_assert_uint_eq(ra.prefixes[0].valid, 2592000);
	ck_assert_uint_eq(ra.prefixes[0].preferred, 604800);
	ck_assert(ra.prefixes[1].on_link && !ra.prefixes[1].autonomous);
	ck_assert_uint_eq(ra.prefixes[1].valid, UINT32_MAX);
	ck_assert_uint_eq(ra.dns.count, 2);
	ck_assert(ra.dns.addr[0] == ip6("2001:db8:f::a") && ra.dns.addr[1] == ip6("fe80::1"));
	ck_assert_uint_eq(ra.dns_lifetime, 1200);
}
END_TEST

/* ND-01: cut off anywhere but between options, an option of length 0, another message: it says nothing at all. */
START_TEST(malformed)
{
	const size_t len = hex_bytes(HEADER LINK_AND_MTU SHARED SERVERS, message, sizeof(message));
	struct ra ra;

	for (size_t cut = 0; cut < len; cut++)
		ck_assert_int_eq(ra_read(message, cut, &ra),
		    cut == 16 || cut == 24 || cut == 32 || cut == 64 ? 0 : -EINVAL);
	message[17] = 0;
	ck_assert_int_eq(ra_read(message, len, &ra), -EINVAL);
	message[17] = 1;
	message[1] = 1;
	ck_assert_int_eq(ra_read(message, len, &ra), -EINVAL);
	message[1] = 0;
	message[0] = 135;
	ck_assert_int_eq(ra_read(message, len, &ra), -EINVAL);
}
END_TEST

/* RFC 4862 section 5.5.3 c), b); RFC 8106 section 5.1: what an option must not say it has not said. */
START_TEST(impossible_options)
{
	ck_assert_uint_eq(heard(HEADER "030440c0 00000064 00000065 00000000 20010db8001234000000000000000000")
			      .prefix_count,
	    0);
	ck_assert_uint_eq(heard(HEADER "030440c0 00278d00 00093a80 00000000 fe800000000000000000000000000000")
			      .prefix_count,
	    0);
	ck_assert_uint_eq(heard(HEADER "030481c0 00278d00 00093a80 00000000 20010db8001234000000000000000000")
			      .prefix_count,
	    0);
	ck_assert_uint_eq(heard(HEADER "19010000 000004b0").dns.count, 0);
	ck_assert_uint_eq(heard(HEADER "19030000 00000000 20010db8000f0000000000000000000a").dns.count, 0);
	ck_assert_uint_eq(heard(HEADER "19020000 000004b0 20010db8000f0000").dns.count, 0);
}
END_TEST

/* CER-16 CER-25: a prefix that is over, with its flags as they were, and a route; the checksum is the kernel's. */
START_TEST(written)
{
	const struct ra ra = { .hop_limit = 64,
		.other = true,
		.router_lifetime = 2700,
		.prefix_count = 1,
		.prefixes = { { .prefix = prefix6("2001:db8:12:3401::/64"), .on_link = true, .autonomous = true } },
		.route_count = 2,
		.routes = { { prefix6("2001:db8:13:3500::/56"), 3600 }, { prefix6("fd6d:6170:6564::/48"), 5400 } } };
	uint8_t want[RA_MAX_LEN], data[RA_MAX_LEN];
	const size_t len = hex_bytes("86000000 40400a8c 00000000 00000000"
				     "030440c0 00000000 00000000 00000000 20010db8001234010000000000000000"
				     "18033800 00000e10 20010db8001335000000000000000000"
				     "18033000 00001518 fd6d6170656400000000000000000000",
	    want, sizeof(want));

	ck_assert_uint_eq(ra_write(&ra, data), len);
	ck_assert_mem_eq(data, want, len);
}
END_TEST

/* ---- what holds ------------------------------------------------------------------------------------------------- */

/* Only global /64s for hosts; the second time nothing is new; servers end by themselves. */
START_TEST(what_holds)
{
	struct ra ra = heard(HEADER LINK_AND_MTU SHARED OTHER SERVERS);
	struct ra_state state = { 0 };

	ck_assert(ra_state_next(&state) == DHCP6_NEVER);
	ck_assert(ra_state_take(&state, &ra, 1000));
	ck_assert_uint_eq(state.prefix_count, 1);
	ck_assert(state.prefixes[0].valid_until == 1000 + UINT64_C(2592000000));
	ck_assert(state.prefixes[0].preferred_until == 1000 + 604800000);
	ck_assert(!ra_state_take(&state, &ra, 2000));
	ck_assert(state.prefixes[0].valid_until == 2000 + UINT64_C(2592000000));
	ck_assert(ra_state_next(&state) == 1202000);
	ck_assert(!ra_state_expire(&state, 1201999));
	ck_assert(ra_state_expire(&state, 1202000));
	ck_assert_uint_eq(state.dns.count, 0);
	ck_assert(ra_state_next(&state) == 2000 + UINT64_C(2592000000));
	ra.managed = true;
	ck_assert(ra_state_take(&state, &ra, 3000));
	ra = heard(HEADER "030440c0 00278d00 00093a80 00000000 fd000000001234000000000000000000");
	ra_state_take(&state, &ra, 3000);
	ck_assert_uint_eq(state.prefix_count, 1);
}
END_TEST

/* ND-16: RFC 4862 section 5.5.3 e): valid for two hours at least, or what is left; preferred as it is said. */
START_TEST(two_hours)
{
	struct ra ra = heard(HEADER SHARED);
	struct ra_state state = { 0 };

	ra_state_take(&state, &ra, 0);
	ra.prefixes[0].valid = ra.prefixes[0].preferred = 10;
	ck_assert(!ra_state_take(&state, &ra, HOUR));
	ck_assert(state.prefixes[0].valid_until == 3 * HOUR);
	ck_assert(state.prefixes[0].preferred_until == HOUR + 10000);
	ra.prefixes[0].valid = ra.prefixes[0].preferred = 0;
	ra_state_take(&state, &ra, 2 * HOUR);
	ck_assert(state.prefixes[0].valid_until == 3 * HOUR);
	ra.prefixes[0].valid = 7201;
	ra_state_take(&state, &ra, 2 * HOUR);
	ck_assert(state.prefixes[0].valid_until == 4 * HOUR + 1000);
	ck_assert(!ra_state_expire(&state, 4 * HOUR));
	ck_assert(ra_state_expire(&state, 4 * HOUR + 1000));
	ra.prefixes[0].valid = 0;
	ck_assert(!ra_state_take(&state, &ra, 5 * HOUR)); /* never had */
	ck_assert_uint_eq(state.prefix_count, 0);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("ra");
	TCase *tcase = tcase_create("ra");

	tcase_add_test(tcase, read_whole);
	tcase_add_test(tcase, malformed);
	tcase_add_test(tcase, impossible_options);
	tcase_add_test(tcase, written);
	tcase_add_test(tcase, what_holds);
	tcase_add_test(tcase, two_hours);
	suite_add_tcase(suite, tcase);
	return suite;
}
