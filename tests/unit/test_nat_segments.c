/* SPDX-License-Identifier: BSD-3-Clause */
/* What a packet says about its session's life: timers one by one, and which resets count. docs/napt.md. */
#include "nat_fixture.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static struct nat_fixture f;

static void
set_up(void)
{
	const struct nat_config config = fixture_config(256);

	fixture_make(&f, &config, 4);
}

static void
tear_down(void)
{
	fixture_free(&f);
}

/* ---- timers ----------------------------------------------------------------------------------------------------- */

/* RFC 4787 REQ-5, REQ-5a, RFC 5508 REQ-2: the first second in which the session may be gone, and the last in which not. */
static const struct {
	uint8_t space;
	uint16_t remote_port;
	enum session_state state;
	uint32_t timeout;
} timers[] = {
	{ L4_UDP, 52, SESSION_UDP, 120 },
	{ L4_UDP, 53, SESSION_DNS, 5 },
	{ L4_UDP, 53, SESSION_DNS, 30 },
	{ L4_UDP, 54, SESSION_UDP, 300 },
	{ L4_TCP, 53, SESSION_TCP_INIT_OUT, 30 },
	{ L4_ICMP_QUERY, 0, SESSION_ICMP, 60 },
	{ L4_OTHER, 50, SESSION_OTHER, 120 },
};

START_TEST(timer)
{
	const uint8_t space = timers[_i].space;
	const uint64_t inside = session_end(HOST, space == L4_OTHER ? 50 : 5000, space);
	const uint64_t remote = session_end(SERVER, timers[_i].remote_port, space);
	struct nat_config config = f.config;
	const struct session *s;

	config.timeout[timers[_i].state] = timers[_i].timeout;
	nat_set_config(f.nat, &config);
	s = fixture_open(&f, inside, remote, SYN, 1000);
	ck_assert_int_eq(s->state, timers[_i].state);
	nat_expire(f.nat, 1000 + timers[_i].timeout - 1, UINT32_MAX);
	ck_assert(fixture_has(&f, inside, remote));
	nat_expire(f.nat, 1000 + timers[_i].timeout, UINT32_MAX);
	ck_assert(fixture_has(&f, inside, remote));
	nat_expire(f.nat, 1000 + timers[_i].timeout + 1, UINT32_MAX);
	ck_assert(!fixture_has(&f, inside, remote));
}
END_TEST

/* ---- resets ----------------------------------------------------------------------------------------------------- */

struct segment {
	bool out;
	uint8_t flags;
	uint32_t sequence, acknowledgement;
	uint16_t window;
	int scale; /* option in a SYN; -1: none */
};

static uint64_t
inside_end(void)
{
	return session_end(HOST, 5000, L4_TCP);
}

static uint64_t
remote_end(void)
{
	return session_end(SERVER, 443, L4_TCP);
}

/* RFC 9293 section 3.1; the option behind two NOPs and a timestamp, as Linux and Windows do not agree on its place. */
static const uint8_t *
header(const struct segment *segment)
{
	static uint8_t tcp[36];

	memset(tcp, 0, sizeof(tcp));
	tcp[12] = 0x50;
	tcp[13] = segment->flags;
	store32(tcp + 4, segment->sequence);
	store32(tcp + 8, segment->acknowledgement);
	store16(tcp + 14, segment->window);
	if (segment->scale >= 0) {
		const uint8_t options[] = { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 3, 3, (uint8_t)segment->scale, 0 };

		tcp[12] = 0x90;
		memcpy(tcp + 20, options, sizeof(options));
	}
	return tcp;
}

static struct session *
pass(const struct segment *segment, uint32_t now)
{
	const struct nat_opening opening = { inside_end(), remote_end(), header(segment), now, now * UINT64_C(1000) };
	struct session *s = fixture_find_out(&f, inside_end(), remote_end());
	enum drop_reason why = DROP_COUNT;

	if (s == NULL)
		s = nat_open_out(f.nat, &opening, &why);
	ck_assert_ptr_nonnull(s);
	nat_touch(f.nat, s, header(segment), segment->out, now);
	return s;
}

/* The host has sequence numbers from 1000 on, the server from 5000 on. */
static void
connect(int host_scale, int server_scale, uint16_t host_window, uint16_t server_window)
{
	pass(&(struct segment){ true, SYN, 1000, 0, 64240, host_scale }, 0);
	pass(&(struct segment){ false, SYN | ACK, 5000, 1001, 65535, server_scale }, 0);
	pass(&(struct segment){ true, ACK, 1001, 5001, host_window, -1 }, 0);
	pass(&(struct segment){ false, ACK, 5001, 1001, server_window, -1 }, 0);
}

