/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host interfaces in the control loop: frames of the workers go to Linux's devices and what Linux sends goes to
 * worker 0; the devices follow the ports' links; what Linux learns about neighbours and routes is news for a snapshot.
 */
#ifndef MAPEDGE_APP_HOSTS_H
#define MAPEDGE_APP_HOSTS_H

#include <event2/event.h>

#include "engine/engine.h"
#include "engine/link.h"

struct hosts;

/* The snapshot's interfaces are to be made anew, with hosts_link(). */
typedef void hosts_news(void *context);

/* The port of an interface was without a link, and has one again. */
typedef void hosts_link_up(void *context, unsigned int interface);

struct hosts_listener {
	hosts_news *news;
	hosts_link_up *link_up;
	void *context;
};

/*
 * Makes the devices of the engine's ports and reads what Linux knows about them. *hosts is NULL when the configuration
 * wants none. 0, or a negative errno with the reason.
 */
int hosts_open(struct engine *engine, const struct conf *conf, struct hosts **hosts, struct error *err);

/* From now on. 0, or a negative errno with the reason. NULL is allowed. */
int hosts_start(struct hosts *hosts, struct event_base *base, const struct hosts_listener *listener, struct error *err);

/*
 * snapshot_link() with what Linux knows at the moment; `before` as there. Without hosts it does nothing. 0, or a negative
 * errno with the reason.
 */
int hosts_link(struct hosts *hosts, struct snapshot *snapshot, const struct conf *conf, const struct snapshot *before,
    struct error *err);

/* The snapshot that hosts_link() has filled in last is in use: the next one need not have its routes anew. */
void hosts_published(struct hosts *hosts);

/*
 * Puts the addresses of a new configuration on the devices; what Linux refuses is logged. Those of an old one stay until the end, as
 * others may have come to rely on them; a BR's anycast addresses do not. NULL is allowed.
 */
void hosts_give_addresses(struct hosts *hosts, const struct conf *conf);

/* Packets to a DHCPv6 client that have come in on the IPv6 side and were given to Linux. */
uint64_t hosts_dhcp6_replies(const struct hosts *hosts);

/* Linux's number of an interface's device; 0 without hosts. */
unsigned int hosts_ifindex(const struct hosts *hosts, unsigned int interface);

/* Has the IPv6 side a link, and a default route, as Linux sees it? */
bool hosts_has_default6(const struct hosts *hosts);

/* Who is on the IPv4 side, in both families, as Linux knows them; good until the next event. */
const struct link_neighbour *hosts_neighbours(const struct hosts *hosts, size_t *count);

/* What Linux knows, as for snapshot_link(), with all routes; false without hosts. Good until the next event. */
bool hosts_links(const struct hosts *hosts, struct host_link links[INTERFACE_COUNT]);

/* What control itself has done to packets; NULL without hosts. */
const struct counters *hosts_counters(const struct hosts *hosts);

/* Closes the devices. The workers must have stopped. NULL is allowed. */
void hosts_close(struct hosts *hosts);

#endif
