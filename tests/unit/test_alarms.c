/* SPDX-License-Identifier: BSD-3-Clause */
/* Alarms: each by the sign that raises it, alone; since when; and over when the sign has gone. */
#include "api/alarms.h"

#include <string.h>

#include "unit.h"

static struct counters counters;
static struct gauges gauges;
static struct recent recent;
static struct alarm port_alarm[3];
static struct report_rule_log rule_log;
static struct report report;
static struct health health;
static struct error why_down;
static struct alarm_signs signs;
static struct alarms alarms;

/* A CE to which nothing is wrong. */
static void
set_up(void)
{
	memset(&counters, 0, sizeof(counters));
	memset(&gauges, 0, sizeof(gauges));
	memset(&recent, 0, sizeof(recent));
	memset(port_alarm, 0, sizeof(port_alarm));
	memset(&rule_log, 0, sizeof(rule_log));
	memset(&alarms, 0, sizeof(alarms));
	report = (struct report){ .is_ce = true,
		.worker_count = 1,
		.counters = { &counters },
		.gauges = { &gauges },
		.recent = &recent,
		.port_alarm = port_alarm,
		.rule_log = &rule_log };
	health = (struct health){ .generation = 3,
		.worker_count = 2,
		.worker = { { 3, 5 }, { 3, HEALTH_SILENT_MS - 1 } },
		.link = { { "lan", true }, { "wan", true } },
		.is_ce = true,
		.reach = REACH_UNKNOWN };
	error_set(&why_down, ENOENT, "the line has no prefix");
	signs = (struct alarm_signs){ .health = &health, .report = &report, .lan_trouble = "" };
}

static void
worker_stands_still(void)
{
	health.worker[1].silent_ms = HEALTH_SILENT_MS;
}

static void
config_not_in_use(void)
{
	health.worker[0].generation = 2;
}

static void
ipv4_link_down(void)
{
	health.link[0].is_up = false;
}

static void
ipv6_link_down(void)
{
	health.link[1].is_up = false;
}

static void
softwire_down(void)
{
	health.why_down = &why_down;
	health.reach = REACH_SILENT;
}

static void
softwire_silent(void)
{
	health.reach = REACH_SILENT;
}

static void
no_rules(void)
{
	health.is_ce = false;
}

static void
tcp_ports(void)
{
	gauges.ports_used[0] = 230;
	gauges.ports_total[0] = 240;
	port_alarm[0].is_on = true;
}

static void
udp_ports(void)
{
	port_alarm[1].is_on = true;
}

static void
icmp_ids(void)
{
	port_alarm[2].is_on = true;
}

/* What is normal, or somebody else's fault, is no alarm. */
static void
drops(void)
{
	counters.drop[DROP_ttl] = 100;
	counters.drop[DROP_spoof_v4] = 100;
	counters.drop[DROP_tx_full] = 3;
	counters.drop[DROP_handoff_full] = 4;
}

static void
lan_services(void)
{
	signs.lan_trouble = "dnsmasq has ended";
}

static void
rule_log_fails(void)
{
	rule_log.failures = 2;
}

static void
unconfirmed(void)
{
	signs.waits_for_confirm = true;
}

static void
drained(void)
{
	signs.is_drained = true;
}

static const struct {
	enum alarm_kind kind;
	void (*happen)(void);
	const char *name, *severity, *text;
} cases[] = {
	{ ALARM_WORKER_STANDS_STILL, worker_stands_still, "worker-stands-still", "error",
	    "1 of 2 workers stand still" },
	{ ALARM_CONFIG_NOT_IN_USE, config_not_in_use, "config-not-in-use", "error",
	    "1 of 2 workers do not use generation 3" },
	{ ALARM_IPV4_LINK_DOWN, ipv4_link_down, "ipv4-link-down", "error", "lan has no link" },
	{ ALARM_IPV6_LINK_DOWN, ipv6_link_down, "ipv6-link-down", "error", "wan has no link" },
	{ ALARM_SOFTWIRE_DOWN, softwire_down, "softwire-down", "error", "the line has no prefix" },
	{ ALARM_SOFTWIRE_SILENT, softwire_silent, "softwire-silent", "error", "" },
	{ ALARM_NO_RULES, no_rules, "no-rules", "error", "neither rule nor binding" },
	{ ALARM_TCP_PORTS_SHORT, tcp_ports, "tcp-ports-short", "warning", "230 of 240 TCP ports" },
	{ ALARM_UDP_PORTS_SHORT, udp_ports, "udp-ports-short", "warning", "UDP ports" },
	{ ALARM_ICMP_IDS_SHORT, icmp_ids, "icmp-ids-short", "warning", "ICMP identifiers" },
	{ ALARM_DROPS, drops, "drops", "error",
	    "7 packets in the last minute that should have gone through, most as handoff_full" },
	{ ALARM_LAN_SERVICES, lan_services, "lan-services", "error", "dnsmasq has ended" },
	{ ALARM_RULE_LOG, rule_log_fails, "rule-log", "error", "2 lines" },
	{ ALARM_UNCONFIRMED, unconfirmed, "config-unconfirmed", "warning", "confirmed" },
	{ ALARM_DRAINED, drained, "drained", "warning", "drained" },
};

