/* SPDX-License-Identifier: BSD-3-Clause */
/* The ports that workers share: each is found, as likely as any other, and by one at a time. */
#include <pthread.h>

#include "nat/bank.h"
#include "unit.h"

static const struct portset sets[] = {
	{ .psid = 0x34, .psid_len = 8, .offset = 4 }, /* RFC 7597 appendix A, example 1: 15 ranges of 16 ports */
	{ .psid = 0x34, .psid_len = 8, .offset = 6 },
	{ .psid = 0, .psid_len = 0, .offset = 6 },
	{ .psid = 3, .psid_len = 6, .offset = 0 },
	{ .psid = 1, .psid_len = 1, .offset = 15 },
};

#define SETS (int)(sizeof(sets) / sizeof(sets[0]))
#define PORTS 240

static struct bank_ports
allow_all(const struct bank *bank)
{
	struct bank_ports allowed = { 0 };

	for (uint32_t i = portset_contains(&bank->set, 0); i < portset_count(&bank->set); i++)
		bank_allow(bank, &allowed, portset_port(&bank->set, i)); /* all but port 0, which stands for none */
	return allowed;
}

/* Every port is found once, whatever the set and the number of workers; index and port say the same. */
START_TEST(all_are_found)
{
	const struct portset *set = &sets[_i];
	const uint16_t step = portset_count(set) > 4096 ? 15 : 5; /* many ports take their time */

	for (uint16_t workers = 1; workers <= WORKER_MAX; workers += step) {
		struct bank *bank = bank_new(set, workers);
		const struct bank_ports allowed = allow_all(bank);
		struct random random = { .key = { { 3, 4 } } };
		static uint8_t seen[PORTSET_PORTS];
		uint32_t count = 0;

		memset(seen, 0, sizeof(seen));
		for (uint16_t home = 0; home < workers; home++) {
			const struct bank_wish wish = { &allowed, UINT64_MAX, home, L4_UDP, 7 };
			uint16_t port;

			while ((port = bank_take(bank, &wish, &random)) != 0) {
				const uint32_t index = portset_index(set, port);

				ck_assert_uint_eq(portset_port(set, index), port);
				ck_assert_uint_eq(index % workers, home);
				ck_assert_uint_eq(bank_home(bank, port), home);
				ck_assert_uint_eq(bank_owner(bank, L4_UDP, port), 7);
				ck_assert_uint_eq(seen[port]++, 0);
				ck_assert(!bank_claim(bank, L4_UDP, port, 8));
				count++;
			}
		}
		ck_assert_uint_eq(count + portset_contains(set, 0), portset_count(set));
		bank_free(bank);
	}
}
END_TEST

/* What is not allowed is not taken. */
START_TEST(only_what_is_allowed)
{
	struct bank *bank = bank_new(&sets[0], 2);
	struct bank_ports allowed = { 0 };
	const struct bank_wish wish = { &allowed, UINT64_MAX, 1, L4_TCP, 0 };
	struct bank_wish lent = wish;
	struct random random = { .key = { { 7, 8 } } };

	bank_allow(bank, &allowed, portset_port(&sets[0], 0));
	bank_allow(bank, &allowed, portset_port(&sets[0], 7));
	bank_allow(bank, &allowed, portset_port(&sets[0], 9));
	lent.of_64 = 1u << 4; /* the fifth of its home, which is the tenth of all */
	ck_assert_uint_eq(bank_take(bank, &lent, &random), portset_port(&sets[0], 9));
	ck_assert_uint_eq(bank_take(bank, &lent, &random), 0);
	ck_assert_uint_eq(bank_take(bank, &wish, &random), portset_port(&sets[0], 7));
	ck_assert_uint_eq(bank_take(bank, &wish, &random), 0);
	bank_give_back(bank, L4_TCP, portset_port(&sets[0], 7));
	ck_assert(bank_claim(bank, L4_TCP, portset_port(&sets[0], 7), 0));
	ck_assert(!bank_claim(bank, L4_TCP, portset_port(&sets[0], 7), 0));
	bank_free(bank);
}
END_TEST

