/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the routers of a line have said and what still holds of it: prefixes to make addresses in (RFC 4862 section 5.5.3), name servers
 * (RFC 8106). Moments are milliseconds of the caller's clock; all zero is the beginning.
 */
#ifndef MAPEDGE_PROVISION_RA_STATE_H
#define MAPEDGE_PROVISION_RA_STATE_H

#include "provision/ra.h"

struct ra_state {
	bool heard; /* anything at all; the flags are those of the last message */
	bool managed;
	bool other;
	uint32_t prefix_count;
	struct dhcp6_prefix prefixes[RA_MAX_PREFIXES]; /* /64s that are global and autonomous */
	struct dhcp6_servers dns;
	uint64_t dns_until;
};

/* True when something else than a lifetime is new. */
bool ra_state_take(struct ra_state *state, const struct ra *ra, uint64_t now);

/* True when something has ended. */
bool ra_state_expire(struct ra_state *state, uint64_t now);

/* When the next thing ends; DHCP6_NEVER. */
uint64_t ra_state_next(const struct ra_state *state);

#endif
