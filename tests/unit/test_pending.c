/* SPDX-License-Identifier: BSD-3-Clause */
/* ND-03: packets that wait for a neighbour: a few for each, the newest, in their order, not for ever, and none gets lost. */
#include "pkt/pending.h"

#include <stdlib.h>

#include "box.h"
#include "frames.h"
#include "pkt/ethernet.h"
#include "unit.h"

#define NOBODY UINT32_C(0xc633644d) /* 198.51.100.77 */

static struct box *box;
static struct worker *w;
static struct pending *pending;
static struct interface *internet;

static void
set_up(void)
{
	box = box_new(&(struct box_options){ .is_ce = false });
	w = &box->worker[0];
	pending = w->pending = calloc(1, sizeof(*pending));
	if (pending == NULL)
		abort();
	internet = &box->snapshot.interface[INTERFACE_V4];
}

static void
tear_down(void)
{
	struct rte_mbuf *left[PENDING_MAX];
	const uint16_t count = pending_drain(pending, left);

	for (uint16_t i = 0; i < count; i++)
		free(left[i]);
	box_empty(w);
	free(pending);
	w->pending = NULL;
	box_free(box);
}

static enum verdict
give_up(struct worker *worker, struct packet *p)
{
	return drop(worker, p, DROP_no_neighbour);
}

/* The identification says which packet it is. */
static void
send_to(uint32_t dst, uint16_t number)
{
	static const struct mac mac = { { 2, 0, 0, 0, 11, 1 } };
	struct frame frame;
	struct packet p;

	frame_payload(&frame, 10);
	frame_udp(&frame, 1000, 2000);
	frame_ipv4(&frame, &(struct frame_ipv4){ .src = BOX_EXTERNAL, .dst = dst, .protocol = 17 });
	frame_ethernet(&frame, &mac, ETHER_TYPE_IPV4);
	p = (struct packet){ .mbuf = box_buffer(frame_bytes(&frame), frame.len), .interface = INTERFACE_V6 };
	p.ip = rte_pktmbuf_mtod_offset(p.mbuf, uint8_t *, ETHER_LEN);
	store16(p.ip + 4, number);
	p.len = load16(p.ip + 2);
	frame_mend_ipv4(p.ip, p.len);
	p.dst = dst;
	ethernet_out_ipv4(w, &p, internet);
}

static uint16_t
number_at(const struct outlet *outlet, uint16_t at, size_t ip)
{
	ck_assert_uint_lt(at, outlet->count);
	return load16(rte_pktmbuf_mtod(outlet->mbufs[at], uint8_t *) + ip + 4);
}

/* Linux has found somebody: the interface of the next snapshot. */
static void
find_neighbour(uint32_t addr)
{
	static const struct hash_key key;
	const struct link_neighbour known = { addr, { { 2, 0, 0, 0, 4, 77 } } };
	const struct mac own = { { 2, 0, 0, 0, 11, 1 } };
	struct interface fresh = *internet;

	ck_assert_int_eq(interface_link(&fresh, &own, internet->routes, &known, 1, &key), 0);
	interface_unlink(internet);
	*internet = fresh;
}

static void
check_drops(uint64_t count)
{
	ck_assert_uint_eq(w->counters.drop[DROP_no_neighbour], count);
	ck_assert_uint_eq(w->counters.interface[INTERFACE_V6].dropped, count);
	ck_assert_uint_eq(w->dropped.count, count);
}

START_TEST(newest_wait_and_go_in_order)
{
	for (uint16_t i = 0; i < 10; i++)
		send_to(NOBODY, i);
	ck_assert_uint_eq(pending->packet_count, PENDING_PER_HOP);
	check_drops(6);
	for (uint16_t i = 0; i < 6; i++)
		ck_assert_uint_eq(number_at(&w->dropped, i, 0), i);
	find_neighbour(NOBODY);
	pending_tick(w, box->snapshot.interface, 2, give_up);
	ck_assert_uint_eq(w->transmit[INTERFACE_V4].count, PENDING_PER_HOP);
	for (uint16_t i = 0; i < PENDING_PER_HOP; i++) {
		const uint8_t *frame = rte_pktmbuf_mtod(w->transmit[INTERFACE_V4].mbufs[i], const uint8_t *);

		ck_assert_uint_eq(number_at(&w->transmit[INTERFACE_V4], i, ETHER_LEN), 6 + i);
		ck_assert_mem_eq(frame, "\2\0\0\0\4\115\2\0\0\0\13\1\10\0", ETHER_LEN);
		ck_assert_ptr_null(
		    frame_fault(frame + ETHER_LEN, w->transmit[INTERFACE_V4].mbufs[i]->data_len - (size_t)ETHER_LEN));
	}
	ck_assert_uint_eq(pending->packet_count + pending->hop_count, 0);
	check_drops(6);
}
END_TEST

