/* SPDX-License-Identifier: BSD-3-Clause */
/* PPTP calls through a NAT whose address is all its own (MAPE-55): RFC 2637 sections 2 and 4.1, docs/napt.md. */
#include "nat_fixture.h"

#define REQUEST 7
#define REPLY 8
#define CLEAR 12
#define DISCONNECT 13
#define CONNECTED 0x0100 /* result 1, error 0 */
#define ID 100           /* that every host chooses */
#define CALLS 16         /* of one control connection */

static struct nat_fixture f;
static const struct portset whole = { 0 };

static void
make(const struct nat_config *config, uint16_t workers, uint16_t self)
{
	fixture_make(&f, config, 7);
	bank_free(f.bank);
	f.bank = bank_new(&whole, workers);
	nat_set_external(f.nat, EXTERNAL, f.bank, self, 0);
}

static void
tear_down(void)
{
	fixture_free(&f);
}

/* ---- segments --------------------------------------------------------------------------------------------------- */

/* Header and payload; its checksum is right but for the pseudo-header, which nothing here changes. */
static struct {
	uint8_t bytes[1500];
	uint32_t len;
} segment;

static void
begin(uint8_t flags)
{
	memset(&segment, 0, sizeof(segment));
	segment.len = TCP_MIN_LEN + 12; /* with options, as most have */
	segment.bytes[12] = (uint8_t)(segment.len / 4 << 4);
	segment.bytes[13] = flags;
}

/* RFC 2637 section 2: each message begins like this; what it says of calls stands in the next words. */
static uint8_t *
add(uint16_t type, uint16_t len, uint16_t first, uint16_t second, uint16_t third)
{
	uint8_t *at = segment.bytes + segment.len;

	store16(at, len);
	store16(at + 2, 1);
	store32(at + 4, 0x1a2b3c4d);
	store16(at + 8, type);
	store16(at + 12, first);
	store16(at + 14, second);
	store16(at + 16, third);
	segment.len += len;
	return at;
}

static bool
says(struct session *s, bool out, uint32_t now, enum drop_reason *why)
{
	const struct nat_control control = { segment.bytes, segment.len, out, now, (uint64_t)now * 1000 };
	uint16_t sum;
	bool passes;

	memset(segment.bytes + 16, 0, 2);
	sum = checksum(segment.bytes, segment.len);
	memcpy(segment.bytes + 16, &sum, sizeof(sum));
	if (!nat_touch(f.nat, s, segment.bytes, out, now))
		return true;
	passes = nat_pptp(f.nat, s, &control, why);
	ck_assert(checksum_is_valid(segment.bytes, segment.len));
	return passes;
}

/* One message that passes; it comes out where this points to. */
static const uint8_t *
say(struct session *s, bool out, uint16_t type, uint16_t len, uint16_t first, uint16_t second, uint16_t third)
{
	enum drop_reason why = DROP_COUNT;
	const uint8_t *at;

	begin(ACK);
	at = add(type, len, first, second, third);
	ck_assert_msg(says(s, out, 1, &why), "%s", why < DROP_COUNT ? drop_info[why].name : "no reason");
	return at;
}

/* The control connection of a host, open. */
static struct session *
control_of(uint32_t host)
{
	const uint64_t inside = session_end(HOST + host, 40000, L4_TCP), remote = session_end(SERVER, 1723, L4_TCP);
	struct session *s = fixture_open(&f, inside, remote, SYN, 0);

	fixture_in(&f, s->external_port, remote, SYN | ACK, 0);
	ck_assert_int_eq(s->state, SESSION_TCP_CONTROL);
	return s;
}

/* The call id that a request leaves with. */
static uint16_t
request(struct session *s, uint16_t id)
{
	return load16(say(s, true, REQUEST, 168, id, 0, 0) + 12);
}

static struct session *
call_in(uint16_t id)
{
	const uint64_t remote = session_end(SERVER, 0, L4_CALL);

	return nat_find_in(f.nat, nat_hash_in(f.nat, id, remote), id, remote);
}

static bool
goes_out(uint32_t host, uint16_t remote_id)
{
	return fixture_has(&f, session_end(HOST + host, remote_id, L4_CALL), session_end(SERVER, 0, L4_CALL));
}

/* ---- cases ------------------------------------------------------------------------------------------------------ */

