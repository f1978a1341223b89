/* SPDX-License-Identifier: BSD-3-Clause */
/* Expiry: no session ends before its time, and none lives two seconds longer. */
#include "nat_fixture.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define LATEST 2 /* seconds after the timeout in which a session may still be there */

static struct nat_fixture f;

static void
set_up(void)
{
	const struct nat_config config = fixture_config(512);

	fixture_make(&f, &config, 5);
}

static void
tear_down(void)
{
	fixture_free(&f);
}

/* ---- the wheel by itself ---------------------------------------------------------------------------------------- */

/* The ids in a slot, as a sorted bit mask, checked to be linked both ways. */
static uint32_t
in_slot(const struct wheel *wheel, const struct session *sessions, uint32_t slot)
{
	uint32_t mask = 0, before = SESSION_NONE;

	for (uint32_t id = wheel->slot[slot]; id != SESSION_NONE; id = sessions[id].next) {
		ck_assert_uint_lt(id, 8);
		ck_assert_uint_eq(mask & 1u << id, 0);
		ck_assert_uint_eq(sessions[id].prev, before);
		mask |= 1u << id;
		before = id;
	}
	return mask;
}

START_TEST(slots)
{
	static struct wheel wheel;
	static struct session sessions[8];

	wheel_init(&wheel, 100);
	for (uint32_t id = 0; id < 5; id++)
		wheel_add(&wheel, sessions, id, 200);
	wheel_add(&wheel, sessions, 5, 201);
	ck_assert_uint_eq(in_slot(&wheel, sessions, 200), 0x1f);
	ck_assert_uint_eq(in_slot(&wheel, sessions, 201), 0x20);
	wheel_remove(&wheel, sessions, 2); /* in the middle */
	ck_assert_uint_eq(in_slot(&wheel, sessions, 200), 0x1b);
	wheel_remove(&wheel, sessions, 4); /* first: the one added last */
	ck_assert_uint_eq(in_slot(&wheel, sessions, 200), 0x0b);
	wheel_remove(&wheel, sessions, 0); /* last */
	ck_assert_uint_eq(in_slot(&wheel, sessions, 200), 0x0a);
	wheel_add(&wheel, sessions, 2, 200);
	ck_assert_uint_eq(in_slot(&wheel, sessions, 200), 0x0e);
	wheel_remove(&wheel, sessions, 5);
	ck_assert_uint_eq(in_slot(&wheel, sessions, 201), 0);
	for (uint32_t slot = 0; slot < WHEEL_SLOTS; slot++)
		ck_assert(slot == 200 || wheel.slot[slot] == SESSION_NONE);
}
END_TEST

/* What is too late comes up two seconds from now, behind the slot that may be worked on; what is too far away, as late as possible. */
START_TEST(ends_of_the_wheel)
{
	static struct wheel wheel;
	static struct session sessions[8];
	const uint32_t now = 3 * WHEEL_SLOTS + 5;

	wheel_init(&wheel, now);
	wheel_add(&wheel, sessions, 0, now);
	wheel_add(&wheel, sessions, 1, now - 1000);
	wheel_add(&wheel, sessions, 2, now + 1);
	ck_assert_uint_eq(in_slot(&wheel, sessions, 7), 0x07);
	wheel_add(&wheel, sessions, 3, now + WHEEL_SLOTS - 1);
	wheel_add(&wheel, sessions, 4, now + WHEEL_SLOTS);
	wheel_add(&wheel, sessions, 5, now + 10 * WHEEL_SLOTS);
	ck_assert_uint_eq(in_slot(&wheel, sessions, 4), 0x38);
}
END_TEST

/* ---- timeouts --------------------------------------------------------------------------------------------------- */

struct packet_of_session {
	bool in;
	uint8_t flags;
};

/* NAT-08, NAT-26, NAT-32: kinds of sessions, the packets that lead into the state, and the timeout they then have. */
static const struct life {
	const char *name;
	uint8_t space;
	struct packet_of_session packet[6]; /* one each second, the first out; flags ff end the list */
	uint32_t timeout;
} lives[] = {
	{ "UDP", L4_UDP, { { false, 0 }, { false, 0xff } }, 300 },
	{ "ICMP query", L4_ICMP_QUERY, { { false, 0 }, { false, 0xff } }, 60 },
	{ "TCP, SYN alone", L4_TCP, { { false, SYN }, { false, 0xff } }, 240 },
	{ "TCP, open", L4_TCP, { { false, SYN }, { true, SYN | ACK }, { false, ACK }, { false, 0xff } }, 7440 },
	{ "TCP, half closed", L4_TCP, { { false, SYN }, { true, SYN | ACK }, { false, FIN | ACK }, { false, 0xff } },
	    7440 },
	{ "TCP, half closed from outside", L4_TCP,
	    { { false, SYN }, { true, SYN | ACK }, { true, FIN | ACK }, { false, 0xff } }, 7440 },
	{ "TCP, closed", L4_TCP,
	    { { false, SYN }, { true, SYN | ACK }, { false, FIN | ACK }, { true, FIN | ACK }, { false, 0xff } }, 240 },
	{ "TCP, reset", L4_TCP, { { false, SYN }, { true, SYN | ACK }, { false, ACK }, { true, RST }, { false, 0xff } },
	    240 },
	{ "TCP, reset, then data", L4_TCP,
	    { { false, SYN }, { true, SYN | ACK }, { true, RST }, { true, ACK }, { false, 0xff } }, 7440 },
	{ "TCP, closed, opened again", L4_TCP,
	    { { false, SYN | ACK }, { true, FIN | ACK }, { false, FIN | ACK }, { false, SYN }, { true, SYN | ACK },
		{ false, 0xff } },
	    7440 },
};

