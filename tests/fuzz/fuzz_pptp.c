/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segments of two PPTP control connections, of two hosts to one server: which (1 bit), from where (1), flags (byte), length (16 bits),
 * payload, and what comes of it. A segment keeps its length and its checksum, nothing but call ids changes in it, and what there is of calls stays in order.
 */
#include "fuzz.h"
#include "nat/nat.h"

#define MAX_LEN 1460
#define MAX_CALLS 16
#define HOST UINT32_C(0xc0a8010a)
#define SERVER UINT32_C(0xc6336409)

static struct random randomness;
static uint64_t events[EVENT_COUNT];

static struct nat *
make(struct bank **bank)
{
	static const struct portset whole = { 0 };
	struct nat_config config = { .sessions = 40 };
	struct nat *nat = aligned_alloc(64, nat_size(&config));

	for (int state = 0; state < SESSION_STATES; state++)
		config.timeout[state] = 100;
	randomness = (struct random){ .key = { { 1, 2 } } };
	*bank = bank_new(&whole, 2);
	nat_init(nat, &config, &randomness, events, 0);
	nat_set_external(nat, 1, *bank, 1, 0);
	return nat;
}

static struct session *
connect_host(struct nat *nat, uint32_t host, const uint8_t *tcp, uint32_t now)
{
	const uint64_t inside = session_end(HOST + host, 40000, L4_TCP), remote = session_end(SERVER, 1723, L4_TCP);
	const struct nat_opening opening = { inside, remote, tcp, now, now * UINT64_C(1000) };
	struct session *s = nat_find_out(nat, nat_hash_out(nat, inside, remote), inside, remote);
	enum drop_reason why;

	return s != NULL ? s : nat_open_out(nat, &opening, &why);
}

/* Each call is found from outside, belongs to its connection, and is one of as many as there may be. */
static uint32_t
count_calls(const struct nat *nat, const struct session *control)
{
	uint32_t count = 0;

	for (uint32_t id = control->calls; id != SESSION_NONE; id = nat->sessions[id].call.next) {
		const struct session *s = &nat->sessions[id];

		require(++count <= MAX_CALLS, "too many calls");
		require(s->space == L4_CALL && s->state == SESSION_OTHER, "what is no call");
		require(s->call.control == control - nat->sessions, "a call of another connection");
		require(session_end_addr(s->inside) == session_end_addr(control->inside), "a call of another host");
		require(s->external_port % 2 == 1, "another worker's call id");
		require(nat_find_in(nat, nat_hash_in(nat, s->external_port, s->remote), s->external_port, s->remote) ==
			s,
		    "two calls with one id");
	}
	return count;
}

static void
check(const struct nat *nat)
{
	uint32_t count = 0;

	for (uint32_t id = 0; id < nat->session_fresh; id++) {
		if (nat->sessions[id].state != SESSION_UNUSED && nat->sessions[id].space == L4_TCP)
			count += 1 + count_calls(nat, &nat->sessions[id]);
	}
	require(count == nat->session_count, "a call without connection");
}

/* Only bytes 12 to 15 of messages, and only while the length says that there are such. */
static void
check_payload(const uint8_t *before, const uint8_t *after, uint32_t len)
{
	uint32_t changed = 0;

	for (uint32_t i = 0; i < len; i++)
		changed += before[i] != after[i];
	require(changed == 0 || (len >= 16 && changed <= len / 16 * 2), "more than call ids has changed");
}

static void
pass(struct nat *nat, struct session *s, struct input *input, bool out, uint8_t flags, uint32_t now)
{
	uint8_t tcp[TCP_MIN_LEN + MAX_LEN] = { [12] = TCP_MIN_LEN / 4 << 4, [13] = flags }, before[MAX_LEN];
	struct nat_control control = { .tcp = tcp, .out = out, .now = now, .now_ms = now * UINT64_C(1000) };
	enum drop_reason why = DROP_COUNT;
	const uint8_t *payload;
	uint16_t sum;
	size_t got;

	payload = input_bytes(input, input_number(input, 2) % (MAX_LEN + 1), &got);
	memcpy(tcp + TCP_MIN_LEN, payload, got);
	memcpy(before, payload, got);
	control.len = TCP_MIN_LEN + (uint32_t)got;
	sum = checksum(tcp, control.len);
	memcpy(tcp + 16, &sum, sizeof(sum));
	if (!nat_touch(nat, s, tcp, out, now))
		return;
	if (!nat_pptp(nat, s, &control, &why))
		require(out && why < DROP_COUNT, "refused without a reason");
	require(checksum_is_valid(tcp, control.len), "the checksum is wrong");
	check_payload(before, tcp + TCP_MIN_LEN, (uint32_t)got);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t syn[TCP_MIN_LEN] = { [12] = TCP_MIN_LEN / 4 << 4, [13] = TCP_SYN };
	struct input input = { data, size };
	struct bank *bank;
	struct nat *nat = make(&bank);
	uint32_t now = 1;

	while (input.left > 0) {
		const uint8_t what = input_byte(&input), flags = input_byte(&input);
		struct session *s = connect_host(nat, what & 1, syn, now);

		if (s != NULL)
			pass(nat, s, &input, what & 2, flags, now);
		now += what >> 2;
		nat_expire(nat, now, 8);
		check(nat);
	}
	nat_expire(nat, now + 1000, UINT32_MAX);
	require(nat->session_count == 0, "a session that does not end");
	free(nat);
	bank_free(bank);
	return 0;
}
