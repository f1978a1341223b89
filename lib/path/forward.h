/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CE: native IPv6 from the LAN to the WAN and back, without state, so any worker takes any packet: RFC 7084 section 4, RFC 6092
 * section 3.1. There is no firewall here.
 */
#ifndef MAPEDGE_PATH_FORWARD_H
#define MAPEDGE_PATH_FORWARD_H

#include "path/path.h"

static inline bool
forward_leads_to(const struct range6 *route, unsigned int interface)
{
	return route->hop >= HOP_ON_LINK && route->interface == interface;
}

/* Is an address with this route ours: on the LAN, the box's own, or of the delegated prefix but nobody's? */
static inline bool
forward_is_inside(const struct range6 *route)
{
	return forward_leads_to(route, INTERFACE_V4) || (route->hop != HOP_NONE && route->hop < HOP_ON_LINK);
}

/*
 * The IPv6 packet at p->ip, which ipv6_in() has passed, goes on, or ends here for a reason. NEXT, and nothing is written, when it
 * is Linux's: for the box, for a link, from LAN to LAN; and every packet when the workers are not to forward.
 */
enum verdict forward_native(struct worker *w, struct packet *p);

/* A frame from the LAN that is not IPv4; p->ip is behind its header. Never NEXT. */
enum verdict forward_from_lan(struct worker *w, struct packet *p);

/* A pending_give_up(): who sent native IPv6 to a neighbour that does not answer learns of it (RFC 4861 section 7.2.2). */
enum verdict forward_unreachable(struct worker *w, struct packet *p);

#endif
