/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "api/metrics_parts.h"
#include "api/report_sums.h"

static const char *const families[] = { "ipv4", "ipv6" };
static const char *const protocols[] = { "tcp", "udp", "icmp" };

/* ---- the text format -------------------------------------------------------------------------------------------- */

static void
write_head(FILE *to, const struct metric *metric)
{
	fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name, metric->type);
}

/* All samples of one metric stand together, below its head. */
static void
head(FILE *to, enum metric_id id)
{
	write_head(to, &metrics[id]);
}

static void
write_label_value(FILE *to, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\n') {
			fputs("\\n", to);
			continue;
		}
		if (*value == '\\' || *value == '"')
			fputc('\\', to);
		fputc(*value, to);
	}
}

/* Name and labels; of these the list has the names, and the values are here. */
static void
write_series(FILE *to, enum metric_id id, va_list values)
{
	const char *label = metrics[id].labels, *before = "{";

	fputs(metrics[id].name, to);
	while (*label != '\0') {
		const size_t len = strcspn(label, ",");

		fprintf(to, "%s%.*s=\"", before, (int)len, label);
		write_label_value(to, va_arg(values, const char *));
		fputc('"', to);
		before = ",";
		label += label[len] == ',' ? len + 1 : len;
	}
	if (metrics[id].labels[0] != '\0')
		fputc('}', to);
}

/* One line, with as many texts at the end as the metric has labels. */
static void
sample(FILE *to, enum metric_id id, uint64_t value, ...)
{
	va_list values;

	va_start(values, value);
	write_series(to, id, values);
	va_end(values);
	fprintf(to, " %" PRIu64 "\n", value);
}

static void
sample_moment(FILE *to, enum metric_id id, uint64_t ms, ...)
{
	va_list values;

	va_start(values, ms);
	write_series(to, id, values);
	va_end(values);
	fprintf(to, " %" PRIu64 ".%03u\n", ms / 1000, (unsigned int)(ms % 1000));
}

/* A metric without labels. */
static void
single(FILE *to, enum metric_id id, uint64_t value)
{
	head(to, id);
	sample(to, id, value);
}

/* ---- the box ---------------------------------------------------------------------------------------------------- */

static void
write_box(FILE *to, const struct metrics_source *source)
{
	const struct report *report = source->report;

	head(to, METRIC_build_info);
	sample(to, METRIC_build_info, 1, MAPEDGE_VERSION, source->dpdk);
	head(to, METRIC_role_info);
	sample(to, METRIC_role_info, 1, report->is_ce ? "ce" : "br");
	head(to, METRIC_start_time_seconds);
	sample_moment(to, METRIC_start_time_seconds, report->since_ms);
	single(to, METRIC_rules_generation, report->generation);
}

static void
write_packets(FILE *to, const struct report *report, const struct counters *total)
{
	const struct conservation sum = counters_conservation(total, report->held);

	single(to, METRIC_packets_received_total, sum.received);
	single(to, METRIC_packets_created_total, sum.created);
	single(to, METRIC_packets_transmitted_total, sum.transmitted);
	single(to, METRIC_packets_merged_total, sum.merged);
	single(to, METRIC_packets_dropped_total, sum.dropped);
	single(to, METRIC_packets_held, sum.held);
}

static void
write_drops(FILE *to, const struct counters *total)
{
	head(to, METRIC_drops_total);
	for (int i = 0; i < DROP_COUNT; i++)
		sample(to, METRIC_drops_total, total->drop[i], drop_info[i].name, drop_info[i].about);
	head(to, METRIC_drop_reason_info);
	for (int i = 0; i < DROP_COUNT; i++)
		sample(to, METRIC_drop_reason_info, 1, drop_info[i].name, severity_word[drop_info[i].severity],
		    drop_info[i].text, drop_info[i].hint);
}

static void
write_events(FILE *to, const struct counters *total)
{
	char name[METRIC_NAME_SIZE];

	for (int i = 0; i < EVENT_COUNT; i++) {
		const struct metric metric = metrics_event(i, name);

		write_head(to, &metric);
		fprintf(to, "%s %" PRIu64 "\n", name, total->event[i]);
	}
}

/* ---- interfaces, softwires, workers: one series each ------------------------------------------------------------ */

/* A number that each of several structures has, by its place in them. */
struct field {
	enum metric_id id;
	size_t offset;
};

