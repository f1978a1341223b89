/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is known is found, who is not is not, in both families; and what an interface makes of routes and neighbours. */
#include <stdlib.h>

#include "base/random.h"
#include "pkt/interface.h"
#include "unit.h"

#define MANY 1000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROUTER u128_make(UINT64_C(0xfe80) << 48, 1)

static const struct mac own = { { 2, 0, 0, 0, 11, 1 } };

static struct neighbour
numbered(u128 addr, uint32_t number)
{
	struct neighbour neighbour = { .addr = addr };

	memcpy(neighbour.ether.byte, &number, sizeof(number));
	return neighbour;
}

static uint32_t
number_of(const struct ether_pair *ether)
{
	uint32_t number;

	ck_assert_ptr_nonnull(ether);
	memcpy(&number, ether->byte, sizeof(number));
	return number;
}

START_TEST(all_are_found)
{
	const struct hash_key key = { { (uint64_t)_i, ~(uint64_t)_i } };
	struct random rng = { .key = key };
	struct neighbours table;
	u128 addr[MANY];

	ck_assert_int_eq(neighbours_init(&table, MANY, &key), 0);
	for (uint32_t i = 0; i < MANY; i++) {
		/* One after the other, as on a link; the others anywhere. */
		addr[i] = i < 300 ? UINT32_C(0xc6336400) + i
				  : u128_make(UINT64_C(0xfe80) << 48, i < 600 ? i : random_u64(&rng));
		ck_assert_ptr_null(neighbours_find(&table, addr[i]));
		neighbours_add(&table, &(struct neighbour){ addr[i], numbered(addr[i], i).ether });
	}
	for (uint32_t i = 0; i < MANY; i++) {
		ck_assert_uint_eq(number_of(neighbours_find(&table, addr[i])), i);
		ck_assert_ptr_null(neighbours_find(&table, addr[i] + (UINT64_C(1) << 40)));
	}
	neighbours_clear(&table);
}
END_TEST

/* What Linux says comes before what the configuration says. */
START_TEST(first_one_wins)
{
	static const struct hash_key key;
	const struct neighbour one = numbered(7, 1), other = numbered(7, 2);
	struct neighbours table;

	ck_assert_int_eq(neighbours_init(&table, 0, &key), 0);
	ck_assert_ptr_null(neighbours_find(&table, 7));
	neighbours_add(&table, &one);
	neighbours_add(&table, &other);
	ck_assert_uint_eq(number_of(neighbours_find(&table, 7)), 1);
	neighbours_clear(&table);
}
END_TEST

/* ---- interfaces ------------------------------------------------------------------------------------------------- */

static void
check_pair(const struct ether_pair *ether, const struct mac *to)
{
	ck_assert_ptr_nonnull(ether);
	ck_assert_mem_eq(ether->byte, to->byte, 6);
	ck_assert_mem_eq(ether->byte + 6, own.byte, 6);
}

START_TEST(gateways_stand_beside_routes)
{
	static const struct link_neighbour known[] = { { 0xc6336402, { { 2, 0, 0, 0, 4, 2 } } },
		{ 0xc6336409, { { 2, 0, 0, 0, 4, 9 } } } };
	static const struct route told[] = { { .addr = 0xc6336400, .len = 24, .hop = HOP_ON_LINK },
		{ .addr = 0x0a000000, .len = 8, .hop = HOP_GATEWAY, .via = 0xc6336403 },
		{ .hop = HOP_GATEWAY, .via = 0xc6336402 } };
	static const struct hash_key key;
	struct routes *routes = routes4_build(told, COUNT(told));
	struct interface interface = { 0 };
	uint32_t hop;

	ck_assert_int_eq(interface_link(&interface, &own, routes, known, COUNT(known), &key), 0);
	routes_free(routes); /* the interface is a user */
	hop = trie4_find(interface.trie, 0x08080808);
	check_pair(interface_ether(&interface, hop, 0x08080808), &known[0].mac);
	hop = trie4_find(interface.trie, 0x0a010101); /* its gateway is not known, and is no destination's */
	ck_assert_ptr_null(interface_ether(&interface, hop, 0xc6336402));
	hop = trie4_find(interface.trie, 0xc6336409);
	check_pair(interface_ether(&interface, hop, 0xc6336409), &known[1].mac);
	ck_assert_ptr_null(interface_ether(&interface, hop, 0xc633640a));
	ck_assert_ptr_null(interface.only6);
	interface_unlink(&interface);
}
END_TEST

/* The short way is there when all goes to one router that is known, and only then. */
START_TEST(one_router_for_all)
{
	static const struct hash_key key;
	const struct link_neighbour router = { ROUTER, { { 2, 0, 0, 0, 6, 1 } } };
	const struct route told[] = { { .hop = HOP_GATEWAY, .via = ROUTER },
		{ .addr = u128_make(UINT64_C(0x20010db8) << 32, 0), .len = 32, .hop = HOP_ON_LINK } };

	for (size_t known = 0; known < 2; known++) {
		for (size_t count = 1; count < 3; count++) {
			struct interface interface = { 0 };
			struct routes *routes = routes6_build(told, count);

			ck_assert_int_eq(interface_link(&interface, &own, routes, &router, known, &key), 0);
			if (known == 1 && count == 1)
				check_pair(interface.only6, &router.mac);
			else
				ck_assert_ptr_null(interface.only6);
			routes_free(routes);
			interface_unlink(&interface);
		}
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("neighbours");
	TCase *table = tcase_create("table"), *interface = tcase_create("interface");

	tcase_add_loop_test(table, all_are_found, 0, 10);
	tcase_add_test(table, first_one_wins);
	tcase_add_test(interface, gateways_stand_beside_routes);
	tcase_add_test(interface, one_router_for_all);
	suite_add_tcase(suite, table);
	suite_add_tcase(suite, interface);
	return suite;
}