/* NAT-27, RFC 7857 section 2.2, RFC 5961 section 3: the window is what the other side has announced, scaled. */
static const struct reset {
	const char *name;
	int host_scale, server_scale;
	uint16_t window; /* of both */
	bool out;
	uint32_t sequence;
	bool counts;
} resets[] = {
	{ "what comes next", -1, -1, 1000, false, 5001, true },
	{ "one before", -1, -1, 1000, false, 5000, false },
	{ "last of the window", -1, -1, 1000, false, 6000, true },
	{ "first behind it", -1, -1, 1000, false, 6001, false },
	{ "half a world away", -1, -1, 1000, false, UINT32_C(0x80000000), false },
	{ "scaled, last", 7, 3, 1000, false, 5001 + 128000 - 1, true },
	{ "scaled, first behind", 7, 3, 1000, false, 5001 + 128000, false },
	{ "from inside, other scale, last", 7, 3, 1000, true, 1001 + 8000 - 1, true },
	{ "from inside, other scale, first behind", 7, 3, 1000, true, 1001 + 8000, false },
	{ "one side without the option: no scale", 7, -1, 1000, false, 6001, false },
	{ "one side without the option: no scale, in", 7, -1, 1000, false, 6000, true },
	{ "the other side without: no scale", -1, 7, 1000, true, 2001, false },
	{ "the other side without: no scale, in", -1, 7, 1000, true, 2000, true },
	{ "scale 14", 14, 0, 1, false, 5001 + 16383, true },
	{ "scale 15 counts as 14", 15, 0, 1, false, 5001 + 16384, false },
	{ "closed window takes the next byte", 7, 7, 0, false, 5001, true },
	{ "closed window takes no more", 7, 7, 0, false, 5002, false },
};

START_TEST(reset_in_the_window)
{
	const struct reset *reset = &resets[_i];
	const struct session *s;

	connect(reset->host_scale, reset->server_scale, reset->window, reset->window);
	s = pass(&(struct segment){ reset->out, RST, reset->sequence, 0, 0, -1 }, 100);
	ck_assert_msg((s->state == SESSION_TCP_RESET) == reset->counts, "%s: state %d", reset->name, s->state);
	ck_assert_uint_eq(f.event[EVENT_rst_ignored], !reset->counts);
	ck_assert_uint_eq(s->last_active, reset->counts ? 100 : 0);
	/* TCP lives 7440 s, after a reset 240 s. */
	nat_expire(f.nat, 100 + 242, UINT32_MAX);
	ck_assert_int_eq(fixture_has(&f, inside_end(), remote_end()), !reset->counts);
}
END_TEST

/* The window moves with the acknowledgements; a SYN's own window is never scaled (RFC 7323 section 2.2). */
START_TEST(window_moves)
{
	const struct session *s;

	connect(2, 2, 100, 100);
	pass(&(struct segment){ true, ACK, 1001, 9000, 100, -1 }, 1);
	s = pass(&(struct segment){ false, RST, 5001, 0, 0, -1 }, 2);
	ck_assert_int_eq(s->state, SESSION_TCP_ESTABLISHED);
	s = pass(&(struct segment){ false, RST | ACK, 9399, 0, 0, -1 }, 2);
	ck_assert_int_eq(s->state, SESSION_TCP_RESET);
}
END_TEST

START_TEST(window_of_a_syn)
{
	struct session *s;

	pass(&(struct segment){ true, SYN, 1000, 0, 100, 7 }, 0);
	pass(&(struct segment){ false, SYN | ACK, 5000, 1001, 100, 7 }, 0);
	s = pass(&(struct segment){ true, RST, 1101, 0, 0, -1 }, 1);
	ck_assert_int_eq(s->state, SESSION_TCP_ESTABLISHED);
	s = pass(&(struct segment){ true, RST, 1100, 0, 0, -1 }, 1);
	ck_assert_int_eq(s->state, SESSION_TCP_RESET);
}
END_TEST

/* While a connection opens, nothing can be judged, and the timer is short anyhow. */
START_TEST(reset_of_a_syn)
{
	pass(&(struct segment){ true, SYN, 1000, 0, 100, 7 }, 0);
	ck_assert_int_eq(pass(&(struct segment){ false, RST | ACK, 0, 1001, 0, -1 }, 1)->state, SESSION_TCP_REFUSED);
}
END_TEST

