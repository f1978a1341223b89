/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of metrics, for the text and for its documentation. */
#ifndef MAPEDGE_API_METRICS_PARTS_H
#define MAPEDGE_API_METRICS_PARTS_H

#include "stats/counters.h"

enum metric_id {
#define METRIC(name, type, labels, help) METRIC_##name,
#include "api/metrics.def"
#undef METRIC
	METRIC_COUNT
};

struct metric {
	const char *name;
	const char *type;
	const char *labels; /* "one,two" */
	const char *help;
};

extern const struct metric metrics[METRIC_COUNT];

#define METRIC_NAME_SIZE 96

/* The metric of an event, its name in `name`. */
struct metric metrics_event(enum event_kind kind, char name[METRIC_NAME_SIZE]);

#endif
