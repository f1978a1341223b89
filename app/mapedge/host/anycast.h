/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The anycast addresses of a BR, which other BRs have, too. Linux gets each as an anycast address of the IPv6 side's device: so it is
 * not tested for duplicates (RFC 4862 section 5.4), its advertisements override no others' and come a random moment late (RFC 4861
 * section 7.2.7), and pings to it are answered from a unicast address.
 */
#ifndef MAPEDGE_APP_ANYCAST_H
#define MAPEDGE_APP_ANYCAST_H

#include <rte_mbuf.h>

#include "conf/conf.h"

struct anycast {
	int fd; /* the socket to which the addresses belong, so that they go with us however we end; -1: none */
	unsigned int ifindex;
	uint32_t count;
	u128 addr[CONF_MAX_DOMAINS];
};

/* Those of this configuration, none while the box is drained, and no other; what Linux refuses is logged. */
void anycast_follow(struct anycast *anycast, unsigned int ifindex, const struct conf *conf);

/*
 * A frame that Linux sends: is it ICMPv6 from one of them? It answers so what is for nobody, but RFC 4443 section 2.2 wants a unicast
 * address there.
 */
bool anycast_forbids(const struct anycast *anycast, const struct rte_mbuf *mbuf);

void anycast_close(struct anycast *anycast);

#endif
