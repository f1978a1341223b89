/* SPDX-License-Identifier: BSD-3-Clause */
/* A CE's report with the counters that it is made of. */
#ifndef MAPEDGE_TESTS_REPORT_FIXTURE_H
#define MAPEDGE_TESTS_REPORT_FIXTURE_H

#include <string.h>

#include "api/report.h"

#define REPORT_WORKERS 3

static struct counters counters[REPORT_WORKERS];
static struct gauges gauges[REPORT_WORKERS];
static struct report report;

static inline void
report_set_up(unsigned int workers)
{
	memset(counters, 0, sizeof(counters));
	memset(gauges, 0, sizeof(gauges));
	report = (struct report){ .is_ce = true,
		.generation = 7,
		.since_ms = UINT64_C(1777777777045),
		.interface = { "lan", "wan" },
		.softwire = { { .name = "one", .slot = 0 }, { .name = "two", .slot = 1 } },
		.softwire_count = 2,
		.worker_count = workers,
		.port_reuse = "on_exhaustion",
		.df = "honour" };
	for (unsigned int i = 0; i < workers; i++) {
		report.counters[i] = &counters[i];
		report.gauges[i] = &gauges[i];
	}
}

#endif
