/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the sources of a CE's softwire say (DHCPv6, an HB46PP server, a file of rules), in the order of the configuration: the first that
 * gives a softwire which the line can have wins (lib/provision/source.h). Other ends that have only a name are looked up here.
 */
#ifndef MAPEDGE_APP_SOURCES_H
#define MAPEDGE_APP_SOURCES_H

#include <event2/event.h>

#include "api/line.h"
#include "conf/conf.h"

struct sources;

/* There may be another softwire than before: sources_apply() again. Never called from within a call into sources. */
typedef void sources_news(void *context);

#define LINE_MAX_PREFIXES 9

/* What DHCPv6 says about the line at the moment. */
struct line {
	uint32_t prefix_count;
	struct prefix6 prefixes[LINE_MAX_PREFIXES]; /* the one that lasts longest first */
	const struct offer *offer;                  /* NULL: no softwire, `why` says the reason */
	struct error why;
	const char *state;
	uint64_t next_ms;
};

/* `device`: the WAN's. NULL with the reason. */
struct sources *sources_new(const struct conf *conf, const char *device, struct error *err);

/* From now on. 0, or a negative errno with the reason. */
int
sources_start(struct sources *sources, struct event_base *base, sources_news *news, void *context, struct error *err);

/* Whom the line's names are asked of. */
struct resolver *sources_resolver(struct sources *sources);

/* The line's prefix (NULL: none) and resolvers, as often as they may have changed. */
void sources_line(struct sources *sources, const struct prefix6 *prefix, const struct dhcp6_servers *dns);

/* Linux has other addresses. */
void sources_addresses(struct sources *sources);

/*
 * Sets the configuration's softwire up, leaves it as it is until its new parameters are complete, or takes it down. It stands on the first
 * prefix for which a source has one; which that is, 0 where there is none.
 */
uint32_t sources_apply(struct sources *sources, const struct line *line, struct conf *conf);

/* What came of sources_apply() is kept, and comes back: the configuration that it was for is refused. */
void sources_hold(struct sources *sources);
void sources_revert(struct sources *sources);

/* Fills in what `status` says about the sources. */
void sources_report(struct sources *sources, const struct line *line, struct line_report *report);

/* The operator wants everybody asked at once; or what HB46PP has stored forgotten. */
void sources_refresh(struct sources *sources);
void sources_forget(struct sources *sources);

/* NULL is allowed. */
void sources_free(struct sources *sources);

#endif
