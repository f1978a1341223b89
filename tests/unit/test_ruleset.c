/* SPDX-License-Identifier: BSD-3-Clause */
/* Rule sets: longest match from both sides, contradictions refused. test_ruleset_random.c has the large ones. */
#include <string.h>

#include "map/ruleset.h"
#include "maptext.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct ruleset *
build(const struct map_rule_spec *specs, uint32_t count)
{
	struct error err = { .text = "" };
	uint32_t bad;
	struct ruleset *set = ruleset_build(specs, count, &bad, &err);

	ck_assert_msg(set != NULL, "rule %u: %s", bad, err.text);
	return set;
}

/* ---- longest match ---------------------------------------------------------------------------------------------- */

/* Index of the rule that serves the address and port, MAP_NO_RULE when none does. */
static uint32_t
find4(const struct ruleset *set, const char *addr, uint16_t port)
{
	const struct map_rule *rule = ruleset_find4(set, ip4(addr), port);

	return rule == NULL || !map_rule_owns(rule, port) ? MAP_NO_RULE : (uint32_t)(rule - set->rules);
}

/* MAPE-01; MAPE-35's trap: 2001:db8:12:3400:: is judged by the /48, not by the /40 around it. */
START_TEST(longest_match_ipv6)
{
	const struct map_rule_spec specs[] = {
		rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6),
		rule_spec("2001:db8:12::/48", "198.51.100.1/32", 8, 6),
		rule_spec("2001:db8:12:3400::/56", "198.51.100.2/32", 0, 6),
		rule_spec("2001:db8:20::/48", "198.51.100.3/32", 8, 6),
	};
	struct ruleset *set = build(specs, COUNT(specs));

	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8:11:3400::")), 0);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8:12:3300::")), 1);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8:12:3400:0:c000:212:34")), 2);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8:12:3500::")), 1);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8:13::")), 0);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8:20::1")), 3);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8:21::")), 0);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8:100::")), MAP_NO_RULE);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db7:ffff:ffff::")), MAP_NO_RULE);
	ck_assert(set->rules[0].shadowed && set->rules[1].shadowed);
	ck_assert(!set->rules[2].shadowed && !set->rules[3].shadowed);
	ruleset_free(set);
}
END_TEST

/* MAPE-07 */
START_TEST(longest_match_ipv4)
{
	const struct map_rule_spec specs[] = {
		rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6),
		rule_spec("2001:db8:100::/44", "192.0.2.16/28", 12, 6),
		rule_spec("2001:db8:200::/48", "192.0.2.20/32", 8, 6),
		rule_spec("2001:db8:300::/40", "192.0.0.0/16", 8, 6),
	};
	struct ruleset *set = build(specs, COUNT(specs));

	ck_assert_uint_eq(find4(set, "192.0.2.18", 1232), 1);
	ck_assert_uint_eq(find4(set, "192.0.2.77", 1232), 0);
	ck_assert_uint_eq(find4(set, "192.0.2.15", 1232), 0);
	ck_assert_uint_eq(find4(set, "192.0.2.16", 1232), 1);
	ck_assert_uint_eq(find4(set, "192.0.2.20", 1232), 2);
	ck_assert_uint_eq(find4(set, "192.0.2.31", 1232), 1);
	ck_assert_uint_eq(find4(set, "192.0.2.32", 1232), 0);
	ck_assert_uint_eq(find4(set, "192.0.3.0", 1232), 3);
	ck_assert_uint_eq(find4(set, "192.0.1.255", 80), 3);
	ck_assert_uint_eq(find4(set, "192.0.2.18", 208), MAP_NO_RULE); /* MAPE-18 */
	ck_assert_uint_eq(find4(set, "192.1.0.0", 1232), MAP_NO_RULE);
	ck_assert_uint_eq(find4(set, "191.255.255.255", 1232), MAP_NO_RULE);
	ruleset_free(set);
}
END_TEST

