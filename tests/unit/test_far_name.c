/* SPDX-License-Identifier: BSD-3-Clause */
/* S46-26, MAPE-51: other ends that have a name (RFC 6334): when they are asked for, and which address counts. */
#include <stdio.h>
#include <string.h>

#include "maptext.h"
#include "provision/far_name.h"

#define AFTR "aftr.example.net"
#define SECOND UINT64_C(1000)

static struct far_names names;

static void
set_up(void)
{
	memset(&names, 0, sizeof(names));
}

static struct far_answer
answer_of(enum hb46pp_dns result, uint32_t ttl, const char *first, const char *second)
{
	struct far_answer answer = { .result = result, .ttl = ttl };

	if (first != NULL)
		answer.addr[answer.count++] = ip6(first);
	if (second != NULL)
		answer.addr[answer.count++] = ip6(second);
	return answer;
}

/* Asks for the name that is due, and answers. Has anything changed? */
static bool
answers(uint64_t now, struct far_answer answer)
{
	const struct far_name *name = far_names_ask(&names, now);

	ck_assert_ptr_nonnull(name);
	ck_assert_ptr_null(far_names_ask(&names, now));
	return far_names_answer(&names, name->serial, now, &answer);
}

static const struct far_name *
aftr(void)
{
	const struct far_name *name = far_names_want(&names, AFTR, 0);

	ck_assert_ptr_nonnull(name);
	return name;
}

START_TEST(looked_up_and_again)
{
	ck_assert(far_names_next(&names) == UINT64_MAX);
	ck_assert_str_eq(far_names_want(&names, AFTR, 5)->reason, "is being looked up");
	ck_assert_uint_eq(far_names_next(&names), 5);
	ck_assert_ptr_null(far_names_ask(&names, 4));
	ck_assert(answers(5, answer_of(HB46PP_DNS_OK, 600, "2001:db8::1", "2001:db8::2")));
	ck_assert(aftr()->count == 2 && aftr()->addr[0] == ip6("2001:db8::1"));
	ck_assert_uint_eq(far_names_next(&names), 5 + 600 * SECOND);
	/* Round robin is no news. */
	ck_assert(!answers(600 * SECOND + 5, answer_of(HB46PP_DNS_OK, 1, "2001:db8::2", "2001:db8::1")));
	ck_assert(aftr()->addr[0] == ip6("2001:db8::1"));
	/* Too short and too long a TTL. */
	ck_assert_uint_eq(far_names_next(&names), 600 * SECOND + 5 + FAR_NAME_MIN_TTL * SECOND);
	ck_assert(answers(1000 * SECOND, answer_of(HB46PP_DNS_OK, UINT32_MAX, "2001:db8::3", NULL)));
	ck_assert(aftr()->count == 1 && aftr()->addr[0] == ip6("2001:db8::3"));
	ck_assert_uint_eq(far_names_next(&names), (1000 + FAR_NAME_MAX_TTL) * SECOND);
	/* Names are compared without case (RFC 4343). */
	ck_assert_ptr_eq(far_names_want(&names, "AFTR.Example.NET", 0), aftr());
}
END_TEST

/* A resolver that fails takes nothing away; one that says there is nothing does. */
START_TEST(failures)
{
	const enum hb46pp_dns transient[] = { HB46PP_DNS_SERVFAIL, HB46PP_DNS_TIMEOUT };
	uint64_t now = 0;

	(void)aftr();
	ck_assert(answers(0, answer_of(HB46PP_DNS_OK, 60, "2001:db8::1", NULL)));
	for (size_t i = 0; i < 2; i++) {
		now = far_names_next(&names);
		ck_assert(!answers(now, answer_of(transient[i], 0, NULL, NULL)));
		ck_assert_uint_eq(aftr()->count, 1);
		ck_assert_ptr_nonnull(strstr(aftr()->reason, "its last address stays"));
	}
	now = far_names_next(&names);
	ck_assert(answers(now, answer_of(HB46PP_DNS_NODATA, 0, NULL, NULL)));
	ck_assert_uint_eq(aftr()->count, 0);
	ck_assert_str_eq(aftr()->reason, "has no IPv6 address");
	now = far_names_next(&names);
	ck_assert(!answers(now, answer_of(HB46PP_DNS_NXDOMAIN, 0, NULL, NULL)));
	ck_assert_str_eq(aftr()->reason, "does not exist");
	now = far_names_next(&names);
	ck_assert(answers(now, answer_of(HB46PP_DNS_OK, 60, "2001:db8::1", NULL)));
	ck_assert_uint_eq(aftr()->failures, 0);
}
END_TEST