static void
packet_of(const struct life *life, int number, uint16_t inside_port, uint32_t now)
{
	const uint64_t inside = session_end(HOST, inside_port, life->space),
		       remote = session_end(SERVER, 0, life->space);
	const struct packet_of_session *p = &life->packet[number];
	const struct session *s;

	if (!p->in) {
		fixture_open(&f, inside, remote, p->flags, now);
		return;
	}
	s = nat_find_out(f.nat, nat_hash_out(f.nat, inside, remote), inside, remote);
	ck_assert_ptr_nonnull(s);
	ck_assert_ptr_nonnull(fixture_in(&f, s->external_port, remote, p->flags, now));
}

/* Lives through its packets from `start` on; the second of the last one. Seconds pass between them. */
static uint32_t
live(const struct life *life, uint16_t inside_port, uint32_t start)
{
	uint32_t now = start;

	for (int i = 0; life->packet[i].flags != 0xff; i++, now++) {
		ck_assert_uint_eq(nat_expire(f.nat, now, UINT32_MAX), 0);
		packet_of(life, i, inside_port, now);
	}
	return now - 1;
}

/* Second by second: there up to the timeout, gone after it; the port comes back. */
START_TEST(session_ends_after_its_timeout)
{
	const struct life *life = &lives[_i];
	const uint32_t last = live(life, 5000, 1);

	for (uint32_t now = last; now <= last + life->timeout; now++)
		ck_assert_msg(nat_expire(f.nat, now, UINT32_MAX) == 0, "%s: ended after %u s", life->name, now - last);
	nat_expire(f.nat, last + life->timeout + 1, UINT32_MAX);
	nat_expire(f.nat, last + life->timeout + LATEST, UINT32_MAX);
	ck_assert_msg(f.nat->session_count == 0, "%s: still there", life->name);
	ck_assert_uint_eq(f.nat->mapping_count, 0);
	ck_assert_uint_eq(ports_used(&f.nat->ports[life->space]), 0);
}
END_TEST

/* NAT-09: traffic keeps it, in both directions; the clock starts again with each packet. */
START_TEST(traffic_keeps_a_session)
{
	const uint64_t inside = session_end(HOST, 5000, L4_UDP), remote = session_end(SERVER, 3478, L4_UDP);
	struct session *s = fixture_open(&f, inside, remote, 0, 0);
	uint32_t now = 0;

	for (int i = 1; i <= 100; i++) {
		for (uint32_t end = now + 300; now < end; now++)
			ck_assert_uint_eq(nat_expire(f.nat, now, UINT32_MAX), 0);
		if (i % 2 == 0)
			ck_assert_ptr_eq(fixture_open(&f, inside, remote, 0, now), s);
		else
			ck_assert_ptr_eq(fixture_in(&f, s->external_port, remote, 0, now), s);
	}
	ck_assert_uint_eq(nat_expire(f.nat, now + 300, UINT32_MAX), 0);
	ck_assert_uint_eq(nat_expire(f.nat, now + 300 + LATEST, UINT32_MAX), 1);
}
END_TEST

/* A connection that both sides have closed is not kept by stray segments, one that was reset not by further resets. */
START_TEST(stray_segments_do_not_keep_a_closed_connection)
{
	static const struct {
		int life;
		uint8_t flags;
	} cases[] = { { 6, ACK }, { 6, FIN | ACK }, { 6, RST }, { 7, RST }, { 7, RST | ACK } };
	const uint32_t last = live(&lives[cases[_i].life], 5000, 1);
	const uint64_t inside = session_end(HOST, 5000, L4_TCP), remote = session_end(SERVER, 0, L4_TCP);

	for (uint32_t now = last + 10; now <= last + 240; now += 10) {
		fixture_open(&f, inside, remote, cases[_i].flags, now);
		ck_assert_uint_eq(nat_expire(f.nat, now, UINT32_MAX), 0);
	}
	ck_assert_uint_eq(nat_expire(f.nat, last + 240 + LATEST, UINT32_MAX), 1);
}
END_TEST

