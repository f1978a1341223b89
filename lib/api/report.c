/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/report.h"

#include "base/timestamp.h"

/* JSON integers have 63 bits here; a counter that gets so far starts again from 0, as RFC 8676's do at 64. */
static json_t *
number(uint64_t value)
{
	return json_integer((json_int_t)(value & INT64_MAX));
}

static json_t *
moment(uint64_t ms)
{
	char text[TIMESTAMP_TEXT_SIZE];

	return json_string(timestamp_format(ms, text));
}

static json_t *
traffic_json(json_t *object, const char *packets, const char *bytes, const struct traffic *traffic)
{
	json_object_set_new(object, packets, number(traffic->packets));
	json_object_set_new(object, bytes, number(traffic->bytes));
	return object;
}

static json_t *
interfaces_json(const struct report *report, const struct counters *total)
{
	json_t *list = json_array();

	for (int i = 0; i < STATS_MAX_INTERFACES && report->interface[i] != NULL; i++) {
		json_t *one =
		    json_pack("{s:s, s:o}", "name", report->interface[i], "rx_missed", number(report->rx_missed[i]));

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

static json_t *
softwire_traffic_json(json_t *object, const struct softwire_counters *c)
{
	traffic_json(object, "rcvd_ipv4_packets", "rcvd_ipv4_bytes", &c->rcvd_ipv4);
	traffic_json(object, "sent_ipv4_packets", "sent_ipv4_bytes", &c->sent_ipv4);
	traffic_json(object, "rcvd_ipv6_packets", "rcvd_ipv6_bytes", &c->rcvd_ipv6);
	return traffic_json(object, "sent_ipv6_packets", "sent_ipv6_bytes", &c->sent_ipv6);
}

static struct traffic
traffic_less(const struct traffic *now, const struct traffic *before)
{
	return (struct traffic){ now->packets - before->packets, now->bytes - before->bytes };
}

static json_t *
softwires_json(const struct report *report, const struct counters *total)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < report->softwire_count; i++) {
		const struct report_softwire *softwire = &report->softwire[i];
		const struct softwire_counters *now = &total->softwire[softwire->slot], *before = &softwire->before;
		const struct softwire_counters own = { .rcvd_ipv4 = traffic_less(&now->rcvd_ipv4, &before->rcvd_ipv4),
			.sent_ipv6 = traffic_less(&now->sent_ipv6, &before->sent_ipv6),
			.rcvd_ipv6 = traffic_less(&now->rcvd_ipv6, &before->rcvd_ipv6),
			.sent_ipv4 = traffic_less(&now->sent_ipv4, &before->sent_ipv4) };
		json_t *one =
		    json_pack("{s:s, s:o}", "name", softwire->name, "discontinuity_time", moment(softwire->since_ms));

		json_array_append_new(list, softwire_traffic_json(one, &own));
	}
	return list;
}

static void
add_traffic(struct traffic *to, const struct traffic *traffic)
{
	to->packets += traffic->packets;
	to->bytes += traffic->bytes;
}

/* IPv4 fragments that were dropped for what only fragments can be wrong in. */
static uint64_t
dropped_fragments(const struct counters *total)
{
	static const enum drop_reason reasons[] = { DROP_fragment_v4, DROP_frag_bad, DROP_frag_tiny, DROP_frag_overlap,
		DROP_frag_duplicate, DROP_frag_table_full, DROP_frag_timeout };
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		sum += total->drop[reasons[i]];
	return sum;
}

/* RFC 8676 section 8, grouping traffic-stat, as far as the box can tell: of all softwires there are and were. */
static json_t *
traffic_stat_json(const struct counters *total)
{
	struct softwire_counters all = { 0 };
	json_t *object = json_object();

	for (int i = 0; i < STATS_SOFTWIRE_SLOTS; i++) {
		add_traffic(&all.rcvd_ipv4, &total->softwire[i].rcvd_ipv4);
		add_traffic(&all.sent_ipv6, &total->softwire[i].sent_ipv6);
		add_traffic(&all.rcvd_ipv6, &total->softwire[i].rcvd_ipv6);
		add_traffic(&all.sent_ipv4, &total->softwire[i].sent_ipv4);
	}
	softwire_traffic_json(object, &all);
	json_object_set_new(object, "dropped_ipv4_packets",
	    number(total->interface[0].dropped + total->interface[2].dropped));
	json_object_set_new(object, "dropped_ipv6_packets", number(total->interface[1].dropped));
	json_object_set_new(object, "dropped_ipv4_fragments", number(dropped_fragments(total)));
	/* One fragment of each whole packet is the one that goes on. */
	json_object_set_new(object, "ipv6_fragments_reassembled",
	    number(total->merged + total->event[EVENT_reassembled]));
	json_object_set_new(object, "out_icmpv4_error_packets", number(total->event[EVENT_icmp4_sent]));
	json_object_set_new(object, "out_icmpv6_error_packets", number(total->event[EVENT_icmp6_sent]));
	json_object_set_new(object, "hairpin_ipv4_packets", number(total->event[EVENT_hairpin]));
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
			number(sum.received), "created", number(sum.created), "transmitted", number(sum.transmitted),
			"merged", number(sum.merged), "dropped", number(sum.dropped), "held",
			number(gauge_get(&report->gauges[i]->held)), "sessions",
			number(gauge_get(&report->gauges[i]->sessions)), "generation",
			number(gauge_get(&report->gauges[i]->generation))));
	}
	return list;
}

