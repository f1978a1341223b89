/* SPDX-License-Identifier: BSD-3-Clause */
/* Who would be cut off by another configuration, counted among the sessions that there are. */
#include <stdlib.h>

#include "api/command.h"
#include "api/plan_parts.h"
#include "api/report_sums.h"

#define ASKS_MAX 512 /* of workers: half a million places at most, so that control does not stand still for long */

struct tally {
	const struct conf_nat *now, *next;
	uint32_t *host; /* of each session */
	size_t count, room;
};

static bool
has_space(const struct conf_forward *forward, uint8_t space)
{
	return (space == L4_TCP && forward->tcp) || (space == L4_UDP && forward->udp);
}

static bool
has_port(const struct conf_forward *forward, const struct nat_session_row *row)
{
	return has_space(forward, row->space) && row->external_port >= forward->ports.first &&
	    row->external_port <= forward->ports.last;
}

/* The inside endpoint that the forward leads to, whatever its external port is now. */
static bool
has_inside(const struct conf_forward *forward, const struct nat_session_row *row)
{
	const uint32_t port = session_end_port(row->inside), ports = forward->ports.last - forward->ports.first;

	return has_space(forward, row->space) && session_end_addr(row->inside) == forward->to &&
	    port >= forward->to_port && port <= forward->to_port + ports;
}

/* A port that becomes a forward's, or no longer is one, ends what was on it. */
static bool
is_cut(const struct tally *tally, const struct nat_session_row *row)
{
	for (size_t i = 0; i < tally->now->forward_count; i++) {
		const struct conf_forward *forward = &tally->now->forwards[i];

		if (has_port(forward, row) && !plan_has_forward(tally->next, forward))
			return true;
	}
	for (size_t i = 0; i < tally->next->forward_count; i++) {
		const struct conf_forward *forward = &tally->next->forwards[i];

		if ((has_port(forward, row) || has_inside(forward, row)) && !plan_has_forward(tally->now, forward))
			return true;
	}
	return false;
}

static bool
count_session(struct tally *tally, const struct nat_session_row *row)
{
	if (!is_cut(tally, row))
		return true;
	if (tally->count == tally->room) {
		const size_t room = 2 * tally->room + NAT_LISTING_ROWS;
		uint32_t *more = realloc(tally->host, room * sizeof(*more));

		if (more == NULL)
			return false;
		tally->host = more;
		tally->room = room;
	}
	tally->host[tally->count++] = session_end_addr(row->inside);
	return true;
}

/* True when every session was looked at. */
static bool
look_at_sessions(const struct api_backend *backend, struct tally *tally)
{
	struct nat_listing listing = { .table = NAT_SESSIONS, .space = NAT_ANY_SPACE, .limit = NAT_LISTING_ROWS };
	struct error err = { 0 };
	unsigned int worker = 0;
	int rc;

	for (int asks = 0; asks < ASKS_MAX; asks++) {
		rc = backend->list(backend->context, worker, &listing, &err);
		if (rc < 0)
			return rc == -ENOENT;
		for (uint32_t i = 0; i < listing.count; i++) {
			if (!count_session(tally, &listing.session[i]))
				return false;
		}
		listing.start = listing.is_end ? 0 : listing.next;
		worker += listing.is_end;
	}
	return false;
}

static int
compare(const void *a, const void *b)
{
	const uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

static json_int_t
count_hosts(const struct tally *tally)
{
	json_int_t hosts = 0;

	if (tally->count > 0)
		qsort(tally->host, tally->count, sizeof(tally->host[0]), compare);
	for (size_t i = 0; i < tally->count; i++)
		hosts += i == 0 || tally->host[i] != tally->host[i - 1];
	return hosts;
}

static bool
has_other_forwards(const struct conf_nat *one, const struct conf_nat *other)
{
	for (size_t i = 0; i < one->forward_count; i++) {
		if (!plan_has_forward(other, &one->forwards[i]))
			return true;
	}
	return one->forward_count != other->forward_count;
}

json_t *
plan_cut_json(const struct api_backend *backend, const struct conf *now, const struct conf *next, bool all_end)
{
	struct tally tally = { .now = &now->nat, .next = &next->nat };
	struct report report = { 0 };
	struct gauges sum;
	bool is_complete = true;
	json_t *object;

	backend->report(backend->context, &report);
	sum = report_gauges(&report);
	if (all_end)
		return json_pack("{s:I, s:I, s:b}", "sessions", (json_int_t)sum.sessions, "hosts",
		    (json_int_t)sum.hosts, "complete", true);
	if (has_other_forwards(&now->nat, &next->nat))
		is_complete = look_at_sessions(backend, &tally);
	object = json_pack("{s:I, s:I, s:b}", "sessions", (json_int_t)tally.count, "hosts", count_hosts(&tally),
	    "complete", is_complete);
	free(tally.host);
	return object;
}
