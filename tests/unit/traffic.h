/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets as they come to the boxes of box.h, one for each way and kind, and how they end there. */
#ifndef MAPEDGE_TESTS_TRAFFIC_H
#define MAPEDGE_TESTS_TRAFFIC_H

#include "box.h"
#include "frames.h"

enum traffic_way { CE_UP, CE_DOWN, BR_UP, BR_DOWN, TRAFFIC_WAYS };

enum traffic_kind {
	KIND_UDP,
	KIND_TCP,     /* a SYN without options */
	KIND_TCP_MSS, /* with an MSS of 1460 at an odd place, before SACK permitted */
	KIND_ECHO,
	KIND_ERROR, /* port unreachable, about a UDP packet that came the other way */
	KIND_GRE,
	KIND_OTHER_ICMP, /* timestamp */
};

#define TRAFFIC_SENT DROP_COUNT /* in place of a reason: the packet went out on the other side */

/* The side of the box on which a packet of this way comes in. */
static inline unsigned int
traffic_side(enum traffic_way way)
{
	return way == CE_UP || way == BR_DOWN ? INTERFACE_V4 : INTERFACE_V6;
}

/* Offset of the IPv4 header in a frame of this way. */
static inline size_t
traffic_ipv4_at(enum traffic_way way)
{
	return ETHER_LEN + (traffic_side(way) == INTERFACE_V6 ? IPV6_LEN : 0);
}

/* An IPv4 packet; 13 bytes of payload, an error has 4 in the packet that it quotes. */
void traffic_ipv4(struct frame *frame, enum traffic_kind kind, uint32_t src, uint16_t src_port, uint32_t dst,
    uint16_t dst_port, uint8_t option_words);

/* Puts the Ethernet header in front that makes it a frame for this side of the box. */
void traffic_frame(struct frame *frame, const struct box *box, unsigned int interface);

/*
 * A whole frame between BOX_SERVER:53 and the CE's end (BOX_HOST from the LAN, BOX_EXTERNAL elsewhere) with this port or
 * identifier. All but GRE and other ICMP pass, on CE_DOWN if the CE knows the flow.
 */
void traffic_packet(struct frame *frame, enum traffic_way way, enum traffic_kind kind, uint8_t option_words,
    uint16_t ce_port, const struct box *box);

/*
 * Runs the first `len` bytes of a frame and looks whether they end as wanted: TRAFFIC_SENT, or dropped for a reason; with
 * all laws of box_run(), without an answer, and with right checksums if they were right. NULL, or what is wrong (static).
 */
const char *traffic_run(struct box *box, enum traffic_way way, const uint8_t *frame, size_t len, enum drop_reason want);

#endif
