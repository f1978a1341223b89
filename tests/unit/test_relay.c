/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMPv6 errors about softwire packets: read from any bytes, and told to the inner source as ICMPv4. */
#include <stdlib.h>

#include "box.h"
#include "frames.h"
#include "relay_cases.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define MAX_MESSAGE 2048
#define ROUTER u128_make(UINT64_C(0x20010db800770000), 1)
#define BR_V4 UINT32_C(0xcb007101) /* 203.0.113.1 */

static uint8_t bytes[MAX_MESSAGE];

static uint16_t
unhex(const char *hex, uint8_t *to)
{
	uint16_t len = 0;
	unsigned int byte;

	for (; *hex != '\0'; hex += 2) {
		if (sscanf(hex, "%2x", &byte) != 1 || len == MAX_MESSAGE)
			abort();
		to[len++] = (uint8_t)byte;
	}
	return len;
}

/* Makes the checksum of the message right, by another sum than the one under test. */
static void
mend(uint8_t *message, uint16_t len)
{
	if (len < 4)
		return;
	store16(message + 2, 0);
	store16(message + 2, frame_icmp6_checksum(ROUTER, BOX_BR6, message, len));
}

/* From memory that ends where the message ends, so that a sanitizer sees every read past it. */
static bool
parse_exact(const uint8_t *message, uint16_t len, uint8_t **copy, struct relay *relay)
{
	*copy = malloc(len == 0 ? 1 : len);
	if (*copy == NULL)
		abort();
	memcpy(*copy, message, len);
	return relay_parse(len == 0 ? *copy + 1 : *copy, len, ROUTER, BOX_BR6, relay);
}

/* ---- the checksum ----------------------------------------------------------------------------------------------- */

/*
 * By hand: 2001 + 0db8 + 1 + 2001 + 0db8 + 2 (addresses) + 8 (length) + 3a (next header) + 0103 (type, code) = 5cba,
 * complement a345. One byte ff more, which counts as ff00: 5cba + 1 (length) + ff00 = 15bbb = 5bbc, complement a443.
 */
START_TEST(checksum_by_hand)
{
	const u128 src = u128_make(UINT64_C(0x20010db800000000), 1), dst = u128_make(UINT64_C(0x20010db800000000), 2);
	uint8_t message[9] = { 1, 3, 0, 0, 0, 0, 0, 0, 0xff };
	uint16_t sum = icmp6_checksum(src, dst, message, 8);

	ck_assert_uint_eq(load16(&sum), 0xa345);
	sum = icmp6_checksum(src, dst, message, 9);
	ck_assert_uint_eq(load16(&sum), 0xa443);
	memcpy(message + 2, &sum, sizeof(sum));
	ck_assert_uint_eq(icmp6_checksum(src, dst, message, 9), 0);
	ck_assert_uint_ne(icmp6_checksum(src, dst + 1, message, 9), 0);
}
END_TEST

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* ICM-11, ICM-14: what Scapy made is read as what it was made of. */
START_TEST(what_scapy_made)
{
	const uint16_t len = unhex(relay_cases[_i].hex, bytes);
	const char *made = relay_cases[_i].made;
	struct icmp_error answer = { 0 };
	struct relay relay;
	uint8_t *copy;

	ck_assert_msg(parse_exact(bytes, len, &copy, &relay) == (relay_cases[_i].inner_len != 0), "%s", made);
	if (relay_cases[_i].inner_len != 0) {
		ck_assert_uint_eq(relay.error.type, bytes[0]);
		ck_assert_uint_eq(relay.error.code, bytes[1]);
		ck_assert_uint_eq(relay.error.value, load32(bytes + 4));
		ck_assert(relay.outer_src == BOX_BR6 && relay.outer_dst == BOX_CE6);
		ck_assert_msg(relay.inner.kind == relay_cases[_i].kind, "%s: kind %d", made, relay.inner.kind);
		ck_assert_msg(relay.inner.src_port == relay_cases[_i].src_port, "%s: %u", made, relay.inner.src_port);
		ck_assert_msg(relay.inner.dst_port == relay_cases[_i].dst_port, "%s: %u", made, relay.inner.dst_port);
		ck_assert_msg(relay.inner.len == relay_cases[_i].inner_len, "%s: %u", made, relay.inner.len);
		ck_assert_uint_eq(relay.inner.dst, BOX_EXTERNAL);
		ck_assert_uint_eq(relay.inner.protocol, relay.inner.ip[9]);
		ck_assert_uint_eq(relay.inner.ttl, relay.inner.ip[8]);
		ck_assert_uint_eq(relay.inner.tos, relay.inner.ip[1]);
		ck_assert_msg(relay_translate(&relay, &answer) == (relay_cases[_i].answer.type != 0), "%s", made);
	}
	if (relay_cases[_i].answer.type != 0) {
		ck_assert_msg(answer.type == relay_cases[_i].answer.type, "%s: type %u", made, answer.type);
		ck_assert_msg(answer.code == relay_cases[_i].answer.code, "%s: code %u", made, answer.code);
		ck_assert_msg(answer.mtu == relay_cases[_i].answer.mtu, "%s: MTU %u", made, answer.mtu);
	}
	free(copy);
}
END_TEST

