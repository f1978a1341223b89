/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the hosts of a CE's LAN are told: DHCP, DNS and router advertisements by a dnsmasq of ours, and by ourselves what it cannot say, or
 * would say too late: another prefix at once, one that is over (RFC 9096 section 3.5), the way to the line's prefix (RFC 4191).
 */
#ifndef MAPEDGE_APP_SERVICES_H
#define MAPEDGE_APP_SERVICES_H

#include "home/network.h"

struct services;

/* Valid until the next call. */
struct services_state {
	const struct lan_line *line;
	const struct network *networks; /* as many as at services_open() */
	const struct prefix6 *ula;      /* the /48 of all of them; length 0: none */
};

/* The networks, the LAN first, stay the caller's. 0, or a negative errno with the reason. Nobody is told anything yet. */
int services_open(const struct conf *conf, unsigned int wan, const struct network *networks, struct event_base *base,
    struct services **services, struct error *err);

/*
 * This is how it is from now on; `state` and what it points to stay the caller's, who keeps them up to date. `is_other`: the hosts have
 * another prefix than before, or one at all, or none. NULL is allowed, here and below.
 */
void services_follow(struct services *services, const struct services_state *state, bool is_other);

/* Hosts are told that we are no router any more. */
void services_leave(struct services *services);

/* Fills in what it knows. */
void services_report(const struct services *services, struct lan_report *report);

void services_close(struct services *services);

#endif
