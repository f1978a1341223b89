/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How busy a worker was lately: it counts its time and that of it in which it had packets, and whoever looks now and then can
 * tell what share that was. Looked at every LOAD_EVERY_MS.
 */
#ifndef MAPEDGE_STATS_LOAD_H
#define MAPEDGE_STATS_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#define LOAD_EVERY_MS 5000u
#define LOAD_LOOKS 13u /* a minute */

/* What only grows. `busy` and `time` in any unit, the same for both. */
struct load_look {
	uint64_t ms;
	uint64_t busy;
	uint64_t time;
	uint64_t packets;
};

/* All zero is the state before the first look. */
struct load {
	uint64_t looks;
	struct load_look look[LOAD_LOOKS]; /* the oldest is the next one to be replaced */
};

struct load_rate {
	bool is_known;         /* some time has passed since a look */
	uint32_t busy_percent; /* 0..100 */
	uint64_t packets_per_s;
};

void load_take(struct load *load, const struct load_look *now);

/* From the newest look that is at least so long ago, or the oldest there is, until now. */
struct load_rate load_since(const struct load *load, const struct load_look *now, uint64_t span_ms);

#endif