/* ---- the clock jumps -------------------------------------------------------------------------------------------- */

/* A worker that did nothing for long: all that is over ends at the first look, what is not stays. */
START_TEST(after_a_long_silence)
{
	static const uint32_t silences[] = { 8191, 8192, 8193, 8194, 16384, 100000, UINT32_C(3000000000) };
	const uint32_t silence = silences[_i];

	for (uint16_t i = 0; i < 50; i++)
		fixture_open(&f, session_end(HOST, (uint16_t)(i + 1), L4_UDP), session_end(SERVER, 3478, L4_UDP), 0, i);
	live(&lives[3], 5000, 60);
	fixture_open(&f, session_end(HOST, 9, L4_ICMP_QUERY), session_end(SERVER, 0, L4_ICMP_QUERY), 0, silence - 20);
	ck_assert_uint_eq(nat_expire(f.nat, silence, UINT32_MAX), 51);
	ck_assert_uint_eq(f.nat->session_count, 1);
	ck_assert_uint_eq(nat_expire(f.nat, silence - 20 + 60, UINT32_MAX), 0);
	ck_assert_uint_eq(nat_expire(f.nat, silence - 20 + 60 + LATEST, UINT32_MAX), 1);
}
END_TEST

/* Steps of any length: never early, and at the first look after the time at the latest. */
START_TEST(clock_in_steps)
{
	const uint32_t step = (uint32_t)_i * _i * 7 + 1;
	uint32_t now;

	for (int i = 0; i < COUNT(lives); i++) {
		const uint32_t start = f.nat->wheel.now + 1, last = live(&lives[i], (uint16_t)(i + 1), start);

		for (now = last; now - last <= lives[i].timeout; now += step)
			ck_assert_msg(nat_expire(f.nat, now, UINT32_MAX) == 0, "%s, steps of %u s", lives[i].name,
			    step);
		ck_assert_msg(nat_expire(f.nat, now + 1, UINT32_MAX) == 1, "%s, steps of %u s", lives[i].name, step);
	}
}
END_TEST

/* ---- other corners ---------------------------------------------------------------------------------------------- */

/* The wheel has 8192 slots; a day is ten times round. */
START_TEST(timeout_longer_than_the_wheel)
{
	static const uint32_t timeouts[] = { 8190, 8191, 8192, 8193, 16384, 86400 };
	const uint64_t inside = session_end(HOST, 5000, L4_UDP), remote = session_end(SERVER, 3478, L4_UDP);
	struct nat_config config = f.config;
	const uint32_t start = 12345, end = start + timeouts[_i];

	config.timeout[SESSION_UDP] = timeouts[_i];
	nat_set_config(f.nat, &config);
	nat_expire(f.nat, start, UINT32_MAX);
	fixture_open(&f, inside, remote, 0, start);
	for (uint32_t now = start; now <= end; now++)
		ck_assert_uint_eq(nat_expire(f.nat, now, UINT32_MAX), 0);
	ck_assert_uint_eq(nat_expire(f.nat, end + LATEST, UINT32_MAX), 1);
}
END_TEST

/* The budget bounds the work of one call; what is left is done by the next ones, and nothing gets lost. */
START_TEST(budget)
{
	uint32_t calls = 0, ended = 0;

	for (uint16_t i = 0; i < 200; i++)
		fixture_open(&f, session_end(HOST, (uint16_t)(i + 1), L4_UDP), session_end(SERVER, 3478, L4_UDP), 0, 0);
	for (uint16_t i = 0; i < 50; i++) /* these are only looked at */
		fixture_open(&f, session_end(HOST, (uint16_t)(i + 1), L4_UDP), session_end(SERVER, 3478, L4_UDP), 0,
		    250);
	ck_assert_uint_eq(nat_expire(f.nat, 400, 0), 0);
	while (ended < 150 && calls++ < 1000) {
		const uint32_t now = nat_expire(f.nat, 400, 16);

		ck_assert_uint_le(now, 16);
		ended += now;
	}
	ck_assert_uint_eq(ended, 150);
	ck_assert_uint_le(calls, 200 / 16 + 2);
	ck_assert_uint_eq(nat_expire(f.nat, 400, UINT32_MAX), 0);
	ck_assert_uint_eq(f.nat->session_count, 50);
	ck_assert_uint_eq(nat_expire(f.nat, 550, UINT32_MAX), 0);
	ck_assert_uint_eq(nat_expire(f.nat, 550 + LATEST, UINT32_MAX), 50);
}
END_TEST