/* Also of a half-closed connection; its own header is no announcement. Data, and a new SYN, bring a session back. */
START_TEST(life_after_a_reset)
{
	struct session *s;

	connect(-1, -1, 1000, 1000);
	s = pass(&(struct segment){ true, FIN | ACK, 1001, 5001, 1000, -1 }, 1);
	s = pass(&(struct segment){ false, RST, 7000, 0, 0, -1 }, 2);
	ck_assert_int_eq(s->state, SESSION_TCP_FIN_OUT);
	s = pass(&(struct segment){ false, RST, 5001, 0, 0, -1 }, 2);
	ck_assert_int_eq(s->state, SESSION_TCP_RESET);
	s = pass(&(struct segment){ true, ACK, 1002, 5001, 1000, -1 }, 100);
	ck_assert_int_eq(s->state, SESSION_TCP_ESTABLISHED);
	nat_expire(f.nat, 7000, UINT32_MAX);
	ck_assert(fixture_has(&f, inside_end(), remote_end()));
	s = pass(&(struct segment){ false, RST, 5001, 0, 0, -1 }, 7000);
	s = pass(&(struct segment){ true, SYN, 90000, 0, 100, -1 }, 7010);
	ck_assert_int_eq(s->state, SESSION_TCP_INIT_OUT);
	nat_expire(f.nat, 7010 + 240, UINT32_MAX);
	ck_assert(fixture_has(&f, inside_end(), remote_end()));
	nat_expire(f.nat, 7010 + 242, UINT32_MAX);
	ck_assert(!fixture_has(&f, inside_end(), remote_end()));
}
END_TEST

/* A connection whose SYNs nobody saw: its scale may be any, so the window is as large as can be. */
START_TEST(opened_by_the_other_side)
{
	const struct session *s = pass(&(struct segment){ true, SYN | ACK, 1000, 5001, 100, 7 }, 0);

	ck_assert_int_eq(s->state, SESSION_TCP_ESTABLISHED);
	pass(&(struct segment){ false, ACK, 5001, 1001, 1, -1 }, 0);
	pass(&(struct segment){ true, ACK, 1001, 5001, 1, -1 }, 0);
	s = pass(&(struct segment){ true, RST, 1001 + 16384, 0, 0, -1 }, 1);
	ck_assert_int_eq(s->state, SESSION_TCP_ESTABLISHED);
	s = pass(&(struct segment){ false, RST, 5001 + 128, 0, 0, -1 }, 1);
	ck_assert_int_eq(s->state, SESSION_TCP_ESTABLISHED);
	s = pass(&(struct segment){ true, RST, 1001 + 16383, 0, 0, -1 }, 1);
	ck_assert_int_eq(s->state, SESSION_TCP_RESET);
}
END_TEST

/* RFC 5961 section 4: a SYN in an open connection cannot widen the window. */
START_TEST(blind_syn)
{
	const struct session *s;

	connect(-1, -1, 1000, 1000);
	pass(&(struct segment){ true, SYN, 77, 0, 65535, 14 }, 1);
	pass(&(struct segment){ true, ACK, 1001, 5001, 1000, -1 }, 1);
	s = pass(&(struct segment){ false, RST, 6001, 0, 0, -1 }, 2);
	ck_assert_int_eq(s->state, SESSION_TCP_ESTABLISHED);
}
END_TEST

/* What acknowledges nothing announces no window, so the last one stands: a bare SYN, or data without ACK. */
START_TEST(announcement_stands)
{
	const uint8_t flags[] = { SYN, 0x08 };
	const struct session *s;

	connect(-1, -1, 1000, 1000);
	pass(&(struct segment){ false, flags[_i], 77, 0, 0, -1 }, 1);
	s = pass(&(struct segment){ true, RST, 500000, 0, 0, -1 }, 2);
	ck_assert_int_eq(s->state, SESSION_TCP_ESTABLISHED);
	s = pass(&(struct segment){ true, RST, 1001, 0, 0, -1 }, 2);
	ck_assert_int_eq(s->state, SESSION_TCP_RESET);
}
END_TEST

/* Windows of a connection that has ended are not those of the next one: its reset is judged by what was said since. */
START_TEST(announcement_ends)
{
	const struct session *s;

	connect(-1, -1, 1000, 1000);
	pass(&(struct segment){ false, RST, 5001, 0, 0, -1 }, 1);
	pass(&(struct segment){ true, SYN, 90000, 0, 100, -1 }, 2);
	pass(&(struct segment){ false, SYN, 70000, 0, 100, -1 }, 2);
	s = pass(&(struct segment){ false, RST, 70001, 0, 0, -1 }, 3);
	ck_assert_int_eq(s->state, SESSION_TCP_RESET);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("nat_segments");
	TCase *tcase = tcase_create("nat_segments");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, timer, 0, COUNT(timers));
	tcase_add_loop_test(tcase, reset_in_the_window, 0, COUNT(resets));
	tcase_add_test(tcase, window_moves);
	tcase_add_test(tcase, window_of_a_syn);
	tcase_add_test(tcase, reset_of_a_syn);
	tcase_add_test(tcase, life_after_a_reset);
	tcase_add_test(tcase, opened_by_the_other_side);
	tcase_add_test(tcase, blind_syn);
	tcase_add_loop_test(tcase, announcement_stands, 0, 2);
	tcase_add_test(tcase, announcement_ends);
	suite_add_tcase(suite, tcase);
	return suite;
}
