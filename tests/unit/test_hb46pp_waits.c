/* SPDX-License-Identifier: BSD-3-Clause */
/* HB46PP section 3.6 (S46-31): the client's waits are random, over the whole of their range. */
#include "hb46pp_line.h"

static void
spread(uint32_t (*fails)(void), uint64_t from, uint64_t to)
{
	unsigned int quarter[4] = { 0 };

	for (int i = 0; i < 400; i++) {
		uint64_t wait;

		(void)fails();
		wait = waits(from, to) - from;
		quarter[wait * 4 / (to - from + 1)]++;
	}
	for (int i = 0; i < 4; i++)
		ck_assert_msg(quarter[i] > 60 && quarter[i] < 140, "%u of 400 in quarter %d", quarter[i], i);
}

static uint32_t
no_domain(void)
{
	return failure(HB46PP_DNS_NXDOMAIN);
}

static uint32_t
no_resolver(void)
{
	return failure(HB46PP_DNS_TIMEOUT);
}

static uint32_t
no_server(void)
{
	finds_server();
	return silence("no route");
}

static uint32_t
no_ttl(void)
{
	finds_server();
	return reply(200, "{\"order\":[\"map_e\"]," MAP_E "}");
}

START_TEST(waits_are_random)
{
	hb46pp_start(&client, now);
	spread(no_domain, 1 * HOUR, 3 * HOUR);
	spread(no_resolver, 1 * MINUTE, 10 * MINUTE);
	spread(no_server, 10 * MINUTE, 30 * MINUTE);
	spread(no_ttl, 20 * HOUR, 24 * HOUR);
}
END_TEST

/* Two boxes that have failed together do not come back together. */
START_TEST(boxes_differ)
{
	const struct random other_random = { .key = { { 3, 4 } } };
	struct hb46pp_client other;

	hb46pp_init(&other, &identity, &other_random);
	hb46pp_start(&client, now);
	hb46pp_start(&other, now);
	failure(HB46PP_DNS_NXDOMAIN);
	hb46pp_dns(&other, now, other.serial, HB46PP_DNS_NXDOMAIN, NULL, 0);
	ck_assert_uint_ne(client.next_ms, other.next_ms);
	hb46pp_fini(&other);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("hb46pp_waits");
	TCase *random_waits = tcase_create("waits");

	tcase_add_checked_fixture(random_waits, set_up, tear_down);
	tcase_add_test(random_waits, waits_are_random);
	tcase_add_test(random_waits, boxes_differ);
	suite_add_tcase(suite, random_waits);
	return suite;
}
