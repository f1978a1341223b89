/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/probe.h"

#include <string.h>

void
probe_begin(struct probe *probe, uint32_t misses)
{
	memset(probe, 0, sizeof(*probe));
	probe->misses = misses;
}

/* The last echo is still without an answer. */
static void
miss(struct probe *probe, uint64_t sent_us)
{
	if (probe->missed++ == 0)
		probe->missed_us = sent_us;
	if (probe->missed >= probe->misses)
		probe->state = PROBE_DOWN;
}

uint16_t
probe_send(struct probe *probe, uint64_t now_us)
{
	const unsigned int last = (probe->sent - 1) % PROBE_ECHOES, next = probe->sent % PROBE_ECHOES;

	if (probe->sent > 0 && probe->echo[last].waits)
		miss(probe, probe->echo[last].us);
	probe->echo[next].us = now_us;
	probe->echo[next].waits = true;
	return (uint16_t)probe->sent++;
}

bool
probe_answer(struct probe *probe, uint16_t number, uint64_t now_us)
{
	const unsigned int slot = number % PROBE_ECHOES;
	const uint16_t age = (uint16_t)(probe->sent - 1 - number);

	if (age >= PROBE_ECHOES || !probe->echo[slot].waits)
		return false;
	probe->echo[slot].waits = false;
	probe->answered++;
	probe->answered_us = now_us;
	probe->round_trip_us = now_us - probe->echo[slot].us;
	probe->missed = 0;
	probe->state = PROBE_UP;
	return true;
}

const char *
probe_state_word(enum probe_state state)
{
	static const char *const words[] = { [PROBE_UNKNOWN] = "unknown", [PROBE_UP] = "up", [PROBE_DOWN] = "down" };

	return words[state];
}
