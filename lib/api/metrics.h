/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The statistics as Prometheus reads them: text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/.
 * The metrics stand in metrics.def, those of events in counters.def: mapedge_NAME_UNIT_total, without the unit where the
 * name says it.
 */
#ifndef MAPEDGE_API_METRICS_H
#define MAPEDGE_API_METRICS_H

#include <stdio.h>

#include "api/alarms.h"
#include "api/line.h"
#include "api/report.h"
#include "stats/liveness.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* What there is to tell; all but `line` is there. */
struct metrics_source {
	const struct report *report;
	const struct conf *conf;        /* in use */
	const struct line_report *line; /* NULL: no line is asked */
	struct liveness liveness;       /* without a pulse of a BR, or a softwire that is down */
	const struct alarms *alarms;    /* NULL: nobody looks */
	const char *dpdk;               /* version */
};

void metrics_write(FILE *to, const struct metrics_source *source);

/* The tables of docs/metrics.md. */
void metrics_list(FILE *to);

#endif
