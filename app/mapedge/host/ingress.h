/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which sources Linux forwards from the networks of a home: those that each has, and no other (RFC 2827; RFC 7084 L-14: the sender is
 * told by ICMPv6 1/5); and that unique local addresses stay at home (ULA-4). Tables of nftables that go with us, however we end.
 */
#ifndef MAPEDGE_APP_INGRESS_H
#define MAPEDGE_APP_INGRESS_H

#include "base/addr.h"
#include "base/error.h"

#define INGRESS_MAX_NETWORKS 9

struct ingress;

/* What may come from a device, lengths 0: nothing of it. */
struct ingress_network {
	unsigned int ifindex;
	struct prefix6 prefix;
	struct prefix6 ula;
	struct prefix4 subnet4; /* length 0: IPv4 is judged elsewhere */
};

/* The first network is the LAN, which may send from all of the line's prefix but what the others have. NULL with the reason. */
struct ingress *
ingress_open(unsigned int wan, const struct ingress_network *networks, uint32_t count, struct error *err);

/* From now on. 0, or a negative errno: then it is as it was. */
int ingress_set(struct ingress *ingress, const struct ingress_network *networks, uint32_t count);

/* NULL is allowed. */
void ingress_close(struct ingress *ingress);

#endif