/* The first failure is news, as it says why there is no softwire; the waits grow, and differ between boxes. */
START_TEST(waits_after_failures)
{
	uint64_t now = 0, before = 0;

	(void)aftr();
	ck_assert(answers(0, answer_of(HB46PP_DNS_TIMEOUT, 0, NULL, NULL)));
	for (int i = 0; i < 12; i++) {
		const uint64_t wait = far_names_next(&names) - now;
		const uint64_t least = FAR_NAME_FIRST_WAIT * SECOND << (i < 6 ? i : 6);

		ck_assert_uint_ge(wait,
		    least < FAR_NAME_LONGEST_WAIT * SECOND ? least : FAR_NAME_LONGEST_WAIT * SECOND);
		ck_assert_uint_le(wait, FAR_NAME_LONGEST_WAIT * SECOND * 5 / 4);
		ck_assert(wait >= before || i > 6);
		before = wait;
		now += wait;
		ck_assert(!answers(now, answer_of(HB46PP_DNS_TIMEOUT, 0, NULL, NULL)));
	}
}
END_TEST

/* RFC 7598 section 4.2: addresses that nobody can have on the other side of a line. */
START_TEST(addresses_of_no_node)
{
	static const char *const texts[] = { "::", "::1", "fe80::1", "ff02::1", "::ffff:192.0.2.1" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		set_up();
		(void)aftr();
		ck_assert(answers(0, answer_of(HB46PP_DNS_OK, 60, texts[i], NULL)));
		ck_assert_uint_eq(aftr()->count, 0);
		ck_assert_str_eq(aftr()->reason, "has no address of an IPv6 node");
		ck_assert(answers(far_names_next(&names), answer_of(HB46PP_DNS_OK, 60, texts[i], "2001:db8::1")));
		ck_assert(aftr()->count == 1 && aftr()->addr[0] == ip6("2001:db8::1"));
	}
}
END_TEST

START_TEST(forgotten_and_renewed)
{
	const struct far_answer answer = answer_of(HB46PP_DNS_OK, 60, "2001:db8::1", NULL);
	const struct far_name *name;
	uint32_t serial;

	(void)aftr();
	(void)far_names_want(&names, "other.example.net", 0);
	far_names_forget(&names);
	ck_assert_uint_eq(names.count, 2);
	(void)far_names_want(&names, "other.example.net", 0);
	far_names_forget(&names);
	ck_assert_uint_eq(names.count, 1);
	ck_assert_str_eq(names.name[0].name, "other.example.net");
	name = far_names_ask(&names, 0);
	serial = name->serial;
	/* A question that is lost is asked again. */
	ck_assert_uint_eq(far_names_next(&names), FAR_NAME_LIMIT * SECOND);
	ck_assert_ptr_eq(far_names_ask(&names, FAR_NAME_LIMIT * SECOND), name);
	ck_assert(name->serial != serial);
	serial = name->serial;
	far_names_renew(&names, 7);
	ck_assert_uint_eq(far_names_next(&names), 7);
	name = far_names_ask(&names, 7);
	ck_assert(name->serial != serial);
	/* What the old resolver says does not count any more. */
	ck_assert(!far_names_answer(&names, serial, 8, &answer) && names.name[0].count == 0);
	ck_assert(far_names_answer(&names, name->serial, 8, &answer) && names.name[0].count == 1);
}
END_TEST

START_TEST(too_many)
{
	char text[32];

	for (int i = 0; i < FAR_NAMES; i++) {
		snprintf(text, sizeof(text), "aftr%d.example.net", i);
		ck_assert_ptr_nonnull(far_names_want(&names, text, 0));
	}
	ck_assert_ptr_null(far_names_want(&names, AFTR, 0));
	ck_assert_ptr_nonnull(far_names_want(&names, "aftr7.example.net", 0));
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("far_name");
	TCase *all = tcase_create("names");

	tcase_add_checked_fixture(all, set_up, NULL);
	tcase_add_test(all, looked_up_and_again);
	tcase_add_test(all, failures);
	tcase_add_test(all, waits_after_failures);
	tcase_add_test(all, addresses_of_no_node);
	tcase_add_test(all, forgotten_and_renewed);
	tcase_add_test(all, too_many);
	suite_add_tcase(suite, all);
	return suite;
}
