/* SPDX-License-Identifier: BSD-3-Clause */
/* What Linux says about one host interface, read from a dump. */
#ifndef MAPEDGE_APP_VIEW_H
#define MAPEDGE_APP_VIEW_H

#include <linux/rtnetlink.h>

#include "host/list.h"
#include "host/netlink.h"
#include "path/snapshot.h"

#define LOOPBACK_IFINDEX 1

struct view {
	uint32_t address;       /* the first IPv4 address of the device, host order, 0 = none */
	struct list addresses6; /* of u128: not those that are link-local, tentative or deprecated */
	struct list routes; /* of struct route: of the interface's family, in the main table; and own IPv4 addresses */
	struct list
	    transit; /* of struct route, IPv6 side only: of the main table, of all devices; own addresses; routes that discard */
	struct list neighbours; /* of struct link_neighbour: those whose MAC address may be used */
};

struct view_reader {
	unsigned int ifindex[INTERFACE_COUNT];
	bool wants_transit; /* a CE may forward native IPv6 */
	struct view view[INTERFACE_COUNT];
};

void view_clear(struct view view[INTERFACE_COUNT]);

/* Each is a netlink_handler for one kind of message; the argument is a struct view_reader. */
bool view_address(const struct nlmsghdr *message, void *reader);
bool view_route(const struct nlmsghdr *message, void *reader);

/* Also wishes that Linux makes sure of a neighbour that it has not heard of for a while. */
bool view_neighbour(const struct nlmsghdr *message, void *reader);

/* Who a message about a neighbour is about, and where: *mac is NULL when that is not known. False: it is about nobody. */
bool view_neighbour_ends(const struct nlmsghdr *message, u128 *addr, const struct nlattr **mac);

/* A multicast group or the broadcast address, of which Linux keeps entries, too. */
bool view_is_group(u128 addr);

/* Does a route, as a message has it, stand in the main table? */
bool view_is_main_route(const struct nlmsghdr *message);

/* Is it a route to an IPv6 address of ours? Linux keeps these in a table of their own. */
bool view_is_own_route(const struct nlmsghdr *message);

/* The interface that a device is, INTERFACE_COUNT when it is none of ours. */
static inline unsigned int
view_interface(const unsigned int ifindex[INTERFACE_COUNT], unsigned int device)
{
	unsigned int i = 0;

	while (i < INTERFACE_COUNT && ifindex[i] != device)
		i++;
	return i;
}

#endif
