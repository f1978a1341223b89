/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/workers.h"

#include "api/command.h"
#include "api/number_json.h"

#define MINUTE_MS 60000u

struct load_look
worker_look(const struct report *report, unsigned int worker, uint64_t now_ms)
{
	const struct gauges *gauges = report->gauges[worker];
	struct counters own = { 0 };

	counters_sum(&own, report->counters[worker]);
	return (struct load_look){ .ms = now_ms,
		.busy = gauge_get(&gauges->busy_cycles),
		.time = gauge_get(&gauges->cycles),
		.packets = counters_conservation(&own, 0).received + gauge_get(&gauges->taken_over) };
}

static json_t *
percent_json(const struct load_rate *rate)
{
	return rate->is_known ? json_integer(rate->busy_percent) : json_null();
}

static json_t *
worker_json(const struct report *report, unsigned int worker, const struct api_worker *known)
{
	const struct gauges *gauges = report->gauges[worker];
	const struct load_look now = worker_look(report, worker, known->now_ms);
	const struct load_rate lately = load_since(known->load, &now, LOAD_EVERY_MS);
	const struct load_rate minute = load_since(known->load, &now, MINUTE_MS);
	json_t *object = json_pack("{s:i, s:i, s:o, s:o, s:o, s:o}", "worker", (int)worker, "lcore", (int)known->lcore,
	    "busy_percent", percent_json(&lately), "busy_percent_minute", percent_json(&minute), "packets_per_s",
	    lately.is_known ? number_json(lately.packets_per_s) : json_null(), "packets", number_json(now.packets));

	json_object_set_new(object, "taken_over", number_json(gauge_get(&gauges->taken_over)));
	json_object_set_new(object, "passed_on",
	    number_json(__atomic_load_n(&report->counters[worker]->event[EVENT_handoff], __ATOMIC_RELAXED)));
	json_object_set_new(object, "held", number_json(gauge_get(&gauges->held)));
	json_object_set_new(object, "waiting", number_json(known->waiting));
	json_object_set_new(object, "ring_room", number_json(known->room));
	json_object_set_new(object, "sessions", number_json(gauge_get(&gauges->sessions)));
	json_object_set_new(object, "tcp_ports", number_json(gauge_get(&gauges->ports_used[0])));
	json_object_set_new(object, "udp_ports", number_json(gauge_get(&gauges->ports_used[1])));
	json_object_set_new(object, "icmp_ids", number_json(gauge_get(&gauges->ports_used[2])));
	json_object_set_new(object, "generation", number_json(gauge_get(&gauges->generation)));
	json_object_set_new(object, "silent_ms", number_json(known->silent_ms));
	return object;
}

json_t *
api_workers_get(const struct api_backend *backend, const json_t *arguments)
{
	struct report report = { 0 };
	json_t *list = json_array();

	(void)arguments;
	backend->report(backend->context, &report);
	for (unsigned int i = 0; i < report.worker_count; i++) {
		struct api_worker known = { 0 };

		backend->worker(backend->context, i, &known);
		json_array_append_new(list, worker_json(&report, i, &known));
	}
	return api_reply(API_OK, json_pack("{s:o}", "workers", list), "%s", "");
}
