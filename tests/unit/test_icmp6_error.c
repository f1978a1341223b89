/* SPDX-License-Identifier: BSD-3-Clause */
/* The ICMPv6 errors that we make: right, as long as they may be, only where they may be, and few. */
#include <stdlib.h>

#include "box.h"
#include "frames.h"
#include "icmp/error6.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define ERROR_ROOM 1280

static const struct icmp6_error TIME_EXCEEDED = { .type = ICMP6_TIME_EXCEEDED, .code = 1 };

static struct worker *worker;
static struct box *box;

static void
set_up(void)
{
	box = box_new(&(struct box_options){ .is_ce = false });
	worker = &box->worker[0];
}

static void
tear_down(void)
{
	box_empty(worker);
	box_free(box);
}

/* A buffer that ends after the longest error. */
static void
fill_one(void)
{
	if (worker->stock_count == 0)
		worker->stock[worker->stock_count++] = box_buffer(NULL, ERROR_ROOM);
}

/* From memory that ends where the trigger ends, so that a sanitizer sees every read past it. */
static bool
build_exact(const uint8_t *trigger, size_t len, struct icmp6_error what, u128 src, struct packet *error)
{
	uint8_t *copy = malloc(len);
	bool built;

	if (copy == NULL)
		abort();
	memcpy(copy, trigger, len);
	fill_one();
	built = icmp6_error_build(worker, copy, (uint16_t)len, what, src, error);
	free(copy);
	return built;
}

/* ---- contents --------------------------------------------------------------------------------------------------- */

/* ICM-06: as much of the trigger as fits into 1280 bytes, RFC 4443 section 2.4 (c). */
START_TEST(error_quotes_as_much_as_fits)
{
	for (size_t payload = 0; payload <= 1960; payload += payload < 1300 ? 1 : 33) {
		struct packet error;
		struct frame frame;
		size_t want;

		frame_payload(&frame, payload);
		frame_ipv6(&frame, BOX_CE6, BOX_BR6, 4, 0);
		want = frame.len + 48 < 1280 ? frame.len + 48 : 1280;
		worker->now_ms += 1000;
		ck_assert(build_exact(frame_bytes(&frame), frame.len, TIME_EXCEEDED, BOX_BR6, &error));
		ck_assert_uint_eq(error.len, want);
		ck_assert_uint_eq(load16(error.ip + 4), want - 40);
		ck_assert_mem_eq(error.ip + 48, frame_bytes(&frame), want - 48);
		ck_assert_uint_eq(frame_icmp6_checksum(BOX_BR6, BOX_CE6, error.ip + 40, want - 40), 0);
		free(error.mbuf);
	}
}
END_TEST

/*
 * Whole errors as Scapy 2.5.0 makes them, bytes(IPv6(src=BR, dst=CE, hlim=64) / expression), from
 *   BR, CE = "2001:db8:ffff::1", "2001:db8:12:3400:0:c000:212:34"
 *   T = IPv6(src=CE, dst=BR, hlim=57, tc=0xb9, fl=0x12345)
 *       / IP(src="192.0.2.18", dst="198.51.100.9", id=7, ttl=60, flags="DF") / UDP(sport=1232, dport=53) / b"MAP-E"
 *   F = IPv6(src=CE, dst=BR, hlim=57) / IPv6ExtHdrFragment(nh=4, m=1, offset=181, id=9) / (b"eight by" * 2 + b"tes")
 */
