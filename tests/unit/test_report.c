/* SPDX-License-Identifier: BSD-3-Clause */
/* The statistics document of docs/statistics.md: every number in its place, sums over workers, and the balance. */
#include "api/report.h"

#include <string.h>

#include "report_fixture.h"
#include "unit.h"

static void
set_up(void)
{
	report_set_up(REPORT_WORKERS);
}

/* The value at a path of keys and array places; NULL ends it. It must be there. */
static json_t *
at(json_t *value, ...)
{
	va_list path;
	const char *key;

	va_start(path, value);
	while ((key = va_arg(path, const char *)) != NULL) {
		value = json_is_array(value) ? json_array_get(value, (size_t)atoi(key)) : json_object_get(value, key);
		ck_assert_msg(value != NULL, "no %s", key);
	}
	va_end(path);
	return value;
}

#define NUMBER(...) json_integer_value(at(__VA_ARGS__, NULL))

START_TEST(interfaces)
{
	json_t *document;

	for (uint64_t w = 0; w < 3; w++) {
		for (uint64_t i = 0; i < 2; i++)
			counters[w].interface[i] =
			    (struct interface_counters){ { 100 * i + w, 1000 + w }, { 200 * i + w, 2000 + w }, 0 };
	}
	document = report_json(&report, false);
	ck_assert_str_eq(json_string_value(at(document, "interfaces", "0", "name", NULL)), "lan");
	ck_assert_str_eq(json_string_value(at(document, "interfaces", "1", "name", NULL)), "wan");
	ck_assert_int_eq(NUMBER(document, "interfaces", "0", "rx_packets"), 3);
	ck_assert_int_eq(NUMBER(document, "interfaces", "1", "rx_packets"), 303);
	ck_assert_int_eq(NUMBER(document, "interfaces", "1", "rx_bytes"), 3003);
	ck_assert_int_eq(NUMBER(document, "interfaces", "1", "tx_packets"), 603);
	ck_assert_int_eq(NUMBER(document, "interfaces", "0", "tx_bytes"), 6003);
	ck_assert_uint_eq(json_array_size(at(document, "interfaces", NULL)), 2);
	json_decref(document);
}
END_TEST

/* What control has done on the way to Linux and back; without host interfaces there is nothing to tell. */
START_TEST(host_interfaces)
{
	struct counters control = { .host = { { { 1, 60 }, { 3, 180 } }, { { 4, 240 }, { 2, 120 } } } };
	json_t *document = report_json(&report, true);

	ck_assert_ptr_null(json_object_get(at(document, "interfaces", "0", NULL), "to_host_packets"));
	json_decref(document);
	control.drop[DROP_host_down] = 5;
	counters[0].interface[0].rx.packets = 10;
	counters[1].interface[1].tx.packets = 5;
	report.control = &control;
	document = report_json(&report, true);
	ck_assert_int_eq(NUMBER(document, "interfaces", "0", "to_host_packets"), 1);
	ck_assert_int_eq(NUMBER(document, "interfaces", "0", "from_host_bytes"), 180);
	ck_assert_int_eq(NUMBER(document, "interfaces", "1", "to_host_bytes"), 240);
	ck_assert_int_eq(NUMBER(document, "interfaces", "1", "from_host_packets"), 2);
	ck_assert_int_eq(NUMBER(document, "drops", "host_down"), 5);
	ck_assert_int_eq(NUMBER(document, "conservation", "received"), 15);
	ck_assert_int_eq(NUMBER(document, "conservation", "transmitted"), 10);
	ck_assert_int_eq(NUMBER(document, "conservation", "dropped"), 5);
	ck_assert(json_is_true(at(document, "conservation", "balanced", NULL)));
	json_decref(document);
}
END_TEST

