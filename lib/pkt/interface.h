/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An interface as the workers see it: part of the snapshot, const. Its routes lead to hops; what a hop's MAC address is
 * stands beside it, so that a packet to a gateway needs no second search.
 */
#ifndef MAPEDGE_PKT_INTERFACE_H
#define MAPEDGE_PKT_INTERFACE_H

#include "pkt/neighbours.h"
#include "pkt/routes.h"
#include "pkt/worker.h"

#define ETHER_TYPE_ARP 0x0806
#define ETHER_TYPE_IPV4 0x0800
#define ETHER_TYPE_IPV6 0x86dd

struct next_hop {
	struct ether_pair ether;
	uint32_t is_known; /* the MAC address of a gateway; never of the other hops */
};

struct interface {
	uint64_t mac48;   /* our MAC as ethernet_address() loads it */
	uint32_t address; /* host order: our IPv4 address, source of ICMP errors; 0 = none */
	uint16_t mtu;     /* bytes of IP packet */
	uint8_t index;
	const struct trie4 *trie;  /* IPv4 routes, of the IPv4 side */
	const struct subnet *link; /* and those of them that are on-link */
	uint32_t link_count;
	struct table6 table6; /* IPv6 routes, of the IPv6 side */
	const struct ether_pair
	    *only6;            /* the known neighbour to which all IPv6 goes, where there is but one; else NULL */
	struct next_hop *hops; /* by the hop's number */
	struct neighbours neighbours;
	struct routes *routes; /* trie, link and table6 are theirs */
};

struct link_neighbour {
	u128 addr; /* as in pkt/neighbours.h */
	struct mac mac;
};

/* What the routes' hops are, by their number, where these are the neighbours. NULL when memory is out; free() is for the caller. */
struct next_hop *next_hops(const struct routes *routes, const struct neighbours *neighbours);

/*
 * Fills in routes, hops and neighbours; `own` is our MAC address. The interface becomes one of the routes' users. 0, or
 * -ENOMEM with nothing left behind.
 */
int interface_link(struct interface *interface, const struct mac *own, struct routes *routes,
    const struct link_neighbour *neighbours, size_t count, const struct hash_key *key);

/* Lets go of what interface_link() filled in. */
void interface_unlink(struct interface *interface);

/* The six bytes of a MAC address as a number that can be compared; two bytes behind it are read and ignored. */
static inline uint64_t
ethernet_address(const uint8_t *wire)
{
	uint64_t value;

	memcpy(&value, wire, sizeof(value));
	return value & UINT64_C(0x0000ffffffffffff); /* the wire's first bytes on a little-endian machine */
}

/* Where a hop is, NULL when that is not known. */
static INLINED const struct ether_pair *
interface_ether(const struct interface *interface, uint32_t hop, u128 dst)
{
	if (likely(interface->hops[hop].is_known))
		return &interface->hops[hop].ether;
	return hop == HOP_ON_LINK ? neighbours_find(&interface->neighbours, dst) : NULL;
}

static inline bool
interface_is_own(const struct interface *interface, uint32_t addr)
{
	return trie4_find(interface->trie, addr) == HOP_OWN;
}

/* Is it Linux's to bring packets there that have come out of a CE's softwire? */
static inline bool
interface_is_behind_device(const struct interface *interface, uint32_t addr)
{
	return trie4_find(interface->trie, addr) == HOP_DEVICE;
}

/* Of one of its subnets; two addresses (RFC 3021) or one leave none for it. */
static inline bool
interface_is_broadcast(const struct interface *interface, uint32_t addr)
{
	return trie4_find(interface->trie, addr) == HOP_BROADCAST;
}

/* Does Linux listen there? To our own addresses, multicast, the limited broadcast, and that of each subnet. */
static inline bool
interface_hears(const struct interface *interface, uint32_t addr)
{
	return addr >> 28 == 0xe || addr == UINT32_MAX || interface_is_own(interface, addr) ||
	    interface_is_broadcast(interface, addr);
}

/* In one of our subnets, be it our own address. A LAN has one or two of them. */
static inline bool
interface_is_on_link(const struct interface *interface, uint32_t addr)
{
	for (uint32_t i = 0; i < interface->link_count; i++) {
		if ((addr & interface->link[i].mask) == interface->link[i].addr)
			return true;
	}
	return false;
}

#endif
