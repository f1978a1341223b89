/* SPDX-License-Identifier: BSD-3-Clause */
/* The MSS option of a SYN is lowered wherever it stands, and the checksum is what adding everything up again gives. */
#include "pkt/mss.h"

#include <stdlib.h>

#include "box.h"
#include "frames.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

#define SYN 0x02
#define ACK 0x10

static struct worker worker;

/* An IPv4 packet with a TCP segment, in a buffer of its own that ends where the packet ends, parsed. */
static struct rte_mbuf *
segment(const struct frame_ipv4 *header, uint8_t flags, const void *options, size_t options_len, size_t payload,
    struct packet *p)
{
	static const struct mac mac = { { 2, 0, 0, 0, 12, 1 } };
	struct rte_mbuf *mbuf;
	struct frame frame;

	frame_payload(&frame, payload);
	frame_tcp(&frame, 12345, 80, flags, options, options_len);
	frame_ipv4(&frame, header);
	frame_ethernet(&frame, &mac, ETHER_TYPE_IPV4);
	mbuf = box_buffer(frame_bytes(&frame), frame.len);
	*p = (struct packet){ .mbuf = mbuf, .ip = rte_pktmbuf_mtod_offset(mbuf, uint8_t *, ETHER_LEN) };
	memset(&worker, 0, sizeof(worker));
	ck_assert_int_eq(ipv4_in(&worker, p), VERDICT_NEXT);
	ck_assert_int_eq(l4_in(&worker, p), VERDICT_NEXT);
	return mbuf;
}

static const struct frame_ipv4 plain = { .src = UINT32_C(0xc0a8010a), .dst = UINT32_C(0xc6336409), .protocol = 6 };

/* Lowers to 1420 and checks: nothing but the value and the checksum changed. `at`: of the value in the options. */
static void
check_lowered(struct packet *p, size_t at)
{
	uint8_t before[80], *value = p->l4 + TCP_MIN_LEN + at;
	const size_t header = (size_t)(p->l4[12] >> 4) * 4;

	memcpy(before, p->l4, header);
	mss_lower(&worker, p, 1420);
	ck_assert_uint_eq(load16(value), 1420);
	ck_assert_ptr_null(frame_fault(p->ip, p->len));
	store16(value, load16(before + TCP_MIN_LEN + at));
	memcpy(p->l4 + 16, before + 16, 2);
	ck_assert_mem_eq(p->l4, before, header);
	ck_assert_uint_eq(worker.counters.event[EVENT_mss_clamped], 1);
}

/* And: nothing at all changed, and nothing was counted. */
static void
check_untouched(struct packet *p, uint16_t mss)
{
	uint8_t before[2048];

	ck_assert_uint_le(p->len, sizeof(before));
	memcpy(before, p->ip, p->len);
	mss_lower(&worker, p, mss);
	ck_assert_mem_eq(p->ip, before, p->len);
	ck_assert_uint_eq(worker.counters.event[EVENT_mss_clamped], 0);
}

/* ---- places ----------------------------------------------------------------------------------------------------- */

/* Behind 0..36 NOPs: every place that four bytes have in 40, odd and even, with and without IPv4 options. */
START_TEST(behind_nops)
{
	struct frame_ipv4 header = plain;
	uint8_t options[40];
	struct rte_mbuf *mbuf;
	struct packet p;

	memset(options, 1, sizeof(options));
	memcpy(options + _i, (const uint8_t[]){ 2, 4, 0x05, 0xb4 }, 4);
	for (size_t len = (size_t)_i + 4; len <= sizeof(options); len++) {
		header.option_words = (uint8_t)(len % 11);
		mbuf = segment(&header, SYN, options, len, len % 3, &p);
		check_lowered(&p, (size_t)_i + 2);
		free(mbuf);
	}
}
END_TEST

