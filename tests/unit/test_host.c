/* SPDX-License-Identifier: BSD-3-Clause */
/* The outlet to Linux: each class has its own limit, and what is beyond it, or for nobody, is counted. */
#include <stdlib.h>

#include "box.h"
#include "frames.h"
#include "pkt/interface.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define LINK_LOCAL u128_make(UINT64_C(0xfe80) << 48, 9)
#define ALL_NODES u128_make(UINT64_C(0xff02) << 48, 1)

static struct box *box;
static struct worker *w;

static void
set_up(void)
{
	box = box_new(&(struct box_options){ .is_ce = false });
	w = &box->worker[0];
	box->snapshot.host.is_on = true;
	for (int i = 0; i < HOST_CLASSES; i++)
		box->snapshot.host.limit[i] = (struct limit){ 100, 10 };
}

static void
tear_down(void)
{
	box_empty(w);
	box_free(box);
}

/* ---- frames ----------------------------------------------------------------------------------------------------- */

static void
arp(struct frame *frame)
{
	frame_payload(frame, 46);
}

static void
icmp4(struct frame *frame)
{
	frame_payload(frame, 8);
	frame_icmp(frame, 8, 0, 1);
	frame_ipv4(frame, &(struct frame_ipv4){ .src = BOX_SERVER, .dst = BOX_INTERNET, .protocol = 1 });
}

static void
udp4(struct frame *frame)
{
	frame_payload(frame, 8);
	frame_udp(frame, 546, 547); /* DHCPv6 is IPv6's */
	frame_ipv4(frame, &(struct frame_ipv4){ .src = BOX_SERVER, .dst = BOX_INTERNET, .protocol = 17 });
}

static void
icmp6(struct frame *frame, uint8_t type)
{
	frame_payload(frame, 20);
	frame_icmp(frame, type, 0, 0);
	frame_ipv6(frame, LINK_LOCAL, ALL_NODES, 58, 0);
}

static void
udp6(struct frame *frame, uint16_t src, uint16_t dst)
{
	frame_payload(frame, 20);
	frame_udp(frame, src, dst);
	frame_ipv6(frame, LINK_LOCAL, ALL_NODES, 17, 0);
}

static void
too_old_mld(struct frame *frame)
{
	icmp6(frame, 132);
}

static void
router_solicitation(struct frame *frame)
{
	icmp6(frame, 133);
}

static void
redirect(struct frame *frame)
{
	icmp6(frame, 137);
}

static void
node_information(struct frame *frame)
{
	icmp6(frame, 139);
}

static void
echo6(struct frame *frame)
{
	icmp6(frame, 128);
}

static void
to_client(struct frame *frame)
{
	udp6(frame, 547, 546);
}

static void
to_server(struct frame *frame)
{
	udp6(frame, 546, 547);
}

static void
from_546(struct frame *frame)
{
	udp6(frame, 546, 53);
}

static void
tcp6(struct frame *frame)
{
	frame_payload(frame, 20);
	frame_tcp(frame, 1000, 547, 2, NULL, 0);
	frame_ipv6(frame, LINK_LOCAL, ALL_NODES, 6, 0);
}

/* A header and nothing behind it. */
static void
bare6(struct frame *frame)
{
	frame_payload(frame, 0);
	frame_ipv6(frame, LINK_LOCAL, ALL_NODES, 58, 0);
}

static const struct {
	void (*build)(struct frame *frame);
	uint16_t ether_type;
	enum host_class class;
} frames[] = {
	{ arp, ETHER_TYPE_ARP, HOST_NEIGHBOUR }, { router_solicitation, ETHER_TYPE_IPV6, HOST_NEIGHBOUR },
	{ redirect, ETHER_TYPE_IPV6, HOST_NEIGHBOUR }, { too_old_mld, ETHER_TYPE_IPV6, HOST_ICMP },
	{ node_information, ETHER_TYPE_IPV6, HOST_ICMP }, { echo6, ETHER_TYPE_IPV6, HOST_ICMP },
	{ icmp4, ETHER_TYPE_IPV4, HOST_ICMP }, { to_client, ETHER_TYPE_IPV6, HOST_DHCP },
	{ to_server, ETHER_TYPE_IPV6, HOST_DHCP }, { from_546, ETHER_TYPE_IPV6, HOST_OTHER },
	{ tcp6, ETHER_TYPE_IPV6, HOST_OTHER }, { udp4, ETHER_TYPE_IPV4, HOST_OTHER },
	{ bare6, ETHER_TYPE_IPV6, HOST_OTHER }, { arp, 0x88cc, HOST_OTHER }, /* LLDP */
};

static struct rte_mbuf *
make(int number)
{
	static const struct mac everybody = { { 255, 255, 255, 255, 255, 255 } };
	struct frame frame;

	frames[number].build(&frame);
	frame_ethernet(&frame, &everybody, frames[number].ether_type);
	return box_buffer(frame_bytes(&frame), frame.len);
}

