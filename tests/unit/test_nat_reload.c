/* SPDX-License-Identifier: BSD-3-Clause */
/* Forwards, and what a new configuration does to sessions that live; memory and tables of two million of them. */
#include "nat_fixture.h"

#define DOOR 4928 /* the first port of the set */

static struct nat_fixture f;
static struct nat_config config;

static void
set_up(void)
{
	config = fixture_config(1024);
	fixture_make(&f, &config, 6);
}

static void
tear_down(void)
{
	fixture_free(&f);
}

static void
reload(void)
{
	nat_set_config(f.nat, &config);
}

static void
add_forward(uint8_t space, uint16_t first, uint16_t last, uint32_t host, uint16_t port)
{
	config.forwards[config.forward_count++] = (struct nat_forward){ space, first, last, HOST + host, port, 0 };
	reload();
}

static uint64_t
inside(uint32_t host, uint16_t port)
{
	return session_end(HOST + host, port, L4_UDP);
}

static uint64_t
remote(uint32_t number)
{
	return session_end(SERVER + number, 3478, L4_UDP);
}

/* Fills the set; the session on this port. */
static const struct session *
fill_until(uint16_t port)
{
	const struct session *found = NULL;

	for (uint16_t i = 0; i < PORTS; i++) {
		const struct session *s = fixture_open(&f, inside(1, i), remote(0), 0, 0);

		found = s->external_port == port ? s : found;
	}
	ck_assert_ptr_nonnull(found);
	return found;
}

/* ---- forwards --------------------------------------------------------------------------------------------------- */

/* NAT-49: everybody is let in, the host's answer is the session, and nobody else gets the port. */
START_TEST(forward_is_a_mapping_that_does_not_end)
{
	struct session passage;
	enum drop_reason why;
	const struct session *s;

	add_forward(L4_UDP, DOOR, DOOR + 3, 0, 80);
	ck_assert(nat_admit(f.nat, DOOR + 2, remote(5), &passage, &why));
	ck_assert_uint_eq(passage.inside, inside(0, 82));
	ck_assert_uint_eq(f.nat->session_count, 0);
	s = fixture_open(&f, inside(0, 82), remote(5), 0, 0);
	ck_assert_uint_eq(s->external_port, DOOR + 2);
	ck_assert_uint_eq(nat_expire(f.nat, 302, UINT32_MAX), 1);
	ck_assert(nat_admit(f.nat, DOOR + 2, remote(9), &passage, &why));
	ck_assert(!nat_admit(f.nat, DOOR + 2, session_end(SERVER, 3478, L4_TCP), &passage, &why)); /* NAT-14 */
	ck_assert_uint_eq(ports_used(&f.nat->ports[L4_UDP]), 4);
	for (uint16_t i = 0; i < PORTS - 4; i++)
		ck_assert_uint_gt(fixture_open(&f, inside(1, i), remote(0), 0, 400)->external_port, DOOR + 3);
	ck_assert_ptr_null(fixture_out(&f, inside(1, PORTS), remote(0), 0, 400, &why));
	ck_assert_int_eq(why, DROP_nat_no_port);
}
END_TEST

/* What lies outside the set has no effect, and under a whole address a system port may be forwarded. */
START_TEST(ports_of_forwards)
{
	const struct portset all = { .psid_len = 0, .offset = 6 };
	struct session passage;
	enum drop_reason why;

	add_forward(L4_UDP, DOOR - 1, DOOR + 16, 0, 1000);
	ck_assert(!nat_admit(f.nat, DOOR - 1, remote(0), &passage, &why));
	ck_assert(nat_admit(f.nat, DOOR, remote(0), &passage, &why));
	ck_assert_uint_eq(passage.inside, inside(0, 1001));
	ck_assert(!nat_admit(f.nat, DOOR + 16, remote(0), &passage, &why));
	ck_assert_uint_eq(f.nat->ports[L4_UDP].total, PORTS);
	add_forward(L4_UDP, 53, 53, 0, 53);
	ck_assert(!nat_admit(f.nat, 53, remote(0), &passage, &why));
	fixture_set_external(&f, EXTERNAL, &all, 0);
	ck_assert(nat_admit(f.nat, 53, remote(0), &passage, &why));
	ck_assert_uint_eq(f.nat->ports[L4_UDP].total, 65536 - 1024 + 1);
}
END_TEST

