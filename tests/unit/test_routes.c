/* SPDX-License-Identifier: BSD-3-Clause */
/* Routes of both families beside a plain list that is searched from end to end. */
#include "pkt/routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "unit.h"

#define MAX_ROUTES 200
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct route told[MAX_ROUTES];
static size_t told_count;
static struct prefix6 marked[8];
static size_t marked_count;
static struct random rng;

static uint32_t
below(uint32_t limit)
{
	return random_below(&rng, limit);
}

static bool
is_in(const struct route *route, u128 addr, bool ipv6)
{
	const u128 mask = ipv6 ? mask6(route->len) : mask4(route->len);

	return ((route->addr ^ addr) & mask) == 0;
}

/* The longest prefix; of equals the least metric, of these the first. NULL: none. */
static const struct route *
model_find(u128 addr, bool ipv6)
{
	const struct route *best = NULL;

	for (size_t i = 0; i < told_count; i++) {
		const struct route *one = &told[i];

		if (!is_in(one, addr, ipv6))
			continue;
		if (best == NULL || one->len > best->len || (one->len == best->len && one->metric < best->metric))
			best = one;
	}
	return best;
}

static void
check_hop(const struct routes *routes, uint32_t hop, u128 addr, bool ipv6)
{
	const struct route *want = model_find(addr, ipv6);

	if (want == NULL) {
		ck_assert_uint_eq(hop, HOP_NONE);
	} else if (want->hop != HOP_GATEWAY) {
		ck_assert_uint_eq(hop, want->hop);
	} else {
		ck_assert_uint_ge(hop, HOP_GATEWAY);
		ck_assert_uint_lt(hop - HOP_GATEWAY, routes->gateway_count);
		ck_assert(routes->gateway[hop - HOP_GATEWAY] == want->via);
	}
}

static void
check4(const struct routes *routes, uint32_t addr)
{
	check_hop(routes, trie4_find(routes->trie, addr), addr, false);
}

static bool
is_marked(u128 addr)
{
	for (size_t i = 0; i < marked_count; i++) {
		if (((marked[i].addr ^ addr) & mask6(marked[i].len)) == 0)
			return true;
	}
	return false;
}

static void
check6(const struct routes *routes, u128 addr)
{
	const struct range6 *range = table6_find(&routes->table6, addr);
	const struct route *want = model_find(addr, true);

	check_hop(routes, range->hop, addr, true);
	ck_assert_uint_eq(range->interface, want != NULL ? want->interface : 0);
	ck_assert_int_eq(range->is_martian, is_marked(addr));
}

static void
check_around(const struct routes *routes, u128 addr, uint8_t len)
{
	const u128 first = addr & mask6(len), last = first | ~mask6(len);

	check6(routes, first);
	check6(routes, last);
	check6(routes, first - 1);
	check6(routes, last + 1);
}

static struct route
random_route(uint8_t len, u128 addr, uint32_t gateways)
{
	struct route route = { .addr = addr, .len = len, .metric = below(3) };

	route.hop = HOP_OWN + below(HOP_GATEWAY);
	route.interface = (uint8_t)below(2);
	if (route.hop == HOP_GATEWAY)
		route.via = 1 + below(gateways);
	return route;
}

/* ---- IPv4 ------------------------------------------------------------------------------------------------------- */

/* Few bits vary, so that prefixes lie inside each other, and often are the same. */
static uint32_t
random4(void)
{
	return UINT32_C(0x0a000000) | below(4) << 22 | below(3) << 15 | below(3) << 7 | below(4);
}

START_TEST(random_ipv4_routes)
{
	rng = (struct random){ .key = { { (uint64_t)_i, 0 } } };
	told_count = below(MAX_ROUTES);
	for (size_t i = 0; i < told_count; i++)
		told[i] = random_route((uint8_t)below(33), random4(), 5);
	struct routes *routes = routes4_build(told, told_count);

	ck_assert_ptr_nonnull(routes);
	for (size_t i = 0; i < told_count; i++) {
		const uint32_t first = (uint32_t)told[i].addr & mask4(told[i].len), last = first | ~mask4(told[i].len);

		check4(routes, first);
		check4(routes, last);
		check4(routes, first - 1);
		check4(routes, last + 1);
	}
	for (int i = 0; i < 500; i++)
		check4(routes, random4());
	check4(routes, 0);
	check4(routes, UINT32_MAX);
	routes_free(routes);
}
END_TEST

