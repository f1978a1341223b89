/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port of net_af_packet reads along on a device that the kernel still owns: it would answer every ARP request, solicitation
 * and ping that the host interface answers, and forward what both forward. This keeps it off: what comes in on the device
 * is dropped by nftables, behind AF_PACKET; and with IPv6 disabled the kernel sends nothing there by itself.
 */
#ifndef MAPEDGE_DRIVERS_SILENCE_H
#define MAPEDGE_DRIVERS_SILENCE_H

#include <net/if.h>
#include <stdbool.h>

#include "base/error.h"

struct mnl_socket;

struct silence {
	struct mnl_socket
	    *owner; /* of the nftables table, which goes with it however we end; NULL: nothing to keep off */
	char device[IF_NAMESIZE];
	bool had_ipv6;
};

/* `port`: as in the configuration. Other ports have no such device. 0, or a negative errno with the reason. */
int silence_begin(struct silence *silence, const char *port, struct error *err);

/* The device is as it was before. All zero is allowed. */
void silence_end(struct silence *silence);

#endif