/* A quoted error belongs to the host that the packet it quotes came from; its address is there for the lookup. */
START_TEST(quoted_error_names_its_host)
{
	int seen = 0;

	for (int i = 0; i < COUNT(relay_cases); i++) {
		const uint16_t len = unhex(relay_cases[i].hex, bytes);
		struct relay relay;

		if (relay_cases[i].kind != L4_ICMP_ERROR || relay_cases[i].dst_port == 0)
			continue;
		ck_assert(relay_parse(bytes, len, ROUTER, BOX_BR6, &relay));
		ck_assert_uint_eq(relay.inner.quoted, BOX_EXTERNAL);
		seen++;
	}
	ck_assert_int_eq(seen, 2);
}
END_TEST

/* ICM-14: cut anywhere, with a right checksum: it is usable as soon as the IPv4 header and 8 bytes are there. */
START_TEST(every_length)
{
	uint8_t right[MAX_MESSAGE];
	const uint16_t whole = unhex(relay_cases[_i].hex, right);
	uint16_t at, enough;
	struct relay relay;

	if (relay_cases[_i].inner_len == 0)
		return;
	ck_assert(relay_parse(right, whole, ROUTER, BOX_BR6, &relay));
	at = (uint16_t)(relay.inner.ip - right);
	enough = (uint16_t)(relay.inner.l4 - right + 8);
	for (uint16_t len = 0; len <= whole; len++) {
		const uint16_t quoted =
		    len - at < relay_cases[_i].inner_len ? (uint16_t)(len - at) : relay_cases[_i].inner_len;
		struct icmp_error answer;
		uint8_t *copy;

		memcpy(bytes, right, len);
		mend(bytes, len);
		ck_assert_msg(parse_exact(bytes, len, &copy, &relay) == (len >= enough), "%s, %u bytes",
		    relay_cases[_i].made, len);
		if (len >= enough) {
			ck_assert_uint_eq(relay.inner.len, quoted);
			ck_assert(relay_translate(&relay, &answer) == (relay_cases[_i].answer.type != 0));
		}
		free(copy);
	}
}
END_TEST

/* The checksum finds every single wrong bit; when somebody made it right again, nothing is read that is not there. */
START_TEST(every_bit)
{
	uint8_t right[MAX_MESSAGE];
	const uint16_t len = unhex(relay_cases[_i].hex, right);
	struct icmp_error answer;
	struct relay relay;
	uint8_t *copy;

	if (relay_cases[_i].inner_len == 0)
		return;
	for (int bit = 0; bit < len * 8; bit++) {
		memcpy(bytes, right, len);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_msg(!parse_exact(bytes, len, &copy, &relay), "%s, bit %d", relay_cases[_i].made, bit);
		free(copy);
		mend(bytes, len);
		if (parse_exact(bytes, len, &copy, &relay)) {
			ck_assert(relay.inner.ip + relay.inner.len <= copy + len);
			relay_translate(&relay, &answer);
		}
		free(copy);
	}
}
END_TEST

