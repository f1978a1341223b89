/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT-53, MAPE-28: what Linux itself sends into the softwire's device is an inside host's, and the answers are Linux's again. */
#include <stdlib.h>

#include "box.h"
#include "frames.h"
#include "icmp/error.h"
#include "path/suspects.h"
#include "unit.h"

#define DEVICE UINT32_C(0xc0000002) /* 192.0.0.2 */
#define GUEST UINT32_C(0xc0a8020a)  /* 192.168.2.10, of a network that Linux has */
#define DUMMY UINT32_C(0xc0000008)  /* 192.0.0.8, RFC 7600 */

static struct box *box;
static struct frame frame;

static void
set_up(void)
{
	static const struct hash_key key;
	const struct route told[] = { { .addr = BOX_LAN, .len = 32, .hop = HOP_OWN },
		{ .addr = BOX_LAN, .len = 24, .hop = HOP_ON_LINK }, { .addr = DEVICE, .len = 32, .hop = HOP_DEVICE },
		{ .addr = GUEST, .len = 24, .hop = HOP_DEVICE } };
	const struct limit none = { 1000000, 1000000 };
	struct routes *routes = routes4_build(told, sizeof(told) / sizeof(told[0]));
	struct interface *lan;
	struct mac mac;

	box = box_new(&(struct box_options){ .is_ce = true, .workers = 2 });
	lan = &box->snapshot.interface[INTERFACE_V4];
	mac = box_mac(box, INTERFACE_V4);
	interface_unlink(lan);
	ck_assert_int_eq(interface_link(lan, &mac, routes, NULL, 0, &key), 0);
	routes_free(routes);
	box->snapshot.behind_device_count = 2;
	box->snapshot.behind_device[0] = (struct prefix4){ DEVICE, 32 };
	box->snapshot.behind_device[1] = (struct prefix4){ GUEST & mask4(24), 24 };
	suspects_mark(&box->snapshot);
	box->snapshot.host = (struct host_limits){ true, { none, none, none, none } };
}

static void
tear_down(void)
{
	for (unsigned int i = 0; i < box->worker_count; i++)
		box_empty(&box->worker[i]);
	box_free(box);
}

static void
udp_packet(uint32_t src, uint16_t src_port, uint32_t dst, uint16_t dst_port, uint8_t ttl)
{
	frame_payload(&frame, 20);
	frame_udp(&frame, src_port, dst_port);
	frame_ipv4(&frame, &(struct frame_ipv4){ .src = src, .dst = dst, .protocol = PROTOCOL_UDP, .ttl = ttl });
}

/* As control passes it on: like a frame of the LAN, to us. */
static void
from_device(void)
{
	const struct mac mac = box_mac(box, INTERFACE_V4);

	frame_ethernet(&frame, &mac, 0x0800);
}

/* Runs it at a worker and, if that one passes it on, at the other; the worker where it has ended. */
static struct worker *
run(enum way way)
{
	struct rte_mbuf *mbuf = box_buffer(frame_bytes(&frame), frame.len);
	struct worker *first = &box->worker[0], *second = &box->worker[1];

	for (unsigned int i = 0; i < box->worker_count; i++)
		box->worker[i].stock[box->worker[i].stock_count++] = box_buffer(NULL, 2048);
	path_run(first, way, &mbuf, 1);
	if (first->handoff[1].count == 0)
		return first;
	first->handoff[1].count = 0;
	ck_assert_uint_eq(mbuf->port, way);
	path_run(second, (enum way)mbuf->port, &mbuf, 1);
	return second;
}

/* The packet that has gone to Linux, without its frame header. */
static const uint8_t *
to_linux(const struct worker *w, uint32_t dst)
{
	const struct rte_mbuf *mbuf = w->to_host.mbufs[0];
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *) + ETHER_LEN;

	ck_assert_uint_eq(w->to_host.count, 1);
	ck_assert_uint_eq(mbuf->port, INTERFACE_DEVICE);
	ck_assert_ptr_null(frame_fault(ip, mbuf->data_len - (size_t)ETHER_LEN));
	ck_assert_uint_eq(load32(ip + 16), dst);
	return ip;
}

