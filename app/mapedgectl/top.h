/* SPDX-License-Identifier: BSD-3-Clause */
/* The screen of mapedgectl top: what two looks at the box, some time apart, say about that time. */
#ifndef MAPEDGECTL_TOP_H
#define MAPEDGECTL_TOP_H

#include <jansson.h>
#include <stdio.h>

#define TOP_HOSTS_SHOWN 5

enum { TOP_STATUS, TOP_STATS, TOP_DROPS, TOP_WORKERS, TOP_HOSTS, TOP_ALARMS, TOP_ANSWERS };

struct top_look {
	double s; /* of a clock that never goes back */
	json_t *answer[TOP_ANSWERS];
};

void top_print(FILE *out, const struct top_look *before, const struct top_look *now);

#endif
