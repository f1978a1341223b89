/* SPDX-License-Identifier: BSD-3-Clause */
/* Interfaces of a snapshot from the configuration, from Linux, and from both: where both speak, Linux is right. */
#include "engine/link.h"

#include <stdlib.h>

#include "unit.h"

#define OWN UINT32_C(0xc6336401)     /* 198.51.100.1 */
#define GATEWAY UINT32_C(0xc63364fe) /* 198.51.100.254 */
#define OTHER UINT32_C(0xc63364fd)   /* 198.51.100.253 */
#define FAR UINT32_C(0x08080808)
#define ROUTER6 u128_make(UINT64_C(0xfe80) << 48, 1)

static struct conf conf;
static struct conf_neighbour known4 = { .address = { .ipv4 = true, .v4 = GATEWAY }, .mac = { { 2, 0, 0, 0, 4, 1 } } };
static struct conf_neighbour known6 = { .mac = { { 2, 0, 0, 0, 6, 1 } } };
static struct snapshot snapshot;
static struct host_link links[INTERFACE_COUNT];
static const struct mac macs[INTERFACE_COUNT] = { { { 2, 0, 0, 0, 11, 1 } }, { { 2, 0, 0, 0, 11, 2 } } };
static struct error err;

static void
set_up(void)
{
	struct conf_interface *v4 = &conf.interfaces[INTERFACE_V4], *v6 = &conf.interfaces[INTERFACE_V6];

	conf = (struct conf){ 0 };
	snapshot = (struct snapshot){ 0 };
	memset(links, 0, sizeof(links));
	known6.address.v6 = ROUTER6;
	v4->addresses[0] = (struct conf_address){ .ipv4 = true, .v4 = OWN, .len = 24 };
	v4->address_count = 1;
	v4->neighbours = &known4;
	v4->neighbour_count = 1;
	v4->has_gateway = true;
	v6->neighbours = &known6;
	v6->neighbour_count = 1;
	v6->has_gateway = true;
	for (int i = 0; i < INTERFACE_COUNT; i++)
		links[i].has_routes = true;
}

static void
tear_down(void)
{
	link_clear(&snapshot);
}

static void
make(const struct host_link *from_linux)
{
	ck_assert_int_eq(link_interfaces(&snapshot, &conf, macs, from_linux, NULL, &err), 0);
}

static const struct interface *
internet(void)
{
	return &snapshot.interface[INTERFACE_V4];
}

static uint32_t
hop4(uint32_t addr)
{
	return trie4_find(internet()->trie, addr);
}

/* The last byte of the MAC address to which a packet goes, 0 when that is not known. */
static unsigned int
sent_to(uint32_t addr)
{
	const struct ether_pair *ether = interface_ether(internet(), hop4(addr), addr);

	return ether == NULL ? 0 : ether->byte[5];
}

START_TEST(configuration_alone)
{
	make(NULL);
	ck_assert_uint_eq(internet()->address, OWN);
	ck_assert_uint_eq(hop4(OWN), HOP_OWN);
	ck_assert_uint_eq(hop4(OWN | 255), HOP_BROADCAST);
	ck_assert_uint_eq(hop4(OWN + 1), HOP_ON_LINK);
	ck_assert_uint_eq(sent_to(FAR), 1);
	ck_assert_uint_eq(sent_to(GATEWAY), 1);
	ck_assert_uint_eq(sent_to(OTHER), 0);
	ck_assert_ptr_nonnull(snapshot.interface[INTERFACE_V6].only6);
	ck_assert_mem_eq(snapshot.interface[INTERFACE_V6].only6->byte, "\2\0\0\0\6\1\2\0\0\0\13\2", 12);
}
END_TEST

/* RFC 3021: two addresses have no broadcast address, nor has one alone. */
START_TEST(short_subnets)
{
	for (uint8_t len = 31; len <= 32; len++) {
		conf.interfaces[INTERFACE_V4].addresses[0].len = len;
		make(NULL);
		ck_assert_uint_eq(hop4(OWN), HOP_OWN);
		ck_assert_uint_eq(hop4(OWN - 1), len == 31 ? HOP_ON_LINK : HOP_GATEWAY);
		link_clear(&snapshot);
	}
}
END_TEST

START_TEST(linux_alone)
{
	static const struct route routes[] = { { .addr = OTHER, .len = 32, .hop = HOP_OWN },
		{ .addr = OWN, .len = 24, .hop = HOP_ON_LINK }, { .hop = HOP_GATEWAY, .via = GATEWAY } };
	static const struct link_neighbour neighbours[] = { { GATEWAY, { { 2, 0, 0, 0, 4, 9 } } } };

	conf.interfaces[INTERFACE_V4] = (struct conf_interface){ 0 };
	links[INTERFACE_V4] = (struct host_link){ .address = OTHER,
		.has_routes = true,
		.routes = routes,
		.route_count = 3,
		.neighbours = neighbours,
		.neighbour_count = 1 };
	make(links);
	ck_assert_uint_eq(internet()->address, OTHER);
	ck_assert_uint_eq(hop4(OTHER), HOP_OWN);
	ck_assert_uint_eq(sent_to(FAR), 9);
}
END_TEST