/* A forward takes its port from a mapping; that one's sessions end, all others stay. Small steps do it, too. */
START_TEST(forward_takes_its_port)
{
	const struct session *victim = fill_until(DOOR);
	const uint64_t was = victim->inside;
	struct session passage;
	enum drop_reason why;

	fixture_open(&f, was, remote(1), 0, 0);
	add_forward(L4_UDP, DOOR, DOOR, 0, 80);
	ck_assert(nat_admit(f.nat, DOOR, remote(7), &passage, &why));
	ck_assert_uint_eq(passage.inside, inside(0, 80));
	ck_assert_uint_eq(f.nat->mapping_count, PORTS - 1);
	for (int i = 0; i < 100; i++)
		ck_assert_uint_eq(nat_expire(f.nat, 1, 4), 0);
	ck_assert_uint_eq(f.event[EVENT_sessions_flushed], 2);
	ck_assert_uint_eq(f.nat->session_count, PORTS - 1);
	ck_assert(!fixture_has(&f, was, remote(0)));
	ck_assert_ptr_null(fixture_out(&f, was, remote(0), 0, 1, &why));
	ck_assert_uint_eq(nat_expire(f.nat, 302, UINT32_MAX), PORTS - 1);
	ck_assert_uint_eq(ports_used(&f.nat->ports[L4_UDP]), 1);
}
END_TEST

/* An endpoint that had a port and gets a forward: its own traffic uses the forward from now on. */
START_TEST(endpoint_of_a_forward_had_a_port)
{
	const uint16_t old = fixture_open(&f, inside(0, 80), remote(0), 0, 0)->external_port;
	const uint16_t door = old == DOOR ? DOOR + 1 : DOOR;

	add_forward(L4_UDP, door, door, 0, 80);
	ck_assert_uint_eq(fixture_open(&f, inside(0, 80), remote(1), 0, 0)->external_port, door);
	nat_expire(f.nat, 1, UINT32_MAX);
	ck_assert(!fixture_has(&f, inside(0, 80), remote(0)));
	ck_assert_uint_eq(f.event[EVENT_sessions_flushed], 1);
	ck_assert_int_eq(f.nat->ports[L4_UDP].port[old].rest, PORT_AWAY);
	ck_assert(fixture_has(&f, inside(0, 80), remote(1)));
}
END_TEST

/* Gone: its sessions end and the port is free; another forward that stays keeps its own. */
START_TEST(forward_is_removed)
{
	struct session passage;
	enum drop_reason why;

	add_forward(L4_UDP, DOOR, DOOR, 0, 80);
	add_forward(L4_UDP, DOOR + 1, DOOR + 1, 0, 81);
	fixture_open(&f, inside(0, 80), remote(0), 0, 0);
	fixture_open(&f, inside(0, 81), remote(0), 0, 0);
	config.forwards[0] = config.forwards[1];
	config.forward_count = 1;
	reload();
	ck_assert(!nat_admit(f.nat, DOOR, remote(7), &passage, &why));
	ck_assert_int_eq(why, DROP_nat_no_mapping);
	ck_assert_uint_eq(nat_expire(f.nat, 1, UINT32_MAX), 0);
	ck_assert_uint_eq(f.event[EVENT_sessions_flushed], 1);
	ck_assert(!fixture_has(&f, inside(0, 80), remote(0)));
	ck_assert(fixture_has(&f, inside(0, 81), remote(0)));
	ck_assert_int_eq(f.nat->ports[L4_UDP].port[DOOR].rest, PORT_AWAY);
}
END_TEST

/* The same port leads to the same host, but to another port of it. */
START_TEST(forward_leads_elsewhere)
{
	struct session passage;
	enum drop_reason why;

	add_forward(L4_UDP, DOOR, DOOR, 0, 80);
	fixture_open(&f, inside(0, 80), remote(0), 0, 0);
	config.forwards[0].inside_port = 81;
	reload();
	ck_assert(nat_admit(f.nat, DOOR, remote(7), &passage, &why));
	ck_assert_uint_eq(passage.inside, inside(0, 81));
	nat_expire(f.nat, 1, UINT32_MAX);
	ck_assert(!fixture_has(&f, inside(0, 80), remote(0)));
}
END_TEST

/* An inside port beside those of a forward is none of its own, though the port beside its external ones is another's. */
START_TEST(forward_ends_where_it_ends)
{
	add_forward(L4_UDP, DOOR, DOOR, 0, 80);
	add_forward(L4_UDP, DOOR + 1, DOOR + 1, 1, 90);
	ck_assert_uint_ne(fixture_open(&f, inside(0, 81), remote(0), 0, 0)->external_port, DOOR + 1);
}
END_TEST

/* Away and back before anything was swept: the old sessions do not count as the new mapping's. */
START_TEST(forward_comes_back)
{
	add_forward(L4_UDP, DOOR, DOOR, 0, 80);
	fixture_open(&f, inside(0, 80), remote(0), 0, 0);
	config.forward_count = 0;
	reload();
	config.forward_count = 1;
	reload();
	fixture_open(&f, inside(0, 80), remote(1), 0, 0);
	nat_expire(f.nat, 1, UINT32_MAX);
	ck_assert_uint_eq(f.event[EVENT_sessions_flushed], 1);
	ck_assert(fixture_has(&f, inside(0, 80), remote(1)));
	ck_assert_uint_eq(f.nat->ports[L4_UDP].port[DOOR].mapped, 1);
	ck_assert_uint_eq(f.nat->ports[L4_UDP].port[DOOR].sharing, 0);
}
END_TEST

