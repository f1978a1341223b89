/* SPDX-License-Identifier: BSD-3-Clause */
/* The ICMP errors that we make: right, short enough, only where they may be, and few. */
#include <stdlib.h>

#include "box.h"
#include "frames.h"
#include "icmp/error.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static struct worker *worker;
static struct box *box;

static void
set_up(void)
{
	box = box_new(&(struct box_options){ .is_ce = true });
	worker = &box->worker[0];
}

static void
tear_down(void)
{
	box_empty(worker);
	box_free(box);
}

/* ---- contents --------------------------------------------------------------------------------------------------- */

/* A packet that gives occasion for an error. */
static struct rte_mbuf *
trigger(uint8_t protocol, uint8_t icmp_type, uint32_t src, uint32_t dst, size_t payload, struct packet *p)
{
	const struct mac mac = box_mac(box, INTERFACE_V4);
	struct rte_mbuf *mbuf;
	struct frame frame;

	frame_payload(&frame, payload);
	if (protocol == PROTOCOL_UDP)
		frame_udp(&frame, 5000, 53);
	else if (protocol == PROTOCOL_TCP)
		frame_tcp(&frame, 5000, 53, 0x02, NULL, 0);
	else if (protocol == PROTOCOL_ICMP)
		frame_icmp(&frame, icmp_type, 0, UINT32_C(5000) << 16);
	frame_ipv4(&frame, &(struct frame_ipv4){ .src = src, .dst = dst, .protocol = protocol });
	frame_ethernet(&frame, &mac, ETHER_TYPE_IPV4);
	mbuf = box_buffer(frame_bytes(&frame), frame.len);
	*p = (struct packet){ .mbuf = mbuf, .ip = rte_pktmbuf_mtod_offset(mbuf, uint8_t *, ETHER_LEN) };
	ck_assert_int_eq(ipv4_in(worker, p), VERDICT_NEXT);
	ck_assert_int_eq(l4_in(worker, p), VERDICT_NEXT);
	return mbuf;
}

static void
fill_one(struct worker *w)
{
	if (w->stock_count == 0)
		w->stock[w->stock_count++] = box_buffer(NULL, 576);
}

/*
 * RFC 792, RFC 1812 section 4.3.2.3: the error quotes as much as fits into 576 bytes, from the first byte of the IPv4
 * header on. The buffer has room for 576 bytes and not one more.
 */
START_TEST(error_quotes_as_much_as_fits)
{
	for (size_t payload = 0; payload <= 1472; payload += payload < 600 ? 1 : 109) {
		struct rte_mbuf *mbuf;
		struct packet p, error;
		size_t want;

		fill_one(worker);
		mbuf = trigger(PROTOCOL_UDP, 0, BOX_HOST, BOX_SERVER, payload, &p);
		worker->now_ms += 1000;
		ck_assert(icmp_error_build(worker, &p, icmp_fragmentation_needed(1460), BOX_LAN, &error));
		want = p.len + 28u < 576 ? p.len + 28u : 576;
		if (error.len != want || frame_fault(error.ip, error.len) != NULL ||
		    memcmp(error.ip + 28, p.ip, want - 28) != 0)
			ck_abort_msg("payload %zu: %u bytes, %s", payload, error.len, frame_fault(error.ip, error.len));
		free(error.mbuf);
		free(mbuf);
	}
}
END_TEST

