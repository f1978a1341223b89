/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Addresses of a device that somebody has lent to us for a time (RFC 8415, IA_NA): each a /128, as nothing is known about the link around it.
 * Linux tests each one before it is used (RFC 4862 section 5.4), and forgets it when its time is over; what comes of the test is heard
 * over netlink.
 */
#ifndef MAPEDGE_APP_LEASED_H
#define MAPEDGE_APP_LEASED_H

#include <event2/event.h>

#include "base/addr.h"
#include "base/error.h"
#include "host/assign.h"

#define LEASED_MAX 8

struct leased;

struct leased_address {
	u128 addr;
	struct assign_lifetimes lifetimes;
};

/* The test of an address is over; a duplicate is nobody's any more. leased_set() may be called from here. */
typedef void leased_tested(void *context, u128 addr, bool is_duplicate);

/* NULL with the reason. */
struct leased *
leased_new(unsigned int ifindex, struct event_base *base, leased_tested *tested, void *context, struct error *err);

/* These are the addresses from now on, and no others; those that are there already only get other lifetimes. */
void leased_set(struct leased *leased, const struct leased_address *addresses, uint32_t count);

/* How far it is; ASSIGN_ABSENT: not set, or somebody has taken it off the device. */
enum assign_state leased_state(const struct leased *leased, u128 addr);

/* Addresses stay for as long as they last. NULL is allowed. */
void leased_free(struct leased *leased);

#endif