/* Three hosts, one server, one call id: outside each has another one, and each gets what is its own. NAT-05 */
START_TEST(same_id)
{
	const struct nat_config config = fixture_config(64);
	struct session *control[3];
	uint16_t outside[3];

	make(&config, 1, 0);
	for (uint16_t host = 0; host < 3; host++) {
		control[host] = control_of(host);
		outside[host] = request(control[host], ID);
		ck_assert_uint_eq(request(control[host], ID), outside[host]); /* sent again */
		ck_assert(!goes_out(host, (uint16_t)(500 + host)));
		say(control[host], false, REPLY, 32, (uint16_t)(500 + host), outside[host], CONNECTED);
		ck_assert_uint_eq(load16(segment.bytes + TCP_MIN_LEN + 12 + 12), 500 + host);
		ck_assert_uint_eq(load16(segment.bytes + TCP_MIN_LEN + 12 + 14), ID);
	}
	ck_assert_uint_eq(outside[0], ID);
	ck_assert_uint_ne(outside[1], ID);
	ck_assert_uint_ne(outside[2], outside[1]);
	for (uint16_t host = 0; host < 3; host++) {
		ck_assert_ptr_nonnull(call_in(outside[host]));
		ck_assert_uint_eq(session_end_addr(call_in(outside[host])->inside), HOST + host);
		ck_assert_uint_eq(call_in(outside[host])->call.inside_id, ID);
		for (uint16_t id = 0; id < 3; id++)
			ck_assert_int_eq(goes_out(host, (uint16_t)(500 + id)), id == host);
	}
	/* Nobody else's connection says anything of a call. */
	say(control[0], false, DISCONNECT, 148, 501, CONNECTED, 0);
	say(control[0], false, REPLY, 32, 700, outside[1], CONNECTED);
	ck_assert(goes_out(1, 501));
	/* Another answer is another id of the server. */
	say(control[1], false, REPLY, 32, 600, outside[1], CONNECTED);
	ck_assert(!goes_out(1, 501) && goes_out(1, 600));
	ck_assert_uint_eq(f.nat->session_count, 6);
	ck_assert_uint_eq(f.event[EVENT_sessions_created], 3); /* the path counts the others */
}
END_TEST

/* Where RFC 2637 sections 2.7 to 2.15 have call ids: the sender's from inside, the receiver's from outside. */
static const struct {
	uint16_t type, len;
	int own, peer; /* bytes, -1: none */
} layouts[] = {
	{ 1, 156, -1, -1 },
	{ 5, 16, -1, -1 },
	{ 7, 168, 12, -1 },
	{ 8, 32, 12, 14 },
	{ 9, 220, 12, -1 },
	{ 10, 24, 12, 14 },
	{ 11, 28, -1, 12 },
	{ 12, 16, 12, -1 },
	{ 13, 148, 12, -1 },
	{ 14, 40, -1, 12 },
	{ 15, 24, -1, 12 },
	{ 16, 200, -1, -1 },
};

START_TEST(where_ids_are)
{
	const struct nat_config config = fixture_config(64);
	uint8_t before[sizeof(segment.bytes)];
	struct session *s;
	uint16_t outside;

	make(&config, 1, 0);
	request(control_of(0), ID);
	for (int out = 0; out < 2; out++) {
		const int at = out ? layouts[_i].own : layouts[_i].peer;

		s = control_of((uint32_t)(1 + out));
		outside = request(s, ID);
		ck_assert_uint_ne(outside, ID);
		say(s, out, layouts[_i].type, layouts[_i].len, out ? ID : outside, out ? ID : outside, CONNECTED);
		memcpy(before, segment.bytes, segment.len);
		begin(ACK);
		add(layouts[_i].type, layouts[_i].len, out ? ID : outside, out ? ID : outside, CONNECTED);
		if (at >= 0)
			store16(segment.bytes + TCP_MIN_LEN + 12 + at, out ? outside : ID);
		memcpy(segment.bytes + 16, before + 16, 2);
		ck_assert_mem_eq(before, segment.bytes, segment.len);
	}
}
END_TEST