/* Out by the worker that the device's address says, and back by the one that has the port. */
static void
check_there_and_back(uint32_t inside, uint16_t inside_port)
{
	const struct mac mac = box_mac(box, INTERFACE_V6);
	const uint8_t *sent;
	struct worker *w;
	uint16_t port;

	udp_packet(inside, inside_port, BOX_SERVER, 53, 64);
	from_device();
	w = run(WAY_FROM_DEVICE);
	ck_assert_uint_eq(w->id, snapshot_host_owner(inside, 2));
	ck_assert_uint_eq(w->transmit[INTERFACE_V6].count, 1);
	sent = rte_pktmbuf_mtod(w->transmit[INTERFACE_V6].mbufs[0], const uint8_t *) + ETHER_LEN + IPV6_LEN;
	ck_assert_uint_eq(load32(sent + 12), BOX_EXTERNAL);
	ck_assert_uint_eq(sent[8], 63);
	port = load16(sent + IPV4_MIN_LEN);
	ck_assert(portset_contains(&box->snapshot.ports, port));

	udp_packet(BOX_SERVER, 53, BOX_EXTERNAL, port, 64);
	frame_ipv6(&frame, BOX_BR6, BOX_CE6, 4, 0);
	frame_ethernet(&frame, &mac, 0x86dd);
	w = run(WAY_FROM_V6);
	ck_assert_uint_eq(load16(to_linux(w, inside) + IPV4_MIN_LEN + 2), inside_port);
	ck_assert_uint_eq(w->counters.softwire[0].sent_ipv4.packets, 1);
}

START_TEST(there_and_back)
{
	check_there_and_back(DEVICE, (uint16_t)(5000 + _i));
}
END_TEST

/* CER-31: a host of a network that Linux forwards for has its ports of the same set. */
START_TEST(another_network)
{
	check_there_and_back(GUEST + (uint32_t)_i, 5000);
}
END_TEST

static void
check_dropped(enum way way, enum drop_reason reason)
{
	const uint64_t before = box->worker[0].counters.drop[reason];
	const unsigned int from = way_interface(way);

	ck_assert_ptr_eq(run(way), &box->worker[0]);
	ck_assert_msg(box->worker[0].counters.drop[reason] == before + 1, "%s", drop_info[reason].name);
	ck_assert_uint_ge(box->worker[0].counters.interface[from].dropped, 1);
}

/* From the device comes one address; that one comes from nowhere else. */
START_TEST(nobody_else)
{
	const struct mac mac = box_mac(box, INTERFACE_V4);
	static const uint32_t nobodies[] = { 0, UINT32_C(0x7f000001), UINT32_C(0xe0000001), UINT32_MAX };

	udp_packet(DEVICE + 1, 5000, BOX_SERVER, 53, 64);
	from_device();
	check_dropped(WAY_FROM_DEVICE, DROP_lan_spoof);
	udp_packet(DEVICE, 5000, BOX_SERVER, 53, 64);
	frame_ethernet(&frame, &mac, 0x0800);
	check_dropped(WAY_FROM_V4, DROP_lan_spoof);
	udp_packet(GUEST, 5000, BOX_SERVER, 53, 64);
	frame_ethernet(&frame, &mac, 0x0800);
	check_dropped(WAY_FROM_V4, DROP_lan_spoof);
	udp_packet(GUEST + 256, 5000, BOX_SERVER, 53, 64);
	from_device();
	check_dropped(WAY_FROM_DEVICE, DROP_lan_spoof);
	for (size_t i = 0; i < sizeof(nobodies) / sizeof(nobodies[0]); i++) {
		udp_packet(DEVICE, 5000, nobodies[i], 53, 64);
		from_device();
		check_dropped(WAY_FROM_DEVICE, DROP_martian_v4);
	}
	udp_packet(DEVICE, 5000, BOX_SERVER, 53, 64);
	frame.len = 19;
	from_device();
	check_dropped(WAY_FROM_DEVICE, DROP_l2_short);
	frame_payload(&frame, 30);
	frame_ipv6(&frame, BOX_CE6, BOX_BR6, 59, 0);
	from_device();
	check_dropped(WAY_FROM_DEVICE, DROP_ipv4_bad);
}
END_TEST

