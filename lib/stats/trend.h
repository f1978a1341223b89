/* SPDX-License-Identifier: BSD-3-Clause */
/* The last ten minutes of the box, for a page that was opened only now: a look every five seconds, the oldest one goes. */
#ifndef MAPEDGE_STATS_TREND_H
#define MAPEDGE_STATS_TREND_H

#include <stdint.h>

#define TREND_EVERY_MS 5000u
#define TREND_LOOKS 121u /* ten minutes lie between the first and the last */

struct trend_look {
	uint64_t ms; /* of a clock that does not go back */
	/* totals, which only grow; of all softwires, bytes of IPv6 packets */
	uint64_t encapsulated_packets;
	uint64_t encapsulated_bytes;
	uint64_t decapsulated_packets;
	uint64_t decapsulated_bytes;
	uint64_t dropped;
	/* of that moment */
	uint64_t sessions;
	uint64_t hosts;
	uint64_t ports_used[3]; /* TCP, UDP, ICMP */
};

/* The most ports in use in any look since the start, and when that was first. */
struct trend_high {
	uint64_t ports_used[3];
	uint64_t ms[3];
};

/* All zero is the state before the first look. */
struct trend {
	struct trend_high high;
	uint64_t looks; /* ever */
	struct trend_look look[TREND_LOOKS];
};

void trend_take(struct trend *trend, const struct trend_look *look);

/* How many looks there are, and one of them: 0 is the oldest. */
unsigned int trend_count(const struct trend *trend);
const struct trend_look *trend_at(const struct trend *trend, unsigned int index);

/* The largest number of sessions, hosts and ports in any look; the other members are 0. */
struct trend_look trend_peak(const struct trend *trend);

#endif