/* ICM-01: the fields, byte by byte: RFC 792, RFC 1191 section 4, RFC 1812 section 4.3.2. */
START_TEST(fields_of_an_error)
{
	static const struct {
		struct icmp_error what;
		uint8_t header[8];
	} cases[] = {
		{ { .type = 11 }, { 11, 0, 0, 0, 0, 0, 0, 0 } },
		{ { .type = 3, .code = 4, .mtu = 1460 }, { 3, 4, 0, 0, 0, 0, 0x05, 0xb4 } },
		{ { .type = 3, .code = 13 }, { 3, 13, 0, 0, 0, 0, 0, 0 } },
	};

	for (int i = 0; i < COUNT(cases); i++) {
		struct packet p, error;
		struct rte_mbuf *mbuf = trigger(PROTOCOL_TCP, 0, BOX_HOST, BOX_SERVER, 0, &p);

		fill_one(worker);
		ck_assert(icmp_error_build(worker, &p, cases[i].what, BOX_LAN, &error));
		ck_assert_uint_eq(error.ip[0], 0x45);
		ck_assert_uint_eq(error.ip[1], 0xc0);
		ck_assert_uint_eq(load16(error.ip + 2), 20 + 8 + 40);
		ck_assert_uint_eq(load16(error.ip + 6), IPV4_DF);
		ck_assert_uint_eq(error.ip[8], 64);
		ck_assert_uint_eq(error.ip[9], 1);
		ck_assert_uint_eq(load32(error.ip + 12), BOX_LAN);
		ck_assert_uint_eq(load32(error.ip + 16), BOX_HOST);
		ck_assert_mem_eq(error.l4, cases[i].header, 2);
		ck_assert_mem_eq(error.l4 + 4, cases[i].header + 4, 4);
		ck_assert_ptr_null(frame_fault(error.ip, error.len));
		ck_assert_uint_eq(error.src, BOX_LAN);
		ck_assert_uint_eq(error.dst, BOX_HOST);
		ck_assert_int_eq(error.kind, L4_ICMP_ERROR);
		free(error.mbuf);
		free(mbuf);
	}
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp4_sent], COUNT(cases));
	ck_assert_uint_eq(worker->counters.created, COUNT(cases));
}
END_TEST

/* RFC 1812 section 4.3.2.7: about what no error is sent. */
static const struct {
	const char *name;
	uint8_t protocol, icmp_type;
	uint32_t src, dst;
	bool answered;
} occasions[] = {
	{ "UDP", PROTOCOL_UDP, 0, BOX_HOST, BOX_SERVER, true },
	{ "TCP", PROTOCOL_TCP, 0, BOX_HOST, BOX_SERVER, true },
	{ "echo", PROTOCOL_ICMP, ICMP_ECHO, BOX_HOST, BOX_SERVER, true },
	{ "echo reply", PROTOCOL_ICMP, ICMP_ECHO_REPLY, BOX_HOST, BOX_SERVER, true },
	{ "another protocol", 47, 0, BOX_HOST, BOX_SERVER, true },
	{ "unreachable", PROTOCOL_ICMP, ICMP_UNREACHABLE, BOX_HOST, BOX_SERVER, false },
	{ "time exceeded", PROTOCOL_ICMP, ICMP_TIME_EXCEEDED, BOX_HOST, BOX_SERVER, false },
	{ "parameter problem", PROTOCOL_ICMP, ICMP_PARAMETER_PROBLEM, BOX_HOST, BOX_SERVER, false },
	{ "redirect", PROTOCOL_ICMP, 5, BOX_HOST, BOX_SERVER, false },
	{ "source quench", PROTOCOL_ICMP, 4, BOX_HOST, BOX_SERVER, false },
	{ "an unknown type", PROTOCOL_ICMP, 200, BOX_HOST, BOX_SERVER, false },
	{ "to a multicast group", PROTOCOL_UDP, 0, BOX_HOST, UINT32_C(0xe00000fb), false },
	{ "broadcast", PROTOCOL_UDP, 0, BOX_HOST, UINT32_C(0xffffffff), false },
	{ "from a group", PROTOCOL_UDP, 0, UINT32_C(0xe0000001), BOX_SERVER, false },
	{ "from class E", PROTOCOL_UDP, 0, UINT32_C(0xf0000001), BOX_SERVER, false },
	{ "from 0.0.0.0", PROTOCOL_UDP, 0, 0, BOX_SERVER, false },
	{ "from loopback", PROTOCOL_UDP, 0, UINT32_C(0x7f000001), BOX_SERVER, false },
};

START_TEST(occasion)
{
	struct packet p, error = { 0 };
	struct rte_mbuf *mbuf =
	    trigger(occasions[_i].protocol, occasions[_i].icmp_type, occasions[_i].src, occasions[_i].dst, 10, &p);

	fill_one(worker);
	ck_assert_msg(icmp_error_build(worker, &p, ICMP_TTL_EXCEEDED, BOX_LAN, &error) == occasions[_i].answered, "%s",
	    occasions[_i].name);
	ck_assert_uint_eq(worker->counters.created, occasions[_i].answered);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp4_sent], occasions[_i].answered);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp_rate_limited], 0);
	free(error.mbuf);
	free(mbuf);
}
END_TEST

