/* SPDX-License-Identifier: BSD-3-Clause */
/* S46-29, MAPE-51: which of several sources a softwire comes from, in all combinations of what they can say. */
#include <string.h>

#include "provision/source.h"
#include "unit.h"

#define NOTHING SOURCE_NOTHING
#define WAITS SOURCE_WAITS
#define USABLE SOURCE_USABLE

static const struct source_order order = { 3, { SOURCE_HB46PP, SOURCE_DHCPV6, SOURCE_RULES } };

struct says {
	enum source_verdict of[SOURCE_KINDS];
	bool tried[SOURCE_KINDS];
};

static enum source_verdict
try_says(void *context, enum source_kind kind)
{
	struct says *says = context;

	ck_assert(!says->tried[kind]);
	says->tried[kind] = true;
	return says->of[kind];
}

static const struct {
	enum source_verdict hb46pp, dhcpv6, rules;
	enum source_kind in_use;
	bool patient;
	enum source_kind chosen;
	int tried;
} cases[] = {
	/* The first in the order, and then nobody else is tried. */
	{ USABLE, USABLE, USABLE, SOURCE_NONE, false, SOURCE_HB46PP, 1 },
	{ NOTHING, USABLE, USABLE, SOURCE_NONE, false, SOURCE_DHCPV6, 2 },
	{ NOTHING, NOTHING, USABLE, SOURCE_NONE, true, SOURCE_RULES, 3 },
	{ NOTHING, NOTHING, NOTHING, SOURCE_NONE, false, SOURCE_NONE, 3 },
	{ NOTHING, NOTHING, NOTHING, SOURCE_HB46PP, true, SOURCE_NONE, 3 },
	/* A better one takes over. */
	{ USABLE, USABLE, USABLE, SOURCE_RULES, true, SOURCE_HB46PP, 1 },
	/* Nothing works yet: a line waits for a while, then takes what there is. */
	{ WAITS, USABLE, USABLE, SOURCE_NONE, true, SOURCE_NONE, 1 },
	{ WAITS, USABLE, USABLE, SOURCE_NONE, false, SOURCE_DHCPV6, 2 },
	{ NOTHING, WAITS, USABLE, SOURCE_NONE, true, SOURCE_NONE, 2 },
	{ WAITS, WAITS, NOTHING, SOURCE_NONE, false, SOURCE_NONE, 3 },
	/* Something works: it stays until its own source has something complete. */
	{ WAITS, USABLE, USABLE, SOURCE_HB46PP, false, SOURCE_HB46PP, 1 },
	{ WAITS, NOTHING, NOTHING, SOURCE_HB46PP, true, SOURCE_HB46PP, 1 },
	/* Who waits does not take away what comes from somebody else. */
	{ WAITS, USABLE, NOTHING, SOURCE_DHCPV6, true, SOURCE_DHCPV6, 2 },
	{ WAITS, NOTHING, USABLE, SOURCE_DHCPV6, true, SOURCE_RULES, 3 },
	{ WAITS, NOTHING, NOTHING, SOURCE_RULES, true, SOURCE_NONE, 3 },
	{ NOTHING, WAITS, USABLE, SOURCE_HB46PP, true, SOURCE_RULES, 3 },
};

START_TEST(choices)
{
	struct says says = { .of = { [SOURCE_HB46PP] = cases[_i].hb46pp,
				 [SOURCE_DHCPV6] = cases[_i].dhcpv6,
				 [SOURCE_RULES] = cases[_i].rules } };
	int tried = 0;

	ck_assert_int_eq(source_choose(&order, cases[_i].in_use, cases[_i].patient, try_says, &says), cases[_i].chosen);
	for (int kind = 0; kind < SOURCE_KINDS; kind++)
		tried += says.tried[kind];
	ck_assert_int_eq(tried, cases[_i].tried);
}
END_TEST

START_TEST(only_those_of_the_order)
{
	static const struct source_order one = { 1, { SOURCE_RULES } };
	struct says says = { .of = { USABLE, USABLE, NOTHING } };

	ck_assert_int_eq(source_choose(&one, SOURCE_NONE, false, try_says, &says), SOURCE_NONE);
	ck_assert(!says.tried[SOURCE_DHCPV6] && !says.tried[SOURCE_HB46PP]);
	ck_assert(source_is_listed(&one, SOURCE_RULES) && !source_is_listed(&one, SOURCE_DHCPV6));
	ck_assert(source_is_listed(&order, SOURCE_HB46PP));
}
END_TEST

START_TEST(words)
{
	ck_assert_str_eq(source_word(SOURCE_DHCPV6), "dhcpv6");
	ck_assert_str_eq(source_word(SOURCE_HB46PP), "hb46pp");
	ck_assert_str_eq(source_word(SOURCE_RULES), "rules");
	ck_assert_str_eq(source_word(SOURCE_STATIC), "static");
	ck_assert_str_eq(source_word(SOURCE_NONE), "none");
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("source");
	TCase *choice = tcase_create("choice");

	tcase_add_loop_test(choice, choices, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(choice, only_those_of_the_order);
	tcase_add_test(choice, words);
	suite_add_tcase(suite, choice);
	return suite;
}
