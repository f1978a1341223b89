/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Port sets against the formula of RFC 7597 appendix B, P = (R * M) * j + M * PSID + i, for every legal pair of offset
 * a and PSID length k. The formula here is plain arithmetic; the code under test uses shifts and masks.
 */
#include <stdlib.h>

#include "map/rule.h"
#include "unit.h"

#define NOBODY UINT32_MAX
#define FULL_CHECK_MAX_K 6 /* up to here every PSID is asked about every port */

struct pair {
	unsigned int a, k;
};

static struct pair pairs[16 * 17];
static int pair_count;

/* owner[port]: the PSID that the formula gives the port to. */
static uint32_t owner[PORTSET_PORTS];

static void
fill_owner(unsigned int a, unsigned int k)
{
	const uint32_t r = 1u << k, m = PORTSET_PORTS / (1u << a) / r;

	for (uint32_t port = 0; port < PORTSET_PORTS; port++)
		owner[port] = NOBODY;
	for (uint32_t j = a == 0 || k == 0 ? 0 : 1; j < 1u << a; j++) {
		for (uint32_t psid = 0; psid < r; psid++) {
			for (uint32_t i = 0; i < m; i++)
				owner[r * m * j + m * psid + i] = psid;
		}
	}
}

/* MAPE-18, 19, 20, 22: the sets are disjoint, equal in size and cover exactly the ports that have an owner. */
START_TEST(sets_partition_the_ports)
{
	const unsigned int a = pairs[_i].a, k = pairs[_i].k, m = 16 - a - k;
	const uint32_t size = k == 0 ? 65536 : a == 0 ? 1u << m : (1u << (16 - k)) - (1u << m);
	uint32_t bad = 0, seen = 0;

	fill_owner(a, k);
	for (uint32_t psid = 0; psid < 1u << k; psid++) {
		const struct portset set = { .psid = (uint16_t)psid, .psid_len = (uint8_t)k, .offset = (uint8_t)a };
		int32_t before = -1;

		bad += portset_count(&set) != size;
		bad += portset_range_count(&set) * portset_range_size(&set) != size;
		for (uint32_t i = 0; i < size; i++) {
			const uint16_t port = portset_port(&set, i);

			bad += port <= before; /* ascending, hence no port twice */
			bad += owner[port] != psid;
			before = port;
			seen++;
		}
	}
	ck_assert_msg(bad == 0, "a=%u k=%u: %u mistakes", a, k, bad);
	for (uint32_t port = 0; port < PORTSET_PORTS; port++)
		bad += owner[port] == NOBODY;
	ck_assert_uint_eq(seen + bad, PORTSET_PORTS);
	ck_assert_uint_eq(bad, k == 0 || a == 0 ? 0 : 1u << (16 - a));
}
END_TEST

/* MAPE-20: the ranges are the runs of neighbouring ports, first to last. */
START_TEST(ranges_are_the_ports)
{
	const unsigned int a = pairs[_i].a, k = pairs[_i].k;
	const uint32_t step = k > 8 ? 251 : 1; /* many PSIDs: some of them */

	for (uint32_t psid = 0; psid < 1u << k; psid += step) {
		const struct portset set = { .psid = (uint16_t)psid, .psid_len = (uint8_t)k, .offset = (uint8_t)a };
		uint32_t index = 0, bad = 0;

		for (uint32_t i = 0; i < portset_range_count(&set); i++) {
			const struct port_range range = portset_range(&set, i);

			for (uint32_t port = range.first; port <= range.last; port++)
				bad += portset_port(&set, index++) != port;
		}
		ck_assert_msg(bad == 0 && index == portset_count(&set), "a=%u k=%u psid=%u", a, k, psid);
	}
}
END_TEST

static uint32_t
wrong_contains(const struct portset *set)
{
	uint32_t wrong = 0;

	for (uint32_t port = 0; port < PORTSET_PORTS; port++)
		wrong += portset_contains(set, (uint16_t)port) != (owner[port] == set->psid);
	return wrong;
}

/* MAPE-18, MAPE-22: every port is in its owner's set; with k > 6, of the other sets some are asked. */
START_TEST(contains_agrees)
{
	const unsigned int a = pairs[_i].a, k = pairs[_i].k;
	const uint32_t step = k > FULL_CHECK_MAX_K ? (1u << (k - FULL_CHECK_MAX_K)) - 1 : 1;
	struct portset set = { .psid_len = (uint8_t)k, .offset = (uint8_t)a };
	uint32_t bad = 0;

	fill_owner(a, k);
	for (uint32_t port = 0; port < PORTSET_PORTS; port++) {
		set.psid = (uint16_t)(port / (PORTSET_PORTS >> a >> k) % (1u << k)); /* what its bits say */
		bad += portset_contains(&set, (uint16_t)port) != (owner[port] != NOBODY);
	}
	for (uint32_t psid = 0; psid < 1u << k; psid += step) {
		set.psid = (uint16_t)psid;
		bad += wrong_contains(&set);
	}
	ck_assert_msg(bad == 0, "a=%u k=%u: %u mistakes", a, k, bad);
}
END_TEST

/* A rule with the pair: EA bits carry the PSID of one address. */
static struct map_rule_spec
one_address(unsigned int a, unsigned int k)
{
	return (struct map_rule_spec){ .ipv6 = { u128_make(0x20010db800000000, 0), 32 },
		.ipv4 = { 0xc0000212, 32 },
		.ea_len = (uint8_t)k,
		.psid_offset = (uint8_t)a };
}

