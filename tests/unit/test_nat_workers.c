/* SPDX-License-Identifier: BSD-3-Clause */
/* Several workers, one port set: whoever needs ports can have all, and each port has one user. */
#include "nat_fixture.h"

static uint64_t
inside(uint16_t port, uint8_t space)
{
	return session_end(HOST, port, space);
}

static uint64_t
remote(uint32_t addr, uint16_t port, uint8_t space)
{
	return session_end(addr, space == L4_ICMP_QUERY ? 0 : port, space);
}

#define MOST_WORKERS 8

static struct nat_fixture worker[MOST_WORKERS];
static struct bank *shared_bank;

static void
set_up_workers(uint16_t count, const struct nat_config *config)
{
	shared_bank = bank_new(&fixture_ports, count);
	for (uint16_t w = 0; w < count; w++) {
		fixture_make(&worker[w], config, 7u + w);
		nat_set_external(worker[w].nat, EXTERNAL, shared_bank, w, 0);
	}
}

static void
tear_down_workers(uint16_t count)
{
	for (uint16_t w = 0; w < count; w++)
		fixture_free(&worker[w]);
	bank_free(shared_bank);
}

/* The external port of a new flow, whose owner is then this worker; 0: refused, for want of a port. */
static uint16_t
open_at(uint16_t w, uint16_t number, uint64_t remote, uint32_t now)
{
	enum drop_reason why = DROP_COUNT;
	const struct session *s = fixture_out(&worker[w], inside(number, (uint8_t)remote), remote, SYN, now, &why);

	if (s == NULL) {
		ck_assert_int_eq(why, DROP_nat_no_port);
		return 0;
	}
	ck_assert_uint_eq(bank_owner(shared_bank, (uint8_t)remote, s->external_port), w);
	return s->external_port;
}

/* NAT-03, NAT-30, NAT-52: one host, so one worker, has every port of the set, each once, and flow n + 1 is refused. */
static const uint16_t worker_counts[] = { 1, 2, 3, 4, 8 };

START_TEST(every_port_for_one_worker)
{
	const struct nat_config config = fixture_config(1024);
	const uint16_t count = worker_counts[_i];
	uint8_t used[PORTSET_PORTS] = { 0 };
	uint32_t total = 0;

	set_up_workers(count, &config);
	for (uint16_t w = 0; w < count; w++)
		total += worker[w].nat->ports[L4_TCP].total;
	ck_assert_uint_eq(total, PORTS);
	for (uint16_t i = 0; i < PORTS; i++)
		used[open_at(count - 1, i, remote(SERVER, 80, L4_TCP), 0)]++;
	for (uint32_t port = 0; port < PORTSET_PORTS; port++)
		ck_assert_uint_eq(used[port], portset_contains(&fixture_ports, (uint16_t)port));
	for (uint16_t w = 0; w < count; w++)
		ck_assert_uint_eq(open_at(w, PORTS, remote(SERVER, 80, L4_TCP), 0), 0);
	/* When they are over, they are there for all again: here each worker gets its share. */
	nat_expire(worker[count - 1].nat, 250, UINT32_MAX);
	memset(used, 0, sizeof(used));
	for (uint16_t i = 0; i < PORTS; i++)
		used[open_at(i % count, i, remote(SERVER, 80, L4_TCP), 250)]++;
	for (uint32_t port = 0; port < PORTSET_PORTS; port++)
		ck_assert_uint_eq(used[port], portset_contains(&fixture_ports, (uint16_t)port));
	tear_down_workers(count);
}
END_TEST

/* A worker takes its own ports before it borrows any. */
START_TEST(own_ports_first)
{
	const struct nat_config config = fixture_config(1024);

	set_up_workers(4, &config);
	for (uint16_t i = 0; i < PORTS; i++) {
		const uint16_t port = open_at(2, i, remote(SERVER, 80, L4_UDP), 0);

		ck_assert_int_eq(bank_home(shared_bank, port) == 2, i < PORTS / 4);
	}
	tear_down_workers(4);
}
END_TEST

/* Who may share ports leaves every other worker some: a flood towards one server does not take them all. */
START_TEST(some_ports_stay_at_home)
{
	struct nat_config config = fixture_config(4096);
	uint32_t opened = 0;

	config.reuse = NAT_REUSE_ON_EXHAUSTION;
	set_up_workers(4, &config);
	for (uint16_t i = 0; i < 2 * PORTS; i++)
		opened += open_at(0, i, remote(SERVER, 80, L4_UDP), i / 10) != 0;
	ck_assert_uint_eq(opened, PORTS / 4 + 3 * (PORTS / 4 * 3 / 4));
	/* Which these may use for themselves, and share: 15 of 60. */
	for (uint16_t i = 0; i < 100; i++)
		ck_assert_uint_ne(open_at(3, i, remote(SERVER + i, 80, L4_UDP), 0), 0);
	ck_assert_uint_eq(ports_used(&worker[3].nat->ports[L4_UDP]), PORTS / 16);
	/* What has been borrowed can be shared, too. */
	ck_assert_uint_ne(open_at(0, 1, remote(SERVER + 1, 80, L4_UDP), 0), 0);
	for (uint32_t now = 301; now < 400; now++) /* the first borrowed are the first to go home */
		nat_expire(worker[0].nat, now, UINT32_MAX);
	ck_assert_uint_eq(ports_used(&worker[0].nat->ports[L4_UDP]), 0);
	ck_assert_uint_eq(worker[0].nat->ports[L4_UDP].common.count, PORTS / 4);
	tear_down_workers(4);
}
END_TEST

/* Ports set aside are for whoever needs them, on whichever worker; they lie in every share. */
START_TEST(reserved_ports_of_all)
{
	struct nat_config config = fixture_config(1024);

	config.reserved_ports = 10;
	config.policy_count = 1;
	config.policies[0] = (struct nat_policy){ HOST, UINT32_MAX, NAT_ANY_SPACE, 0, 9, true, NAT_FILTERING_UNSAID };
	set_up_workers(4, &config);
	for (uint16_t w = 0; w < 4; w++) {
		uint32_t reserved = 0;

		for (uint32_t i = w; i < PORTS; i += 4)
			reserved +=
			    worker[w].nat->ports[L4_UDP].port[portset_port(&fixture_ports, i)].kind == PORT_RESERVED;
		ck_assert_uint_eq(reserved, w < 2 ? 3 : 2);
	}
	for (uint16_t i = 0; i < PORTS - 10; i++)
		ck_assert_uint_ne(open_at(0, (uint16_t)(100 + i), remote(SERVER, 80, L4_UDP), 0), 0);
	ck_assert_uint_eq(open_at(1, 99, remote(SERVER, 80, L4_UDP), 0), 0);
	for (uint16_t i = 0; i < 10; i++)
		ck_assert_uint_ne(open_at(3, i, remote(SERVER, 80, L4_UDP), 0), 0);
	tear_down_workers(4);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("nat_workers");
	TCase *tcase = tcase_create("workers");

	tcase_add_loop_test(tcase, every_port_for_one_worker, 0, 5);
	tcase_add_test(tcase, own_ports_first);
	tcase_add_test(tcase, some_ports_stay_at_home);
	tcase_add_test(tcase, reserved_ports_of_all);
	suite_add_tcase(suite, tcase);
	return suite;
}
