/* SPDX-License-Identifier: BSD-3-Clause */
/* What the socket tells about links and workers: who is there, where packets go, how busy they are. */
#include "clock.h"
#include "control/control_parts.h"
#include "host/onlink.h"

/* ---- neighbours ------------------------------------------------------------------------------------------------- */

/* Do the workers send to this address what goes to this MAC address? */
static bool
is_used(const struct snapshot *snapshot, const struct api_neighbour *neighbour)
{
	const struct ether_pair *ether =
	    neighbours_find(&snapshot->interface[neighbour->interface].neighbours, neighbour->addr);

	return ether != NULL && neighbour->has_mac &&
	    memcmp(ether->byte, neighbour->mac.byte, sizeof(neighbour->mac.byte)) == 0;
}

static bool
add_configured(struct list *list, const struct conf_interface *interface, uint8_t index)
{
	for (size_t i = 0; i < interface->neighbour_count; i++) {
		const struct conf_neighbour *known = &interface->neighbours[i];
		struct api_neighbour *neighbour = list_add(list, sizeof(*neighbour));

		if (neighbour == NULL)
			return false;
		neighbour->addr = known->address.ipv4 ? known->address.v4 : known->address.v6;
		neighbour->has_mac = true;
		neighbour->mac = known->mac;
		neighbour->interface = index;
		neighbour->state = "configured";
		neighbour->from = "config";
	}
	return true;
}

int
control_neighbours(void *context, struct api_neighbour **found, size_t *count, struct error *err)
{
	const struct control *control = context;
	const unsigned int ifindex[INTERFACE_COUNT] = { hosts_ifindex(control->hosts, INTERFACE_V4),
		hosts_ifindex(control->hosts, INTERFACE_V6) };
	struct list list = { 0 };
	int rc = control->hosts != NULL ? onlink_read(ifindex, &list) : 0;

	for (uint8_t i = 0; i < INTERFACE_COUNT && rc == 0; i++)
		rc = add_configured(&list, &control->conf->interfaces[i], i) ? 0 : -ENOMEM;
	if (rc < 0) {
		list_clear(&list);
		return error_set(err, -rc, "the neighbours cannot be read: %s", strerror(-rc));
	}
	*found = list.items;
	*count = list.count;
	for (size_t i = 0; i < list.count; i++)
		(*found)[i].is_used = is_used(control->snapshot, &(*found)[i]);
	return 0;
}

/* ---- routes ----------------------------------------------------------------------------------------------------- */

size_t
control_routes(void *context, struct api_routes lists[API_ROUTE_LISTS])
{
	static const char *const tables[LINK_TABLES] = { "ipv4", "softwire", "ipv6" };
	struct control *control = context;
	struct host_link links[INTERFACE_COUNT];
	const bool has_hosts = hosts_links(control->hosts, links);
	size_t count = 0;

	for (unsigned int table = 0; table < LINK_TABLES; table++) {
		const uint8_t interface = table == LINK_IPV4 ? INTERFACE_V4 : INTERFACE_V6;
		const struct host_link *link = &links[interface];
		const struct api_routes routes = { .table = tables[table],
			.interface = interface,
			.is_ipv4 = table == LINK_IPV4 };

		if (table == LINK_IPV6 && !control->conf->forwards_ipv6)
			continue;
		if (has_hosts) {
			lists[count] = routes;
			lists[count].from = "linux";
			lists[count].list = table == LINK_IPV6 ? link->transit : link->routes;
			lists[count++].count = table == LINK_IPV6 ? link->transit_count : link->route_count;
		}
		lists[count] = routes;
		lists[count].from = "config";
		lists[count].list = control->own_routes[table];
		lists[count++].count = link_own_routes(control->snapshot, control->conf, (enum link_table)table,
		    control->own_routes[table]);
	}
	return count;
}

/* ---- workers ---------------------------------------------------------------------------------------------------- */

void
control_worker(void *context, unsigned int worker, struct api_worker *known)
{
	struct control *control = context;

	*known = (struct api_worker){ .lcore = worker + 1, /* daemon.c: lcore 0 is control */
		.silent_ms = engine_silent_ms(control->engine, worker),
		.load = &control->load[worker],
		.now_ms = clock_ms() };
	known->waiting = engine_waiting(control->engine, worker, &known->room);
}
