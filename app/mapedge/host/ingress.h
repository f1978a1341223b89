/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which sources Linux forwards from the LAN: those of the prefix that the line has, and no other (RFC 2827; RFC 7084 L-14: the sender is
 * told by ICMPv6 1/5). A table of nftables that goes with us, however we end.
 */
#ifndef MAPEDGE_APP_INGRESS_H
#define MAPEDGE_APP_INGRESS_H

#include "base/addr.h"
#include "base/error.h"

struct ingress;

/* Nothing is forwarded from the device until there is a prefix. NULL with the reason. */
struct ingress *ingress_open(unsigned int ifindex, struct error *err);

/* From now on; NULL: nothing. 0, or a negative errno. `ingress` may be NULL. */
int ingress_allow(struct ingress *ingress, const struct prefix6 *prefix);

/* NULL is allowed. */
void ingress_close(struct ingress *ingress);

#endif
