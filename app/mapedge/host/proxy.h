/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One /64 on both sides of us: on the WAN Linux answers for the hosts of the LAN (RFC 4389 section 4). Who is there is known from the
 * LAN's neighbours, and whoever is asked for on the WAN is looked for on the LAN.
 */
#ifndef MAPEDGE_APP_PROXY_H
#define MAPEDGE_APP_PROXY_H

#include <event2/event.h>

#include "base/error.h"
#include "pkt/interface.h"

struct proxy;

/* NULL with the reason. Nobody is answered for. */
struct proxy *proxy_open(unsigned int wan, unsigned int lan, struct event_base *base, struct error *err);

/* The prefix that is shared; NULL: none is. `proxy` may be NULL, here and below. */
void proxy_set(struct proxy *proxy, const struct prefix6 *shared);

/* These are the LAN's neighbours, as Linux knows them. */
void proxy_follow(struct proxy *proxy, const struct link_neighbour *neighbours, size_t count);

void proxy_close(struct proxy *proxy);

#endif
