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

struct occasion {
	const char *name;
	uint8_t protocol, icmp_type;
	uint16_t flags;
	uint32_t src, dst;
	bool answered;
};

static const struct occasion UDP = { "UDP", PROTOCOL_UDP, 0, 0, BOX_HOST, BOX_SERVER, true };

/* A packet that gives occasion for an error; its kind and ports are not known. */
static struct rte_mbuf *
trigger(const struct occasion *occasion, size_t payload, struct packet *p)
{
	const struct mac mac = box_mac(box, INTERFACE_V4);
	struct rte_mbuf *mbuf;
	struct frame frame;

	frame_payload(&frame, payload);
	if (occasion->protocol == PROTOCOL_UDP)
		frame_udp(&frame, 5000, 53);
	else if (occasion->protocol == PROTOCOL_TCP)
		frame_tcp(&frame, 5000, 53, 0x02, NULL, 0);
	else if (occasion->protocol == PROTOCOL_ICMP)
		frame_icmp(&frame, occasion->icmp_type, 0, UINT32_C(5000) << 16);
	frame_ipv4(&frame,
	    &(struct frame_ipv4){ .src = occasion->src,
		.dst = occasion->dst,
		.protocol = occasion->protocol,
		.flags = occasion->flags,
		.ttl = 17 });
	frame_ethernet(&frame, &mac, ETHER_TYPE_IPV4);
	mbuf = box_buffer(frame_bytes(&frame), frame.len);
	*p = (struct packet){ .mbuf = mbuf, .ip = rte_pktmbuf_mtod_offset(mbuf, uint8_t *, ETHER_LEN) };
	ck_assert_int_eq(ipv4_in(worker, p), VERDICT_NEXT);
	return mbuf;
}

static void
fill_one(struct worker *w)
{
	if (w->stock_count == 0)
		w->stock[w->stock_count++] = box_buffer(NULL, 576);
}

/*
 * ICM-05: RFC 792, RFC 1812 section 4.3.2.3: the error quotes as much as fits into 576 bytes, from the first byte of
 * the IPv4 header on. The buffer has room for 576 bytes and not one more.
 */
