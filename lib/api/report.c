/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/report.h"

#include "api/number_json.h"
#include "api/report_sums.h"

static json_t *
interfaces_json(const struct report *report, const struct counters *total)
{
	json_t *list = json_array();

	for (int i = 0; i < STATS_MAX_INTERFACES && report->interface[i] != NULL; i++) {
		json_t *one = json_pack("{s:s, s:o}", "name", report->interface[i], "rx_missed",
		    number_json(report->rx_missed[i]));

		traffic_json(one, "rx_packets", "rx_bytes", &total->interface[i].rx);
		traffic_json(one, "tx_packets", "tx_bytes", &total->interface[i].tx);
		if (report->control != NULL) {
			traffic_json(one, "to_host_packets", "to_host_bytes", &total->host[i].to_host);
			traffic_json(one, "from_host_packets", "from_host_bytes", &total->host[i].from_host);
		}
		json_array_append_new(list, one);
	}
	return list;
}

json_t *
report_softwire_traffic(json_t *object, const struct softwire_counters *c)
{
	traffic_json(object, "rcvd_ipv4_packets", "rcvd_ipv4_bytes", &c->rcvd_ipv4);
	traffic_json(object, "sent_ipv4_packets", "sent_ipv4_bytes", &c->sent_ipv4);
	traffic_json(object, "rcvd_ipv6_packets", "rcvd_ipv6_bytes", &c->rcvd_ipv6);
	return traffic_json(object, "sent_ipv6_packets", "sent_ipv6_bytes", &c->sent_ipv6);
}

static json_t *
softwires_json(const struct report *report, const struct counters *total)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < report->softwire_count; i++) {
		const struct report_softwire *softwire = &report->softwire[i];
		const struct softwire_counters own = report_softwire_counters(softwire, total);
		json_t *one = json_pack("{s:s, s:o}", "name", softwire->name, "discontinuity_time",
		    moment_json(softwire->since_ms));

		json_array_append_new(list, report_softwire_traffic(one, &own));
	}
	return list;
}

/* RFC 8676 section 8, grouping traffic-stat, as far as the box can tell: of all softwires there are and were. */
static json_t *
traffic_stat_json(const struct counters *total)
{
	const struct softwire_counters all = report_all_softwires(total);
	json_t *object = json_object();

	report_softwire_traffic(object, &all);
	json_object_set_new(object, "dropped_ipv4_packets", number_json(report_dropped_ipv4(total)));
	json_object_set_new(object, "dropped_ipv6_packets", number_json(report_dropped_ipv6(total)));
	json_object_set_new(object, "dropped_ipv4_fragments", number_json(report_dropped_fragments(total)));
	json_object_set_new(object, "ipv6_fragments_reassembled", number_json(report_reassembled_fragments(total)));
	json_object_set_new(object, "out_icmpv4_error_packets", number_json(total->event[EVENT_icmp4_sent]));
	json_object_set_new(object, "out_icmpv6_error_packets", number_json(total->event[EVENT_icmp6_sent]));
	json_object_set_new(object, "hairpin_ipv4_packets", number_json(total->event[EVENT_hairpin]));
	return object;
}

static json_t *
workers_json(const struct report *report)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < report->worker_count; i++) {
		struct counters own = { 0 };
		struct conservation sum;

		counters_sum(&own, report->counters[i]);
		sum = counters_conservation(&own, 0);
		json_array_append_new(list,
		    json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", (int)i, "received",
			number_json(sum.received), "created", number_json(sum.created), "transmitted",
			number_json(sum.transmitted), "merged", number_json(sum.merged), "dropped",
			number_json(sum.dropped), "held", number_json(gauge_get(&report->gauges[i]->held)), "sessions",
			number_json(gauge_get(&report->gauges[i]->sessions)), "generation",
			number_json(gauge_get(&report->gauges[i]->generation))));
	}
	return list;
}

static json_t *
counts_json(const struct counter_info *info, const uint64_t *counts, int count, bool all)
{
	json_t *object = json_object();

	for (int i = 0; i < count; i++) {
		if (all || counts[i] != 0)
			json_object_set_new(object, info[i].name, number_json(counts[i]));
	}
	return object;
}

