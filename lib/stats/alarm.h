/* SPDX-License-Identifier: BSD-3-Clause */
/* Says once that something is nearly used up, and once that it is not any more: RFC 7422 section 2.2, RFC 8512. */
#ifndef MAPEDGE_STATS_ALARM_H
#define MAPEDGE_STATS_ALARM_H

#include <stdbool.h>
#include <stdint.h>

/* All zero is the state before the first look. */
struct alarm {
	bool is_on;
	uint64_t raised; /* how often */
};

enum alarm_news { ALARM_NO_NEWS, ALARM_RAISED, ALARM_OVER };

/*
 * On from `percent` of the total, and over below seven eighths of that, so that what swings around the threshold is said once. 0
 * percent, or a total of 0: never on.
 */
enum alarm_news alarm_look(struct alarm *alarm, uint64_t used, uint64_t total, uint32_t percent);

#endif
