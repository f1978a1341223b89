/* SPDX-License-Identifier: BSD-3-Clause */
/* What a CE knows about its line and its softwire, and why: the document of the command `status`. */
#ifndef MAPEDGE_API_LINE_H
#define MAPEDGE_API_LINE_H

#include <jansson.h>

#include "api/lan.h"
#include "conf/conf.h"
#include "provision/dhcp6_client.h"
#include "provision/far_name.h"
#include "provision/hb46pp.h"
#include "provision/ra_state.h"
#include "provision/registration.h"
#include "provision/right_time.h"
#include "provision/s46.h"
#include "provision/source.h"
#include "stats/liveness.h"

/* One of those that may say what the softwire is. */
struct line_source {
	enum source_kind kind;
	bool is_used;
	const char *state;
	char reason[512];
	uint64_t next_ms;    /* when it does something by itself; UINT64_MAX: never */
	uint64_t written_ms; /* a file's: since 1970; 0 otherwise */
};

#define LINE_MAX_RESOLVERS 8

/* A line that is asked. */
struct line_report {
	enum source_kind in_use; /* SOURCE_NONE: the softwire is down */
	uint32_t source_count;
	struct line_source sources[SOURCE_KINDS];
	uint64_t wall_ms; /* since 1970 */
	const struct far_names *names;
	const struct hb46pp_client *hb46pp;      /* NULL: not asked */
	const struct registration *registration; /* NULL: nothing is registered */
	const char *resolvers_from;
	uint32_t resolver_count;
	u128 resolvers[LINE_MAX_RESOLVERS];
	const struct dhcp6_client *client;
	const char *address_states[DHCP6_MAX_ADDRESSES]; /* of the lease's addresses, as Linux has them */
	uint64_t now;                                    /* of the client's clock */
	char reason[2 * DHCP6_REASON_SIZE];
	const struct s46_choice *choice; /* of the last softwire options */
	const struct ra_state *routers;
	bool by_ra;                   /* the prefix is one of theirs */
	const struct lan_report *lan; /* NULL: none */
	const struct right_time *time;
	const char *time_from;                  /* who names time servers */
	const struct dhcp6_servers *time_asked; /* the last time */
};

/*
 * A new reference. `line` is NULL where the configuration says it all, or on a BR; there is no pulse where there is no softwire of
 * a CE.
 */
json_t *line_json(const struct conf *conf, const struct line_report *line, const struct liveness *liveness);

/* Adds what those say who are asked: DHCPv6, sources, resolvers, names, routers, registration, time. */
void line_add_provision(json_t *object, const struct line_report *line);

#endif