/* MAPE-14: the default route as a rule, under longer ones. */
START_TEST(rule_of_all_ipv4)
{
	const struct map_rule_spec specs[] = {
		rule_spec("2001:db8::/32", "0.0.0.0/0", 32, 6),
		rule_spec("2001:db9::/40", "192.0.2.0/24", 16, 6),
	};
	struct ruleset *set = build(specs, COUNT(specs));

	ck_assert_uint_eq(find4(set, "0.0.0.0", 0), 0);
	ck_assert_uint_eq(find4(set, "255.255.255.255", 65535), 0);
	ck_assert_uint_eq(find4(set, "192.0.1.255", 1), 0);
	ck_assert_uint_eq(find4(set, "192.0.2.255", 1232), 1);
	ruleset_free(set);
}
END_TEST

/* MAPE-15: one-to-one rules that share an address are told apart by the port's PSID, in whatever order they come. */
START_TEST(one_to_one_rules_by_port)
{
	const struct map_rule_spec specs[] = {
		fixed_spec("2001:db8:3::/48", "192.0.2.18/32", 6, 0x36, 8),
		fixed_spec("2001:db8:1::/48", "192.0.2.18/32", 6, 0x34, 8),
		fixed_spec("2001:db8:4::/48", "192.0.2.19/32", 4, 0x34, 8),
		fixed_spec("2001:db8:2::/48", "192.0.2.18/32", 6, 0x35, 8),
	};
	struct ruleset *set = build(specs, COUNT(specs));

	ck_assert_uint_eq(find4(set, "192.0.2.18", 1232), 1);
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1236), 3);
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1240), 0);
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1244), MAP_NO_RULE); /* PSID 0x37: nobody's */
	ck_assert_uint_eq(find4(set, "192.0.2.18", 208), MAP_NO_RULE);  /* A = 0 */
	ck_assert_uint_eq(find4(set, "192.0.2.19", 4928), 2);
	ck_assert_uint_eq(find4(set, "192.0.2.19", 1232), MAP_NO_RULE);
	ruleset_free(set);
}
END_TEST

/* MAPE-15: the same with EA bits: the PSID tells two rules of one IPv4 prefix apart, the EA bits carry the address. */
START_TEST(given_psids_on_one_prefix)
{
	struct map_rule_spec specs[] = {
		rule_spec("2001:db8::/40", "192.0.2.0/24", 8, 6),
		rule_spec("2001:db8:100::/40", "192.0.2.0/24", 8, 6),
	};
	struct ruleset *set;

	for (uint32_t i = 0; i < COUNT(specs); i++) {
		specs[i].has_psid = true;
		specs[i].psid_len = 8;
		specs[i].psid = (uint16_t)(0x35 - i);
	}
	set = build(specs, COUNT(specs));
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1232), 1);
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1236), 0);
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1240), MAP_NO_RULE);
	ck_assert(map_rule_address(&set->rules[0], ip4("192.0.2.18"), 1236) == ip6("2001:db8:12::c000:212:35"));
	ck_assert(map_rule_address(&set->rules[1], ip4("192.0.2.18"), 1232) == ip6("2001:db8:112::c000:212:34"));
	ruleset_free(set);
}
END_TEST

/* MAPE-15, MAPE-21: one-to-one rules stand inside an enclosing rule of the same offset and PSID length. */
START_TEST(one_to_one_rules_inside_another)
{
	const struct map_rule_spec specs[] = {
		fixed_spec("2001:db8:100::/48", "192.0.2.18/32", 6, 0x34, 8),
		rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6),
		fixed_spec("2001:db8:101::/48", "192.0.2.18/32", 6, 0x35, 8),
	};
	struct ruleset *set = build(specs, COUNT(specs));

	ck_assert_uint_eq(find4(set, "192.0.2.18", 1232), 0);
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1236), 2);
	ck_assert_uint_eq(find4(set, "192.0.2.17", 1232), 1);
	ruleset_free(set);
}
END_TEST