static uint64_t
number_at(const void *structure, size_t offset)
{
	return gauge_get((const uint64_t *)(const void *)((const char *)structure + offset));
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
write_interfaces(FILE *to, const struct report *report, const struct counters *total)
{
	static const struct field fields[] = {
		{ METRIC_interface_receive_packets_total, offsetof(struct interface_counters, rx.packets) },
		{ METRIC_interface_receive_bytes_total, offsetof(struct interface_counters, rx.bytes) },
		{ METRIC_interface_transmit_packets_total, offsetof(struct interface_counters, tx.packets) },
		{ METRIC_interface_transmit_bytes_total, offsetof(struct interface_counters, tx.bytes) },
	};

	for (size_t f = 0; f < COUNT(fields); f++) {
		head(to, fields[f].id);
		for (int i = 0; i < STATS_MAX_INTERFACES && report->interface[i] != NULL; i++)
			sample(to, fields[f].id, number_at(&total->interface[i], fields[f].offset),
			    report->interface[i]);
	}
	head(to, METRIC_interface_receive_missed_packets_total);
	for (int i = 0; i < STATS_MAX_INTERFACES && report->interface[i] != NULL; i++)
		sample(to, METRIC_interface_receive_missed_packets_total, report->rx_missed[i], report->interface[i]);
}

static void
write_hosts(FILE *to, const struct report *report, const struct counters *total)
{
	static const struct field fields[] = {
		{ METRIC_interface_to_host_packets_total, offsetof(struct host_counters, to_host.packets) },
		{ METRIC_interface_to_host_bytes_total, offsetof(struct host_counters, to_host.bytes) },
		{ METRIC_interface_from_host_packets_total, offsetof(struct host_counters, from_host.packets) },
		{ METRIC_interface_from_host_bytes_total, offsetof(struct host_counters, from_host.bytes) },
	};

	for (size_t f = 0; f < COUNT(fields); f++) {
		head(to, fields[f].id);
		for (int i = 0; i < STATS_MAX_INTERFACES && report->interface[i] != NULL; i++)
			sample(to, fields[f].id, number_at(&total->host[i], fields[f].offset), report->interface[i]);
	}
}

/* One thing that softwires count for both families: of each softwire, and of all there are and were. */
struct softwire_field {
	enum metric_id each, all;
	size_t offset[2]; /* by family */
};

static void
write_softwire_field(FILE *to, const struct softwire_field *field, const struct report *report,
    const struct counters *total)
{
	const struct softwire_counters all = report_all_softwires(total);

	head(to, field->each);
	for (unsigned int i = 0; i < report->softwire_count; i++) {
		const struct softwire_counters own = report_softwire_counters(&report->softwire[i], total);

		for (int family = 0; family < 2; family++)
			sample(to, field->each, number_at(&own, field->offset[family]), report->softwire[i].name,
			    families[family]);
	}
	head(to, field->all);
	for (int family = 0; family < 2; family++)
		sample(to, field->all, number_at(&all, field->offset[family]), families[family]);
}

#define BOTH(way, unit)                                                 \
	{                                                               \
		offsetof(struct softwire_counters, way##_ipv4.unit),    \
		    offsetof(struct softwire_counters, way##_ipv6.unit) \
	}

static void
write_softwires(FILE *to, const struct report *report, const struct counters *total)
{
	static const struct softwire_field fields[] = {
		{ METRIC_softwire_receive_packets_total, METRIC_traffic_receive_packets_total, BOTH(rcvd, packets) },
		{ METRIC_softwire_receive_bytes_total, METRIC_traffic_receive_bytes_total, BOTH(rcvd, bytes) },
		{ METRIC_softwire_transmit_packets_total, METRIC_traffic_transmit_packets_total, BOTH(sent, packets) },
		{ METRIC_softwire_transmit_bytes_total, METRIC_traffic_transmit_bytes_total, BOTH(sent, bytes) },
	};

	head(to, METRIC_softwire_start_time_seconds);
	for (unsigned int i = 0; i < report->softwire_count; i++)
		sample_moment(to, METRIC_softwire_start_time_seconds, report->softwire[i].since_ms,
		    report->softwire[i].name);
	for (size_t f = 0; f < COUNT(fields); f++)
		write_softwire_field(to, &fields[f], report, total);
	head(to, METRIC_traffic_dropped_packets_total);
	sample(to, METRIC_traffic_dropped_packets_total, report_dropped_ipv4(total), "ipv4");
	sample(to, METRIC_traffic_dropped_packets_total, report_dropped_ipv6(total), "ipv6");
	head(to, METRIC_traffic_dropped_fragments_total);
	sample(to, METRIC_traffic_dropped_fragments_total, report_dropped_fragments(total), "ipv4");
	head(to, METRIC_traffic_reassembled_fragments_total);
	sample(to, METRIC_traffic_reassembled_fragments_total, report_reassembled_fragments(total), "ipv6");
}

static void
write_workers(FILE *to, const struct report *report)
{
	static const struct field fields[] = {
		{ METRIC_worker_packets_received_total, offsetof(struct conservation, received) },
		{ METRIC_worker_packets_created_total, offsetof(struct conservation, created) },
		{ METRIC_worker_packets_transmitted_total, offsetof(struct conservation, transmitted) },
		{ METRIC_worker_packets_merged_total, offsetof(struct conservation, merged) },
		{ METRIC_worker_packets_dropped_total, offsetof(struct conservation, dropped) },
	};
	static const struct field gauge_fields[] = {
		{ METRIC_worker_packets_held, offsetof(struct gauges, held) },
		{ METRIC_worker_sessions, offsetof(struct gauges, sessions) },
		{ METRIC_worker_rules_generation, offsetof(struct gauges, generation) },
		{ METRIC_worker_cycles_total, offsetof(struct gauges, cycles) },
		{ METRIC_worker_busy_cycles_total, offsetof(struct gauges, busy_cycles) },
		{ METRIC_worker_taken_over_packets_total, offsetof(struct gauges, taken_over) },
	};
	struct conservation sum[REPORT_MAX_WORKERS];
	char id[REPORT_MAX_WORKERS][12];

	for (unsigned int i = 0; i < report->worker_count; i++) {
		struct counters own = { 0 };

		counters_sum(&own, report->counters[i]);
		sum[i] = counters_conservation(&own, 0);
		snprintf(id[i], sizeof(id[i]), "%u", i);
	}
	for (size_t f = 0; f < COUNT(fields); f++) {
		head(to, fields[f].id);
		for (unsigned int i = 0; i < report->worker_count; i++)
			sample(to, fields[f].id, number_at(&sum[i], fields[f].offset), id[i]);
	}
	for (size_t f = 0; f < COUNT(gauge_fields); f++) {
		head(to, gauge_fields[f].id);
		for (unsigned int i = 0; i < report->worker_count; i++)
			sample(to, gauge_fields[f].id, number_at(report->gauges[i], gauge_fields[f].offset), id[i]);
	}
}

/* ---- what only some boxes have ---------------------------------------------------------------------------------- */

static void
write_nat(FILE *to, const struct report *report)
{
	const struct gauges sum = report_gauges(report);
	uint64_t at_ms;

	head(to, METRIC_nat_info);
	sample(to, METRIC_nat_info, 1, report->port_reuse, report->df);
	single(to, METRIC_nat_sessions, sum.sessions);
	single(to, METRIC_nat_sessions_sharing, sum.sessions_sharing);
	single(to, METRIC_nat_mappings, sum.mappings);
	single(to, METRIC_nat_hosts, sum.hosts);
	head(to, METRIC_nat_ports);
	for (int space = 0; space < 3; space++)
		sample(to, METRIC_nat_ports, sum.ports_total[space], protocols[space]);
	head(to, METRIC_nat_ports_used);
	for (int space = 0; space < 3; space++)
		sample(to, METRIC_nat_ports_used, sum.ports_used[space], protocols[space]);
	head(to, METRIC_nat_ports_high_water);
	for (int space = 0; space < 3; space++)
		sample(to, METRIC_nat_ports_high_water, report_peak(report, space, sum.ports_used[space], &at_ms),
		    protocols[space]);
	head(to, METRIC_nat_ports_shared);
	for (int space = 0; space < 3; space++)
		sample(to, METRIC_nat_ports_shared, sum.ports_shared[space], protocols[space]);
	if (report->port_alarm == NULL)
		return;
	head(to, METRIC_nat_port_alarm);
	for (int space = 0; space < 3; space++)
		sample(to, METRIC_nat_port_alarm, report->port_alarm[space].is_on, protocols[space]);
	head(to, METRIC_nat_port_alarms_total);
	for (int space = 0; space < 3; space++)
		sample(to, METRIC_nat_port_alarms_total, report->port_alarm[space].raised, protocols[space]);
}

static void
write_tables(FILE *to, const struct report *report)
{
	if (report->rule_log != NULL) {
		single(to, METRIC_rule_log_records_total, report->rule_log->records);
		single(to, METRIC_rule_log_failures_total, report->rule_log->failures);
	}
	if (report->bindings.capacity > 0) {
		single(to, METRIC_bindings, report->bindings.count);
		single(to, METRIC_bindings_capacity, report->bindings.capacity);
		single(to, METRIC_bindings_memory_bytes, report->bindings.memory);
	}
}

/* ---- the line --------------------------------------------------------------------------------------------------- */

/* What the configuration, or the line, has made of a softwire. A BR's own end is its BR address. */
static void
write_softwire_info(FILE *to, const struct conf *conf, const struct conf_softwire *softwire)
{
	char local[IP6_TEXT_SIZE] = "", remote[IP6_TEXT_SIZE] = "", ipv4[PREFIX_TEXT_SIZE] = "";
	struct error err;
	struct map_ce ce;

	if (conf->role == CONF_BR) {
		ip6_format(softwire->br, local);
	} else if (!softwire->is_down && conf_derive(softwire, &ce, &err) == 0) {
		ip6_format(ce.address, local);
		ip6_format(softwire->br, remote);
		if (softwire->kind != OFFER_DS_LITE)
			prefix4_format(&ce.ipv4, ipv4);
	}
	sample(to, METRIC_softwire_info, 1, softwire->name, offer_kind_word(softwire->kind),
	    softwire->provisioned ? source_word(softwire->source) : "static", local, remote, ipv4);
}

static void
write_reach(FILE *to, const char *name, const struct liveness *liveness)
{
	const enum reach reach = liveness_reach(liveness);
	const bool is_silent = reach_is_silence(reach), is_unknown = reach == REACH_UNKNOWN;

	head(to, METRIC_softwire_state);
	sample(to, METRIC_softwire_state, is_unknown, name, "unknown");
	sample(to, METRIC_softwire_state, !is_unknown && !is_silent, name, "answers");
	sample(to, METRIC_softwire_state, is_silent, name, "silent");
}

static void
write_ends(FILE *to, const struct metrics_source *source)
{
	const struct conf *conf = source->conf;

	head(to, METRIC_softwire_info);
	for (size_t i = 0; i < conf->softwire_count; i++)
		write_softwire_info(to, conf, &conf->softwires[i]);
	head(to, METRIC_softwire_configured);
	for (size_t i = 0; i < conf->softwire_count; i++)
		sample(to, METRIC_softwire_configured, !conf->softwires[i].is_down, conf->softwires[i].name);
	if (source->liveness.pulse != NULL)
		write_reach(to, conf->softwires[0].name, &source->liveness);
}

static void
write_line(FILE *to, const struct line_report *line)
{
	head(to, METRIC_provision_source_used);
	for (uint32_t i = 0; i < line->source_count; i++)
		sample(to, METRIC_provision_source_used, line->sources[i].is_used, source_word(line->sources[i].kind));
	head(to, METRIC_provision_source_info);
	for (uint32_t i = 0; i < line->source_count; i++)
		sample(to, METRIC_provision_source_info, 1, source_word(line->sources[i].kind), line->sources[i].state);
	head(to, METRIC_dhcpv6_info);
	sample(to, METRIC_dhcpv6_info, 1, dhcp6_state_word(line->client->state));
	if (line->registration != NULL) {
		head(to, METRIC_registration_info);
		sample(to, METRIC_registration_info, 1, registration_state_word(line->registration->state));
	}
}

static void
write_alarms(FILE *to, const struct alarms *alarms)
{
	head(to, METRIC_alarm_active);
	for (int i = 0; i < ALARM_KINDS; i++) {
		const enum alarm_kind kind = (enum alarm_kind)i;

		sample(to, METRIC_alarm_active, alarms->state[i].is_on, alarm_name(kind),
		    severity_word[alarm_severity(kind)]);
	}
}

void
metrics_write(FILE *to, const struct metrics_source *source)
{
	const struct report *report = source->report;
	struct counters total = { 0 };

	report_total(report, &total);
	write_box(to, source);
	write_packets(to, report, &total);
	write_drops(to, &total);
	write_events(to, &total);
	write_interfaces(to, report, &total);
	if (report->control != NULL)
		write_hosts(to, report, &total);
	write_ends(to, source);
	write_softwires(to, report, &total);
	write_workers(to, report);
	if (report->is_ce)
		write_nat(to, report);
	if (source->line != NULL)
		write_line(to, source->line);
	if (source->alarms != NULL)
		write_alarms(to, source->alarms);
	write_tables(to, report);
}
