/* SPDX-License-Identifier: BSD-3-Clause */
/* The text for Prometheus (exposition format 0.0.4): every sample below its head, and each number from its counter. */
#include "api/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "report_fixture.h"
#include "unit.h"

static struct conf_softwire softwires[2];
static struct conf conf;
static struct metrics_source source;
static char *text;

static void
set_up(void)
{
	report_set_up(2);
	report.softwire[1].slot = 99;
	report.softwire[1].since_ms = 1500;
	memset(softwires, 0, sizeof(softwires));
	strcpy(softwires[0].name, "one");
	softwires[0].is_down = true;
	softwires[0].provisioned = true;
	softwires[0].source = SOURCE_HB46PP;
	conf = (struct conf){ .role = CONF_CE, .softwires = softwires, .softwire_count = 1 };
	source = (struct metrics_source){ .report = &report, .conf = &conf, .dpdk = "DPDK 22.11" };
	text = NULL;
}

static void
tear_down(void)
{
	free(text);
}

static void
render(void)
{
	size_t len;
	FILE *to = open_memstream(&text, &len);

	metrics_write(to, &source);
	fclose(to);
}

/* How often the line is there. */
static unsigned int
lines(const char *line)
{
	char wanted[256];
	unsigned int count = 0;

	snprintf(wanted, sizeof(wanted), "\n%s\n", line);
	for (const char *at = strstr(text, wanted); at != NULL; at = strstr(at + 1, wanted))
		count++;
	return count;
}

#define HAS(line) ck_assert_msg(lines(line) == 1, "%s: %u times", line, lines(line))
#define HAS_NONE(part) ck_assert_msg(strstr(text, part) == NULL, "there is %s", part)

/* The name at the beginning of a sample, or behind "# TYPE ". */
static const char *
name_at(const char *at, char name[128])
{
	snprintf(name, 128, "%.*s", (int)strcspn(at, " {"), at);
	return name;
}

/* Each metric has one head, HELP and TYPE, and all of its samples follow it; counters, and only they, end in _total. */
START_TEST(every_sample_has_its_head)
{
	char current[128] = "", name[128], seen[256][128];
	unsigned int metrics = 0;
	char *line, *rest;

	report.control = &counters[1];
	report.bindings.capacity = 1;
	render();
	ck_assert_int_eq(text[strlen(text) - 1], '\n');
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "# HELP ", 7) != 0) {
			ck_assert_str_eq(name_at(line, name), current);
			continue;
		}
		name_at(line + 7, current);
		ck_assert_int_eq(strncmp(current, "mapedge_", 8), 0);
		ck_assert_msg(line[7 + strlen(current) + 1] != '\0', "no help for %s", current);
		for (unsigned int i = 0; i < metrics; i++)
			ck_assert_str_ne(current, seen[i]);
		strcpy(seen[metrics++], current);
		line = strtok_r(NULL, "\n", &rest);
		ck_assert_str_eq(name_at(line + 7, name), current);
		ck_assert_int_eq(strstr(line, " counter") != NULL,
		    strlen(current) > 6 && strcmp(current + strlen(current) - 6, "_total") == 0);
	}
	ck_assert_uint_gt(metrics, 60);
}
END_TEST

START_TEST(the_box)
{
	render();
	HAS("mapedge_build_info{version=\"" MAPEDGE_VERSION "\",dpdk=\"DPDK 22.11\"} 1");
	HAS("mapedge_role_info{role=\"ce\"} 1");
	HAS("mapedge_start_time_seconds 1777777777.045");
	HAS("mapedge_rules_generation 7");
}
END_TEST