static json_t *
counts_json(const struct counter_info *info, const uint64_t *counts, int count, bool all)
{
	json_t *object = json_object();

	for (int i = 0; i < count; i++) {
		if (all || counts[i] != 0)
			json_object_set_new(object, info[i].name, number(counts[i]));
	}
	return object;
}

static json_t *
nat_json(const struct report *report)
{
	static const char *const space_name[] = { "tcp", "udp", "icmp" };
	uint64_t sessions = 0, sharing = 0, mappings = 0, hosts = 0;
	json_t *ports = json_object();

	for (int space = 0; space < 3; space++) {
		uint64_t total = 0, used = 0, shared = 0;

		for (unsigned int i = 0; i < report->worker_count; i++) {
			total += gauge_get(&report->gauges[i]->ports_total[space]);
			used += gauge_get(&report->gauges[i]->ports_used[space]);
			shared += gauge_get(&report->gauges[i]->ports_shared[space]);
		}
		json_object_set_new(ports, space_name[space],
		    json_pack("{s:o, s:o, s:o}", "total", number(total), "used", number(used), "shared",
			number(shared)));
	}
	for (unsigned int i = 0; i < report->worker_count; i++) {
		sessions += gauge_get(&report->gauges[i]->sessions);
		sharing += gauge_get(&report->gauges[i]->sessions_sharing);
		mappings += gauge_get(&report->gauges[i]->mappings);
		hosts += gauge_get(&report->gauges[i]->hosts);
	}
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "port_reuse", report->port_reuse, "df", report->df,
	    "sessions", number(sessions), "sessions_sharing", number(sharing), "mappings", number(mappings), "hosts",
	    number(hosts), "ports", ports);
}

static json_t *
conservation_json(const struct conservation *sum)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "received", number(sum->received), "created",
	    number(sum->created), "transmitted", number(sum->transmitted), "merged", number(sum->merged), "dropped",
	    number(sum->dropped), "held", number(sum->held), "balanced",
	    sum->received + sum->created == sum->transmitted + sum->merged + sum->dropped + sum->held);
}

json_t *
report_json(const struct report *report, bool all)
{
	struct counters total = { 0 };
	struct conservation sum;
	json_t *document;

	for (unsigned int i = 0; i < report->worker_count; i++)
		counters_sum(&total, report->counters[i]);
	if (report->control != NULL)
		counters_sum(&total, report->control);
	sum = counters_conservation(&total, report->held);
	document = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "role", report->is_ce ? "ce" : "br",
	    "generation", number(report->generation), "discontinuity_time", moment(report->since_ms), "interfaces",
	    interfaces_json(report, &total), "workers", workers_json(report), "softwires",
	    softwires_json(report, &total), "traffic_stat", traffic_stat_json(&total), "drops",
	    counts_json(drop_info, total.drop, DROP_COUNT, all), "events",
	    counts_json(event_info, total.event, EVENT_COUNT, all));
	if (report->is_ce)
		json_object_set_new(document, "nat", nat_json(report));
	if (report->rule_log != NULL)
		json_object_set_new(document, "rule_log",
		    json_pack("{s:o, s:o}", "records", number(report->rule_log->records), "failures",
			number(report->rule_log->failures)));
	if (report->bindings.capacity > 0)
		json_object_set_new(document, "bindings",
		    json_pack("{s:o, s:o, s:o}", "count", number(report->bindings.count), "capacity",
			number(report->bindings.capacity), "memory_bytes", number(report->bindings.memory)));
	json_object_set_new(document, "conservation", conservation_json(&sum));
	return document;
}