uint64_t
report_peak(const struct report *report, int space, uint64_t used, uint64_t *at_ms)
{
	const struct trend_high none = { 0 }, *high = report->high != NULL ? report->high : &none;
	const bool is_now = used > high->ports_used[space];

	*at_ms = report->since_ms + (is_now ? report->uptime_ms : high->ms[space] - report->started_ms);
	return is_now ? used : high->ports_used[space];
}

static void
add_peak(json_t *object, const struct report *report, int space, uint64_t used)
{
	uint64_t at_ms;
	const uint64_t peak = report_peak(report, space, used, &at_ms);

	json_object_set_new(object, "peak", number_json(peak));
	json_object_set_new(object, "peak_at", peak > 0 ? moment_json(at_ms) : json_null());
}

static json_t *
nat_json(const struct report *report)
{
	static const char *const space_name[] = { "tcp", "udp", "icmp" };
	const struct alarm none[3] = { 0 }, *alarm = report->port_alarm != NULL ? report->port_alarm : none;
	const struct gauges sum = report_gauges(report);
	json_t *ports = json_object();

	for (int space = 0; space < 3; space++) {
		json_object_set_new(ports, space_name[space],
		    json_pack("{s:o, s:o, s:o, s:b, s:o}", "total", number_json(sum.ports_total[space]), "used",
			number_json(sum.ports_used[space]), "shared", number_json(sum.ports_shared[space]), "alarm",
			alarm[space].is_on, "alarms", number_json(alarm[space].raised)));
		add_peak(json_object_get(ports, space_name[space]), report, space, sum.ports_used[space]);
	}
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "port_reuse", report->port_reuse, "df", report->df,
	    "sessions", number_json(sum.sessions), "sessions_sharing", number_json(sum.sessions_sharing), "mappings",
	    number_json(sum.mappings), "hosts", number_json(sum.hosts), "ports", ports);
}

static json_t *
conservation_json(const struct conservation *sum)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "received", number_json(sum->received), "created",
	    number_json(sum->created), "transmitted", number_json(sum->transmitted), "merged", number_json(sum->merged),
	    "dropped", number_json(sum->dropped), "held", number_json(sum->held), "balanced",
	    sum->received + sum->created == sum->transmitted + sum->merged + sum->dropped + sum->held);
}

void
report_total(const struct report *report, struct counters *total)
{
	for (unsigned int i = 0; i < report->worker_count; i++)
		counters_sum(total, report->counters[i]);
	if (report->control != NULL)
		counters_sum(total, report->control);
}

json_t *
report_json(const struct report *report, bool all)
{
	struct counters total = { 0 };
	struct conservation sum;
	json_t *document;

	report_total(report, &total);
	sum = counters_conservation(&total, report->held);
	document = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "role", report->is_ce ? "ce" : "br",
	    "generation", number_json(report->generation), "discontinuity_time", moment_json(report->since_ms),
	    "interfaces", interfaces_json(report, &total), "workers", workers_json(report), "softwires",
	    softwires_json(report, &total), "traffic_stat", traffic_stat_json(&total), "drops",
	    counts_json(drop_info, total.drop, DROP_COUNT, all), "events",
	    counts_json(event_info, total.event, EVENT_COUNT, all));
	if (report->is_ce)
		json_object_set_new(document, "nat", nat_json(report));
	if (report->rule_log != NULL)
		json_object_set_new(document, "rule_log",
		    json_pack("{s:o, s:o}", "records", number_json(report->rule_log->records), "failures",
			number_json(report->rule_log->failures)));
	if (report->bindings.capacity > 0)
		json_object_set_new(document, "bindings",
		    json_pack("{s:o, s:o, s:o}", "count", number_json(report->bindings.count), "capacity",
			number_json(report->bindings.capacity), "memory_bytes", number_json(report->bindings.memory)));
	json_object_set_new(document, "conservation", conservation_json(&sum));
	return document;
}
