/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters add up, have names that people can use, and balance. */
#include <stdbool.h>
#include <string.h>

#include "stats/counters.h"
#include "unit.h"

#define WORDS (sizeof(struct counters) / sizeof(uint64_t))

/* Every counter of a worker arrives in the total, and in its own place. */
START_TEST(sum_takes_every_counter)
{
	static struct counters workers[3], total;
	uint64_t *word = (uint64_t *)&total;

	for (size_t i = 0; i < WORDS; i++) {
		for (uint64_t w = 0; w < 3; w++)
			((uint64_t *)&workers[w])[i] = (w + 1) * 1000000 + i;
	}
	memset(&total, 0, sizeof(total));
	for (int w = 0; w < 3; w++)
		counters_sum(&total, &workers[w]);
	for (size_t i = 0; i < WORDS; i++)
		ck_assert_uint_eq(word[i], 6000000 + 3 * i);
	ck_assert_uint_eq(((uint64_t *)&workers[1])[5], 2000005);
}
END_TEST

START_TEST(adding)
{
	struct counters counters = { 0 };
	struct gauges gauges = { 0 };

	counter_add(&counters.drop[DROP_ttl], 1);
	counter_add(&counters.drop[DROP_ttl], 41);
	traffic_add(&counters.interface[1].rx, 60);
	traffic_add(&counters.interface[1].rx, 1514);
	traffic_add_many(&counters.interface[1].rx, 30, 3000);
	gauge_set(&gauges.sessions, 7);
	ck_assert_uint_eq(counters.drop[DROP_ttl], 42);
	ck_assert_uint_eq(counters.interface[1].rx.packets, 32);
	ck_assert_uint_eq(counters.interface[1].rx.bytes, 4574);
	ck_assert_uint_eq(gauge_get(&gauges.sessions), 7);
	ck_assert_uint_eq(counters.drop[DROP_ttl - 1] + counters.drop[DROP_ttl + 1] + counters.interface[1].tx.packets,
	    0);
}
END_TEST

/* OPS-03: received + created = transmitted + dropped + held. Each term takes what belongs to it and nothing else. */
START_TEST(conservation)
{
	struct counters counters = { 0 };
	struct conservation sum;

	counters.interface[0].rx.packets = 100;
	counters.interface[1].rx.packets = 20;
	counters.interface[0].tx.packets = 7;
	counters.interface[1].tx.packets = 90;
	counters.created = 3;
	for (int i = 0; i < DROP_COUNT; i++)
		counters.drop[i] = (uint64_t)i;
	counters.event[EVENT_handoff] = 1000;
	counters.softwire[0].rcvd_ipv4.packets = 1000;
	counters.interface[0].rx.bytes = 1000;
	sum = counters_conservation(&counters, 11);
	ck_assert_uint_eq(sum.received, 120);
	ck_assert_uint_eq(sum.transmitted, 97);
	ck_assert_uint_eq(sum.created, 3);
	ck_assert_uint_eq(sum.dropped, (uint64_t)DROP_COUNT * (DROP_COUNT - 1) / 2);
	ck_assert_uint_eq(sum.held, 11);
}
END_TEST

/* Names are JSON keys and words in documents: lower case, unique, explained. */
static void
check_names(const struct counter_info *info, int count)
{
	for (int i = 0; i < count; i++) {
		ck_assert_uint_gt(strlen(info[i].name), 0);
		ck_assert_msg(strspn(info[i].name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(info[i].name),
		    "%s", info[i].name);
		ck_assert_msg(strlen(info[i].text) > 5, "%s", info[i].name);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(info[i].name, info[j].name);
	}
}

START_TEST(names)
{
	static const char *const sides[] = { "l2", "v4", "v6", "map", "self" };

	check_names(drop_info, DROP_COUNT);
	check_names(event_info, EVENT_COUNT);
	for (int i = 0; i < DROP_COUNT; i++) {
		bool known = false;

		for (size_t j = 0; j < sizeof(sides) / sizeof(sides[0]); j++)
			known = known || strcmp(drop_info[i].about, sides[j]) == 0;
		ck_assert_msg(known, "%s: side %s", drop_info[i].name, drop_info[i].about);
		ck_assert_msg(drop_info[i].hint != NULL && drop_info[i].hint[0] != '\0', "%s has no hint",
		    drop_info[i].name);
	}
	ck_assert_str_eq(drop_info[DROP_nat_no_port].name, "nat_no_port");
	ck_assert_str_eq(event_info[EVENT_hairpin].name, "hairpin");
	ck_assert_str_eq(event_info[EVENT_sessions_expired].about, "sessions");
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("counters");
	TCase *tcase = tcase_create("counters");

	tcase_add_test(tcase, sum_takes_every_counter);
	tcase_add_test(tcase, adding);
	tcase_add_test(tcase, conservation);
	tcase_add_test(tcase, names);
	suite_add_tcase(suite, tcase);
	return suite;
}
