/* SPDX-License-Identifier: BSD-3-Clause */
/* The last ten minutes: the oldest look goes when the ring is full, and the document has them in their order. */
#include "stats/trend.h"

#include <string.h>

#include "api/trend_json.h"
#include "unit.h"

static struct trend trend;

static void
set_up(void)
{
	memset(&trend, 0, sizeof(trend));
}

static void
look(uint64_t number)
{
	const struct trend_look now = { .ms = 1000 + number * TREND_EVERY_MS,
		.encapsulated_packets = number,
		.encapsulated_bytes = 10 * number,
		.decapsulated_packets = 2 * number,
		.decapsulated_bytes = 20 * number,
		.dropped = 3 * number,
		.sessions = number == 200 ? 99 : 7,
		.hosts = 2,
		.ports_used = { number == 90 ? 50 : 5, 6, 8 } };

	trend_take(&trend, &now);
}

START_TEST(ring)
{
	ck_assert_uint_eq(trend_count(&trend), 0);
	for (uint64_t i = 0; i < TREND_LOOKS; i++)
		look(i);
	ck_assert_uint_eq(trend_count(&trend), TREND_LOOKS);
	ck_assert_uint_eq(trend_at(&trend, 0)->dropped, 0);
	ck_assert_uint_eq(trend_at(&trend, TREND_LOOKS - 1)->ms - trend_at(&trend, 0)->ms, 600000);
	look(TREND_LOOKS);
	look(TREND_LOOKS + 1);
	ck_assert_uint_eq(trend_count(&trend), TREND_LOOKS);
	for (unsigned int i = 0; i < TREND_LOOKS; i++)
		ck_assert_uint_eq(trend_at(&trend, i)->encapsulated_packets, i + 2);
}
END_TEST

/* A peak goes with the look it was seen in. */
START_TEST(peak)
{
	ck_assert_uint_eq(trend_peak(&trend).sessions, 0);
	for (uint64_t i = 0; i <= 200; i++)
		look(i);
	ck_assert_uint_eq(trend_peak(&trend).sessions, 99);
	ck_assert_uint_eq(trend_peak(&trend).hosts, 2);
	ck_assert_uint_eq(trend.high.ports_used[0], 50);
	ck_assert_uint_eq(trend_peak(&trend).ports_used[0], 50);
	ck_assert_uint_eq(trend_peak(&trend).ports_used[1], 6);
	ck_assert_uint_eq(trend_peak(&trend).ports_used[2], 8);
	for (uint64_t i = 201; i <= 90 + TREND_LOOKS; i++)
		look(i);
	ck_assert_uint_eq(trend_peak(&trend).ports_used[0], 5);
	/* What was the most ever stays, with the time it was first seen. */
	ck_assert_uint_eq(trend.high.ports_used[0], 50);
	ck_assert_uint_eq(trend.high.ms[0], 1000 + 90 * TREND_EVERY_MS);
	ck_assert_uint_eq(trend.high.ms[1], 1000);
}
END_TEST

START_TEST(document)
{
	static const struct {
		const char *column;
		json_int_t last;
	} columns[] = { { "age_ms", 500 }, { "encapsulated_packets", 2 }, { "encapsulated_bytes", 20 },
		{ "decapsulated_packets", 4 }, { "decapsulated_bytes", 40 }, { "dropped", 6 }, { "sessions", 7 },
		{ "hosts", 2 }, { "tcp_ports", 5 }, { "udp_ports", 6 }, { "icmp_ports", 8 } };
	json_t *json;

	for (uint64_t i = 0; i < 3; i++)
		look(i);
	json = trend_json(&trend, 1000 + 2 * TREND_EVERY_MS + 500);
	ck_assert_uint_eq(json_object_size(json), sizeof(columns) / sizeof(columns[0]) + 1);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		const json_t *column = json_object_get(json, columns[i].column);

		ck_assert_msg(json_array_size(column) == 3, "no %s", columns[i].column);
		ck_assert_int_eq(json_integer_value(json_array_get(column, 2)), columns[i].last);
	}
	ck_assert_int_eq(json_integer_value(json_array_get(json_object_get(json, "age_ms"), 0)), 10500);
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(json, "peak"), "udp_ports")), 6);
	json_decref(json);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("trend");
	TCase *tcase = tcase_create("trend");

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, ring);
	tcase_add_test(tcase, peak);
	tcase_add_test(tcase, document);
	suite_add_tcase(suite, tcase);
	return suite;
}
