/* SPDX-License-Identifier: BSD-3-Clause */
/* The statistics document of docs/statistics.md, the same for the socket, a replay and the last words of the daemon. */
#ifndef MAPEDGE_API_REPORT_H
#define MAPEDGE_API_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "stats/alarm.h"
#include "stats/counters.h"
#include "stats/recent.h"
#include "stats/trend.h"

#define REPORT_MAX_WORKERS 32

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
	uint64_t uptime_ms;
	uint64_t since_ms;                           /* everything counts since then: milliseconds since 1970 */
	const char *interface[STATS_MAX_INTERFACES]; /* names; NULL: not there */
	uint64_t rx_missed[STATS_MAX_INTERFACES];    /* frames lost before we could take them */
	struct report_softwire softwire[STATS_MAX_SOFTWIRES];
	unsigned int softwire_count;
	unsigned int worker_count;
	const struct counters *counters[REPORT_MAX_WORKERS];
	const struct gauges *gauges[REPORT_MAX_WORKERS];
	const struct counters *control; /* of packets on their way to Linux and back; NULL without host interfaces */
	const struct recent *recent;    /* NULL: nobody remembers the last minute */
	uint64_t held;
	uint64_t drained_ms;            /* the box is being drained since then, milliseconds since 1970; 0: it is not */
	uint64_t started_ms;            /* when uptime_ms was 0, of the clock that does not go back */
	uint64_t config_age_ms;         /* since the configuration was put into use */
	const struct trend_high *high;  /* CE; NULL: nobody looks */
	const struct alarm *port_alarm; /* CE: of TCP, UDP and ICMP; NULL: nobody looks */
	const char *port_reuse;         /* CE: these settings, as the configuration writes them */
	const char *df;
	const struct report_rule_log *rule_log; /* NULL: there is none */
	struct {
		uint32_t count;
		uint32_t capacity; /* 0: this box has no bindings */
		uint64_t memory;   /* bytes, with all that belongs to them */
	} bindings;
};

/* The counters of all workers and of control; adds to what is in `total`. */
void report_total(const struct report *report, struct counters *total);

/* The most ports of a space that were in use, and when; looks are seconds apart, so it may be now, when `used` are. */
uint64_t report_peak(const struct report *report, int space, uint64_t used, uint64_t *at_ms);

/* Adds what a softwire has counted, under the names of RFC 8676, and returns the object. */
json_t *report_softwire_traffic(json_t *object, const struct softwire_counters *counters);

/* A new reference; `all`: with the counters that are zero. */
json_t *report_json(const struct report *report, bool all);

#endif
