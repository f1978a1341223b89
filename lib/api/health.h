/* SPDX-License-Identifier: BSD-3-Clause */
/* Does the box do its work? For whoever sends traffic to it, or does not: a routing daemon, a supervisor. */
#ifndef MAPEDGE_API_HEALTH_H
#define MAPEDGE_API_HEALTH_H

#include <jansson.h>

#include "api/report.h"
#include "base/error.h"
#include "stats/liveness.h"

#define HEALTH_SILENT_MS 1000u /* a worker that has not gone through its loop for so long stands still */

/* What is known of the box. */
struct health {
	uint64_t generation; /* of the configuration that workers ought to use */
	unsigned int worker_count;
	struct {
		uint64_t generation;
		uint64_t silent_ms; /* since it has gone through its loop */
	} worker[REPORT_MAX_WORKERS];
	struct {
		const char *name;
		bool is_up;
	} link[2];
	bool is_drained;
	bool is_ce;
	const struct error *why_down; /* CE: why there is no softwire; NULL: there is one */
	enum reach reach;             /* CE */
	uint64_t rules, bindings;     /* BR */
};

/* A new reference: {"healthy": …, "reasons": […], "checks": […]}. */
json_t *health_json(const struct health *health);

#endif
