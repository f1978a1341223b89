/* SPDX-License-Identifier: BSD-3-Clause */
/* Rule sets of random rules against a plain linear search, and rule sets of 100 000 rules. */
#include <stdlib.h>

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

/* ---- random sets ------------------------------------------------------------------------------------------------ */

static uint64_t random_state;

/* splitmix64 */
static uint64_t
random64(void)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint32_t
below(uint32_t limit)
{
	return (uint32_t)(random64() % limit);
}

static const struct map_rule_spec *
naive_find6(const struct map_rule_spec *specs, uint32_t count, u128 addr)
{
	const struct map_rule_spec *best = NULL;

	for (uint32_t i = 0; i < count; i++) {
		if (!specs[i].bound && prefix6_contains(&specs[i].ipv6, addr) &&
		    (best == NULL || specs[i].ipv6.len > best->ipv6.len))
			best = &specs[i];
	}
	return best;
}

/* The longest prefix below `limit` bits that holds the address, -1 if there is none. */
static int
longest_below(const struct map_rule_spec *specs, uint32_t count, uint32_t addr, int limit)
{
	int longest = -1;

	for (uint32_t i = 0; i < count; i++) {
		if (prefix4_contains(&specs[i].ipv4, addr) && specs[i].ipv4.len > longest && specs[i].ipv4.len < limit)
			longest = specs[i].ipv4.len;
	}
	return longest;
}

/*
 * The rule that serves address and port: its prefix is the longest, and the port is in its own or somebody's set. What
 * one-to-one rules leave of an address is the next shorter prefix's, if that shares its addresses.
 */
static const struct map_rule_spec *
naive_find4(const struct map_rule_spec *specs, uint32_t count, uint32_t addr, uint16_t port)
{
	int len = 33;
	bool one_to_one = true;

	while (one_to_one && (len = longest_below(specs, count, addr, len)) >= 0) {
		const bool first = longest_below(specs, count, addr, 33) == len;

		one_to_one = false;
		for (uint32_t i = 0; i < count; i++) {
			const struct portset set = { .psid = specs[i].psid,
				.psid_len = map_rule_psid_len(&specs[i]),
				.offset = specs[i].psid_offset };

			if (specs[i].ipv4.len != len || !prefix4_contains(&specs[i].ipv4, addr))
				continue;
			if (!first && set.psid_len == 0)
				return NULL;
			one_to_one = specs[i].has_psid;
			if (specs[i].has_psid ? portset_contains(&set, port) : port >= portset_first_port(&set))
				return &specs[i];
		}
	}
	return NULL;
}

/* Offset 6 and PSID length 8 wherever an address is shared, else whole addresses and prefixes. */
static struct map_rule_spec
random_spec(const struct map_rule_spec *others, uint32_t count)
{
	const struct map_rule_spec *parent = count > 0 && below(2) ? &others[below(count)] : NULL;
	struct map_rule_spec spec = { .psid_offset = 6 };
	const unsigned int len4 = 1 + below(32), min6 = parent != NULL ? parent->ipv6.len : 16;
	unsigned int open, max6;

	spec.ipv4.len = (uint8_t)(parent != NULL && len4 < parent->ipv4.len ? parent->ipv4.len : len4);
	spec.ipv4.addr = ((parent != NULL ? parent->ipv4.addr : 0xc0000000) | below(1u << 28)) & mask4(spec.ipv4.len);
	open = 32u - spec.ipv4.len;
	spec.ea_len = (uint8_t)(below(3) ? open + 8 : below(open + 1));
	if (below(2)) {
		spec.has_psid = true;
		spec.psid_len = 8;
		spec.psid = (uint16_t)below(8);
		spec.ea_len = (uint8_t)open;
	}
	max6 = 128u - spec.ea_len;
	spec.ipv6.len = (uint8_t)(max6 > min6 ? min6 + below(max6 - min6 + 1) : min6);
	spec.ipv6.addr = u128_make(random64(), random64()) >> 4;
	if (parent != NULL)
		spec.ipv6.addr = parent->ipv6.addr | (spec.ipv6.addr & ~mask6(parent->ipv6.len));
	spec.ipv6.addr &= mask6(spec.ipv6.len);
	if (below(5) == 0)
		return (struct map_rule_spec){ .bound = true,
			.ipv4 = spec.ipv4,
			.psid_offset = 6,
			.psid_len = below(3) ? 8 : 0 };
	return spec;
}

/* Would the set refuse it for reasons that the contradiction tests above prove? */
static bool
fits(const struct map_rule_spec *specs, uint32_t count, const struct map_rule_spec *spec)
{
	struct map_rule rule;
	struct error err;

	if (map_rule_compile(spec, &rule, &err) < 0)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!specs[i].bound && !spec->bound && specs[i].ipv6.len == spec->ipv6.len &&
		    specs[i].ipv6.addr == spec->ipv6.addr)
			return false;
		if (specs[i].ipv4.len == spec->ipv4.len && specs[i].ipv4.addr == spec->ipv4.addr &&
		    !(specs[i].has_psid && spec->has_psid && specs[i].psid != spec->psid))
			return false;
	}
	return true;
}