/* MAPE-18, MAPE-22: from a port, a rule finds the owner and nobody else, also when the PSID is provisioned (o = 0). */
START_TEST(rules_agree)
{
	const unsigned int a = pairs[_i].a, k = pairs[_i].k;
	struct map_rule_spec spec = one_address(a, k);
	struct map_rule rule, fixed;
	struct error err;
	uint32_t bad = 0;

	fill_owner(a, k);
	ck_assert_int_eq(map_rule_compile(&spec, &rule, &err), 0);
	for (uint32_t port = 0; port < PORTSET_PORTS; port++) {
		bad += map_rule_owns(&rule, (uint16_t)port) != (owner[port] != NOBODY);
		if (owner[port] != NOBODY)
			bad += map_rule_psid(&rule, (uint16_t)port) != owner[port];
	}
	ck_assert_msg(bad == 0, "a=%u k=%u: %u mistakes", a, k, bad);

	spec.has_psid = true;
	spec.psid_len = (uint8_t)k;
	spec.psid = (uint16_t)((1u << k) - 1 - (k > 3 ? 5 : 0));
	spec.ea_len = 0;
	ck_assert_int_eq(map_rule_compile(&spec, &fixed, &err), 0);
	for (uint32_t port = 0; port < PORTSET_PORTS; port++)
		bad += map_rule_owns(&fixed, (uint16_t)port) != (owner[port] == spec.psid);
	ck_assert_msg(bad == 0, "a=%u k=%u psid=%u: %u mistakes", a, k, spec.psid, bad);
}
END_TEST

/* MAPE-22: port -> MAP address -> CE -> port set gives the port back, for every 61st port of every pair. */
START_TEST(rules_reverse)
{
	const unsigned int a = pairs[_i].a, k = pairs[_i].k;
	const struct map_rule_spec spec = one_address(a, k);
	struct map_rule rule;
	struct error err;
	uint32_t bad = 0;

	ck_assert_int_eq(map_rule_compile(&spec, &rule, &err), 0);
	for (uint32_t port = 0; port < PORTSET_PORTS; port += 61) {
		struct map_ce ce;
		struct prefix6 eup;

		if (!map_rule_owns(&rule, (uint16_t)port))
			continue;
		eup.addr = map_rule_address(&rule, spec.ipv4.addr, (uint16_t)port);
		eup.len = (uint8_t)(32 + k);
		eup.addr &= mask6(eup.len);
		bad += map_ce_derive(&spec, &eup, &ce, &err) < 0 || !portset_contains(&ce.ports, (uint16_t)port) ||
		    ce.address != map_rule_address(&rule, spec.ipv4.addr, (uint16_t)port);
	}
	ck_assert_msg(bad == 0, "a=%u k=%u: %u mistakes", a, k, bad);
}
END_TEST

/* MAPE-18, trap: the PSID bits of port 208 are 0x34, but A = 0. The excluded ports end at 2^(16-a), not at 2^a. */
START_TEST(excluded_ports)
{
	const struct portset set = { .psid = 0x34, .psid_len = 8, .offset = 6 };
	const struct portset four = { .psid = 0, .psid_len = 8, .offset = 4 };

	ck_assert(!portset_contains(&set, 208));
	ck_assert_uint_eq(portset_first_port(&set), 1024);
	ck_assert(portset_contains(&set, 1232));
	ck_assert(!portset_contains(&four, 4095));
	ck_assert(portset_contains(&four, 4096));
}
END_TEST

/* MAPE-19, trap: a = 0 has one range and no port is excluded; m = 0 has ranges of one port; k = 0 has every port. */
START_TEST(corner_cases)
{
	const struct portset contiguous = { .psid = 1, .psid_len = 6, .offset = 0 };
	const struct portset single = { .psid = 0x4d0, .psid_len = 16, .offset = 0 };
	const struct portset sparse = { .psid = 1, .psid_len = 10, .offset = 6 };
	const struct portset whole = { .psid = 0, .psid_len = 0, .offset = 6 };

	ck_assert_uint_eq(portset_count(&contiguous), 1024);
	ck_assert_uint_eq(portset_range(&contiguous, 0).first, 1024);
	ck_assert_uint_eq(portset_range(&contiguous, 0).last, 2047);
	ck_assert_uint_eq(portset_count(&single), 1);
	ck_assert_uint_eq(portset_port(&single, 0), 1232);
	ck_assert_uint_eq(portset_count(&sparse), 63);
	ck_assert_uint_eq(portset_port(&sparse, 0), 1025);
	ck_assert_uint_eq(portset_port(&sparse, 62), 64513);
	ck_assert_uint_eq(portset_count(&whole), 65536);
	ck_assert_uint_eq(portset_range_count(&whole), 1);
	ck_assert(portset_contains(&whole, 0) && portset_contains(&whole, 65535));
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("portset");
	TCase *every = tcase_create("every legal (a, k)"), *examples = tcase_create("examples");

	for (unsigned int a = 0; a <= 15; a++) {
		for (unsigned int k = 0; a + k <= 16; k++)
			pairs[pair_count++] = (struct pair){ a, k };
	}
	tcase_set_timeout(every, 60);
	tcase_add_loop_test(every, sets_partition_the_ports, 0, pair_count);
	tcase_add_loop_test(every, ranges_are_the_ports, 0, pair_count);
	tcase_add_loop_test(every, contains_agrees, 0, pair_count);
	tcase_add_loop_test(every, rules_agree, 0, pair_count);
	tcase_add_loop_test(every, rules_reverse, 0, pair_count);
	suite_add_tcase(suite, every);

	tcase_add_test(examples, excluded_ports);
	tcase_add_test(examples, corner_cases);
	suite_add_tcase(suite, examples);
	return suite;
}
