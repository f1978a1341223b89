/* SPDX-License-Identifier: BSD-3-Clause */
/* Bound rules: pools of IPv4 addresses whose port sets are given out by bindings. */
#include <string.h>

#include "map/ruleset.h"
#include "maptext.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- one pool --------------------------------------------------------------------------------------------------- */

static struct map_rule
compile(const struct map_rule_spec *spec)
{
	struct error err = { .text = "" };
	struct map_rule rule;

	ck_assert_msg(map_rule_compile(spec, &rule, &err) == 0, "%s", err.text);
	return rule;
}

/* MAPE-15: by hand from RFC 7597 section 5.1: port = A (a bits), PSID (k bits), j. */
START_TEST(psid_of_a_port)
{
	static const struct {
		unsigned int offset, psid_len;
		uint16_t port;
		bool owned;
		uint16_t psid;
	} cases[] = {
		{ 6, 8, 1232, true, 0x34 }, /* 000001 00110100 00: appendix A, example 1 */
		{ 6, 8, 1235, true, 0x34 },
		{ 6, 8, 64720, true, 0x34 },
		{ 6, 8, 1236, true, 0x35 },
		{ 6, 8, 65535, true, 0xff },
		{ 6, 8, 1024, true, 0 },
		{ 6, 8, 1023, false, 0 }, /* A = 0 */
		{ 6, 8, 208, false, 0 },
		{ 4, 8, 4928, true, 0x34 },
		{ 4, 8, 4095, false, 0 },
		{ 0, 8, 0, true, 0 },
		{ 0, 8, 0x34ff, true, 0x34 },
		{ 0, 16, 1232, true, 1232 },
		{ 15, 1, 1, false, 0 },
		{ 15, 1, 2, true, 0 },
		{ 15, 1, 3, true, 1 },
		{ 6, 0, 0, true, 0 }, /* a whole address has no excluded ports */
		{ 6, 0, 65535, true, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct map_rule_spec spec = pool_spec("203.0.113.0/24", cases[i].offset, cases[i].psid_len);
		const struct map_rule rule = compile(&spec);

		ck_assert_msg(map_rule_owns(&rule, cases[i].port) == cases[i].owned, "case %zu", i);
		ck_assert_msg(!cases[i].owned || map_rule_psid(&rule, cases[i].port) == cases[i].psid, "case %zu", i);
	}
}
END_TEST

/* MAPE-16, MAPE-22: every legal offset and length; every port has the one port set that portset.h says, or none. */
START_TEST(every_offset_and_length)
{
	for (unsigned int a = 0; a <= 15; a++) {
		for (unsigned int k = 0; a + k <= 16; k++) {
			const struct map_rule_spec spec = pool_spec("203.0.113.0/24", a, k);
			const struct map_rule rule = compile(&spec);

			for (uint32_t port = 0; port <= UINT16_MAX; port++) {
				const uint16_t psid = map_rule_psid(&rule, (uint16_t)port);
				const struct portset set = { psid, (uint8_t)k, (uint8_t)a };

				if (map_rule_owns(&rule, (uint16_t)port) != portset_contains(&set, (uint16_t)port))
					ck_abort_msg("a = %u, k = %u, port %u", a, k, port);
				if (psid >> k != 0)
					ck_abort_msg("a = %u, k = %u, port %u: PSID 0x%x", a, k, port, psid);
			}
		}
	}
}
END_TEST

START_TEST(kind_and_length)
{
	struct map_rule_spec spec = pool_spec("203.0.113.0/24", 6, 8);
	struct map_rule rule = compile(&spec);

	ck_assert(rule.bound);
	ck_assert_int_eq(rule.kind, MAP_SHARED);
	ck_assert_int_eq(map_rule_kind(&spec), MAP_SHARED);
	ck_assert_uint_eq(map_rule_psid_len(&spec), 8);
	spec.psid_len = 0;
	rule = compile(&spec);
	ck_assert(rule.bound);
	ck_assert_int_eq(rule.kind, MAP_FULL);
	ck_assert_int_eq(map_rule_kind(&spec), MAP_FULL);
	ck_assert_uint_eq(map_rule_psid_len(&spec), 0);
	spec = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);
	ck_assert(!compile(&spec).bound);
}
END_TEST