/* CER-31: between the LAN and a network of Linux's it is Linux that forwards; nothing is translated. */
START_TEST(between_networks)
{
	const struct mac mac = box_mac(box, INTERFACE_V4);
	const struct worker *w;

	udp_packet(BOX_LAN + 9, 5000, GUEST, 53, 64);
	frame_ethernet(&frame, &mac, 0x0800);
	w = run(WAY_FROM_V4);
	ck_assert_uint_eq(w->to_host.count, 1);
	ck_assert_uint_eq(w->to_host.mbufs[0]->port, INTERFACE_V4);
	ck_assert_uint_eq(w->nat->session_count, 0);
}
END_TEST

/* Linux believes nothing that comes from an address of its own. */
static void
check_told(const struct worker *w, enum drop_reason reason, uint8_t type, uint8_t code)
{
	const uint8_t *ip = to_linux(w, DEVICE);

	ck_assert_uint_eq(w->counters.drop[reason], 1);
	ck_assert_uint_eq(load32(ip + 12), DUMMY);
	ck_assert_uint_eq(ip[IPV4_MIN_LEN], type);
	ck_assert_uint_eq(ip[IPV4_MIN_LEN + 1], code);
}

START_TEST(errors_from_nobody)
{
	udp_packet(DEVICE, 5000, BOX_SERVER, 53, 1);
	from_device();
	check_told(run(WAY_FROM_DEVICE), DROP_ttl, ICMP_TIME_EXCEEDED, 0);
}
END_TEST

START_TEST(no_softwire)
{
	box->snapshot.work = WORK_CE_OFF;
	udp_packet(DEVICE, 5000, BOX_SERVER, 53, 64);
	from_device();
	check_told(run(WAY_FROM_DEVICE), DROP_softwire_off, ICMP_UNREACHABLE, 0);
}
END_TEST

/* RFC 6333 section 5.7: a B4's own packets are not translated here; those of the answers that are its own come back. */
START_TEST(as_a_b4)
{
	const struct mac mac = box_mac(box, INTERFACE_V6);
	struct worker *w = &box->worker[0];

	box->snapshot.work = WORK_CE_PLAIN;
	udp_packet(DEVICE, 5000, BOX_SERVER, 53, 64);
	from_device();
	ck_assert_ptr_eq(run(WAY_FROM_DEVICE), w);
	ck_assert_uint_eq(w->transmit[INTERFACE_V6].count, 1);
	ck_assert_uint_eq(load32(rte_pktmbuf_mtod(w->transmit[INTERFACE_V6].mbufs[0], const uint8_t *) + ETHER_LEN +
			      IPV6_LEN + 12),
	    DEVICE);
	udp_packet(BOX_SERVER, 53, DEVICE, 5000, 64);
	frame_ipv6(&frame, BOX_BR6, BOX_CE6, 4, 0);
	frame_ethernet(&frame, &mac, 0x86dd);
	ck_assert_uint_eq(load16(to_linux(run(WAY_FROM_V6), DEVICE) + IPV4_MIN_LEN + 2), 5000);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("device");
	TCase *all = tcase_create("device");

	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_loop_test(all, there_and_back, 0, 8);
	tcase_add_loop_test(all, another_network, 0, 8);
	tcase_add_test(all, nobody_else);
	tcase_add_test(all, between_networks);
	tcase_add_test(all, errors_from_nobody);
	tcase_add_test(all, no_softwire);
	tcase_add_test(all, as_a_b4);
	suite_add_tcase(suite, all);
	return suite;
}
