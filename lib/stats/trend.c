/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/trend.h"

void
trend_take(struct trend *trend, const struct trend_look *look)
{
	trend->look[trend->looks++ % TREND_LOOKS] = *look;
	for (int space = 0; space < 3; space++) {
		if (look->ports_used[space] <= trend->high.ports_used[space])
			continue;
		trend->high.ports_used[space] = look->ports_used[space];
		trend->high.ms[space] = look->ms;
	}
}

unsigned int
trend_count(const struct trend *trend)
{
	return trend->looks < TREND_LOOKS ? (unsigned int)trend->looks : TREND_LOOKS;
}

const struct trend_look *
trend_at(const struct trend *trend, unsigned int index)
{
	return &trend->look[(trend->looks - trend_count(trend) + index) % TREND_LOOKS];
}

static void
keep_larger(uint64_t *largest, uint64_t value)
{
	if (value > *largest)
		*largest = value;
}

struct trend_look
trend_peak(const struct trend *trend)
{
	struct trend_look peak = { 0 };

	for (unsigned int i = 0; i < trend_count(trend); i++) {
		const struct trend_look *look = trend_at(trend, i);

		keep_larger(&peak.sessions, look->sessions);
		keep_larger(&peak.hosts, look->hosts);
		for (int space = 0; space < 3; space++)
			keep_larger(&peak.ports_used[space], look->ports_used[space]);
	}
	return peak;
}