/* Only what is whole, at a message's beginning, and what it says it is. The second of two is found behind the first. */
START_TEST(what_is_looked_at)
{
	const struct nat_config config = fixture_config(64);
	static const struct {
		uint32_t at;
		uint16_t word;
		uint32_t cut;
		bool passes_by;
	} wrong[] = {
		{ 0, 168, 0, false },
		{ 0, 168, 1, true },
		{ 0, 166, 0, true },
		{ 0, 167, 0, true },
		{ 0, 0, 0, true },
		{ 0, 8, 0, true },
		{ 2, 2, 0, true },
		{ 4, 0x1a2c, 0, true },
		{ 6, 0x3c4e, 0, true },
		{ 8, 7, 160, true },
	};
	enum drop_reason why;
	struct session *s;

	make(&config, 1, 0);
	s = control_of(0);
	for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		begin(ACK);
		add(5, 16, 0, 0, 0);
		store16(add(REQUEST, 168, (uint16_t)(200 + i), 0, 0) + wrong[i].at, wrong[i].word);
		segment.len -= wrong[i].cut;
		ck_assert(says(s, true, 1, &why));
		ck_assert_msg((call_in((uint16_t)(200 + i)) == NULL) == wrong[i].passes_by, "%u", i);
	}
	begin(ACK);
	ck_assert(says(s, true, 1, &why)); /* no payload at all */
}
END_TEST

/* At most 16 of one connection; each counts for its host, and the segment does not pass without it. NAT-44 */
START_TEST(limits)
{
	struct nat_config config = fixture_config(64);
	enum drop_reason why;
	struct session *s;

	config.sessions_per_host = CALLS + 2;
	make(&config, 1, 0);
	s = control_of(0);
	for (uint16_t id = 0; id < CALLS; id++)
		ck_assert_uint_eq(request(s, id), id);
	begin(ACK);
	add(REQUEST, 168, CALLS, 0, 0);
	ck_assert(!says(s, true, 1, &why));
	ck_assert_int_eq(why, DROP_nat_host_limit);
	say(s, true, DISCONNECT, 148, 5, 0, 0);
	ck_assert_uint_eq(request(s, CALLS), CALLS);
	fixture_open(&f, session_end(HOST, 1, L4_UDP), session_end(SERVER, 1, L4_UDP), 0, 1);
	say(s, true, DISCONNECT, 148, 6, 0, 0);
	fixture_open(&f, session_end(HOST, 2, L4_UDP), session_end(SERVER, 1, L4_UDP), 0, 1);
	begin(ACK);
	add(REQUEST, 168, 6, 0, 0);
	ck_assert(!says(s, true, 1, &why));
	ck_assert_int_eq(why, DROP_nat_host_limit);
	ck_assert_uint_eq(f.nat->session_count, CALLS + 2);
}
END_TEST

/* A packet of a tunnel begins nothing. */
START_TEST(no_call)
{
	const struct nat_config config = fixture_config(64);
	enum drop_reason why = DROP_COUNT;

	make(&config, 1, 0);
	ck_assert_ptr_null(fixture_out(&f, session_end(HOST, 5, L4_CALL), session_end(SERVER, 0, L4_CALL), 0, 1, &why));
	ck_assert_int_eq(why, DROP_nat_no_mapping);
	ck_assert_uint_eq(f.nat->session_count + f.nat->hosts.count, 0);
	/* Nor does a call that a host of ours turns down. */
	say(control_of(0), true, REPLY, 32, ID, 5, 2 * CONNECTED);
	ck_assert_ptr_null(call_in(ID));
	ck_assert_uint_eq(f.nat->session_count, 1);
}
END_TEST

/* What comes back to an id goes to the worker that it says. NAT-52 */
START_TEST(workers)
{
	const struct nat_config config = fixture_config(64);
	struct session *s;

	make(&config, 4, 2);
	s = control_of(0);
	for (uint16_t id = 50; id < 50 + CALLS; id++) {
		const uint16_t outside = request(s, id);

		ck_assert_uint_eq(outside % 4, 2);
		if (id % 4 == 2)
			ck_assert_uint_eq(outside, id);
		ck_assert_uint_eq(call_in(outside)->call.inside_id, id);
	}
}
END_TEST

/* How a control connection may end; its calls end with it and leave nothing behind. */
static const struct {
	uint8_t flags[2]; /* of segments from outside and from inside */
	uint32_t now;     /* or it is silent until then */
	uint32_t left;
} ends[] = {
	{ { FIN | ACK, FIN | ACK }, 2, 1 },
	{ { FIN | ACK, 0 }, 2, 4 },
	{ { RST, 0 }, 2, 1 },
	{ { 0, 0 }, 7442, 0 },
};