/* SEC-13: how full a table is can be seen; a box without bindings does not show them. */
START_TEST(bindings)
{
	json_t *document = report_json(&report, true);

	ck_assert_ptr_null(json_object_get(document, "bindings"));
	json_decref(document);
	report.bindings.count = 5;
	report.bindings.capacity = 65536;
	report.bindings.memory = UINT64_C(5) << 32;
	document = report_json(&report, false);
	ck_assert_int_eq(NUMBER(document, "bindings", "count"), 5);
	ck_assert_int_eq(NUMBER(document, "bindings", "capacity"), 65536);
	ck_assert_int_eq(NUMBER(document, "bindings", "memory_bytes"), INT64_C(5) << 32);
	json_decref(document);
}
END_TEST

START_TEST(softwires)
{
	json_t *document;

	for (uint64_t w = 0; w < 3; w++) {
		for (uint64_t i = 0; i < 2; i++)
			counters[w].softwire[i] =
			    (struct softwire_counters){ { 1 + i, 10 }, { 2 + i, 20 }, { 3 + i, 30 }, { 4 + i, 40 } };
	}
	document = report_json(&report, false);
	ck_assert_uint_eq(json_array_size(at(document, "softwires", NULL)), 2);
	ck_assert_str_eq(json_string_value(at(document, "softwires", "1", "name", NULL)), "two");
	ck_assert_int_eq(NUMBER(document, "softwires", "0", "rcvd_ipv4_packets"), 3);
	ck_assert_int_eq(NUMBER(document, "softwires", "0", "sent_ipv6_packets"), 6);
	ck_assert_int_eq(NUMBER(document, "softwires", "0", "rcvd_ipv6_packets"), 9);
	ck_assert_int_eq(NUMBER(document, "softwires", "0", "sent_ipv4_packets"), 12);
	ck_assert_int_eq(NUMBER(document, "softwires", "1", "rcvd_ipv4_packets"), 6);
	ck_assert_int_eq(NUMBER(document, "softwires", "1", "rcvd_ipv4_bytes"), 30);
	ck_assert_int_eq(NUMBER(document, "softwires", "1", "sent_ipv6_bytes"), 60);
	ck_assert_int_eq(NUMBER(document, "softwires", "1", "rcvd_ipv6_bytes"), 90);
	ck_assert_int_eq(NUMBER(document, "softwires", "1", "sent_ipv4_bytes"), 120);
	json_decref(document);
}
END_TEST

/* Counters go by slot, whatever the place in the list, and from where they stood when the softwire came. */
START_TEST(softwires_by_slot)
{
	json_t *document;

	counters[0].softwire[99] = (struct softwire_counters){ { 50, 500 }, { 60, 600 }, { 70, 700 }, { 80, 800 } };
	counters[2].softwire[99] = (struct softwire_counters){ { 1, 2 }, { 3, 4 }, { 5, 6 }, { 7, 8 } };
	report.softwire[0] = (struct report_softwire){ .name = "late",
		.slot = 99,
		.since_ms = UINT64_C(1777777777999),
		.before = { { 40, 400 }, { 41, 401 }, { 42, 402 }, { 43, 403 } } };
	document = report_json(&report, false);
	ck_assert_str_eq(json_string_value(at(document, "softwires", "0", "name", NULL)), "late");
	ck_assert_str_eq(json_string_value(at(document, "softwires", "0", "discontinuity_time", NULL)),
	    "2026-05-03T03:09:37.999Z");
	ck_assert_int_eq(NUMBER(document, "softwires", "0", "rcvd_ipv4_packets"), 11);
	ck_assert_int_eq(NUMBER(document, "softwires", "0", "rcvd_ipv4_bytes"), 102);
	ck_assert_int_eq(NUMBER(document, "softwires", "0", "sent_ipv6_packets"), 22);
	ck_assert_int_eq(NUMBER(document, "softwires", "0", "rcvd_ipv6_packets"), 33);
	ck_assert_int_eq(NUMBER(document, "softwires", "0", "sent_ipv4_packets"), 44);
	ck_assert_int_eq(NUMBER(document, "softwires", "0", "sent_ipv4_bytes"), 405);
	ck_assert_int_eq(NUMBER(document, "softwires", "1", "rcvd_ipv4_packets"), 0);
	/* The box's sums are of all that ever was. */
	ck_assert_int_eq(NUMBER(document, "traffic_stat", "rcvd_ipv4_packets"), 51);
	ck_assert_int_eq(NUMBER(document, "traffic_stat", "sent_ipv4_bytes"), 808);
	json_decref(document);
}
END_TEST