START_TEST(what_scapy_makes)
{
	static const char *const errors[] = {
		/* ICMPv6TimeExceeded(code=1) / F */
		"60000000004b3a4020010db8ffff0000000000000000000120010db8001234000000c000021200340301949d00000000600000"
		"00"
		"001b2c3920010db8001234000000c0000212003420010db8ffff00000000000000000001040005a90000000965696768742062"
		"79"
		"6569676874206279746573",
		/* ICMPv6ParamProblem(code=0, ptr=4) / F */
		"60000000004b3a4020010db8ffff0000000000000000000120010db8001234000000c000021200340400939a00000004600000"
		"00"
		"001b2c3920010db8001234000000c0000212003420010db8ffff00000000000000000001040005a90000000965696768742062"
		"79"
		"6569676874206279746573",
		/* ICMPv6ParamProblem(code=3, ptr=0) / F */
		"60000000004b3a4020010db8ffff0000000000000000000120010db8001234000000c000021200340403939b00000000600000"
		"00"
		"001b2c3920010db8001234000000c0000212003420010db8ffff00000000000000000001040005a90000000965696768742062"
		"79"
		"6569676874206279746573",
		/* ICMPv6DestUnreach(code=5) / T */
		"6000000000513a4020010db8ffff0000000000000000000120010db8001234000000c000021200340105b414000000006b9123"
		"45"
		"0021043920010db8001234000000c0000212003420010db8ffff0000000000000000000145000021000740003c115276c00002"
		"12"
		"c633640904d00035000d2c114d41502d45",
		/* ICMPv6PacketTooBig(mtu=1400) / T */
		"6000000000513a4020010db8ffff0000000000000000000120010db8001234000000c000021200340200ada1000005786b9123"
		"45"
		"0021043920010db8001234000000c0000212003420010db8ffff0000000000000000000145000021000740003c115276c00002"
		"12"
		"c633640904d00035000d2c114d41502d45",
	};

	for (int i = 0; i < COUNT(errors); i++) {
		const size_t len = strlen(errors[i]) / 2;
		uint8_t want[ERROR_ROOM];
		struct packet error;

		for (size_t at = 0; at < len; at++)
			ck_assert_int_eq(sscanf(errors[i] + 2 * at, "%2hhx", &want[at]), 1);
		ck_assert(build_exact(want + 48, len - 48,
		    (struct icmp6_error){ want[40], want[41], load32(want + 44) }, BOX_BR6, &error));
		ck_assert_uint_eq(error.len, len);
		ck_assert_mem_eq(error.ip, want, len);
		ck_assert_ptr_eq(error.l4, error.ip + 40);
		ck_assert_uint_eq(error.outer_len, len - 40);
		ck_assert(error.outer_src == BOX_BR6 && error.outer_dst == BOX_CE6);
		free(error.mbuf);
	}
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp6_sent], COUNT(errors));
	ck_assert_uint_eq(worker->counters.created, COUNT(errors));
}
END_TEST

/* ---- occasions -------------------------------------------------------------------------------------------------- */

#define GROUP u128_make(UINT64_C(0xff02000000000000), 1)

/* ICM-02: RFC 4443 section 2.4 (e). What follows the IPv6 header: a header of 8 bytes a line, and what it is about. */
static const struct {
	const char *name;
	const char *src, *dst; /* NULL: the CE, the BR */
	uint8_t next_header;
	uint8_t len;
	uint8_t bytes[32];
	bool answered;
} occasions[] = {
	{ "IPv4", NULL, NULL, 4, 20, { 0x45 }, true },
	{ "no next header", NULL, NULL, 59, 0, { 0 }, true },
	{ "echo request", NULL, NULL, 58, 8, { 128 }, true },
	{ "neighbour solicitation", NULL, NULL, 58, 24, { 135 }, true },
	{ "type 255", NULL, NULL, 58, 8, { 255 }, true },
	{ "type 0", NULL, NULL, 58, 8, { 0 }, false },
	{ "unreachable (e.1)", NULL, NULL, 58, 8, { 1 }, false },
	{ "packet too big", NULL, NULL, 58, 8, { 2 }, false },
	{ "unknown error", NULL, NULL, 58, 8, { 127 }, false },
	{ "redirect (e.2)", NULL, NULL, 58, 8, { 137 }, false },
	{ "ICMPv6 cut behind its type", NULL, NULL, 58, 1, { 128 }, true },
	{ "ICMPv6 without a type", NULL, NULL, 58, 0, { 0 }, false },
	{ "error behind hop-by-hop options", NULL, NULL, 0, 16, { 58, 0, 1, 4, 0, 0, 0, 0, 1 }, false },
	{ "error behind 16 bytes of options", NULL, NULL, 60, 24, { 58, 1, 1, 12, [16] = 3 }, false },
	{ "echo behind 16 bytes of options", NULL, NULL, 60, 24, { 58, 1, 1, 12, [16] = 129 }, true },
	{ "error behind two headers", NULL, NULL, 43, 24, { 60, 0, 0, 0, 0, 0, 0, 0, 58, 0, 1, 4, 0, 0, 0, 0, 4 },
	    false },
	{ "error behind an authentication header of 24 bytes", NULL, NULL, 51, 32, { 58, 4, [24] = 1 }, false },
	{ "echo behind an authentication header of 24 bytes", NULL, NULL, 51, 32, { 58, 4, [24] = 128 }, true },
	{ "error as a first fragment", NULL, NULL, 44, 16, { 58, 0, 0, 1, 0, 0, 0, 9, 1 }, false },
	{ "echo as a first fragment", NULL, NULL, 44, 16, { 58, 0, 0, 1, 0, 0, 0, 9, 128 }, true },
	{ "first fragment without a type", NULL, NULL, 44, 8, { 58, 0, 0, 1, 0, 0, 0, 9 }, false },
	{ "later fragment of ICMPv6", NULL, NULL, 44, 16, { 58, 0, 0, 9, 0, 0, 0, 9, 128 }, false },
	{ "later fragment of IPv4", NULL, NULL, 44, 16, { 4, 0, 0, 9, 0, 0, 0, 9, 1 }, true },
	{ "options, in a later fragment", NULL, NULL, 44, 24, { 60, 0, 0, 9, 0, 0, 0, 9, 58, 0, 1, 4, 0, 0, 0, 0, 1 },
	    true },
	{ "options that are cut off (RFC 7112)", NULL, NULL, 60, 8, { 58, 1, 1, 12 }, true },
	{ "from nobody", "::", NULL, 4, 20, { 0x45 }, false },
	{ "from loopback", "::1", NULL, 4, 20, { 0x45 }, false },
	{ "from a group", "ff02::1", NULL, 4, 20, { 0x45 }, false },
	{ "from a link", "fe80::1", NULL, 4, 20, { 0x45 }, true },
	{ "to a group (e.3)", NULL, "ff02::1", 4, 20, { 0x45 }, false },
	{ "echo to a group", NULL, "ff0e::101", 58, 8, { 128 }, false },
};

