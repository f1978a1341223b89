/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sessions end in small steps. Those of closed connections stand in line, the one closed longest ago in front; all
 * others are in the wheel.
 */
#include "nat/parts.h"

#define CLOSED_EARLY_AFTER 5 /* seconds: RFC 5382 section 5 */
#define AT_ONCE 32           /* sessions whose memory is fetched together: what a cache of 32 kB takes easily */

static struct nat_closed *
line_of(struct nat *nat, uint8_t state)
{
	return &nat->closed[state - SESSION_TCP_FIN_BOTH];
}

void
expiry_clear(struct nat *nat, uint32_t now)
{
	wheel_init(&nat->wheel, now);
	for (int i = 0; i < NAT_CLOSED_STATES; i++)
		nat->closed[i] = (struct nat_closed){ NONE, NONE };
	nat->sweep_left = 0;
}

/* ---- in and out ------------------------------------------------------------------------------------------------- */

static void
line_up(struct nat *nat, struct nat_closed *line, uint32_t id)
{
	struct session *s = &nat->sessions[id];

	s->prev = line->last;
	s->next = NONE;
	if (line->last != NONE)
		nat->sessions[line->last].next = id;
	else
		line->first = id;
	line->last = id;
}

static void
leave_line(struct nat *nat, struct nat_closed *line, uint32_t id)
{
	const struct session *s = &nat->sessions[id];

	if (s->prev != NONE)
		nat->sessions[s->prev].next = s->next;
	else
		line->first = s->next;
	if (s->next != NONE)
		nat->sessions[s->next].prev = s->prev;
	else
		line->last = s->prev;
}

void
expiry_add(struct nat *nat, uint32_t id)
{
	const struct session *s = &nat->sessions[id];

	if (session_is_closed(s->state))
		line_up(nat, line_of(nat, s->state), id);
	else
		wheel_add(&nat->wheel, nat->sessions, id, s->last_active + session_timeout(nat, s) + 1);
}

void
expiry_remove(struct nat *nat, uint32_t id, uint8_t state)
{
	if (session_is_closed(state))
		leave_line(nat, line_of(nat, state), id);
	else
		wheel_remove(&nat->wheel, nat->sessions, id);
}

/* ---- ending ----------------------------------------------------------------------------------------------------- */

static void
end_session(struct nat *nat, uint32_t id, uint32_t now)
{
	expiry_remove(nat, id, nat->sessions[id].state);
	session_close(nat, id, now);
}

/* The calls of a control connection end before it does, and count for the budget, too. */
static void
end_calls(struct nat *nat, uint32_t id, uint32_t now, uint32_t *budget)
{
	const struct session *s = &nat->sessions[id];
	uint32_t calls;

	if (s->space != L4_TCP)
		return;
	calls = calls_end(nat, s, now);
	*budget -= calls < *budget ? calls : *budget;
}

bool
expiry_close_oldest(struct nat *nat, uint32_t now)
{
	uint32_t oldest = NONE, age = CLOSED_EARLY_AFTER;

	for (int i = 0; i < NAT_CLOSED_STATES; i++) {
		const uint32_t id = nat->closed[i].first;

		if (id != NONE && now - nat->sessions[id].last_active >= age) {
			age = now - nat->sessions[id].last_active;
			oldest = id;
		}
	}
	if (oldest == NONE)
		return false;
	end_session(nat, oldest, now);
	nat_event(nat, EVENT_closed_early);
	return true;
}

static bool
is_over(const struct nat *nat, const struct session *s, uint32_t now)
{
	return now - s->last_active > session_timeout(nat, s);
}

/*
 * Of a list of sessions those in front are about to be looked at: what ending them takes comes from all over the memory,
 * at once rather than one by one.
 */
