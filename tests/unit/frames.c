/* SPDX-License-Identifier: BSD-3-Clause */
#include "frames.h"

#include <stdlib.h>
#include <string.h>

#define ICMP 1
#define TCP 6
#define UDP 17
#define ICMPV6 58

static void
put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void
put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static void
put_ip6(uint8_t *at, u128 addr)
{
	for (unsigned int i = 0; i < 16; i++)
		at[i] = (uint8_t)(addr >> (120 - 8 * i));
}

static unsigned int
get16(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

/* ---- checksums -------------------------------------------------------------------------------------------------- */

static uint32_t
add_bytes(uint32_t sum, const uint8_t *byte, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		sum += i % 2 == 0 ? (uint32_t)byte[i] << 8 : byte[i];
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

uint16_t
frame_checksum(const void *data, size_t len)
{
	return (uint16_t)~add_bytes(0, data, len);
}

uint16_t
frame_l4_checksum(const uint8_t *ip)
{
	const size_t header = (size_t)(ip[0] & 15) * 4;
	const uint16_t len = (uint16_t)(get16(ip + 2) - header);
	const uint8_t tail[4] = { 0, ip[9], (uint8_t)(len >> 8), (uint8_t)len };
	uint32_t sum = add_bytes(0, ip + 12, 8);

	sum = add_bytes(sum, tail, sizeof(tail));
	return (uint16_t)~add_bytes(sum, ip + header, len);
}

uint16_t
frame_icmp6_checksum(u128 src, u128 dst, const void *message, size_t len)
{
	const uint8_t tail[8] = { 0, 0, (uint8_t)(len >> 8), (uint8_t)len, 0, 0, 0, ICMPV6 };
	uint8_t addresses[32];
	uint32_t sum;

	put_ip6(addresses, src);
	put_ip6(addresses + 16, dst);
	sum = add_bytes(0, addresses, sizeof(addresses));
	sum = add_bytes(sum, tail, sizeof(tail));
	return (uint16_t)~add_bytes(sum, message, len);
}

void
frame_mend_ipv4(uint8_t *ip, uint16_t len)
{
	put16(ip + 2, len);
	put16(ip + 10, 0);
	put16(ip + 10, frame_checksum(ip, (size_t)(ip[0] & 15) * 4));
}

const char *
frame_fault(const uint8_t *ip, size_t len)
{
	const size_t header = len == 0 ? 0 : (size_t)(ip[0] & 15) * 4;

	if (len < 20 || ip[0] >> 4 != 4 || header < 20 || header > len)
		return "no IPv4 header";
	if (get16(ip + 2) != len)
		return "the IPv4 total length is wrong";
	if (frame_checksum(ip, header) != 0)
		return "the IPv4 header checksum is wrong";
	if ((get16(ip + 6) & 0x3fff) != 0)
		return NULL;
	if (ip[9] == TCP && (len < header + 20 || frame_l4_checksum(ip) != 0))
		return "the TCP checksum is wrong";
	if (ip[9] == ICMP && (len < header + 8 || frame_checksum(ip + header, len - header) != 0))
		return "the ICMP checksum is wrong";
	if (ip[9] == UDP && (len < header + 8 || get16(ip + header + 4) != len - header))
		return "the UDP length is wrong";
	if (ip[9] == UDP && get16(ip + header + 6) != 0 && frame_l4_checksum(ip) != 0)
		return "the UDP checksum is wrong";
	return NULL;
}

/* ---- building --------------------------------------------------------------------------------------------------- */

void
frame_payload(struct frame *frame, size_t len)
{
	if (len > FRAME_ROOM / 2)
		abort();
	frame->start = FRAME_ROOM - len;
	frame->len = len;
	for (size_t i = 0; i < len; i++)
		frame->room[frame->start + i] = (uint8_t)i;
}

void
frame_push(struct frame *frame, const void *bytes, size_t len)
{
	if (len > frame->start)
		abort();
	frame->start -= len;
	frame->len += len;
	memcpy(frame_bytes(frame), bytes, len);
}

void
frame_udp(struct frame *frame, uint16_t src, uint16_t dst)
{
	uint8_t header[8] = { 0 };

	put16(header, src);
	put16(header + 2, dst);
	put16(header + 4, (unsigned int)(frame->len + sizeof(header)));
	frame_push(frame, header, sizeof(header));
}

/* Options whose length is no multiple of four are filled up with End of Option List. */
void
frame_tcp(struct frame *frame, uint16_t src, uint16_t dst, uint8_t flags, const void *options, size_t options_len)
{
	uint8_t header[60] = { 0 };
	const size_t len = 20 + (options_len + 3) / 4 * 4;

	put16(header, src);
	put16(header + 2, dst);
	put32(header + 4, UINT32_C(0x01020304));
	put32(header + 8, UINT32_C(0x05060708));
	header[12] = (uint8_t)(len / 4 << 4);
	header[13] = flags;
	put16(header + 14, 65535);
	if (options_len > 0)
		memcpy(header + 20, options, options_len);
	frame_push(frame, header, len);
}

void
frame_icmp(struct frame *frame, uint8_t type, uint8_t code, uint32_t rest)
{
	uint8_t header[8] = { type, code };

	put32(header + 4, rest);
	frame_push(frame, header, sizeof(header));
	put16(frame_bytes(frame) + 2, frame_checksum(frame_bytes(frame), frame->len));
}

void
frame_ipv4(struct frame *frame, const struct frame_ipv4 *h)
{
	uint8_t header[60] = { 0 }, *ip, *l4;
	const size_t len = 20 + (size_t)h->option_words * 4;

	header[0] = (uint8_t)(0x40 | len / 4);
	header[1] = h->tos;
	put16(header + 4, 0x1234);
	put16(header + 6, h->flags);
	header[8] = h->ttl == 0 ? 64 : h->ttl;
	header[9] = h->protocol;
	put32(header + 12, h->src);
	put32(header + 16, h->dst);
	memset(header + 20, 1, len - 20);
	frame_push(frame, header, len);

	ip = frame_bytes(frame);
	l4 = ip + len;
	frame_mend_ipv4(ip, (uint16_t)frame->len);
	if (h->protocol == TCP && frame->len >= len + 20)
		put16(l4 + 16, frame_l4_checksum(ip));
	if (h->protocol == UDP && frame->len >= len + 8) {
		const uint16_t sum = frame_l4_checksum(ip);

		put16(l4 + 6, sum == 0 ? 0xffff : sum);
	}
}

void
frame_ipv6(struct frame *frame, u128 src, u128 dst, uint8_t next_header, uint8_t traffic_class)
{
	uint8_t header[40] = { 0 };

	put32(header, UINT32_C(6) << 28 | (uint32_t)traffic_class << 20);
	put16(header + 4, (unsigned int)frame->len);
	header[6] = next_header;
	header[7] = 64;
	put_ip6(header + 8, src);
	put_ip6(header + 24, dst);
	frame_push(frame, header, sizeof(header));
}

void
frame_ethernet(struct frame *frame, const struct mac *to, uint16_t type)
{
	uint8_t header[14] = { [6] = 2, [11] = 0x99 };

	memcpy(header, to->byte, sizeof(to->byte));
	put16(header + 12, type);
	frame_push(frame, header, sizeof(header));
}
