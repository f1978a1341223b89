/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/mirror.h"

#include <linux/rtnetlink.h>
#include <sys/random.h>

#include "host/assign.h"
#include "host/view.h"

#define GROUPS \
	(RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE)
#define READ_TRIES 5 /* a table may change while it is read */
#define ASK_EVERY_MS 1000
#define ASKED_MAX 256 /* neighbours asked for in a second */

struct asked {
	u128 addr;
	uint64_t at_ms;
	unsigned int interface;
};

struct mirror {
	struct netlink *netlink;
	struct view_reader reader; /* empty but while something is read */
	struct view view[INTERFACE_COUNT];
	bool routes_stale; /* to be read anew, and addresses with them */
	bool neighbours_stale;
	bool has_new_routes[INTERFACE_COUNT];
	struct hash_key key;
	struct asked asked[ASKED_MAX];
};

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static int
read_routes(struct view_reader *reader)
{
	int rc = -EINTR;

	for (int try = 0; try < READ_TRIES && rc == -EINTR; try++) {
		view_clear(reader->view);
		rc = netlink_dump(RTM_GETADDR, view_address, reader);
		if (rc == 0)
			rc = netlink_dump(RTM_GETROUTE, view_route, reader);
	}
	return rc;
}

static int
read_neighbours(struct view_reader *reader)
{
	int rc = -EINTR;

	for (int try = 0; try < READ_TRIES && rc == -EINTR; try++) {
		view_clear(reader->view);
		rc = netlink_dump(RTM_GETNEIGH, view_neighbour, reader);
	}
	return rc;
}

/* Exchanges two lists; true when they were different. Order means nothing. */
static bool
exchange(struct list *one, struct list *other, size_t size)
{
	const struct list kept = *one;

	list_sort(other, size);
	*one = *other;
	*other = kept;
	return !list_is_same(one, other, size);
}

static bool
take_routes(struct view *view, struct view *fresh)
{
	bool changed = view->address != fresh->address;

	view->address = fresh->address;
	changed |= exchange(&view->addresses6, &fresh->addresses6, sizeof(u128));
	changed |= exchange(&view->routes, &fresh->routes, sizeof(struct route));
	changed |= exchange(&view->transit, &fresh->transit, sizeof(struct route));
	return changed;
}

int
mirror_read(struct mirror *mirror, struct error *err)
{
	struct view_reader *reader = &mirror->reader;
	bool changed = false;
	int rc = 0;

	if (mirror->routes_stale) {
		rc = read_routes(reader);
		for (int i = 0; i < INTERFACE_COUNT && rc == 0; i++) {
			mirror->has_new_routes[i] |= take_routes(&mirror->view[i], &reader->view[i]);
			changed |= mirror->has_new_routes[i];
		}
		mirror->routes_stale = rc < 0;
	}
	if (rc == 0 && mirror->neighbours_stale) {
		rc = read_neighbours(reader);
		for (int i = 0; i < INTERFACE_COUNT && rc == 0; i++)
			changed |= exchange(&mirror->view[i].neighbours, &reader->view[i].neighbours,
			    sizeof(struct link_neighbour));
		mirror->neighbours_stale = rc < 0;
	}
	view_clear(reader->view);
	return rc < 0 ? error_set(err, -rc, "cannot read Linux's tables: %s", strerror(-rc)) : changed;
}

void
mirror_links(const struct mirror *mirror, bool all, struct host_link links[INTERFACE_COUNT])
{
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		const struct view *view = &mirror->view[i];

		links[i] = (struct host_link){ .address = view->address,
			.addresses6 = view->addresses6.items,
			.address6_count = view->addresses6.count,
			.neighbours = view->neighbours.items,
			.neighbour_count = view->neighbours.count,
			.has_routes = all || mirror->has_new_routes[i],
			.routes = view->routes.items,
			.route_count = view->routes.count,
			.transit = view->transit.items,
			.transit_count = view->transit.count,
			.key = mirror->key };
	}
}