/* OPS-01: the names of RFC 8676 section 8 (traffic-stat), and since when they count. */
START_TEST(traffic_stat)
{
	static const struct {
		const char *name;
		json_int_t value;
	} want[] = { { "dropped_ipv4_packets", 30 }, { "dropped_ipv6_packets", 300 }, { "dropped_ipv4_fragments", 7 },
		{ "ipv6_fragments_reassembled", 25 }, { "out_icmpv4_error_packets", 4 },
		{ "out_icmpv6_error_packets", 5 }, { "hairpin_ipv4_packets", 6 } };
	static const enum drop_reason fragments[] = { DROP_fragment_v4, DROP_frag_bad, DROP_frag_tiny,
		DROP_frag_overlap, DROP_frag_duplicate, DROP_frag_table_full, DROP_frag_timeout };
	json_t *document;

	for (int w = 0; w < 3; w++) {
		counters[w].interface[0].dropped = 10;
		counters[w].interface[1].dropped = 100;
	}
	for (size_t i = 0; i < 7; i++)
		counters[i % 3].drop[fragments[i]] = 1;
	counters[0].drop[DROP_frag6_overlap] = 1000;
	counters[1].merged = 15;
	counters[2].event[EVENT_reassembled] = 10;
	counters[2].event[EVENT_icmp4_sent] = 4;
	counters[0].event[EVENT_icmp6_sent] = 5;
	counters[1].event[EVENT_hairpin] = 6;
	document = report_json(&report, false);
	ck_assert_str_eq(json_string_value(at(document, "discontinuity_time", NULL)), "2026-05-03T03:09:37.045Z");
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		ck_assert_int_eq(NUMBER(document, "traffic_stat", want[i].name), want[i].value);
	ck_assert_uint_eq(json_object_size(at(document, "traffic_stat", NULL)), 8 + sizeof(want) / sizeof(want[0]));
	json_decref(document);
}
END_TEST

