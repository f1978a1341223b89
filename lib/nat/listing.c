/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/listing.h"

#include "nat/parts.h"

/* Begins an answer; the place behind the last one that may be looked at. */
static uint32_t
begin(struct nat_listing *listing, uint32_t places)
{
	listing->count = 0;
	listing->next = listing->start;
	return places - listing->start > NAT_LISTING_PLACES ? listing->start + NAT_LISTING_PLACES : places;
}

static bool
is_asked_for(const struct nat_listing *listing, const struct session *s)
{
	return (listing->inside == 0 || listing->inside == session_end_addr(s->inside)) &&
	    (listing->remote == 0 || listing->remote == session_end_addr(s->remote)) &&
	    (listing->external_port == 0 || listing->external_port == s->external_port) &&
	    (listing->space == NAT_ANY_SPACE || listing->space == s->space);
}

static struct nat_session_row
tell(const struct nat *nat, const struct session *s, uint32_t now)
{
	const uint32_t idle = now - s->last_active, timeout = session_timeout(nat, s);

	return (struct nat_session_row){ .inside = s->inside,
		.remote = s->remote,
		.idle = idle,
		.left = idle < timeout ? timeout - idle : 0,
		.external_port = s->external_port,
		.space = s->space,
		.state = s->state,
		.shares = s->mapping == SESSION_SHARES && s->space < L4_SPACES };
}

static void
list_sessions(const struct nat *nat, struct nat_listing *listing, uint32_t now)
{
	const uint32_t places = nat->session_fresh;
	uint32_t end;

	if (listing->start > places)
		listing->start = places;
	end = begin(listing, places);
	while (listing->next < end && listing->count < listing->limit) {
		const struct session *s = &nat->sessions[listing->next++];

		if (s->state != SESSION_UNUSED && is_asked_for(listing, s))
			listing->session[listing->count++] = tell(nat, s, now);
	}
	listing->is_end = listing->next == places;
}

/* A record that nobody uses has some old address, which leads elsewhere or nowhere. */
static bool
is_used(const struct nat_hosts *hosts, uint32_t id)
{
	return nat_hosts_find(hosts, hosts->host[id].addr) == id;
}

static void
list_hosts(const struct nat *nat, struct nat_listing *listing)
{
	const struct nat_hosts *hosts = &nat->hosts;
	uint32_t end;

	if (listing->start > hosts->limit)
		listing->start = hosts->limit;
	end = begin(listing, hosts->limit);
	while (listing->next < end && listing->count < listing->limit) {
		const uint32_t id = listing->next++;
		const struct nat_host *host = &hosts->host[id];

		if (!is_used(hosts, id) || (listing->inside != 0 && listing->inside != host->addr))
			continue;
		listing->host[listing->count++] = (struct nat_host_row){ .addr = host->addr,
			.sessions = host->sessions,
			.mappings = { host->mappings[0], host->mappings[1], host->mappings[2] },
			.refused = host->refused };
	}
	listing->is_end = listing->next == hosts->limit;
}

void
nat_list(const struct nat *nat, struct nat_listing *listing, uint32_t now)
{
	if (listing->table == NAT_SESSIONS)
		list_sessions(nat, listing, now);
	else
		list_hosts(nat, listing);
}
