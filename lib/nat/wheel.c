/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/wheel.h"

void
wheel_init(struct wheel *wheel, uint32_t now)
{
	wheel->now = now;
	for (uint32_t i = 0; i < WHEEL_SLOTS; i++)
		wheel->slot[i] = SESSION_NONE;
}

void
wheel_add(struct wheel *wheel, struct session *sessions, uint32_t id, uint32_t when)
{
	struct session *s = &sessions[id];
	const int32_t ahead = (int32_t)(when - wheel->now);

	/* Not the slot after `now`, which may be the one that is being worked on. */
	if (ahead < 2)
		when = wheel->now + 2;
	else if (ahead >= WHEEL_SLOTS)
		when = wheel->now + WHEEL_SLOTS - 1;
	s->wheel_slot = (uint16_t)(when % WHEEL_SLOTS);
	s->wheel_prev = SESSION_NONE;
	s->wheel_next = wheel->slot[s->wheel_slot];
	if (s->wheel_next != SESSION_NONE)
		sessions[s->wheel_next].wheel_prev = id;
	wheel->slot[s->wheel_slot] = id;
}

void
wheel_remove(struct wheel *wheel, struct session *sessions, uint32_t id)
{
	struct session *s = &sessions[id];

	if (s->wheel_prev != SESSION_NONE)
		sessions[s->wheel_prev].wheel_next = s->wheel_next;
	else
		wheel->slot[s->wheel_slot] = s->wheel_next;
	if (s->wheel_next != SESSION_NONE)
		sessions[s->wheel_next].wheel_prev = s->wheel_prev;
}