/* MAPE-15: what a one-to-one rule leaves of its address belongs to all rules of the enclosing prefix, not to one of them. */
START_TEST(one_to_one_rule_inside_given_psids)
{
	struct map_rule_spec specs[] = {
		rule_spec("2001:db8::/40", "192.0.2.0/24", 8, 6),
		rule_spec("2001:db8:100::/40", "192.0.2.0/24", 8, 6),
		rule_spec("2001:db8:200::/40", "192.0.2.0/24", 8, 6),
		fixed_spec("2001:db8:300::/48", "192.0.2.18/32", 6, 0x34, 8),
	};
	struct ruleset *set;

	for (uint32_t i = 0; i < 3; i++) {
		specs[i].has_psid = true;
		specs[i].psid_len = 8;
		specs[i].psid = (uint16_t)(0x35 + i);
	}
	set = build(specs, COUNT(specs));
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1232), 3);
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1236), 0);
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1240), 1);
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1244), 2);
	ck_assert_uint_eq(find4(set, "192.0.2.18", 1248), MAP_NO_RULE);
	ruleset_free(set);
}
END_TEST

/* MAPE-61 (RFC 7608 section 2): Rule IPv6 prefixes of /127 and /128. */
START_TEST(longest_prefixes)
{
	const struct map_rule_spec specs[] = {
		rule_spec("2001:db8::/32", "198.51.0.0/16", 8, 6),
		rule_spec("2001:db8::12/127", "192.0.2.1/32", 0, 6),
		rule_spec("2001:db8::13/128", "192.0.2.2/32", 0, 6),
		rule_spec("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "192.0.2.3/32", 0, 6),
	};
	struct ruleset *set = build(specs, 3);
	struct error err;
	uint32_t bad;

	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8::11")), 0);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8::12")), 1);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8::13")), 2);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8::14")), 0);
	ck_assert(map_rule_address(&set->rules[2], ip4("192.0.2.2"), 80) == ip6("2001:db8::13"));
	ruleset_free(set);
	ck_assert_ptr_null(ruleset_build(specs, 4, &bad, &err)); /* multicast */
	ck_assert_uint_eq(bad, 3);
}
END_TEST

START_TEST(no_rule_and_one_rule)
{
	const struct map_rule_spec spec = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);
	struct ruleset *set = build(NULL, 0);

	ck_assert_ptr_null(ruleset_find4(set, 0, 0));
	ck_assert_ptr_null(ruleset_find4(set, UINT32_MAX, 65535));
	ck_assert_uint_eq(ruleset_find6(set, 0), MAP_NO_RULE);
	ck_assert_uint_eq(ruleset_find6(set, ~(u128)0), MAP_NO_RULE);
	ruleset_free(set);
	ruleset_free(NULL);

	set = build(&spec, 1);
	ck_assert_uint_eq(find4(set, "192.0.2.0", 1024), 0);
	ck_assert_uint_eq(find4(set, "192.0.2.255", 65535), 0);
	ck_assert_uint_eq(find4(set, "192.0.3.0", 1024), MAP_NO_RULE);
	ck_assert_uint_eq(ruleset_find6(set, ip6("2001:db8:ff:ffff:ffff:ffff:ffff:ffff")), 0);
	ck_assert_uint_eq(ruleset_find6(set, 0), MAP_NO_RULE);
	ck_assert_uint_eq(ruleset_find6(set, ~(u128)0), MAP_NO_RULE);
	ruleset_free(set);
}
END_TEST

/* ---- contradictions --------------------------------------------------------------------------------------------- */

/* Expects a refusal that names rule `bad` and says `text`. */
static void
refuse(const struct map_rule_spec *specs, uint32_t count, uint32_t want_bad, const char *text)
{
	struct error err;
	uint32_t bad = UINT32_MAX;

	ck_assert_msg(ruleset_build(specs, count, &bad, &err) == NULL, "accepted, not '%s'", text);
	ck_assert_msg(strstr(err.text, text) != NULL, "'%s', not '%s'", err.text, text);
	ck_assert_msg(bad == want_bad, "rule %u, not %u: %s", bad, want_bad, err.text);
}

