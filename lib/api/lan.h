/* SPDX-License-Identifier: BSD-3-Clause */
/* What a CE does for its LAN, in the document of the command `status`. */
#ifndef MAPEDGE_API_LAN_H
#define MAPEDGE_API_LAN_H

#include <jansson.h>

#include "provision/home.h"

#define LAN_MAX_NETWORKS 9

/* The LAN, or a further network. */
struct lan_network_report {
	const char *device;
	bool has_subnet;
	struct prefix6 address; /* ours, with the length of the subnet */
	struct prefix6 ula;     /* ours of the home's unique local prefix; length 0: none */
	const char *reason;     /* why there is no subnet; "": the line has no prefix */
	const char *hint;       /* what to do about it; may be "" */
	struct home_stale stale;
};

struct lan_report {
	uint32_t network_count;
	struct lan_network_report networks[LAN_MAX_NETWORKS]; /* the LAN first */
	uint64_t preferred_until, valid_until;                /* of all addresses but unique local ones */
	bool has_router;                                      /* hosts are told that we are their default router */
	struct dhcp6_servers dns;                             /* whom the proxy asks */
	const char *services;                                 /* "off", "running", "waiting"; NULL: none are wanted */
	const char *trouble;                                  /* of the services; "": none */
	uint64_t starts;
};

/* Seconds from now until a moment; null: never. And addresses. New references. */
json_t *left_json(uint64_t until, uint64_t now);
json_t *servers_json(const struct dhcp6_servers *servers);

/* A new reference; `now` is the moment that the others are of. */
json_t *lan_json(const struct lan_report *lan, uint64_t now);

#endif