/* The checksum covers the addresses it was sent from and to. */
START_TEST(addresses_are_covered)
{
	const uint16_t len = unhex(relay_cases[0].hex, bytes);
	struct relay relay;

	ck_assert(relay_parse(bytes, len, ROUTER, BOX_BR6, &relay));
	ck_assert(!relay_parse(bytes, len, ROUTER + 1, BOX_BR6, &relay));
	ck_assert(!relay_parse(bytes, len, ROUTER, BOX_BR6 + 1, &relay));
}
END_TEST

/* We send no extension headers but a Fragment header; nobody on the way may insert one (RFC 8200 section 4). */
START_TEST(no_extension_headers)
{
	for (int count = 0; count <= 2; count++) {
		static const uint8_t more[8] = { 60, 0, 1, 4 }, last[8] = { 4, 0, 1, 4 };
		struct frame frame;
		struct relay relay;

		frame_payload(&frame, 0);
		frame_udp(&frame, 53, 1232);
		frame_ipv4(&frame,
		    &(struct frame_ipv4){ .src = BOX_SERVER, .dst = BOX_EXTERNAL, .protocol = PROTOCOL_UDP });
		for (int i = 0; i < count; i++)
			frame_push(&frame, i == 0 ? last : more, 8);
		frame_ipv6(&frame, BOX_BR6, BOX_CE6, count == 0 ? 4 : 60, 0);
		frame_push(&frame, (uint8_t[8]){ ICMP6_UNREACHABLE }, 8);
		mend(frame_bytes(&frame), (uint16_t)frame.len);
		ck_assert_msg(relay_parse(frame_bytes(&frame), (uint16_t)frame.len, ROUTER, BOX_BR6, &relay) ==
			(count == 0),
		    "%d headers", count);
	}
}
END_TEST

/* ---- telling ---------------------------------------------------------------------------------------------------- */

/*
 * FRG-17, RFC 8201 section 4: less than 1280 is no MTU. RFC 2473 section 8.3: what is told is 40 bytes less, the outer
 * header, and nothing at all without DF; more than ICMPv4's 16 bits can say is nobody's MTU.
 */
START_TEST(mtu_that_is_told)
{
	static const struct {
		uint32_t mtu;
		uint16_t told; /* 0: nothing */
	} mtus[] = { { 1280, 1240 }, { 1281, 1241 }, { 1400, 1360 }, { 1454, 1414 }, { 1460, 1420 }, { 1480, 1440 },
		{ 1492, 1452 }, { 1500, 1460 }, { 1540, 1500 }, { 9000, 8960 }, { 65535, 65495 }, { 65575, 65535 },
		{ 65576, 0 }, { 0x10000578, 0 }, { UINT32_MAX, 0 }, { 1279, 0 }, { 1240, 0 }, { 1200, 0 }, { 600, 0 },
		{ 68, 0 }, { 40, 0 }, { 39, 0 }, { 1, 0 }, { 0, 0 } };

	for (int i = 0; i < COUNT(mtus); i++) {
		for (int df = 0; df < 2; df++) {
			const bool told = df && mtus[i].told != 0;
			uint8_t ip[28] = { 0x45, [6] = df ? 0x40 : 0, [9] = PROTOCOL_UDP };
			const struct relay relay = { .error = { ICMP6_TOO_BIG, 0, mtus[i].mtu },
				.inner = { .ip = ip,
				    .l4 = ip + 20,
				    .len = 28,
				    .protocol = PROTOCOL_UDP,
				    .src = BOX_SERVER,
				    .dst = BOX_EXTERNAL } };
			struct icmp_error answer;

			ck_assert_msg(relay_translate(&relay, &answer) == told, "%u, DF %d", mtus[i].mtu, df);
			if (!told)
				continue;
			ck_assert_uint_eq(answer.type, 3);
			ck_assert_uint_eq(answer.code, 4);
			ck_assert_uint_eq(answer.mtu, mtus[i].told);
		}
	}
}
END_TEST