/* Linux's default route, neighbour and connected route come before those of the configuration. */
START_TEST(linux_is_right)
{
	static const struct route routes[] = { { .hop = HOP_GATEWAY, .via = OTHER, .metric = 1024 } };
	static const struct link_neighbour neighbours[] = { { OTHER, { { 2, 0, 0, 0, 4, 9 } } },
		{ GATEWAY, { { 2, 0, 0, 0, 4, 8 } } } };

	links[INTERFACE_V4].neighbours = neighbours;
	links[INTERFACE_V4].neighbour_count = 2;
	make(links);
	ck_assert_uint_eq(sent_to(FAR), 8); /* no route of Linux's: the configured gateway */
	link_clear(&snapshot);
	links[INTERFACE_V4].routes = routes;
	links[INTERFACE_V4].route_count = 1;
	make(links);
	ck_assert_uint_eq(sent_to(FAR), 9);
	ck_assert_uint_eq(sent_to(GATEWAY), 8);
	ck_assert_uint_eq(internet()->address, OWN);
	links[INTERFACE_V4].neighbour_count = 0;
	link_clear(&snapshot);
	make(links);
	ck_assert_uint_eq(sent_to(FAR), 0);
	ck_assert_uint_eq(sent_to(GATEWAY), 1);
}
END_TEST

/* ---- native IPv6 ------------------------------------------------------------------------------------------------ */

#define LAN6 u128_make(UINT64_C(0x20010db800123401), 1)
#define PREFIX6 u128_make(UINT64_C(0x20010db800123400), 0)
#define END6 u128_make(UINT64_C(0x20010db800123400), 0xc00002120034)

static struct conf_softwire softwire;

/* A CE whose end-user prefix is 2001:db8:12:3400::/56. */
static void
forward_ipv6(void)
{
	softwire = (struct conf_softwire){ .kind = OFFER_MAP_E, .end_user_prefix = { PREFIX6, 56 } };
	conf.softwires = &softwire;
	conf.softwire_count = 1;
	conf.forwards_ipv6 = true;
	snapshot.softwire[0].local = END6;
}

static void
check_route6(u128 addr, uint32_t hop, unsigned int interface)
{
	const struct range6 *route = fib6_find(&snapshot.fib6, addr);

	ck_assert_uint_eq(route->hop, hop);
	if (hop >= HOP_ON_LINK)
		ck_assert_uint_eq(route->interface, interface);
}

START_TEST(no_table_unless_wanted)
{
	make(NULL);
	ck_assert_ptr_null(snapshot.fib6.table.ranges);
}
END_TEST

/* CER-11, MAPE-58: the softwire's end and the LAN are parts of the prefix, the rest of it is nobody's. */
START_TEST(native_ipv6_of_the_configuration)
{
	forward_ipv6();
	conf.interfaces[INTERFACE_V4].addresses[1] = (struct conf_address){ .v6 = LAN6, .len = 64 };
	conf.interfaces[INTERFACE_V4].address_count = 2;
	conf.martians6[0] = (struct prefix6){ LAN6 + 0xff, 128 };
	conf.martian6_count = 1;
	make(NULL);
	check_route6(LAN6, HOP_OWN, 0);
	check_route6(LAN6 + 1, HOP_ON_LINK, INTERFACE_V4);
	check_route6(END6, HOP_OWN, 0);
	check_route6(END6 + 1, HOP_REJECT, 0);
	check_route6(PREFIX6 | ~mask6(56), HOP_REJECT, 0);
	check_route6(PREFIX6 - 1, HOP_GATEWAY, INTERFACE_V6);
	check_route6((PREFIX6 | ~mask6(56)) + 1, HOP_GATEWAY, INTERFACE_V6);
	check_route6(u128_make(UINT64_C(0xfebf) << 48, 1), HOP_OWN, 0);
	check_route6(~(u128)0, HOP_OWN, 0);
	ck_assert(fib6_find(&snapshot.fib6, ROUTER6)->is_martian);
	ck_assert(fib6_find(&snapshot.fib6, ~(u128)0)->is_martian);
	ck_assert(fib6_find(&snapshot.fib6, 1)->is_martian);
	ck_assert(fib6_find(&snapshot.fib6, UINT64_C(0xffff08080808))->is_martian);
	ck_assert(fib6_find(&snapshot.fib6, LAN6 + 0xff)->is_martian);
	ck_assert(!fib6_find(&snapshot.fib6, LAN6 + 0xfe)->is_martian);
}
END_TEST

