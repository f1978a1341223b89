/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who has which MAC address on a link: a hash table, const once it is filled.
 *
 * An address is a number of 128 bits, of IPv4 below 2^32, where no IPv6 neighbour is. So one table serves both families,
 * and an IPv4 route may have an IPv6 gateway (RFC 8950).
 */
#ifndef MAPEDGE_PKT_NEIGHBOURS_H
#define MAPEDGE_PKT_NEIGHBOURS_H

#include "base/hash.h"

/* Both MAC addresses of a frame we send, in the order of the wire: destination, source. */
struct ether_pair {
	uint8_t byte[12];
};

struct neighbour {
	u128 addr; /* 0 = empty slot */
	struct ether_pair ether;
};

struct neighbours {
	struct hash_key key; /* secret where neighbours choose their own addresses */
	uint64_t mask;       /* slots - 1, a power of two */
	struct neighbour *slot;
};

static inline uint64_t
neighbours_slot(const struct neighbours *neighbours, u128 addr)
{
	const uint64_t low = (uint64_t)addr ^ neighbours->key.word[0],
		       high = (uint64_t)(addr >> 64) ^ neighbours->key.word[1];

	return hash_fold(low, high ^ UINT64_C(0x9e3779b97f4a7c15)) & neighbours->mask;
}

/* NULL when unknown. The table is never full, so the search ends. */
static inline const struct ether_pair *
neighbours_find(const struct neighbours *neighbours, u128 addr)
{
	uint64_t slot = neighbours_slot(neighbours, addr);

	while (neighbours->slot[slot].addr != 0) {
		if (neighbours->slot[slot].addr == addr)
			return &neighbours->slot[slot].ether;
		slot = (slot + 1) & neighbours->mask;
	}
	return NULL;
}

/* Makes an empty table with room for `count`. 0, or -ENOMEM. */
int neighbours_init(struct neighbours *neighbours, size_t count, const struct hash_key *key);

/* Set-up only. Who is there already stays: the first one wins. */
void neighbours_add(struct neighbours *neighbours, const struct neighbour *neighbour);

void neighbours_clear(struct neighbours *neighbours);

#endif
