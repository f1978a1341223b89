/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps: what a CE takes from its LAN. */
#ifndef MAPEDGE_PATH_LAN_H
#define MAPEDGE_PATH_LAN_H

#include "path/forward.h"
#include "path/steps.h"
#include "path/suspects.h"

/*
 * What Linux sends through the softwire's device is its own, from the device's address, or of a network that it forwards for; nobody
 * on the LAN can have these addresses.
 */
static inline enum verdict
ends_on_device(struct worker *w, struct packet *p, const struct interface *lan)
{
	if (ipv4_is_martian(p->dst))
		return drop(w, p, DROP_martian_v4);
	return interface_is_behind_device(lan, p->src) ? VERDICT_NEXT : drop(w, p, DROP_lan_spoof);
}

/* What a host of the LAN sends is from its subnets; neither end may be a martian, but multicast and broadcast are Linux's. */
static COLD enum verdict
ends_on_lan(struct worker *w, struct packet *p, const struct interface *lan)
{
	if (p->interface == INTERFACE_DEVICE)
		return ends_on_device(w, p, lan);
	if (is_suspect(w->snapshot, p->src) || is_suspect(w->snapshot, p->dst))
		TRY(suspects_judge_lan(w, p));
	return interface_is_on_link(lan, p->src) ? VERDICT_NEXT : drop(w, p, DROP_lan_spoof);
}

/* Only what comes from the LAN's own subnets goes out; what stays on the LAN or is for the box is Linux's. */
static inline enum verdict
lan_checks(struct worker *w, struct packet *p, const struct interface *lan)
{
	if (unlikely(is_suspect(w->snapshot, p->dst) || !interface_is_on_link(lan, p->src)))
		TRY(ends_on_lan(w, p, lan));
	if (interface_is_on_link(lan, p->dst))
		return host(w, p);
	return VERDICT_NEXT;
}

/* The whole of it, up to the IPv4 header. */
static inline enum verdict
lan_in(struct worker *w, struct packet *p)
{
	const struct interface *lan = &w->snapshot->interface[INTERFACE_V4];

	TRY(ethernet_in(w, p, lan));
	if (unlikely(p->ether_type != ETHER_TYPE_IPV4))
		return forward_from_lan(w, p);
	TRY(ipv4_in(w, p));
	return lan_checks(w, p, lan);
}

#endif