/* A line without a softwire, or with one of another kind, says nothing about a prefix; Linux does. */
START_TEST(native_ipv6_of_linux)
{
	const struct route transit[] = { { .addr = PREFIX6, .len = 56, .hop = HOP_BLACKHOLE },
		{ .addr = LAN6, .len = 64, .hop = HOP_ON_LINK, .interface = INTERFACE_V4, .metric = 256 },
		{ .via = LAN6 + 5, .addr = PREFIX6 | 1, .len = 128, .hop = HOP_GATEWAY, .interface = INTERFACE_V4 },
		{ .via = ROUTER6 + 5, .hop = HOP_GATEWAY, .interface = INTERFACE_V6, .metric = 1024 } };
	const struct link_neighbour neighbours[] = { { LAN6 + 5, { { 2, 0, 0, 0, 1, 5 } } } };
	const struct range6 *route;

	forward_ipv6();
	softwire.is_down = true;
	links[INTERFACE_V6].transit = transit;
	links[INTERFACE_V6].transit_count = sizeof(transit) / sizeof(transit[0]);
	links[INTERFACE_V4].neighbours = neighbours;
	links[INTERFACE_V4].neighbour_count = 1;
	make(links);
	check_route6(LAN6 + 1, HOP_ON_LINK, INTERFACE_V4);
	check_route6(END6, HOP_BLACKHOLE, 0);
	route = fib6_find(&snapshot.fib6, PREFIX6 | 1);
	ck_assert(fib6_neighbour(&snapshot.fib6, route, PREFIX6 | 1) == LAN6 + 5);
	ck_assert_uint_eq(fib6_ether(&snapshot.fib6, internet(), route, PREFIX6 | 1)->byte[5], 5);
	route = fib6_find(&snapshot.fib6, LAN6 + 5);
	ck_assert(fib6_neighbour(&snapshot.fib6, route, LAN6 + 5) == LAN6 + 5);
	ck_assert_uint_eq(fib6_ether(&snapshot.fib6, internet(), route, LAN6 + 5)->byte[5], 5);
	ck_assert_ptr_null(fib6_ether(&snapshot.fib6, internet(), route, LAN6 + 6));
	/* Linux's default route, whose gateway nobody knows, counts, not the configured one. */
	route = fib6_find(&snapshot.fib6, u128_make(UINT64_C(0x2600) << 48, 1));
	ck_assert(fib6_neighbour(&snapshot.fib6, route, 0) == ROUTER6 + 5);
	ck_assert_ptr_null(fib6_ether(&snapshot.fib6, &snapshot.interface[INTERFACE_V6], route, 0));
}
END_TEST

/* NAT-53 CER-31: the way of the softwire's device is in the LAN's table, and the networks behind it. */
START_TEST(softwire_device)
{
	make(links);
	ck_assert_uint_eq(hop4(UINT32_C(0xc0000002)), HOP_GATEWAY);
	link_clear(&snapshot);
	snapshot.behind_device_count = 2;
	snapshot.behind_device[0] = (struct prefix4){ UINT32_C(0xc0000002), 32 };
	snapshot.behind_device[1] = (struct prefix4){ UINT32_C(0xc0a80200), 24 };
	make(links);
	ck_assert_uint_eq(hop4(UINT32_C(0xc0000002)), HOP_DEVICE);
	ck_assert_uint_eq(hop4(UINT32_C(0xc0000003)), HOP_GATEWAY);
	ck_assert_uint_eq(hop4(UINT32_C(0xc0a802ff)), HOP_DEVICE);
	ck_assert_uint_eq(hop4(UINT32_C(0xc0a80300)), HOP_GATEWAY);
}
END_TEST

/* A neighbour has come: the routes are those of the snapshot before, and outlive it. */
START_TEST(routes_are_shared)
{
	static const struct link_neighbour neighbours[] = { { OTHER, { { 2, 0, 0, 0, 4, 9 } } } };
	struct snapshot before;

	forward_ipv6();
	make(links);
	before = snapshot;
	memset(&snapshot, 0, sizeof(snapshot));
	for (int i = 0; i < INTERFACE_COUNT; i++)
		links[i].has_routes = false;
	links[INTERFACE_V4].neighbours = neighbours;
	links[INTERFACE_V4].neighbour_count = 1;
	ck_assert_int_eq(link_interfaces(&snapshot, &conf, macs, links, &before, &err), 0);
	ck_assert_ptr_eq(internet()->routes, before.interface[INTERFACE_V4].routes);
	ck_assert_ptr_eq(snapshot.fib6.routes, before.fib6.routes);
	link_clear(&before);
	check_route6(END6 + 1, HOP_REJECT, 0);
	ck_assert_uint_eq(sent_to(OTHER), 9);
	ck_assert_uint_eq(sent_to(FAR), 1);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("link");
	TCase *all = tcase_create("link");

	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, configuration_alone);
	tcase_add_test(all, short_subnets);
	tcase_add_test(all, linux_alone);
	tcase_add_test(all, linux_is_right);
	tcase_add_test(all, softwire_device);
	tcase_add_test(all, no_table_unless_wanted);
	tcase_add_test(all, native_ipv6_of_the_configuration);
	tcase_add_test(all, native_ipv6_of_linux);
	tcase_add_test(all, routes_are_shared);
	suite_add_tcase(suite, all);
	return suite;
}