/* Through the whole path, so that what makes a frame Linux's is in the test, too. */
static void
receive(int number, unsigned int interface)
{
	struct rte_mbuf *mbuf = make(number);

	path_run(w, interface, &mbuf, 1);
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

/* Where this class may send nothing, the frame is limited; where no other may, it passes. */
START_TEST(class_of_a_frame)
{
	for (enum host_class class = 0; class < HOST_CLASSES; class ++) {
		box->snapshot.host.limit[class].rate = 0;
		receive(_i, INTERFACE_V6);
		ck_assert_uint_eq(w->to_host.count, class != frames[_i].class);
		ck_assert_uint_eq(w->counters.drop[DROP_host_limited], class == frames[_i].class);
		ck_assert_uint_eq(w->counters.interface[INTERFACE_V6].dropped, class == frames[_i].class);
		box->snapshot.host.limit[class].rate = 100;
		w->counters = (struct counters){ 0 };
		box_empty(w);
	}
}
END_TEST

START_TEST(burst_and_rate)
{
	for (int i = 0; i < 50; i++)
		receive(0, INTERFACE_V4);
	ck_assert_uint_eq(w->to_host.count, 10);
	ck_assert_uint_eq(w->counters.drop[DROP_host_limited], 40);
	w->now_ms += 50;
	for (int i = 0; i < 50; i++)
		receive(0, INTERFACE_V4);
	ck_assert_uint_eq(w->to_host.count, 15);
	for (uint16_t i = 0; i < w->to_host.count; i++)
		ck_assert_uint_eq(w->to_host.mbufs[i]->port, INTERFACE_V4);
}
END_TEST

/* A flood of ARP takes nothing from the others. */
START_TEST(classes_share_nothing)
{
	for (int i = 0; i < 50; i++)
		receive(0, INTERFACE_V4);
	box_empty(w);
	for (int i = 0; i < COUNT(frames); i++) {
		if (frames[i].class != HOST_NEIGHBOUR && frames[i].class != HOST_OTHER)
			receive(i, INTERFACE_V6);
	}
	ck_assert_uint_eq(w->to_host.count, 6);
	ck_assert_uint_eq(w->counters.drop[DROP_host_limited], 40);
}
END_TEST

START_TEST(no_host_interface)
{
	box->snapshot.host.is_on = false;
	for (int i = 0; i < COUNT(frames); i++)
		receive(i, INTERFACE_V4);
	ck_assert_uint_eq(w->to_host.count, 0);
	ck_assert_uint_eq(w->counters.drop[DROP_no_host], COUNT(frames));
}
END_TEST

/* To our address on the Internet, out of a softwire: as a frame of that side, of the inner packet alone. */
START_TEST(out_of_the_softwire)
{
	const struct mac to = box_mac(box, INTERFACE_V6), ours = box_mac(box, INTERFACE_V4);
	struct frame frame;
	struct rte_mbuf *mbuf;
	uint8_t inner[64];
	size_t len;

	frame_payload(&frame, 8);
	frame_udp(&frame, BOX_FIRST_PORT, 53);
	frame_ipv4(&frame, &(struct frame_ipv4){ .src = BOX_EXTERNAL, .dst = BOX_INTERNET, .protocol = 17 });
	len = frame.len;
	memcpy(inner, frame_bytes(&frame), len);
	frame_ipv6(&frame, BOX_CE6, BOX_BR6, 4, 0);
	frame_ethernet(&frame, &to, ETHER_TYPE_IPV6);
	mbuf = box_buffer(frame_bytes(&frame), frame.len);
	path_run(w, WAY_FROM_V6, &mbuf, 1);
	ck_assert_uint_eq(w->to_host.count, 1);
	ck_assert_uint_eq(mbuf->port, INTERFACE_V4);
	ck_assert_uint_eq(mbuf->data_len, ETHER_LEN + len);
	ck_assert_mem_eq(rte_pktmbuf_mtod(mbuf, uint8_t *), ours.byte, 6);
	ck_assert_uint_eq(load16(rte_pktmbuf_mtod(mbuf, uint8_t *) + 12), ETHER_TYPE_IPV4);
	ck_assert_mem_eq(rte_pktmbuf_mtod(mbuf, uint8_t *) + ETHER_LEN, inner, len);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("host");
	TCase *all = tcase_create("host");

	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_loop_test(all, class_of_a_frame, 0, COUNT(frames));
	tcase_add_test(all, burst_and_rate);
	tcase_add_test(all, classes_share_nothing);
	tcase_add_test(all, no_host_interface);
	tcase_add_test(all, out_of_the_softwire);
	suite_add_tcase(suite, all);
	return suite;
}