START_TEST(occasion)
{
	u128 src = BOX_CE6, dst = BOX_BR6;
	struct packet error = { 0 };
	struct frame frame;

	ck_assert(occasions[_i].src == NULL || ip6_parse(occasions[_i].src, &src) == 0);
	ck_assert(occasions[_i].dst == NULL || ip6_parse(occasions[_i].dst, &dst) == 0);
	frame_payload(&frame, 0);
	frame_push(&frame, occasions[_i].bytes, occasions[_i].len);
	frame_ipv6(&frame, src, dst, occasions[_i].next_header, 0);
	ck_assert_msg(build_exact(frame_bytes(&frame), frame.len, TIME_EXCEEDED, BOX_BR6, &error) ==
		occasions[_i].answered,
	    "%s", occasions[_i].name);
	ck_assert_uint_eq(worker->counters.created, occasions[_i].answered);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp6_sent], occasions[_i].answered);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp_rate_limited], 0);
	free(error.mbuf);
}
END_TEST

START_TEST(what_is_no_ipv6)
{
	struct packet error;
	struct frame frame;

	frame_payload(&frame, 20);
	frame_ipv6(&frame, BOX_CE6, BOX_BR6, 59, 0);
	ck_assert(!build_exact(frame_bytes(&frame), 39, TIME_EXCEEDED, BOX_BR6, &error));
	frame_bytes(&frame)[0] = 0x45;
	ck_assert(!build_exact(frame_bytes(&frame), frame.len, TIME_EXCEEDED, BOX_BR6, &error));
	ck_assert_uint_eq(worker->counters.created, 0);
}
END_TEST