START_TEST(refuses_bad_pools)
{
	const struct {
		struct map_rule_spec spec;
		const char *text;
	} cases[] = {
		{ pool_spec("203.0.113.1/24", 6, 8), "pool 203.0.113.1/24 has host bits set" },
		{ pool_spec("203.0.113.0/24", 16, 0), "PSID offset 16 is more than 15" },
		{ pool_spec("203.0.113.0/24", 0, 17), "PSID length 17 is more than 16" },
		{ pool_spec("203.0.113.0/24", 9, 8), "PSID offset 9 and PSID length 8 are more than the 16 bits" },
		{ { .bound = true, .ipv6 = prefix6("2001:db8::/40"), .ipv4 = prefix4("203.0.113.0/24") },
		    "a pool has neither" },
		{ { .bound = true, .ea_len = 8, .ipv4 = prefix4("203.0.113.0/24") }, "a pool has neither" },
		{ { .bound = true, .has_psid = true, .ipv4 = prefix4("203.0.113.1/32") }, "a pool has neither" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct map_rule rule;
		struct error err;

		ck_assert_msg(map_rule_compile(&cases[i].spec, &rule, &err) == -EINVAL, "not '%s'", cases[i].text);
		ck_assert_msg(strstr(err.text, cases[i].text) != NULL, "'%s', not '%s'", err.text, cases[i].text);
	}
}
END_TEST

/* No End-user prefix leads to a pool, though its Rule IPv6 prefix of no bits would match each. */
START_TEST(is_no_basic_mapping_rule)
{
	const struct map_rule_spec specs[] = { pool_spec("203.0.113.0/24", 6, 8),
		rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6) };
	const struct prefix6 under_the_rule = prefix6("2001:db8:12:3400::/56"), elsewhere = prefix6("2001:db9::/56");
	struct error err;
	struct map_ce ce;

	ck_assert_ptr_eq(map_find_bmr(specs, 2, &under_the_rule), &specs[1]);
	ck_assert_ptr_null(map_find_bmr(specs, 2, &elsewhere));
	ck_assert_int_eq(map_ce_derive(&specs[0], &under_the_rule, &ce, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "a pool has no End-user prefixes") != NULL, "%s", err.text);
}
END_TEST

/* ---- pools in a set --------------------------------------------------------------------------------------------- */

static uint32_t
find4(const struct ruleset *set, const char *addr, uint16_t port)
{
	const struct map_rule *rule = ruleset_find4(set, ip4(addr), port);

	return rule == NULL || !map_rule_owns(rule, port) ? MAP_NO_RULE : (uint32_t)(rule - set->rules);
}

/* Found from the IPv4 side like any other rule, whatever the port's PSID; never from the IPv6 side. */
START_TEST(among_other_rules)
{
	const struct map_rule_spec specs[] = {
		rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6),
		fixed_spec("2001:db8:100::/48", "203.0.113.9/32", 6, 0x34, 8), /* inside the first pool */
		rule_spec("2001:db8:200::/40", "203.0.113.64/26", 14, 6),      /* inside it, too */
		pool_spec("203.0.113.0/24", 6, 8),
		pool_spec("203.0.113.96/28", 6, 8), /* inside the rule inside it */
		pool_spec("192.0.2.128/25", 6, 8),  /* inside the first rule */
		pool_spec("198.51.100.0/24", 6, 0),
	};
	struct error err = { .text = "" };
	uint32_t bad;
	struct ruleset *set = ruleset_build(specs, COUNT(specs), &bad, &err);

	ck_assert_msg(set != NULL, "rule %u: %s", bad, err.text);
	ck_assert_uint_eq(set->count, COUNT(specs));
	ck_assert_uint_eq(set->count6, 3);
	for (uint32_t port = 1024; port <= UINT16_MAX; port++)
		ck_assert_uint_eq(find4(set, "203.0.113.1", (uint16_t)port), 3);
	ck_assert_uint_eq(find4(set, "203.0.113.1", 1023), MAP_NO_RULE);
	ck_assert_uint_eq(find4(set, "203.0.113.9", 1232), 1);
	ck_assert_uint_eq(find4(set, "203.0.113.9", 1236), 3);
	ck_assert_uint_eq(find4(set, "203.0.113.9", 80), MAP_NO_RULE);
	ck_assert_uint_eq(find4(set, "203.0.113.70", 1232), 2);
	ck_assert_uint_eq(find4(set, "203.0.113.100", 1232), 4);
	ck_assert_uint_eq(find4(set, "192.0.2.127", 1232), 0);
	ck_assert_uint_eq(find4(set, "192.0.2.128", 1232), 5);
	ck_assert_uint_eq(find4(set, "198.51.100.255", 80), 6);

	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8:12:3400::")), 0);
	ck_assert_uint_eq(ruleset_find6(set, ip6("::")), MAP_NO_RULE);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db9::")), MAP_NO_RULE);
	ck_assert_uint_eq(ruleset_find6(set, ip6("ffff::")), MAP_NO_RULE);
	for (uint32_t i = 0; i < COUNT(specs); i++) {
		ck_assert(set->rules[i].bound == specs[i].bound);
		ck_assert(!specs[i].bound || set->rules[i].next == MAP_NO_RULE);
	}
	ruleset_free(set);
}
END_TEST

