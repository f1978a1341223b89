/* SPDX-License-Identifier: BSD-3-Clause */
/* What a CE knows about its line and its softwire, and why: the document of the command `status`. */
#ifndef MAPEDGE_API_LINE_H
#define MAPEDGE_API_LINE_H

#include <jansson.h>

#include "api/lan.h"
#include "conf/conf.h"
#include "provision/dhcp6_client.h"
#include "provision/ra_state.h"
#include "provision/s46.h"

/* A line that is asked by DHCPv6. */
struct line_report {
	const struct dhcp6_client *client;
	uint64_t now; /* of the client's clock */
	char reason[2 * DHCP6_REASON_SIZE];
	const struct s46_choice *choice; /* of the last softwire options */
	const struct ra_state *routers;
	bool by_ra;                   /* the prefix is one of theirs */
	const struct lan_report *lan; /* NULL: none */
};

/* A new reference. `line` is NULL where the configuration says it all, or on a BR. */
json_t *line_json(const struct conf *conf, const struct line_report *line);

#endif