/* What a source must not be, and what is Linux's, is listed. */
START_TEST(local_addresses_are_listed)
{
	static const struct route some[] = { { .addr = 0xc6336401, .len = 32, .hop = HOP_OWN },
		{ .addr = 0xc6336400, .len = 24, .hop = HOP_ON_LINK },
		{ .addr = 0xc63364ff, .len = 32, .hop = HOP_BROADCAST }, { .via = 0xc6336402, .hop = HOP_GATEWAY } };
	struct routes *routes = routes4_build(some, COUNT(some));

	ck_assert_uint_eq(routes->local_count, 2);
	ck_assert_uint_eq(routes->local[0] ^ routes->local[1], 0xc6336401 ^ 0xc63364ff);
	ck_assert_uint_eq(routes->gateway_count, 1);
	ck_assert_uint_eq(trie4_find(routes->trie, 0xc6336401), HOP_OWN);
	ck_assert_uint_eq(trie4_find(routes->trie, 0xc6336402), HOP_ON_LINK);
	ck_assert_uint_eq(trie4_find(routes->trie, 0xc63364ff), HOP_BROADCAST);
	ck_assert_uint_eq(trie4_find(routes->trie, 0xc6336500), HOP_GATEWAY);
	routes_free(routes);
}
END_TEST

/* ---- IPv6 ------------------------------------------------------------------------------------------------------- */

static u128
random6(void)
{
	return u128_make((UINT64_C(0x2001) << 48 | (uint64_t)below(3) << 46) ^ (uint64_t)below(4) << 20 ^ below(3),
	    (uint64_t)below(3) << 63 | below(4));
}

START_TEST(random_ipv6_routes)
{
	rng = (struct random){ .key = { { (uint64_t)_i, 0 } } };
	told_count = below(MAX_ROUTES);
	for (size_t i = 0; i < told_count; i++)
		told[i] = random_route((uint8_t)below(129), below(8) == 0 ? ~(u128)0 : random6(), 5);
	struct routes *routes = routes6_build(told, told_count);

	ck_assert_ptr_nonnull(routes);
	for (size_t i = 0; i < told_count; i++)
		check_around(routes, told[i].addr, told[i].len);
	marked_count = below(COUNT(marked) + 1);
	for (size_t i = 0; i < marked_count; i++) {
		marked[i].len = (uint8_t)below(129);
		marked[i].addr = (below(8) == 0 ? ~(u128)0 : random6()) & mask6(marked[i].len);
	}
	ck_assert(routes6_mark(routes, marked, marked_count));
	for (size_t i = 0; i < told_count; i++)
		check_around(routes, told[i].addr, told[i].len);
	for (size_t i = 0; i < marked_count; i++)
		check_around(routes, marked[i].addr, marked[i].len);
	for (int i = 0; i < 500; i++)
		check6(routes, random6());
	check6(routes, 0);
	check6(routes, ~(u128)0);
	routes_free(routes);
	marked_count = 0;
}
END_TEST

/* A prefix inside another may begin or end where that does. */
START_TEST(borders_in_common)
{
	const u128 net = u128_make(UINT64_C(0x20010db8) << 32, 0), last = net | ~mask6(64);

	told[0] = (struct route){ .addr = net, .len = 64, .hop = HOP_ON_LINK };
	told[1] = (struct route){ .addr = last, .len = 128, .hop = HOP_OWN };
	told[2] = (struct route){ .addr = net, .len = 128, .hop = HOP_BROADCAST };
	told_count = 3;
	struct routes *routes = routes6_build(told, told_count);

	for (u128 addr = net - 2; addr <= net + 2; addr++)
		check6(routes, addr);
	for (u128 addr = last - 2; addr <= last + 2; addr++)
		check6(routes, addr);
	routes_free(routes);
}
END_TEST

/* A router whose only route is the default one has one range: that is what the packets' short way asks for. */
START_TEST(only_a_default_route)
{
	const struct route route = { .via = 7, .hop = HOP_GATEWAY };
	struct routes *routes = routes6_build(&route, 1);

	ck_assert_uint_eq(routes->range_count, 1);
	ck_assert_uint_eq(routes->table6.ranges[0].hop, HOP_GATEWAY);
	routes_free(routes);
	routes = routes6_build(NULL, 0);
	ck_assert_uint_eq(routes->range_count, 1);
	ck_assert_uint_eq(routes->table6.ranges[0].hop, HOP_NONE);
	routes_free(routes);
}
END_TEST

/* The last user frees; a leak or a second free is the sanitizer's to find. */
START_TEST(users_share_them)
{
	struct routes *routes = routes4_build(NULL, 0);

	routes->users++;
	routes_free(routes);
	ck_assert_uint_eq(routes->users, 1);
	ck_assert_uint_eq(trie4_find(routes->trie, 1), HOP_NONE);
	routes_free(routes);
	routes_free(NULL);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("routes");
	TCase *ipv4 = tcase_create("IPv4"), *ipv6 = tcase_create("IPv6");

	tcase_add_loop_test(ipv4, random_ipv4_routes, 0, 100);
	tcase_add_test(ipv4, local_addresses_are_listed);
	tcase_add_test(ipv4, users_share_them);
	tcase_add_loop_test(ipv6, random_ipv6_routes, 0, 100);
	tcase_add_test(ipv6, only_a_default_route);
	tcase_add_test(ipv6, borders_in_common);
	suite_add_tcase(suite, ipv4);
	suite_add_tcase(suite, ipv6);
	return suite;
}
