/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet as people write it:
 *
 *   udp 192.168.1.10:5000 > 192.0.2.1:53 len 1400
 *   2001:db8:ffff::1 > 2001:db8:12:3400:0:c000:212:34 | tcp 198.51.100.9:443 > 192.0.2.18:4928 ack
 *   softwire icmp 198.51.100.9 > 192.0.2.18 id 4928        (the outer addresses are those that it ought to have)
 *   reply                                                  (to what was sent last)
 *
 * Words stand in any order, and a comma is a blank: so what summary.h says of a packet is one, too.
 */
#ifndef MAPEDGE_APP_PACKET_TEXT_H
#define MAPEDGE_APP_PACKET_TEXT_H

#include "base/addr.h"
#include "base/error.h"

#define PACKET_TEXT_MAX_LEN 9000 /* bytes of the IPv4 packet */
#define PACKET_TEXT_ROOM (14 + 40 + PACKET_TEXT_MAX_LEN)

struct packet_text {
	bool is_reply;    /* the rest is that of the packet replied to, the other way round */
	bool in_softwire; /* else it is an IPv4 packet of the LAN or the Internet */
	bool has_outer;   /* else the outer addresses are not said */
	bool df;
	uint8_t protocol;
	uint8_t ttl;
	uint8_t tcp_flags;
	uint8_t icmp_type;
	uint16_t len; /* of the IPv4 packet, bytes; 0: as short as can be */
	uint32_t src; /* IPv4 addresses, host order */
	uint32_t dst;
	uint16_t src_port; /* the identifier in both for ICMP echoes; 0: there are none */
	uint16_t dst_port;
	u128 outer_src;
	u128 outer_dst;
};

/* 0, or -EINVAL with the reason. */
int packet_text_parse(const char *text, struct packet_text *packet, struct error *err);

/* What answers a frame that was sent. False: nothing does. */
bool packet_text_reply(const uint8_t *frame, size_t len, struct packet_text *packet);

/* Writes the frame, with right checksums; its length. The outer addresses must be there. */
size_t packet_text_frame(const struct packet_text *packet, const struct mac *to, uint8_t frame[PACKET_TEXT_ROOM]);

#endif
