/* SPDX-License-Identifier: BSD-3-Clause */
/* What we give to Linux: addresses with lifetimes, routes to nowhere, neighbours to answer for. 0, or a negative errno. */
#ifndef MAPEDGE_APP_ASSIGN_H
#define MAPEDGE_APP_ASSIGN_H

#include "base/addr.h"

/* Of an IPv6 address; seconds, UINT32_MAX: for ever. */
struct assign_lifetimes {
	uint32_t preferred;
	uint32_t valid;
};

/*
 * The device has the address, and its subnet is behind the device with this metric; 0: Linux's own. Again: with other lifetimes. A
 * prefix length of 128 is an address and nothing behind it.
 */
int assign_address(unsigned int ifindex, const struct prefix6 *address, const struct assign_lifetimes *lifetimes,
    uint32_t metric);
int assign_no_address(unsigned int ifindex, const struct prefix6 *address);

enum assign_state {
	ASSIGN_ABSENT,
	ASSIGN_TENTATIVE, /* Linux tests whether somebody else has it (RFC 4862 section 5.4) */
	ASSIGN_DUPLICATE, /* somebody has */
	ASSIGN_READY,
};

enum assign_state assign_look(unsigned int ifindex, u128 addr);

/* What nobody has of this prefix is unreachable, for `seconds` at most. */
int assign_unreachable(const struct prefix6 *prefix, uint32_t seconds);
int assign_no_unreachable(const struct prefix6 *prefix);

/* Takes all those routes away, also of a process that was killed. */
void assign_forget_unreachable(void);

/* Linux shall find out who that is on a device, in its own time. */
int assign_ask(unsigned int ifindex, u128 addr);

/* Linux answers on this device for a neighbour that is elsewhere (RFC 4389). */
int assign_proxy(unsigned int ifindex, u128 addr);
int assign_no_proxy(unsigned int ifindex, u128 addr);

/* Writes net.ipv6.conf.DEVICE.NAME. */
int assign_setting(const char *device, const char *name, char value);

#endif
