/* SPDX-License-Identifier: BSD-3-Clause */
/* Random operations on a NAT and on a plain list of flows: counts, uniqueness of ports, lookups both ways, expiry. */
#include "base/random.h"
#include "nat_model.h"
#include "pkt/l4.h"
#include "unit.h"

#define ROUNDS 30
#define BYTES 40000

/* NAT-02, NAT-03, NAT-05, NAT-27, NAT-44, NAT-47, NAT-49 and what they have to do with each other: 200 000 events. */
START_TEST(random_operations)
{
	static uint8_t data[BYTES];
	struct random random = { .key = { { 2024, (uint64_t)_i } } };
	struct nat_model_count count = { 0 };
	const char *difference;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)random_u64(&random);
	if (_i % 2 == 1) { /* time stands still more often, so that tables and port sets fill up */
		for (size_t i = 0; i < sizeof(data); i++)
			data[i] |= random_below(&random, 20) != 0 ? 8 : 0;
	}
	difference = nat_model_run(data, sizeof(data), &count);
	ck_assert_msg(difference == NULL, "%s", difference);

	/* Everything must have happened, or nothing was tested. */
	ck_assert_uint_gt(count.opened, 100);
	ck_assert_uint_gt(count.found_out, 20);
	ck_assert_uint_gt(count.found_in, 2);
	ck_assert_uint_gt(count.admitted, 0);
	ck_assert_uint_gt(count.filtered, 0);
	ck_assert_uint_gt(count.unmapped, 20);
	ck_assert_uint_gt(count.expired, 100);
	ck_assert_uint_gt(count.shared, 0);
	ck_assert_uint_gt(count.host_limit, 0);
	ck_assert(_i % 2 == 1 || count.flushed > 0);
	ck_assert(_i % 2 == 0 || count.table_full > 20);
}
END_TEST

/* One protocol alone uses its 60 ports up before the 96 sessions. */
START_TEST(port_set_used_up)
{
	static uint8_t data[6 * 600];
	struct random random = { .key = { { 2025, 1 } } };
	struct nat_model_count count = { 0 };
	const char *difference;

	for (size_t i = 0; i < sizeof(data); i += 6) {
		data[i] = 15;    /* packet out */
		data[i + 1] = 1; /* UDP */
		data[i + 2] = (uint8_t)random_u64(&random);
		data[i + 3] = (uint8_t)random_below(&random, 2);
		data[i + 4] = data[i + 5] = 0;
	}
	difference = nat_model_run(data, sizeof(data), &count);
	ck_assert_msg(difference == NULL, "%s", difference);
	ck_assert_uint_gt(count.no_port, 10);
	ck_assert_uint_ge(count.opened, 60);
}
END_TEST

/* TCP alone, with what opens, closes and resets connections: NAT-27, NAT-29. */
START_TEST(connections_come_and_go)
{
	static const uint8_t flags[] = { TCP_SYN, TCP_SYN, TCP_SYN | TCP_ACK, TCP_FIN | TCP_ACK, TCP_ACK, TCP_RST };
	static const uint8_t change[] = { 2, 1, 0x81, 0 }; /* connections end early, no port is shared */
	static uint8_t data[6 * 6000];
	struct random random = { .key = { { 2026, (uint64_t)_i } } };
	struct nat_model_count count = { 0 };
	const char *difference;
	size_t at = sizeof(change);

	memcpy(data, change, sizeof(change));
	for (; at + 6 <= sizeof(data); at += 6) {
		const uint8_t packet[] = { random_below(&random, 2) ? 15 : 3, L4_TCP,
			(uint8_t)random_below(&random, 240), (uint8_t)random_u64(&random),
			flags[random_below(&random, 6)], (uint8_t)random_u64(&random) };
		const uint8_t time[] = { 0, (uint8_t)random_below(&random, 160), 0, 0, 0, 0 };

		memcpy(data + at, random_below(&random, 50) == 0 ? time : packet, 6);
	}
	difference = nat_model_run(data, at, &count);
	ck_assert_msg(difference == NULL, "%s", difference);
	ck_assert_uint_gt(count.resets_ignored, 5);
	ck_assert_uint_gt(count.closed_early, 5);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("nat_model");
	TCase *tcase = tcase_create("nat_model");

	tcase_add_loop_test(tcase, random_operations, 0, ROUNDS);
	tcase_add_test(tcase, port_set_used_up);
	tcase_add_loop_test(tcase, connections_come_and_go, 0, 5);
	suite_add_tcase(suite, tcase);
	return suite;
}
