/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The LAN of a CE: a part of the line's prefix is put on its device, the rest leads to nowhere, hosts are told what they must know by a
 * dnsmasq of ours, and what they must forget by us. RFC 7084 section 4.3, RFC 9096.
 */
#ifndef MAPEDGE_APP_LAN_H
#define MAPEDGE_APP_LAN_H

#include <event2/event.h>

#include "api/lan.h"
#include "conf/conf.h"
#include "pkt/interface.h"

struct lan;

/* What the line has at a moment. */
struct lan_line {
	bool has_prefix;
	struct dhcp6_prefix prefix; /* moments of clock_ms() */
	bool is_shared;             /* the link to the provider has the same /64 */
	bool has_router;            /* and a default router */
	struct dhcp6_servers dns;
	const struct dhcp6_names *domains; /* NULL: none */
};

/* The LAN's and the WAN's devices, as Linux numbers them, and the LAN's MAC address. */
struct lan_devices {
	unsigned int lan, wan;
	struct mac mac;
};

/* *lan is NULL when the configuration wants nothing of it. 0, or a negative errno with the reason. */
int lan_open(const struct conf *conf, const struct lan_devices *devices, struct event_base *base, struct lan **lan,
    struct error *err);

/* This is how it is from now on. NULL is allowed, here and below. */
void lan_follow(struct lan *lan, const struct lan_line *line);

/* These hosts are there, as Linux knows them. */
void lan_neighbours(struct lan *lan, const struct link_neighbour *neighbours, size_t count);

/* Valid until the next event; NULL without a LAN. */
const struct lan_report *lan_report(struct lan *lan);

/* Hosts are told that we are no router any more (RFC 4861 section 6.2.5); it takes a moment until they hear it. */
void lan_leave(struct lan *lan);

/* The services end; addresses stay until their lifetimes or their device end. */
void lan_close(struct lan *lan);

#endif
