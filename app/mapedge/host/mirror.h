/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What Linux knows about the host interfaces: their addresses, the neighbours with a MAC address, the routes of the main
 * table that leave through them.
 *
 * Messages only say that something has changed; the truth is then read anew, as a whole. So nothing can get out of step,
 * neither by lost messages nor by what Linux changes without one (IPv4 routes of a device that goes down).
 */
#ifndef MAPEDGE_APP_MIRROR_H
#define MAPEDGE_APP_MIRROR_H

#include "engine/link.h"

struct mirror;

/* `ifindex`: the devices; `wants_transit`: host_link.transit is of interest. Nothing is read yet. NULL with the reason. */
struct mirror *mirror_open(const unsigned int ifindex[INTERFACE_COUNT], bool wants_transit, struct error *err);
void mirror_close(struct mirror *mirror);

/* Is readable when there is news. */
int mirror_fd(const struct mirror *mirror);

/* Takes the news in. True when it is worth a mirror_read(). */
bool mirror_listen(struct mirror *mirror);

/*
 * Reads what may have changed, the first time everything. 1 when something is other than it was, 0 when not; or a negative
 * errno with the reason, and everything will be read the next time.
 */
int mirror_read(struct mirror *mirror, struct error *err);

/*
 * What is known, for every interface; the lists are the mirror's and good until the next mirror_read(). Routes are only
 * there when they have changed since mirror_taken(), or with `all`.
 */
void mirror_links(const struct mirror *mirror, bool all, struct host_link links[INTERFACE_COUNT]);
void mirror_taken(struct mirror *mirror);

/* Has the IPv6 interface a default route? */
bool mirror_has_default6(const struct mirror *mirror);

/* Those of one interface, of both families; good until the next mirror_read(). */
const struct link_neighbour *mirror_neighbours(const struct mirror *mirror, unsigned int interface, size_t *count);

/* Asks Linux who that is: at most once a second for each neighbour, and for a few hundred neighbours a second. */
void mirror_resolve(struct mirror *mirror, unsigned int interface, u128 addr, uint64_t now_ms);

#endif