/* ICM-02: about them there are packet too big, and 4/2 about an option of type 10xxxxxx (e.3). */
START_TEST(about_packets_to_a_group)
{
	static const struct {
		struct icmp6_error what;
		bool answered;
	} cases[] = {
		{ { ICMP6_TOO_BIG, 0, 1400 }, true },
		{ { ICMP6_UNREACHABLE, 0, 0 }, false },
		{ { ICMP6_TIME_EXCEEDED, 0, 0 }, false },
		{ { ICMP6_PARAMETER_PROBLEM, 0, 42 }, false },
		{ { ICMP6_PARAMETER_PROBLEM, 1, 42 }, false },
		{ { ICMP6_PARAMETER_PROBLEM, 2, 42 }, true },  /* 10000001 */
		{ { ICMP6_PARAMETER_PROBLEM, 2, 44 }, false }, /* 11000010 */
		{ { ICMP6_PARAMETER_PROBLEM, 2, 46 }, false }, /* 01000011 */
		{ { ICMP6_PARAMETER_PROBLEM, 2, 48 }, false }, /* behind the packet */
		{ { ICMP6_PARAMETER_PROBLEM, 2, UINT32_MAX }, false },
		{ { ICMP6_PARAMETER_PROBLEM, 3, 42 }, false },
	};
	static const uint8_t options[8] = { 59, 0, 0x81, 0, 0xc2, 0, 0x43, 0 };

	for (int i = 0; i < COUNT(cases); i++) {
		struct packet error = { 0 };
		struct frame frame;

		frame_payload(&frame, 0);
		frame_push(&frame, options, sizeof(options));
		frame_ipv6(&frame, BOX_CE6, GROUP, 60, 0);
		ck_assert_msg(build_exact(frame_bytes(&frame), frame.len, cases[i].what, BOX_BR6, &error) ==
			cases[i].answered,
		    "case %d", i);
		free(error.mbuf);
	}
}
END_TEST

/* ---- who, and how many ------------------------------------------------------------------------------------------ */

/* ICM-08: from the unicast address that the caller names, and from nobody if there is none (anycast). */
START_TEST(who_speaks_for_us)
{
	const u128 unicast = u128_make(UINT64_C(0x20010db800440000), 7);
	struct packet error;
	struct frame frame;

	frame_payload(&frame, 20);
	frame_ipv6(&frame, BOX_CE6, BOX_BR6, 4, 0);
	ck_assert(!build_exact(frame_bytes(&frame), frame.len, TIME_EXCEEDED, 0, &error));
	ck_assert_uint_eq(worker->stock_count, 1);
	ck_assert(build_exact(frame_bytes(&frame), frame.len, TIME_EXCEEDED, unicast, &error));
	ck_assert(ip6_load(error.ip + 8) == unicast);
	ck_assert_uint_eq(frame_icmp6_checksum(unicast, BOX_CE6, error.l4, error.outer_len), 0);
	free(error.mbuf);
}
END_TEST

START_TEST(without_a_buffer)
{
	struct packet error;
	struct frame frame;

	frame_payload(&frame, 20);
	frame_ipv6(&frame, BOX_CE6, BOX_BR6, 4, 0);
	ck_assert(!icmp6_error_build(worker, frame_bytes(&frame), (uint16_t)frame.len, TIME_EXCEEDED, BOX_BR6, &error));
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp_no_buffer], 1);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp6_sent], 0);
	ck_assert_uint_eq(worker->counters.created, 0);
}
END_TEST

/* ICM-03: RFC 4443 section 2.4 (f), from a bucket of its own; test_icmp_limit.c has the arithmetic. */
START_TEST(errors_are_limited)
{
	unsigned int sent = 0;
	struct packet error;
	struct frame frame;

	frame_payload(&frame, 20);
	frame_ipv6(&frame, BOX_CE6, BOX_BR6, 4, 0);
	worker->icmp_limit = (struct limit){ .rate = 10, .burst = 5 };
	for (worker->now_ms = 7; worker->now_ms < 1007; worker->now_ms++) {
		if (build_exact(frame_bytes(&frame), frame.len, TIME_EXCEEDED, BOX_BR6, &error)) {
			free(error.mbuf);
			sent++;
		}
	}
	ck_assert_uint_eq(sent, 5 + 9);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp6_sent], sent);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp_rate_limited], 1000 - sent);
	ck_assert_uint_eq(worker->icmp_errors.last_ms, 0);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("icmp6_error");
	TCase *tcase = tcase_create("error");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, error_quotes_as_much_as_fits);
	tcase_add_test(tcase, what_scapy_makes);
	tcase_add_loop_test(tcase, occasion, 0, COUNT(occasions));
	tcase_add_test(tcase, what_is_no_ipv6);
	tcase_add_test(tcase, about_packets_to_a_group);
	tcase_add_test(tcase, who_speaks_for_us);
	tcase_add_test(tcase, without_a_buffer);
	tcase_add_test(tcase, errors_are_limited);
	suite_add_tcase(suite, tcase);
	return suite;
}