/* MAPE-10, MAPE-16: a rule that is bad by itself, with its index. */
START_TEST(refuses_bad_rule)
{
	const struct map_rule_spec specs[] = {
		rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6),
		rule_spec("2001:db8:100::/40", "198.51.100.0/24", 22, 4),
	};

	refuse(specs, COUNT(specs), 1, "PSID offset 4 and PSID length 14");
}
END_TEST

/* MAPE-02: the same Rule IPv6 prefix, even with the same parameters; also far apart. The later one is the bad one. */
START_TEST(refuses_same_ipv6_prefix)
{
	struct map_rule_spec specs[] = {
		rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6),
		rule_spec("2001:db8:12::/48", "198.51.100.1/32", 8, 6),
		rule_spec("2001:db8:12::/56", "198.51.100.2/32", 0, 6),
		rule_spec("2001:db8::/40", "203.0.113.0/24", 16, 6),
	};

	refuse(specs, COUNT(specs), 3, "two rules have the Rule IPv6 prefix 2001:db8::/40");
	specs[3].ipv4 = specs[0].ipv4;
	refuse(specs, COUNT(specs), 3, "two rules have the Rule IPv6 prefix 2001:db8::/40");
	/* The same address with another length is another prefix. */
	specs[3].ipv4 = prefix4("203.0.113.0/24");
	specs[3].ipv6.len = 41;
	ruleset_free(build(specs, COUNT(specs)));
}
END_TEST

START_TEST(refuses_same_ipv4_prefix)
{
	struct map_rule_spec specs[] = {
		rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6),
		rule_spec("2001:db8:200::/48", "198.51.100.1/32", 8, 6),
		rule_spec("2001:db8:100::/40", "192.0.2.0/24", 16, 6),
	};

	refuse(specs, COUNT(specs), 2, "have the same Rule IPv4 prefix 192.0.2.0/24");
	/* EA bits on one, a given PSID on the other: the PSIDs overlap. */
	specs[2] = fixed_spec("2001:db8:300::/48", "198.51.100.1/32", 6, 0x34, 8);
	refuse(specs, COUNT(specs), 2, "have the same Rule IPv4 prefix 198.51.100.1/32");
	/* The same address twice, whole. */
	specs[1].ea_len = 0;
	specs[2] = rule_spec("2001:db8:300::/48", "198.51.100.1/32", 0, 6);
	refuse(specs, COUNT(specs), 2, "have the same Rule IPv4 prefix 198.51.100.1/32");
}
END_TEST

/* MAPE-15: two CEs cannot have one port set. */
START_TEST(refuses_same_psid)
{
	const struct map_rule_spec specs[] = {
		fixed_spec("2001:db8:1::/48", "192.0.2.18/32", 6, 0x34, 8),
		fixed_spec("2001:db8:2::/48", "192.0.2.18/32", 6, 0x33, 8),
		fixed_spec("2001:db8:3::/48", "192.0.2.18/32", 6, 0x34, 8),
	};

	refuse(specs, COUNT(specs), 2, "have the same IPv4 address 192.0.2.18/32 and PSID 0x34");
}
END_TEST

/* MAPE-21 (RFC 7597 section 5.1): offset and PSID length are equal for all CEs that share an address. */
START_TEST(refuses_contradictory_port_sets)
{
	struct map_rule_spec specs[] = {
		rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6),
		rule_spec("2001:db8:100::/44", "192.0.2.16/28", 12, 4),
	};

	refuse(specs, COUNT(specs), 1, "share IPv4 addresses of 192.0.2.16/28, but offset/PSID length are 6/8 and 4/8");
	specs[1].psid_offset = 6;
	specs[1].ea_len = 11;
	refuse(specs, COUNT(specs), 1, "share IPv4 addresses of 192.0.2.16/28, but offset/PSID length are 6/8 and 6/7");
	specs[1].ea_len = 12;
	ruleset_free(build(specs, COUNT(specs)));
}
END_TEST

