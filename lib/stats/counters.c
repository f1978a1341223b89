/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/counters.h"

#include <stddef.h>

const struct counter_info drop_info[DROP_COUNT] = {
#define DROP(name, side, severity, text, hint) { #name, #side, SEVERITY_##severity, text, hint },
#include "stats/counters.def"
};

const struct counter_info event_info[EVENT_COUNT] = {
#define EVENT(name, unit, text) { #name, #unit, SEVERITY_normal, text, NULL },
#include "stats/counters.def"
};

const char *const severity_word[SEVERITIES] = { "normal", "warning", "error" };

/* struct counters is an array of 64-bit counters with names; adding does not need the names. */
_Static_assert(sizeof(struct counters) % sizeof(uint64_t) == 0, "counters are 64-bit throughout");

void
counters_sum(struct counters *total, const struct counters *worker)
{
	uint64_t *to = (uint64_t *)total;
	const uint64_t *from = (const uint64_t *)worker;

	for (size_t i = 0; i < sizeof(*total) / sizeof(*to); i++)
		to[i] += __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

struct conservation
counters_conservation(const struct counters *counters, uint64_t held)
{
	struct conservation sum = { .created = counters->created, .merged = counters->merged, .held = held };

	for (size_t i = 0; i < STATS_MAX_INTERFACES; i++) {
		sum.received += counters->interface[i].rx.packets + counters->host[i].from_host.packets;
		sum.transmitted += counters->interface[i].tx.packets + counters->host[i].to_host.packets;
	}
	for (size_t i = 0; i < DROP_COUNT; i++)
		sum.dropped += counters->drop[i];
	return sum;
}