START_TEST(error_quotes_as_much_as_fits)
{
	for (size_t payload = 0; payload <= 1472; payload += payload < 600 ? 1 : 109) {
		struct rte_mbuf *mbuf;
		struct packet p, error;
		size_t want;

		fill_one(worker);
		mbuf = trigger(&UDP, payload, &p);
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

/* ICM-09: the fields, byte by byte: RFC 792, RFC 1191 section 4, RFC 1812 section 4.3.2. */
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
		struct rte_mbuf *mbuf = trigger(&UDP, 12, &p);

		fill_one(worker);
		ck_assert(icmp_error_build(worker, &p, cases[i].what, BOX_LAN, &error));
		ck_assert_uint_eq(error.ip[0], 0x45);
		ck_assert_uint_eq(error.ip[1], 0xc0);
		ck_assert_uint_eq(load16(error.ip + 2), 20 + 8 + 40);
		ck_assert_uint_eq(error.ip[20 + 8 + 8], 17); /* the TTL as received */
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

/* ICM-01: about what no error is sent, RFC 1812 section 4.3.2.7; which ICMP types are errors, RFC 1122 section 3.2.2. */
static const struct occasion occasions[] = {
	{ "TCP", PROTOCOL_TCP, 0, 0, BOX_HOST, BOX_SERVER, true },
	{ "UDP with DF", PROTOCOL_UDP, 0, IPV4_DF, BOX_HOST, BOX_SERVER, true },
	{ "another protocol", 47, 0, 0, BOX_HOST, BOX_SERVER, true },
	{ "echo reply", PROTOCOL_ICMP, 0, 0, BOX_HOST, BOX_SERVER, true },
	{ "unreachable", PROTOCOL_ICMP, 3, 0, BOX_HOST, BOX_SERVER, false },
	{ "source quench", PROTOCOL_ICMP, 4, 0, BOX_HOST, BOX_SERVER, false },
	{ "redirect", PROTOCOL_ICMP, 5, 0, BOX_HOST, BOX_SERVER, false },
	{ "echo", PROTOCOL_ICMP, 8, 0, BOX_HOST, BOX_SERVER, true },
	{ "time exceeded", PROTOCOL_ICMP, 11, 0, BOX_HOST, BOX_SERVER, false },
	{ "parameter problem", PROTOCOL_ICMP, 12, 0, BOX_HOST, BOX_SERVER, false },
	{ "timestamp", PROTOCOL_ICMP, 13, 0, BOX_HOST, BOX_SERVER, true },
	{ "timestamp reply", PROTOCOL_ICMP, 14, 0, BOX_HOST, BOX_SERVER, true },
	{ "information request", PROTOCOL_ICMP, 15, 0, BOX_HOST, BOX_SERVER, true },
	{ "address mask reply", PROTOCOL_ICMP, 18, 0, BOX_HOST, BOX_SERVER, true },
	{ "first fragment", PROTOCOL_UDP, 0, 0x2000, BOX_HOST, BOX_SERVER, true },
	{ "second fragment", PROTOCOL_UDP, 0, 0x2001, BOX_HOST, BOX_SERVER, false },
	{ "last fragment", PROTOCOL_UDP, 0, 0x1fff, BOX_HOST, BOX_SERVER, false },
	{ "later fragment with DF", PROTOCOL_TCP, 0, IPV4_DF | 0x0100, BOX_HOST, BOX_SERVER, false },
	{ "first fragment of an error", PROTOCOL_ICMP, 3, 0x2000, BOX_HOST, BOX_SERVER, false },
	{ "to a group", PROTOCOL_UDP, 0, 0, BOX_HOST, UINT32_C(0xe0000001), false },
	{ "to the last group", PROTOCOL_UDP, 0, 0, BOX_HOST, UINT32_C(0xefffffff), false },
	{ "broadcast", PROTOCOL_UDP, 0, 0, BOX_HOST, UINT32_C(0xffffffff), false },
	{ "from a group", PROTOCOL_UDP, 0, 0, UINT32_C(0xe0000001), BOX_SERVER, false },
	{ "from class E", PROTOCOL_UDP, 0, 0, UINT32_C(0xf0000001), BOX_SERVER, false },
	{ "from broadcast", PROTOCOL_UDP, 0, 0, UINT32_C(0xffffffff), BOX_SERVER, false },
	{ "from 0.0.0.0", PROTOCOL_UDP, 0, 0, 0, BOX_SERVER, false },
	{ "from net zero", PROTOCOL_UDP, 0, 0, UINT32_C(0x00ffffff), BOX_SERVER, false },
	{ "from 1.0.0.0", PROTOCOL_UDP, 0, 0, UINT32_C(0x01000000), BOX_SERVER, true },
	{ "from loopback", PROTOCOL_UDP, 0, 0, UINT32_C(0x7f000001), BOX_SERVER, false },
	{ "from 126.255.255.255", PROTOCOL_UDP, 0, 0, UINT32_C(0x7effffff), BOX_SERVER, true },
	{ "from 128.0.0.0", PROTOCOL_UDP, 0, 0, UINT32_C(0x80000000), BOX_SERVER, true },
	{ "from 223.255.255.255", PROTOCOL_UDP, 0, 0, UINT32_C(0xdfffffff), BOX_SERVER, true },
};

START_TEST(occasion)
{
	struct packet p, error = { 0 };
	struct rte_mbuf *mbuf = trigger(&occasions[_i], 10, &p);

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

/* An ICMP packet that ends with its IPv4 header does not say what it is. */
START_TEST(icmp_without_a_type)
{
	const struct occasion icmp = { "", PROTOCOL_ICMP, 8, 0, BOX_HOST, BOX_SERVER, false };
	struct packet p, error;
	struct rte_mbuf *mbuf = trigger(&icmp, 0, &p);

	fill_one(worker);
	p.len = IPV4_MIN_LEN;
	ck_assert(!icmp_error_build(worker, &p, ICMP_TTL_EXCEEDED, BOX_LAN, &error));
	p.len++;
	ck_assert(icmp_error_build(worker, &p, ICMP_TTL_EXCEEDED, BOX_LAN, &error));
	free(error.mbuf);
	free(mbuf);
}
END_TEST

/* ICM-07: an error comes from the address that the caller names; without one there is none. */
START_TEST(nobody_to_speak_for_us)
{
	struct packet p, error;
	struct rte_mbuf *mbuf = trigger(&UDP, 10, &p);

	fill_one(worker);
	ck_assert(!icmp_error_build(worker, &p, ICMP_TTL_EXCEEDED, 0, &error));
	ck_assert_uint_eq(worker->stock_count, 1);
	ck_assert(icmp_error_build(worker, &p, ICMP_TTL_EXCEEDED, BOX_INTERNET, &error));
	ck_assert_uint_eq(load32(error.ip + 12), BOX_INTERNET);
	free(error.mbuf);
	free(mbuf);
}
END_TEST

START_TEST(without_a_buffer)
{
	struct packet p, error;
	struct rte_mbuf *mbuf = trigger(&UDP, 10, &p);

	ck_assert_uint_eq(worker->stock_count, 0);
	ck_assert(!icmp_error_build(worker, &p, ICMP_TTL_EXCEEDED, BOX_LAN, &error));
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp_no_buffer], 1);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp4_sent], 0);
	ck_assert_uint_eq(worker->counters.created, 0);
	free(mbuf);
}
END_TEST

/* ICM-04: RFC 1812 section 4.3.2.8; test_icmp_limit.c has the arithmetic. */
START_TEST(errors_are_limited)
{
	struct packet p, error;
	struct rte_mbuf *mbuf = trigger(&UDP, 10, &p);
	unsigned int sent = 0;

	worker->icmp_limit = (struct limit){ .rate = 10, .burst = 5 };
	for (worker->now_ms = 7; worker->now_ms < 1007; worker->now_ms++) {
		fill_one(worker);
		if (icmp_error_build(worker, &p, ICMP_TTL_EXCEEDED, BOX_LAN, &error)) {
			free(error.mbuf);
			sent++;
		}
	}
	ck_assert_uint_eq(sent, 5 + 9);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp4_sent], sent);
	ck_assert_uint_eq(worker->counters.event[EVENT_icmp_rate_limited], 1000 - sent);
	ck_assert_uint_eq(worker->icmp6_errors.last_ms, 0);
	free(mbuf);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("icmp_error");
	TCase *error = tcase_create("error");

	tcase_add_checked_fixture(error, set_up, tear_down);
	tcase_add_test(error, error_quotes_as_much_as_fits);
	tcase_add_test(error, fields_of_an_error);
	tcase_add_loop_test(error, occasion, 0, COUNT(occasions));
	tcase_add_test(error, icmp_without_a_type);
	tcase_add_test(error, nobody_to_speak_for_us);
	tcase_add_test(error, without_a_buffer);
	tcase_add_test(error, errors_are_limited);
	suite_add_tcase(suite, error);
	return suite;
}
