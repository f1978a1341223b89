/* SPDX-License-Identifier: BSD-3-Clause */
/* Linux's addresses, neighbours and routes over rtnetlink(7): what there is, what changes, and a demand. */
#ifndef MAPEDGE_APP_NETLINK_H
#define MAPEDGE_APP_NETLINK_H

#include <libmnl/libmnl.h>

#include "base/addr.h"
#include "base/error.h"

struct netlink;

/* Is given one message; false: memory is out, no more of them. */
typedef bool netlink_handler(const struct nlmsghdr *message, void *argument);

/* Hears of what changes in these groups (RTMGRP_…) from now on. NULL with the reason. */
struct netlink *netlink_open(uint32_t groups, struct error *err);
void netlink_close(struct netlink *netlink);

/* Is readable when there are messages. */
int netlink_fd(const struct netlink *netlink);

/* Hands over what has come. False when Linux had to leave some out: then only a dump says what is true. */
bool netlink_receive(struct netlink *netlink, netlink_handler *handler, void *argument);

/*
 * Everything of a kind (RTM_GETADDR, RTM_GETNEIGH, RTM_GETROUTE) in both families. 0, or a negative errno: -EINTR when the
 * table has changed while it was read.
 */
int netlink_dump(uint16_t kind, netlink_handler *handler, void *argument);

/* A request for a change, which is answered at once. 0, or the negative errno of the answer. */
int netlink_demand(struct nlmsghdr *request);

#endif
