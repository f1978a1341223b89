/* SPDX-License-Identifier: BSD-3-Clause */
/* What a CE does for its LAN, in the document of the command `status`. */
#ifndef MAPEDGE_API_LAN_H
#define MAPEDGE_API_LAN_H

#include <jansson.h>

#include "provision/home.h"

struct lan_report {
	bool has_subnet;
	struct prefix6 address; /* ours, with the length of the LAN's subnet */
	uint64_t preferred_until, valid_until;
	bool has_router;          /* hosts are told that we are their default router */
	const char *reason;       /* why there is no subnet; "": the line has no prefix */
	const char *hint;         /* what to do about it; may be "" */
	struct dhcp6_servers dns; /* whom the proxy asks */
	struct home_stale stale;
	const char *services; /* "off", "running", "waiting"; NULL: none are wanted */
	const char *trouble;  /* of the services; "": none */
	uint64_t starts;
};

/* Seconds from now until a moment; null: never. And addresses. New references. */
json_t *left_json(uint64_t until, uint64_t now);
json_t *servers_json(const struct dhcp6_servers *servers);

/* A new reference; `now` is the moment that the others are of. */
json_t *lan_json(const struct lan_report *lan, uint64_t now);

#endif