/* A forward's port goes to the worker of its host: whoever had it loses it. */
START_TEST(port_of_another_worker)
{
	fill_until(DOOR);
	config.forwards[config.forward_count++] = (struct nat_forward){ L4_UDP, DOOR, DOOR, HOST, 80, 1 };
	reload();
	ck_assert_uint_eq(bank_owner(f.bank, L4_UDP, DOOR), 1);
	nat_expire(f.nat, 1, UINT32_MAX);
	ck_assert_uint_eq(f.event[EVENT_sessions_flushed], 1);
	ck_assert_uint_eq(ports_used(&f.nat->ports[L4_UDP]), PORTS - 1);
	ck_assert_int_eq(f.nat->ports[L4_UDP].port[DOOR].kind, PORT_FOREIGN);
}
END_TEST

/* Nothing of this asks for a look at the sessions. */
START_TEST(what_changes_nothing)
{
	fill_until(DOOR);
	config.filtering = NAT_ENDPOINT_INDEPENDENT;
	config.sessions_per_host = 1;
	config.quarantine = 10;
	config.timeout[SESSION_UDP] = 600;
	reload();
	ck_assert_uint_eq(f.nat->sweep_left, 0);
	ck_assert_uint_eq(nat_expire(f.nat, 600, UINT32_MAX), 0);
	ck_assert_uint_eq(f.nat->session_count, PORTS);
	ck_assert_uint_eq(f.event[EVENT_sessions_flushed], 0);
}
END_TEST

/* Ports are set aside and given back while they are in use. */
/* Drained: what there is goes on, also by its mapping from outside; nothing new, of a host that is known or not. */
START_TEST(drained)
{
	const struct session *s = fixture_open(&f, inside(1, 5000), remote(0), 0, 0);
	const uint64_t ends[][2] = { { inside(1, 5000), remote(1) }, { inside(1, 5001), remote(0) },
		{ inside(2, 5000), remote(0) } };
	struct session passage;
	enum drop_reason why;

	config.refuses_new = true;
	reload();
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct nat_opening opening = { .inside = ends[i][0],
			.remote = ends[i][1],
			.now = 1,
			.now_ms = 1000 };

		ck_assert_ptr_null(nat_open_out(f.nat, &opening, &why));
		ck_assert_int_eq(why, DROP_draining);
	}
	ck_assert_uint_eq(f.nat->session_count, 1);
	ck_assert_uint_eq(f.nat->hosts.count, 1);
	ck_assert_uint_eq(s->state, SESSION_UDP);
	ck_assert(nat_admit(f.nat, s->external_port, remote(0), &passage, &why));
	config.refuses_new = false;
	reload();
	ck_assert_ptr_nonnull(fixture_open(&f, inside(2, 5000), remote(0), 0, 2));
}
END_TEST

START_TEST(reserve_changes)
{
	fill_until(DOOR);
	config.reserved_ports = 100;
	reload();
	ck_assert_uint_eq(f.nat->ports[L4_UDP].common.count, PORTS - 100);
	ck_assert_uint_eq(nat_expire(f.nat, 302, UINT32_MAX), PORTS);
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_RESERVED), 100);
	config.reserved_ports = 1000;
	reload();
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_RESERVED), PORTS);
	config.reserved_ports = 0;
	reload();
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_COMMON), PORTS);
}
END_TEST

/* ---- two million ------------------------------------------------------------------------------------------------ */

#define MANY 2000000

/* docs/napt.md: at most 128 bytes a session, everything included. */
START_TEST(memory)
{
	const struct nat_config many = { .sessions = MANY };

	ck_assert_uint_le(nat_size(&many), MANY * UINT64_C(128));
	ck_assert_uint_ge(nat_size(&many), MANY * UINT64_C(64));
}
END_TEST

/* How many buckets may still have what was forgotten. */
static uint32_t
to_clear_up(void)
{
	return f.nat->out.clear_left + f.nat->in.clear_left + f.nat->by_peer.clear_left + f.nat->inside.clear_left +
	    f.nat->hosts.index.clear_left;
}

#define SOME 3000

/*
 * MAPE-59: another address ends all at once, for whoever looks; the memory follows in small steps, and in between there is
 * room for as many sessions of the same ends again. The last round comes before those of the second one are cleared up.
 */
