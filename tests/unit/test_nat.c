/* SPDX-License-Identifier: BSD-3-Clause */
/* NAPT44 sessions and mappings: what is shared, what is refused and why, and that nothing leaks. */
#include "nat_fixture.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static struct nat_fixture f;

static void
set_up(void)
{
	const struct nat_config config = fixture_config(1024);

	fixture_make(&f, &config, 1);
}

static void
tear_down(void)
{
	fixture_free(&f);
}

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

/* ---- sessions and mappings -------------------------------------------------------------------------------------- */

START_TEST(session_says_who_is_who)
{
	const struct session *s = fixture_open(&f, inside(5000, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 7);

	ck_assert_uint_eq(session_end_addr(s->inside), HOST);
	ck_assert_uint_eq(session_end_port(s->inside), 5000);
	ck_assert_uint_eq(s->space, L4_UDP);
	ck_assert_uint_eq(s->last_active, 7);
	ck_assert_int_eq(s->state, SESSION_UDP);
	ck_assert(portset_contains(&fixture_ports, s->external_port));
	ck_assert_ptr_eq(fixture_in(&f, s->external_port, remote(SERVER, 3478, L4_UDP), 0, 8), s);
	ck_assert_uint_eq(s->last_active, 8);
	ck_assert_uint_eq(f.nat->session_count, 1);
	ck_assert_uint_eq(f.nat->mapping_count, 1);
}
END_TEST

/* NAT-01, NAT-31, RFC 4787 REQ-1: the external port depends on the inside endpoint alone. */
START_TEST(endpoint_independent_mapping)
{
	const uint8_t space = (uint8_t)_i;
	const uint16_t port = fixture_open(&f, inside(5000, space), remote(SERVER, 3478, space), SYN, 0)->external_port;

	for (uint32_t i = 1; i <= 200; i++) {
		const uint64_t other = space == L4_ICMP_QUERY ? remote(SERVER + i, 0, space)
							      : remote(SERVER + i % 7, (uint16_t)(3478 + i), space);

		ck_assert_uint_eq(fixture_open(&f, inside(5000, space), other, SYN, 0)->external_port, port);
	}
	ck_assert_uint_eq(f.nat->mapping_count, 1);
	ck_assert_uint_eq(f.nat->session_count, 201);
	ck_assert_uint_eq(ports_used(&f.nat->ports[space]), 1);
	ck_assert_uint_ne(fixture_open(&f, inside(5001, space), remote(SERVER, 3478, space), SYN, 0)->external_port,
	    port);
	ck_assert_uint_ne(fixture_open(&f, session_end(HOST + 1, 5000, space), remote(SERVER, 3478, space), SYN, 0)
			      ->external_port,
	    port);
}
END_TEST

/* ---- ports ------------------------------------------------------------------------------------------------------ */

/* Opens a session for each of `count` inside ports; the external ports in the order they were given out. */
static void
open_many(uint8_t space, uint16_t first, int count, uint16_t *ports)
{
	for (int i = 0; i < count; i++)
		ports[i] = fixture_open(&f, inside((uint16_t)(first + i), space), remote(SERVER, 3478, space), SYN, 0)
			       ->external_port;
}

/*
 * NAT-52, NAT-30, RFC 7597 section 5.1: 240 mappings use 240 ports, each once, in ranges 4928-4943 … 62272-62287; the
 * 241st gets none and nobody loses his (RFC 5508 REQ-8, RFC 6888 REQ-11). Each protocol has all of them.
 */
START_TEST(every_port_of_the_set_once)
{
	uint16_t ports[PORTS];
	enum drop_reason why;

	for (uint8_t space = 0; space < L4_SPACES; space++) {
		bool seen[PORTSET_PORTS] = { false };

		ck_assert_uint_eq(f.nat->ports[space].total, PORTS);
		open_many(space, 10000, PORTS, ports);
		for (int i = 0; i < PORTS; i++) {
			ck_assert(!seen[ports[i]]);
			seen[ports[i]] = true;
		}
		for (uint32_t a = 1; a <= RANGES; a++) {
			for (uint32_t j = 0; j < 16; j++)
				ck_assert_msg(seen[a * 4096 + 0x34 * 16 + j], "space %u, port %u", space,
				    a * 4096 + 0x34 * 16 + j);
		}
		ck_assert_uint_eq(ports_used(&f.nat->ports[space]), PORTS);

		why = DROP_COUNT;
		ck_assert_ptr_null(fixture_out(&f, inside(9999, space), remote(SERVER, 3478, space), SYN, 0, &why));
		ck_assert_int_eq(why, DROP_nat_no_port);
		for (int i = 0; i < PORTS; i++) {
			const struct session *s = fixture_in(&f, ports[i], remote(SERVER, 3478, space), 0, 0);

			ck_assert_ptr_nonnull(s);
			ck_assert_uint_eq(session_end_port(s->inside), 10000 + i);
		}
		/* One that has a port may still open sessions. */
		ck_assert_uint_eq(fixture_open(&f, inside(10000, space), remote(SERVER + 1, 3478, space), SYN, 0)
				      ->external_port,
		    ports[0]);
	}
	ck_assert_uint_eq(f.nat->mapping_count, 3 * PORTS);
}
END_TEST

/* The mapping ends with its last session, not before, and its port is free again. */
START_TEST(mapping_ends_with_its_last_session)
{
	uint16_t ports[PORTS];
	enum drop_reason why;

	open_many(L4_UDP, 10000, PORTS, ports);
	fixture_open(&f, inside(10007, L4_UDP), remote(SERVER, 3479, L4_UDP), 0, 200);
	for (int i = 0; i < PORTS; i++) {
		if (i != 7 && i != 8)
			fixture_open(&f, inside((uint16_t)(10000 + i), L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 200);
	}
	ck_assert_uint_eq(nat_expire(f.nat, 302, UINT32_MAX), 2);
	ck_assert(!fixture_has(&f, inside(10007, L4_UDP), remote(SERVER, 3478, L4_UDP)));
	ck_assert(fixture_has(&f, inside(10007, L4_UDP), remote(SERVER, 3479, L4_UDP)));
	ck_assert_uint_eq(ports_used(&f.nat->ports[L4_UDP]), PORTS - 1);

	/* The one port that came back goes to whoever asks next, and there is no second. */
	ck_assert_uint_eq(fixture_open(&f, inside(1, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 302)->external_port,
	    ports[8]);
	ck_assert_ptr_null(fixture_out(&f, inside(2, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 302, &why));
	ck_assert_int_eq(why, DROP_nat_no_port);
}
END_TEST

/*
 * NAT-39, RFC 6056 section 4: nobody can tell the next port. Bounds are those of a random order of 240 ports, five
 * standard deviations wide, for twenty keys.
 */
START_TEST(ports_are_chosen_at_random)
{
	uint16_t ports[PORTS];
	int ascents = 0, repeated = 0, same_range = 0, first_32 = 0;
	uint32_t ranges = 0;

	tear_down();
	fixture_make(&f, &(struct nat_config){ .sessions = 1024, .timeout = { 300 } }, 1000 + (uint64_t)_i);
	open_many(L4_UDP, 10000, PORTS, ports);
	for (int i = 1; i < PORTS; i++) {
		ascents += ports[i] > ports[i - 1];
		same_range += ports[i] >> 12 == ports[i - 1] >> 12;
		repeated += i > 1 && ports[i] - ports[i - 1] == ports[i - 1] - ports[i - 2];
	}
	for (int i = 0; i < 100; i++)
		ranges |= 1u << (ports[i] >> 12);
	for (int i = 0; i < 32; i++)
		first_32 |= 1 << (ports[i] >> 12);
	ck_assert_int_gt(ascents, 119 - 23); /* mean 119.5, deviation 4.5 */
	ck_assert_int_lt(ascents, 120 + 23);
	ck_assert_int_lt(same_range, 15 + 19); /* mean 15, deviation 3.7 */
	ck_assert_int_lt(repeated, 10);        /* a step that repeats: about 1 by chance, 238 for a pattern */
	ck_assert_uint_eq(ranges, 0xfffe);     /* every range, none left for the end */
	ck_assert_int_ge(__builtin_popcount((unsigned int)first_32), 9);
}
END_TEST

/* What nat/foresee.h goes by: an expected port is the one that is taken, unless it cannot be had, also if it was asked for long before. */
START_TEST(next_ports_are_expected)
{
	const struct ports *ports = &f.nat->ports[L4_UDP];
	uint16_t ahead[PORTS_DRAWN];
	int right = 0;

	for (unsigned int n = 0; n < PORTS_DRAWN; n++)
		ahead[n] = ports_expect(ports, n);
	for (uint16_t i = 0; i < PORTS; i++) {
		const uint16_t port = ahead[i % PORTS_DRAWN];
		const bool is_free = ports->port[port].rest == PORT_AWAY;
		const struct session *s;

		ck_assert_uint_eq(ports_expect(ports, 0), port);
		s = fixture_open(&f, inside(i, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 0);
		ck_assert_int_eq(s->external_port == port, is_free);
		right += is_free;
		ahead[i % PORTS_DRAWN] = ports_expect(ports, PORTS_DRAWN - 1);
	}
	ck_assert_int_gt(right,
	    PORTS / 2 - 39); /* mean half of them: of those drawn fewer and fewer are free; deviation 7.7 */
}
END_TEST

/* SEC-14, SEC-12: who knows the program still knows no port. */
START_TEST(another_key_gives_other_ports)
{
	const struct nat_config config = fixture_config(1024);
	uint16_t one[PORTS], again[PORTS], other[PORTS];
	int equal = 0;

	open_many(L4_UDP, 10000, PORTS, one);
	tear_down();
	fixture_make(&f, &config, 1);
	open_many(L4_UDP, 10000, PORTS, again);
	tear_down();
	fixture_make(&f, &config, 2);
	open_many(L4_UDP, 10000, PORTS, other);
	ck_assert_mem_eq(one, again, sizeof(one));
	for (int i = 0; i < PORTS; i++)
		equal += one[i] == other[i];
	ck_assert_int_lt(equal, 10);
}
END_TEST

/* Who has every port does not use the system ports, and nobody uses port 0. */
static const struct {
	struct portset set;
	uint32_t usable, first;
} sets[] = {
	{ { .psid = 0, .psid_len = 0, .offset = 6 }, 65536 - 1024, 1024 },
	{ { .psid = 0, .psid_len = 6, .offset = 0 }, 1023, 1 }, /* 0..1023 without 0 */
	{ { .psid = 1, .psid_len = 6, .offset = 0 }, 1024, 1024 },
	{ { .psid = 0x4d0, .psid_len = 16, .offset = 0 }, 1, 1232 },
	{ { .psid = 0, .psid_len = 16, .offset = 0 }, 0, 0 },
	{ { .psid = 0x34, .psid_len = 8, .offset = 6 }, 252, 1232 },
};

START_TEST(ports_that_can_be_used)
{
	uint32_t lowest = PORTSET_PORTS;

	fixture_set_external(&f, EXTERNAL, &sets[_i].set, 0);
	for (unsigned int space = 0; space < L4_SPACES; space++) {
		ck_assert_uint_eq(f.nat->ports[space].total, sets[_i].usable);
		ck_assert_uint_eq(fixture_free_ports(&f, space, PORT_COMMON), sets[_i].usable);
	}
	for (uint32_t i = 0; i < f.nat->ports[0].common.count; i++) {
		if (f.nat->ports[0].common.port[i] < lowest)
			lowest = f.nat->ports[0].common.port[i];
	}
	ck_assert_uint_eq(lowest % PORTSET_PORTS, sets[_i].first);
}
END_TEST

/* ---- filtering -------------------------------------------------------------------------------------------------- */

/* NAT-13, BRS-14, RFC 4787 section 5. The host has spoken to SERVER:3478 from inside port 5000. */
static const struct {
	enum nat_filtering filtering;
	uint32_t addr;
	uint16_t port;
	int why; /* -1: admitted */
} admissions[] = {
	{ NAT_ENDPOINT_INDEPENDENT, SERVER, 3479, -1 },
	{ NAT_ENDPOINT_INDEPENDENT, SERVER + 1, 3478, -1 },
	{ NAT_ADDRESS_DEPENDENT, SERVER, 3479, -1 },
	{ NAT_ADDRESS_DEPENDENT, SERVER + 1, 3478, DROP_nat_filtered },
	{ NAT_ADDRESS_AND_PORT_DEPENDENT, SERVER, 3479, DROP_nat_filtered },
	{ NAT_ADDRESS_AND_PORT_DEPENDENT, SERVER + 1, 3478, DROP_nat_filtered },
};

START_TEST(filtering)
{
	struct nat_config config = f.config;
	enum drop_reason why = DROP_COUNT;
	struct session passage;
	const struct session *s = fixture_open(&f, inside(5000, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 0);
	const uint64_t sender = remote(admissions[_i].addr, admissions[_i].port, L4_UDP);
	const uint16_t port = s->external_port;
	bool admitted;

	config.filtering = admissions[_i].filtering;
	nat_set_config(f.nat, &config);
	admitted = nat_admit(f.nat, port, sender, &passage, &why);
	ck_assert_int_eq(admitted, admissions[_i].why < 0);
	if (admitted) {
		ck_assert_uint_eq(session_end_addr(passage.inside), HOST);
		ck_assert_uint_eq(session_end_port(passage.inside), 5000);
		ck_assert_uint_eq(passage.external_port, port);
		ck_assert_uint_eq(passage.l4_difference, s->l4_difference);
		ck_assert_uint_eq(passage.address_difference, s->address_difference);
	} else {
		ck_assert_int_eq((int)why, admissions[_i].why);
	}
	/* Nothing is stored: no session, no longer life (NAT-10). */
	ck_assert_uint_eq(f.nat->session_count, 1);
	ck_assert_uint_eq(s->last_active, 0);
}
END_TEST

/* NAT-14: neither another protocol's mapping nor another port's peer admits anybody. */
START_TEST(filters_are_per_protocol_and_port)
{
	const uint16_t port = fixture_open(&f, inside(5000, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 0)->external_port;
	const uint16_t other =
	    fixture_open(&f, inside(5001, L4_UDP), remote(SERVER + 1, 3478, L4_UDP), 0, 0)->external_port;
	enum drop_reason why = DROP_COUNT;
	struct session passage;

	ck_assert(!nat_admit(f.nat, port, remote(SERVER, 3478, L4_TCP), &passage, &why));
	ck_assert_int_eq(why, DROP_nat_no_mapping);
	ck_assert(!nat_admit(f.nat, port, remote(SERVER, 0, L4_ICMP_QUERY), &passage, &why));
	ck_assert_int_eq(why, DROP_nat_no_mapping);
	ck_assert(!nat_admit(f.nat, (uint16_t)(port ^ 0x800), remote(SERVER, 3478, L4_UDP), &passage, &why));
	ck_assert_int_eq(why, DROP_nat_no_mapping);
	ck_assert(!nat_admit(f.nat, other, remote(SERVER, 3479, L4_UDP), &passage, &why));
	ck_assert_int_eq(why, DROP_nat_filtered);
	ck_assert(nat_admit(f.nat, other, remote(SERVER + 1, 3479, L4_UDP), &passage, &why));
}
END_TEST

/* The permission goes with the last session to that address. */
START_TEST(permission_ends_with_its_sessions)
{
	const uint16_t port = fixture_open(&f, inside(5000, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 0)->external_port;
	enum drop_reason why = DROP_COUNT;
	struct session passage;

	fixture_open(&f, inside(5000, L4_UDP), remote(SERVER, 3479, L4_UDP), 0, 100);
	fixture_open(&f, inside(5000, L4_UDP), remote(SERVER + 1, 3478, L4_UDP), 0, 250);
	ck_assert_uint_eq(nat_expire(f.nat, 350, UINT32_MAX), 1);
	ck_assert(nat_admit(f.nat, port, remote(SERVER, 9, L4_UDP), &passage, &why));
	ck_assert_uint_eq(nat_expire(f.nat, 450, UINT32_MAX), 1);
	ck_assert(!nat_admit(f.nat, port, remote(SERVER, 9, L4_UDP), &passage, &why));
	ck_assert_int_eq(why, DROP_nat_filtered);
	ck_assert_uint_eq(nat_expire(f.nat, 600, UINT32_MAX), 1);
	ck_assert(!nat_admit(f.nat, port, remote(SERVER, 9, L4_UDP), &passage, &why));
	ck_assert_int_eq(why, DROP_nat_no_mapping);
}
END_TEST

/* ---- refusals --------------------------------------------------------------------------------------------------- */

/* No session is pushed out for a new one, and what was half made is undone. */
START_TEST(table_full)
{
	const struct nat_config config = fixture_config(100);
	enum drop_reason why = DROP_COUNT;

	tear_down();
	fixture_make(&f, &config, 3);
	for (uint16_t i = 0; i < 100; i++)
		fixture_open(&f, inside((uint16_t)(10000 + i / 2), L4_UDP),
		    remote(SERVER, (uint16_t)(3478 + i), L4_UDP), 0, i);
	for (uint16_t i = 0; i < 5; i++) {
		ck_assert_ptr_null(fixture_out(&f, inside(i, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 100, &why));
		ck_assert_int_eq(why, DROP_nat_table_full);
		why = DROP_COUNT;
		ck_assert_ptr_null(fixture_out(&f, inside(10000, L4_UDP), remote(SERVER, i, L4_UDP), 0, 100, &why));
		ck_assert_int_eq(why, DROP_nat_table_full);
	}
	ck_assert_uint_eq(f.nat->session_count, 100);
	ck_assert_uint_eq(f.nat->mapping_count, 50);
	ck_assert_uint_eq(ports_used(&f.nat->ports[L4_UDP]), 50);
	for (uint16_t i = 0; i < 100; i++)
		ck_assert(fixture_has(&f, inside((uint16_t)(10000 + i / 2), L4_UDP),
		    remote(SERVER, (uint16_t)(3478 + i), L4_UDP)));

	/* A place that is free again is used again. */
	ck_assert_uint_eq(nat_expire(f.nat, 301, UINT32_MAX), 1);
	fixture_open(&f, inside(1, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 301);
	ck_assert_ptr_null(fixture_out(&f, inside(2, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 301, &why));
}
END_TEST

/* A TCP reset that belongs to nothing opens nothing, and leaves nothing behind. */
START_TEST(reset_opens_nothing)
{
	enum drop_reason why = DROP_COUNT;

	ck_assert_ptr_null(fixture_out(&f, inside(5000, L4_TCP), remote(SERVER, 80, L4_TCP), RST, 0, &why));
	ck_assert_int_eq(why, DROP_nat_no_mapping);
	ck_assert_ptr_null(fixture_out(&f, inside(5000, L4_TCP), remote(SERVER, 80, L4_TCP), RST | ACK, 0, &why));
	ck_assert_uint_eq(f.nat->session_count, 0);
	ck_assert_uint_eq(f.nat->mapping_count, 0);
	ck_assert_uint_eq(ports_used(&f.nat->ports[L4_TCP]), 0);
	/* nor does one on a mapping that others use */
	fixture_open(&f, inside(5000, L4_TCP), remote(SERVER, 80, L4_TCP), SYN, 0);
	ck_assert_ptr_null(fixture_out(&f, inside(5000, L4_TCP), remote(SERVER, 81, L4_TCP), RST, 0, &why));
	ck_assert_uint_eq(f.nat->session_count, 1);
	ck_assert_uint_eq(ports_used(&f.nat->ports[L4_TCP]), 1);
}
END_TEST

/* ---- a new address ---------------------------------------------------------------------------------------------- */

/* MAPE-59: the ports may be somebody else's now, so every session ends, and the next one has the new address and ports. */
START_TEST(new_address_ends_all_sessions)
{
	const struct portset other = { .psid = 0x35, .psid_len = 8, .offset = 4 };
	uint16_t ports[PORTS];
	struct session before, *after;

	open_many(L4_UDP, 10000, PORTS, ports);
	open_many(L4_TCP, 10000, PORTS, ports);
	before = *fixture_open(&f, inside(10000, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 0);
	ck_assert_uint_eq(fixture_set_external(&f, EXTERNAL + 1, &other, 50), 2 * PORTS);
	ck_assert_uint_eq(f.nat->session_count, 0);
	ck_assert_uint_eq(f.nat->mapping_count, 0);
	for (int i = 0; i < PORTS; i++) {
		ck_assert(!fixture_has(&f, inside((uint16_t)(10000 + i), L4_UDP), remote(SERVER, 3478, L4_UDP)));
		ck_assert_ptr_null(fixture_in(&f, ports[i], remote(SERVER, 3478, L4_TCP), 0, 50));
	}
	ck_assert_uint_eq(nat_expire(f.nat, 20000, UINT32_MAX), 0);
	for (unsigned int space = 0; space < L4_SPACES; space++) {
		ck_assert_uint_eq(ports_used(&f.nat->ports[space]), 0);
		ck_assert_uint_eq(f.nat->ports[space].total, PORTS);
	}
	after = fixture_open(&f, inside(10000, L4_UDP), remote(SERVER, 3478, L4_UDP), 0, 20000);
	ck_assert(portset_contains(&other, after->external_port));
	ck_assert_uint_ne(after->address_difference, before.address_difference);
	ck_assert_uint_eq(nat_expire(f.nat, 20300, UINT32_MAX), 0);
	ck_assert_uint_eq(nat_expire(f.nat, 20302, UINT32_MAX), 1);
}
END_TEST

START_TEST(before_any_address_there_is_no_port)
{
	const struct nat_config config = fixture_config(16);
	void *memory = aligned_alloc(64, nat_size(&config));
	const struct nat_opening opening = { inside(5000, L4_UDP), remote(SERVER, 3478, L4_UDP), NULL, 0, 0 };
	struct random random = { .key = { { 1, 1 } } };
	enum drop_reason why = DROP_COUNT;
	struct session passage;
	struct nat *nat;

	ck_assert_ptr_nonnull(memory);
	memset(memory, 0xee, nat_size(&config));
	nat = nat_init(memory, &config, &random, f.event, 0);
	ck_assert_ptr_null(nat_open_out(nat, &opening, &why));
	ck_assert_int_eq(why, DROP_nat_no_port);
	ck_assert(!nat_admit(nat, 4928, remote(SERVER, 3478, L4_UDP), &passage, &why));
	ck_assert_int_eq(why, DROP_nat_no_mapping);
	free(memory);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("nat");
	TCase *sessions = tcase_create("sessions"), *ports = tcase_create("ports"), *filter = tcase_create("filtering");
	TCase *refusals = tcase_create("refusals");

	tcase_add_checked_fixture(sessions, set_up, tear_down);
	tcase_add_test(sessions, session_says_who_is_who);
	tcase_add_loop_test(sessions, endpoint_independent_mapping, 0, L4_SPACES);
	suite_add_tcase(suite, sessions);
	tcase_add_checked_fixture(ports, set_up, tear_down);
	tcase_add_test(ports, every_port_of_the_set_once);
	tcase_add_test(ports, mapping_ends_with_its_last_session);
	tcase_add_loop_test(ports, ports_are_chosen_at_random, 0, 20);
	tcase_add_test(ports, next_ports_are_expected);
	tcase_add_test(ports, another_key_gives_other_ports);
	tcase_add_loop_test(ports, ports_that_can_be_used, 0, COUNT(sets));
	suite_add_tcase(suite, ports);
	tcase_add_checked_fixture(filter, set_up, tear_down);
	tcase_add_loop_test(filter, filtering, 0, COUNT(admissions));
	tcase_add_test(filter, filters_are_per_protocol_and_port);
	tcase_add_test(filter, permission_ends_with_its_sessions);
	suite_add_tcase(suite, filter);
	tcase_add_checked_fixture(refusals, set_up, tear_down);
	tcase_add_test(refusals, table_full);
	tcase_add_test(refusals, reset_opens_nothing);
	tcase_add_test(refusals, new_address_ends_all_sessions);
	tcase_add_test(refusals, before_any_address_there_is_no_port);
	suite_add_tcase(suite, refusals);
	return suite;
}