/* NAT-39: of the free ports each is as likely as any other, also when few are left. */
START_TEST(any_free_port)
{
	struct bank *bank = bank_new(&sets[0], 1);
	const struct bank_ports allowed = allow_all(bank);
	const struct bank_wish wish = { &allowed, UINT64_MAX, 0, L4_TCP, 0 };
	struct random random = { .key = { { 5, 6 } } };
	uint32_t taken[PORTS] = { 0 };

	for (uint32_t i = 4; i < PORTS - 4; i++)
		ck_assert(bank_claim(bank, L4_TCP, portset_port(&sets[0], i), 0));
	for (int i = 0; i < 8000; i++) {
		const uint16_t port = bank_take(bank, &wish, &random);

		taken[portset_index(&sets[0], port)]++;
		bank_give_back(bank, L4_TCP, port);
	}
	for (uint32_t i = 0; i < PORTS; i++) {
		const bool is_free = i < 4 || i >= PORTS - 4;

		ck_assert_msg(is_free ? taken[i] > 850 && taken[i] < 1150 : taken[i] == 0, "port %u: %u times", i,
		    taken[i]);
	}
	bank_free(bank);
}
END_TEST

/* ---- at the same time ------------------------------------------------------------------------------------------- */

#define THREADS 4
#define ROUNDS 20000

struct taker {
	pthread_t thread;
	struct bank *bank;
	uint16_t self;
	uint32_t taken, errors;
};

static uint8_t users[PORTSET_PORTS]; /* atomic */

static uint16_t
take(struct taker *taker, const struct bank_ports *allowed, struct random *random)
{
	const uint16_t home = (uint16_t)random_below(random, THREADS);
	const struct bank_wish wish = { allowed, UINT64_MAX, home, L4_UDP, taker->self };
	const uint16_t port = bank_take(taker->bank, &wish, random);

	if (port == 0)
		return 0;
	taker->errors += __atomic_fetch_add(&users[port], 1, __ATOMIC_RELAXED) != 0;
	taker->taken++;
	return port;
}

static void
give_back(struct taker *taker, uint16_t port)
{
	taker->errors += bank_owner(taker->bank, L4_UDP, port) != taker->self;
	__atomic_fetch_sub(&users[port], 1, __ATOMIC_RELAXED);
	bank_give_back(taker->bank, L4_UDP, port);
}

/* Ports of everybody's, up to half of all, each held for a while. */
static void *
run(void *argument)
{
	struct taker *taker = argument;
	const struct bank_ports allowed = allow_all(taker->bank);
	struct random random = { .key = { { 9, taker->self } } };
	uint16_t held[PORTS];
	uint32_t count = 0;

	for (int i = 0; i < ROUNDS; i++) {
		const uint16_t port = count < PORTS / 2 ? take(taker, &allowed, &random) : 0;

		if (port != 0) {
			held[count++] = port;
		} else if (count > 0) {
			const uint32_t which = random_below(&random, count);

			give_back(taker, held[which]);
			held[which] = held[--count];
		}
	}
	while (count > 0)
		give_back(taker, held[--count]);
	return NULL;
}

START_TEST(one_user_at_a_time)
{
	struct bank *bank = bank_new(&sets[0], THREADS);
	struct taker takers[THREADS];

	for (uint16_t i = 0; i < THREADS; i++) {
		takers[i] = (struct taker){ .bank = bank, .self = i };
		ck_assert_int_eq(pthread_create(&takers[i].thread, NULL, run, &takers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(takers[i].thread, NULL), 0);
		ck_assert_uint_eq(takers[i].errors, 0);
		ck_assert_uint_gt(takers[i].taken, PORTS);
	}
	for (uint32_t i = 0; i < PORTS; i++)
		ck_assert(bank_claim(bank, L4_UDP, portset_port(&sets[0], i), 0));
	bank_free(bank);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("bank");
	TCase *tcase = tcase_create("bank");

	tcase_add_loop_test(tcase, all_are_found, 0, SETS);
	tcase_add_test(tcase, only_what_is_allowed);
	tcase_add_test(tcase, any_free_port);
	tcase_add_test(tcase, one_user_at_a_time);
	suite_add_tcase(suite, tcase);
	return suite;
}