/* MAPE-21: not only with the nearest enclosing rule. */
START_TEST(refuses_contradiction_with_distant_parent)
{
	const struct map_rule_spec specs[] = {
		rule_spec("2001:db8:200::/48", "192.0.2.20/32", 8, 4),
		rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6),
		rule_spec("2001:db8:100::/48", "192.0.2.16/28", 4, 6), /* whole addresses: contradicts nobody */
	};

	refuse(specs, COUNT(specs), 0, "share IPv4 addresses of 192.0.2.20/32");
}
END_TEST

/* MAPE-21: one-to-one rules on one address. */
START_TEST(refuses_contradictory_one_to_one_rules)
{
	struct map_rule_spec specs[] = {
		fixed_spec("2001:db8:1::/48", "192.0.2.18/32", 6, 0x34, 8),
		fixed_spec("2001:db8:2::/48", "192.0.2.18/32", 4, 0x35, 8),
	};

	refuse(specs, COUNT(specs), 1, "but offset/PSID length are 6/8 and 4/8");
	specs[1] = fixed_spec("2001:db8:2::/48", "192.0.2.18/32", 6, 0x135, 9);
	refuse(specs, COUNT(specs), 1, "but offset/PSID length are 6/8 and 6/9");
}
END_TEST

/* MAPE-21: PSID length 0 is the whole address: it overlaps every other PSID on it, and hides nothing further down. */
START_TEST(refuses_whole_address_beside_shared)
{
	struct map_rule_spec specs[] = {
		fixed_spec("2001:db8:1::/48", "192.0.2.18/32", 6, 0x34, 8),
		fixed_spec("2001:db8:2::/48", "192.0.2.18/32", 6, 0, 0),
		rule_spec("2001:db8:100::/40", "192.0.2.0/24", 16, 4),
	};

	refuse(specs, 2, 0,
	    "rule 2001:db8:2::/48 and rule 2001:db8:1::/48 have the same Rule IPv4 prefix 192.0.2.18/32");
	specs[0].psid = 0;
	refuse(specs, 2, 1,
	    "rule 2001:db8:1::/48 and rule 2001:db8:2::/48 have the same Rule IPv4 prefix 192.0.2.18/32");
	specs[0].psid = 0x34;
	specs[1] = fixed_spec("2001:db8:2::/48", "192.0.2.19/32", 6, 0, 0);
	refuse(specs, 3, 0, "but offset/PSID length are 4/8 and 6/8");
}
END_TEST

START_TEST(refuses_too_many)
{
	struct error err;
	uint32_t bad;

	ck_assert_ptr_null(ruleset_build(NULL, RULESET_MAX_RULES + 1, &bad, &err));
	ck_assert_str_eq(err.text, "1000001 rules are more than 1000000");
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("ruleset");
	TCase *match = tcase_create("longest match"), *refusals = tcase_create("refusals");

	tcase_add_test(match, longest_match_ipv6);
	tcase_add_test(match, longest_match_ipv4);
	tcase_add_test(match, rule_of_all_ipv4);
	tcase_add_test(match, one_to_one_rules_by_port);
	tcase_add_test(match, given_psids_on_one_prefix);
	tcase_add_test(match, one_to_one_rules_inside_another);
	tcase_add_test(match, one_to_one_rule_inside_given_psids);
	tcase_add_test(match, longest_prefixes);
	tcase_add_test(match, no_rule_and_one_rule);
	suite_add_tcase(suite, match);

	tcase_add_test(refusals, refuses_bad_rule);
	tcase_add_test(refusals, refuses_same_ipv6_prefix);
	tcase_add_test(refusals, refuses_same_ipv4_prefix);
	tcase_add_test(refusals, refuses_same_psid);
	tcase_add_test(refusals, refuses_contradictory_port_sets);
	tcase_add_test(refusals, refuses_contradiction_with_distant_parent);
	tcase_add_test(refusals, refuses_contradictory_one_to_one_rules);
	tcase_add_test(refusals, refuses_whole_address_beside_shared);
	tcase_add_test(refusals, refuses_too_many);
	suite_add_tcase(suite, refusals);
	return suite;
}
