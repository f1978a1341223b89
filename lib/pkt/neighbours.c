/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/neighbours.h"

#include <errno.h>
#include <stdlib.h>

int
neighbours_init(struct neighbours *neighbours, size_t count, const struct hash_key *key)
{
	size_t slots = 2;

	while (slots < 2 * (count + 1))
		slots *= 2;
	*neighbours = (struct neighbours){ .key = *key,
		.mask = slots - 1,
		.slot = aligned_alloc(64, slots * sizeof(*neighbours->slot)) };
	if (neighbours->slot == NULL)
		return -ENOMEM;
	memset(neighbours->slot, 0, slots * sizeof(*neighbours->slot));
	return 0;
}

void
neighbours_add(struct neighbours *neighbours, const struct neighbour *neighbour)
{
	uint64_t slot = neighbours_slot(neighbours, neighbour->addr);

	while (neighbours->slot[slot].addr != 0) {
		if (neighbours->slot[slot].addr == neighbour->addr)
			return;
		slot = (slot + 1) & neighbours->mask;
	}
	neighbours->slot[slot] = *neighbour;
}

void
neighbours_clear(struct neighbours *neighbours)
{
	free(neighbours->slot);
}