/* A small budget falls behind and catches up; sessions opened meanwhile do not suffer. */
START_TEST(budget_that_falls_behind)
{
	uint32_t now = 0, ended = 0;

	for (uint16_t i = 0; i < 200; i++)
		fixture_open(&f, session_end(HOST, (uint16_t)(i + 1), L4_UDP), session_end(SERVER, 3478, L4_UDP), 0, 0);
	for (now = 300; now < 500; now++) {
		if (now == 350)
			fixture_open(&f, session_end(HOST, 999, L4_ICMP_QUERY), session_end(SERVER, 0, L4_ICMP_QUERY),
			    0, now);
		ended += nat_expire(f.nat, now, 1);
		ck_assert(now > 350 + 60 || now < 350 ||
		    fixture_has(&f, session_end(HOST, 999, L4_ICMP_QUERY), session_end(SERVER, 0, L4_ICMP_QUERY)));
	}
	for (; now < 520; now++)
		ended += nat_expire(f.nat, now, 16);
	ck_assert_uint_eq(ended, 201);
}
END_TEST

/* New timeouts hold for sessions that live, longer and shorter ones, whenever they come and how often. */
START_TEST(timeouts_change_under_a_session)
{
	static const uint32_t changes[] = { 1000, 120, 5000, 120, 300, 121, 120 };
	struct nat_config config = f.config;
	const uint32_t start = (uint32_t)_i * 4000;

	nat_expire(f.nat, start, UINT32_MAX);
	fixture_open(&f, session_end(HOST, 1, L4_UDP), session_end(SERVER, 3478, L4_UDP), 0, start);
	for (uint32_t i = 0; i < COUNT(changes); i++) {
		config.timeout[SESSION_UDP] = changes[i];
		nat_set_config(f.nat, &config);
		fixture_open(&f, session_end(HOST, (uint16_t)(i + 2), L4_UDP), session_end(SERVER, 3478, L4_UDP), 0,
		    start + i * 10);
		ck_assert_uint_eq(nat_expire(f.nat, start + i * 10, UINT32_MAX), 0);
	}
	for (uint32_t now = start + 60; now <= start + 120; now++)
		ck_assert_uint_eq(nat_expire(f.nat, now, UINT32_MAX), 0);
	nat_expire(f.nat, start + 120 + LATEST, UINT32_MAX);
	ck_assert_uint_eq(f.nat->session_count,
	    COUNT(changes) - 1); /* the first, and the one opened in the same second */
	ck_assert_uint_eq(f.nat->config.sessions, 512);
}
END_TEST

/* One shorter timeout and a small budget: all that is over ends, if in more turns. */
START_TEST(shorter_timeout_with_a_budget)
{
	struct nat_config config = f.config;
	uint32_t ended = 0;

	for (uint16_t i = 0; i < 200; i++)
		fixture_open(&f, session_end(HOST, (uint16_t)(i + 1), L4_UDP), session_end(SERVER, 3478, L4_UDP), 0, i);
	config.timeout[SESSION_UDP] = 120;
	nat_set_config(f.nat, &config);
	for (int turn = 0; turn < 100; turn++)
		ended += nat_expire(f.nat, 219, 8);
	ck_assert_uint_eq(ended, 99); /* last active in seconds 0 to 98 */
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("wheel");
	TCase *wheel = tcase_create("wheel"), *timeouts = tcase_create("timeouts"), *jumps = tcase_create("jumps");
	TCase *corners = tcase_create("corners");

	tcase_add_test(wheel, slots);
	tcase_add_test(wheel, ends_of_the_wheel);
	suite_add_tcase(suite, wheel);
	tcase_add_checked_fixture(timeouts, set_up, tear_down);
	tcase_add_loop_test(timeouts, session_ends_after_its_timeout, 0, COUNT(lives));
	tcase_add_test(timeouts, traffic_keeps_a_session);
	tcase_add_loop_test(timeouts, stray_segments_do_not_keep_a_closed_connection, 0, 5);
	suite_add_tcase(suite, timeouts);
	tcase_add_checked_fixture(jumps, set_up, tear_down);
	tcase_add_loop_test(jumps, after_a_long_silence, 0, 7);
	tcase_add_loop_test(jumps, clock_in_steps, 0, 40);
	suite_add_tcase(suite, jumps);
	tcase_add_checked_fixture(corners, set_up, tear_down);
	tcase_add_loop_test(corners, timeout_longer_than_the_wheel, 0, 6);
	tcase_add_test(corners, budget);
	tcase_add_test(corners, budget_that_falls_behind);
	tcase_add_loop_test(corners, timeouts_change_under_a_session, 0, 5);
	tcase_add_test(corners, shorter_timeout_with_a_budget);
	suite_add_tcase(suite, corners);
	return suite;
}