bool
mirror_has_default6(const struct mirror *mirror)
{
	const struct list *routes = &mirror->view[INTERFACE_V6].routes;

	for (size_t i = 0; i < routes->count; i++) {
		if (((const struct route *)routes->items)[i].len == 0)
			return true;
	}
	return false;
}

const struct link_neighbour *
mirror_neighbours(const struct mirror *mirror, unsigned int interface, size_t *count)
{
	*count = mirror->view[interface].neighbours.count;
	return mirror->view[interface].neighbours.items;
}

void
mirror_taken(struct mirror *mirror)
{
	for (int i = 0; i < INTERFACE_COUNT; i++)
		mirror->has_new_routes[i] = false;
}

/* ---- news ------------------------------------------------------------------------------------------------------- */

static bool
is_ours(const struct mirror *mirror, unsigned int device)
{
	return view_interface(mirror->reader.ifindex, device) != INTERFACE_COUNT;
}

static bool
on_news(const struct nlmsghdr *message, void *argument)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(message);
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(message);
	struct mirror *mirror = argument;

	switch (message->nlmsg_type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
		mirror->routes_stale |= ifa->ifa_index == LOOPBACK_IFINDEX || is_ours(mirror, ifa->ifa_index);
		break;
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (is_ours(mirror, (unsigned int)ifi->ifi_index))
			mirror->routes_stale = mirror->neighbours_stale = true;
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		mirror->neighbours_stale |= is_ours(mirror, (unsigned int)ndm->ndm_ifindex);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		/* Whatever its device: it may have taken the place of a route of ours. */
		mirror->routes_stale |= view_is_main_route(message) || view_is_own_route(message);
		break;
	}
	return true;
}

bool
mirror_listen(struct mirror *mirror)
{
	if (!netlink_receive(mirror->netlink, on_news, mirror))
		mirror->routes_stale = mirror->neighbours_stale = true;
	return mirror->routes_stale || mirror->neighbours_stale;
}

void
mirror_resolve(struct mirror *mirror, unsigned int interface, u128 addr, uint64_t now_ms)
{
	struct asked *asked = NULL;

	for (int i = 0; i < ASKED_MAX; i++) {
		struct asked *one = &mirror->asked[i];
		const bool is_old = one->at_ms == 0 || now_ms - one->at_ms >= ASK_EVERY_MS;

		if (one->addr == addr && one->interface == interface) {
			asked = is_old ? one : NULL;
			break;
		}
		if (is_old)
			asked = one;
	}
	if (asked == NULL)
		return;
	*asked = (struct asked){ addr, now_ms, interface };
	(void)assign_ask(mirror->reader.ifindex[interface], addr);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

struct mirror *
mirror_open(const unsigned int ifindex[INTERFACE_COUNT], bool wants_transit, struct error *err)
{
	struct mirror *mirror = calloc(1, sizeof(*mirror));

	if (mirror == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	memcpy(mirror->reader.ifindex, ifindex, sizeof(mirror->reader.ifindex));
	mirror->reader.wants_transit = wants_transit;
	mirror->routes_stale = mirror->neighbours_stale = true;
	mirror->netlink = netlink_open(GROUPS, err);
	if (mirror->netlink == NULL) {
		free(mirror);
		return NULL;
	}
	if (getrandom(&mirror->key, sizeof(mirror->key), 0) != sizeof(mirror->key)) {
		error_set(err, EIO, "no random numbers from the system");
		mirror_close(mirror);
		return NULL;
	}
	return mirror;
}

void
mirror_close(struct mirror *mirror)
{
	if (mirror == NULL)
		return;
	view_clear(mirror->view);
	netlink_close(mirror->netlink);
	free(mirror);
}

int
mirror_fd(const struct mirror *mirror)
{
	return netlink_fd(mirror->netlink);
}