/* As systems send it; the option's value is 1460 in all of them. */
static const struct {
	const char *name;
	uint8_t option[40];
	size_t len, at;
} orders[] = {
	{ "alone", { 2, 4, 0x05, 0xb4 }, 4, 2 },
	{ "Linux", { 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7 }, 20, 2 },
	{ "Windows", { 2, 4, 0x05, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2 }, 12, 2 },
	{ "behind a window scale: odd", { 3, 3, 7, 2, 4, 0x05, 0xb4, 0 }, 8, 5 },
	{ "behind timestamps and fast open", { 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 34, 5, 9, 9, 9, 2, 4, 0x05, 0xb4 }, 19,
	    17 },
	{ "behind an option whose value looks like one", { 254, 8, 2, 4, 0x05, 0xb4, 2, 4, 2, 4, 0x05, 0xb4 }, 12, 10 },
	{ "behind one of length 2", { 2, 2, 2, 4, 0x05, 0xb4, 0, 0 }, 8, 4 },
	{ "behind one of length 3", { 2, 3, 1, 2, 4, 0x05, 0xb4, 0 }, 8, 5 },
	{ "at the very end of the largest header, data offset 15", { 254, 36, [36] = 2, 4, 0x05, 0xb4 }, 40, 38 },
};

START_TEST(orders_of_options)
{
	for (int flags = 0; flags < 2; flags++) { /* a SYN and its answer */
		struct packet p;
		struct rte_mbuf *mbuf =
		    segment(&plain, flags == 0 ? SYN : SYN | ACK, orders[_i].option, orders[_i].len, 0, &p);

		check_lowered(&p, orders[_i].at);
		free(mbuf);
	}
}
END_TEST

/* Hosts differ in which of two options they take: both are lowered, the segment counts once. */
START_TEST(two_options)
{
	static const uint8_t option[] = { 2, 4, 0x05, 0xb4, 1, 2, 4, 0xff, 0xff, 0, 0, 0 };
	struct packet p;
	struct rte_mbuf *mbuf = segment(&plain, SYN, option, sizeof(option), 0, &p);

	mss_lower(&worker, &p, 1420);
	ck_assert_uint_eq(load16(p.l4 + TCP_MIN_LEN + 2), 1420);
	ck_assert_uint_eq(load16(p.l4 + TCP_MIN_LEN + 7), 1420);
	ck_assert_ptr_null(frame_fault(p.ip, p.len));
	ck_assert_uint_eq(worker.counters.event[EVENT_mss_clamped], 1);
	free(mbuf);
}
END_TEST

/* One that is low enough does not undo the other. */
START_TEST(two_options_of_which_one_is_low)
{
	static const uint8_t option[] = { 2, 4, 0x05, 0xb4, 2, 4, 0x02, 0x18 };
	struct packet p;
	struct rte_mbuf *mbuf = segment(&plain, SYN, option, sizeof(option), 0, &p);

	check_lowered(&p, 2);
	ck_assert_uint_eq(load16(p.l4 + TCP_MIN_LEN + 6), 0x218);
	free(mbuf);
}
END_TEST

/* ---- nothing to do ---------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	uint8_t option[40];
	size_t len;
} without[] = {
	{ "no options", { 0 }, 0 },
	{ "only NOPs", { 1, 1, 1, 1 }, 4 },
	{ "behind the end of the list", { 0, 2, 4, 0x05, 0xb4, 0, 0, 0 }, 8 },
	{ "kind alone in the last byte", { 1, 1, 1, 2 }, 4 },
	{ "cut in the length", { 1, 1, 2, 4 }, 4 },
	{ "cut in the value", { 1, 2, 4, 5 }, 4 },
	{ "length 0", { 2, 0, 2, 4, 0x05, 0xb4, 0, 0 }, 8 },
	{ "length 1", { 2, 1, 0x05, 0xb4 }, 4 },
	{ "length 2", { 2, 2, 0x05, 0xb4 }, 4 },
	{ "length 3", { 2, 3, 0x05, 0xb4 }, 4 },
	{ "length 5", { 2, 5, 0x05, 0xb4, 1, 0, 0, 0 }, 8 },
	{ "length 255", { 2, 255, 0x05, 0xb4 }, 4 },
	{ "behind an option of length 0", { 254, 0, 2, 4, 0x05, 0xb4, 0, 0 }, 8 },
	{ "behind an option that says it is longer than the header", { 254, 9, 2, 4, 0x05, 0xb4, 0, 0 }, 8 },
};

START_TEST(no_whole_option)
{
	struct packet p;
	struct rte_mbuf *mbuf = segment(&plain, SYN, without[_i].option, without[_i].len, 0, &p);

	check_untouched(&p, 536);
	free(mbuf);
}
END_TEST

/* What looks like an option behind the header is payload (trap: SYN with Fast Open data). */
START_TEST(payload_is_no_option)
{
	struct packet p;
	struct rte_mbuf *mbuf = segment(&plain, SYN, (const uint8_t[]){ 1, 1, 1, 1 }, 4, 64, &p);

	memcpy(p.l4 + 24, (const uint8_t[]){ 2, 4, 0x05, 0xb4 }, 4);
	check_untouched(&p, 536);
	free(mbuf);
}
END_TEST

