/* SPDX-License-Identifier: BSD-3-Clause */
/* The statistics document of docs/statistics.md, the same for the socket, a replay and the last words of the daemon. */
#ifndef MAPEDGE_API_REPORT_H
#define MAPEDGE_API_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "stats/counters.h"

#define REPORT_MAX_WORKERS 16

struct report {
	bool is_ce;
	uint64_t generation;
	const char *interface[STATS_MAX_INTERFACES]; /* names */
	uint64_t rx_missed[STATS_MAX_INTERFACES];    /* frames lost before we could take them */
	const char *softwire[STATS_MAX_SOFTWIRES];
	unsigned int softwire_count;
	unsigned int worker_count;
	const struct counters *counters[REPORT_MAX_WORKERS];
	const struct gauges *gauges[REPORT_MAX_WORKERS];
	uint64_t held;
	struct {
		uint32_t count;
		uint32_t capacity; /* 0: this box has no bindings */
		uint64_t memory;   /* bytes, with all that belongs to them */
	} bindings;
};

/* A new reference; `all`: with the counters that are zero. */
json_t *report_json(const struct report *report, bool all);

#endif