static INLINED void
prefetch_list(const struct nat *nat, uint32_t first, uint32_t now, uint32_t budget)
{
	const uint32_t most = budget < AT_ONCE ? budget : AT_ONCE;
	uint32_t id = first;

	for (uint32_t i = 0; i < most && id != NONE; i++) {
		const struct session *s = &nat->sessions[id];

		if (is_over(nat, s, now))
			session_prefetch(nat, s);
		id = s->next;
	}
}

/* The same for a sweep. */
static INLINED void
prefetch_sweep(const struct nat *nat, uint32_t now, uint32_t budget)
{
	const uint32_t most = budget < AT_ONCE ? budget : AT_ONCE;

	for (uint32_t i = 1; i <= most && i <= nat->sweep_left; i++) {
		const struct session *s = &nat->sessions[nat->sweep_left - i];

		if (s->state != SESSION_UNUSED && (assign_ended(nat, s) || is_over(nat, s, now)))
			session_prefetch(nat, s);
	}
}

/* After a new configuration every session is looked at once. */
static uint32_t
sweep(struct nat *nat, uint32_t now, uint32_t *budget)
{
	uint32_t ended = 0;

	prefetch_sweep(nat, now, *budget);
	while (nat->sweep_left > 0 && *budget > 0) {
		const uint32_t id = --nat->sweep_left;
		const struct session *s = &nat->sessions[id];

		(*budget)--;
		if (s->state == SESSION_UNUSED)
			continue;
		if (assign_ended(nat, s)) {
			end_calls(nat, id, now, budget);
			end_session(nat, id, now);
			nat_event(nat, EVENT_sessions_flushed);
		} else if (is_over(nat, s, now)) {
			end_calls(nat, id, now, budget);
			end_session(nat, id, now);
			ended++;
		} else if (!session_is_closed(s->state)) {
			expiry_remove(nat, id, s->state);
			expiry_add(nat, id);
		}
	}
	return ended;
}

static uint32_t
expire_closed(struct nat *nat, struct nat_closed *line, uint32_t now, uint32_t *budget)
{
	uint32_t ended = 0;

	prefetch_list(nat, line->first, now, *budget);
	while (line->first != NONE && is_over(nat, &nat->sessions[line->first], now) && *budget > 0) {
		end_session(nat, line->first, now);
		(*budget)--;
		ended++;
	}
	return ended;
}

static uint32_t
expire_wheel(struct nat *nat, uint32_t now, uint32_t *budget)
{
	struct wheel *wheel = &nat->wheel;
	uint32_t ended = 0;

	/* After a long silence once round is enough: every session is in some slot. */
	if (now - wheel->now > WHEEL_SLOTS)
		wheel->now = now - WHEEL_SLOTS;
	for (; wheel->now != now; wheel->now++) {
		const uint32_t *slot = &wheel->slot[(wheel->now + 1) % WHEEL_SLOTS];

		prefetch_list(nat, *slot, now, *budget);
		while (*slot != SESSION_NONE) {
			const uint32_t id = *slot;

			if ((*budget)-- == 0) {
				*budget = 0;
				return ended;
			}
			wheel_remove(wheel, nat->sessions, id);
			if (is_over(nat, &nat->sessions[id], now)) {
				end_calls(nat, id, now, budget);
				session_close(nat, id, now);
				ended++;
			} else {
				expiry_add(nat, id);
			}
		}
	}
	return ended;
}

uint32_t
nat_expire(struct nat *nat, uint32_t now, uint32_t budget)
{
	uint32_t ended = 0;

	nat_clear_up(nat, budget);
	for (unsigned int space = 0; space < L4_SPACES; space++) {
		if (nat->ports[space].quarantined != 0)
			budget -= ports_end_quarantine(&nat->ports[space], now, nat->config.quarantine, budget);
	}
	if (nat->sweep_left > 0)
		ended = sweep(nat, now, &budget);
	for (int i = 0; i < NAT_CLOSED_STATES; i++)
		ended += expire_closed(nat, &nat->closed[i], now, &budget);
	return ended + expire_wheel(nat, now, &budget);
}
