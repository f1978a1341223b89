/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/interface.h"

#include <errno.h>
#include <stdlib.h>

static int
fill_neighbours(struct interface *interface, const struct mac *own, const struct link_neighbour *known, size_t count,
    const struct hash_key *key)
{
	if (neighbours_init(&interface->neighbours, count, key) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct neighbour neighbour = { .addr = known[i].addr };

		memcpy(neighbour.ether.byte, known[i].mac.byte, sizeof(known[i].mac.byte));
		memcpy(neighbour.ether.byte + sizeof(known[i].mac.byte), own->byte, sizeof(own->byte));
		neighbours_add(&interface->neighbours, &neighbour);
	}
	return 0;
}

struct next_hop *
next_hops(const struct routes *routes, const struct neighbours *neighbours)
{
	struct next_hop *hops = calloc(HOP_GATEWAY + routes->gateway_count, sizeof(*hops));

	for (uint32_t i = 0; hops != NULL && i < routes->gateway_count; i++) {
		const struct ether_pair *ether = neighbours_find(neighbours, routes->gateway[i]);

		if (ether != NULL)
			hops[HOP_GATEWAY + i] = (struct next_hop){ *ether, true };
	}
	return hops;
}

int
interface_link(struct interface *interface, const struct mac *own, struct routes *routes,
    const struct link_neighbour *neighbours, size_t count, const struct hash_key *key)
{
	if (fill_neighbours(interface, own, neighbours, count, key) < 0)
		return -ENOMEM;
	interface->hops = next_hops(routes, &interface->neighbours);
	if (interface->hops == NULL) {
		neighbours_clear(&interface->neighbours);
		return -ENOMEM;
	}
	routes->users++;
	interface->routes = routes;
	interface->trie = routes->trie;
	interface->link = routes->link;
	interface->link_count = routes->link_count;
	interface->table6 = routes->table6;
	if (routes->range_count == 1 && interface->hops[routes->table6.ranges[0].hop].is_known)
		interface->only6 = &interface->hops[routes->table6.ranges[0].hop].ether;
	return 0;
}

void
interface_unlink(struct interface *interface)
{
	neighbours_clear(&interface->neighbours);
	free(interface->hops);
	routes_free(interface->routes);
}