static void
check_lookups(const struct ruleset *set, const struct map_rule_spec *specs, uint32_t count, uint32_t lookups)
{
	for (uint32_t n = 0; n < lookups; n++) {
		/* Near a rule's first or last address, inside it, or anywhere. */
		const struct map_rule_spec *near = count > 0 ? &specs[below(count)] : NULL;
		const uint16_t port = (uint16_t)(below(2) ? below(65536) : 1024 + below(32));
		uint32_t addr4 = (uint32_t)random64();
		u128 addr6 = u128_make(random64(), random64());
		const struct map_rule_spec *want4, *want6;
		const struct map_rule *rule;
		uint32_t found6;

		if (near != NULL && below(8)) {
			addr4 = near->ipv4.addr | (addr4 & ~mask4(near->ipv4.len));
			addr6 = near->ipv6.addr | (addr6 & ~mask6(near->ipv6.len));
		}
		if (near != NULL && below(4) == 0) {
			const uint32_t where = below(3); /* before the first, the last, behind it */
			const uint32_t last4 = near->ipv4.addr | ~mask4(near->ipv4.len);
			const u128 last6 = near->ipv6.addr | ~mask6(near->ipv6.len);

			addr4 = where == 0 ? near->ipv4.addr - 1 : last4 + (where - 1);
			addr6 = where == 0 ? near->ipv6.addr - 1 : last6 + (where - 1);
		}
		want4 = naive_find4(specs, count, addr4, port);
		want6 = naive_find6(specs, count, addr6);
		rule = ruleset_find4(set, addr4, port);
		found6 = ruleset_find6(set, addr6);

		if (rule != NULL && !map_rule_owns(rule, port))
			rule = NULL;
		if (rule != (want4 == NULL ? NULL : &set->rules[want4 - specs]))
			ck_abort_msg("find4(%08x, %u) among %u rules", addr4, port, count);
		if (found6 != (want6 == NULL ? MAP_NO_RULE : (uint32_t)(want6 - specs)))
			ck_abort_msg("find6 lookup %u among %u rules: %u", n, count, found6);
	}
}

static const uint32_t random_counts[] = { 0, 1, 2, 3, 8, 30, 90, 250 };

#define RANDOM_ROUNDS 4
#define RANDOM_LOOKUPS 4000 /* a round: 128 000 in all, from each side */

/* MAPE-01, MAPE-07, MAPE-61: nested and one-to-one rules and pools of every length, 128 000 lookups from each side. */
START_TEST(random_sets)
{
	struct map_rule_spec specs[250];
	const uint32_t count = random_counts[_i];

	for (uint32_t round = 0; round < RANDOM_ROUNDS; round++) {
		struct ruleset *set;

		random_state = (uint64_t)_i << 32 | round;
		for (uint32_t i = 0; i < count;) {
			specs[i] = random_spec(specs, i);
			i += fits(specs, i, &specs[i]);
		}
		set = build(specs, count);
		check_lookups(set, specs, count, RANDOM_LOOKUPS);
		ruleset_free(set);
	}
}
END_TEST

/* Two random rules, often close to each other: whether they may stand in one set is what the building of one says. */
START_TEST(random_pairs)
{
	uint32_t good = 0, refused = 0;

	random_state = 2026;
	while (good + refused < 20000) {
		struct map_rule_spec pair[2] = { random_spec(NULL, 0) };
		struct error err, built_err = { .text = "" };
		struct map_rule rule;
		struct ruleset *set;
		uint32_t bad;
		int rc;

		pair[1] = random_spec(pair, 1);
		if (below(4) == 0)
			pair[1].ipv4 = pair[0].ipv4;
		if (below(4) == 0)
			pair[1].psid_offset = 4;
		if (map_rule_compile(&pair[0], &rule, &err) < 0 || map_rule_compile(&pair[1], &rule, &err) < 0)
			continue;
		rc = ruleset_check_pair(&pair[0], &pair[1], &err);
		set = ruleset_build(pair, 2, &bad, &built_err);
		ck_assert_msg((rc == 0) == (set != NULL), "%s, built: %s", rc == 0 ? "may" : err.text, built_err.text);
		ck_assert_int_eq(rc, ruleset_check_pair(&pair[1], &pair[0], &err));
		good += rc == 0;
		refused += rc < 0;
		ruleset_free(set);
	}
	ck_assert_uint_gt(good, 2000);
	ck_assert_uint_gt(refused, 2000);
}
END_TEST

