/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The external ports one worker may hand out, for one protocol. Taking a port picks at random among all free ones, over
 * all ranges of the set (RFC 6056 section 4, RFC 7597 section 5.1), in constant time.
 */
#ifndef MAPEDGE_NAT_PORTS_H
#define MAPEDGE_NAT_PORTS_H

#include "base/random.h"
#include "map/portset.h"

struct ports {
	uint32_t total;
	uint32_t free_count;
	uint16_t free[PORTSET_PORTS]; /* the free ports, in no order */
};

static inline void
ports_give(struct ports *ports, uint16_t port)
{
	ports->free[ports->free_count++] = port;
}

/* False when every port is in use. */
static inline bool
ports_take(struct ports *ports, struct random *random, uint16_t *port)
{
	uint32_t pick;

	if (ports->free_count == 0)
		return false;
	pick = random_below(random, ports->free_count);
	*port = ports->free[pick];
	ports->free[pick] = ports->free[--ports->free_count];
	return true;
}

#endif
