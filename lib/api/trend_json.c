/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/trend_json.h"

#include <stddef.h>

static const struct {
	const char *name;
	size_t offset;
} columns[] = {
	{ "encapsulated_packets", offsetof(struct trend_look, encapsulated_packets) },
	{ "encapsulated_bytes", offsetof(struct trend_look, encapsulated_bytes) },
	{ "decapsulated_packets", offsetof(struct trend_look, decapsulated_packets) },
	{ "decapsulated_bytes", offsetof(struct trend_look, decapsulated_bytes) },
	{ "dropped", offsetof(struct trend_look, dropped) },
	{ "sessions", offsetof(struct trend_look, sessions) },
	{ "hosts", offsetof(struct trend_look, hosts) },
	{ "tcp_ports", offsetof(struct trend_look, ports_used[0]) },
	{ "udp_ports", offsetof(struct trend_look, ports_used[1]) },
	{ "icmp_ports", offsetof(struct trend_look, ports_used[2]) },
};

static json_t *
column_json(const struct trend *trend, size_t offset)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < trend_count(trend); i++) {
		const char *look = (const char *)trend_at(trend, i);

		json_array_append_new(list,
		    json_integer((json_int_t)(*(const uint64_t *)(const void *)(look + offset) & INT64_MAX)));
	}
	return list;
}

json_t *
trend_json(const struct trend *trend, uint64_t now_ms)
{
	const struct trend_look peak = trend_peak(trend);
	json_t *document = json_object(), *ages = json_array();

	for (unsigned int i = 0; i < trend_count(trend); i++)
		json_array_append_new(ages, json_integer((json_int_t)(now_ms - trend_at(trend, i)->ms)));
	json_object_set_new(document, "age_ms", ages);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		json_object_set_new(document, columns[i].name, column_json(trend, columns[i].offset));
	json_object_set_new(document, "peak",
	    json_pack("{s:I, s:I, s:I, s:I, s:I}", "sessions", (json_int_t)peak.sessions, "hosts",
		(json_int_t)peak.hosts, "tcp_ports", (json_int_t)peak.ports_used[0], "udp_ports",
		(json_int_t)peak.ports_used[1], "icmp_ports", (json_int_t)peak.ports_used[2]));
	return document;
}
