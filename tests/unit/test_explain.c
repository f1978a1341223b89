/* SPDX-License-Identifier: BSD-3-Clause */
/* Why a rule is, or is not, the one for a prefix. */
#include "map/explain.h"
#include "maptext.h"
#include "unit.h"

/* The rule of RFC 7597 appendix A, example 1: 40 bits and 16 EA bits. */
static const struct {
	const char *prefix, *text;
	enum rule_fit fit;
	uint8_t same;
} cases[] = {
	{ "2001:db8:12:3400::/56", "all 40 bits are the same", RULE_FITS, 40 },
	{ "2001:db8:12:3400::/60", "all 40 bits are the same", RULE_FITS, 40 },
	{ "2001:db8:12:3400::/55", "needs a prefix of 56", RULE_EA_BEYOND, 40 },
	{ "2001:db8::/40", "needs a prefix of 56", RULE_EA_BEYOND, 40 },
	{ "2001:db8::/39", "all 39 bits of the prefix are the same, but the rule has 40", RULE_LONGER, 39 },
	{ "2001:db8:100::/56", "bit 40 is 1, the rule has 0; 39 bits before it are the same", RULE_DIFFERS, 39 },
	{ "2001:db9:12:3400::/56", "bit 32 is 1, the rule has 0; 31 bits before it are the same", RULE_DIFFERS, 31 },
	{ "a001:db8:12:3400::/56", "bit 1 is 1, the rule has 0; 0 bits before it are the same", RULE_DIFFERS, 0 },
	{ "::/1", "all 1 bits of the prefix are the same, but the rule has 40", RULE_LONGER, 1 },
};

START_TEST(bit_by_bit)
{
	const struct map_rule_spec rule = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);
	struct prefix6 prefix;
	struct rule_reason reason;
	char text[160];

	ck_assert_int_eq(prefix6_parse(cases[_i].prefix, &prefix), 0);
	reason = rule_explain(&rule, &prefix);
	ck_assert_int_eq(reason.fit, cases[_i].fit);
	ck_assert_uint_eq(reason.same, cases[_i].same);
	ck_assert_uint_eq(reason.needs, 56);
	ck_assert_msg(strstr(rule_reason_text(&rule, &prefix, text), cases[_i].text) != NULL, "%s", text);
}
END_TEST

START_TEST(a_pool)
{
	const struct map_rule_spec pool = pool_spec("192.0.2.0/28", 6, 8);
	const struct prefix6 prefix = { 0, 56 };
	char text[160];

	ck_assert_int_eq(rule_explain(&pool, &prefix).fit, RULE_BOUND);
	ck_assert_ptr_nonnull(strstr(rule_reason_text(&pool, &prefix, text), "bindings"));
}
END_TEST

/* It agrees with the arithmetic: what fits is what map_ce_derive() takes. */
START_TEST(as_the_arithmetic_says)
{
	const struct map_rule_spec rule = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);

	for (uint8_t len = 1; len <= 64; len++) {
		for (uint8_t bit = 0; bit < 128; bit++) {
			const struct prefix6 prefix = { (rule.ipv6.addr ^ (u128)1 << (127 - bit)) & mask6(len), len };
			struct error err;
			struct map_ce ce;

			ck_assert_int_eq(rule_explain(&rule, &prefix).fit == RULE_FITS,
			    map_ce_derive(&rule, &prefix, &ce, &err) == 0);
		}
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("explain");
	TCase *tcase = tcase_create("explain");

	tcase_add_loop_test(tcase, bit_by_bit, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tcase, a_pool);
	tcase_add_test(tcase, as_the_arithmetic_says);
	suite_add_tcase(suite, tcase);
	return suite;
}