/* Only downwards. */
START_TEST(never_raised)
{
	static const uint16_t values[] = { 0, 1, 535, 536 };

	for (int i = 0; i < COUNT(values); i++) {
		const uint8_t option[] = { 2, 4, (uint8_t)(values[i] >> 8), (uint8_t)values[i] };
		struct packet p;
		struct rte_mbuf *mbuf = segment(&plain, SYN, option, sizeof(option), 0, &p);

		check_untouched(&p, 536);
		free(mbuf);
	}
}
END_TEST

/* Cut at every length: whatever the option bytes are, nothing outside the header is read or written. */
START_TEST(every_cut_of_random_options)
{
	struct random random = { .key = { { 21, (uint64_t)_i } } };
	static const uint8_t favourites[] = { 0, 1, 2, 2, 2, 3, 4, 4, 4, 8, 10, 40, 255 };
	uint8_t options[40];

	for (size_t len = 0; len <= sizeof(options); len += 4) {
		struct rte_mbuf *mbuf;
		struct packet p;

		for (size_t i = 0; i < len; i++)
			options[i] = favourites[random_below(&random, sizeof(favourites))];
		mbuf = segment(&plain, SYN, options, len, 0, &p);
		mss_lower(&worker, &p, (uint16_t)random_below(&random, 1500));
		if (frame_fault(p.ip, p.len) != NULL)
			ck_abort_msg("%s", frame_fault(p.ip, p.len));
		free(mbuf);
	}
}
END_TEST

/* ---- when ------------------------------------------------------------------------------------------------------- */

START_TEST(only_syns_and_only_when_asked)
{
	static const uint8_t option[] = { 2, 4, 0x05, 0xb4 };
	static const struct {
		uint8_t flags;
		uint16_t mss;
		uint64_t clamped;
	} cases[] = { { SYN, 1420, 1 }, { SYN | ACK, 1420, 1 }, { ACK, 1420, 0 }, { 0, 1420, 0 }, { SYN, 0, 0 },
		{ SYN, 1460, 0 } };

	for (int i = 0; i < COUNT(cases); i++) {
		const struct softwire softwire = { .mss = cases[i].mss };
		struct packet p;
		struct rte_mbuf *mbuf = segment(&plain, cases[i].flags, option, sizeof(option), 0, &p);

		mss_clamp(&worker, &p, &softwire);
		ck_assert_uint_eq(worker.counters.event[EVENT_mss_clamped], cases[i].clamped);
		free(mbuf);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("mss");
	TCase *places = tcase_create("places"), *nothing = tcase_create("nothing to do");

	tcase_add_loop_test(places, behind_nops, 0, 37);
	tcase_add_loop_test(places, orders_of_options, 0, COUNT(orders));
	tcase_add_test(places, two_options);
	tcase_add_test(places, two_options_of_which_one_is_low);
	suite_add_tcase(suite, places);
	tcase_add_loop_test(nothing, no_whole_option, 0, COUNT(without));
	tcase_add_test(nothing, payload_is_no_option);
	tcase_add_test(nothing, never_raised);
	tcase_add_loop_test(nothing, every_cut_of_random_options, 0, 100);
	tcase_add_test(nothing, only_syns_and_only_when_asked);
	suite_add_tcase(suite, nothing);
	return suite;
}
