/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An interface as the workers see it: part of the snapshot, const.
 */
#ifndef MAPEDGE_PKT_INTERFACE_H
#define MAPEDGE_PKT_INTERFACE_H

#include "pkt/worker.h"

#define INTERFACE_MAX_SUBNETS 8
#define ETHER_TYPE_IPV4 0x0800
#define ETHER_TYPE_IPV6 0x86dd

/* Both MAC addresses of a frame we send, in the order of the wire: destination, source. */
struct ether_pair {
	uint8_t byte[12];
};

struct neighbour {
	uint32_t addr; /* host order, 0 = empty slot */
	struct ether_pair ether;
};

struct subnet {
	uint32_t addr; /* host order, the network's */
	uint32_t mask;
	uint32_t own; /* our address in it */
};

struct interface {
	uint64_t mac48;   /* our MAC as ethernet_address() loads it */
	uint32_t address; /* host order: our IPv4 address, source of ICMP errors; 0 = none */
	uint16_t mtu;     /* bytes of IP packet */
	uint8_t index;
	bool has_gateway;
	struct ether_pair gateway;
	uint32_t subnet_count;
	struct subnet subnets[INTERFACE_MAX_SUBNETS]; /* on-link */
	uint32_t neighbour_mask;                      /* table size - 1, a power of two */
	struct neighbour *neighbours;                 /* open addressing; owned by the snapshot */
};

/* The six bytes of a MAC address as a number that can be compared; two bytes behind it are read and ignored. */
static inline uint64_t
ethernet_address(const uint8_t *wire)
{
	uint64_t value;

	memcpy(&value, wire, sizeof(value));
	return value & UINT64_C(0x0000ffffffffffff); /* the wire's first bytes on a little-endian machine */
}

static inline bool
interface_is_on_link(const struct interface *interface, uint32_t addr)
{
	for (uint32_t i = 0; i < interface->subnet_count; i++) {
		if ((addr & interface->subnets[i].mask) == interface->subnets[i].addr)
			return true;
	}
	return false;
}

static inline bool
interface_is_own(const struct interface *interface, uint32_t addr)
{
	for (uint32_t i = 0; i < interface->subnet_count; i++) {
		if (addr == interface->subnets[i].own)
			return true;
	}
	return false;
}

/* Of one of its subnets; two addresses (RFC 3021) or one leave none for it. */
static inline bool
interface_is_broadcast(const struct interface *interface, uint32_t addr)
{
	for (uint32_t i = 0; i < interface->subnet_count; i++) {
		const struct subnet *subnet = &interface->subnets[i];

		if (addr == (subnet->addr | ~subnet->mask) && ~subnet->mask > 1)
			return true;
	}
	return false;
}

/* Does Linux listen there? To our own addresses, multicast, the limited broadcast, and that of each subnet. */
static inline bool
interface_hears(const struct interface *interface, uint32_t addr)
{
	return addr >> 28 == 0xe || addr == UINT32_MAX || interface_is_own(interface, addr) ||
	    interface_is_broadcast(interface, addr);
}

static inline uint32_t
neighbour_slot(const struct interface *interface, uint32_t addr)
{
	return (addr * UINT32_C(0x9e3779b1) >> 7) & interface->neighbour_mask;
}

/* NULL when unknown. The table is never full, so the search ends. */
static inline const struct ether_pair *
interface_neighbour(const struct interface *interface, uint32_t addr)
{
	uint32_t slot = neighbour_slot(interface, addr);

	while (interface->neighbours[slot].addr != 0) {
		if (interface->neighbours[slot].addr == addr)
			return &interface->neighbours[slot].ether;
		slot = (slot + 1) & interface->neighbour_mask;
	}
	return NULL;
}

/* Set-up only. The table must have room: more slots than neighbours. */
static inline void
interface_add_neighbour(struct interface *interface, uint32_t addr, const struct ether_pair *ether)
{
	uint32_t slot = neighbour_slot(interface, addr);

	while (interface->neighbours[slot].addr != 0 && interface->neighbours[slot].addr != addr)
		slot = (slot + 1) & interface->neighbour_mask;
	interface->neighbours[slot] = (struct neighbour){ addr, *ether };
}

#endif