START_TEST(another_address_in_small_steps)
{
	struct nat_config some = fixture_config(SOME);
	uint32_t turns = 0;

	some.reuse = NAT_REUSE_ON_EXHAUSTION;
	some.sessions_per_host = SOME / 10;
	tear_down();
	fixture_make(&f, &some, 9);
	for (uint32_t round = 0; round < 6; round++) {
		for (uint32_t i = 0; i < SOME; i++) {
			const uint64_t in = inside(i % 10, (uint16_t)(i / 30)), far = remote(i);
			const struct session *s;

			ck_assert(!fixture_has(&f, in, far));
			s = fixture_open(&f, in, far, 0, round);
			ck_assert_ptr_eq(fixture_in(&f, s->external_port, far, 0, round), s);
			ck_assert_ptr_eq(fixture_find_out(&f, in, far), s);
		}
		ck_assert_uint_eq(f.nat->session_count, SOME);
		ck_assert_uint_eq(f.nat->hosts.count, 10);
		ck_assert_uint_eq(fixture_set_external(&f, EXTERNAL + round, &fixture_ports, round), SOME);
		ck_assert_uint_eq(f.nat->session_count + f.nat->hosts.count + f.nat->mapping_count +
			f.nat->sharing_count,
		    0);
		ck_assert_uint_eq(ports_used(&f.nat->ports[L4_UDP]) + f.nat->ports[L4_UDP].shared, 0);
		ck_assert_uint_gt(to_clear_up(), SOME / 8);
		for (turns = 0; round < 2 && to_clear_up() > 0; turns++)
			ck_assert_uint_eq(nat_expire(f.nat, round, 4), 0);
		if (round < 2)
			ck_assert_uint_ge(turns, f.nat->out.home / 4);
	}
	ck_assert_uint_eq(fixture_set_external(&f, EXTERNAL, &fixture_ports, 9), 0); /* there is nothing to end */
	fixture_open(&f, inside(0, 1), remote(0), 0, 9);
	ck_assert_uint_eq(nat_expire(f.nat, 400, UINT32_MAX), 1);
	ck_assert_uint_eq(to_clear_up() + f.nat->session_count + f.nat->hosts.count, 0);
}
END_TEST

/* A sanitizer takes its time. */
#ifdef __SANITIZE_ADDRESS__
#define CROWD (MANY / 10)
#else
#define CROWD MANY
#endif

/* All of them at once, whatever the keys; and again after half of them has gone. */
START_TEST(two_million_sessions)
{
	const struct portset all = { .psid_len = 0, .offset = 6 };
	struct nat_config many = fixture_config(CROWD);

	many.reuse = NAT_REUSE_ON_EXHAUSTION;
	tear_down();
	fixture_make(&f, &many, 8);
	fixture_set_external(&f, EXTERNAL, &all, 0);
	for (uint32_t i = 0; i < CROWD; i++)
		fixture_open(&f, inside(i % 4000, (uint16_t)(i / 4000 * 3)), remote(i * 7), 0, i % 2 ? 100 : 0);
	ck_assert_uint_eq(f.nat->session_count, CROWD);
	ck_assert_uint_eq(nat_expire(f.nat, 302, UINT32_MAX), CROWD / 2);
	for (uint32_t i = 0; i < CROWD / 2; i++)
		fixture_open(&f, inside(i % 4000, (uint16_t)(i / 4000 * 3 + 1)), remote(i * 7), 0, 302);
	ck_assert_uint_eq(f.nat->session_count, CROWD);
	ck_assert_uint_eq(nat_expire(f.nat, 1000, UINT32_MAX), CROWD);
	for (unsigned int space = 0; space < L4_SPACES; space++)
		ck_assert_uint_eq(ports_used(&f.nat->ports[space]), 0);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("nat_reload");
	TCase *forwards = tcase_create("forwards"), *many = tcase_create("many");

	tcase_add_checked_fixture(forwards, set_up, tear_down);
	tcase_add_test(forwards, forward_is_a_mapping_that_does_not_end);
	tcase_add_test(forwards, ports_of_forwards);
	tcase_add_test(forwards, forward_takes_its_port);
	tcase_add_test(forwards, endpoint_of_a_forward_had_a_port);
	tcase_add_test(forwards, forward_is_removed);
	tcase_add_test(forwards, forward_leads_elsewhere);
	tcase_add_test(forwards, forward_ends_where_it_ends);
	tcase_add_test(forwards, forward_comes_back);
	tcase_add_test(forwards, port_of_another_worker);
	tcase_add_test(forwards, what_changes_nothing);
	tcase_add_test(forwards, drained);
	tcase_add_test(forwards, reserve_changes);
	suite_add_tcase(suite, forwards);
	tcase_add_checked_fixture(many, set_up, tear_down);
	tcase_set_timeout(many, 120);
	tcase_add_test(many, memory);
	tcase_add_test(many, another_address_in_small_steps);
	tcase_add_test(many, two_million_sessions);
	suite_add_tcase(suite, many);
	return suite;
}
