/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/liveness.h"

#include <stddef.h>

enum reach
liveness_reach(const struct liveness *liveness)
{
	static const enum reach by_packets[] = {
		[PULSE_UNKNOWN] = REACH_UNKNOWN,
		[PULSE_ANSWERS] = REACH_BY_PACKETS,
		[PULSE_SILENT] = REACH_SILENT,
	};
	const struct probe *probe = liveness->probe;

	if (probe == NULL || probe->state == PROBE_UNKNOWN)
		return by_packets[pulse_verdict(liveness->pulse)];
	if (probe->state == PROBE_UP)
		return REACH_BY_PROBE;
	return pulse_heard_since(liveness->pulse, probe->missed_us / 1000) ? REACH_PACKETS_YET : REACH_PROBE_DOWN;
}

const char *
reach_text(enum reach reach)
{
	static const char *const texts[] = {
		[REACH_UNKNOWN] =
		    "nothing was sent lately that could have an answer, so nothing is known of the other end",
		[REACH_BY_PACKETS] = "packets come back",
		[REACH_BY_PROBE] = "the probe's target answers",
		[REACH_PACKETS_YET] = "packets come back, but the probe's target is silent",
		[REACH_SILENT] = "packets go out and nothing comes back: the other end is silent",
		[REACH_PROBE_DOWN] = "the probe's target is silent, and nothing else comes back",
	};

	return texts[reach];
}