/* Once a second while packets wait, for a question may have been lost. */
START_TEST(asks_again)
{
	w->now_ms = 5000;
	send_to(NOBODY, 1);
	for (w->now_ms = 5010; w->now_ms < 8000; w->now_ms += 10)
		pending_tick(w, box->snapshot.interface, 1, give_up);
	ck_assert_uint_eq(pending->question_count, 3);
	for (int i = 0; i < 3; i++)
		ck_assert(pending->questions[i].addr == NOBODY);
	check_drops(0);
}
END_TEST

/* Once a second for each neighbour, however many packets come. */
START_TEST(asks_once_a_second)
{
	for (uint16_t i = 0; i < 100; i++) {
		w->now_ms = 5000 + (uint64_t)i * 25;
		send_to(NOBODY, i);
	}
	ck_assert_uint_eq(pending->question_count, 3);
	for (int i = 0; i < 3; i++) {
		ck_assert(pending->questions[i].addr == NOBODY);
		ck_assert_uint_eq(pending->questions[i].interface, INTERFACE_V4);
	}
}
END_TEST

/* The question is who the gateway is, not who the destination is. */
START_TEST(asks_for_the_gateway)
{
	find_neighbour(NOBODY);
	send_to(BOX_FAR, 1);
	ck_assert_uint_eq(pending->question_count, 1);
	ck_assert(pending->questions[0].addr == UINT32_C(0xc6336402));
}
END_TEST

START_TEST(room_is_bounded)
{
	for (uint16_t i = 0; i < 200; i++) {
		w->now_ms = i;
		send_to(UINT32_C(0xc6336400) + 20 + i % 100, i);
		ck_assert_uint_le(pending->packet_count, PENDING_MAX);
		ck_assert_uint_le(pending->hop_count, PENDING_MAX);
		ck_assert_uint_le(pending->question_count, PENDING_MAX);
		check_drops(i < PENDING_MAX ? 0 : i - PENDING_MAX + 1u);
		if (i >= PENDING_MAX) /* the oldest of all */
			ck_assert_uint_eq(number_at(&w->dropped, w->dropped.count - 1, 0), i - PENDING_MAX);
		if (w->dropped.count == 100)
			break;
	}
}
END_TEST

START_TEST(time_ends_the_wait)
{
	w->now_ms = 100;
	send_to(NOBODY, 1);
	w->now_ms = 200;
	send_to(NOBODY, 2);
	w->now_ms = 100 + PENDING_TIMEOUT_MS - 1;
	pending_tick(w, box->snapshot.interface, 1, give_up);
	check_drops(0);
	w->now_ms++;
	pending_tick(w, box->snapshot.interface, 1, give_up);
	check_drops(1);
	ck_assert_uint_eq(number_at(&w->dropped, 0, 0), 1);
	w->now_ms = 200 + PENDING_TIMEOUT_MS;
	pending_tick(w, box->snapshot.interface, 1, give_up);
	check_drops(2);
	ck_assert_uint_eq(pending->hop_count, 0);
}
END_TEST

/* Another neighbour's news leaves those who wait where they are. */
START_TEST(others_wait_on)
{
	send_to(NOBODY, 1);
	send_to(NOBODY + 1, 2);
	send_to(NOBODY + 2, 3);
	find_neighbour(NOBODY);
	pending_tick(w, box->snapshot.interface, 2, give_up);
	ck_assert_uint_eq(w->transmit[INTERFACE_V4].count, 1);
	ck_assert_uint_eq(pending->packet_count, 2);
	find_neighbour(NOBODY + 2);
	pending_tick(w, box->snapshot.interface, 3, give_up);
	ck_assert_uint_eq(w->transmit[INTERFACE_V4].count, 2);
	ck_assert_uint_eq(number_at(&w->transmit[INTERFACE_V4], 1, ETHER_LEN), 3);
	check_drops(0);
}
END_TEST

/* A destination without a route is another matter: nothing waits, and nobody is asked. */
START_TEST(no_route_no_wait)
{
	static const struct hash_key key;
	const struct mac own = { { 2 } };
	struct routes *none = routes4_build(NULL, 0);
	struct interface fresh = *internet;

	ck_assert_int_eq(interface_link(&fresh, &own, none, NULL, 0, &key), 0);
	routes_free(none);
	interface_unlink(internet);
	*internet = fresh;
	send_to(NOBODY, 1);
	ck_assert_uint_eq(w->counters.drop[DROP_no_route], 1);
	ck_assert_uint_eq(pending->packet_count + pending->question_count, 0);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("pending");
	TCase *all = tcase_create("pending");

	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, newest_wait_and_go_in_order);
	tcase_add_test(all, asks_once_a_second);
	tcase_add_test(all, asks_again);
	tcase_add_test(all, asks_for_the_gateway);
	tcase_add_test(all, room_is_bounded);
	tcase_add_test(all, time_ends_the_wait);
	tcase_add_test(all, others_wait_on);
	tcase_add_test(all, no_route_no_wait);
	suite_add_tcase(suite, all);
	return suite;
}
