/* SPDX-License-Identifier: BSD-3-Clause */
/* What is known of a softwire's other end, from others' packets (stats/pulse.h) and from echoes of our own (stats/probe.h). */
#ifndef MAPEDGE_STATS_LIVENESS_H
#define MAPEDGE_STATS_LIVENESS_H

#include "stats/probe.h"
#include "stats/pulse.h"

struct liveness {
	const struct pulse *pulse; /* without our own packets; NULL: there is no softwire */
	const struct probe *probe; /* NULL: nothing is sent */
	uint64_t now_us;           /* of the clock of both */
};

enum reach {
	REACH_UNKNOWN,     /* nothing was sent lately, or not for long enough to tell */
	REACH_BY_PACKETS,  /* some come back */
	REACH_BY_PROBE,    /* its target answers */
	REACH_PACKETS_YET, /* some come back, but the probe's target is silent: it is the target that is away */
	REACH_SILENT,      /* packets go out, and none comes back */
	REACH_PROBE_DOWN,  /* the probe's target is silent, and nothing else comes back either */
};

/* There is a softwire. */
enum reach liveness_reach(const struct liveness *liveness);

/* For people. */
const char *reach_text(enum reach reach);

/* It leads nowhere, as far as can be told. */
static inline bool
reach_is_silence(enum reach reach)
{
	return reach == REACH_SILENT || reach == REACH_PROBE_DOWN;
}

#endif