/* A rule as packets use it has kept all that it was made of. */
START_TEST(what_it_was_given)
{
	uint32_t good = 0;

	random_state = 1914;
	while (good < 20000) {
		struct map_rule_spec spec = random_spec(NULL, 0), again;
		struct map_rule rule;
		struct error err;

		spec.psid_offset = (uint8_t)below(16);
		spec.fmr = below(2);
		spec.iid = below(2) ? MAP_IID_DRAFT03 : MAP_IID_RFC7597;
		spec.domain = (uint16_t)below(8);
		if (spec.has_psid || spec.bound)
			spec.psid_len = (uint8_t)below(17);
		if (spec.has_psid)
			spec.psid = (uint16_t)below(1u << spec.psid_len);
		if (map_rule_compile(&spec, &rule, &err) < 0)
			continue;
		good++;
		again = map_rule_spec_of(&rule);
		ck_assert(again.ipv6.addr == spec.ipv6.addr && again.ipv6.len == spec.ipv6.len);
		ck_assert(again.ipv4.addr == spec.ipv4.addr && again.ipv4.len == spec.ipv4.len);
		ck_assert_uint_eq(again.ea_len, spec.ea_len);
		ck_assert_uint_eq(again.psid_offset, spec.psid_offset);
		ck_assert(again.bound == spec.bound && again.has_psid == spec.has_psid);
		ck_assert_uint_eq(again.psid_len, spec.psid_len);
		ck_assert_uint_eq(again.psid, spec.psid);
		ck_assert(again.fmr == spec.fmr && again.iid == spec.iid && again.domain == spec.domain);
	}
}
END_TEST

/* ---- size ------------------------------------------------------------------------------------------------------- */

/* 100 000 rules: one-to-one rules, 64 on an address, which need the most memory and the longest chains. */
START_TEST(hundred_thousand_rules)
{
	const uint32_t count = 100000;
	struct map_rule_spec *specs = calloc(count, sizeof(*specs));
	struct ruleset *set;

	ck_assert_ptr_nonnull(specs);
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t n = (i * 7919u) % count; /* not in order; 7919 and 100 000 have no common factor */

		specs[i] = fixed_spec("2001:db8::/64", "10.0.0.0/32", 6, n % 64, 6);
		specs[i].ipv6.addr |= (u128)n << 64;
		specs[i].ipv4.addr |= n / 64 * 257; /* not neighbours */
	}
	set = build(specs, count);
	for (uint32_t i = 0; i < count; i++) {
		const uint16_t port = (uint16_t)(1024 + specs[i].psid * 16 + i % 16);
		const struct map_rule *rule = ruleset_find4(set, specs[i].ipv4.addr, port);

		if (rule != &set->rules[i] || !map_rule_owns(rule, port))
			ck_abort_msg("find4: rule %u", i);
		if (ruleset_find6(set, specs[i].ipv6.addr + 12345) != i)
			ck_abort_msg("find6: rule %u", i);
	}
	ruleset_free(set);
	free(specs);
}
END_TEST

/* 100 000 rules nested into one another as deep as prefixes go, and neighbours: building is not quadratic. */
START_TEST(hundred_thousand_nested_rules)
{
	const uint32_t count = 100000;
	struct map_rule_spec *specs = calloc(count, sizeof(*specs));
	struct ruleset *set;

	ck_assert_ptr_nonnull(specs);
	for (uint32_t i = 0; i < count; i++) {
		const unsigned int len4 = 32 - i % 8; /* 8 prefixes that begin at the same address */
		const uint32_t block = 0x0a000000 + i / 8 * 512;

		specs[i] = rule_spec("2001:db8::/32", "0.0.0.0/0", 32 - len4 + 8, 6);
		specs[i].ipv4 = (struct prefix4){ block, (uint8_t)len4 };
		specs[i].ipv6.addr |= (u128)(i / 8) << 64;
		specs[i].ipv6.len = (uint8_t)(64 + 16 - i % 8);
	}
	set = build(specs, count);
	for (uint32_t i = 0; i < count; i++) {
		/* The last address of a prefix is in none of the longer ones. */
		const uint32_t addr = specs[i].ipv4.addr | ~mask4(specs[i].ipv4.len);

		if (ruleset_find4(set, addr, 1024) != &set->rules[i])
			ck_abort_msg("find4: rule %u", i);
		if (ruleset_find6(set, specs[i].ipv6.addr | ~mask6(specs[i].ipv6.len)) != i)
			ck_abort_msg("find6: rule %u", i);
	}
	ruleset_free(set);
	free(specs);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("ruleset_random");
	TCase *random = tcase_create("random"), *large = tcase_create("large");

	tcase_set_timeout(random, 60);
	tcase_add_loop_test(random, random_sets, 0, (int)COUNT(random_counts));
	tcase_add_test(random, random_pairs);
	tcase_add_test(random, what_it_was_given);
	suite_add_tcase(suite, random);

	tcase_set_timeout(large, 60);
	tcase_add_test(large, hundred_thousand_rules);
	tcase_add_test(large, hundred_thousand_nested_rules);
	suite_add_tcase(suite, large);
	return suite;
}
