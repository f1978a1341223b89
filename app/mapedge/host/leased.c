/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/leased.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "host/netlink.h"
#include "log.h"
#include "timer.h"

#define HOST_LEN 128

struct one {
	struct leased_address address;
	enum assign_state state;
	bool is_told; /* how its test has ended */
};

struct leased {
	unsigned int ifindex;
	uint32_t count;
	struct one one[LEASED_MAX];
	struct netlink *netlink;
	struct event *changed;
	leased_tested *tested;
	void *context;
};

static struct one *
find(struct leased *leased, u128 addr)
{
	for (uint32_t i = 0; i < leased->count; i++) {
		if (leased->one[i].address.addr == addr)
			return &leased->one[i];
	}
	return NULL;
}

/* ---- what Linux says -------------------------------------------------------------------------------------------- */

static bool
on_message(const struct nlmsghdr *message, void *argument)
{
	struct leased *leased = argument;
	enum assign_state state;
	struct one *one;
	u128 addr;

	if (!assign_read(message, leased->ifindex, &addr, &state))
		return true;
	one = find(leased, addr);
	if (one != NULL)
		one->state = state;
	return true;
}

/* One whose outcome is to be told; NULL: none. */
static struct one *
find_news(struct leased *leased)
{
	for (uint32_t i = 0; i < leased->count; i++) {
		const enum assign_state state = leased->one[i].state;

		if (!leased->one[i].is_told && (state == ASSIGN_READY || state == ASSIGN_DUPLICATE))
			return &leased->one[i];
	}
	return NULL;
}

static void
take_off(const struct leased *leased, u128 addr)
{
	(void)assign_no_address(leased->ifindex, &(struct prefix6){ addr, HOST_LEN });
}

static void
on_changed(evutil_socket_t fd, short what, void *argument)
{
	struct leased *leased = argument;
	struct one *one;

	(void)fd;
	(void)what;
	if (!netlink_receive(leased->netlink, on_message, leased)) {
		for (uint32_t i = 0; i < leased->count; i++)
			leased->one[i].state = assign_look(leased->ifindex, leased->one[i].address.addr);
	}
	/* The list may be another one after each call. */
	while ((one = find_news(leased)) != NULL) {
		one->is_told = true;
		if (one->state == ASSIGN_DUPLICATE)
			take_off(leased, one->address.addr);
		leased->tested(leased->context, one->address.addr, one->state == ASSIGN_DUPLICATE);
	}
}

/* ---- what is wanted --------------------------------------------------------------------------------------------- */

static bool
is_wanted(u128 addr, const struct leased_address *addresses, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (addresses[i].addr == addr)
			return true;
	}
	return false;
}

static void
put(struct leased *leased, const struct leased_address *address)
{
	const struct prefix6 host = { address->addr, HOST_LEN };
	struct one *one = find(leased, address->addr);
	char text[IP6_TEXT_SIZE];
	int rc;

	if (one == NULL && leased->count < LEASED_MAX) {
		one = &leased->one[leased->count++];
		*one = (struct one){ .state = ASSIGN_ABSENT };
	}
	if (one == NULL || one->state == ASSIGN_DUPLICATE)
		return;
	if (one->state == ASSIGN_ABSENT)
		one->is_told = false;
	one->address = *address;
	rc = assign_address(leased->ifindex, &host, &address->lifetimes, 0);
	if (rc < 0)
		log_error("dhcpv6: the WAN's device cannot have the address %s: %s", ip6_format(address->addr, text),
		    strerror(-rc));
	else if (one->state == ASSIGN_ABSENT)
		one->state = ASSIGN_TENTATIVE;
}

void
leased_set(struct leased *leased, const struct leased_address *addresses, uint32_t count)
{
	for (uint32_t i = leased->count; i-- > 0;) {
		const u128 addr = leased->one[i].address.addr;

		if (is_wanted(addr, addresses, count))
			continue;
		take_off(leased, addr);
		leased->one[i] = leased->one[--leased->count];
	}
	for (uint32_t i = 0; i < count; i++)
		put(leased, &addresses[i]);
}

enum assign_state
leased_state(const struct leased *leased, u128 addr)
{
	for (uint32_t i = 0; i < leased->count; i++) {
		if (leased->one[i].address.addr == addr)
			return leased->one[i].state;
	}
	return ASSIGN_ABSENT;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

struct leased *
leased_new(unsigned int ifindex, struct event_base *base, leased_tested *tested, void *context, struct error *err)
{
	struct leased *leased = calloc(1, sizeof(*leased));

	if (leased == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	leased->ifindex = ifindex;
	leased->tested = tested;
	leased->context = context;
	leased->netlink = netlink_open(RTMGRP_IPV6_IFADDR, err);
	if (leased->netlink != NULL)
		leased->changed =
		    event_new(base, netlink_fd(leased->netlink), EV_READ | EV_PERSIST, on_changed, leased);
	if (leased->changed != NULL && event_add(leased->changed, NULL) == 0)
		return leased;
	if (leased->netlink != NULL)
		error_set(err, ENOMEM, "no events for addresses");
	leased_free(leased);
	return NULL;
}

void
leased_free(struct leased *leased)
{
	if (leased == NULL)
		return;
	event_end(leased->changed);
	netlink_close(leased->netlink);
	free(leased);
}
