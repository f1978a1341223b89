/* SPDX-License-Identifier: BSD-3-Clause */
/* The statistics document of docs/statistics.md, the same for the socket, a replay and the last words of the daemon. */
#ifndef MAPEDGE_API_REPORT_H
#define MAPEDGE_API_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "stats/counters.h"

#define REPORT_MAX_WORKERS 16

/* A softwire of a CE or a domain of a BR. What it has counted: its slot of the counters, less what was there before it. */
struct report_softwire {
	const char *name;
	unsigned int slot;
	uint64_t since_ms; /* milliseconds since 1970 */
	struct softwire_counters before;
};

/* Of the rule log: lines written, and lines that could not be. */
struct report_rule_log {
	uint64_t records;
	uint64_t failures;
};

struct report {
	bool is_ce;
	uint64_t generation;
	uint64_t since_ms;                           /* everything counts since then: milliseconds since 1970 */
	const char *interface[STATS_MAX_INTERFACES]; /* names; NULL: not there */
	uint64_t rx_missed[STATS_MAX_INTERFACES];    /* frames lost before we could take them */
	struct report_softwire softwire[STATS_MAX_SOFTWIRES];
	unsigned int softwire_count;
	unsigned int worker_count;
	const struct counters *counters[REPORT_MAX_WORKERS];
	const struct gauges *gauges[REPORT_MAX_WORKERS];
	const struct counters *control; /* of packets on their way to Linux and back; NULL without host interfaces */
	uint64_t held;
	const char *port_reuse; /* CE: these settings, as the configuration writes them */
	const char *df;
	const struct report_rule_log *rule_log; /* NULL: there is none */
	struct {
		uint32_t count;
		uint32_t capacity; /* 0: this box has no bindings */
		uint64_t memory;   /* bytes, with all that belongs to them */
	} bindings;
};

/* A new reference; `all`: with the counters that are zero. */
json_t *report_json(const struct report *report, bool all);

#endif
