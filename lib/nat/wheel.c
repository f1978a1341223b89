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
	s->prev = SESSION_NONE;
	s->next = wheel->slot[s->wheel_slot];
	if (s->next != SESSION_NONE)
		sessions[s->next].prev = id;
	wheel->slot[s->wheel_slot] = id;
}

void
wheel_remove(struct wheel *wheel, struct session *sessions, uint32_t id)
{
	struct session *s = &sessions[id];

	if (s->prev != SESSION_NONE)
		sessions[s->prev].next = s->next;
	else
		wheel->slot[s->wheel_slot] = s->next;
	if (s->next != SESSION_NONE)
		sessions[s->next].prev = s->prev;
}
