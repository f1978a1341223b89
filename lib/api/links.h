/* SPDX-License-Identifier: BSD-3-Clause */
/* neighbours-get, routes-get: who is on the links, and where packets go. */
#ifndef MAPEDGE_API_LINKS_H
#define MAPEDGE_API_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "pkt/routes.h"

/* A neighbour as Linux has it, or as the configuration gives it. */
struct api_neighbour {
	u128 addr; /* as in pkt/neighbours.h */
	bool has_mac;
	struct mac mac;
	uint8_t interface;
	const char *state; /* "configured", or Linux's: "reachable", "stale", "failed", … */
	const char *from;  /* "config", "linux" */
	bool is_used;      /* workers send to it */
};

/* Routes for one kind of packet, from one place. */
struct api_routes {
	const struct route *list;
	size_t count;
	const char *table; /* "ipv4", "softwire": IPv6 around IPv4, "ipv6": native */
	const char *from;  /* "linux", "config" */
	uint8_t interface; /* that they leave by; of table "ipv6" each says so itself */
	bool is_ipv4;
};

#define API_ROUTE_LISTS 6

#endif
