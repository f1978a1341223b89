/* SPDX-License-Identifier: BSD-3-Clause */
/* workers-get: what each worker does and has. */
#ifndef MAPEDGE_API_WORKERS_H
#define MAPEDGE_API_WORKERS_H

#include "stats/load.h"

/* What the statistics do not have. */
struct api_worker {
	unsigned int lcore;
	uint64_t silent_ms; /* since it has gone through its loop */
	uint64_t waiting;   /* packets that others have passed to it, in rings */
	uint64_t room;      /* of these rings together */
	const struct load *load;
	uint64_t now_ms; /* of the clock of its looks */
};

struct report;

/* How a worker's load looks now. */
struct load_look worker_look(const struct report *report, unsigned int worker, uint64_t now_ms);

#endif
