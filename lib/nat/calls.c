/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PPTP calls: sessions of their own space, which begin and end with what their control connection says. RFC 2637 section 3.2,
 * docs/napt.md.
 *
 * Both sides number a call for themselves, and a packet has the number of its receiver alone. So a call is found from inside
 * by the remote side's id, which stands in place of the inside port, and from outside by the one that we have given it.
 */
#include "nat/parts.h"

#define MAX_CALLS 16 /* of one control connection: they are looked through and end together */
#define CHOOSE_TRIES 64

static uint64_t
remote_end(const struct session *control)
{
	return session_end(session_end_addr(control->remote), 0, L4_CALL);
}

static uint64_t
inside_end(const struct session *control, uint16_t id)
{
	return session_end(session_end_addr(control->inside), id, L4_CALL);
}

static uint32_t
id_of(const struct nat *nat, const struct session *s)
{
	return (uint32_t)(s - nat->sessions);
}

/* ---- which ------------------------------------------------------------------------------------------------------ */

struct session *
calls_find(const struct nat *nat, const struct session *control, uint16_t inside_id)
{
	for (uint32_t id = control->calls; id != NONE; id = nat->sessions[id].call.next) {
		if (nat->sessions[id].call.inside_id == inside_id)
			return &nat->sessions[id];
	}
	return NULL;
}

static struct session *
if_of(const struct nat *nat, const struct session *control, struct session *call)
{
	return call != NULL && call->call.control == id_of(nat, control) ? call : NULL;
}

struct session *
calls_find_external(const struct nat *nat, const struct session *control, uint16_t external_id)
{
	const uint64_t remote = remote_end(control), hash = nat_hash_in(nat, external_id, remote);

	return if_of(nat, control, nat_find_in(nat, hash, external_id, remote));
}

struct session *
calls_find_remote(const struct nat *nat, const struct session *control, uint16_t remote_id)
{
	const uint64_t remote = remote_end(control), inside = inside_end(control, remote_id);

	return if_of(nat, control, nat_find_out(nat, nat_hash_out(nat, inside, remote), inside, remote));
}

/* ---- begin ------------------------------------------------------------------------------------------------------ */

/* Whatever comes back to an id goes to the worker that it says. */
bool
calls_choose(struct nat *nat, const struct nat_opening *opening, struct choice *choice, enum drop_reason *why)
{
	const uint16_t workers = nat->bank->workers, self = nat->ports[0].self;
	uint16_t id = session_end_port(opening->inside);

	for (int i = 0; i < CHOOSE_TRIES; i++) {
		if (id % workers == self && !choose_is_taken(nat, id, opening->remote)) {
			*choice = (struct choice){ id, SESSION_SHARES };
			return true;
		}
		id = (uint16_t)((1 + random_below(nat->random, 65536u / workers - 1)) * workers + self);
	}
	*why = DROP_nat_no_port;
	return false;
}

static bool
has_room(const struct nat *nat, const struct session *control)
{
	uint32_t count = 0;

	for (uint32_t id = control->calls; id != NONE; id = nat->sessions[id].call.next)
		count++;
	return count < MAX_CALLS;
}

struct session *
calls_open(struct nat *nat, struct session *control, uint16_t inside_id, const struct nat_control *when,
    enum drop_reason *why)
{
	const struct nat_opening opening = { .inside = inside_end(control, inside_id) | CALL_UNANSWERED,
		.remote = remote_end(control),
		.now = when->now,
		.now_ms = when->now_ms };
	struct session *call = calls_find(nat, control, inside_id);

	if (call != NULL)
		return call;
	*why = DROP_nat_host_limit;
	if (!has_room(nat, control))
		return NULL;
	call = nat_open_out(nat, &opening, why);
	if (call == NULL)
		return NULL;
	call->call = (struct session_call){ id_of(nat, control), control->calls, inside_id, { 0 } };
	control->calls = id_of(nat, call);
	nat_event(nat, EVENT_sessions_created);
	return call;
}

void
calls_answer(struct nat *nat, struct session *call, uint16_t remote_id, uint32_t now)
{
	const uint64_t inside = session_end(session_end_addr(call->inside), remote_id, L4_CALL);
	const uint32_t id = id_of(nat, call);

	index_remove(&nat->out, nat_hash_out(nat, call->inside, call->remote), id);
	call->inside = inside;
	if (index_insert(&nat->out, nat_hash_out(nat, inside, call->remote), id) < 0)
		calls_end_one(nat, call, now);
}

/* ---- end -------------------------------------------------------------------------------------------------------- */

void
calls_leave(struct nat *nat, const struct session *call)
{
	uint32_t *link = &nat->sessions[call->call.control].calls;

	while (*link != id_of(nat, call))
		link = &nat->sessions[*link].call.next;
	*link = call->call.next;
}

void
calls_end_one(struct nat *nat, const struct session *call, uint32_t now)
{
	const uint32_t id = id_of(nat, call);

	expiry_remove(nat, id, call->state);
	session_close(nat, id, now);
	nat_event(nat, EVENT_calls_ended);
}

uint32_t
calls_end(struct nat *nat, const struct session *control, uint32_t now)
{
	uint32_t count = 0;

	for (; control->calls != NONE; count++)
		calls_end_one(nat, &nat->sessions[control->calls], now);
	return count;
}