/* OPS-04: integers, exact beyond 2^53, as text and back; no counter ever shows below 0. */
START_TEST(large_counters)
{
	static const struct {
		uint64_t value;
		const char *text;
	} cases[] = { { UINT64_C(9007199254740993), "\"rx_bytes\":9007199254740993" }, /* 2^53 + 1, no double */
		{ UINT64_C(9223372036854775807), "\"rx_bytes\":9223372036854775807" },
		{ UINT64_C(9223372036854775808), "\"rx_bytes\":0" },
		{ UINT64_MAX, "\"rx_bytes\":9223372036854775807" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *document, *again;
		char *text;

		counters[0].interface[0].rx.bytes = cases[i].value;
		document = report_json(&report, false);
		text = json_dumps(document, JSON_COMPACT);
		ck_assert_msg(strstr(text, cases[i].text) != NULL, "no %s in %s", cases[i].text, text);
		again = json_loads(text, 0, NULL);
		ck_assert(json_equal(document, again));
		ck_assert_int_eq(NUMBER(again, "interfaces", "0", "rx_bytes"),
		    (json_int_t)(cases[i].value & INT64_MAX));
		json_decref(again);
		json_decref(document);
		free(text);
	}
}
END_TEST

START_TEST(rule_log)
{
	const struct report_rule_log log = { .records = 12, .failures = 3 };
	json_t *document = report_json(&report, true);

	ck_assert_ptr_null(json_object_get(document, "rule_log"));
	json_decref(document);
	report.rule_log = &log;
	document = report_json(&report, false);
	ck_assert_int_eq(NUMBER(document, "rule_log", "records"), 12);
	ck_assert_int_eq(NUMBER(document, "rule_log", "failures"), 3);
	json_decref(document);
}
END_TEST

START_TEST(workers)
{
	json_t *document;

	for (uint64_t w = 0; w < 3; w++) {
		counters[w].created = 5 + w;
		counters[w].interface[0].rx.packets = 10 + w;
		counters[w].interface[1].rx.packets = 20;
		counters[w].interface[0].tx.packets = 30 + w;
		counters[w].drop[DROP_ttl] = 40 + w;
		gauges[w] = (struct gauges){ .generation = 6 + w, .sessions = 100 + w };
	}
	document = report_json(&report, false);
	ck_assert_uint_eq(json_array_size(at(document, "workers", NULL)), 3);
	ck_assert_int_eq(NUMBER(document, "workers", "2", "id"), 2);
	ck_assert_int_eq(NUMBER(document, "workers", "2", "received"), 32);
	ck_assert_int_eq(NUMBER(document, "workers", "2", "created"), 7);
	ck_assert_int_eq(NUMBER(document, "workers", "2", "transmitted"), 32);
	ck_assert_int_eq(NUMBER(document, "workers", "2", "dropped"), 42);
	ck_assert_int_eq(NUMBER(document, "workers", "2", "sessions"), 102);
	ck_assert_int_eq(NUMBER(document, "workers", "2", "generation"), 8);
	ck_assert_int_eq(NUMBER(document, "generation"), 7);
	json_decref(document);
}
END_TEST

/* Without `all` what is zero is left out; with it every name is there. */
START_TEST(drops_and_events)
{
	json_t *document;

	counters[0].drop[DROP_spoof_v4] = 1;
	counters[2].drop[DROP_spoof_v4] = 2;
	counters[1].event[EVENT_mss_clamped] = 3;
	document = report_json(&report, false);
	ck_assert_uint_eq(json_object_size(at(document, "drops", NULL)), 1);
	ck_assert_int_eq(NUMBER(document, "drops", "spoof_v4"), 3);
	ck_assert_uint_eq(json_object_size(at(document, "events", NULL)), 1);
	ck_assert_int_eq(NUMBER(document, "events", "mss_clamped"), 3);
	json_decref(document);

	document = report_json(&report, true);
	ck_assert_uint_eq(json_object_size(at(document, "drops", NULL)), DROP_COUNT);
	ck_assert_uint_eq(json_object_size(at(document, "events", NULL)), EVENT_COUNT);
	ck_assert_int_eq(NUMBER(document, "drops", "ttl"), 0);
	ck_assert_int_eq(NUMBER(document, "drops", "spoof_v4"), 3);
	json_decref(document);
}
END_TEST

START_TEST(nat)
{
	static const struct alarm alarms[3] = { { 0 }, { true, 7 }, { false, 8 } };
	static const struct trend_high high = { { 200, 2, 9 }, { 1500, 2500, 3500 } };
	json_t *document;

	for (uint64_t w = 0; w < 3; w++)
		gauges[w] = (struct gauges){ .sessions = 10 + w,
			.mappings = 5 + w,
			.ports_total = { 80, 90, 100 },
			.ports_used = { 1, w, 3 },
			.ports_shared = { w, 1, 0 },
			.sessions_sharing = 7 + w,
			.hosts = 2 };
	report.port_alarm = alarms;
	report.high = &high;
	report.started_ms = 500;
	report.since_ms = 0;
	report.uptime_ms = 9000;
	document = report_json(&report, false);
	ck_assert(json_is_true(at(document, "nat", "ports", "udp", "alarm", NULL)));
	ck_assert(json_is_false(at(document, "nat", "ports", "icmp", "alarm", NULL)));
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "udp", "alarms"), 7);
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "icmp", "alarms"), 8);
	/* At its time, or now, when there are more than any look has seen. */
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "tcp", "peak"), 200);
	ck_assert_str_eq(json_string_value(at(document, "nat", "ports", "tcp", "peak_at", NULL)),
	    "1970-01-01T00:00:01.000Z");
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "udp", "peak"), 3);
	ck_assert_str_eq(json_string_value(at(document, "nat", "ports", "udp", "peak_at", NULL)),
	    "1970-01-01T00:00:09.000Z");
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "icmp", "peak"), 9);
	ck_assert_str_eq(json_string_value(at(document, "nat", "ports", "icmp", "peak_at", NULL)),
	    "1970-01-01T00:00:03.000Z");
	ck_assert_int_eq(NUMBER(document, "nat", "sessions"), 33);
	ck_assert_int_eq(NUMBER(document, "nat", "mappings"), 18);
	ck_assert_int_eq(NUMBER(document, "nat", "sessions_sharing"), 24);
	ck_assert_int_eq(NUMBER(document, "nat", "hosts"), 6);
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "tcp", "shared"), 3);
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "icmp", "shared"), 0);
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "tcp", "total"), 240);
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "tcp", "used"), 3);
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "udp", "total"), 270);
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "udp", "used"), 3);
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "icmp", "total"), 300);
	ck_assert_int_eq(NUMBER(document, "nat", "ports", "icmp", "used"), 9);
	ck_assert_str_eq(json_string_value(at(document, "nat", "port_reuse", NULL)), "on_exhaustion");
	ck_assert_str_eq(json_string_value(at(document, "nat", "df", NULL)), "honour");
	ck_assert_str_eq(json_string_value(at(document, "role", NULL)), "ce");
	json_decref(document);

	report.is_ce = false;
	document = report_json(&report, false);
	ck_assert_str_eq(json_string_value(at(document, "role", NULL)), "br");
	ck_assert_ptr_null(json_object_get(document, "nat"));
	json_decref(document);
}
END_TEST