_Static_assert(sizeof(cases) / sizeof(cases[0]) == ALARM_KINDS, "a case for each");

START_TEST(one_by_one)
{
	json_t *document, *one;

	alarms_look(&alarms, &signs, 1000);
	document = alarms_json(&alarms, false);
	ck_assert_uint_eq(json_array_size(json_object_get(document, "alarms")), 0);
	json_decref(document);

	cases[_i].happen();
	alarms_look(&alarms, &signs, 2000);
	alarms_look(&alarms, &signs, 3000);
	document = alarms_json(&alarms, false);
	ck_assert_int_eq(json_integer_value(json_object_get(document, "raised")), 1);
	ck_assert_uint_eq(json_array_size(json_object_get(document, "alarms")), 1);
	one = json_array_get(json_object_get(document, "alarms"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(one, "alarm")), cases[_i].name);
	ck_assert_str_eq(json_string_value(json_object_get(one, "alarm")), alarm_name(cases[_i].kind));
	ck_assert_str_eq(json_string_value(json_object_get(one, "severity")), cases[_i].severity);
	ck_assert_str_eq(json_string_value(json_object_get(one, "since")), "1970-01-01T00:00:02.000Z");
	ck_assert_int_eq(json_integer_value(json_object_get(one, "times")), 1);
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(one, "text")), cases[_i].text));
	ck_assert_uint_gt(strlen(json_string_value(json_object_get(one, "clears"))), 5);
	json_decref(document);
}
END_TEST

/* Over, and raised again: since then, and twice. The worst come first. */
START_TEST(over_and_again)
{
	json_t *document, *list;

	tcp_ports();
	alarms_look(&alarms, &signs, 1000);
	port_alarm[0].is_on = false;
	alarms_look(&alarms, &signs, 2000);
	document = alarms_json(&alarms, true);
	ck_assert_int_eq(json_integer_value(json_object_get(document, "raised")), 0);
	list = json_object_get(document, "alarms");
	ck_assert_uint_eq(json_array_size(list), ALARM_KINDS);
	ck_assert(json_is_null(json_object_get(json_array_get(list, 0), "since")));
	json_decref(document);
	port_alarm[0].is_on = true;
	drops();
	alarms_look(&alarms, &signs, 3000);
	document = alarms_json(&alarms, false);
	list = json_object_get(document, "alarms");
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(list, 0), "alarm")), "drops");
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(list, 1), "times")), 2);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(list, 1), "since")),
	    "1970-01-01T00:00:03.000Z");
	json_decref(document);
}
END_TEST

/* Errors among drops are an alarm for a minute. */
START_TEST(drops_of_the_last_minute)
{
	drops();
	alarms_look(&alarms, &signs, 1000);
	ck_assert(alarms.state[ALARM_DROPS].is_on);
	for (unsigned int i = 0; i < RECENT_LOOKS; i++)
		recent_look(&recent, counters.drop);
	alarms_look(&alarms, &signs, 2000);
	ck_assert(!alarms.state[ALARM_DROPS].is_on);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("alarms");
	TCase *tcase = tcase_create("alarms");

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_loop_test(tcase, one_by_one, 0, ALARM_KINDS);
	tcase_add_test(tcase, over_and_again);
	tcase_add_test(tcase, drops_of_the_last_minute);
	suite_add_tcase(suite, tcase);
	return suite;
}