/* RFC 2473 section 8: every type and code. */
START_TEST(every_type_and_code)
{
	const uint16_t len = unhex(relay_cases[0].hex, bytes);
	struct icmp_error answer;
	struct relay relay;

	ck_assert(relay_parse(bytes, len, ROUTER, BOX_BR6, &relay));
	relay.error.value = 1300;
	for (unsigned int type = 0; type < 256; type++) {
		for (unsigned int code = 0; code < 256; code++) {
			const bool unreachable = type == 1 || (type == 3 && code == 0) || (type == 4 && code <= 2);

			relay.error.type = (uint8_t)type;
			relay.error.code = (uint8_t)code;
			ck_assert_msg(relay_translate(&relay, &answer) == (unreachable || type == 2), "%u/%u", type,
			    code);
			if (unreachable)
				ck_assert(answer.type == 3 && answer.code == 1 && answer.mtu == 0);
		}
	}
}
END_TEST

/*
 * ICM-11, ICM-13: the whole way: the inner source gets, from our IPv4 address, what Scapy makes of
 * IP(src="203.0.113.1", dst=E, tos=0xc0, ttl=64, flags="DF", id=0) / icmp / inner(U), where icmp is
 * ICMP(type=3, code=1) or ICMP(type=3, code=4, nexthopmtu=1360).
 */
START_TEST(relayed_error)
{
	static const struct {
		const char *made, *want;
	} cases[] = {
		{ "ICMPv6DestUnreach(code=3) / outer(inner(U))",
		    "45c00043000040004001d3bbcb007101c63364090301e9720000000045080027000740003c115268c6336409"
		    "c0000212003504d00013d41d4d41502d452072656c6179" },
		{ "ICMPv6PacketTooBig(mtu=1400) / outer(inner(U))",
		    "45c00043000040004001d3bbcb007101c63364090304e41f0000055045080027000740003c115268c6336409"
		    "c0000212003504d00013d41d4d41502d452072656c6179" },
	};
	struct box *box = box_new(&(struct box_options){ .is_ce = false });
	struct worker *worker = &box->worker[0];
	uint8_t want[MAX_MESSAGE];
	int seen = 0;

	for (int i = 0; i < COUNT(relay_cases) * COUNT(cases); i++) {
		const uint16_t want_len = unhex(cases[i % COUNT(cases)].want, want);
		const uint16_t len = unhex(relay_cases[i / COUNT(cases)].hex, bytes);
		struct icmp_error answer;
		struct packet error;
		struct relay relay;

		if (strcmp(relay_cases[i / COUNT(cases)].made, cases[i % COUNT(cases)].made) != 0)
			continue;
		worker->stock[worker->stock_count++] = box_buffer(NULL, 576);
		ck_assert(relay_parse(bytes, len, ROUTER, BOX_BR6, &relay));
		ck_assert(relay_translate(&relay, &answer));
		ck_assert(icmp_error_build(worker, &relay.inner, answer, BR_V4, &error));
		ck_assert_uint_eq(error.len, want_len);
		ck_assert_mem_eq(error.ip, want, want_len);
		ck_assert_uint_eq(error.dst, BOX_SERVER);
		free(error.mbuf);
		seen++;
	}
	ck_assert_int_eq(seen, COUNT(cases));
	box_free(box);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("relay");
	TCase *reading = tcase_create("reading"), *telling = tcase_create("telling");

	tcase_add_test(reading, checksum_by_hand);
	tcase_add_loop_test(reading, what_scapy_made, 0, COUNT(relay_cases));
	tcase_add_test(reading, quoted_error_names_its_host);
	tcase_add_loop_test(reading, every_length, 0, COUNT(relay_cases));
	tcase_add_loop_test(reading, every_bit, 0, COUNT(relay_cases));
	tcase_add_test(reading, addresses_are_covered);
	tcase_add_test(reading, no_extension_headers);
	suite_add_tcase(suite, reading);
	tcase_add_test(telling, mtu_that_is_told);
	tcase_add_test(telling, every_type_and_code);
	tcase_add_test(telling, relayed_error);
	suite_add_tcase(suite, telling);
	return suite;
}
