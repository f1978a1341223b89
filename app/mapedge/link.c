/* SPDX-License-Identifier: BSD-3-Clause */
#include "link.h"

#include <stdlib.h>

/* An address has three routes, to itself, its subnet, and the broadcast address of that; the gateway has one. */
#define CONF_MAX_ROUTES (3 * CONF_MAX_ADDRESSES + 1)

/* ---- from the configuration ------------------------------------------------------------------------------------- */

static u128
address_number(const struct conf_address *address)
{
	return address->ipv4 ? address->v4 : address->v6;
}

/* IPv6 of a WAN goes to its gateway, all of it: what is on that link is no business of ours. */
static size_t
configured_routes(const struct conf_interface *conf, unsigned int index, struct route *routes)
{
	size_t count = 0;

	for (size_t i = 0; i < conf->address_count && index == INTERFACE_V4; i++) {
		const struct conf_address *address = &conf->addresses[i];

		if (!address->ipv4)
			continue;
		routes[count++] = (struct route){ .addr = address->v4, .len = 32, .hop = HOP_OWN };
		routes[count++] = (struct route){ .addr = address->v4, .len = address->len, .hop = HOP_ON_LINK };
		if (address->len <= 30) /* RFC 3021 */
			routes[count++] = (struct route){ .addr = address->v4 | ~mask4(address->len),
				.len = 32,
				.hop = HOP_BROADCAST };
	}
	if (conf->has_gateway)
		routes[count++] = (struct route){ .via = address_number(&conf->neighbours[conf->gateway].address),
			.hop = HOP_GATEWAY,
			.metric = UINT32_MAX };
	return count;
}

static uint32_t
configured_address(const struct conf_interface *conf)
{
	for (size_t i = 0; i < conf->address_count; i++) {
		if (conf->addresses[i].ipv4)
			return conf->addresses[i].v4;
	}
	return 0;
}

/* ---- both together ---------------------------------------------------------------------------------------------- */

static struct routes *
make_routes(const struct conf_interface *conf, unsigned int index, const struct host_link *link)
{
	const size_t linux_count = link != NULL ? link->route_count : 0;
	struct route *all = malloc((linux_count + CONF_MAX_ROUTES) * sizeof(*all));
	struct routes *routes;
	size_t count;

	if (all == NULL)
		return NULL;
	if (linux_count > 0)
		memcpy(all, link->routes, linux_count * sizeof(*all));
	count = linux_count + configured_routes(conf, index, all + linux_count);
	routes = index == INTERFACE_V4 ? routes4_build(all, count) : routes6_build(all, count);
	free(all);
	return routes;
}

static struct link_neighbour *
list_neighbours(const struct conf_interface *conf, const struct host_link *link, size_t *count)
{
	const size_t linux_count = link != NULL ? link->neighbour_count : 0;
	struct link_neighbour *all = malloc((linux_count + conf->neighbour_count + 1) * sizeof(*all));

	if (all == NULL)
		return NULL;
	if (linux_count > 0)
		memcpy(all, link->neighbours, linux_count * sizeof(*all));
	*count = linux_count;
	for (size_t i = 0; i < conf->neighbour_count; i++)
		all[(*count)++] =
		    (struct link_neighbour){ address_number(&conf->neighbours[i].address), conf->neighbours[i].mac };
	return all;
}

static int
link_interface(struct interface *interface, const struct conf_interface *conf, const struct mac *own,
    const struct host_link *link, struct routes *routes)
{
	static const struct hash_key no_key;
	size_t count = 0;
	struct link_neighbour *neighbours = list_neighbours(conf, link, &count);
	int rc;

	if (neighbours == NULL)
		return -ENOMEM;
	rc = interface_link(interface, own, routes, neighbours, count, link != NULL ? &link->key : &no_key);
	free(neighbours);
	return rc;
}

static int
fill_interface(struct snapshot *snapshot, uint8_t index, const struct conf_interface *conf, const struct mac *port_mac,
    const struct host_link *link, const struct snapshot *before)
{
	struct interface *interface = &snapshot->interface[index];
	const bool same_routes = link != NULL && !link->has_routes;
	struct routes *routes = same_routes ? before->interface[index].routes : make_routes(conf, index, link);
	const struct mac *own = conf->has_mac ? &conf->mac : port_mac;
	uint8_t wire[8] = { 0 };
	int rc;

	memcpy(wire, own->byte, sizeof(own->byte));
	*interface = (struct interface){ .mac48 = ethernet_address(wire),
		.address = configured_address(conf),
		.mtu = conf->mtu,
		.index = index };
	if (interface->address == 0 && link != NULL)
		interface->address = link->address;
	if (routes == NULL)
		return -ENOMEM;
	rc = link_interface(interface, conf, own, link, routes);
	if (!same_routes)
		routes_free(routes);
	return rc;
}

int
link_interfaces(struct snapshot *snapshot, const struct conf *conf, const struct mac macs[INTERFACE_COUNT],
    const struct host_link *links, const struct snapshot *before, struct error *err)
{
	for (uint8_t i = 0; i < INTERFACE_COUNT; i++) {
		const struct host_link *link = links != NULL ? &links[i] : NULL;

		if (fill_interface(snapshot, i, &conf->interfaces[i], &macs[i], link, before) == 0)
			continue;
		link_clear(snapshot);
		return error_set(err, ENOMEM, "out of memory for the routes and neighbours of %s",
		    conf->interfaces[i].name);
	}
	return 0;
}

void
link_clear(struct snapshot *snapshot)
{
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		interface_unlink(&snapshot->interface[i]);
		snapshot->interface[i] = (struct interface){ 0 };
	}
}