/* Every reason is there, at zero too, with the side it is from; the sum is the box's, control's among it. */
START_TEST(drops)
{
	struct counters control = { .drop[DROP_host_down] = 5 };
	char line[512];

	counters[0].drop[DROP_spoof_v4] = 2;
	counters[1].drop[DROP_spoof_v4] = 3;
	report.control = &control;
	render();
	for (int i = 0; i < DROP_COUNT; i++) {
		snprintf(line, sizeof(line), "mapedge_drops_total{reason=\"%s\",side=\"%s\"} ", drop_info[i].name,
		    drop_info[i].about);
		ck_assert_msg(strstr(text, line) != NULL, "no %s", line);
	}
	HAS("mapedge_drops_total{reason=\"spoof_v4\",side=\"map\"} 5");
	HAS("mapedge_drops_total{reason=\"host_down\",side=\"l2\"} 5");
	HAS("mapedge_drops_total{reason=\"tx_full\",side=\"self\"} 0");
	HAS("mapedge_packets_dropped_total 10");
}
END_TEST

/* A quote in a text must not end it. */
START_TEST(label_values_are_escaped)
{
	report.softwire[0].name = "a\\b\"c\nd";
	render();
	HAS("mapedge_softwire_receive_packets_total{softwire=\"a\\\\b\\\"c\\nd\",family=\"ipv4\"} 0");
	ck_assert_ptr_nonnull(strstr(text, "nat.port_reuse = \\\"on_exhaustion\\\""));
}
END_TEST

START_TEST(events)
{
	counters[0].event[EVENT_mss_clamped] = 4;
	counters[1].event[EVENT_sessions_created] = 9;
	render();
	HAS("mapedge_mss_clamped_packets_total 4");
	HAS("mapedge_sessions_created_total 9");
	HAS("mapedge_port_shared_sessions_total 0");
	HAS("# HELP mapedge_mss_clamped_packets_total TCP segments whose MSS option was lowered");
}
END_TEST

START_TEST(interfaces)
{
	for (unsigned int w = 0; w < 2; w++)
		counters[w].interface[1] = (struct interface_counters){ { 10, 1000 }, { 20, 2000 }, 3 };
	report.rx_missed[1] = 8;
	render();
	HAS("mapedge_interface_receive_packets_total{interface=\"wan\"} 20");
	HAS("mapedge_interface_receive_bytes_total{interface=\"wan\"} 2000");
	HAS("mapedge_interface_transmit_packets_total{interface=\"wan\"} 40");
	HAS("mapedge_interface_transmit_bytes_total{interface=\"wan\"} 4000");
	HAS("mapedge_interface_receive_missed_packets_total{interface=\"wan\"} 8");
	HAS("mapedge_interface_receive_packets_total{interface=\"lan\"} 0");
	HAS("mapedge_traffic_dropped_packets_total{family=\"ipv6\"} 6");
	HAS("mapedge_traffic_dropped_packets_total{family=\"ipv4\"} 0");
	HAS_NONE("to_host");
}
END_TEST

START_TEST(host_interfaces)
{
	struct counters control = { .host = { { { 1, 60 }, { 3, 180 } }, { { 4, 240 }, { 2, 120 } } } };

	report.control = &control;
	render();
	HAS("mapedge_interface_to_host_packets_total{interface=\"lan\"} 1");
	HAS("mapedge_interface_to_host_bytes_total{interface=\"wan\"} 240");
	HAS("mapedge_interface_from_host_packets_total{interface=\"wan\"} 2");
	HAS("mapedge_interface_from_host_bytes_total{interface=\"lan\"} 180");
}
END_TEST

/* By slot, from where they stood when the softwire came; the sum of all is of those that have gone, too. */
START_TEST(softwire_traffic)
{
	counters[0].softwire[99] = (struct softwire_counters){ { 50, 500 }, { 60, 600 }, { 70, 700 }, { 80, 800 } };
	counters[1].softwire[3] = (struct softwire_counters){ { 1, 10 }, { 2, 20 }, { 3, 30 }, { 4, 40 } };
	report.softwire[1].before = (struct softwire_counters){ { 5, 50 }, { 6, 60 }, { 7, 70 }, { 8, 80 } };
	render();
	HAS("mapedge_softwire_receive_packets_total{softwire=\"two\",family=\"ipv4\"} 45");
	HAS("mapedge_softwire_transmit_bytes_total{softwire=\"two\",family=\"ipv6\"} 540");
	HAS("mapedge_softwire_receive_bytes_total{softwire=\"two\",family=\"ipv6\"} 630");
	HAS("mapedge_softwire_transmit_packets_total{softwire=\"two\",family=\"ipv4\"} 72");
	HAS("mapedge_softwire_start_time_seconds{softwire=\"two\"} 1.500");
	HAS("mapedge_traffic_receive_packets_total{family=\"ipv4\"} 51");
	HAS("mapedge_traffic_transmit_bytes_total{family=\"ipv6\"} 620");
}
END_TEST

