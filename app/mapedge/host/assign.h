/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What we want of Linux: addresses with lifetimes, routes to nowhere, neighbours to ask for and to answer for. Each returns 0, or
 * a negative errno.
 */
#ifndef MAPEDGE_APP_ASSIGN_H
#define MAPEDGE_APP_ASSIGN_H

#include <libmnl/libmnl.h>

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

/* For as long as the device is there; IPv4 as below 2^32. An address that is there already stays as it is. */
int assign_for_good(unsigned int ifindex, u128 addr, uint8_t len);

enum assign_state {
	ASSIGN_ABSENT,
	ASSIGN_TENTATIVE, /* Linux tests whether somebody else has it (RFC 4862 section 5.4) */
	ASSIGN_DUPLICATE, /* somebody has */
	ASSIGN_READY,
};

enum assign_state assign_look(unsigned int ifindex, u128 addr);

/* The same from one message of Linux's. False: it is not about an IPv6 address of the device. */
bool assign_read(const struct nlmsghdr *message, unsigned int ifindex, u128 *addr, enum assign_state *state);

/* An IPv4 default route through a device. */
int assign_default4(unsigned int ifindex, uint32_t metric);

/* What nobody has of this prefix is unreachable, for `seconds` at most. */
int assign_unreachable(const struct prefix6 *prefix, uint32_t seconds);
int assign_no_unreachable(const struct prefix6 *prefix);

/* Takes all those routes away, also of a process that was killed. */
void assign_forget_unreachable(void);

/*
 * Linux shall find out, or make sure, who `addr` (IPv4 as below 2^32) is on a device. It asks three times, a second apart;
 * what comes of it are messages about the neighbour.
 */
int assign_ask(unsigned int ifindex, u128 addr);

/* Linux answers on this device for a neighbour that is elsewhere (RFC 4389). */
int assign_proxy(unsigned int ifindex, u128 addr);
int assign_no_proxy(unsigned int ifindex, u128 addr);

#endif
