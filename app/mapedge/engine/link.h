/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The interfaces of a snapshot: addresses, routes, neighbours, from the configuration and from Linux. Where both say
 * something, Linux is right.
 */
#ifndef MAPEDGE_APP_LINK_H
#define MAPEDGE_APP_LINK_H

#include "conf/conf.h"
#include "path/snapshot.h"

/* What Linux knows about a host interface: lists, in any order. */
struct host_link {
	uint32_t address; /* its first IPv4 address, host order, or 0 */
	const u128 *addresses6;
	size_t address6_count;
	const struct link_neighbour *neighbours;
	size_t neighbour_count;
	bool has_routes; /* false: they are as they were */
	const struct route
	    *routes; /* of the interface's family; of several to one prefix the first is the one to use */
	size_t route_count;
	const struct route
	    *transit; /* on a CE's IPv6 side: the IPv6 routes of both, and what is the box's own or discarded */
	size_t transit_count;
	struct hash_key key; /* of the table of neighbours */
};

/* Each is searched by itself: IPv4 of its interface, IPv6 around IPv4, and, where the workers forward it, native IPv6. */
enum link_table { LINK_IPV4, LINK_SOFTWIRE, LINK_IPV6, LINK_TABLES };

#define LINK_MAX_OWN 40 /* routes of a table that Linux does not give */

/* Those of them that stand in the configuration or follow from it; how many there are. */
size_t link_own_routes(const struct snapshot *snapshot, const struct conf *conf, enum link_table table,
    struct route routes[LINK_MAX_OWN]);

/*
 * Fills in the interfaces of a snapshot that no worker has seen yet. `links` is NULL without host interfaces; routes
 * that it does not have are those of `before`. 0, or a negative errno with the reason, then without interfaces.
 */
int link_interfaces(struct snapshot *snapshot, const struct conf *conf, const struct mac macs[INTERFACE_COUNT],
    const struct host_link *links, const struct snapshot *before, struct error *err);

/* Lets go of what link_interfaces() has filled in, as far as it has. */
void link_clear(struct snapshot *snapshot);

#endif
