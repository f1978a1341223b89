/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/pulse.h"

static const struct pulse_look *
newest(const struct pulse *pulse)
{
	return &pulse->look[(pulse->looks - 1) % PULSE_LOOKS];
}

/* The oldest look of the last minute. */
static const struct pulse_look *
oldest_lately(const struct pulse *pulse)
{
	const uint64_t now_ms = newest(pulse)->ms;
	const struct pulse_look *oldest = newest(pulse);

	for (uint64_t i = 1; i < pulse->looks && i < PULSE_LOOKS; i++) {
		const struct pulse_look *look = &pulse->look[(pulse->looks - 1 - i) % PULSE_LOOKS];

		if (now_ms - look->ms > PULSE_LATELY_MS)
			break;
		oldest = look;
	}
	return oldest;
}

void
pulse_take(struct pulse *pulse, uint64_t now_ms, uint64_t sent, uint64_t received)
{
	const struct pulse_look now = { now_ms, sent, received };
	const struct pulse_look before = pulse->looks > 0 ? *newest(pulse) : now;

	pulse->look[pulse->looks++ % PULSE_LOOKS] = now;
	if (received != before.received) {
		pulse->answered = true;
		pulse->answered_ms = now_ms;
		pulse->asks = false;
	} else if (sent != before.sent && !pulse->asks) {
		pulse->asks = true;
		pulse->asked = before;
	}
}

enum pulse_verdict
pulse_verdict(const struct pulse *pulse)
{
	const struct pulse_look *now;

	if (pulse->looks == 0)
		return PULSE_UNKNOWN;
	now = newest(pulse);
	if (pulse->asks && now->ms - pulse->asked.ms >= PULSE_PATIENCE_MS && pulse_unanswered(pulse) >= PULSE_MIN_SENT)
		return PULSE_SILENT;
	return pulse->answered && now->ms - pulse->answered_ms <= PULSE_LATELY_MS ? PULSE_ANSWERS : PULSE_UNKNOWN;
}

struct pulse_look
pulse_lately(const struct pulse *pulse)
{
	const struct pulse_look *now, *then;

	if (pulse->looks == 0)
		return (struct pulse_look){ 0 };
	now = newest(pulse);
	then = oldest_lately(pulse);
	return (struct pulse_look){ now->ms - then->ms, now->sent - then->sent, now->received - then->received };
}

uint64_t
pulse_unanswered(const struct pulse *pulse)
{
	return pulse->asks ? newest(pulse)->sent - pulse->asked.sent : 0;
}

uint64_t
pulse_age_ms(const struct pulse *pulse)
{
	return newest(pulse)->ms - pulse->answered_ms;
}

/* What one look has found had come in at any time since the look before. */
bool
pulse_heard_since(const struct pulse *pulse, uint64_t ms)
{
	return pulse->answered && pulse->answered_ms >= ms + PULSE_EVERY_MS;
}