START_TEST(without_a_buffer)
{
	struct packet p, error;
	struct rte_mbuf *mbuf = trigger(PROTOCOL_UDP, 0, BOX_HOST, BOX_SERVER, 10, &p);

	ck_assert_uint_eq(worker->stock_count, 0);
	ck_assert(!icmp_error_build(worker, &p, ICMP_TTL_EXCEEDED, BOX_LAN, &error));
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp_no_buffer], 1);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp4_sent], 0);
	ck_assert_uint_eq(worker->counters.created, 0);
	free(mbuf);
}
END_TEST

/* ---- the rate limit --------------------------------------------------------------------------------------------- */

/* As many workers as that, each asked for an error `asks` times a millisecond; how many came out of all of them. */
static uint64_t
errors_of_all(uint16_t workers, uint64_t from_ms, uint64_t milliseconds, unsigned int asks)
{
	struct token_bucket bucket[WORKER_MAX] = { { 0 } };
	struct packet p, error;
	struct rte_mbuf *mbuf = trigger(PROTOCOL_UDP, 0, BOX_HOST, BOX_SERVER, 0, &p);
	uint64_t sent = 0;

	worker->count = workers;
	for (uint64_t ms = from_ms; ms < from_ms + milliseconds; ms++) {
		for (uint16_t w = 0; w < workers; w++) {
			worker->now_ms = ms;
			worker->icmp_errors = bucket[w];
			for (unsigned int i = 0; i < asks; i++) {
				fill_one(worker);
				if (icmp_error_build(worker, &p, ICMP_TTL_EXCEEDED, BOX_LAN, &error)) {
					free(error.mbuf);
					sent++;
				}
			}
			bucket[w] = worker->icmp_errors;
		}
	}
	worker->count = 1;
	free(mbuf);
	return sent;
}

/*
 * RFC 1812 section 4.3.2.8: more workers do not mean more errors (trap: limit per core). In ten seconds of
 * flood a box of any size sends the burst, 200, and 1000 a second; rounding may cost some, never add one.
 */
START_TEST(limit_is_for_the_whole_box)
{
	static const uint16_t workers[] = { 1, 2, 3, 4, 7, 16 };
	const uint64_t sent = errors_of_all(workers[_i], _i % 2 == 0 ? 0 : 123456, 10000, 3);

	ck_assert_uint_le(sent, 200 + 10000 + workers[_i]);
	ck_assert_uint_ge(sent, 9000);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp_rate_limited], UINT64_C(30000) * workers[_i] - sent);
}
END_TEST

/* The first moment: the burst and no more; after a long rest again the burst and no more. */
START_TEST(burst)
{
	static const uint16_t workers[] = { 1, 2, 4, 16 };
	const uint64_t sent = errors_of_all(workers[_i], 0, 1, 1000);

	ck_assert_uint_le(sent, 200 + workers[_i]);
	ck_assert_uint_ge(sent, 200 - workers[_i]);
}
END_TEST

START_TEST(rest_fills_the_bucket_once)
{
	struct packet p, error;
	struct rte_mbuf *mbuf = trigger(PROTOCOL_UDP, 0, BOX_HOST, BOX_SERVER, 0, &p);
	static const uint64_t rests[] = { 200, 1000, UINT64_C(1000000), UINT64_C(100000000000),
		UINT64_C(10000000000000) };

	for (int i = -1; i < COUNT(rests); i++) {
		unsigned int sent = 0;

		worker->now_ms += i < 0 ? 0 : rests[i];
		for (int j = 0; j < 1000; j++) {
			fill_one(worker);
			if (icmp_error_build(worker, &p, ICMP_TTL_EXCEEDED, BOX_LAN, &error)) {
				free(error.mbuf);
				sent++;
			}
		}
		ck_assert_msg(sent >= 199 && sent <= 201, "rest %d: %u", i, sent);
	}
	free(mbuf);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("icmp_error");
	TCase *error = tcase_create("error"), *limit = tcase_create("limit");

	tcase_add_checked_fixture(error, set_up, tear_down);
	tcase_add_test(error, error_quotes_as_much_as_fits);
	tcase_add_test(error, fields_of_an_error);
	tcase_add_loop_test(error, occasion, 0, COUNT(occasions));
	tcase_add_test(error, without_a_buffer);
	suite_add_tcase(suite, error);
	tcase_add_checked_fixture(limit, set_up, tear_down);
	tcase_add_loop_test(limit, limit_is_for_the_whole_box, 0, 6);
	tcase_add_loop_test(limit, burst, 0, 4);
	tcase_add_test(limit, rest_fills_the_bucket_once);
	suite_add_tcase(suite, limit);
	return suite;
}