START_TEST(workers)
{
	counters[1].created = 4;
	counters[1].merged = 2;
	counters[0].event[EVENT_reassembled] = 1;
	counters[1].drop[DROP_ttl] = 1;
	counters[1].interface[0].rx.packets = 30;
	counters[1].interface[1].tx.packets = 29;
	gauges[1] = (struct gauges){ .generation = 6, .held = 2, .sessions = 11, .cycles = 1000, .busy_cycles = 250 };
	gauges[0].taken_over = 7;
	report.held = 2;
	render();
	HAS("mapedge_worker_packets_received_total{worker=\"1\"} 30");
	HAS("mapedge_worker_packets_created_total{worker=\"1\"} 4");
	HAS("mapedge_worker_packets_transmitted_total{worker=\"1\"} 29");
	HAS("mapedge_worker_packets_merged_total{worker=\"1\"} 2");
	HAS("mapedge_worker_packets_dropped_total{worker=\"1\"} 1");
	HAS("mapedge_worker_packets_held{worker=\"1\"} 2");
	HAS("mapedge_worker_sessions{worker=\"1\"} 11");
	HAS("mapedge_worker_rules_generation{worker=\"1\"} 6");
	HAS("mapedge_worker_cycles_total{worker=\"1\"} 1000");
	HAS("mapedge_worker_busy_cycles_total{worker=\"1\"} 250");
	HAS("mapedge_worker_taken_over_packets_total{worker=\"0\"} 7");
	HAS("mapedge_worker_packets_received_total{worker=\"0\"} 0");
	HAS("mapedge_packets_received_total 30");
	HAS("mapedge_packets_held 2");
	HAS("mapedge_traffic_reassembled_fragments_total{family=\"ipv6\"} 3");
}
END_TEST

START_TEST(nat)
{
	for (unsigned int w = 0; w < 2; w++)
		gauges[w] = (struct gauges){ .sessions = 10,
			.sessions_sharing = 3,
			.mappings = 7,
			.hosts = 2,
			.ports_total = { 120, 121, 122 },
			.ports_used = { 5, 6, 7 },
			.ports_shared = { 1, 2, 3 } };
	render();
	HAS("mapedge_nat_info{port_reuse=\"on_exhaustion\",df=\"honour\"} 1");
	HAS("mapedge_nat_sessions 20");
	HAS("mapedge_nat_sessions_sharing 6");
	HAS("mapedge_nat_mappings 14");
	HAS("mapedge_nat_hosts 4");
	HAS("mapedge_nat_ports{protocol=\"tcp\"} 240");
	HAS("mapedge_nat_ports_used{protocol=\"udp\"} 12");
	HAS("mapedge_nat_ports_high_water{protocol=\"tcp\"} 10");
	HAS("mapedge_nat_ports_shared{protocol=\"icmp\"} 6");
	free(text);
	report.is_ce = false;
	conf.role = CONF_BR;
	render();
	HAS("mapedge_role_info{role=\"br\"} 1");
	HAS_NONE("mapedge_nat_");
}
END_TEST

START_TEST(tables)
{
	const struct report_rule_log log = { .records = 12, .failures = 3 };

	render();
	HAS_NONE("mapedge_rule_log");
	HAS_NONE("mapedge_bindings");
	free(text);
	report.rule_log = &log;
	report.bindings.count = 5;
	report.bindings.capacity = 65536;
	report.bindings.memory = UINT64_C(5) << 32;
	render();
	HAS("mapedge_rule_log_records_total 12");
	HAS("mapedge_rule_log_failures_total 3");
	HAS("mapedge_bindings 5");
	HAS("mapedge_bindings_capacity 65536");
	HAS("mapedge_bindings_memory_bytes 21474836480");
}
END_TEST