/* OPS-03: received + created = transmitted + dropped + held; one packet that is missing anywhere is seen. */
START_TEST(conservation)
{
	static const struct {
		uint64_t received, created, transmitted, dropped, held;
		bool balanced;
	} cases[] = { { 0, 0, 0, 0, 0, true }, { 100, 5, 60, 40, 5, true }, { 101, 5, 60, 40, 5, false },
		{ 100, 4, 60, 40, 5, false }, { 100, 5, 61, 40, 5, false }, { 100, 5, 60, 39, 5, false },
		{ 100, 5, 60, 40, 4, false }, { 0, 0, 0, 0, 1, false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *document;

		memset(counters, 0, sizeof(counters));
		counters[0].interface[1].rx.packets = cases[i].received / 2;
		counters[2].interface[0].rx.packets = cases[i].received - cases[i].received / 2;
		counters[1].created = cases[i].created;
		counters[1].interface[0].tx.packets = cases[i].transmitted;
		counters[0].drop[DROP_COUNT - 1] = cases[i].dropped;
		report.held = cases[i].held;
		document = report_json(&report, false);
		ck_assert_int_eq(NUMBER(document, "conservation", "received"), (json_int_t)cases[i].received);
		ck_assert_int_eq(NUMBER(document, "conservation", "created"), (json_int_t)cases[i].created);
		ck_assert_int_eq(NUMBER(document, "conservation", "transmitted"), (json_int_t)cases[i].transmitted);
		ck_assert_int_eq(NUMBER(document, "conservation", "dropped"), (json_int_t)cases[i].dropped);
		ck_assert_int_eq(NUMBER(document, "conservation", "held"), (json_int_t)cases[i].held);
		ck_assert_int_eq(json_is_true(at(document, "conservation", "balanced", NULL)), cases[i].balanced);
		json_decref(document);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("report");
	TCase *tcase = tcase_create("report");

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, interfaces);
	tcase_add_test(tcase, host_interfaces);
	tcase_add_test(tcase, softwires);
	tcase_add_test(tcase, softwires_by_slot);
	tcase_add_test(tcase, traffic_stat);
	tcase_add_test(tcase, large_counters);
	tcase_add_test(tcase, rule_log);
	tcase_add_test(tcase, bindings);
	tcase_add_test(tcase, workers);
	tcase_add_test(tcase, drops_and_events);
	tcase_add_test(tcase, nat);
	tcase_add_test(tcase, conservation);
	suite_add_tcase(suite, tcase);
	return suite;
}