START_TEST(only_pools)
{
	const struct map_rule_spec specs[] = { pool_spec("203.0.113.0/24", 6, 8), pool_spec("0.0.0.0/0", 6, 8) };
	struct error err = { .text = "" };
	uint32_t bad;
	struct ruleset *set = ruleset_build(specs, COUNT(specs), &bad, &err);

	ck_assert_msg(set != NULL, "%s", err.text);
	ck_assert_uint_eq(set->count6, 0);
	ck_assert_uint_eq(find4(set, "203.0.113.1", 1232), 0);
	ck_assert_uint_eq(find4(set, "8.8.8.8", 1232), 1);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8::")), MAP_NO_RULE);
	ruleset_free(set);
}
END_TEST

/* MAPE-21: who shares an address has the same offset and PSID length, and no port set has two owners. */
START_TEST(contradictions)
{
	const struct {
		struct map_rule_spec specs[2];
		uint32_t bad;
		const char *text;
	} cases[] = {
		{ { pool_spec("203.0.113.0/24", 6, 8), pool_spec("203.0.113.0/24", 6, 8) }, 1,
		    "pool 203.0.113.0/24 and pool 203.0.113.0/24 have the same Rule IPv4 prefix 203.0.113.0/24" },
		{ { rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6), pool_spec("192.0.2.0/24", 6, 8) }, 1,
		    "rule 2001:db8::/40 and pool 192.0.2.0/24 have the same Rule IPv4 prefix 192.0.2.0/24" },
		{ { rule_spec("2001:db8::/40", "192.0.2.0/24", 8, 6), pool_spec("192.0.2.0/24", 6, 0) }, 1,
		    "have the same Rule IPv4 prefix" },
		{ { fixed_spec("2001:db8:1::/48", "192.0.2.1/32", 6, 0x34, 8), pool_spec("192.0.2.1/32", 6, 8) }, 0,
		    "pool 192.0.2.1/32 and rule 2001:db8:1::/48 have the same Rule IPv4 prefix 192.0.2.1/32" },
		{ { rule_spec("2001:db8::/40", "192.0.2.0/25", 15, 6), pool_spec("192.0.2.0/24", 4, 8) }, 0,
		    "pool 192.0.2.0/24 and rule 2001:db8::/40 share IPv4 addresses of 192.0.2.0/25, but offset/PSID "
		    "length are 4/8 and 6/8" },
		{ { rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6), pool_spec("192.0.2.0/25", 6, 7) }, 1,
		    "rule 2001:db8::/40 and pool 192.0.2.0/25 share IPv4 addresses of 192.0.2.0/25, but offset/PSID "
		    "length are 6/8 and 6/7" },
		{ { pool_spec("192.0.2.0/25", 6, 8), pool_spec("192.0.2.0/24", 6, 7) }, 0, "6/7 and 6/8" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error err;
		uint32_t bad = UINT32_MAX;

		ck_assert_msg(ruleset_build(cases[i].specs, 2, &bad, &err) == NULL, "case %zu", i);
		ck_assert_msg(strstr(err.text, cases[i].text) != NULL, "'%s', not '%s'", err.text, cases[i].text);
		ck_assert_msg(bad == cases[i].bad, "rule %u, not %u: %s", bad, cases[i].bad, err.text);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("bound");
	TCase *one = tcase_create("one pool"), *sets = tcase_create("sets");

	tcase_add_test(one, psid_of_a_port);
	tcase_add_test(one, every_offset_and_length);
	tcase_add_test(one, kind_and_length);
	tcase_add_test(one, refuses_bad_pools);
	tcase_add_test(one, is_no_basic_mapping_rule);
	suite_add_tcase(suite, one);

	tcase_add_test(sets, among_other_rules);
	tcase_add_test(sets, only_pools);
	tcase_add_test(sets, contradictions);
	suite_add_tcase(suite, sets);
	return suite;
}