/* A softwire that waits for its line has no ends; a BR's own end is its BR address. */
START_TEST(ends)
{
	render();
	HAS("mapedge_softwire_info{softwire=\"one\",kind=\"map-e\",provision=\"hb46pp\",local=\"\",remote=\"\",ipv4="
	    "\"\"} 1");
	HAS("mapedge_softwire_configured{softwire=\"one\"} 0");
	HAS_NONE("mapedge_softwire_state");
	free(text);
	softwires[0] = (struct conf_softwire){ .name = "one",
		.kind = OFFER_IPIP,
		.br = 2,
		.local = 1,
		.ipv4 = { 0xc0000212, 32 } };
	render();
	HAS("mapedge_softwire_info{softwire=\"one\",kind=\"ipip\",provision=\"static\",local=\"::1\",remote=\"::2\","
	    "ipv4=\"192.0.2.18/32\"} 1");
	HAS("mapedge_softwire_configured{softwire=\"one\"} 1");
	free(text);
	conf.role = CONF_BR;
	render();
	HAS("mapedge_softwire_info{softwire=\"one\",kind=\"ipip\",provision=\"static\",local=\"::2\",remote=\"\",ipv4="
	    "\"\"} 1");
}
END_TEST

START_TEST(other_end)
{
	struct pulse pulse = { 0 };

	source.liveness.pulse = &pulse;
	pulse_take(&pulse, 0, 0, 0);
	pulse_take(&pulse, 20000, 9, 0);
	render();
	HAS("mapedge_softwire_state{softwire=\"one\",state=\"silent\"} 1");
	HAS("mapedge_softwire_state{softwire=\"one\",state=\"answers\"} 0");
	HAS("mapedge_softwire_state{softwire=\"one\",state=\"unknown\"} 0");
}
END_TEST

START_TEST(the_line)
{
	static struct dhcp6_client client = { .state = DHCP6_SOLICITING };
	static const struct registration registration = { 0 };
	static struct line_report line = { .client = &client,
		.source_count = 2,
		.sources = { { SOURCE_HB46PP, false, "retry", "", 0, 0 }, { SOURCE_RULES, true, "read", "", 0, 0 } } };
	char wanted[128];

	source.line = &line;
	render();
	HAS("mapedge_provision_source_used{source=\"hb46pp\"} 0");
	HAS("mapedge_provision_source_used{source=\"rules\"} 1");
	HAS("mapedge_provision_source_info{source=\"hb46pp\",state=\"retry\"} 1");
	snprintf(wanted, sizeof(wanted), "mapedge_dhcpv6_info{state=\"%s\"} 1", dhcp6_state_word(DHCP6_SOLICITING));
	HAS(wanted);
	HAS_NONE("mapedge_registration");
	free(text);
	line.registration = &registration;
	render();
	snprintf(wanted, sizeof(wanted), "mapedge_registration_info{state=\"%s\"} 1",
	    registration_state_word(registration.state));
	HAS(wanted);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tcase = tcase_create("metrics");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, every_sample_has_its_head);
	tcase_add_test(tcase, the_box);
	tcase_add_test(tcase, drops);
	tcase_add_test(tcase, label_values_are_escaped);
	tcase_add_test(tcase, events);
	tcase_add_test(tcase, interfaces);
	tcase_add_test(tcase, host_interfaces);
	tcase_add_test(tcase, softwire_traffic);
	tcase_add_test(tcase, workers);
	tcase_add_test(tcase, nat);
	tcase_add_test(tcase, tables);
	tcase_add_test(tcase, ends);
	tcase_add_test(tcase, other_end);
	tcase_add_test(tcase, the_line);
	suite_add_tcase(suite, tcase);
	return suite;
}
