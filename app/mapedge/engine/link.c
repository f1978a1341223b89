/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/link.h"

#include <stdlib.h>

/* An address has three routes, to itself, its subnet, and the broadcast address of that; others have one each. */
_Static_assert(3 * CONF_MAX_ADDRESSES + 1 + SNAPSHOT_MAX_BEHIND_DEVICE <= LINK_MAX_OWN, "room for IPv4");

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

/* IPv4 routes of networks that Linux forwards for. */
static size_t
routes_behind_device(const struct snapshot *snapshot, struct route *routes)
{
	for (uint32_t i = 0; i < snapshot->behind_device_count; i++) {
		const struct prefix4 *prefix = &snapshot->behind_device[i];

		routes[i] = (struct route){ .addr = prefix->addr, .len = prefix->len, .hop = HOP_DEVICE };
	}
	return snapshot->behind_device_count;
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
make_routes(const struct snapshot *snapshot, const struct conf *conf, enum link_table table,
    const struct host_link *link)
{
	const size_t linux_count = link != NULL ? link->route_count : 0;
	struct route *all = malloc((linux_count + LINK_MAX_OWN) * sizeof(*all));
	struct routes *routes;
	size_t count;

	if (all == NULL)
		return NULL;
	if (linux_count > 0)
		memcpy(all, link->routes, linux_count * sizeof(*all));
	count = linux_count + link_own_routes(snapshot, conf, table, all + linux_count);
	routes = table == LINK_IPV4 ? routes4_build(all, count) : routes6_build(all, count);
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
fill_interface(struct snapshot *snapshot, uint8_t index, const struct conf *whole, const struct mac *port_mac,
    const struct host_link *link, const struct snapshot *before)
{
	const struct conf_interface *conf = &whole->interfaces[index];
	struct interface *interface = &snapshot->interface[index];
	const bool same_routes = link != NULL && !link->has_routes;
	struct routes *routes =
	    same_routes ? before->interface[index].routes : make_routes(snapshot, whole, (enum link_table)index, link);
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

/* ---- native IPv6 ------------------------------------------------------------------------------------------------ */

/* What holds without anybody saying it: links, the softwire's end, the end-user prefix, of which the rest is nobody's. */
#define STANDING_ROUTES 4
_Static_assert(STANDING_ROUTES + CONF_MAX_INTERFACES * (2 * CONF_MAX_ADDRESSES + 1) <= LINK_MAX_OWN, "room for IPv6");
_Static_assert((int)LINK_IPV4 == INTERFACE_V4 && (int)LINK_SOFTWIRE == INTERFACE_V6, "a table of each interface");

static const struct prefix6 link_local = { (u128)0xfe80 << 112, 10 }, multicast = { (u128)0xff << 120, 8 };

/* RFC 7084 WPD-5: a packet that comes for the prefix but for no host must not go back to the provider. */
static size_t
standing_routes(const struct conf_softwire *conf, const struct softwire *softwire, struct route *routes)
{
	size_t count = 0;

	routes[count++] = (struct route){ .addr = link_local.addr, .len = link_local.len, .hop = HOP_OWN };
	routes[count++] = (struct route){ .addr = multicast.addr, .len = multicast.len, .hop = HOP_OWN };
	if (conf->is_down)
		return count;
	routes[count++] = (struct route){ .addr = softwire->local, .len = 128, .hop = HOP_OWN };
	if (conf->kind == OFFER_MAP_E)
		routes[count++] = (struct route){ .addr = conf->end_user_prefix.addr,
			.len = conf->end_user_prefix.len,
			.hop = HOP_REJECT,
			.metric = UINT32_MAX };
	return count;
}

static size_t
configured_transit(const struct conf_interface *conf, uint8_t index, struct route *routes)
{
	size_t count = 0;

	for (size_t i = 0; i < conf->address_count; i++) {
		const struct conf_address *address = &conf->addresses[i];
		struct route route = { .addr = address->v6, .metric = UINT32_MAX, .interface = index };

		if (address->ipv4)
			continue;
		route.len = 128;
		route.hop = HOP_OWN;
		routes[count++] = route;
		route.len = address->len;
		route.hop = HOP_ON_LINK;
		routes[count++] = route;
	}
	if (conf->has_gateway && index == INTERFACE_V6)
		routes[count++] = (struct route){ .via = address_number(&conf->neighbours[conf->gateway].address),
			.hop = HOP_GATEWAY,
			.metric = UINT32_MAX,
			.interface = index };
	return count;
}

size_t
link_own_routes(const struct snapshot *snapshot, const struct conf *conf, enum link_table table,
    struct route routes[LINK_MAX_OWN])
{
	size_t count;

	if (table == LINK_IPV6) {
		count = standing_routes(&conf->softwires[0], &snapshot->softwire[0], routes);
		for (uint8_t i = 0; i < INTERFACE_COUNT; i++)
			count += configured_transit(&conf->interfaces[i], i, routes + count);
		return count;
	}
	count = configured_routes(&conf->interfaces[table], table, routes);
	if (table == LINK_IPV4)
		count += routes_behind_device(snapshot, routes + count);
	return count;
}

/* Nobody may send from these, or to them, whatever the configuration says: RFC 4291 section 2.5, RFC 6092 REC-1 and REC-3. */
static bool
mark_martians(struct routes *routes, const struct conf *conf)
{
	static const struct prefix6 compatible = { 0, 96 }, mapped = { (u128)0xffff << 32, 96 };
	const struct prefix6 always[] = { compatible, mapped, link_local, multicast };

	return routes6_mark(routes, always, sizeof(always) / sizeof(always[0])) &&
	    routes6_mark(routes, conf->martians6, conf->martian6_count);
}

static struct routes *
make_transit(const struct snapshot *snapshot, const struct conf *conf, const struct host_link *link)
{
	const size_t linux_count = link != NULL ? link->transit_count : 0;
	struct route *all = malloc((linux_count + LINK_MAX_OWN) * sizeof(*all));
	struct routes *routes;
	size_t count;

	if (all == NULL)
		return NULL;
	if (linux_count > 0)
		memcpy(all, link->transit, linux_count * sizeof(*all));
	count = linux_count + link_own_routes(snapshot, conf, LINK_IPV6, all + linux_count);
	routes = routes6_build(all, count);
	free(all);
	if (routes != NULL && !mark_martians(routes, conf)) {
		routes_free(routes);
		return NULL;
	}
	return routes;
}

static int
fill_fib6(struct snapshot *snapshot, const struct conf *conf, const struct host_link *link,
    const struct snapshot *before)
{
	const bool same_routes = link != NULL && !link->has_routes;
	struct routes *routes;
	int rc;

	if (!conf->forwards_ipv6)
		return 0;
	routes = same_routes ? before->fib6.routes : make_transit(snapshot, conf, link);
	if (routes == NULL)
		return -ENOMEM;
	rc = fib6_init(&snapshot->fib6, routes, snapshot->interface);
	if (!same_routes)
		routes_free(routes);
	return rc;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

int
link_interfaces(struct snapshot *snapshot, const struct conf *conf, const struct mac macs[INTERFACE_COUNT],
    const struct host_link *links, const struct snapshot *before, struct error *err)
{
	for (uint8_t i = 0; i < INTERFACE_COUNT; i++) {
		const struct host_link *link = links != NULL ? &links[i] : NULL;

		if (fill_interface(snapshot, i, conf, &macs[i], link, before) == 0)
			continue;
		link_clear(snapshot);
		return error_set(err, ENOMEM, "out of memory for the routes and neighbours of %s",
		    conf->interfaces[i].name);
	}
	if (fill_fib6(snapshot, conf, links != NULL ? &links[INTERFACE_V6] : NULL, before) < 0) {
		link_clear(snapshot);
		return error_set(err, ENOMEM, "out of memory for the routes of native IPv6");
	}
	return 0;
}

void
link_clear(struct snapshot *snapshot)
{
	fib6_clear(&snapshot->fib6);
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		interface_unlink(&snapshot->interface[i]);
		snapshot->interface[i] = (struct interface){ 0 };
	}
}
