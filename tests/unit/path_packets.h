/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets for boxes (box.h), and what became of the last one. */
#ifndef MAPEDGE_TESTS_PATH_PACKETS_H
#define MAPEDGE_TESTS_PATH_PACKETS_H

#include "box.h"
#include "frames.h"
#include "icmp/error.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static struct box_end end;

static inline void
run(struct box *box, unsigned int worker, unsigned int interface, const struct frame *frame)
{
	box_run_one(box, worker, interface, frame->room + frame->start, frame->len, &end);
	ck_assert_msg(end.broken == NULL, "%s", end.broken);
}

/* It must have been sent on this interface, and be right. */
static inline void
check_sent(unsigned int interface)
{
	const size_t outer = ETHER_LEN + (interface == INTERFACE_V6 ? IPV6_LEN : 0);
	const char *fault;

	ck_assert_msg(end.how == BOX_SENT, "%s", end.how == BOX_DROPPED ? drop_info[end.reason].name : "handed over");
	ck_assert_uint_eq(end.to, interface);
	fault = frame_fault(end.frame + outer, end.len - outer);
	ck_assert_msg(fault == NULL, "%s", fault);
}

static inline void
udp_packet(struct frame *frame, uint32_t src, uint16_t src_port, uint32_t dst, uint16_t dst_port, uint8_t ttl)
{
	frame_payload(frame, 20);
	frame_udp(frame, src_port, dst_port);
	frame_ipv4(frame, &(struct frame_ipv4){ .src = src, .dst = dst, .protocol = PROTOCOL_UDP, .ttl = ttl });
}

/* An error from the quoted packet's receiver about it. */
static inline void
error_packet(struct frame *frame, uint32_t src, uint16_t src_port, uint32_t dst, uint16_t dst_port)
{
	udp_packet(frame, src, src_port, dst, dst_port, 0);
	frame_icmp(frame, ICMP_UNREACHABLE, 3, 0);
	frame_ipv4(frame, &(struct frame_ipv4){ .src = dst, .dst = src, .protocol = PROTOCOL_ICMP });
}

static inline void
native(struct frame *frame, const struct box *to)
{
	const struct mac mac = box_mac(to, INTERFACE_V4);

	frame_ethernet(frame, &mac, 0x0800);
}

static inline void
tunnelled(struct frame *frame, const struct box *to, u128 src, u128 dst)
{
	const struct mac mac = box_mac(to, INTERFACE_V6);

	frame_ipv6(frame, src, dst, 4, 0);
	frame_ethernet(frame, &mac, 0x86dd);
}

#endif
