/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What was dropped in the last minute: counters only grow, so whoever remembers what they were then can tell. Looked at
 * every RECENT_EVERY_MS; the minute is up to one such step longer.
 */
#ifndef MAPEDGE_STATS_RECENT_H
#define MAPEDGE_STATS_RECENT_H

#include "stats/counters.h"

#define RECENT_EVERY_MS 5000u
#define RECENT_LOOKS 12u /* a minute */

/* All zero is the state before the first look: everything is recent. */
struct recent {
	uint64_t looks;
	uint64_t drop[RECENT_LOOKS][DROP_COUNT]; /* the oldest is the next one to be replaced */
};

/* The counters as they are now. */
void recent_look(struct recent *recent, const uint64_t drop[DROP_COUNT]);

/* Of a counter that is `now`, the part that came since the oldest look. */
uint64_t recent_drops(const struct recent *recent, enum drop_reason reason, uint64_t now);

#endif
