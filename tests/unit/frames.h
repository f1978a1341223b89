/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets for tests, built from the inside out: payload, transport, IPv4, IPv6, Ethernet. The checksums are added up here
 * byte by byte, as RFC 1071 section 1 describes them, and not by the code under test.
 */
#ifndef MAPEDGE_TESTS_FRAMES_H
#define MAPEDGE_TESTS_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define FRAME_ROOM 4096

struct frame {
	size_t start; /* of the bytes in room; grows downwards as headers are put in front */
	size_t len;
	uint8_t room[FRAME_ROOM];
};

struct frame_ipv4 {
	uint32_t src, dst; /* host order */
	uint8_t protocol;
	uint8_t ttl; /* 0: 64 */
	uint8_t tos;
	uint8_t option_words; /* of NOPs, 0..10 */
	uint16_t flags;       /* DF, MF and fragment offset as in the header */
};

static inline uint8_t *
frame_bytes(struct frame *frame)
{
	return frame->room + frame->start;
}

/* `len` bytes 0, 1, 2, … */
void frame_payload(struct frame *frame, size_t len);

/* Puts bytes in front of what is there. */
void frame_push(struct frame *frame, const void *bytes, size_t len);

/* Transport headers; the checksums of TCP and UDP are left to frame_ipv4(). */
void frame_udp(struct frame *frame, uint16_t src, uint16_t dst);
void frame_tcp(struct frame *frame, uint16_t src, uint16_t dst, uint8_t flags, const void *options, size_t options_len);
void frame_icmp(struct frame *frame, uint8_t type, uint8_t code, uint32_t rest);

void frame_ipv4(struct frame *frame, const struct frame_ipv4 *header);
void frame_ipv6(struct frame *frame, u128 src, u128 dst, uint8_t next_header, uint8_t traffic_class);
void frame_ethernet(struct frame *frame, const struct mac *to, uint16_t type);

/* The Internet checksum of data with its checksum field zero; 0 when that field is filled in and right. RFC 1071. */
uint16_t frame_checksum(const void *data, size_t len);

/* The same over the TCP or UDP part of an IPv4 packet and its pseudo-header (RFC 9293 section 3.1, RFC 768). */
uint16_t frame_l4_checksum(const uint8_t *ip);

/* The same over an ICMPv6 message and its pseudo-header (RFC 8200 section 8.1). */
uint16_t frame_icmp6_checksum(u128 src, u128 dst, const void *message, size_t len);

/* Writes length and header checksum of an IPv4 packet anew. */
void frame_mend_ipv4(uint8_t *ip, uint16_t len);

/* What is wrong with the lengths and checksums of an IPv4 packet, transport included, or NULL. */
const char *frame_fault(const uint8_t *ip, size_t len);

#endif