START_TEST(ends_with_its_control)
{
	const struct nat_config config = fixture_config(64);
	const uint64_t inside = session_end(HOST, 40000, L4_TCP), remote = session_end(SERVER, 1723, L4_TCP);
	struct session *s;

	make(&config, 1, 0);
	s = control_of(0);
	for (uint16_t id = 1; id <= 3; id++)
		say(s, false, REPLY, 32, (uint16_t)(500 + id), request(s, id), CONNECTED);
	if (ends[_i].flags[0] != 0)
		fixture_in(&f, s->external_port, remote, ends[_i].flags[0], 2);
	if (ends[_i].flags[1] != 0)
		fixture_open(&f, inside, remote, ends[_i].flags[1], 2);
	for (uint32_t now = 3; now <= ends[_i].now; now++) {
		for (uint16_t id = 1; id <= 3; id++) /* its tunnels are in use */
			call_in(id)->last_active = now;
		nat_expire(f.nat, now, 1);
	}
	ck_assert_uint_eq(f.nat->session_count, ends[_i].left);
	ck_assert_uint_eq(f.event[EVENT_calls_ended], (ends[_i].left > 1 ? 0 : 3));
	for (uint16_t id = 1; id <= 3; id++) {
		ck_assert_int_eq(call_in(id) != NULL, ends[_i].left > 1);
		ck_assert_int_eq(goes_out(0, (uint16_t)(500 + id)), ends[_i].left > 1);
	}
	nat_expire(f.nat, 20000, UINT32_MAX);
	ck_assert_uint_eq(f.nat->session_count + f.nat->hosts.count + f.nat->sharing_count, 0);
}
END_TEST

/* Ten minutes without a packet, and the connection forgets its call. NAT-08 */
START_TEST(times_out)
{
	const struct nat_config config = fixture_config(64);
	struct session *s;

	make(&config, 1, 0);
	s = control_of(0);
	ck_assert_uint_eq(request(s, ID), ID);
	ck_assert_uint_eq(request(s, ID + 1), ID + 1);
	call_in(ID)->last_active = 100;
	ck_assert_uint_eq(nat_expire(f.nat, 601, UINT32_MAX), 0);
	ck_assert_uint_eq(nat_expire(f.nat, 603, UINT32_MAX), 1);
	ck_assert_ptr_null(call_in(ID + 1));
	ck_assert_ptr_nonnull(call_in(ID));
	ck_assert_uint_eq(request(s, ID + 2), ID + 2);
	ck_assert_uint_eq(nat_expire(f.nat, 1400, UINT32_MAX), 2);
	ck_assert_uint_eq(s->calls, SESSION_NONE);
}
END_TEST

/* Under a shared address, and between other ports, nothing of this is looked at. */
START_TEST(no_control)
{
	const struct nat_config config = fixture_config(64);
	const uint64_t inside = session_end(HOST, 40000, L4_TCP),
		       remote = session_end(SERVER, _i ? 1723 : 1724, L4_TCP);
	struct session *s;

	make(&config, 1, 0);
	if (_i)
		fixture_set_external(&f, EXTERNAL, &fixture_ports, 0);
	s = fixture_open(&f, inside, remote, SYN, 0);
	fixture_in(&f, s->external_port, remote, SYN | ACK, 0);
	ck_assert_int_eq(s->state, SESSION_TCP_ESTABLISHED);
	begin(ACK);
	ck_assert(!nat_touch(f.nat, s, segment.bytes, true, 1));
	begin(FIN | ACK);
	ck_assert(!nat_touch(f.nat, s, segment.bytes, true, 1));
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("pptp");
	TCase *tcase = tcase_create("pptp");

	tcase_add_checked_fixture(tcase, NULL, tear_down);
	tcase_add_test(tcase, same_id);
	tcase_add_loop_test(tcase, where_ids_are, 0, sizeof(layouts) / sizeof(layouts[0]));
	tcase_add_test(tcase, what_is_looked_at);
	tcase_add_test(tcase, limits);
	tcase_add_test(tcase, no_call);
	tcase_add_test(tcase, workers);
	tcase_add_loop_test(tcase, ends_with_its_control, 0, sizeof(ends) / sizeof(ends[0]));
	tcase_add_test(tcase, times_out);
	tcase_add_loop_test(tcase, no_control, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}
